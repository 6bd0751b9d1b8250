"""Forecasts to look at: the shape of what a forecasting run shows while it learns and when it is done. Knows no model."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from engine.spec import Epochs

LIVE_FILE = "live_forecasts.json"
LIVE_EVENT = "forecasts"
"""The kind of the event that tells that the live file was written anew."""


class _Part(BaseModel):
    # A network that has lost its way forecasts NaN, and that is to be seen.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class ForecastWindow(_Part):
    """One window of one series, in the target's unit.

    `times` has the time of every step of `past` and of the horizon after it: seconds since 1970 where `is_date`, else
    whole numbers. `past` is what the model saw, or its newest steps; `quantiles` has a line a level.
    """

    series: str
    origin: str
    is_date: bool
    times: tuple[float, ...]
    past: tuple[float, ...]
    actual: tuple[float, ...]
    forecast: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], ...] = ()
    baselines: dict[str, tuple[float, ...]] = {}


class LiveForecasts(_Part):
    """Forecasts of a few validation windows as they were after an epoch; `levels` are those of the quantiles.

    `windows` are of the first target; `further` has the same windows of each further one, by its name.
    """

    target: str
    fold: str
    epoch: Epochs
    step: int
    levels: tuple[float, ...]
    windows: tuple[ForecastWindow, ...]
    further: dict[str, tuple[ForecastWindow, ...]] = {}


class SeriesNames(_Part):
    """Which series there are to look at, and of each how many windows; `target` and `levels` are those of all, and
    `targets` what else can be looked at.
    """

    target: str
    targets: tuple[str, ...] = ()
    levels: tuple[float, ...]
    names: tuple[str, ...]
    windows: tuple[int, ...]


class SeriesForecasts(_Part):
    """One series: its metrics and the baselines' on the same windows, and where its forecasts were wrong.

    `origins` are the windows' origins and `errors` their mean absolute errors; `times`, `residuals`, `low` and `high` have,
    for each step that was forecast, the mean and the extent of truth − forecast over all windows that forecast it.
    """

    series: str
    is_date: bool
    metrics: dict[str, float]
    baselines: dict[str, dict[str, float]]
    origins: tuple[float, ...]
    errors: tuple[float, ...]
    times: tuple[float, ...]
    residuals: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class Weight(_Part):
    """How much a network looks at one input: a share of 1 over all inputs of its kind."""

    name: str
    share: float


class ForecastParts(_Part):
    """One forecast as a sum: each part, and their sum, as differences from the window's `centre`, by step ahead."""

    series: str
    origin: str
    centre: float
    names: tuple[str, ...]
    parts: tuple[tuple[float, ...], ...]
    total: tuple[float, ...]


class ForecastInsight(_Part):
    """What a network tells of itself, over `windows` forecasts.

    `past`, `future` and `static` weigh inputs, the heaviest first. `attention` maps steps ahead to how much the forecast
    of that step looks at each step of the past, the newest last.
    """

    windows: int
    past: tuple[Weight, ...] = ()
    future: tuple[Weight, ...] = ()
    static: tuple[Weight, ...] = ()
    attention: dict[int, tuple[float, ...]] = {}
    parts: tuple[ForecastParts, ...] = ()


def read_live(folder: Path) -> LiveForecasts | None:
    """Return the newest live forecasts in a run's folder, or None where there are none that can be read."""
    try:
        return LiveForecasts.model_validate_json((folder / LIVE_FILE).read_bytes())
    except (OSError, ValueError):
        return None


class Outlook(_Part):
    """Forecasts beyond the end of series, one window a series; `left_out` are the series that are not among them.

    `windows` are of the first target, `target`; `further` has the same windows of each further one, by its name.
    """

    levels: tuple[float, ...]
    windows: tuple[ForecastWindow, ...]
    left_out: int = 0
    target: str = ""
    further: dict[str, tuple[ForecastWindow, ...]] = {}


class KnownAhead(_Part):
    """Columns known ahead that the file does not have to the horizon's end, as they were taken to go on.

    Each row has series, time and the columns' values, None where there is none; of `left_out` series none is shown.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    left_out: int = 0
