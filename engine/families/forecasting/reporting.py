"""What is written down of forecasts that were judged: the report of a target, and all forecasts step by step as a table.
Must not forecast or score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.families.fold_scores import fold_scores
from engine.families.forecasting.library import BASELINES
from engine.families.forecasting.placement import season_of
from engine.families.forecasting.scores import Scores
from engine.families.forecasting.series import Floats, forecasting_of
from engine.families.output import distinct_names
from engine.runs.evaluation import ForecastExample, ForecastReport, SeriesScore
from engine.spec import RunSpec

if TYPE_CHECKING:
    from engine.families.forecasting.evaluation import Judged

MOST_SERIES = 1_000
EXAMPLES = 24


def report_of(found: Sequence["Judged"], spec: RunSpec) -> ForecastReport:
    """Return a target's report over all folds, as means of their metrics; windows to look at are those of the last one."""
    last = found[-1]
    series = last.material.series
    own = forecasting_of(spec)
    scored = _by_series([one.scores for one in found])
    ranked = sorted(scored, key=lambda number: -scored[number]["mae"])
    if len(ranked) > MOST_SERIES:
        ranked = [*ranked[: MOST_SERIES // 2], *ranked[-MOST_SERIES // 2 :]]
    names = series.names
    return ForecastReport(
        target=last.target,
        frequency=series.frequency.text,
        horizon=own.windows.horizon,
        season=season_of(series, own),
        quantiles=own.quantiles if last.quantiles is not None else (),
        baselines={name: _mean([one.baselines[name].overall() for one in found]) for name in BASELINES},
        steps=_by_step([one.scores for one in found]),
        baseline_steps={name: _by_step([one.baselines[name] for one in found]) for name in BASELINES},
        series=tuple(SeriesScore(series=names[number], metrics=scored[number]) for number in ranked),
        series_count=len(scored),
        examples=_examples(last, ranked),
    )


def _by_step(scores: list[Scores]) -> tuple[dict[str, float], ...]:
    """Return the metrics of each step ahead, means over the folds."""
    return tuple(_mean(list(folds)) for folds in zip(*(one.by_step() for one in scores), strict=True))


def _by_series(scores: list[Scores]) -> dict[int, dict[str, float]]:
    """Return the metrics of each series, means over the folds that forecast it."""
    folds = [one.by_series() for one in scores]
    numbers = sorted(set().union(*folds))
    return {number: _mean([fold[number] for fold in folds if number in fold]) for number in numbers}


def _mean(metrics: list[dict[str, float]]) -> dict[str, float]:
    return {one.metric: one.mean for one in fold_scores(metrics)}


def _examples(found: "Judged", ranked: list[int]) -> tuple[ForecastExample, ...]:
    """Return windows to look at: of the worst and the best series, or evenly drawn ones of a single series."""
    half = EXAMPLES // 2
    chosen = ranked if len(ranked) <= EXAMPLES else [*ranked[:half], *ranked[-half:]]
    each = max(1, EXAMPLES // max(1, len(chosen)))
    places: list[int] = []
    numbers = found.placed.number[found.kept]
    for number in chosen:
        own = np.flatnonzero(numbers == number)
        if len(own):
            places += own[np.unique(np.linspace(0, len(own) - 1, each).round().astype(np.int64))].tolist()
    return tuple(_example(found, place) for place in places)


def _example(found: "Judged", place: int) -> ForecastExample:
    series, window = found.material.series, int(found.kept[place])
    row, number = int(found.placed.row[window]), int(found.placed.number[window])
    begin = row - found.material.names.spec.windows.encoder_length
    quantiles = () if found.quantiles is None else tuple(tuple(one) for one in found.quantiles[place].T.tolist())
    return ForecastExample(
        series=series.names[number],
        origin=series.moment(row - 1),
        past=tuple(series.target[begin:row].tolist()),
        actual=tuple(found.placed.actual(slice(window, window + 1))[0].tolist()),
        forecast=tuple(found.point[place].tolist()),
        quantiles=quantiles,
    )


def table_of(found: Sequence["Judged"], part: str) -> pd.DataFrame:
    """Return a row a window and step: series, origin, time, how many steps ahead, and each target's truth, forecast and
    quantiles. `found` has the same windows for each target.
    """
    first = found[0]
    series, placed, spec = first.material.series, first.placed, first.material.names.spec
    horizon = placed.horizon
    rows = placed.rows[first.kept].ravel()
    numbers = np.repeat(placed.number[first.kept], horizon)
    origins = np.repeat(placed.row[first.kept] - 1, horizon)
    columns: list[tuple[str, object]] = [("split", part)]
    columns += [(name, series.identifiers[name].to_numpy()[numbers]) for name in series.identifiers.columns]
    columns += [
        ("origin", series.times(origins)),
        (spec.timeline.column, series.times(rows)),
        ("step", np.tile(np.arange(1, horizon + 1), len(first.kept))),
    ]
    for one in found:
        columns.append((one.target, one.material.series.target[rows]))
        columns += forecast_columns(one.target, one.point, one.quantiles, spec.quantiles, len(found) > 1)
    names = distinct_names([name for name, _ in columns])
    return pd.DataFrame(dict(zip(names, [values for _, values in columns], strict=True)))


def forecast_columns(
    target: str, point: Floats, quantiles: Floats | None, levels: Sequence[float], is_one_of_several: bool
) -> list[tuple[str, object]]:
    """Return a target's forecasts [windows, horizon] and quantiles [windows, horizon, levels] as columns with names."""
    columns: list[tuple[str, object]] = [(f"predicted {target}", point.ravel())]
    if quantiles is not None:
        suffix = f"/{target}" if is_one_of_several else ""
        by_level = zip(levels, quantiles.reshape(-1, len(levels)).T, strict=True)
        columns += [(f"quantile {level:g}{suffix}", values) for level, values in by_level]
    return columns
