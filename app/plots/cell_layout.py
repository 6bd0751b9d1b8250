"""Where the cells of a tensor stand: the last two axes are rows and columns, those before are facets side by side."""

from dataclasses import dataclass
from math import prod

MAX_FACETS = 6
FACET_GAP = 12.0
Cell = tuple[int, ...]


@dataclass(frozen=True)
class CellLayout:
    """Facets of one tensor from left to right, each of rows and columns. One is shown at a time where there are more
    than a few, and where one is `chosen`. Sizes are in pixels; `left` and `top` leave room for names of axes."""

    shape: Cell
    wide: float
    high: float
    left: float = 0.0
    top: float = 0.0
    chosen: int | None = None

    @property
    def rows(self) -> int:
        """Cells from top to bottom."""
        return self.shape[-2] if len(self.shape) > 1 else 1

    @property
    def columns(self) -> int:
        """Cells from left to right."""
        return self.shape[-1] if self.shape else 1

    @property
    def leading(self) -> Cell:
        """The axes before rows and columns."""
        return self.shape[:-2]

    @property
    def facets(self) -> range:
        """The facets that are shown."""
        count = prod(self.leading)
        if self.chosen is None and count <= MAX_FACETS:
            return range(count)
        return range(self.chosen or 0, (self.chosen or 0) + 1)

    @property
    def width(self) -> float:
        """Of everything."""
        count = len(self.facets)
        return self.left + count * self.columns * self.wide + max(0, count - 1) * FACET_GAP

    @property
    def height(self) -> float:
        """Of everything."""
        return self.top + self.rows * self.high

    def corner(self, facet: int) -> tuple[float, float]:
        """Return the left and the top of a facet's cells."""
        place = facet - self.facets.start
        return self.left + place * (self.columns * self.wide + FACET_GAP), self.top

    def at(self, x: float, y: float) -> Cell | None:
        """Return the cell at a point."""
        for facet in self.facets:
            left, top = self.corner(facet)
            column, row = (x - left) / self.wide, (y - top) / self.high
            if 0 <= column < self.columns and 0 <= row < self.rows:
                return (*self.index(facet), *(int(row), int(column))[2 - min(len(self.shape), 2) :])
        return None

    def place(self, cell: Cell) -> tuple[int, int, int]:
        """Return the facet, row and column of a cell."""
        row, column = (0, 0, *cell)[-2:]
        facet = 0
        for place, length in zip(cell[:-2], self.leading, strict=True):
            facet = facet * length + place
        return facet, row, column

    def rectangle(self, cell: Cell) -> tuple[float, float, float, float]:
        """Return left, top, width and height of a cell."""
        facet, row, column = self.place(cell)
        left, top = self.corner(facet)
        return left + column * self.wide, top + row * self.high, self.wide, self.high

    def index(self, facet: int) -> Cell:
        """Return the leading indices of a facet."""
        found: list[int] = []
        for length in reversed(self.leading):
            facet, place = divmod(facet, length)
            found.insert(0, place)
        return tuple(found)

    def moved(self, cell: Cell, rows: int, columns: int) -> Cell:
        """Return the cell so many steps away, within its facet."""
        facet, row, column = self.place(cell)
        row = min(max(row + rows, 0), self.rows - 1)
        column = min(max(column + columns, 0), self.columns - 1)
        return (*self.index(facet), *(row, column)[2 - min(len(self.shape), 2) :])
