"""A forecast as it is drawn: what was seen, what came, and how sure the model was. Plain arrays; knows no widget."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Range = tuple[float, float]
PAST_SHOWN = 4  # horizons of the past are shown at first, of longer ones
ROOM = 1.0  # how far beyond what was observed a forecast may widen the picture, in heights of the observed


@dataclass(frozen=True)
class Band:
    """Between two quantiles lie so many per cent of the future, the model says."""

    percent: int
    low: Floats
    high: Floats
    name: str = ""

    @property
    def label(self) -> str:
        """What the band is called."""
        return self.name or f"{self.percent} %"


@dataclass(frozen=True)
class Fan:
    """One forecast. `x` has the places of all steps of `past` and of the horizon; `bands` come widest first.

    `actual` may be NaN or empty where the future is not known; `others` are forecasts to compare with, by name.
    """

    x: Floats
    past: Floats
    actual: Floats
    median: Floats
    bands: tuple[Band, ...] = ()
    others: Mapping[str, Floats] = field(default_factory=dict)
    are_dates: bool = False
    name: str = ""  # of the median's line, where it is no median

    @property
    def future(self) -> Floats:
        """The places of the horizon, after that of the last step that was seen."""
        return self.x[len(self.past) - 1 :] if len(self.past) else self.x

    def joined(self, values: Floats) -> Floats:
        """Return values of the horizon after the last one that was seen, from which every future starts."""
        return np.concatenate([self.past[-1:], values])

    def extent(self, whole: bool = True) -> tuple[Range, Range]:
        """Return the part to show: all that was observed, or only so much of the past as leaves the horizon legible; and
        of what was forecast no more than leaves the observed legible.
        """
        first = 0 if whole else max(0, len(self.past) - PAST_SHOWN * max(len(self.median), 6))
        observed = _finite(self.past[first:], self.actual)
        forecast = _finite(self.median, *(edge for band in self.bands for edge in (band.low, band.high)))
        if not len(observed):
            observed = forecast if len(forecast) else np.array([0.0, 1.0])
        low, high = float(observed.min()), float(observed.max())
        span = (high - low) or abs(high) * 0.1 or 1.0
        if len(forecast):
            low = min(low, max(float(forecast.min()), low - ROOM * span))
            high = max(high, min(float(forecast.max()), high + ROOM * span))
        pad = (high - low) * 0.06 or span * 0.06
        left, right = (float(self.x[first]), float(self.x[-1])) if len(self.x) else (0.0, 1.0)
        return (left, right if right > left else left + 1.0), (low - pad, high + pad)

    def rows(self) -> Iterator[Sequence[object]]:
        """Return a row a step: place, observed, forecast, others, and both ends of each band."""
        seen = len(self.past)
        for place, x in enumerate(self.x.tolist()):
            ahead = place - seen
            if ahead < 0:
                yield [x, float(self.past[place]), *[""] * (1 + len(self.others) + 2 * len(self.bands))]
                continue
            row: list[object] = [x, float(self.actual[ahead]) if ahead < len(self.actual) else ""]
            row += [float(self.median[ahead]), *(float(values[ahead]) for values in self.others.values())]
            yield [*row, *(float(edge[ahead]) for band in self.bands for edge in (band.low, band.high))]


def bands_of(levels: Sequence[float], quantiles: Floats) -> tuple[Band, ...]:
    """Return the bands between quantiles [levels, horizon] that lie as far from the median on both sides, widest first."""
    found = []
    for low, level in enumerate(levels):
        for high, other in enumerate(levels):
            if level < 0.5 and abs(level + other - 1) < 1e-9:
                found.append(Band(round(100 * (other - level)), quantiles[low], quantiles[high]))
    return tuple(sorted(found, key=lambda band: -band.percent))


def _finite(*arrays: Floats) -> Floats:
    whole = np.concatenate([np.asarray(one, float) for one in arrays]) if arrays else np.empty(0)
    return whole[np.isfinite(whole)]
