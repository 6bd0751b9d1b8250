"""Looking at the series of a specification before training: read and mended as they will be, or, where the specification
refuses them, as far as they can be drawn. What was read last is kept. Must not build windows or load torch."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from engine.datasets import parquet_path
from engine.families.forecasting import repairs
from engine.families.forecasting.folds import Fold, split
from engine.families.forecasting.irregular import Uneven, uneven
from engine.families.forecasting.series import Series, columns_of, forecasting_of, read_rows
from engine.families.forecasting.times import may_be_dates, read_times
from engine.families.frames import read_columns
from engine.spec import ForecastingSpec, Roles, RunSpec
from engine.training.failures import RunFailed

MOST_KEPT = 2
TRIED_GROUPS = 8
_TEXTS = ("string", "str", "category")
LOOKED_AT = 200_000
BY_MISTAKE = 0.05
"""Of the rows whose time was there already, the share that may be there twice within a series."""


@dataclass(frozen=True)
class Looked:
    """Series up to their last target, what the file had of them (`rows`: sorted, maybe twice or with gaps), and why
    they are refused, if so.

    `groups` are columns that tell series apart, where rows of one time stand there several times and none is named;
    `times` columns of texts that are dates, where no time column is named.
    """

    series: Series | None
    rows: Series | None
    problem: str = ""
    groups: tuple[str, ...] = ()
    uneven: tuple[Uneven, ...] = ()
    times: tuple[str, ...] = ()
    folds: dict[str, tuple[list[Fold], str]] = field(default_factory=dict)

    def folds_of(self, spec: RunSpec) -> tuple[list[Fold], str]:
        """Return the folds of a specification on these series, or why there are none; the last ones are kept."""
        assert self.series is not None
        key = f"{spec.split.model_dump_json()} {forecasting_of(spec).windows.model_dump_json()}"
        if key not in self.folds:
            self.folds.clear()
            try:
                self.folds[key] = split(self.series, spec), ""
            except RunFailed as failure:
                self.folds[key] = [], str(failure)
        return self.folds[key]


_kept: dict[tuple[str, str, str], Looked] = {}
_lock = threading.Lock()


def look(workspace: Path, spec: RunSpec) -> Looked:
    """Return the series of a specification. Never raises for what a user could have got wrong."""
    bare = _bare(spec)
    key = (str(workspace), bare.data.dataset, bare.model_dump_json())
    with _lock:
        if key not in _kept:
            while len(_kept) >= MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = _look(workspace, bare, spec.data.roles)
        return _kept[key]


def _bare(spec: RunSpec) -> RunSpec:
    """Return the specification with the targets as its only inputs, and nothing else that does not matter here."""
    roles = Roles(target=spec.data.roles.target, group=spec.data.roles.group)
    own = ForecastingSpec(timeline=forecasting_of(spec).timeline)
    data = spec.data.model_copy(update={"roles": roles, "name": ""})
    return RunSpec.model_validate({"family": "forecasting", "data": data.model_dump(), "forecasting": own.model_dump()})


def _look(workspace: Path, spec: RunSpec, roles: Roles) -> Looked:
    path = parquet_path(workspace, spec.data.dataset)
    if not path.is_file():
        return Looked(None, None, "The data is no longer in the workspace; import the file again.")
    if not spec.data.roles.target or not forecasting_of(spec).timeline.column:
        times = () if forecasting_of(spec).timeline.column else date_texts(path, (*roles.ignore, *roles.categorical))
        return Looked(None, None, "Choose the time column and the target first.", times=times)
    groups: tuple[str, ...] = ()
    try:
        frame = read_columns(path, columns_of(spec))
        rows, places, off = read_rows(frame, spec, None)
        if not spec.data.roles.group:
            candidates = (*roles.categorical, *roles.ignore, *roles.continuous)
            if _is_twice(rows, off):
                groups = _groups(path, spec, candidates)
            elif off.any() or (np.diff(rows.step) > 1).any():
                groups = _even_groups(path, spec, candidates)
    except RunFailed as failure:
        return Looked(None, None, str(failure))
    timeline, problem = forecasting_of(spec).timeline, ""
    targets, found = spec.data.roles.target, uneven(rows, places, off, spec)
    try:
        series = repairs.without_irregular(rows, places, off, forecasting_of(spec).timeline)
        series = _mended(series, places, timeline.duplicates, timeline.missing_steps, timeline.missing_target, targets)
    except RunFailed as failure:
        problem = str(failure)
        try:
            series = _mended(rows, places, "mean", "forward", "forward", targets)
        except RunFailed:
            return Looked(None, None, problem, groups, found)
    return Looked(series.rows(~repairs.is_future(series)), rows, problem, groups, found)


def date_texts(path: Path, candidates: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of texts that are dates, though not such as were read as dates."""
    frame = read_columns(path, list(candidates)) if candidates else pd.DataFrame()
    texts = [name for name in frame.columns if frame[name].dtype == object or frame[name].dtype.name in _TEXTS]
    return tuple(name for name in texts if may_be_dates(frame[name]))


def _even_groups(path: Path, spec: RunSpec, candidates: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one column by which times that are uneven together are evenly spaced: series of other phases."""
    time, frame, few = _of_few_values(path, spec, candidates)
    values = read_times(frame[time], time).values
    for name in few:
        codes, _ = pd.factorize(frame[name])
        order = np.lexsort((values, codes))
        gaps = np.diff(values[order])[np.diff(codes[order]) == 0]
        found, counts = np.unique(gaps, return_counts=True)
        if len(found) and found.min() > 0 and counts.max() >= (1 - BY_MISTAKE) * len(gaps):
            return (name,)
    return ()


def _of_few_values(path: Path, spec: RunSpec, candidates: tuple[str, ...]) -> tuple[str, pd.DataFrame, list[str]]:
    """Return the time column, a table of it and of the candidates, and which of these may name series."""
    time = forecasting_of(spec).timeline.column
    taken = {time, *spec.data.roles.target}
    frame = read_columns(path, list(dict.fromkeys([time, *(one for one in candidates if one not in taken)])))
    frame = frame.head(LOOKED_AT)
    few = [name for name in frame.columns if name != time and 1 < frame[name].nunique() <= len(frame) / 4]
    return time, frame, [name for name in few if not pd.api.types.is_float_dtype(frame[name])][:TRIED_GROUPS]


def _mended(
    rows: Series, places: "np.ndarray", duplicates: str, steps: str, missing: str, targets: Sequence[str]
) -> Series:
    series = repairs.without_duplicates(rows, places, duplicates)
    return repairs.with_target(repairs.without_gaps(series, steps), missing, targets, rows, places)


def _is_twice(rows: Series, off: "np.ndarray") -> bool:
    """Whether a time stands there twice; two times between the same steps are two."""
    same = (np.diff(rows.series) == 0) & (np.diff(rows.step) == 0)
    return bool((same & ~off[1:] & ~off[:-1]).any())


def _groups(path: Path, spec: RunSpec, candidates: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one column, else the two, with which each time stands there once, or nearly: a few rows may be there
    twice by mistake. Columns of few values alone."""
    time, frame, few = _of_few_values(path, spec, candidates)
    pairs = [(one, other) for place, one in enumerate(few) for other in few[place + 1 :]]
    most = int(frame.duplicated([time]).sum() * BY_MISTAKE)
    for choices in ([(name,) for name in few], pairs):
        twice = [int(frame.duplicated([time, *columns]).sum()) for columns in choices]
        if twice and min(twice) <= most:
            return choices[twice.index(min(twice))]
    return ()
