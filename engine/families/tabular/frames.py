"""From a dataset's snapshot to a DataFrame, and which of its rows can be used at all.
Names problems by column and row count; must not encode, split or know about models."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.frames import Values, numbers, read_snapshot
from engine.spec import RunSpec
from engine.training.failures import Fault, FaultKind, RunFailed


@dataclass(frozen=True)
class UsableRows:
    """Positions of the rows that a run can use, and sentences about those it leaves out or fills."""

    positions: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def load(workspace: Path, spec: RunSpec) -> pd.DataFrame:
    """Return the snapshot's columns that the run uses, all rows in file order, with a RangeIndex.

    Raises RunFailed where the snapshot or one of the columns is gone.
    """
    return read_snapshot(workspace, spec, used_columns(spec))


def used_columns(spec: RunSpec) -> list[str]:
    """Return the columns that a run reads: inputs, targets, groups and the one that splits the rows."""
    roles = spec.data.roles
    wanted = [*roles.features, *roles.target, *roles.group]
    column = getattr(spec.split, "column", "")
    return list(dict.fromkeys([*wanted, *([column] if column else [])]))


def usable_rows(frame: pd.DataFrame, spec: RunSpec) -> UsableRows:
    """Apply the missing-value policies: which rows stay, or RunFailed naming the column and the number of rows."""
    if not len(frame):
        raise RunFailed("The dataset has no rows.", "Import a file that has rows below its header.")
    if not spec.data.roles.target:
        raise RunFailed("No column is the target.", "Give one column the role “target”.")
    if not spec.data.roles.features:
        raise RunFailed("No column is an input.", "Give at least one column the role continuous, categorical or date.")
    keep = np.ones(len(frame), dtype=bool)
    notes: list[str] = []
    policies = spec.tabular.preprocess
    for name in spec.data.roles.target:
        _apply(keep, notes, name, _missing_target(frame, name, spec), policies.missing_target, "no target", "target")
    for name in spec.data.roles.continuous:
        gaps, what = _missing_number(frame, name)
        _apply(keep, notes, name, gaps, policies.missing_continuous, what, "continuous")
    for name in spec.data.roles.categorical:
        gaps = frame[name].isna().to_numpy()
        _apply(keep, notes, name, gaps, policies.missing_categorical, "no value", "categorical")
    positions = np.flatnonzero(keep)
    if len(positions) < 3:
        raise RunFailed(
            f"Only {len(positions)} of {len(frame)} rows can be used; at least 3 are needed.",
            " ".join(notes) or "Import a file with more rows.",
        )
    return UsableRows(positions, tuple(notes))


def _apply(
    keep: NDArray[np.bool_], notes: list[str], name: str, gaps: NDArray[np.bool_], policy: str, what: str, role: str
) -> None:
    count = int(gaps.sum())
    if not count:
        return
    rows = "1 row" if count == 1 else f"{count:,} rows"
    if policy == "refuse":
        raise RunFailed(
            f"Column “{name}” has {what} in {rows}.",
            f"Mend the file, or choose another missing-value policy (missing_{role}).",
            Fault(FaultKind.GAPS, (name,), role),
        )
    if policy == "drop":
        keep &= ~gaps
        notes.append(f"{rows} left out: {what} in “{name}”.")
    elif policy != "category":
        notes.append(f"{rows} of “{name}” had {what}: filled with the {policy}.")


def _missing_target(frame: pd.DataFrame, name: str, spec: RunSpec) -> NDArray[np.bool_]:
    if spec.tabular.task == "classification":
        return frame[name].isna().to_numpy()
    _refuse_text(frame[name], name, "Choose classification, or another target.", "target")
    return np.isnan(numbers(frame[name]))


def _missing_number(frame: pd.DataFrame, name: str) -> tuple[NDArray[np.bool_], str]:
    column = frame[name]
    _refuse_text(column, name, "Give it the role categorical.", "continuous")
    gaps = np.isnan(numbers(column))
    endless = gaps & ~column.isna().to_numpy()
    what = "no value" if not endless.any() else "infinity" if endless.sum() == gaps.sum() else "no value or infinity"
    return gaps, what


def _refuse_text(column: Values, name: str, advice: str, role: str) -> None:
    if column.dtype != object:
        return
    wrong = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    if wrong.any():
        example = str(column[wrong].iloc[0])[:40]
        raise RunFailed(
            f"Column “{name}” has {int(wrong.sum()):,} rows that are no number, such as “{example}”.",
            advice,
            Fault(FaultKind.TEXT, (name,), role),
        )
