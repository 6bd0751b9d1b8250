"""Question answering: where in a context the answer begins and ends, as SQuAD has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from engine.families.supervised.splitting import Rows
from engine.families.supervised.targets import TargetEncoding
from engine.families.text.encoder import TextEncoder
from engine.families.text.live_samples import LETTERS
from engine.families.text.reading_examples import answers_of, read_questions
from engine.families.text.scores.answers import overlap, score_answers
from engine.families.text.tasks.head import Head, Judged, Samples, batches, device_of
from engine.families.text.tasks.shown import answer_pieces
from engine.families.text.tasks.windows import Found, Windows, best_spans, windows_of
from engine.families.text.trained import TrainedText
from engine.runs.evaluation import TextExample
from engine.runs.text_samples import TextPiece, TextSample
from engine.runs.texts import Chance
from engine.spec import RunSpec
from engine.training.loader import Batch

ANSWERS, ANSWERS_OR_NONE = "answers", "answers or none"
ENDS = ("beginning", "end")


@dataclass(frozen=True)
class Answer:
    """An answer (empty: none), its chance among all spans of the context, and at which letter it begins there."""

    text: str
    chance: float
    start: int = 0


class AnswerHead(Head):
    """Learns where answers begin and end; measures exact match and F1 by SQuAD's rule."""

    error = "1 - F1"

    def __init__(self, data: Path, spec: RunSpec) -> None:
        super().__init__(spec)
        self._examples = read_questions(data, self.own)

    @property
    def rows(self) -> Rows:
        """Return where the questions stand in the dataset."""
        return self._examples.rows

    @property
    def notes(self) -> tuple[str, ...]:
        """Return sentences about rows that are left out."""
        return self._examples.notes

    def texts(self, rows: Rows) -> Sequence[str]:
        """Return the questions, and every context once."""
        contexts = dict.fromkeys(self._examples.contexts[row] for row in rows)
        return [*contexts, *(self._examples.questions[row] for row in rows)]

    def targets(self) -> tuple[str, tuple[TargetEncoding, ...]]:
        """Return whether a question may have no answer, and the two ends of one."""
        kind = ANSWERS if all(self._examples.answers) else ANSWERS_OR_NONE
        return kind, (TargetEncoding(name=self.own.columns.answers, classes=ENDS),)

    def samples(self, rows: Rows, encoder: TextEncoder, device: torch.device) -> Windows:
        """Return questions as windows over their contexts."""
        own = self._examples
        spans = [
            (own.starts[row][0], own.starts[row][0] + len(own.answers[row][0])) if own.answers[row] else None
            for row in rows
        ]
        questions, contexts = [own.questions[row] for row in rows], [own.contexts[row] for row in rows]
        return windows_of(encoder, questions, contexts, self.own.stride, spans, device)

    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the mean of the losses of beginning and end."""
        return _losses(network(batch), batch).mean()

    def judge(
        self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /, whole: bool = False
    ) -> Judged:
        """Return loss, exact match and F1."""
        assert isinstance(samples, Windows)
        contexts = [self._examples.contexts[row] for row in rows]
        told, loss = _answered(network, samples, contexts, encoder.task == ANSWERS_OR_NONE)
        truth = [self._examples.answers[row] for row in rows]
        metrics = {"loss": loss, **score_told(list(zip(truth, told, strict=True)))}
        if not whole:
            return Judged(metrics)
        examples = [
            self.example(
                row, self._examples.questions[row], " | ".join(its), ours.text, 1.0 - max(_overlaps(ours.text, its))
            )
            for row, its, ours in zip(rows, truth, told, strict=True)
        ]
        return Judged(metrics, examples)

    def marked(self, row: int, told: TextExample, /) -> tuple[TextPiece, ...]:
        """Return an answer in its context."""
        own, text = self._examples, told.predicted
        return answer_pieces(own.contexts[row], (own.contexts[row].find(text), text), own.answers[row], own.starts[row])

    def look(self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /) -> tuple[TextSample, ...]:
        """Return answers in their contexts, beside the true ones."""
        assert isinstance(samples, Windows)
        own = self._examples
        told, _ = _answered(network, samples, [own.contexts[row] for row in rows], encoder.task == ANSWERS_OR_NONE)
        return tuple(
            TextSample(
                given=own.questions[row][:LETTERS],
                made=ours.text[:LETTERS],
                wanted=" | ".join(own.answers[row])[:LETTERS],
                is_right=max(_overlaps(ours.text, own.answers[row])) == 1.0,
                pieces=answer_pieces(own.contexts[row], (ours.start, ours.text), own.answers[row], own.starts[row]),
                chances=(Chance(label=ours.text[:LETTERS], probability=ours.chance),),
            )
            for row, ours in zip(rows.tolist(), told, strict=True)
        )


def score_told(pairs: Sequence[tuple[list[str], Answer]]) -> dict[str, float]:
    """Return the metrics of true answers and told ones."""
    found = score_answers([one.text for _, one in pairs], [truth for truth, _ in pairs])
    metrics = {"exact_match": found.exact, "f1": found.f1}
    if found.answered is not None and found.unanswerable is not None:
        metrics |= {"f1_answered": found.answered, "f1_unanswerable": found.unanswerable}
    return metrics


def predict_answers(
    model: TrainedText, frame: pd.DataFrame
) -> tuple[dict[str, pd.Series], list[tuple[object, Answer]]]:
    """Return answers and their chances as columns, and where the file has answers pairs of true and told ones."""
    assert model.spec.text is not None
    own = model.spec.text.columns
    told = _told(model, frame[own.question].tolist(), frame[own.context].tolist())
    name = own.answers
    columns: dict[str, pd.Series] = {
        f"predicted {name}": pd.Series([one.text for one in told], dtype=object),
        f"probability of predicted {name}": pd.Series([one.chance for one in told], dtype="float64"),
    }
    truth = [answers_of(cell) for cell in frame[name]] if name in frame.columns else []
    return columns, list(zip(truth, told, strict=False))


def answer_question(model: TrainedText, question: str, context: str) -> Answer:
    """Return the answer to one question."""
    return _told(model, [question], [context])[0]


def _told(model: TrainedText, questions: list[str], contexts: list[str]) -> list[Answer]:
    assert model.spec.text is not None
    unknown = [None] * len(questions)
    windows = windows_of(model.encoder, questions, contexts, model.spec.text.stride, unknown, device_of(model.network))
    model.network.eval()
    with torch.inference_mode():
        return _answered(model.network, windows, contexts, model.encoder.task == ANSWERS_OR_NONE)[0]


def _overlaps(ours: str, answers: Sequence[str]) -> list[float]:
    return [overlap(ours, one) for one in answers or [""]]


def _losses(output: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
    """Return the loss of each window."""
    parts = []
    for place, name in enumerate(("start", "end")):
        scores = output[name].float().masked_fill(~batch["mask"], torch.finfo(torch.float32).min)
        parts.append(functional.cross_entropy(scores, batch["span"][:, place], reduction="none"))
    return torch.stack(parts).mean(dim=0)


def _answered(
    network: nn.Module, windows: Windows, contexts: Sequence[str], may_be_none: bool
) -> tuple[list[Answer], float]:
    """Return the answer to every question, of the best of its windows, and the mean loss of all windows."""
    count = len(windows.question)
    begin, end = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    score, total, none = (np.zeros(count) for _ in range(3))
    loss = 0.0
    for rows, batch in batches(windows):
        output = network(batch)
        loss += float(_losses(output, batch).double().sum())
        found = best_spans(output["start"], output["end"], batch["inside"])
        begin[rows], end[rows] = found.begin, found.end
        score[rows], total[rows], none[rows] = found.score, found.total, found.none
    whole = Found(begin, end, score, total, none)
    told = [_best(windows, whole, place, context, may_be_none) for place, context in enumerate(contexts)]
    return told, loss / max(1, count)


def _best(windows: Windows, found: Found, question: int, context: str, may_be_none: bool) -> Answer:
    own = np.arange(*np.searchsorted(windows.question, (question, question + 1)))
    best = int(own[np.argmax(found.score[own])])
    sums = found.total[own]
    none = float(found.none[own].min())
    if may_be_none:
        sums = np.append(sums, none)
    total = float(np.logaddexp.reduce(sums))
    if may_be_none and none > found.score[best]:
        return Answer("", float(np.exp(none - total)))
    first, last = windows.place(best, int(found.begin[best]))[0], windows.place(best, int(found.end[best]))[1]
    told = context[first:last]
    return Answer(told.strip(), float(np.exp(found.score[best] - total)), first + len(told) - len(told.lstrip()))
