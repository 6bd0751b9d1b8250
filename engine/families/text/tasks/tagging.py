"""Token classification: a tag for every token of a sentence, learned on each token's first piece."""

import json
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
from engine.families.text.masking import IGNORED
from engine.families.text.ragged import Ints, Ragged
from engine.families.text.reading_examples import read_tagged, words_of
from engine.families.text.scores.spans import SpanScores, score_spans, spans
from engine.families.text.tasks.head import Head, Judged, Samples, batches, device_of
from engine.families.text.tasks.shown import tag_pieces
from engine.families.text.trained import TrainedText
from engine.runs.evaluation import TextExample
from engine.runs.text_samples import TextPiece, TextSample
from engine.spec import RunSpec
from engine.training.loader import Batch

OUTSIDE = "O"
WORDS = 100
"""Of a sentence as it is shown."""


@dataclass(frozen=True)
class TaggedSamples:
    """Ids of sentences, and for each piece which token of its sentence begins there (`firsts`, -1: none) and that token's
    tag (`labels`, -100: none).
    """

    ids: Ragged
    firsts: Ragged
    labels: Ragged | None
    pad: int

    @property
    def lengths(self) -> Ints:
        """Return how many pieces each sentence has."""
        return self.ids.lengths

    def batch(self, rows: Ints, _chance: torch.Generator | None = None) -> Batch:
        """Return input_ids, mask, firsts and labels, all [n, length]."""
        ids, real = self.ids.padded(rows, self.pad)
        batch = {"input_ids": ids, "mask": real, "firsts": self.firsts.padded(rows, -1)[0]}
        if self.labels is not None:
            batch["labels"] = self.labels.padded(rows, IGNORED)[0]
        return batch


class TagHead(Head):
    """Learns tags; measures tokens and, by seqeval's rule, spans."""

    def __init__(self, data: Path, spec: RunSpec) -> None:
        super().__init__(spec)
        self._examples = read_tagged(data, self.own)
        self._codes = {name: code for code, name in enumerate(self._examples.names)}

    @property
    def rows(self) -> Rows:
        """Return where the sentences stand in the dataset."""
        return self._examples.rows

    @property
    def notes(self) -> tuple[str, ...]:
        """Return sentences about rows that are left out."""
        return self._examples.notes

    def texts(self, rows: Rows) -> Sequence[str]:
        """Return the sentences."""
        return [" ".join(self._examples.tokens[row]) for row in rows]

    def targets(self) -> tuple[str, tuple[TargetEncoding, ...]]:
        """Return the tags."""
        return "tags", (TargetEncoding(name=self.own.columns.tags, classes=self._examples.names),)

    def samples(self, rows: Rows, encoder: TextEncoder, device: torch.device) -> Samples:
        """Return sentences with the tags of their tokens."""
        tags = [[self._codes[tag] for tag in self._examples.tags[row]] for row in rows]
        return tagged_samples(encoder, [self._examples.tokens[row] for row in rows], tags, device)

    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the mean loss over the tokens of a batch."""
        asked = batch["labels"] != IGNORED
        logits = network(batch)["logits"][asked]
        if not len(logits):
            nothing: torch.Tensor = logits.sum()
            return nothing
        return functional.cross_entropy(
            logits.float(), batch["labels"][asked], label_smoothing=self.own.label_smoothing
        )

    def judge(
        self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /, whole: bool = False
    ) -> Judged:
        """Return loss, token accuracy, and precision, recall and F1 of spans."""
        names = encoder.targets[0].classes
        codes, losses, count = _tagged(network, samples, [len(self._examples.tokens[row]) for row in rows])
        told = [_named(one, names) for one in codes]
        truth = [self._examples.tags[row] for row in rows]
        found = score_spans(truth, told)
        metrics = {"loss": float(losses.sum()) / max(1, int(count.sum())), **_metrics(found)}
        if not whole:
            return Judged(metrics)
        mean = losses / np.maximum(count, 1)
        examples = [
            self.example(row, " ".join(self._examples.tokens[row]), " ".join(its), " ".join(ours), error)
            for row, its, ours, error in zip(rows, truth, told, mean.tolist(), strict=True)
        ]
        return Judged(metrics, examples, _by_class(found))

    def marked(self, row: int, told: TextExample, /) -> tuple[TextPiece, ...]:
        """Return a sentence with its spans."""
        words = self._examples.tokens[row][:WORDS]
        return tag_pieces(words, told.reference.split(" ")[: len(words)], told.predicted.split(" ")[: len(words)])

    def look(self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /) -> tuple[TextSample, ...]:
        """Return sentences with the spans that are told and those that are missed."""
        codes, _, _ = _tagged(network, samples, [len(self._examples.tokens[row]) for row in rows])
        found = []
        for row, own in zip(rows.tolist(), codes, strict=True):
            words = self._examples.tokens[row][:WORDS]
            truth, told = self._examples.tags[row][:WORDS], _named(own, encoder.targets[0].classes)[:WORDS]
            found.append(
                TextSample(
                    given=" ".join(words),
                    made=" ".join(told),
                    wanted=" ".join(truth),
                    is_right=spans(truth) == spans(told),
                    pieces=tag_pieces(words, truth, told),
                )
            )
        return tuple(found)


def tagged_samples(
    encoder: TextEncoder, tokens: Sequence[list[str]], tags: Sequence[list[int]] | None, device: torch.device
) -> TaggedSamples:
    """Return tokens as pieces. They are joined by spaces first, so that they are cut as running text was."""
    backend = encoder.tokenizer.backend_tokenizer
    backend.enable_truncation(encoder.max_length)
    try:
        found = backend.encode_batch([" ".join(one) for one in tokens])
    finally:
        backend.no_truncation()
    firsts = [_firsts(one.offsets, own) for one, own in zip(found, tokens, strict=True)]
    labels = None
    if tags is not None:
        marked = [
            [its[token] if token >= 0 else IGNORED for token in begun] for begun, its in zip(firsts, tags, strict=True)
        ]
        labels = Ragged.of([one or [IGNORED] for one in marked], device)
    ids = Ragged.of([one.ids or [encoder.pad] for one in found], device)
    return TaggedSamples(ids, Ragged.of([one or [-1] for one in firsts], device), labels, encoder.pad)


def _firsts(offsets: Sequence[tuple[int, int]], tokens: Sequence[str]) -> list[int]:
    """Return for each piece the token that begins with it, or -1; the pieces' offsets are in the joined text."""
    ends = np.cumsum([len(one) + 1 for one in tokens]) - 1
    starts = ends - [len(one) for one in tokens]
    found, before = [], -1
    for first, last in offsets:
        # A piece may begin with the space before its token; its last letter tells whose it is.
        token = int(np.searchsorted(ends, last - 1, side="right"))
        within = last > first and token < len(tokens) and last > starts[token] and token > before
        found.append(token if within else -1)
        before = max(before, token) if within else before
    return found


def _tagged(network: nn.Module, samples: Samples, counts: Sequence[int]) -> tuple[list[Ints], np.ndarray, np.ndarray]:
    """Return the code of every token of each sentence (-1: the model has not seen it), and where labels are known each
    sentence's summed loss and number of labels.
    """
    codes = [np.full(count, -1, dtype=np.int64) for count in counts]
    losses, numbers = np.zeros(len(counts)), np.zeros(len(counts), dtype=np.int64)
    for rows, batch in batches(samples):
        logits = network(batch)["logits"].float()
        best, firsts = logits.argmax(dim=2).cpu().numpy(), batch["firsts"].cpu().numpy()
        for place, row in enumerate(rows.tolist()):
            begun = firsts[place] >= 0
            codes[row][firsts[place][begun]] = best[place][begun]
        if "labels" in batch:
            own = functional.cross_entropy(logits.transpose(1, 2), batch["labels"], reduction="none")
            losses[rows] = own.double().sum(dim=1).cpu().numpy()
            numbers[rows] = (batch["labels"] != IGNORED).sum(dim=1).cpu().numpy()
    return codes, losses, numbers


def _named(codes: Ints, names: Sequence[str]) -> list[str]:
    return [names[code] if code >= 0 else OUTSIDE for code in codes.tolist()]


def _metrics(found: SpanScores) -> dict[str, float]:
    overall = found.overall
    return {
        "accuracy": found.token_accuracy,
        "precision": overall.precision,
        "recall": overall.recall,
        "f1": overall.f1,
        "f1_macro": found.f1_macro,
    }


def _by_class(found: SpanScores) -> dict[str, dict[str, float]]:
    return {
        kind: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "support": float(one.support)}
        for kind, one in found.by_type.items()
    }


def predict_tags(model: TrainedText, frame: pd.DataFrame) -> tuple[dict[str, pd.Series], list[tuple[object, object]]]:
    """Return tags and spans of sentences as columns of JSON, and where the file has tags pairs of true and told ones."""
    target = model.encoder.targets[0]
    assert model.spec.text is not None
    tokens = [words_of(cell) for cell in frame[model.spec.text.columns.tokens]]
    samples = tagged_samples(model.encoder, tokens, None, device_of(model.network))
    model.network.eval()
    with torch.inference_mode():
        codes, _, _ = _tagged(model.network, samples, [len(one) for one in tokens])
    told = [_named(one, target.classes) for one in codes]
    found = [
        [{"type": kind, "text": " ".join(own[first : last + 1]), "first": first} for kind, first, last in spans(tags)]
        for own, tags in zip(tokens, told, strict=True)
    ]
    columns = {
        f"predicted {target.name}": pd.Series([_json(one) for one in told], dtype=object),
        "spans": pd.Series([_json(one) for one in found], dtype=object),
    }
    truth = [words_of(cell) for cell in frame[target.name]] if target.name in frame.columns else []
    return columns, [(its, ours) for its, ours in zip(truth, told, strict=False) if len(its) == len(ours)]


def spans_of(model: TrainedText, tokens: list[str]) -> tuple[list[tuple[str, int, int]], int]:
    """Return the spans of one sentence (what it is, its first and its last token), and how many tokens were read."""
    samples = tagged_samples(model.encoder, [tokens], None, device_of(model.network))
    model.network.eval()
    with torch.inference_mode():
        codes, _, _ = _tagged(model.network, samples, [len(tokens)])
    read = np.flatnonzero(codes[0] >= 0)
    found = spans(_named(codes[0], model.encoder.targets[0].classes))
    return [*found], int(read[-1]) + 1 if len(read) else 0


def score_tags(pairs: Sequence[tuple[list[str], list[str]]]) -> dict[str, float]:
    """Return the metrics of true and told tags."""
    return _metrics(score_spans([one for one, _ in pairs], [one for _, one in pairs]))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
