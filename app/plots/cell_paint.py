"""Paints the cells of a tensor, and what is lit of them. Values are colours, what belongs together is outlined and the
rest dimmed; nothing here knows a widget."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QPolygonF

from app.plots.cell_layout import CellLayout
from app.plots.crisp import draw_cells
from app.plots.tensor_colors import BRIGHT_INK, DARK_INK, Colours, Mark, ValueScale, takes_dark_ink
from app.theme import theme

NUMBERS_FROM = 34.0  # pixels a cell from which its number is written
GAP_FROM = 7.0
NUMBERS_HIGH_FROM = 16.0
DIMMED = 188  # of 255, of the background over what is not lit
DIMMED_INK = 120  # of 255, of the numbers on it
Cells = NDArray[Any]
Mask = NDArray[np.bool_]


def paint_cells(
    painter: QPainter,
    layout: CellLayout,
    facet: int,
    cells: Cells,
    scale: ValueScale,
    written: Callable[[Any], str],
    dimmed: bool = False,
) -> None:
    """Paint a facet: cells [rows, columns] as colours, and their numbers where there is room; `dimmed` as what is not
    lit, whose numbers can still be read."""
    if not cells.size:
        return
    area = facet_area(layout, facet)
    colours = np.ascontiguousarray(scale.colours(cells))
    inks = [QColor(BRIGHT_INK), QColor(DARK_INK)]
    if dimmed:
        colours, inks = _veiled(colours), [_dimmed_ink()] * 2
    rows, columns = cells.shape
    picture = QImage(colours.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, layout.wide < 1)
    draw_cells(painter, area, picture)
    if min(layout.wide, layout.high) >= GAP_FROM:
        _paint_gaps(painter, layout, area)
    if has_numbers(layout):
        texts = [written(value) for value in cells.reshape(-1)]
        _paint_numbers(painter, layout, area, texts, takes_dark_ink(colours), inks)
    if min(layout.wide, layout.high) >= GAP_FROM:
        _paint_clipped(painter, layout, area, scale.marks(cells))


def has_numbers(layout: CellLayout) -> bool:
    """Whether cells are large enough for their numbers."""
    return layout.wide >= NUMBERS_FROM and layout.high >= NUMBERS_HIGH_FROM


def facet_area(layout: CellLayout, facet: int) -> QRectF:
    """Return where the cells of a facet are."""
    left, top = layout.corner(facet)
    return QRectF(left, top, layout.columns * layout.wide, layout.rows * layout.high)


def paint_lit(
    painter: QPainter, area: QRectF, lit: Mask, colour: QColor, dimmed: QPixmap | None = None, is_plain: bool = False
) -> None:
    """Dim what is not lit of a facet and outline what is. `dimmed` is a picture of the whole widget to take it from,
    where there are numbers to be read; with `is_plain` shapes are drawn alone, as a drawing of any size needs it."""
    if not lit.size:
        return
    if is_plain:
        _veil_plainly(painter, area, lit)
    elif dimmed is None:
        _veil(painter, area, lit)
    else:
        _take_from(painter, area, ~lit, dimmed)
    painter.setPen(QPen(colour, 2 if area.width() / lit.shape[1] >= GAP_FROM else 1))
    painter.drawLines(outline(lit, area))


def _veil(painter: QPainter, area: QRectF, lit: Mask) -> None:
    rows, columns = lit.shape
    veil = np.zeros((rows, columns, 4), dtype=np.uint8)
    base = QColor(theme().base)
    share = DIMMED / 255
    veil[~lit] = [*(round(part * share) for part in (base.blue(), base.green(), base.red())), DIMMED]
    picture = QImage(veil.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(area, picture)


def _veil_plainly(painter: QPainter, area: QRectF, lit: Mask) -> None:
    wide, high = area.width() / lit.shape[1], area.height() / lit.shape[0]
    veil = QColor(theme().base)
    veil.setAlpha(DIMMED)
    for row, first, last in runs(~lit):
        painter.fillRect(QRectF(area.left() + first * wide, area.top() + row * high, (last - first) * wide, high), veil)


def _take_from(painter: QPainter, area: QRectF, cells: Mask, dimmed: QPixmap) -> None:
    wide, high, ratio = area.width() / cells.shape[1], area.height() / cells.shape[0], dimmed.devicePixelRatio()
    for row, first, last in runs(cells):
        part = QRectF(area.left() + first * wide, area.top() + row * high, (last - first) * wide, high)
        painter.drawPixmap(part, dimmed, QRectF(part.topLeft() * ratio, part.size() * ratio))


def _veiled(colours: Colours) -> Colours:
    """The colours of cells [rows, columns, BGRA] under the veil."""
    base, share = QColor(theme().base), DIMMED / 255
    over = np.array([base.blue(), base.green(), base.red(), 255])
    found: Colours = np.ascontiguousarray(np.rint(colours * (1 - share) + over * share).astype(np.uint8))
    return found


def _dimmed_ink() -> QColor:
    ink = QColor(theme().text)
    ink.setAlpha(DIMMED_INK)
    return ink


def outline(lit: Mask, area: QRectF) -> list[QLineF]:
    """Return the lines between what is lit and what is not, those that go on joined."""
    rows, columns = lit.shape
    wide, high = area.width() / columns, area.height() / rows
    padded = np.pad(lit, 1)
    across = padded[1:, 1:-1] != padded[:-1, 1:-1]
    down = padded[1:-1, 1:] != padded[1:-1, :-1]
    lines = []
    for row, first, last in runs(across):
        y = area.top() + row * high
        lines.append(QLineF(area.left() + first * wide, y, area.left() + last * wide, y))
    for column, first, last in runs(down.T):
        x = area.left() + column * wide
        lines.append(QLineF(x, area.top() + first * high, x, area.top() + last * high))
    return lines


def runs(marked: Mask) -> list[tuple[int, int, int]]:
    """Return (line, first, one after the last) of every run."""
    edges = np.diff(np.pad(marked, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    begins, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    return [(int(line), int(first), int(last)) for (line, first), (_, last) in zip(begins, ends, strict=True)]


def _paint_gaps(painter: QPainter, layout: CellLayout, area: QRectF) -> None:
    painter.setPen(QPen(QColor(theme().base), 1))
    ys = area.top() + layout.high * np.arange(1, layout.rows)
    xs = area.left() + layout.wide * np.arange(1, layout.columns)
    painter.drawLines([QLineF(area.left(), y, area.right(), y) for y in ys])
    painter.drawLines([QLineF(x, area.top(), x, area.bottom()) for x in xs])


def number_font(layout: CellLayout, texts: list[str]) -> QFont:
    """Return the largest font, up to the window's, in which every text fits into a cell."""
    font = theme().font(0.95)
    widest = max((QFontMetricsF(font).horizontalAdvance(text) for text in set(texts)), default=0.0)
    room = layout.wide - 6
    if widest > room:
        font.setPointSizeF(max(5.5, font.pointSizeF() * room / widest))
    return font


def _paint_numbers(
    painter: QPainter, layout: CellLayout, area: QRectF, texts: list[str], dark: Mask, inks: list[QColor]
) -> None:
    """Write the texts of all cells, on each the ink that its colour takes: the second where it is `dark`."""
    painter.setFont(number_font(layout, texts))
    for place, text in enumerate(texts):
        row, column = divmod(place, layout.columns)
        cell = QRectF(area.left() + column * layout.wide, area.top() + row * layout.high, layout.wide, layout.high)
        painter.setPen(inks[int(dark[row, column])])
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


def _paint_clipped(painter: QPainter, layout: CellLayout, area: QRectF, marks: NDArray[np.uint8]) -> None:
    """A corner is cut off cells that the scale ends before."""
    side = min(7.0, layout.wide / 2, layout.high / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme().base))
    for row, column in np.argwhere((marks == Mark.ABOVE) | (marks == Mark.BELOW)).tolist():
        right, top = area.left() + (column + 1) * layout.wide, area.top() + row * layout.high
        painter.drawPolygon(QPolygonF([QPointF(right - side, top), QPointF(right, top), QPointF(right, top + side)]))
