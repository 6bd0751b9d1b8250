"""HeatMap: a matrix as coloured cells with their numbers, such as a confusion matrix. Painted in one pass."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from app.plots.plot import Numbers, Plot
from app.theme import theme

Floats = NDArray[np.float64]
NUMBERS_FROM = 30.0  # pixels a cell from which its number is written


class HeatMap(Plot):
    """Rows down, columns across, cividis from zero to the largest value; numbers where cells are large enough."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view.hide()
        self._matrix: Floats = np.empty((0, 0))
        self._rows: list[str] = []
        self._columns: list[str] = []
        self._titles = ("", "")
        self._colours = pg.colormap.get("cividis").getLookupTable(nPts=256)

    def setMatrix(
        self, matrix: Floats, rows: Sequence[str], columns: Sequence[str], row_title: str = "", column_title: str = ""
    ) -> None:
        """Draw another matrix with the names of its rows and columns."""
        self._matrix = np.asarray(matrix, dtype=float)
        self._rows, self._columns = list(rows), list(columns)
        self._titles = (row_title, column_title)
        self.update()

    def redraw(self) -> None:
        """Draw everything again."""
        self.update()

    def numbers(self) -> Numbers:
        """Return the matrix with the rows' names in front."""
        rows = [[name, *values] for name, values in zip(self._rows, self._matrix.tolist(), strict=True)]
        return [" \\ ".join(self._titles), *self._columns], rows

    def paintEvent(self, _event: object) -> None:
        """Paint cells, numbers and names."""
        painter = QPainter(self)
        painter.setFont(theme().font(0.9))
        painter.fillRect(self.rect(), QColor(theme().base))
        if self._matrix.size:
            area = self._area(QFontMetricsF(painter.font()))
            self._paint_cells(painter, area)
            self._paint_names(painter, area)
        painter.end()

    def _area(self, metrics: QFontMetricsF) -> QRectF:
        widest = max((metrics.horizontalAdvance(name) for name in self._rows), default=0.0)
        left = min(widest, self.width() * 0.28) + 36
        return QRectF(left, 8, self.width() - left - 12, self.height() - 8 - 2 * metrics.height() - 12)

    def _paint_cells(self, painter: QPainter, area: QRectF) -> None:
        rows, columns = self._matrix.shape
        wide, high = area.width() / columns, area.height() / rows
        top = float(np.nanmax(self._matrix)) or 1.0
        whole = bool(np.all(self._matrix == np.round(self._matrix)))
        with_numbers = min(wide, high) >= NUMBERS_FROM * 0.7 and wide >= NUMBERS_FROM
        gap = 1.0 if min(wide, high) > 6 else 0.0
        for row in range(rows):
            for column in range(columns):
                value = float(self._matrix[row, column])
                red, green, blue = (int(part) for part in self._colours[int(np.nan_to_num(value) / top * 255)][:3])
                cell = QRectF(area.left() + column * wide, area.top() + row * high, wide - gap, high - gap)
                painter.fillRect(cell, QColor(red, green, blue))
                if with_numbers:
                    # Relative luminance decides between dark and light ink.
                    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 120
                    painter.setPen(QColor("#14171c" if bright else "#ffffff"))
                    text = f"{value:,.0f}" if whole else f"{value:.1f}"
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        metrics = QFontMetricsF(painter.font())
        rows, columns = self._matrix.shape
        wide, high = area.width() / columns, area.height() / rows
        painter.setPen(QColor(theme().text))
        every = max(1, int(np.ceil(metrics.height() / high)))
        for row in range(0, rows, every):
            box = QRectF(24, area.top() + row * high, area.left() - 32, high)
            text = metrics.elidedText(self._rows[row], Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        widest = max((metrics.horizontalAdvance(name) for name in self._columns), default=1.0) + 8
        every = max(1, int(np.ceil(min(widest, 90.0) / wide)))
        for column in range(0, columns, every):
            box = QRectF(area.left() + column * wide, area.bottom() + 2, wide * every, metrics.height())
            text = metrics.elidedText(self._columns[column], Qt.TextElideMode.ElideRight, box.width())
            align = Qt.AlignmentFlag.AlignHCenter if every == 1 else Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, align, text)
        painter.setPen(QColor(theme().muted))
        foot = QRectF(area.left(), self.height() - metrics.height() - 4, area.width(), metrics.height())
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self._titles[1])
        painter.save()
        painter.translate(QPointF(14, area.center().y()))
        painter.rotate(-90)
        painter.drawText(
            QRectF(-area.height() / 2, -10, area.height(), 20), Qt.AlignmentFlag.AlignCenter, self._titles[0]
        )
        painter.restore()
