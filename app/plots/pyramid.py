"""A growing curve that can be drawn at any zoom from few points, without losing an extremum. Numpy only, no Qt."""

import numpy as np

from app.plots.columns import FACTOR, FIRST, Edges, Part, block_of, even_plan, make_plan, moved_edges
from app.plots.places import Floats, Growing, Ints, Places, as_array

MOST_PASSES = 64  # of x from left to right, that are drawn each for itself
_PORTION = 1 << 16  # values reduced at once, so that what lies between stays in the cache


class Pyramid:
    """Minimum and maximum of blocks of 16, 64, 256 … values; what is not finite is passed over and kept in `bad`."""

    def __init__(self) -> None:
        self.x = Places()
        self.y = Growing()
        self._levels: list[tuple[Growing, Growing]] = []
        self._bad: list[Ints] = []
        self._passes = [0]  # where x begins to rise again after it went back

    def __len__(self) -> int:
        return self.y.size

    @property
    def is_ordered(self) -> bool:
        """Whether x never goes back."""
        return len(self._passes) == 1

    @property
    def bad(self) -> Ints:
        """Indices of the values that are not finite, ascending."""
        if len(self._bad) > 1:
            self._bad = [np.concatenate(self._bad)]
        return self._bad[0] if self._bad else np.empty(0, dtype=np.int64)

    def append(self, x: Floats | range, y: Floats) -> None:
        """Add points. Where an x is smaller than the one before, another pass begins; it is drawn for itself."""
        if not len(x):
            return
        start = len(self)
        if start and x[0] < self.x.one(start - 1):
            self._passes.append(start)
        for first in range(0, len(y), _PORTION):
            if not isinstance(x, range) or x.step < 0:
                steps = as_array(x[first : first + _PORTION + 1])
                back = steps[1:] < steps[:-1]
                if back.any():
                    self._passes.extend((np.flatnonzero(back) + start + first + 1).tolist())
            finite = np.isfinite(y[first : first + _PORTION])
            if not finite.all():
                self._bad.append(np.flatnonzero(~finite) + start + first)
        self.x.append(x)
        self.y.append(y)
        self._extend_levels()

    def window(self, left: float, right: float, columns: int) -> tuple[Floats, Floats]:
        """Return points to draw between two x: all of them where they are few, else two a column: its low and high.

        One point beyond each edge is included, so that lines leave the picture. A NaN interrupts the line; a column that
        holds NaN or infinity beside finite values shows those. Each pass of x has its columns; a curve of very many
        passes is drawn in the order in which its points came.
        """
        if len(self._passes) > MOST_PASSES:
            return self._by_position(columns)
        ends = [*self._passes[1:], len(self)]
        parts = [self._pass(*part, left, right, columns) for part in zip(self._passes, ends, strict=True)]
        parts = [part for part in parts if len(part[0])]
        if len(parts) < 2:
            return parts[0] if parts else (np.empty(0), np.empty(0))
        gap = np.array([np.nan])
        xs = [piece for x, _ in parts for piece in (x, x[-1:])][:-1]
        ys = [piece for _, y in parts for piece in (y, gap)][:-1]
        return np.concatenate(xs), np.concatenate(ys)

    def extremes(self) -> tuple[float, float] | None:
        """Return the lowest and highest finite value, or None without any."""
        level = min(len(self._levels), 5) - 1  # blocks of 4,096 are few, and so is what no block covers yet
        low, high = (side.values for side in self._levels[level]) if self._levels else (np.empty(0), np.empty(0))
        rest = self._finite(len(low) * block_of(level), len(self))
        lowest = np.fmin.reduce(np.append(low, rest), initial=np.nan)
        highest = np.fmax.reduce(np.append(high, rest), initial=np.nan)
        return None if np.isnan(lowest) else (float(lowest), float(highest))

    def smallest_positive(self) -> float | None:
        """Return where a logarithmic axis may begin: the lowest positive low of a block, else high."""
        low, high = (side.values for side in self._levels[0]) if self._levels else (np.empty(0), np.empty(0))
        rest = self._finite(len(low) * FIRST, len(self))
        for values in (np.append(low, rest), high):
            positive = values[values > 0]
            if len(positive):
                return float(positive.min())
        return None

    def nearest(self, x: float) -> int | None:
        """Return the index of the point nearest to an x, on the newest pass that reaches it, or None without points."""
        if not len(self):
            return None
        if len(self._passes) > MOST_PASSES:
            return int(np.argmin(np.abs(as_array(self.x.whole()) - x)))
        found, distance = 0, np.inf
        for first, last in zip(self._passes, [*self._passes[1:], len(self)], strict=True):
            place = first + int(self.x.search(np.array([x]), first, last)[0])
            for index in range(max(first, place - 1), min(last, place + 1)):
                if abs(self.x.one(index) - x) <= distance:
                    found, distance = index, abs(self.x.one(index) - x)
        return found

    def _pass(self, start: int, end: int, left: float, right: float, columns: int) -> tuple[Floats, Floats]:
        view, levels = (start, end, left, right, columns), len(self._levels)
        even = self.x.even
        plan = even_plan(even, *view, levels) if even is not None else make_plan(self.x, *view, levels)
        if plan.edges is None:
            return self.x.part(plan.first, plan.last), self.y.values[plan.first : plan.last]
        lows, highs = self._extremes_of(plan.edges)
        # Every second column from high to low: neighbours are then joined low to low and high to high.
        ys = np.empty((len(lows), 2))
        ys[0::2, 0], ys[0::2, 1] = lows[0::2], highs[0::2]
        ys[1::2, 0], ys[1::2, 1] = highs[1::2], lows[1::2]
        return plan.x, ys.ravel()

    def _by_position(self, columns: int) -> tuple[Floats, Floats]:
        if len(self) <= 2 * columns:
            return as_array(self.x.whole()), self.y.values
        edges, lows, highs = self.columns(np.linspace(0, len(self), columns + 1).astype(np.int64))
        return np.repeat(self.x.at(edges[:-1]), 2), np.stack([lows, highs], axis=1).ravel()

    def columns(self, edges: Ints) -> tuple[Ints, Floats, Floats]:
        """Return the extremes between neighbouring edges (indices, ascending), empty ranges left out, and the edges used.

        An edge moves by at most an eighth of the narrower range beside it, on to a block's border, never inwards at the
        two ends. Each extreme is exact for the range between the edges that are returned.
        """
        moved = moved_edges(edges, len(self._levels))
        return moved.edges, *self._extremes_of(moved)

    def _extremes_of(self, moved: Edges) -> tuple[Floats, Floats]:
        lows, highs = np.empty(len(moved.edges) - 1), np.empty(len(moved.edges) - 1)
        for part in moved.parts:
            lows[part.first : part.last], highs[part.first : part.last] = self._reduced(part, moved.edges)
        return lows, highs

    def _reduced(self, part: Part, edges: Ints) -> tuple[Floats, Floats]:
        if part.level < 0:
            low = high = self._finite(part.begin, part.end)
            if len(low) > FIRST * len(part.starts) * 8 and self._levels:
                return self._exactly(edges[part.first : part.last + 1])
        else:
            low, high = (side.values[part.begin : part.end] for side in self._levels[part.level])
        if part.gathered is not None:
            lows = low.take(part.gathered)
            highs = lows if high is low else high.take(part.gathered)
            return np.fmin.reduce(lows), np.fmax.reduce(highs)
        return np.fmin.reduceat(low, part.starts), np.fmax.reduceat(high, part.starts)

    def _exactly(self, edges: Ints) -> tuple[Floats, Floats]:
        """Reduce a few wide ranges with borders anywhere: whole blocks in the middle, single values at the ends."""
        lows, highs = np.empty(len(edges) - 1), np.empty(len(edges) - 1)
        for place, (start, stop) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
            first, last = -(-start // FIRST), stop // FIRST
            if last <= first:
                low = high = self._finite(start, stop)
            else:
                ends = [self._finite(start, first * FIRST), self._finite(last * FIRST, stop)]
                sides = (side.values[first:last] for side in self._levels[0])
                low, high = (np.concatenate([side, *ends]) for side in sides)
            lows[place], highs[place] = np.fmin.reduce(low), np.fmax.reduce(high)
        return lows, highs

    def _finite(self, start: int, stop: int) -> Floats:
        values = self.y.values[start:stop]
        return np.where(np.isfinite(values), values, np.nan) if self._bad else values

    def _extend_levels(self) -> None:
        low = high = self.y.values
        level, width = 0, FIRST
        while len(low) >= width:
            if level == len(self._levels):
                self._levels.append((Growing(), Growing()))
            lows, highs = self._levels[level]
            done, whole = lows.size, len(low) // width
            if whole > done:
                part = slice(done * width, whole * width)
                has_bad = bool(self._bad) and not level
                lows.append(_blocks(np.fmin, low[part], width, has_bad))
                highs.append(_blocks(np.fmax, high[part], width, has_bad))
            low, high = lows.values, highs.values
            level, width = level + 1, FACTOR


def _blocks(function: np.ufunc, values: Floats, width: int, has_bad: bool) -> Floats:
    """Reduce each block by halving; in portions that fit the cache this is much faster than over short rows."""
    reduced = np.empty(len(values) // width)
    for start in range(0, len(values), _PORTION):
        part = values[start : start + _PORTION]
        if has_bad:
            part = np.where(np.isfinite(part), part, np.nan)
        left = width
        while left > 1:
            part, left = function(part[0::2], part[1::2]), left // 2
        reduced[start // width : start // width + len(part)] = part
    return reduced
