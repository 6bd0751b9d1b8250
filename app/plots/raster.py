"""Raster: lines of so many points that they are only pixels, written straight into a picture. Numpy only, no Qt.

QPainter needs half a millisecond for a noisy line across a window; a hundred of them at thirty frames a second leave a
fifth of that. Pixels are kept column by column, since a noisy line is little but vertical runs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.plots.places import Floats, Ints

Pixels = NDArray[np.uint32]
Linear = tuple[float, float]  # what a number is multiplied with, and what is added
SAME: Linear = (1.0, 0.0)
TILE = 32  # columns turned at once


@dataclass(frozen=True)
class _Pairs:
    """Two points a column, column after column: where the columns begin in the picture."""

    x: Floats
    begins: Ints


class Raster:
    """A picture of `width` by `height` pixels, transparent at first; no line is more than `thickest` pixels thick."""

    def __init__(self, width: int, height: int, thickest: int = 1) -> None:
        self._width, self._height = width, height
        # Columns beside the edges, and rows below, take what lies outside.
        self._stride = height + thickest - 1
        self._pixels: Pixels = np.zeros((width + 1 + thickest) * self._stride, dtype=np.uint32)
        self._counting: Ints = np.arange(1 << 15)
        self._seen: tuple[Floats, _Pairs | None] | None = None

    def line(self, x: Floats, y: Floats, colour: int, thickness: int = 1, across: Linear = SAME) -> None:
        """Draw a line through points, NaN interrupting it, in a colour 0xAARRGGBB.

        `y` are pixels, and `across` makes pixels of `x`. Lines over one array of x are faster: do not change it.
        """
        pairs = self._pairs(x, across)
        if pairs is not None and np.isfinite(y).all():
            self._columns(pairs, y, colour, thickness)
        else:
            self._any(x * across[0] + across[1], y, colour, thickness)

    def pixels(self) -> Pixels:
        """Return the picture, height × width."""
        used = self._pixels[self._stride : (self._width + 1) * self._stride].reshape(self._width, self._stride)
        found = np.empty((self._height, self._width), dtype=np.uint32)
        for first in range(0, self._width, TILE):  # what is read and written then stays in the cache
            found[:, first : first + TILE] = used[first : first + TILE, : self._height].T
        return found

    def _pairs(self, x: Floats, across: Linear) -> _Pairs | None:
        """Return how points lie in pairs, one pair a column, or None where they do not."""
        if self._seen is not None and self._seen[0] is x:
            return self._seen[1]
        found = None
        if len(x) > 2 and not len(x) % 2 and np.array_equal(x[0::2], x[1::2]):
            column = np.clip(np.floor(x[0::2] * across[0] + across[1]), -1, self._width).astype(np.int64)
            steps = np.diff(column)
            if steps.min() >= 0 and steps.max() <= 1:
                found = _Pairs(x, (column + 1) * self._stride)
        self._seen = (x, found)
        return found

    def _columns(self, pairs: _Pairs, y: Floats, colour: int, thickness: int) -> None:
        shifted = y + 1  # so that cutting is rounding down
        np.clip(shifted, 0, self._height + 1, out=shifted)
        rows = shifted.astype(np.int64)
        one, other = rows[0::2], rows[1::2]
        top, bottom = np.minimum(one, other), np.maximum(one, other)
        np.minimum(top[1:], other[:-1], out=top[1:])
        np.maximum(bottom[1:], other[:-1], out=bottom[1:])
        top -= 1
        np.maximum(top, 0, out=top)
        np.minimum(bottom, self._height, out=bottom)
        self._fill(pairs.begins, top, bottom, colour, thickness)

    def _any(self, x: Floats, y: Floats, colour: int, thickness: int) -> None:
        column = np.clip(np.floor(x), -1, self._width).astype(np.int64)
        row = np.clip(np.floor(y), -1, self._height)
        known = np.isfinite(row)
        joined = known[1:] & known[:-1]
        wide = np.abs(np.diff(column)) > 1
        near = joined & ~wide
        if wide.any():
            self._slopes(x, y, np.flatnonzero(wide & joined), colour, thickness)
        at, before, after = column[1:][near], row[:-1][near], row[1:][near]
        self._runs(at, np.minimum(before, after), np.maximum(before, after), colour, thickness)

    def _slopes(self, x: Floats, y: Floats, first: Ints, colour: int, thickness: int) -> None:
        """Draw the pieces of line, named by their first points, that cross several columns."""
        left, right = np.minimum(x[first], x[first + 1]), np.maximum(x[first], x[first + 1])
        slope = (y[first + 1] - y[first]) / (x[first + 1] - x[first])
        base = np.where(x[first] <= x[first + 1], y[first], y[first + 1])
        begin = np.clip(np.floor(left), 0, self._width).astype(np.int64)
        end = np.clip(np.floor(right) + 1, 0, self._width).astype(np.int64)
        counts = np.maximum(end - begin, 0)
        which = np.repeat(np.arange(len(first)), counts)
        column = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts - begin, counts)
        ends = [np.clip(side, left[which], right[which]) - left[which] for side in (column, column + 1)]
        high, low = (np.clip(np.floor(base[which] + slope[which] * end), -1, self._height) for end in ends)
        self._runs(column, np.minimum(high, low), np.maximum(high, low), colour, thickness)

    def _runs(self, column: Ints, top: Floats, bottom: Floats, colour: int, thickness: int) -> None:
        """Fill columns from one row to another, both included."""
        # A run that is wholly above or below the picture ends before it begins here.
        first = np.maximum(top, 0).astype(np.int64)
        last = np.minimum(bottom, self._height - 1).astype(np.int64) + 1
        self._fill((column + 1) * self._stride, first, last, colour, thickness)

    def _fill(self, begins: Ints, first: Ints, last: Ints, colour: int, thickness: int) -> None:
        """Fill from a row to before another in the columns that begin at these pixels."""
        counts = last - first
        if thickness > 1:
            counts[counts > 0] += thickness - 1
        np.maximum(counts, 0, out=counts)
        ends = np.cumsum(counts)
        if not len(ends) or not ends[-1]:
            return
        total = int(ends[-1])
        if total > len(self._counting):
            self._counting = np.arange(2 * total)
        places = np.repeat(begins + first - (ends - counts), counts)
        places += self._counting[:total]
        for beside in range(thickness):
            self._pixels[places + beside * self._stride if beside else places] = colour
