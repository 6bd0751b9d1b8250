"""What makes a result look better than it is: inputs that tell the target, rows on both sides of the split.
Plain functions of a data frame, a fold and a specification that yield findings; must not load or split."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.amounts import percent
from engine.families.findings import Finding, counted, named
from engine.families.supervised.splitting import Fold
from engine.families.tabular.checks import is_numeric
from engine.spec import RunSpec

LEAK_ROWS = 20  # fewer rows than this say nothing about what determines what
FEW_ROWS = 2_000


def check_doubles(frame: pd.DataFrame, fold: Fold, spec: RunSpec) -> Iterator[Finding]:
    """Yield rows of validation and test that also stand, in inputs and target, among the training rows."""
    roles = spec.data.roles
    asked = np.concatenate([fold.valid, fold.test])
    if not len(asked):
        return
    hashes = _row_hashes(frame[list(dict.fromkeys([*roles.features, *roles.target]))])
    double = int(pd.Series(hashes[asked]).isin(hashes[fold.train]).sum())
    if not double:
        return
    share = double / len(asked)
    stand = f"also stand{'s' * (double == 1)} in training"
    text = f"{counted(double, 'row')} of validation and test ({percent(share, 1)}) {stand}."
    fix = "Remove duplicates from the file, or split by a group column so that equal rows stay together."
    yield Finding(severity="warning" if share >= 0.01 else "info", field="split", text=text, fix=fix)


def _row_hashes(frame: pd.DataFrame) -> NDArray[np.uint64]:
    """Return a hash a row; the database takes a tenth of the time that pandas takes for millions of texts."""
    import duckdb

    columns = ", ".join('"' + str(name).replace('"', '""') + '"' for name in frame.columns)
    with duckdb.connect() as db:
        db.register("hashed", frame)
        hashes: NDArray[np.uint64] = db.execute(f"SELECT hash({columns}) AS h FROM hashed").fetchnumpy()["h"]
    return hashes


def check_parts(frame: pd.DataFrame, fold: Fold, spec: RunSpec) -> Iterator[Finding]:
    """Yield classes that validation or test has and training does not."""
    if spec.tabular.task != "classification":
        return
    for target in spec.data.roles.target:
        known = set(frame[target].iloc[fold.train].dropna().unique())
        asked = set(frame[target].iloc[np.concatenate([fold.valid, fold.test])].dropna().unique())
        new = sorted(str(value) for value in asked - known)
        if new:
            text = f"{named(new)} of “{target}” {'is' if len(new) == 1 else 'are'} in no training row of this split."
            fix = "Use a stratified split, or another seed."
            yield Finding(severity="warning", field="split", text=text, fix=fix)


def check_targets_among_inputs(frame: pd.DataFrame, spec: RunSpec) -> Iterator[Finding]:
    """Yield the inputs that are a target in another dress: equal to it, or enough to tell it in every row."""
    for target in spec.data.roles.target:
        yield from _leaks(frame, target, spec)


def _leaks(frame: pd.DataFrame, target: str, spec: RunSpec) -> Iterator[Finding]:
    equal, telling = [], []
    rows = frame[frame[target].notna()]
    if len(rows) < LEAK_ROWS or rows[target].nunique() < 2:
        return
    codes = pd.factorize(rows[target])[0]
    classes = int(codes.max()) + 1
    few = rows.iloc[:FEW_ROWS]
    for column in spec.data.roles.features:
        if _equals(rows[column], rows[target]):
            equal.append(column)
        # What fails among few rows fails among all, so nearly every column is done with soon.
        elif _determines(few[column], few[target], codes[:FEW_ROWS], classes, spec, 0.95) and _determines(
            rows[column], rows[target], codes, classes, spec, 0.5
        ):
            telling.append(column)
    fix = "Set the role to ignore, unless it is really known at the time of prediction."
    if equal:
        text = f"{named(equal)} {'is' if len(equal) == 1 else 'are'} the target “{target}” under another name."
        yield Finding(severity="warning", field="data.roles", text=text, fix=fix)
    if telling:
        text = f"{named(telling)} alone {'tells' if len(telling) == 1 else 'tell'} the target “{target}” in every row."
        yield Finding(severity="warning", field="data.roles", text=text, fix=fix)


def _equals(column: pd.Series, target: pd.Series) -> bool:
    if column.isna().any():
        return False
    if is_numeric(column) and is_numeric(target):
        return bool((column.to_numpy() == target.to_numpy()).all())
    if is_numeric(column) != is_numeric(target):
        return False
    head = column.iloc[:LEAK_ROWS].astype(str).to_numpy() == target.iloc[:LEAK_ROWS].astype(str).to_numpy()
    return bool(head.all()) and bool((column.astype(str).to_numpy() == target.astype(str).to_numpy()).all())


def _determines(
    column: pd.Series, target: pd.Series, codes: NDArray[np.int64], classes: int, spec: RunSpec, distinct: float
) -> bool:
    """Whether one value of the column never goes with two of the target, though values repeat (at most the
    share `distinct` of the rows has a value of its own); for two numbers,
    whether one is a straight-line function of the other; for a number and classes, whether thresholds separate them."""
    if spec.tabular.task == "regression" and is_numeric(column) and is_numeric(target):
        return _is_linear(column, target)
    values, uniques = pd.factorize(column, use_na_sentinel=False)
    if 2 <= len(uniques) <= distinct * len(values):
        pairs = len(np.unique(values.astype(np.int64) * classes + codes))
        return pairs == len(uniques)
    if spec.tabular.task == "classification" and is_numeric(column) and classes <= 20 and not column.isna().any():
        order = np.argsort(column.to_numpy(), kind="stable")
        return int((np.diff(codes[order]) != 0).sum()) < classes
    return False


def _is_linear(column: pd.Series, target: pd.Series) -> bool:
    x, y = column.to_numpy(dtype=np.float64, na_value=np.nan), target.to_numpy(dtype=np.float64, na_value=np.nan)
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return bool(np.isfinite(size)) and size > 0 and abs(float(x @ y)) / size > 1 - 1e-12
