"""Statistics: of an array's finite numbers, and how many are not finite; gathered part by part."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.arrays import Readable, boxes, quick_boxes
from engine.inspecting.kinds import Numbers
from engine.inspecting.unreadable import Cancelled

PART = 1_000_000  # numbers at once: what fits into a processor's cache
BINS = 60
Asked = Callable[[], bool]
Told = Callable[[float], None]


@dataclass(frozen=True)
class Summary:
    """Statistics of some numbers. Without a finite one `low` is +∞ and `high` −∞; `spread` is the sum of squares around
    the mean.
    """

    count: int = 0
    finite: int = 0
    nan: int = 0
    plus_inf: int = 0
    minus_inf: int = 0
    low: float = math.inf
    high: float = -math.inf
    mean: float = 0.0
    spread: float = 0.0

    @classmethod
    def of(cls, numbers: Numbers) -> "Summary":
        """Return the statistics of real numbers."""
        if not numbers.size:
            return cls()
        low, high = float(numbers.min()), float(numbers.max())
        if not (math.isfinite(low) and math.isfinite(high)):  # NaN goes through both
            finite = numbers[np.isfinite(numbers)]
            own = cls.of(finite)
            nan = int(np.count_nonzero(np.isnan(numbers)))
            plus = int(np.count_nonzero(np.isposinf(numbers)))
            rest = numbers.size - own.finite - nan - plus
            return cls(numbers.size, own.finite, nan, plus, rest, own.low, own.high, own.mean, own.spread)
        mean, spread = _moments(numbers, float(numbers.mean(dtype=np.float64)))
        return cls(numbers.size, numbers.size, 0, 0, 0, low, high, mean, spread)

    @classmethod
    def of_finite(cls, numbers: Numbers, low: float, high: float, total: float) -> "Summary":
        """Return the statistics of finite numbers whose ends and sum are known already."""
        mean, spread = _moments(numbers, total / numbers.size)
        return cls(numbers.size, numbers.size, 0, 0, 0, low, high, mean, spread)

    def joined(self, other: "Summary") -> "Summary":
        """Return the statistics of both together (Chan, Golub and LeVeque 1979)."""
        finite = self.finite + other.finite
        gap = other.mean - self.mean
        share = other.finite / finite if finite else 0.0
        return Summary(
            self.count + other.count,
            finite,
            self.nan + other.nan,
            self.plus_inf + other.plus_inf,
            self.minus_inf + other.minus_inf,
            min(self.low, other.low),
            max(self.high, other.high),
            self.mean + gap * share,
            self.spread + other.spread + gap * gap * self.finite * share,
        )

    @property
    def std(self) -> float | None:
        """The standard deviation of the population; None without a finite number."""
        return math.sqrt(self.spread / self.finite) if self.finite else None

    def told(self) -> dict[str, Any]:
        """Return it as plain data: what there is no number for is None."""
        found = asdict(self) | {"std": self.std}
        del found["spread"]
        if not self.finite:
            found |= {"low": None, "high": None, "mean": None}
        return {name: (value if value is None or math.isfinite(value) else None) for name, value in found.items()}


def _moments(numbers: Numbers, mean: float) -> tuple[float, float]:
    """Return the mean and the squares' sum around it; in double precision where single is not enough."""
    with np.errstate(over="ignore", invalid="ignore"):
        gaps = (numbers - numbers.dtype.type(mean)).ravel()
        spread = float(np.dot(gaps, gaps))
        if math.isfinite(mean) and math.isfinite(spread) and (spread > 1e-30 or numbers.dtype == np.float64):
            return mean, spread
        if numbers.dtype != np.float64:
            return _moments(numbers.astype(np.float64), mean)
        return (mean if math.isfinite(mean) else float(np.sum(numbers / numbers.size))), math.inf


def parts_of(
    array: Readable, cancelled: Asked, told: Told = lambda _share: None, in_order: bool = False
) -> Iterator[Numbers]:
    """Read an array of real numbers part by part, in the order of its cells or as it is quickest. Raises Cancelled."""
    total = math.prod(array.shape)
    done = 0
    for where in boxes(array.shape, PART) if in_order else quick_boxes(array, PART):
        if cancelled():
            raise Cancelled
        part = array.part(where)
        yield part
        done += part.size
        told(done / total)


def summarize(array: Readable, cancelled: Asked, told: Told = lambda _share: None) -> Summary:
    """Return the statistics of a whole array. Raises Cancelled."""
    summary = Summary()
    for part in parts_of(array, cancelled, told):
        summary = summary.joined(Summary.of(part))
    return summary


@dataclass(frozen=True)
class Histogram:
    """How many finite numbers lie between two edges; `edges` is one longer than `counts`."""

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]

    @classmethod
    def over(cls, low: float, high: float, bins: int = BINS) -> "Histogram":
        """Return an empty one; where all numbers are the same, around it."""
        if not math.isfinite(low) or not math.isfinite(high):
            return cls(np.empty(0), np.empty(0, np.int64))
        if low == high:
            room = max(abs(low) * 0.5, 0.5)
            low, high = low - room, high + room
        steps = np.linspace(0, 1, bins + 1)
        return cls(low * (1 - steps) + high * steps, np.zeros(bins, np.int64))  # no difference that could overflow

    def add(self, numbers: Numbers) -> "Histogram":
        """Return this with more numbers, which must lie between its ends."""
        bins = len(self.counts)
        flat = numbers.ravel()
        if not bins or not flat.size:
            return self
        low, high = float(self.edges[0]), float(self.edges[-1])
        with np.errstate(invalid="ignore", over="ignore"):
            if not np.isfinite(flat.sum()):
                flat = flat[np.isfinite(flat)]
            if math.isfinite(high - low) and (
                flat.dtype == np.float64 or math.isfinite(np.float32(bins / (high - low)))
            ):
                scaled = (flat - flat.dtype.type(low)) * flat.dtype.type(bins / (high - low))
            else:
                scaled = (flat.astype(np.float64) / 4 - low / 4) / (high / 4 - low / 4) * bins
        places = np.clip(scaled.astype(np.intp), 0, bins - 1)
        return Histogram(self.edges, self.counts + np.bincount(places, minlength=bins))


def histogram(
    array: Readable, low: float, high: float, cancelled: Asked, told: Told = lambda _share: None
) -> Histogram:
    """Return the histogram of a whole array whose smallest and largest finite number are known. Raises Cancelled."""
    found = Histogram.over(low, high)
    for part in parts_of(array, cancelled, told):
        found = found.add(part)
    return found
