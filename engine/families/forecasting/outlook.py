"""Forecasts beyond the end of series as they are drawn: the last of the past, the forecast and its quantiles."""

from collections.abc import Sequence

import pandas as pd

from engine.families.forecasting.live import MOST_PAST, seconds_of
from engine.families.forecasting.series import Series
from engine.runs.forecasts import ForecastWindow, Outlook

MOST_SERIES = 300
MOST_NUMBERS = 200_000


def outlook_of(series: Series, table: pd.DataFrame, levels: Sequence[float], horizon: int, encoder: int) -> Outlook:
    """Return the first series and their forecasts.

    `series` end with so many future rows as the horizon has steps; `table` has a row for each of them, its last columns
    being the forecast and, where it has them, the quantiles at `levels`.
    """
    behind = len(series.identifiers.columns) + 2
    values = table.iloc[:, behind:].to_numpy(float).reshape(series.count, horizon, -1)
    past = min(encoder, MOST_PAST)
    each = past + horizon * (values.shape[2] + 1)
    count = min(series.count, MOST_SERIES, max(1, MOST_NUMBERS // each))
    ends, names = series.starts[1:], series.names
    windows = []
    for number in range(count):
        origin = int(ends[number]) - horizon
        begin = max(int(series.starts[number]), origin - past)
        windows.append(
            ForecastWindow(
                series=names[number],
                origin=series.frequency.text_of(int(series.step[origin - 1])),
                is_date=series.frequency.is_date,
                times=tuple(seconds_of(series.frequency.times(series.step[begin : origin + horizon])).tolist()),
                past=tuple(series.target[begin:origin].tolist()),
                actual=(),
                forecast=tuple(values[number, :, 0].tolist()),
                quantiles=tuple(tuple(one) for one in values[number, :, 1:].T.tolist()),
            )
        )
    return Outlook(
        levels=tuple(levels) if values.shape[2] > 1 else (), windows=tuple(windows), left_out=series.count - count
    )
