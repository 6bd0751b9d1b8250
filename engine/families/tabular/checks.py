"""What can be seen in the columns before training: gaps, constants, identifiers, rare classes, wrong types.
Plain functions of a data frame and a specification that yield findings; must not load, split or encode."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from pandas.api import types

from engine.amounts import percent
from engine.families.findings import Finding, Severity, counted, named
from engine.spec import RunSpec

MIN_ROWS = 20  # fewer rows than this say nothing about what an identifier looks like
FEW_ROWS = 2_000  # what is not so among few rows is not so among all
IDENTIFIER_SHARE = 0.95


def check_columns(columns: Sequence[str], spec: RunSpec) -> Iterator[Finding]:
    """Yield the columns that the specification names and the dataset does not have."""
    import difflib

    roles, known = spec.data.roles, set(columns)
    for role in ("target", "continuous", "categorical", "date", "group"):
        gone = [column for column in getattr(roles, role) if column not in known]
        if not gone:
            continue
        close = difflib.get_close_matches(gone[0], columns, n=1)
        hint = f" “{close[0]}” is close." if close and len(gone) == 1 else ""
        is_or_are = "is" if len(gone) == 1 else "are"
        yield Finding(
            severity="error",
            field=f"data.roles.{role}",
            text=f"{named(gone)} {is_or_are} not in the dataset.{hint}",
            fix="Choose the roles again for this dataset.",
        )
    column = getattr(spec.split, "column", None)
    if column is not None and column not in known:
        text = f"The split needs the column “{column}”, which the dataset does not have."
        yield Finding(severity="error", field="split.column", text=text, fix="Choose another column or another split.")


def check_data(frame: pd.DataFrame, spec: RunSpec, thinned: bool = False) -> Iterator[Finding]:
    """Yield everything that the values themselves tell, whatever the split. The columns must all be there.

    A frame that is `thinned` has only some of the table's rows, so that counts are the least that there can be.
    """
    roles = spec.data.roles
    for target in roles.target:
        yield from _target(frame[target], spec)
    yield from _gaps(frame, spec)
    yield from _constants(frame, spec)
    yield from _identifiers(frame, spec)
    yield from _cardinality(frame, spec, "more than " if thinned else "")
    yield from _numbers_that_are_text(frame, spec)


def is_numeric(column: pd.Series) -> bool:
    """Whether a column holds numbers, booleans aside."""
    return bool(types.is_numeric_dtype(column.dtype)) and not types.is_bool_dtype(column.dtype)


def _target(target: pd.Series, spec: RunSpec) -> Iterator[Finding]:
    name, field = target.name, "data.roles.target"
    missing = int(target.isna().sum())
    if missing == len(target):
        text = f"The target “{name}” has no values at all."
        yield Finding(severity="error", field=field, text=text, fix="Choose another target.")
        return
    if missing:
        rows = counted(missing, "row has", "rows have")
        if spec.tabular.preprocess.missing_target == "refuse":
            fix = "Set “missing target” to drop, or fill the gaps in the file."
            text = f"{rows} no value in the target “{name}”, and the settings refuse such rows."
            yield Finding(severity="error", field="tabular.preprocess.missing_target", text=text, fix=fix)
        else:
            text = f"{rows} no value in the target “{name}” and will be left out."
            yield Finding(severity="info", field="tabular.preprocess.missing_target", text=text)
    known = target.dropna()
    yield from (_classes(known, spec) if spec.tabular.task == "classification" else _numbers(known))


def _classes(target: pd.Series, spec: RunSpec) -> Iterator[Finding]:
    name, field = target.name, "data.roles.target"
    counts = target.value_counts()
    if len(counts) == 1:
        text = f"The target “{name}” has only one class, “{counts.index[0]}”: there is nothing to learn."
        yield Finding(severity="error", field=field, text=text, fix="Choose another target, or data with more classes.")
        return
    fractional = bool(types.is_float_dtype(target.dtype)) and bool((target % 1 != 0).any())
    if is_numeric(target) and len(counts) > 20 and (fractional or len(counts) > 0.2 * len(target)):
        text = f"The target “{name}” holds numbers with {len(counts):,} different values; each would become a class."
        yield Finding(severity="warning", field="tabular.task", text=text, fix="Choose regression.")
        return
    single = counts.index[counts == 1]
    if len(single):
        classes = counted(len(single), "class", "classes")
        has, which = "has" if len(single) == 1 else "have", named([str(label) for label in single])
        text = f"{classes} of “{name}” {has} a single row: {which}."
        fix = "Merge rare classes, drop them, or collect more rows: a class of one row cannot be learned and tested."
        yield Finding(severity="warning", field=field, text=text, fix=fix)
    share = float(counts.iloc[-1] / counts.sum())
    balance = spec.tabular.balance
    if share < 0.02 and not len(single) and balance.class_weights == "none" and not balance.balanced_sampling:
        text = f"The class “{counts.index[-1]}” of “{name}” is rare: {counts.iloc[-1]:,} rows, {percent(share, 2)}."
        fix = "Class weights or balanced sampling help a model to notice it; look at balanced accuracy."
        yield Finding(severity="info", field="tabular.balance", text=text, fix=fix)


def _numbers(target: pd.Series) -> Iterator[Finding]:
    name, field = target.name, "data.roles.target"
    if not is_numeric(target) and not types.is_bool_dtype(target.dtype):
        text = f"The target “{name}” holds text or dates, and regression predicts numbers."
        yield Finding(severity="error", field="tabular.task", text=text, fix="Choose classification or another target.")
        return
    values = target.to_numpy(dtype=np.float64)
    infinite = int(np.isinf(values).sum())
    if infinite:
        text = f"{counted(infinite, 'row has', 'rows have')} an infinite value in the target “{name}”."
        yield Finding(severity="error", field=field, text=text, fix="Correct these rows in the file.")
    distinct = int(target.nunique())
    if distinct == 1:
        text = f"The target “{name}” is the same in every row: there is nothing to learn."
        yield Finding(severity="error", field=field, text=text, fix="Choose another target.")
    elif distinct == 2:
        text = f"The target “{name}” has only two different values."
        yield Finding(severity="info", field="tabular.task", text=text, fix="Classification may suit it better.")


def _gaps(frame: pd.DataFrame, spec: RunSpec) -> Iterator[Finding]:
    roles, policy = spec.data.roles, spec.tabular.preprocess
    empty = [column for column in roles.features if bool(frame[column].isna().all())]
    if empty and len(frame):
        text = f"{named(empty)} {'has' if len(empty) == 1 else 'have'} no values at all."
        yield Finding(severity="warning", field="data.roles", text=text, fix="Set the role to ignore.")
    groups = (
        ("continuous", policy.missing_continuous, roles.continuous),
        ("categorical", policy.missing_categorical, roles.categorical),
    )
    for kind, choice, columns in groups:
        gaps = {c: int(frame[c].isna().sum()) for c in columns if c not in empty}
        gaps = {column: count for column, count in gaps.items() if count}
        if not gaps:
            continue
        field = f"tabular.preprocess.missing_{kind}"
        where = (
            f"{named(sorted(gaps, key=lambda column: -gaps[column]))} ({counted(max(gaps.values()), 'row')} at most)"
        )
        if choice == "refuse":
            text = f"Values are missing in {where}, and the settings refuse them."
            yield Finding(severity="error", field=field, text=text, fix="Choose how to fill them, or drop the rows.")
        elif choice == "drop":
            rows = int(frame[list(gaps)].isna().any(axis=1).sum())
            severity: Severity = "warning" if rows > 0.2 * len(frame) else "info"
            text = f"{counted(rows, 'row')} with missing values in {where} will be left out."
            yield Finding(severity=severity, field=field, text=text, fix="Filling them would keep the rows.")
        else:
            how = "become a category of their own" if kind == "categorical" else f"are filled with the {choice}"
            how = how.replace("the zero", "zero")
            yield Finding(severity="info", field=field, text=f"Missing values in {where} {how}.")
    yield from _infinite(frame, spec)


def _infinite(frame: pd.DataFrame, spec: RunSpec) -> Iterator[Finding]:
    counts = {
        column: int(np.isinf(frame[column].to_numpy(dtype=np.float64, na_value=np.nan)).sum())
        for column in spec.data.roles.continuous
        if types.is_float_dtype(frame[column].dtype)
    }
    infinite = [column for column, count in counts.items() if count]
    if infinite:
        text = f"{named(infinite)} {'holds' if len(infinite) == 1 else 'hold'} infinite values; they count as missing."
        field = "tabular.preprocess.missing_continuous"
        yield Finding(
            severity="warning", field=field, text=text, fix="Correct them in the file if they mean something."
        )


def _constants(frame: pd.DataFrame, spec: RunSpec) -> Iterator[Finding]:
    constant = []
    for column in spec.data.roles.features:
        values = frame[column]
        if values.iloc[:FEW_ROWS].nunique(dropna=False) == 1 and values.nunique(dropna=False) == 1:
            constant.append(column)
    constant = [column for column in constant if bool(frame[column].notna().any())]
    if constant:
        is_or_are = "is the same in every row" if len(constant) == 1 else "are the same in every row"
        text = f"{named(constant)} {is_or_are} and cannot help."
        yield Finding(severity="warning", field="data.roles", text=text, fix="Set the role to ignore.")


def _identifiers(frame: pd.DataFrame, spec: RunSpec) -> Iterator[Finding]:
    roles = spec.data.roles
    found = [column for column in roles.categorical if _is_label_per_row(frame[column])]
    found += [column for column in roles.continuous if _is_row_number(frame[column])]
    if found:
        text = (
            f"{named(found)} {'looks' if len(found) == 1 else 'look'} like an identifier: nearly every row has its own."
        )
        fix = "Set the role to ignore: a model learns such a column by heart and fails on new rows."
        yield Finding(severity="warning", field="data.roles", text=text, fix=fix)


def _is_label_per_row(column: pd.Series) -> bool:
    known = column.dropna()
    return len(known) >= MIN_ROWS and int(known.nunique()) > IDENTIFIER_SHARE * len(known)


def _is_row_number(column: pd.Series) -> bool:
    """Whether whole numbers run through without doubles and (nearly) without gaps, as a row's number does."""
    if not is_numeric(column) or bool((column.iloc[:FEW_ROWS].dropna() % 1 != 0).any()):
        return False
    known = column.dropna()
    if len(known) < MIN_ROWS:
        return False
    low, high = float(known.min()), float(known.max())
    if not np.isfinite(low + high) or high - low >= len(known) / IDENTIFIER_SHARE:
        return False
    return bool((known % 1 == 0).all()) and bool(known.is_unique)


def _cardinality(frame: pd.DataFrame, spec: RunSpec, least: str) -> Iterator[Finding]:
    limit = spec.tabular.preprocess.max_categories
    for column in spec.data.roles.categorical:
        distinct = int(frame[column].nunique())
        if distinct > limit:
            text = (
                f"“{column}” has {least}{distinct:,} different values; "
                f"the {limit:,} most frequent are kept, others are one."
            )
            field = "tabular.preprocess.max_categories"
            yield Finding(severity="warning", field=field, text=text, fix="Set the role to ignore, or raise the limit.")
        elif distinct > 1000 and distinct > 0.1 * len(frame) and not _is_label_per_row(frame[column]):
            text = f"“{column}” has {least}{distinct:,} different values, each with only a few rows to learn from."
            fix = "Group rare values together, or set the role to ignore."
            yield Finding(severity="warning", field="data.roles.categorical", text=text, fix=fix)


def _numbers_that_are_text(frame: pd.DataFrame, spec: RunSpec) -> Iterator[Finding]:
    text_like = [
        column
        for column in spec.data.roles.continuous
        if not types.is_numeric_dtype(frame[column].dtype) and not types.is_bool_dtype(frame[column].dtype)
    ]
    if text_like:
        text = f"{named(text_like)} should be numbers by role and {'holds' if len(text_like) == 1 else 'hold'} text."
        fix = "Set the role to categorical, or import the file again with other settings."
        yield Finding(severity="error", field="data.roles.continuous", text=text, fix=fix)
