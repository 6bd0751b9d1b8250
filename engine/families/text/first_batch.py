"""The first batch of a run as it will be trained, sample by sample as chips. Batches come from the run's own loaders.
Must not know a network."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from engine.catalog.text_view import ChipMark, SeenPart, SeenSample
from engine.families.supervised.splitting import Rows
from engine.families.text.chips import Chips
from engine.families.text.corpus import Corpus
from engine.families.text.labelled import LabelledRows
from engine.families.text.language_modelling import loader_of
from engine.families.text.loader import SequenceLoader
from engine.families.text.looking import Looked
from engine.families.text.masking import IGNORED
from engine.families.text.networks import text_of
from engine.families.text.tasks.head import Head
from engine.families.text.word_vectors import pairs_of
from engine.spec import RunSpec
from engine.training.loader import Batch, BatchPlan

SHOWN = 32
"""Samples of a batch that are shown."""
MOST_LETTERS = 500_000
"""Letters of a text that takes part in a batch that is looked at."""
CPU = torch.device("cpu")


@dataclass(frozen=True)
class FirstBatch:
    """How many samples it has, which share of its tokens is filling, and the first of them; `is_exact` says whether the
    run's own first batch is the same."""

    rows: int
    padding: float
    samples: tuple[SeenSample, ...]
    is_exact: bool = True


def first_batch(looked: Looked, spec: RunSpec) -> FirstBatch:
    """Return the first batch of the first epoch. Raises RunFailed."""
    rows = _quick(looked)
    is_exact = looked.is_whole and len(rows) == len(looked.rows)
    looked = replace(looked, rows=rows)
    if text_of(spec).task == "word2vec":
        return replace(_of_pairs(looked, spec), is_exact=is_exact)
    batch = next(iter(_batches(looked, spec)))
    ids = batch["input_ids"]
    real = batch.get("mask", torch.ones_like(ids, dtype=torch.bool))
    reader = _Reader(looked, spec, batch)
    samples = tuple(reader.sample(row) for row in range(min(SHOWN, len(ids))))
    return FirstBatch(len(ids), 1.0 - float(real.float().mean()), samples, is_exact)


def _quick(looked: Looked) -> Rows:
    """Return the rows without texts so long that their tokens would be waited for; all where nothing else is left."""
    if isinstance(looked.source, Head):
        return looked.rows
    letters = np.array([len(text) for text in looked.source.texts(looked.rows)])
    kept = looked.rows[letters <= MOST_LETTERS]
    return kept if len(kept) > 1 else looked.rows


def _batches(looked: Looked, spec: RunSpec) -> Iterator[Batch]:
    """Give the run's batches of the texts that were looked at."""
    source, encoder, trainer, own = looked.source, looked.encoder, spec.trainer, text_of(spec)
    if isinstance(source, Corpus):
        return iter(loader_of(source, looked.rows, encoder, trainer, CPU, trainer.seed))
    if isinstance(source, LabelledRows):
        sequences = source.sequences(looked.rows, encoder)
        lengths, collate = sequences.ids.lengths, sequences.batch
    else:
        samples = source.samples(looked.rows, encoder, CPU)
        lengths, collate = samples.lengths, samples.batch  # type: ignore[assignment]
    plan = BatchPlan.of(len(lengths), trainer.batch_size, trainer.drop_last)
    by_length = lengths if own.length_buckets else None
    return iter(SequenceLoader(len(lengths), plan, collate, trainer.seed, by_length))


class _Reader:
    """Puts the samples of one batch into chips."""

    def __init__(self, looked: Looked, spec: RunSpec, batch: Batch) -> None:
        self._chips = Chips(looked.encoder)
        self._targets, self._kind = looked.encoder.targets, looked.encoder.task
        self._task, self._batch = text_of(spec).task, batch

    def sample(self, row: int) -> SeenSample:
        """Return one."""
        if self._task == "masked-lm":
            return SeenSample(parts=(self._masked(row),))
        if self._task in {"causal-lm", "rnn-lm"}:
            return SeenSample(parts=(self._plain(row),), label=self._next(row))
        if self._task == "token-classification":
            return SeenSample(parts=(self._tagged(row),))
        if self._task == "question-answering":
            return self._answered(row)
        if self._task == "multiple-choice":
            return self._choices(row)
        if self._task == "seq2seq":
            return self._pair(row)
        return SeenSample(parts=(self._plain(row),), label=self._label(row))

    def _row(self, name: str, row: int) -> list[Any]:
        found: list[Any] = self._batch[name][row].tolist()
        return found

    def _real(self, row: int) -> list[bool]:
        return self._row("mask", row) if "mask" in self._batch else []

    def _plain(self, row: int) -> SeenPart:
        return self._chips.part(self._row("input_ids", row), real=self._real(row))

    def _masked(self, row: int) -> SeenPart:
        given, wanted = self._row("input_ids", row), self._row("labels", row)
        mask = self._chips.mask
        marks = [_mark(its, truth, mask) for its, truth in zip(given, wanted, strict=True)]
        notes = ["" if truth == IGNORED else self._chips.text(truth) for truth in wanted]
        return self._chips.part(given, marks=marks, notes=notes, real=self._real(row))

    def _next(self, row: int) -> str:
        """Return the token that is to be guessed last."""
        known = [one for one in self._row("labels", row) if one != IGNORED]
        return self._chips.text(known[-1]) if known else ""

    def _tagged(self, row: int) -> SeenPart:
        names = self._targets[0].classes
        notes = ["" if code == IGNORED else names[code] for code in self._row("labels", row)]
        return self._chips.part(self._row("input_ids", row), notes=notes, real=self._real(row))

    def _answered(self, row: int) -> SeenSample:
        ids, (first, last) = self._row("input_ids", row), self._row("span", row)
        there = last > 0
        marks: list[ChipMark] = ["answer" if there and first <= at <= last else "" for at in range(len(ids))]
        part = self._chips.part(ids, marks=marks, real=self._real(row))
        answer = " ".join(self._chips.text(one) for one in ids[first : last + 1]) if there else ""
        return SeenSample(parts=(part,), label=answer)

    def _choices(self, row: int) -> SeenSample:
        right = int(self._batch["right"][row])
        ids, masks = self._row("input_ids", row), self._row("mask", row)
        parts = tuple(
            self._chips.part(one, title=name, real=real, is_right=place == right)
            for place, (one, real, name) in enumerate(zip(ids, masks, self._targets[0].classes, strict=True))
        )
        return SeenSample(parts=parts, label=self._targets[0].classes[right])

    def _pair(self, row: int) -> SeenSample:
        written = [one for one in self._row("labels", row) if one != IGNORED]
        read = self._chips.part(self._row("input_ids", row), title="read", real=self._real(row))
        return SeenSample(parts=(read, self._chips.part(written, title="written")))

    def _label(self, row: int) -> str:
        target = self._batch["target"][row]
        if self._kind == "labels":
            return ", ".join(one.name for one, there in zip(self._targets, target.tolist(), strict=True) if there)
        names = []
        for one, value in zip(self._targets, target.reshape(-1).tolist(), strict=True):
            names.append(one.classes[int(value)] if one.classes else f"{value * one.scale + one.mean:.6g}")
        return ", ".join(names)


def _mark(given: int, truth: int, mask: int | None) -> ChipMark:
    """Return what was done to a token that is to be guessed."""
    if truth == IGNORED:
        return ""
    if given == mask:
        return "masked"
    return "kept" if given == truth else "replaced"


def _of_pairs(looked: Looked, spec: RunSpec) -> FirstBatch:
    """Return word2vec's first batch: each center with the words that it is to guess."""
    assert isinstance(looked.source, Corpus)
    pairs = pairs_of(looked.source, looked.rows, looked.encoder, spec)
    chips = Chips(looked.encoder)
    found: list[tuple[int, list[int]]] = []
    for center, near in zip(pairs.centers.tolist(), pairs.contexts.tolist(), strict=True):
        if found and found[-1][0] == center:
            found[-1][1].append(near)
        elif len(found) == SHOWN:
            break
        else:
            found.append((center, [near]))
    samples = tuple(
        SeenSample(parts=(chips.part([center], "center", ["center"]), chips.part(near, "near")))
        for center, near in found
    )
    return FirstBatch(len(pairs), 0.0, samples)
