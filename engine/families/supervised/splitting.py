"""Which rows train, validate and test: the same for the same specification, whatever happens elsewhere.
Works on positions in the frame; must not look at the inputs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.amounts import percent
from engine.families.frames import Values, numbers
from engine.families.labels import codes_of
from engine.spec import (
    ColumnSplit,
    GroupSplit,
    KFoldSplit,
    OrderSplit,
    RandomSplit,
    RunSpec,
    StratifiedSplit,
    TimeSplit,
)
from engine.training.failures import RunFailed

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Fold:
    """Row positions of one training: disjoint, each sorted. `name` is empty, or fold1, fold2 … in a cross-validation."""

    train: Rows
    valid: Rows
    test: Rows
    name: str = ""

    @property
    def prefix(self) -> str:
        """What metric keys begin with: nothing, or “fold1/”."""
        return f"{self.name}/" if self.name else ""


def cut(frame: pd.DataFrame, usable: Rows, spec: RunSpec, task: str) -> list[Fold]:
    """Return the fold of a run, or the folds of a cross-validation. Raises RunFailed where a part would be empty.

    Rows that are not `usable` are in no part. Every split depends on the seed alone. `task` says whether the targets are
    classes, which every part must have enough of.
    """
    _check_classes(frame, usable, spec, task)
    rng = np.random.default_rng(spec.trainer.seed)
    kind = spec.split
    if isinstance(kind, KFoldSplit):
        folds = _kfold(frame, usable, spec, task, kind, rng)
    elif isinstance(kind, RandomSplit):
        folds = [_random(usable, kind.valid, kind.test, rng)]
    elif isinstance(kind, StratifiedSplit):
        folds = [_stratified(usable, _strata(frame, usable, spec, task), kind.valid, kind.test, rng)]
    elif isinstance(kind, GroupSplit):
        folds = [_group(_column(frame, kind.column), usable, kind, rng)]
    elif isinstance(kind, OrderSplit):
        folds = [_in_order(np.sort(usable), kind.valid, kind.test)]
    elif isinstance(kind, TimeSplit):
        folds = [_time(_column(frame, kind.column), usable, kind)]
    elif isinstance(kind, ColumnSplit):
        folds = [_by_column(_column(frame, kind.column), usable, kind)]
    else:
        raise RunFailed(f"A split of the kind “{kind.kind}” is for series.", "Choose “time” to split a table by time.")
    folds = [Fold(np.sort(fold.train), np.sort(fold.valid), np.sort(fold.test), fold.name) for fold in folds]
    for fold in folds:
        _check_fold(frame, fold, spec, task)
    return folds


def _random(usable: Rows, valid: float, test: float, rng: np.random.Generator) -> Fold:
    shuffled = rng.permutation(usable)
    valid_count, test_count = _counts(len(usable), valid, test)
    return Fold(
        shuffled[valid_count + test_count :], shuffled[:valid_count], shuffled[valid_count : valid_count + test_count]
    )


def _counts(total: int, valid: float, test: float) -> tuple[int, int]:
    if valid + test >= 1:
        raise RunFailed(
            f"Validation and test take {percent(valid + test)} of the rows: nothing is left to train on.",
            "Make both shares smaller.",
        )
    return max(1, round(total * valid)), max(1, round(total * test)) if test > 0 else 0


def _stratified(usable: Rows, strata: Rows, valid: float, test: float, rng: np.random.Generator) -> Fold:
    """Deal out each stratum on its own; one with a single row goes to training."""
    _counts(len(usable), valid, test)
    parts: tuple[list[Rows], list[Rows], list[Rows]] = ([], [], [])
    for stratum in np.unique(strata):
        rows = rng.permutation(usable[strata == stratum])
        valid_count, test_count = round(len(rows) * valid), round(len(rows) * test)
        while valid_count + test_count >= len(rows):
            valid_count, test_count = (
                (valid_count - 1, test_count) if valid_count >= test_count else (valid_count, test_count - 1)
            )
        parts[1].append(rows[:valid_count])
        parts[2].append(rows[valid_count : valid_count + test_count])
        parts[0].append(rows[valid_count + test_count :])
    train, valid_rows, test_rows = (np.concatenate(part) for part in parts)
    return Fold(train, valid_rows, test_rows)


def _kfold(
    frame: pd.DataFrame, usable: Rows, spec: RunSpec, task: str, kind: KFoldSplit, rng: np.random.Generator
) -> list[Fold]:
    strata = _strata(frame, usable, spec, task) if kind.stratified else np.zeros(len(usable), dtype=np.int64)
    test = np.empty(0, dtype=np.int64)
    if kind.test > 0:
        aside = _stratified(usable, strata, 0.0, kind.test, rng)
        test = aside.test
        stays = np.isin(usable, test, invert=True)
        usable, strata = usable[stays], strata[stays]
    if len(usable) < 2 * kind.folds:
        raise RunFailed(
            f"{len(usable)} rows are too few for {kind.folds} folds.", f"Take at most {max(2, len(usable) // 2)} folds."
        )
    # Rows in random order within each stratum are dealt out like cards, so that every fold gets its share of each.
    order = rng.permutation(len(usable))
    dealt = order[np.argsort(strata[order], kind="stable")]
    fold_of = np.empty(len(usable), dtype=np.int64)
    fold_of[dealt] = np.arange(len(usable)) % kind.folds
    return [
        Fold(usable[fold_of != index], usable[fold_of == index], test, f"fold{index + 1}")
        for index in range(kind.folds)
    ]


def _group(column: Values, usable: Rows, kind: GroupSplit, rng: np.random.Generator) -> Fold:
    codes, names = codes_of(column.iloc[usable])
    groups = rng.permutation(np.unique(codes))
    needed = 3 if kind.test > 0 else 2
    if len(groups) < needed:
        raise RunFailed(
            f"Column “{kind.column}” names {len(names)} groups; at least {needed} are needed to split by group.",
            "Choose another column, or split at random.",
        )
    valid_count, test_count = _counts(len(groups), kind.valid, kind.test)
    in_valid = np.isin(codes, groups[:valid_count])
    in_test = np.isin(codes, groups[valid_count : valid_count + test_count])
    return Fold(usable[~in_valid & ~in_test], usable[in_valid], usable[in_test])


def _time(column: Values, usable: Rows, kind: TimeSplit) -> Fold:
    taken = column.iloc[usable]
    if taken.dtype == object:
        parsed = pd.to_datetime(taken, errors="coerce", format="mixed", utc=True)
        taken = parsed if not parsed.isna().all() else taken
    when = numbers(taken)
    if count := int(np.isnan(when).sum()):
        raise RunFailed(
            f"Column “{kind.column}” has no time in {count:,} rows, so they cannot be put in order.",
            "Choose another column for the split, or leave those rows out of the file.",
        )
    return _in_order(usable[np.argsort(when, kind="stable")], kind.valid, kind.test)


def _in_order(ordered: Rows, valid: float, test: float) -> Fold:
    valid_count, test_count = _counts(len(ordered), valid, test)
    first_valid, first_test = len(ordered) - valid_count - test_count, len(ordered) - test_count
    return Fold(ordered[:first_valid], ordered[first_valid:first_test], ordered[first_test:])


def _by_column(column: Values, usable: Rows, kind: ColumnSplit) -> Fold:
    codes, names = codes_of(column.iloc[usable])
    parts = []
    for value, needed in ((kind.train_value, True), (kind.valid_value, True), (kind.test_value, False)):
        rows = usable[codes == names.index(value)] if value in names else usable[:0]
        if needed and not len(rows):
            found = ", ".join(f"“{name}”" for name in names[:8])
            raise RunFailed(
                f"Column “{kind.column}” has no usable row with the value “{value}”.", f"Its values are {found}."
            )
        parts.append(rows)
    return Fold(parts[0], parts[1], parts[2])


def _column(frame: pd.DataFrame, name: str) -> Values:
    if name not in frame.columns:
        raise RunFailed(f"Column “{name}” is gone: the split needs it.", "Choose another column for the split.")
    return frame[name]


def _strata(frame: pd.DataFrame, usable: Rows, spec: RunSpec, task: str) -> Rows:
    """Return a stratum for each row: the class of the first target, or the tenth that its number falls in."""
    column = frame[spec.data.roles.target[0]].iloc[usable]
    if task == "classification":
        return codes_of(column)[0]
    values = numbers(column)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, 11)[1:-1]))
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def _check_classes(frame: pd.DataFrame, usable: Rows, spec: RunSpec, task: str) -> None:
    if task != "classification":
        return
    for name in spec.data.roles.target:
        _, names = codes_of(frame[name].iloc[usable])
        if len(names) == 1:
            raise RunFailed(
                f"The target “{name}” has one class only, “{names[0]}”: there is nothing to learn.",
                "Choose another target, or a file with rows of other classes.",
            )
        if len(names) > MAX_CLASSES:
            raise RunFailed(
                f"The target “{name}” has {len(names):,} classes.",
                "Choose regression if it is a number; otherwise it may be an identifier, which no model can learn.",
            )


MAX_CLASSES = 5_000


def _check_fold(frame: pd.DataFrame, fold: Fold, spec: RunSpec, task: str) -> None:
    advice = "Make the other parts smaller, or import more rows."
    if len(fold.train) < 2:
        raise RunFailed(f"{len(fold.train)} rows are left to train on; at least 2 are needed.", advice)
    if not len(fold.valid):
        raise RunFailed("No row is left to validate on.", "Make the validation share larger, or import more rows.")
    if task != "classification":
        return
    for name in spec.data.roles.target:
        classes = codes_of(frame[name].iloc[fold.train])[1]
        if len(classes) == 1:
            raise RunFailed(
                f"All training rows have the class “{classes[0]}” in “{name}”.",
                "Use a stratified split, or split by another column.",
            )
