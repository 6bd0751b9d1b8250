"""How large the cells of a card are and how its tensors are arranged, from their shapes and the room. No widget."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from app.plots.cell_layout import FACET_GAP, Cell, CellLayout

WIDEST, HIGHEST = 52.0, 30.0  # of a cell
READABLE = 38.0
HEADS = 150.0  # pixels of a card above and below its cells
MATRIX = 390.0  # pixels at least for two matrices over each other, which may need to be scrolled
BESIDE = 76.0  # pixels of axes and signs for each tensor
NAMES = 76.0  # pixels of what stands over and under the cells of a second row
NARROW, NARROW_PART = 190.0, 104.0


class Arrangement(Enum):
    """Where operands and result stand."""

    ROW = "row"
    CORNER = "corner"  # left operand, right operand above, result between them
    PAIRS = "pairs"  # two beside each other
    COLUMN = "column"
    FLOW = "flow"  # operands in a row, below them what is worked out on the way and the result


@dataclass(frozen=True)
class Fit:
    """The size of all cells of a card."""

    arrangement: Arrangement
    wide: float
    high: float


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
        across = _columns(operands[0])[0] + _columns(operands[1])[0]
        down = max(1, operands[0][0] + operands[1][0])
        return Fit(Arrangement.CORNER, *_cell(across, width - 2 * BESIDE - NARROW, down, max(MATRIX, high - 40)))
    row = _cell(*_across([*operands, result], width, parts), max(_rows(shape) for shape in shapes), high)
    if row[0] >= READABLE or len(shapes) == 1:
        return Fit(Arrangement.ROW, *row)
    if parts:
        return Fit(Arrangement.FLOW, *_flow(operands, parts, result, width, high))
    widest = max(_columns(shape)[0] for shape in shapes)
    gaps = max(_columns(shape)[1] for shape in shapes)
    tallest = max(_rows(shape) for shape in shapes)
    pair = _cell(widest, width / 2 - BESIDE - gaps, tallest, high)
    if len(shapes) > 2 and pair[0] >= READABLE:
        return Fit(Arrangement.PAIRS, *pair)
    column = _cell(widest, width - BESIDE - gaps, tallest, high)
    better = column[0] >= READABLE or column[0] > 2 * row[0]
    return Fit(Arrangement.COLUMN, *column) if better else Fit(Arrangement.ROW, *row)


def _flow(
    operands: Sequence[Cell], parts: Sequence[Cell], result: Cell, width: float, height: float
) -> tuple[float, float]:
    """Two rows of tensors under each other, each as wide as it is; `height` is without what stands over and under one."""
    down = max(map(_rows, operands)) + max(map(_rows, [*parts, result]))
    high = max(height - NAMES, min(MATRIX, 18.0 * down))
    below = [*parts, result]
    return min(_cell(*_across([], width, row), down, high) for row in (operands, below))


def _across(shapes: Sequence[Cell], width: float, parts: Sequence[Cell] = ()) -> tuple[float, float]:
    """Cells beside each other, and the room for them. What stands below a narrow tensor needs its width too."""
    every = [*shapes, *parts]
    gaps = sum(_columns(shape)[1] for shape in every)
    cells = sum(_columns(shape)[0] for shape in every)
    least = [NARROW] * len(shapes) + [NARROW_PART] * len(parts)
    narrow = [max(0.0, one - _columns(shape)[0] * WIDEST) for one, shape in zip(least, every, strict=True)]
    return cells, width - gaps - sum(narrow) - BESIDE * len(every)


def _columns(shape: Cell) -> tuple[int, float]:
    """How many cells beside each other, and pixels between facets."""
    layout = CellLayout(shape, 1, 1)
    return max(1, layout.columns * len(layout.facets)), max(0, len(layout.facets) - 1) * FACET_GAP


def _rows(shape: Cell) -> int:
    return max(1, CellLayout(shape, 1, 1).rows)


def _cell(across: float, width: float, down: float, height: float) -> tuple[float, float]:
    wide = min(WIDEST, max(width, 60.0) / across)
    high = min(HIGHEST, height / down)
    if wide >= READABLE and high >= 18:
        return float(int(wide)), float(int(high))
    side = min(wide, high) if wide < 34 or high < 16 else min(wide, max(high, 16))
    if wide >= 34 and high >= 16:
        return float(int(wide)), float(int(high))
    return (float(int(side)), float(int(side))) if side >= 2 else (max(side, 0.5), max(side, 0.5))
