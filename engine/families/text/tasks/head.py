"""Head: what a task has of its own, and what the training loop asks of it. Must not know a run or its files."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from engine.families.supervised.splitting import Fold, Rows
from engine.families.supervised.targets import TargetEncoding
from engine.families.text.encoder import TextEncoder, tokens_in
from engine.families.text.networks import text_of
from engine.families.text.ragged import Ints
from engine.families.text.tokens import tokenizer_for
from engine.runs.evaluation import TextExample
from engine.runs.text_samples import TextPiece, TextSample
from engine.spec import RunSpec
from engine.training.loader import Batch
from engine.training.loop import Task
from engine.training.randomness import generator

TOKENS_AT_ONCE = 1 << 15
"""Tokens, filling included, that go through a network together without gradients."""


class Samples(Protocol):
    """Samples of a task as tensors; a sample's length is what it costs."""

    @property
    def lengths(self) -> Ints:
        """Return how many tokens each sample has."""

    def batch(self, rows: Ints, chance: torch.Generator) -> Batch:
        """Return samples filled up to the longest; input_ids is among them, its first axis is the samples."""


@dataclass(frozen=True)
class Judged:
    """What a model is worth on some rows: metrics, and where it was asked for, each row beside what was said of it."""

    metrics: dict[str, float]
    examples: list[TextExample] = field(default_factory=list)
    by_class: dict[str, dict[str, float]] = field(default_factory=dict)


class Head(ABC):
    """A task on the examples of one run. Rows are places among those examples, from 0."""

    error: str = "loss"
    """What the error of an example is called."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.own = text_of(spec)

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """Return where the examples stand in the dataset, ascending."""

    @property
    @abstractmethod
    def notes(self) -> tuple[str, ...]:
        """Return sentences about rows that are left out."""

    @abstractmethod
    def texts(self, rows: Rows) -> Sequence[str]:
        """Return what a tokenizer is trained on."""

    @abstractmethod
    def samples(self, rows: Rows, encoder: TextEncoder, device: torch.device) -> Samples:
        """Return rows as samples on a device."""

    @abstractmethod
    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch, with its graph."""

    @abstractmethod
    def judge(
        self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /, whole: bool = False
    ) -> Judged:
        """Return the metrics of rows, “loss” among them; with `whole` also every row as an example, in order."""

    @abstractmethod
    def look(self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /) -> tuple[TextSample, ...]:
        """Return what the network makes of a few rows as it stands, in order; `samples` are those rows."""

    def marked(self, _row: int, _told: TextExample, /) -> tuple[TextPiece, ...]:
        """Return one of the examples with its stretches marked right, wrong or missed; nothing where it has none."""
        return ()

    def targets(self) -> tuple[str, tuple[TargetEncoding, ...]]:
        """Return what the encoder keeps: the kind of the task, and what there is to be told."""
        return "", ()

    def encoder(self, fold: Fold, told: list[str]) -> TextEncoder:
        """Return the encoder of a fold; what is to be said of the tokenizer goes to `told`."""
        tokenizer, notes = tokenizer_for(self.spec, self.texts(fold.train))
        told.extend(notes)
        kind, targets = self.targets()
        return TextEncoder(tokenizer, self.own.max_length, kind, targets)

    def example(self, row: int, text: str, reference: str, predicted: str, error: float) -> TextExample:
        """Return one of the examples as it is shown."""
        return TextExample(
            row=int(self.rows[row]) + 1, text=text, reference=reference, predicted=predicted, error=error
        )


class HeadTask(Task[Batch]):
    """A head as the loop asks for it."""

    def __init__(self, head: Head, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples) -> None:
        """`rows` and `samples` are those that it is validated on."""
        self._head, self._network, self._encoder = head, network, encoder
        self._rows, self._samples = rows, samples

    @property
    def network(self) -> nn.Module:
        """Return what is trained."""
        return self._network

    def rows(self, batch: Batch) -> int:
        """Return how many samples a batch has."""
        return len(batch["input_ids"]) if batch else 0

    def amount(self, batch: Batch) -> int | torch.Tensor:
        """Return how many tokens a batch has."""
        return tokens_in(batch)

    def loss(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch, with its graph."""
        return self._head.loss(self._network, batch)

    def validate(self) -> dict[str, float]:
        """Return loss and metrics of the validation rows, measured as a whole."""
        return self._head.judge(self._network, self._encoder, self._rows, self._samples).metrics


def batches(samples: Samples, wide: int = 1) -> Iterator[tuple[Ints, Batch]]:
    """Give all samples with their places, those of like length together; `wide` is how many sequences a sample has."""
    lengths = samples.lengths
    order = np.argsort(lengths, kind="stable")
    at_once = max(1, TOKENS_AT_ONCE // max(1, wide * int(lengths.max(initial=1))))
    for first in range(0, len(order), at_once):
        rows = order[first : first + at_once]
        yield rows, samples.batch(rows, generator(0, first))


def device_of(network: nn.Module) -> torch.device:
    """Return where a network lives."""
    return next(network.parameters()).device


def plain(values: Any) -> list[Any]:
    """Return a tensor's numbers as a list."""
    found: list[Any] = values.detach().cpu().tolist()
    return found
