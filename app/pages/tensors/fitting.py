"""How large the cells of a card are and how its tensors are arranged, from their shapes and the room. No widget."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from app.plots.cell_layout import FACET_GAP, Cell, CellLayout
from app.plots.cell_paint import NUMBERS_FROM

WIDEST, HIGHEST = 52.0, 30.0  # of a cell
READABLE = 38.0
HEADS = 160.0  # pixels of a card above and below its cells
MATRIX = 390.0  # pixels at least for two matrices over each other, which may need to be scrolled
FACTS = 40.0  # pixels of what is known of a tensor, below it
BESIDE = 72.0  # pixels of axes and signs for each tensor
NAMES = 76.0  # pixels of what stands over and under the cells of a second row
BETTER = 1.5  # times larger cells are worth another arrangement
LOWEST, SCROLLED = 18.0, 1.6  # a cell with a number, and how much of a card may be out of sight for numbers
SMALLEST = 0.5
NARROW, NARROW_PART = 190.0, 88.0


class Arrangement(Enum):
    """Where operands and result stand."""

    ROW = "row"
    CORNER = "corner"  # left operand, right operand above, result between them
    PAIRS = "pairs"  # two beside each other
    COLUMN = "column"
    FLOW = "flow"  # operands in a row, below them what is worked out on the way and the result
    FOLD = "fold"  # operand and result in a row, below them what is worked out on the way


@dataclass(frozen=True)
class Arranged:
    """The shapes in each row from top to bottom, the least width of each, and whether what is known of each is left out."""

    arrangement: Arrangement
    rows: list[list[Cell]]
    least: list[list[float]]
    is_brief: bool = False


@dataclass(frozen=True)
class Fit:
    """The size that the cells of all tensors of a card can have; which tensors are in each row, by their places among
    operands, parts and result, the least width of each, and how high all rows of cells can be together."""

    arrangement: Arrangement
    wide: float
    high: float
    is_brief: bool = False
    rows: tuple[tuple[int, ...], ...] = ()
    least: tuple[float, ...] = ()
    room: float = 0.0


def fit(
    operation: str,
    operands: Sequence[Cell],
    result: Cell,
    width: float,
    height: float,
    parts: Sequence[Cell] = (),
) -> Fit:
    """Choose for a card of which so much can be seen at once: numbers where they fit, all of it visible where not. The
    `parts` are the shapes of what stands between operands and result."""
    high = max(200.0, height - HEADS)
    shapes = [*operands, *parts, result]
    if operation in ("matmul", "mm") and [len(shape) for shape in shapes] == [2, 2, 2]:
        across = columns_of(operands[0])[0] + columns_of(operands[1])[0]
        down = max(1, operands[0][0] + operands[1][0])
        wide = max(width - 2 * BESIDE - NARROW, 60.0) / max(1, across)
        room = max(MATRIX, high - 40)
        return Fit(Arrangement.CORNER, *_cell(wide, down, room), room=room)
    best: Fit | None = None
    for one in _arrangements(operands, list(parts), result):
        wide = _widest(one, width)
        down = sum(max(map(rows_of, row)) for row in one.rows)
        has_facts = not one.is_brief or one.arrangement is Arrangement.FOLD  # parts have, which are its last row
        room = high - NAMES * (len(one.rows) - 1) + FACTS * (not has_facts)
        found = Fit(one.arrangement, *_cell(wide, down, room), one.is_brief, *_places(one), room)
        if found.wide >= READABLE or len(shapes) == 1:
            return found
        if best is None or min(found.wide, found.high) > BETTER * min(best.wide, best.high):
            best = found
    assert best is not None
    return best


def _places(arranged: Arranged) -> tuple[tuple[tuple[int, ...], ...], tuple[float, ...]]:
    """Return which tensors are in each row, and the least width of each tensor in their order."""
    count = sum(map(len, arranged.rows))
    order = [*range(count)]
    if arranged.arrangement is Arrangement.FOLD:  # the result stands before the parts
        order = [0, count - 1, *range(1, count - 1)]
    rows, least = [], [0.0] * count
    for widths in arranged.least:
        row, order = order[: len(widths)], order[len(widths) :]
        rows.append(tuple(row))
        for at, width in zip(row, widths, strict=True):
            least[at] = width
    return tuple(rows), tuple(least)


def _arrangements(operands: Sequence[Cell], parts: list[Cell], result: Cell) -> list[Arranged]:
    """Return ways to arrange tensors in rows; the first that can be read is taken."""
    every = [*operands, *parts, result]
    narrow = [*[NARROW] * len(operands), *[NARROW_PART] * len(parts), NARROW]
    found = [Arranged(Arrangement.ROW, [every], [narrow])]
    if parts:
        rows = [[*operands], [*parts, result]]
        found.append(Arranged(Arrangement.FLOW, rows, _brief(rows), is_brief=True))
        if len(operands) == 1:
            rows = [[*operands, result], parts]
            found.append(Arranged(Arrangement.FOLD, rows, _brief(rows), is_brief=True))
    elif len(every) > 2:
        rows = [every[place : place + 2] for place in range(0, len(every), 2)]
        found.append(Arranged(Arrangement.PAIRS, rows, _brief(rows), is_brief=True))
    if not parts and len(every) > 1:
        rows = [[shape] for shape in every]
        found.append(Arranged(Arrangement.COLUMN, rows, _brief(rows), is_brief=len(every) > 2))
    return [*found, Arranged(Arrangement.ROW, [every], _brief([every]), is_brief=True)]


def _brief(rows: list[list[Cell]]) -> list[list[float]]:
    return [[NARROW_PART] * len(row) for row in rows]


def _widest(arranged: Arranged, width: float) -> float:
    """Return the width of a cell with which every row fits, at most `WIDEST`; something small where none does."""
    rows, least = arranged.rows, arranged.least
    if arranged.arrangement is Arrangement.PAIRS:  # their columns are common
        columns = [[row[place] for row in rows if place < len(row)] for place in range(2)]
        rows = [[max(column, key=lambda shape: columns_of(shape)[0]) for column in columns]]
        least = _brief(rows)

    def fits(wide: float) -> bool:
        return all(
            sum(
                max(one, columns_of(shape)[0] * wide + columns_of(shape)[1]) + BESIDE
                for one, shape in zip(each, row, strict=True)
            )
            <= width
            for each, row in zip(least, rows, strict=True)
        )

    low, high = SMALLEST, WIDEST
    if fits(high):
        return high
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def columns_of(shape: Cell, is_alone: bool = False) -> tuple[int, float]:
    """Return how many cells beside each other, and pixels between facets."""
    layout = CellLayout(shape, 1, 1, chosen=0 if is_alone else None)
    return max(1, layout.columns * len(layout.facets)), max(0, len(layout.facets) - 1) * FACET_GAP


def rows_of(shape: Cell) -> int:
    """Return how many cells from top to bottom."""
    return max(1, CellLayout(shape, 1, 1).rows)


def _cell(wide: float, down: float, height: float) -> tuple[float, float]:
    """Return the size of a cell: of numbers where it is wide enough, if need be scrolled a little, square where not."""
    wide = min(WIDEST, wide)
    high = min(HIGHEST, height / down)
    if wide >= NUMBERS_FROM and high < LOWEST <= SCROLLED * high:
        high = LOWEST
    if wide >= NUMBERS_FROM and high >= 16:
        return float(int(wide)), float(int(high))
    side = min(wide, high)
    return (float(int(side)), float(int(side))) if side >= 2 else (max(side, SMALLEST), max(side, SMALLEST))
