"""Raster: lines of so many points that they are only pixels, written straight into a picture. Numpy only, no Qt.

QPainter needs half a millisecond for a noisy line across a window; a hundred of them at thirty frames a second leave a
fifth of that. Pixels are kept column by column, since a noisy line is little but vertical runs.
"""

import numpy as np
from numpy.typing import NDArray

from app.plots.places import Floats, Ints

Pixels = NDArray[np.uint32]


class Raster:
    """A picture of `width` by `height` pixels, transparent at first; no line is more than `thickest` pixels thick."""

    def __init__(self, width: int, height: int, thickest: int = 1) -> None:
        self._width, self._height = width, height
        # Columns beside the edges, and rows below, take what lies outside.
        self._stride = height + thickest - 1
        self._pixels: Pixels = np.zeros((width + 1 + thickest) * self._stride, dtype=np.uint32)

    def line(self, x: Floats, y: Floats, colour: int, thickness: int = 1) -> None:
        """Draw a line through points in pixels, NaN interrupting it, in a colour 0xAARRGGBB."""
        column = np.clip(np.floor(x), -1, self._width).astype(np.int64)
        row = np.clip(np.floor(y), -1, self._height)
        known = np.isfinite(row)
        joined = known[1:] & known[:-1]
        if joined.all():
            at, before, after = column[1:], row[:-1], row[1:]
        else:
            at, before, after = column[1:][joined], row[:-1][joined], row[1:][joined]
        wide = np.abs(np.diff(column)) > 1
        if wide.any():
            near = ~wide if joined.all() else ~wide[joined]
            at, before, after = at[near], before[near], after[near]
            self._slopes(x, y, np.flatnonzero(wide & joined), colour, thickness)
        self._runs(at, np.minimum(before, after), np.maximum(before, after), colour, thickness)

    def pixels(self) -> Pixels:
        """Return the picture, height × width."""
        used = self._pixels[self._stride : (self._width + 1) * self._stride].reshape(self._width, self._stride)
        return np.ascontiguousarray(used[:, : self._height].T)

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
        counts = np.minimum(bottom, self._height - 1).astype(np.int64) - first + 1
        if thickness > 1:
            counts[counts > 0] += thickness - 1
        np.maximum(counts, 0, out=counts)
        ends = np.cumsum(counts)
        if not len(ends) or not ends[-1]:
            return
        places = np.repeat((column + 1) * self._stride + first - (ends - counts), counts)
        places += np.arange(len(places))
        for beside in range(thickness):
            self._pixels[places + beside * self._stride if beside else places] = colour
