"""The points of the run on show, by metric, with their three axes. Arrays only: nothing is drawn or thinned here."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.runs.records import Series
from engine.runs.steps import joined, spread

Axis = Literal["step", "epoch", "time"]
Floats = NDArray[np.float64]
PORTION = 1 << 16
LARGEST_PART = 1_000_000  # points; larger parts are not copied again


@dataclass
class _Held:
    """The parts of one series in the order in which they came."""

    parts: list[Series] = field(default_factory=list)
    count: int = 0
    nans: int = 0
    nan_step: int = 0

    def add(self, series: Series) -> None:
        """Put points behind the others. Parts of like size become one, so that few are left however many came."""
        places = nan_places(series.values)
        if len(places) and not self.nans:
            self.nan_step = int(series.places[places[0]])
        self.nans += len(places)
        self.count += len(series.values)
        self.parts.append(series)
        while len(self.parts) > 1 and len(self.parts[-2].values) <= min(2 * len(self.parts[-1].values), LARGEST_PART):
            later, earlier = self.parts.pop(), self.parts.pop()
            self.parts.append(_merged(earlier, later))


class SeriesBook:
    """Every point of a run that was told so far."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._began: float | None = None

    def clear(self, began: float | None = None) -> None:
        """Forget all points; `began` is the time that the time axis counts from."""
        self._held.clear()
        self._began = began

    @property
    def began(self) -> float | None:
        """The time that the time axis counts from, where one is known."""
        return self._began

    def take(self, series: Series) -> Literal["grew", "began", "ignored"]:
        """Take new points. A replay from the start replaces what is held; news that leave a gap are not taken."""
        held = self._held.setdefault(series.key, _Held())
        if series.start > held.count or not len(series.values):
            return "ignored"
        if self._began is None and series.times is not None:
            self._began = float(series.times[0])
        if series.start < held.count or not held.count:
            before = _until(held.parts, series.start)
            held = self._held[series.key] = _Held()
            for part in (*before, series):
                held.add(part)
            return "began"
        held.add(series)
        return "grew"

    def keys(self) -> list[str]:
        """Return the metrics that have points."""
        return [key for key, held in self._held.items() if held.count]

    def knows(self, axis: Axis) -> bool:
        """Whether every point's place on an axis was told; of long series it is only on request."""
        name = {"epoch": "epochs", "time": "times"}.get(axis)
        parts = [part for held in self._held.values() for part in held.parts]
        return name is None or all(getattr(part, name) is not None for part in parts)

    def count(self, key: str) -> int:
        """Return how many points a metric has."""
        return self._held[key].count if key in self._held else 0

    def values(self, key: str) -> Floats:
        """Return all values of a metric."""
        return _joined([part.values for part in self._held[key].parts])

    def positions(self, key: str, axis: Axis) -> Floats | range:
        """Return where a metric's points lie on an axis: steps, epochs, or seconds since the run began."""
        parts = [self.positions_of(part, axis) for part in self._held[key].parts]
        even = [part for part in parts if isinstance(part, range)]
        if len(even) == len(parts) and isinstance(whole := joined(even), range):
            return whole
        return _joined([spread(part).astype(np.float64) if isinstance(part, range) else part for part in parts])

    def positions_of(self, series: Series, axis: Axis) -> Floats | range:
        """Return where some points lie on an axis; evenly spaced steps as a range."""
        if axis == "epoch" and series.epochs is not None:
            return series.epochs.astype(np.float64)
        if axis == "time" and series.times is not None:
            return series.times - (self._began or 0.0)
        return series.places if isinstance(series.places, range) else series.places.astype(np.float64)

    def place_of(self, step: int, epoch: float, when: float, axis: Axis) -> float:
        """Return where a moment lies on an axis."""
        return {"step": float(step), "epoch": epoch, "time": when - (self._began or 0.0)}[axis]

    def last(self, key: str) -> float | None:
        """Return a metric's newest value, or None where there is none."""
        return float(self._held[key].parts[-1].values[-1]) if self.count(key) else None

    def best(self, key: str, smaller: bool) -> int | None:
        """Return the index of a metric's best finite value, the first of equals, or None where there is none."""
        if not self.count(key):
            return None
        values = self.values(key)
        finite = np.isfinite(values)
        if not finite.any():
            return None
        ranked = np.where(finite, values, np.inf if smaller else -np.inf)
        return int(ranked.argmin() if smaller else ranked.argmax())

    def first_nan(self, key: str) -> tuple[int, int] | None:
        """Return the step of a metric's first NaN and how many there are, or None where there is none."""
        held = self._held.get(key)
        return (held.nan_step, held.nans) if held is not None and held.nans else None


def nan_places(values: Floats) -> NDArray[np.int64]:
    """Return the indices of NaN, looked for in portions that fit the cache."""
    found = [
        np.flatnonzero(np.isnan(values[first : first + PORTION])) + first for first in range(0, len(values), PORTION)
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _until(parts: list[Series], end: int) -> list[Series]:
    """Return the parts that end at or before an index; one that reaches beyond it is cut."""
    kept = []
    for part in parts:
        size = min(len(part.values), end - part.start)
        if size <= 0:
            break
        cut = slice(0, size)
        times = None if part.times is None else part.times[cut]
        epochs = None if part.epochs is None else part.epochs[cut]
        kept.append(Series(part.key, part.start, part.places[cut], part.values[cut], times, epochs))
    return kept


def _merged(first: Series, second: Series) -> Series:
    """Return two neighbouring parts as one."""
    times, epochs = first.times, first.epochs
    return Series(
        first.key,
        first.start,
        joined([first.places, second.places]),
        np.concatenate([first.values, second.values]),
        None if times is None or second.times is None else np.concatenate([times, second.times]),
        None if epochs is None or second.epochs is None else np.concatenate([epochs, second.epochs]),
    )


def _joined(arrays: list[Floats]) -> Floats:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.empty(0)
