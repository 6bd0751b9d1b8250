"""Forecasts beyond the end of series as they are drawn: the last of the past, the forecast and its quantiles."""

from collections.abc import Sequence

import pandas as pd

from engine.families.forecasting.live import MOST_PAST, seconds_of
from engine.families.forecasting.series import Floats, Series
from engine.runs.forecasts import ForecastWindow, Outlook
from engine.spec import ForecastingSpec

MOST_SERIES = 300
MOST_NUMBERS = 200_000


def outlook_of(series: Series, table: pd.DataFrame, own: ForecastingSpec, targets: Sequence[str]) -> Outlook:
    """Return the first series and their forecasts.

    `series` end with so many future rows as the horizon has steps; `table` has a row for each of them, its last columns
    being each target's forecast and, where it has them, the quantiles.
    """
    behind, horizon = len(series.identifiers.columns) + 2, own.windows.horizon
    values = table.iloc[:, behind:].to_numpy(float).reshape(series.count, horizon, len(targets), -1)
    past = min(own.windows.encoder_length, MOST_PAST)
    each = (past + horizon * (values.shape[3] + 1)) * len(targets)
    count = min(series.count, MOST_SERIES, max(1, MOST_NUMBERS // each))
    first, *others = (
        _windows(series.of_target(place), values[:count, :, place], past) for place in range(len(targets))
    )
    return Outlook(
        levels=own.quantiles if values.shape[3] > 1 else (),
        windows=first,
        left_out=series.count - count,
        target=targets[0],
        further=dict(zip(targets[1:], others, strict=True)),
    )


def _windows(series: Series, values: Floats, past: int) -> tuple[ForecastWindow, ...]:
    """Return a window a series; `values` [series, horizon, forecast and quantiles] are those of the first ones."""
    ends, names = series.starts[1:], series.names
    count, horizon = values.shape[:2]
    windows = []
    for number in range(count):
        origin = int(ends[number]) - horizon
        begin = max(int(series.starts[number]), origin - past)
        windows.append(
            ForecastWindow(
                series=names[number],
                origin=series.moment(origin - 1),
                is_date=series.frequency.is_date,
                times=tuple(seconds_of(series.times(slice(begin, origin + horizon))).tolist()),
                past=tuple(series.target[begin:origin].tolist()),
                actual=(),
                forecast=tuple(values[number, :, 0].tolist()),
                quantiles=tuple(tuple(one) for one in values[number, :, 1:].T.tolist()),
            )
        )
    return tuple(windows)
