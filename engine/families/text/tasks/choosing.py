"""Multiple choice: which of some endings is right, each judged beside the same prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from engine.amounts import percent
from engine.families.supervised.splitting import Rows
from engine.families.supervised.targets import TargetEncoding
from engine.families.text.encoder import TextEncoder
from engine.families.text.live_samples import LETTERS, ranked
from engine.families.text.ragged import Ints, Ragged
from engine.families.text.reading_examples import choice_of, read_choices
from engine.families.text.tasks.head import Head, Judged, Samples, batches, device_of
from engine.families.text.trained import TrainedText
from engine.runs.evaluation import TextExample
from engine.runs.text_samples import TextSample
from engine.spec import RunSpec, TextColumns
from engine.training.failures import RunFailed
from engine.training.loader import Batch


@dataclass(frozen=True)
class ChoiceSamples:
    """The choices of all rows one after the other, as many in each row, and which is right [rows], where that is known."""

    ids: Ragged
    kinds: Ragged | None
    right: torch.Tensor | None
    choices: int
    pad: int

    @property
    def lengths(self) -> Ints:
        """Return the length of each row's longest choice."""
        longest: Ints = self.ids.lengths.reshape(-1, self.choices).max(axis=1)
        return longest

    def batch(self, rows: Ints, _chance: torch.Generator | None = None) -> Batch:
        """Return input_ids, mask and kinds [n, choices, length], and right [n] where it is known."""
        places = (rows[:, None] * self.choices + np.arange(self.choices)).ravel()
        ids, real = self.ids.padded(places, self.pad)
        shape = (len(rows), self.choices, -1)
        batch = {"input_ids": ids.view(shape), "mask": real.view(shape)}
        if self.kinds is not None:
            batch["kinds"] = self.kinds.padded(places, 0)[0].view(shape)
        if self.right is not None:
            batch["right"] = self.right[torch.from_numpy(rows).to(self.right.device)]
        return batch


class ChoiceHead(Head):
    """Learns which choice is right."""

    def __init__(self, data: Path, spec: RunSpec) -> None:
        super().__init__(spec)
        self._examples = read_choices(data, self.own)

    @property
    def rows(self) -> Rows:
        """Return where the questions stand in the dataset."""
        return self._examples.rows

    @property
    def notes(self) -> tuple[str, ...]:
        """Return sentences about rows that are left out."""
        return self._examples.notes

    def texts(self, rows: Rows) -> Sequence[str]:
        """Return the prompts and all choices."""
        prompts = [self._examples.prompts[row] for row in rows]
        return [*prompts, *(one for row in rows for one in self._examples.endings[row])]

    def targets(self) -> tuple[str, tuple[TargetEncoding, ...]]:
        """Return the choices' columns."""
        columns = self.own.columns
        return "choice", (TargetEncoding(name=columns.answer, classes=columns.choices),)

    def samples(self, rows: Rows, encoder: TextEncoder, device: torch.device) -> Samples:
        """Return each prompt beside its choices."""
        own = self._examples
        prompts, endings = [own.prompts[row] for row in rows], [own.endings[row] for row in rows]
        return choice_samples(
            encoder, prompts, endings, own.right[rows], bool(prompt_columns(self.own.columns)), device
        )

    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch."""
        logits = network(batch)["logits"].float()
        return functional.cross_entropy(logits, batch["right"], label_smoothing=self.own.label_smoothing)

    def judge(
        self, network: nn.Module, _encoder: TextEncoder, rows: Rows, samples: Samples, /, whole: bool = False
    ) -> Judged:
        """Return loss and accuracy."""
        chances = _chances(network, samples, len(self.own.columns.choices))
        right = self._examples.right[rows]
        told = chances.argmax(axis=1)
        losses = -np.log(np.maximum(chances[np.arange(len(rows)), right], 1e-300))
        metrics = {"loss": float(losses.mean()), **score_choices(list(zip(right, told, strict=True)))}
        if not whole:
            return Judged(metrics)
        examples = [
            self._judged(row, shares, error) for row, shares, error in zip(rows.tolist(), chances, losses, strict=True)
        ]
        return Judged(metrics, examples)

    def _judged(self, row: int, shares: NDArray[np.float64], error: float) -> TextExample:
        """Return a prompt with all choices, the likeliest first."""
        own = self._examples
        endings = own.endings[row]
        lines = [f"{one.label}  {percent(one.probability)}" for one in ranked(endings, shares)]
        text = "\n".join([own.prompts[row], *lines] if own.prompts[row] else lines)
        return self.example(row, text, endings[own.right[row]], endings[int(shares.argmax())], float(error))

    def look(
        self, network: nn.Module, _encoder: TextEncoder, rows: Rows, samples: Samples, /
    ) -> tuple[TextSample, ...]:
        """Return prompts with the choice that is taken and the right one."""
        own, chances = self._examples, _chances(network, samples, len(self.own.columns.choices))
        found = []
        for row, shares in zip(rows.tolist(), chances, strict=True):
            endings, right, told = own.endings[row], int(own.right[row]), int(shares.argmax())
            found.append(
                TextSample(
                    given=own.prompts[row][:LETTERS],
                    made=endings[told][:LETTERS],
                    wanted=endings[right][:LETTERS],
                    is_right=told == right,
                    chances=ranked([one[:LETTERS] for one in endings], shares),
                )
            )
        return tuple(found)


def choice_samples(
    encoder: TextEncoder,
    prompts: Sequence[str],
    endings: Sequence[Sequence[str]],
    right: NDArray[np.int64] | None,
    paired: bool,
    device: torch.device,
) -> ChoiceSamples:
    """Return each prompt beside its choices, or the choices alone where they are not `paired`."""
    seconds = [one for own in endings for one in own]
    count = len(endings[0])
    firsts = [prompt for prompt in prompts for _ in range(count)]
    ids, kinds = encoder.encode(firsts, seconds) if paired else encoder.encode(seconds)
    answers = None if right is None else torch.from_numpy(right).to(device)
    return ChoiceSamples(ids.to(device), None if kinds is None else kinds.to(device), answers, count, encoder.pad)


def prompt_columns(columns: TextColumns) -> tuple[str, ...]:
    """Return the columns that stand before the choices."""
    return tuple(name for name in (columns.context, columns.question) if name)


def predict_choices(model: TrainedText, frame: pd.DataFrame) -> tuple[dict[str, pd.Series], list[tuple[int, int]]]:
    """Return the likeliest choice, its column and the chance of each as columns, and where the file says which is right
    pairs of true and told places.
    """
    assert model.spec.text is not None
    columns = model.spec.text.columns
    before = prompt_columns(columns)
    prompts = [" ".join(frame[name].iloc[row] for name in before).strip() for row in range(len(frame))]
    endings = [tuple(frame[name].iloc[row] for name in columns.choices) for row in range(len(frame))]
    samples = choice_samples(model.encoder, prompts, endings, None, bool(before), device_of(model.network))
    model.network.eval()
    with torch.inference_mode():
        chances = _chances(model.network, samples, len(columns.choices))
    told = chances.argmax(axis=1).tolist()
    found = {
        f"predicted {columns.answer}": pd.Series(
            [ends[one] for ends, one in zip(endings, told, strict=True)], dtype=object
        ),
        "predicted column": pd.Series([columns.choices[one] for one in told], dtype=object),
        **{f"probability of {name}": pd.Series(chances[:, place]) for place, name in enumerate(columns.choices)},
    }
    return found, _known(frame, columns.answer, endings, told)


def chances_of(model: TrainedText, prompt: str, endings: Sequence[str]) -> list[float]:
    """Return the chance of each of any number of choices beside a prompt."""
    assert model.spec.text is not None
    is_paired = bool(prompt_columns(model.spec.text.columns))
    samples = choice_samples(model.encoder, [prompt], [endings], None, is_paired, device_of(model.network))
    model.network.eval()
    with torch.inference_mode():
        found: list[float] = _chances(model.network, samples, len(endings))[0].tolist()
    return found


def score_choices(pairs: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Return the share of right choices."""
    return {"accuracy": float(np.mean([its == ours for its, ours in pairs])) if pairs else 0.0}


def _known(
    frame: pd.DataFrame, name: str, endings: Sequence[tuple[str, ...]], told: Sequence[int]
) -> list[tuple[int, int]]:
    pairs = []
    for row, cell in enumerate(frame[name] if name in frame.columns else ()):
        try:
            pairs.append((choice_of(row, cell, endings[row]), told[row]))
        except RunFailed:
            continue  # this row has no answer that could be compared
    return pairs


def _chances(network: nn.Module, samples: Samples, choices: int) -> NDArray[np.float64]:
    """Return the chance of each choice [rows, choices]."""
    found = np.zeros((len(samples.lengths), choices))
    for rows, batch in batches(samples, choices):
        found[rows] = network(batch)["logits"].double().softmax(dim=1).cpu().numpy()
    return found
