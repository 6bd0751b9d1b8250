"""Forecasts of all windows of a split, and how good they are. Draws the same samples each time, and leaves the sources of
chance of a training as they were. Must not choose windows or write files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from engine.families.forecasting.forecaster import Forecast, Forecaster
from engine.families.forecasting.loading import Loader, rows_of
from engine.families.forecasting.placement import Placement
from engine.families.forecasting.scores import Scores
from engine.families.forecasting.series import Floats

Arrays = tuple[Floats, Floats | None]
"""Forecasts of one target: [n, horizon], and quantiles [n, horizon, levels] or None."""
Heard = Callable[[slice, Sequence[Arrays]], None]


def judge(
    forecaster: Forecaster,
    loader: Loader,
    placed: Placement,
    scores: Sequence[Scores],
    seed: int,
    heard: Heard | None = None,
) -> float:
    """Add the errors of all windows, which the loader gives in their own order, to each target's scores; return their
    mean loss. `heard` is told of each batch's windows, and of each target's forecasts.
    """
    total, begin = 0.0, 0
    truths = placed.of_targets()
    with own_chance(seed, next(forecaster.network.parameters()).device):
        for batch in loader:
            count = rows_of(batch)
            part = slice(begin, begin + count)
            begin += count
            loss, forecasts = forecaster.judged(batch)
            total += float(loss.double()) * count
            found = [as_arrays(one) for one in forecasts]
            for one, truth, arrays in zip(scores, truths, found, strict=True):
                one.add(placed.number[part], truth.actual(part), *arrays)
            if heard is not None:
                heard(part, found)
    return total / max(1, begin)


def as_arrays(forecast: Forecast) -> Arrays:
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
