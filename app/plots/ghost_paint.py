"""Paints what is no cell of a tensor's own: repeats, padding, fills. Hatched and dimmed: values keep their colours."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from app.plots.cell_paint import Mask, outline, runs
from app.theme import theme

FAINT = 150  # of 255, of the background over a repeat
HATCH_FROM = 10.0  # pixels a cell from which there is room for lines


def paint_ghosts(painter: QPainter, area: QRectF, ghosts: Mask, dashed: bool) -> None:
    """Dim and hatch the cells of a facet that are not its own; `dashed` draws a line around them."""
    rows, columns = ghosts.shape
    if not ghosts.any():
        return
    veil = np.zeros((rows, columns, 4), dtype=np.uint8)
    base, share = QColor(theme().base), FAINT / 255
    veil[ghosts] = [*(round(part * share) for part in (base.blue(), base.green(), base.red())), FAINT]
    painter.drawImage(area, QImage(veil.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied))
    wide, high = area.width() / columns, area.height() / rows
    if min(wide, high) >= HATCH_FROM:
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(QColor(theme().border_strong), Qt.BrushStyle.BDiagPattern))
        for row, first, last in runs(ghosts):
            painter.drawRect(QRectF(area.left() + first * wide, area.top() + row * high, (last - first) * wide, high))
        painter.restore()
    pen = QPen(QColor(theme().muted), 1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    painter.setPen(pen)
    painter.drawLines(outline(ghosts, area))


def paint_block(painter: QPainter, area: QRectF, block: Mask, colour: QColor) -> None:
    """Outline cells that come from one operand, in its colour."""
    painter.setPen(QPen(colour, 3))
    painter.drawLines(outline(block, area))
