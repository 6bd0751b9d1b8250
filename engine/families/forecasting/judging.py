"""Forecasts of all windows of a split, and how good they are. Draws the same samples each time, and leaves the sources of
chance of a training as they were. Must not choose windows or write files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from engine.families.forecasting.forecaster import Forecast, Forecaster
from engine.families.forecasting.loading import Loader, rows_of
from engine.families.forecasting.placement import Placement
from engine.families.forecasting.scores import Scores
from engine.families.forecasting.series import Floats

Heard = Callable[[slice, Floats, Floats | None], None]


def judge(
    forecaster: Forecaster, loader: Loader, placed: Placement, scores: Scores, seed: int, heard: Heard | None = None
) -> float:
    """Add the errors of all windows, which the loader gives in their own order, to scores; return their mean loss.

    `heard` is told of each batch's windows, forecasts [n, horizon] and quantiles [n, horizon, levels] or None.
    """
    total, begin = 0.0, 0
    with own_chance(seed, next(forecaster.network.parameters()).device):
        for batch in loader:
            count = rows_of(batch)
            part = slice(begin, begin + count)
            begin += count
            loss, forecast = forecaster.judged(batch)
            total += float(loss.double()) * count
            point, quantiles = as_arrays(forecast)
            scores.add(placed.number[part], placed.actual(part), point, quantiles)
            if heard is not None:
                heard(part, point, quantiles)
    return total / max(1, begin)


def as_arrays(forecast: Forecast) -> tuple[Floats, Floats | None]:
    """Return a forecast as arrays of double precision on the CPU."""
    point: Floats = forecast.point.double().cpu().numpy()
    if forecast.quantiles is None:
        return point, None
    quantiles: Floats = forecast.quantiles.double().cpu().numpy()
    return point, quantiles


@contextmanager
def own_chance(seed: int, device: torch.device) -> Iterator[None]:
    """Draw from a source of chance of one's own, which begins the same each time."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield
