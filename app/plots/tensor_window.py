"""Which part of a plane of cells is seen, and how large: pan, zoom, fit. Plain arithmetic; no widget here."""

import math
from dataclasses import dataclass, replace

TILE = 256  # blocks a side of a tile, as the engine cuts them
LARGEST, FITTED_LARGEST = 160.0, 64.0  # pixels a cell, when zoomed in and when everything is shown
MOST_UNEVEN = 3.0  # how much of the room square cells may leave unused, as a ratio of both sides' fits


@dataclass(frozen=True)
class TilePlace:
    """Which tile: how many rows and columns make one block, and its place among the tiles of that size."""

    down: int
    across: int
    row: int
    column: int

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """The first row and column and how many rows and columns it reaches over."""
        high, wide = TILE * self.down, TILE * self.across
        return self.row * high, self.column * wide, high, wide


@dataclass(frozen=True)
class TensorWindow:
    """A room of `width` × `height` pixels on a plane of `rows` × `columns`. A cell has `wide` × `high` pixels, and
    (`left`, `top`) in cells lies in the room's corner; where a plane is smaller than the room it lies in the middle.
    """

    rows: int
    columns: int
    width: float
    height: float
    wide: float = 1.0
    high: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def fitted(self) -> "TensorWindow":
        """Show everything: with square cells, unless those would leave most of the room empty."""
        wide, high = self._fit()
        return replace(self, wide=wide, high=high, left=0.0, top=0.0).settled()

    def resized(self, width: float, height: float) -> "TensorWindow":
        """Give another room to the same cells; what was fitted stays so."""
        was_fitted = self.is_fitted
        changed = replace(self, width=width, height=height)
        return changed.fitted() if was_fitted else changed.settled()

    @property
    def is_fitted(self) -> bool:
        """Whether everything is shown as large as it goes."""
        wide, high = self._fit()
        return math.isclose(self.wide, wide) and math.isclose(self.high, high)

    def panned(self, x: float, y: float) -> "TensorWindow":
        """Move the plane by pixels."""
        return replace(self, left=self.left - x / self.wide, top=self.top - y / self.high).settled()

    def zoomed(self, factor: float, x: float, y: float) -> "TensorWindow":
        """Make cells larger by a factor, around a point of the room; never smaller than fitted."""
        wide, high = self._fit()
        most = LARGEST / max(self.wide, self.high)
        least = max(wide / self.wide, high / self.high)
        factor = min(max(factor, min(least, 1.0)), max(most, 1.0))
        column, row = self.place(x, y)
        wide, high = self.wide * factor, self.high * factor
        if max(wide, high) > 4 and wide != high:  # cells that can be told apart are square
            wide = high = max(wide, high)
        return replace(self, wide=wide, high=high, left=column - x / wide, top=row - y / high).settled()

    def centred(self, row: int, column: int, least: float = 0.0) -> "TensorWindow":
        """Bring a cell to the middle, with at least so many pixels a cell."""
        larger = max(1.0, least / self.wide, least / self.high)
        changed = replace(self, wide=self.wide * larger, high=self.high * larger)
        if larger > 1:
            changed = replace(changed, wide=max(changed.wide, changed.high), high=max(changed.wide, changed.high))
            changed = replace(changed, wide=min(changed.wide, LARGEST), high=min(changed.high, LARGEST))
        left = column + 0.5 - changed.width / changed.wide / 2
        return replace(changed, left=left, top=row + 0.5 - changed.height / changed.high / 2).settled()

    def settled(self) -> "TensorWindow":
        """Keep the plane in the room."""
        return replace(
            self,
            left=_kept(self.left, self.columns, self.width / self.wide),
            top=_kept(self.top, self.rows, self.height / self.high),
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the column and row, with fractions, under a point of the room."""
        return self.left + x / self.wide, self.top + y / self.high

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the row and column under a point of the room, or None beside the plane."""
        column, row = self.place(x, y)
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (math.floor(row), math.floor(column)) if inside else None

    def point(self, row: float, column: float) -> tuple[float, float]:
        """Return where in the room the corner of a cell lies."""
        return (column - self.left) * self.wide, (row - self.top) * self.high

    def seen(self) -> tuple[int, int, int, int]:
        """Return the first row and column that are seen, and those behind the last."""
        bottom = min(self.rows, math.ceil(self.top + self.height / self.high))
        right = min(self.columns, math.ceil(self.left + self.width / self.wide))
        return max(0, math.floor(self.top)), max(0, math.floor(self.left)), bottom, right

    def block(self, pixels: float = 1.0) -> tuple[int, int]:
        """Return how many rows and columns make a block that fills at least a device pixel, of `pixels` a unit."""
        return _power(1 / (self.high * pixels)), _power(1 / (self.wide * pixels))

    def tiles(self, pixels: float = 1.0) -> list[TilePlace]:
        """Return the tiles that are seen, those in the middle first."""
        top, left, bottom, right = self.seen()
        if bottom <= top or right <= left:
            return []
        down, across = self.block(pixels)
        high, wide = TILE * down, TILE * across
        found = [
            TilePlace(down, across, row, column)
            for row in range(top // high, (bottom - 1) // high + 1)
            for column in range(left // wide, (right - 1) // wide + 1)
        ]
        middle = ((top + bottom) / 2 / high - 0.5, (left + right) / 2 / wide - 0.5)
        return sorted(found, key=lambda one: math.hypot(one.row - middle[0], one.column - middle[1]))

    def root(self) -> TilePlace:
        """Return the one tile that has everything."""
        return TilePlace(_power(self.rows / TILE), _power(self.columns / TILE), 0, 0)

    def _fit(self) -> tuple[float, float]:
        wide = min(self.width / max(1, self.columns), FITTED_LARGEST)
        high = min(self.height / max(1, self.rows), FITTED_LARGEST)
        is_even = max(wide, high) <= MOST_UNEVEN * min(wide, high) or min(wide, high) >= FITTED_LARGEST / 4
        return (min(wide, high),) * 2 if is_even else (wide, high)


def _kept(start: float, cells: int, room: float) -> float:
    """Return where the room begins: within the plane, or with the plane in its middle."""
    return (cells - room) / 2 if cells <= room else min(max(start, 0.0), cells - room)


def _power(least: float) -> int:
    """Return the smallest power of two that is no less, and at least 1; a hair less is taken as equal."""
    return 1 << max(0, math.ceil(math.log2(max(least, 1.0)) - 1e-9))
