"""From forecasts of the engine to what a fan plot draws. Pure functions."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.plots import Fan, bands_of
from app.plots.fan import Band
from engine.runs.forecasts import ForecastWindow, SeriesForecasts

LABEL = "{0} · {1}"


def fan_of(window: ForecastWindow, levels: tuple[float, ...], with_baselines: bool = False) -> Fan:
    """Return what is drawn of a window."""
    quantiles = np.array(window.quantiles, dtype=np.float64)
    others = {baseline_name(name): np.array(values) for name, values in window.baselines.items()}
    return Fan(
        x=np.array(window.times),
        past=np.array(window.past),
        actual=np.array(window.actual),
        median=np.array(window.forecast),
        bands=bands_of(levels, quantiles) if len(quantiles) else (),
        others=others if with_baselines else {},
        are_dates=window.is_date,
    )


def baseline_name(name: str, is_short: bool = False) -> str:
    """Return what a baseline is called; shortly, where there is little room."""
    seasonal = _tr("seasonal") if is_short else _tr("seasonal naive")
    known = {"last_value": _tr("last value"), "seasonal_naive": seasonal}
    return known.get(name, name.replace("_", " "))


def window_label(window: ForecastWindow) -> str:
    """Return a window's series and origin, the time without seconds that are zero."""
    return LABEL.format(window.series, short_moment(window.origin))


def short_moment(text: str) -> str:
    """Return a moment without what is zero at its end: “2024-01-24 15:00:00” → “2024-01-24 15:00”."""
    return text.removesuffix(" 00:00:00").removesuffix(":00") if text.count(":") == 2 else text


def residual_fan(series: SeriesForecasts) -> Fan:
    """Return what is drawn of a series' residuals: their mean, and their extent as a single wash."""
    low, high = np.array(series.low), np.array(series.high)
    return Fan(
        x=np.array(series.times),
        past=np.empty(0),
        actual=np.empty(0),
        median=np.array(series.residuals),
        bands=(Band(100, low, high, _tr("all")),),
        others={_tr("no error"): np.zeros(len(series.times))},
        are_dates=series.is_date,
        name=_tr("mean"),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Forecasts", text)
