"""Cells as an image whose pixels stay squares, in a drawing too: most programs blur a small image that is shown large."""

import math

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPaintEngine, QPainter

FINE = 4  # pixels of an image for each of a drawing


def draw_cells(painter: QPainter, area: QRectF | QRect, cells: QImage) -> None:
    """Draw an image with one pixel a cell over an area."""
    if painter.paintEngine().type() == QPaintEngine.Type.SVG and cells.width() and cells.height():
        across = math.ceil(FINE * area.width() / cells.width()) * cells.width()
        down = math.ceil(FINE * area.height() / cells.height()) * cells.height()
        cells = cells.scaled(QSize(across, down), mode=Qt.TransformationMode.FastTransformation)
    painter.drawImage(area, cells)
