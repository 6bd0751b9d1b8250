"""A growing curve that can be drawn at any zoom from few points, without losing an extremum. Numpy only, no Qt."""

import numpy as np
from numpy.typing import NDArray

FACTOR = 16
Floats = NDArray[np.float64]


class Growing:
    """A float64 array that grows in place; appending is amortised."""

    def __init__(self) -> None:
        self._space: Floats = np.empty(0)
        self.size = 0

    @property
    def values(self) -> Floats:
        """What has been appended."""
        return self._space[: self.size]

    def append(self, more: Floats) -> None:
        """Add values at the end. The first array is held as it is, not copied: do not change it afterwards."""
        if not self.size:
            self._space, self.size = more, len(more)
            return
        needed = self.size + len(more)
        if needed > len(self._space):
            space = np.empty(max(needed, 2 * self.size))
            space[: self.size] = self.values
            self._space = space
        self._space[self.size : needed] = more
        self.size = needed


class Pyramid:
    """Minimum and maximum of blocks of 16, 256, 4096 … values; NaN is passed over unless a block has nothing else."""

    def __init__(self) -> None:
        self.x = Growing()
        self.y = Growing()
        self._levels: list[tuple[Growing, Growing]] = []
        self.is_ordered = True

    def __len__(self) -> int:
        return self.y.size

    def append(self, x: Floats, y: Floats) -> None:
        """Add points. An x smaller than the one before makes the curve unordered: it is then drawn by position."""
        if not len(x):
            return
        before = self.x.values[-1] if self.x.size else x[0]
        self.is_ordered = self.is_ordered and bool(x[0] >= before and np.all(np.diff(x) >= 0))
        self.x.append(x)
        self.y.append(y)
        self._extend_levels()

    def window(self, left: float, right: float, columns: int) -> tuple[Floats, Floats]:
        """Return points to draw between two x: all of them where they are few, else two a column: its low and high.

        One point beyond each edge is included, so that lines leave the picture.
        """
        x, y = self.x.values, self.y.values
        if not self.is_ordered:
            first, last = 0, len(x)
        else:
            first = max(0, int(np.searchsorted(x, left, "left")) - 1)
            last = min(len(x), int(np.searchsorted(x, right, "right")) + 1)
        if last - first <= 2 * columns:
            return x[first:last], y[first:last]
        return self._thinned(first, last, columns)

    def extremes(self, left: float, right: float) -> tuple[float, float] | None:
        """Return the lowest and highest finite value between two x, or None without any."""
        _, y = self.window(left, right, 256)
        finite = y[np.isfinite(y)]
        return (float(finite.min()), float(finite.max())) if len(finite) else None

    def _thinned(self, first: int, last: int, columns: int) -> tuple[Floats, Floats]:
        edges = np.unique(np.linspace(first, last, columns + 1).astype(np.int64))
        level, block = 0, 1
        while level < len(self._levels) and block * FACTOR * 4 <= (last - first) // columns:
            level, block = level + 1, block * FACTOR
        if level:
            edges = np.unique(np.concatenate([edges[:1] // block, edges[1:-1] // block])) * block
            edges = np.append(edges, last)
        lows, highs = self._low_high(level, block, edges)
        xs = np.repeat(self.x.values[np.minimum(edges[:-1], len(self.x.values) - 1)], 2)
        ys = np.empty(2 * len(lows))
        ys[0::2], ys[1::2] = lows, highs
        return xs, ys

    def _low_high(self, level: int, block: int, edges: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return the minimum and maximum between neighbouring edges; all but the last edge lie on block borders."""
        if not level:
            values, starts, end = self.y.values, edges[:-1], int(edges[-1])
            return _reduce(np.fmin, values[:end], starts), _reduce(np.fmax, values[:end], starts)
        low, high = (side.values for side in self._levels[level - 1])
        whole = int(edges[-1]) // block  # blocks that end before the last edge
        starts = edges[:-1] // block
        lows, highs = _reduce(np.fmin, low[:whole], starts), _reduce(np.fmax, high[:whole], starts)
        rest = self.y.values[whole * block : int(edges[-1])]
        if len(rest):
            lows[-1] = np.fmin(lows[-1], np.fmin.reduce(rest))
            highs[-1] = np.fmax(highs[-1], np.fmax.reduce(rest))
        return lows, highs

    def _extend_levels(self) -> None:
        low = high = self.y.values
        level = 0
        while len(low) >= FACTOR:
            if level == len(self._levels):
                self._levels.append((Growing(), Growing()))
            lows, highs = self._levels[level]
            done, whole = lows.size, len(low) // FACTOR
            if whole > done:
                part = slice(done * FACTOR, whole * FACTOR)
                lows.append(_blocks(np.fmin, low[part]))
                highs.append(_blocks(np.fmax, high[part]))
            low, high = lows.values, highs.values
            level += 1


def _blocks(function: np.ufunc, values: Floats) -> Floats:
    """Reduce each block of 16. Sixteen strided passes are four times as fast as one reduction over short rows."""
    reduced = values[0::FACTOR].copy()
    for place in range(1, FACTOR):
        function(reduced, values[place::FACTOR], out=reduced)
    return reduced


def _reduce(function: np.ufunc, values: Floats, starts: NDArray[np.int64]) -> Floats:
    """Reduce between neighbouring starts; a start at the very end, where nothing is left, gives NaN."""
    inside = starts < len(values)
    reduced = np.full(len(starts), np.nan)
    if inside.any():
        reduced[inside] = function.reduceat(values, starts[inside])
    return reduced


class Smoother:
    """Bias-corrected exponential moving average that goes on where it stopped; a value that is not finite is passed over.

    s ← w·s + (1−w)·y and n ← w·n + (1−w) for each finite y; the smoothed value is s/n (Kingma and Ba 2015).
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._sum = self._norm = 0.0

    def extend(self, y: Floats) -> Floats:
        """Return the smoothed values of the next points."""
        out = np.empty(len(y))
        # Within a block the recursion is a cumulative sum of values scaled by w^-k, which must not overflow.
        block = int(min(4096, max(1, 500 / -np.log(self.weight))))
        powers = self.weight ** np.arange(1, block + 1)
        finite = np.isfinite(y)
        clean = np.where(finite, y, 0.0)
        for start in range(0, len(y), block):
            part = slice(start, start + block)
            decay = powers[: len(clean[part])]
            sums = decay * (self._sum + np.cumsum((1 - self.weight) * clean[part] / decay))
            norms = decay * (self._norm + np.cumsum((1 - self.weight) * finite[part] / decay))
            out[part] = np.divide(sums, norms, out=np.full(len(sums), np.nan), where=norms > 0)
            self._sum, self._norm = float(sums[-1]), float(norms[-1])
        return out
