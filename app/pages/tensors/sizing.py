"""A size of its own for the cells of each tensor of a card: what is small has numbers beside what is large, and tensors that
share an axis stay level with each other. No widget."""

from collections.abc import Sequence
from typing import NamedTuple

from app.pages.tensors.fitting import (
    BESIDE,
    HIGHEST,
    LOWEST,
    NARROW,
    READABLE,
    Arrangement,
    Fit,
    columns_of,
    rows_of,
)
from app.plots.cell_layout import Cell
from app.plots.cell_paint import NUMBERS_FROM, NUMBERS_HIGH_FROM

TINY = 4.0
SLIDERS = 290.0  # pixels that a slider and its box take
BAR = 38.0
BEYOND = 1.3  # of the room, that slices shown one at a time may take: a little is scrolled


class Size(NamedTuple):
    """Of a cell, wide and high; with `is_alone` one slice is shown at a time, so that its cells are seen."""

    wide: float
    high: float
    is_alone: bool = False


Axes = tuple[int | None, int | None]
"""The numbers of the axes that are rows and columns, None where there is none or its length is 1."""
LARGER: tuple[Size, ...] = (
    Size(READABLE, 24.0),
    Size(READABLE, LOWEST),
    *(Size(float(side), float(side)) for side in (16, 12, 9, 6, 4)),
)
WORTH = 2.0  # times as large at least, else all stay alike
LONGEST = 3.0  # times as long as wide at most, of a cell without a number


def sizes_of(found: Fit, shapes: Sequence[Cell], axes: Sequence[Axes], width: float) -> list[Size]:
    """Return the size of the cells of each tensor, operands, parts and result, in a card that was fitted so."""
    base = Size(found.wide, found.high)
    sizes = [base] * len(shapes)
    if _is_readable(base) or len(shapes) == 1:
        return sizes
    if found.arrangement is Arrangement.CORNER:
        return _around_corner(found, shapes, width)
    cells = [columns_of(shape)[0] * rows_of(shape) for shape in shapes]
    clusters = sorted(_clusters(axes), key=lambda one: max(cells[at] for at in one))
    for cluster in clusters:
        sizes = _larger(found, shapes, sizes, cluster, width, LARGER)
    for cluster in clusters:
        several = [at for at in cluster if len(shapes[at]) > 2 and columns_of(shapes[at])[0] > shapes[at][-1]]
        if several and min(sizes[several[0]][:2]) < TINY:
            alone = [size._replace(is_alone=True) for size in LARGER]
            sizes = _larger(found, shapes, sizes, cluster, width, alone)
    return sizes


def _larger(
    found: Fit, shapes: Sequence[Cell], sizes: list[Size], cluster: set[int], width: float, larger: Sequence[Size]
) -> list[Size]:
    """Give the tensors of a cluster the first of larger sizes that fits, if any does."""
    for size in larger:
        tried = [size if at in cluster else own for at, own in enumerate(sizes)]
        if min(size[:2]) >= WORTH * min(found.wide, found.high) and _fits(found, shapes, tried, width):
            return tried
    return sizes


def _around_corner(found: Fit, shapes: Sequence[Cell], width: float) -> list[Size]:
    """The axis that is summed over has a length of its own on either side: it grows into the room that is left."""
    wide, high = found.wide, found.high
    (_, inner), (_, columns) = shapes[0], shapes[1]
    room = width - 2 * BESIDE - NARROW - columns * wide
    below = found.room - shapes[0][0] * high
    across = _grown(wide, room / max(1, inner), READABLE if high >= NUMBERS_HIGH_FROM else LONGEST * high)
    down = _grown(high, below / max(1, inner), HIGHEST if wide >= NUMBERS_FROM else LONGEST * wide)
    return [Size(across, high), Size(wide, down), Size(wide, high)]


def _grown(own: float, room: float, most: float) -> float:
    grown = min(room, most)
    return float(int(grown)) if grown >= WORTH * own else own


def _clusters(axes: Sequence[Axes]) -> list[set[int]]:
    """Tensors that have an axis in common, as rows or as columns of each."""
    found: list[set[int]] = []
    for at, (row, column) in enumerate(axes):
        same = {at}
        for other, (its_row, its_column) in enumerate(axes[:at]):
            if (row is not None and row == its_row) or (column is not None and column == its_column):
                same.add(other)
        joined = [one for one in found if one & same]
        found = [one for one in found if not one & same] + [same.union(*joined)]
    return found


def _fits(found: Fit, shapes: Sequence[Cell], sizes: Sequence[Size], width: float) -> bool:
    wides, highs = [], []
    for least, shape, size in zip(found.least, shapes, sizes, strict=True):
        columns, gaps = columns_of(shape, size.is_alone)
        bars = max(0, len(shape) - 2) if size.is_alone else 0
        wides.append(max(least, columns * size.wide + gaps, SLIDERS * bool(bars)) + BESIDE)
        highs.append(rows_of(shape) * size.high + BAR * bars)
    if found.arrangement is Arrangement.PAIRS:  # their columns are common
        across = sum(max(wides[row[place]] for row in found.rows if place < len(row)) for place in range(2))
    else:
        across = max(sum(wides[at] for at in row) for row in found.rows)
    before = sum(max(rows_of(shapes[at]) * found.high for at in row) for row in found.rows)
    down = sum(max(highs[at] for at in row) for row in found.rows)
    scrolled = BEYOND if any(size.is_alone for size in sizes) else 1.0
    return across <= width and down <= max(scrolled * found.room, before)


def _is_readable(size: Size) -> bool:
    return size[0] >= NUMBERS_FROM and size[1] >= NUMBERS_HIGH_FROM
