"""Paints what stands around and over the cells of one tensor: its rulers, and its marks. No widget."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app.pages.tensors.drawn import Drawn
from app.pages.tensors.wording import axis_colour
from app.plots.cell_layout import FACET_GAP, CellLayout
from app.plots.cell_paint import Mask, facet_area, runs
from app.plots.ghost_paint import paint_block, paint_ghosts
from app.theme import theme

LEFT, TOP = 22.0, 20.0  # room for the lengths of the axes
BAR = 3.0
GLOW = 4.0  # pixels of the band beside an axis that is folded
GLOWING = 130  # of 255


def margin(drawn: Drawn) -> float:
    """Return the room that the length of the rows takes, left of the cells."""
    if len(drawn.shape) < 2:
        return LEFT
    return max(LEFT, QFontMetricsF(theme().font(0.85)).horizontalAdvance(drawn.label(-2)) + 10)


def paint_marks(painter: QPainter, layout: CellLayout, facet: int, drawn: Drawn) -> None:
    """Hatch what is no cell of its own, dim what is not read, outline what comes from each operand."""
    area, marks = facet_area(layout, facet), drawn.marks

    def part(cells: Mask) -> Mask:
        found: Mask = cells[layout.index(facet)].reshape(layout.rows, layout.columns)
        return found

    for cells, dashed in ((drawn.repeats(), False), (drawn.padding(), True)):
        if cells is not None:
            paint_ghosts(painter, area, part(cells), dashed)
    if marks.left_out is not None:
        _dim(painter, area, part(marks.left_out))
    for cells, number in marks.blocks:
        paint_block(painter, area, part(cells), QColor(axis_colour(number)))
    if marks.own is not None:
        paint_block(painter, area, np.ones((layout.rows, layout.columns), dtype=bool), QColor(axis_colour(marks.own)))


def paint_hollow(painter: QPainter, area: QRectF, words: str) -> None:
    """Hatch a facet whose cells have no values, and say so where there is room."""
    paint_ghosts(painter, area, np.ones((1, 1), dtype=bool), True)
    painter.setFont(theme().font(0.85))
    metrics = QFontMetricsF(painter.font())
    box = metrics.boundingRect(words).size()
    if box.width() + 12 > area.width() or box.height() + 4 > area.height():
        return
    plate = QRectF(0, 0, box.width() + 12, box.height() + 4)
    plate.moveCenter(area.center())
    painter.fillRect(plate, QColor(theme().base))
    painter.setPen(QColor(theme().muted))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def paint_ruler(painter: QPainter, layout: CellLayout, facet: int, drawn: Drawn) -> None:
    """A bar along each axis in its colour, with its length; over a facet the indices that it stands for."""
    area, rank, first = facet_area(layout, facet), len(drawn.shape), facet == layout.facets.start
    painter.setFont(theme().font(0.85))
    metrics = QFontMetricsF(painter.font())
    high = metrics.height()
    if rank:
        _paint_axis(painter, drawn, -1, QRectF(area.left(), area.top() - 4, area.width(), BAR))
        text = _over(layout, facet, drawn, metrics)
        above = QRectF(area.left(), area.top() - high - 5, max(area.width(), metrics.horizontalAdvance(text) + 2), high)
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    if rank > 1 and first:
        _paint_axis(painter, drawn, -2, QRectF(area.left() - 4, area.top(), BAR, area.height()))
        beside = QRectF(0, area.top(), area.left() - 6, max(area.height(), high))
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, drawn.label(-2))


def least_width(drawn: Drawn) -> float:
    """Return the room that the length of the columns takes."""
    return QFontMetricsF(theme().font(0.85)).horizontalAdvance(drawn.label(-1)) + 4 if drawn.shape else 0.0


def _over(layout: CellLayout, facet: int, drawn: Drawn, metrics: QFontMetricsF) -> str:
    """The indices that a facet stands for where they have room, and over the first the length of the columns."""
    label = drawn.label(-1) if facet == layout.facets.start else ""
    if len(drawn.shape) < 3:
        return label
    index = f"[{', '.join(map(str, layout.index(facet)))}]"
    both = f"{index}   {label}" if label else index
    room = layout.columns * layout.wide + FACET_GAP - 4
    if len(layout.facets) == 1 or metrics.horizontalAdvance(both) <= room:
        return both
    return label


def _paint_axis(painter: QPainter, drawn: Drawn, axis: int, bar: QRectF) -> None:
    """A bar with a glow where the axis is folded; only the places that are read where some are left out."""
    number = drawn.colour(axis)
    colour = QColor(theme().muted if number is None else axis_colour(number))
    if drawn.glows(axis):
        glow = QColor(colour)
        glow.setAlpha(GLOWING)
        painter.fillRect(bar.adjusted(*((0, -GLOW, 0, 0) if axis == -1 else (-GLOW, 0, 0, 0))), glow)
    taken = drawn.taken(axis)
    if taken is None:
        painter.fillRect(bar, colour)
    else:
        _paint_ticks(painter, taken, bar, colour, across=axis == -1)
    painter.setPen(colour)


def _paint_ticks(painter: QPainter, taken: Mask, bar: QRectF, colour: QColor, across: bool) -> None:
    step = (bar.width() if across else bar.height()) / len(taken)
    for _, first, last in runs(taken[None, :]):
        for place in range(first, last):
            gap = min(2.0, step / 4)
            if across:
                painter.fillRect(QRectF(bar.left() + place * step + gap, bar.top(), step - 2 * gap, BAR), colour)
            else:
                painter.fillRect(QRectF(bar.left(), bar.top() + place * step + gap, BAR, step - 2 * gap), colour)


def _dim(painter: QPainter, area: QRectF, cells: Mask) -> None:
    veil = QColor(theme().base)
    veil.setAlpha(165)
    rows, columns = cells.shape
    wide, high = area.width() / columns, area.height() / rows
    for row, first, last in runs(cells):
        painter.fillRect(QRectF(area.left() + first * wide, area.top() + row * high, (last - first) * wide, high), veil)
