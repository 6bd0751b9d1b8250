"""Labelled texts from a run's dataset: which rows can be used, how they are split, and as tensors.
Must not know which network learns from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from engine.amounts import percent
from engine.families.findings import counted, named
from engine.families.frames import Values, numbers, read_snapshot
from engine.families.labels import text_of as words_of
from engine.families.supervised.splitting import Fold, Rows, cut
from engine.families.supervised.targets import encoded, fit_target
from engine.families.text.encoder import Sequences, TextEncoder
from engine.families.text.networks import text_of
from engine.families.text.reading_examples import encode_known
from engine.families.text.tokens import tokenizer_for
from engine.spec import RunSpec
from engine.training.failures import RunFailed


@dataclass(frozen=True)
class LabelledRows:
    """The rows of a run's dataset, its folds, and sentences about rows that are left out. `task` is classification or
    regression.
    """

    spec: RunSpec
    frame: pd.DataFrame
    folds: list[Fold]
    task: str
    notes: tuple[str, ...]

    def texts(self, rows: Rows) -> list[str]:
        """Return the texts of rows."""
        return as_texts(self.frame[text_of(self.spec).columns.text].iloc[rows])

    def seconds(self, rows: Rows) -> list[str] | None:
        """Return the second texts of rows, if there are any."""
        name = text_of(self.spec).columns.second
        return as_texts(self.frame[name].iloc[rows]) if name else None

    def encoder(self, fold: Fold, told: list[str] | None = None) -> TextEncoder:
        """Return the encoder of a fold, fitted on its training rows; what is to be said of the tokenizer goes to `told`."""
        own = text_of(self.spec)
        seconds = self.seconds(fold.train) or []
        tokenizer, notes = tokenizer_for(self.spec, [*self.texts(fold.train), *seconds])
        if told is not None:
            told.extend(notes)
        targets = tuple(fit_target(self.frame[name], fold.train, self.task) for name in own.columns.labels)
        framed = own.task != "text-classifier" or own.tokenizer.kind not in {"words", "characters"}
        return TextEncoder(tokenizer, own.max_length, self.task, targets, framed)

    def sequences(self, rows: Rows, encoder: TextEncoder) -> Sequences:
        """Return rows as token ids with their targets."""
        ids, kinds = encoder.encode(self.texts(rows), self.seconds(rows))
        target = encoded(self.frame.iloc[rows], encoder.task, encoder.targets)
        return Sequences(ids, kinds, target, encoder.pad)


def read_rows(workspace: Path, spec: RunSpec) -> LabelledRows:
    """Return the labelled texts of a run. Raises RunFailed where a column is gone or too little is left."""
    own = text_of(spec)
    task = "regression" if own.labels == "number" else "classification"
    column = getattr(spec.split, "column", "")
    wanted = [own.columns.text, own.columns.second, *own.columns.labels, column]
    frame = read_snapshot(workspace, spec, list(dict.fromkeys(name for name in wanted if name)))
    usable, notes = _usable(frame, spec, task)
    roles = spec.data.roles.model_copy(update={"target": own.columns.labels})
    given = spec.model_copy(update={"data": spec.data.model_copy(update={"roles": roles})})
    folds = cut(frame, usable, given, task)
    if task == "classification" and len(folds) == 1:
        notes = (*notes, *_unseen(frame, folds[0], own.columns.labels))
    return LabelledRows(spec, frame, folds, task, notes)


def _unseen(frame: pd.DataFrame, fold: Fold, names: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each part with labels that no training row has."""
    for name in names:
        labels = np.array(as_texts(frame[name]), dtype=object)
        known = sorted(set(labels[fold.train]))
        for part, rows in (("validation", fold.valid), ("test", fold.test)):
            if told := encode_known(labels[rows].tolist(), known, part)[1]:
                yield told


def as_texts(column: Values) -> list[str]:
    """Return a column's values as texts; a missing one is empty."""
    missing = column.isna().to_numpy()
    return ["" if gone else words_of(value) for value, gone in zip(column.tolist(), missing, strict=True)]


def _usable(frame: pd.DataFrame, spec: RunSpec, task: str) -> tuple[Rows, tuple[str, ...]]:
    own = text_of(spec)
    keep = np.ones(len(frame), dtype=bool)
    notes = []
    blank = np.array([not text.strip() for text in as_texts(frame[own.columns.text])], dtype=bool)
    gaps = [(own.columns.text, blank, "no text")]
    for name in own.columns.labels:
        if task == "regression":
            _refuse_words(frame[name], name)
            gaps.append((name, np.isnan(numbers(frame[name])), "no number"))
        else:
            gaps.append((name, frame[name].isna().to_numpy(), "no label"))
    for name, gone, what in gaps:
        if count := int((gone & keep).sum()):
            notes.append(f"{counted(count, 'row')} left out: {what} in {named([name])}.")
        keep &= ~gone
    positions = np.flatnonzero(keep)
    if len(positions) < 3:
        raise RunFailed(
            f"Only {len(positions)} of {counted(len(frame), 'row')} can be used; at least 3 are needed.",
            " ".join(notes) or "Import a file with more rows.",
        )
    return positions, tuple(notes)


def _refuse_words(column: Values, name: str) -> None:
    wrong = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    if wrong.any():
        raise RunFailed(
            f"“{column[wrong].iloc[0]}” in column “{name}”, row {int(np.flatnonzero(wrong)[0]) + 1:,}, is no number.",
            "Choose one label a text instead of a number (text.labels), or another column.",
        )


def lengths_told(lengths: Sequence[int] | np.ndarray, most: int) -> str:
    """Return a sentence about how long texts are in tokens, and how many were cut."""
    found = np.asarray(lengths)
    cut_off = int((found >= most).sum())
    share = f"; {percent(cut_off / max(1, len(found)), 1)} reach the limit of {most:,}" if cut_off else ""
    return f"Texts have {float(np.median(found)):,.0f} tokens (median), at most {int(found.max(initial=0)):,}{share}."


def on_device(sequences: Sequences, device: torch.device, dtype: torch.dtype) -> Sequences:
    """Return sequences on a device, numbers among the targets in a format."""
    moved = sequences.to(device)
    target = moved.target
    if target is None or not target.is_floating_point():
        return moved
    return Sequences(moved.ids, moved.kinds, target.to(dtype), moved.pad)
