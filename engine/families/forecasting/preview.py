"""One series as the window shows it before training: a page of its values, its gaps, the split, and one window on it."""

from pathlib import Path
from typing import Any

import numpy as np

from engine.catalog.series_view import FoldView, Irregular, Pair, SeriesView
from engine.families.forecasting.calendar import suggested
from engine.families.forecasting.datasets import longest_lag
from engine.families.forecasting.folds import Fold, Span
from engine.families.forecasting.frequency import Frequency
from engine.families.forecasting.irregular import marked
from engine.families.forecasting.looking import Looked, look
from engine.families.forecasting.series import Floats, Ints, forecasting_of
from engine.spec import RunSpec

WHOLE_POINTS = 2_000
PAGE_POINTS = 4_000
MOST_GAPS = 200


def series_view(
    workspace: Path, spec: RunSpec, index: int = 0, origin: int | None = None, target: int = 0
) -> SeriesView:
    """Return what to show of the series at `index`, with the window that forecasts from step `origin` on (None: the first
    one of the test); `target` is the place of the target that is drawn.

    Never raises for what a user could have got wrong: it becomes `problem`.
    """
    looked = look(workspace, spec)
    if looked.series is None or not len(looked.series):
        return SeriesView(problem=looked.problem, groups=looked.groups, times=looked.times)
    series = looked.series
    folds, problem = looked.folds_of(spec)
    problem = looked.problem or problem
    lengths = series.lengths
    index = min(max(index, 0), series.count - 1)
    begin, end = (int(one) for one in series.starts[index : index + 2])
    target = min(max(target, 0), len(series.targets) - 1)
    steps, values = series.step[begin:end], series.targets[target][begin:end]
    content: dict[str, Any] = (
        {} if begin == end else _drawn(series.frequency, series.lateness(index), steps, values, folds, spec, origin)
    )
    return SeriesView(
        problem=problem,
        groups=looked.groups,
        notes=series.notes,
        is_date=series.frequency.is_date,
        frequency=series.frequency.text,
        season=series.frequency.season,
        calendar=suggested(series.frequency, series.step),
        count=series.count,
        rows=len(series),
        shortest=int(lengths.min()),
        longest=int(lengths.max()),
        short=int((lengths < _least(spec)).sum()),
        index=index,
        target=target,
        name=series.names_of(np.array([index]))[0],
        steps=end - begin,
        gaps=_gaps(looked, index, series.frequency),
        irregular=_irregular(looked, index, series.frequency),
        folds=tuple(_fold_view(fold, series.frequency) for fold in folds),
        **content,
    )


def _least(spec: RunSpec) -> int:
    own = forecasting_of(spec)
    return own.windows.encoder_length + own.windows.horizon + longest_lag(own)


def _drawn(
    frequency: Frequency,
    late: int,
    steps: Ints,
    values: Floats,
    folds: list[Fold],
    spec: RunSpec,
    origin: int | None,
) -> dict[str, Any]:
    past, horizon = forecasting_of(spec).windows.encoder_length, forecasting_of(spec).windows.horizon
    first, last = int(steps[0]) + past, int(steps[-1]) - horizon + 1
    x = _x(frequency, steps, late)
    content: dict[str, Any] = {
        "begins": frequency.text_of(int(steps[0]), late),
        "ends": frequency.text_of(int(steps[-1]), late),
        "whole": _listed(*_thinned(x, values)),
    }
    if first > last:
        return {**content, "page": _listed(x[:PAGE_POINTS], values[:PAGE_POINTS])}
    wanted = origin if origin is not None else _usual_origin(folds, last)
    at = min(max(wanted, first), last)
    margin = max(horizon, past // 2)
    left, right = np.searchsorted(steps, [at - past - margin, at + horizon + margin])
    right = min(right, left + PAGE_POINTS)
    return {
        **content,
        "page": _listed(x[left:right], values[left:right]),
        "encoder": _pair(frequency, Span(at - past, at - 1), late),
        "horizon": _pair(frequency, Span(at, at + horizon - 1), late),
        "origin": at,
        "first_origin": first,
        "last_origin": last,
        "part": _part(folds, Span(at, at + horizon - 1), past),
    }


def _usual_origin(folds: list[Fold], last: int) -> int:
    if not folds:
        return last
    return (folds[-1].test or folds[-1].valid).first


def _part(folds: list[Fold], horizon: Span, past: int) -> str:
    """Return which part a window belongs to, or nothing where it crosses a border and is not used."""
    if not folds:
        return ""
    fold = folds[-1]
    if fold.train.first + past <= horizon.first and horizon.last <= fold.train.last:
        return "train"
    for name, span in (("valid", fold.valid), ("test", fold.test)):
        if span is not None and span.first <= horizon.first and horizon.last <= span.last:
            return name
    return ""


def _fold_view(fold: Fold, frequency: Frequency) -> FoldView:
    spans = (fold.train, fold.valid, fold.test)
    return FoldView(
        name=fold.name,
        train=_pair(frequency, fold.train),
        valid=_pair(frequency, fold.valid),
        test=None if fold.test is None else _pair(frequency, fold.test),
        until=tuple(_x(frequency, np.array([span.last for span in spans if span is not None]), 0).tolist()),
    )


def _gaps(looked: Looked, index: int, frequency: Frequency) -> tuple[Pair, ...]:
    """Return the stretches of a series that the file does not have: the first few hundred."""
    rows = looked.rows
    if rows is None:
        return ()
    steps = rows.step[rows.series == index]
    before = np.flatnonzero(np.diff(steps) > 1)[:MOST_GAPS]
    late = rows.lateness(index)
    return tuple(_pair(frequency, Span(int(steps[one]) + 1, int(steps[one + 1]) - 1), late) for one in before)


def _irregular(looked: Looked, index: int, frequency: Frequency) -> tuple[Irregular, ...]:
    """Return what is uneven, with its times in one series."""
    if looked.rows is None:
        return ()
    found = marked(looked.uneven, looked.rows, index)
    late = looked.rows.lateness(index)
    return tuple(one.model_copy(update={"marks": tuple(_x(frequency, steps, late).tolist())}) for one, steps in found)


def _pair(frequency: Frequency, span: Span, late: int = 0) -> Pair:
    """Return where a span begins and where the step after it does."""
    begin, end = _x(frequency, np.array([span.first, span.last + 1]), late).tolist()
    return begin, end


def _x(frequency: Frequency, steps: Ints, late: int) -> Floats:
    times = frequency.times(steps, late)
    if not frequency.is_date:
        return np.asarray(times, dtype=np.float64)
    return np.asarray(times.astype("datetime64[ns]").astype(np.int64), dtype=np.float64) / 1e9


def _thinned(x: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest of each stretch, in their order, where there are too many points."""
    if len(x) <= 2 * WHOLE_POINTS:
        return x, values
    edges = np.linspace(0, len(x), WHOLE_POINTS + 1).astype(int)[:-1]
    lengths = np.diff(np.append(edges, len(x)))
    order = np.lexsort((values, np.repeat(np.arange(WHOLE_POINTS), lengths)))
    kept = np.unique(np.concatenate([order[edges], order[np.append(edges[1:], len(x)) - 1]]))
    return x[kept], values[kept]


def _listed(x: Floats, values: Floats) -> tuple[list[float], list[float | None]]:
    return x.tolist(), [None if np.isnan(one) else float(one) for one in values]
