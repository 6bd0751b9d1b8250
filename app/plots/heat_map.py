"""HeatMap: a matrix as coloured cells with their numbers, such as a confusion matrix. Painted in one pass."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.plot import Plot
from app.theme import theme

Floats = NDArray[np.float64]
GAP_FROM = 6.0  # pixels a cell from which lines part cells
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
        self.showEmpty(not self._matrix.size)
        self.update()

    def redraw(self) -> None:
        """Draw everything again."""
        self.update()

    def numbers(self) -> Numbers:
        """Return the matrix with the rows' names in front."""
        rows = [[name, *values] for name, values in zip(self._rows, self._matrix.tolist(), strict=True)]
        return [" \\ ".join(self._titles), *self._columns], rows

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cells, numbers and names."""
        painter = QPainter(self)
        painter.setFont(theme().font(0.9))
        painter.fillRect(self.rect(), QColor(theme().base))
        if self._matrix.size:
            area = self._area(QFontMetricsF(painter.font()))
            self._paint_cells(painter, area)
            self._paint_names(painter, area)
        painter.end()
        super().paintEvent(event)

    def _area(self, metrics: QFontMetricsF) -> QRectF:
        widest = max((metrics.horizontalAdvance(name) for name in self._rows), default=0.0)
        left = min(widest, self.width() * 0.28) + 36
        return QRectF(left, 8, self.width() - left - 12, self.height() - 8 - 2 * metrics.height() - 12)

    def _paint_cells(self, painter: QPainter, area: QRectF) -> None:
        rows, columns = self._matrix.shape
        wide, high = area.width() / columns, area.height() / rows
        inks = self._inks()
        picture = QImage(inks.tobytes(), columns, rows, columns * 4, QImage.Format.Format_RGB32)
        painter.drawImage(area, picture)  # one pixel a cell, enlarged without blending: thousands of cells cost nothing
        if min(wide, high) > GAP_FROM:
            painter.setPen(QPen(QColor(theme().base), 1))
            painter.drawLines([QLineF(area.left(), y, area.right(), y) for y in area.top() + high * np.arange(1, rows)])
            xs = area.left() + wide * np.arange(1, columns)
            painter.drawLines([QLineF(x, area.top(), x, area.bottom()) for x in xs])
        if min(wide, high) >= NUMBERS_FROM * 0.7 and wide >= NUMBERS_FROM:
            self._paint_numbers(painter, area, inks)

    def _inks(self) -> NDArray[np.uint8]:
        """Return each cell's colour as blue, green, red and 255; what is not finite is grey."""
        finite = np.isfinite(self._matrix)
        top = float(np.max(self._matrix, where=finite, initial=0.0)) or 1.0
        places = np.clip(np.where(finite, self._matrix, 0.0) / top * 255, 0, 255).astype(int)
        inks = np.full((*self._matrix.shape, 4), 255, dtype=np.uint8)
        inks[..., :3] = self._colours[places][..., 2::-1]
        inks[~finite, :3] = 128
        return inks

    def _paint_numbers(self, painter: QPainter, area: QRectF, inks: NDArray[np.uint8]) -> None:
        rows, columns = self._matrix.shape
        wide, high = area.width() / columns, area.height() / rows
        finite = self._matrix[np.isfinite(self._matrix)]
        whole = bool(np.all(finite == np.round(finite)))
        # Relative luminance decides between dark and light ink.
        bright = inks[..., :3].astype(float) @ np.array([0.0722, 0.7152, 0.2126]) > 120
        for row in range(rows):
            for column in range(columns):
                value = float(self._matrix[row, column])
                painter.setPen(QColor("#14171c" if bright[row, column] else "#ffffff"))
                cell = QRectF(area.left() + column * wide, area.top() + row * high, wide, high)
                text = f"{value:,.0f}" if whole and np.isfinite(value) else f"{value:.1f}"
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        metrics = QFontMetricsF(painter.font())
        rows, columns = self._matrix.shape
        wide, high = area.width() / columns, area.height() / rows
        painter.setPen(QColor(theme().text))
        every = max(1, int(np.ceil(metrics.height() / high)))
        for row in range(0, rows, every):
            middle = area.top() + (row + 0.5) * high
            box = QRectF(24, middle - metrics.height() / 2, area.left() - 32, metrics.height())
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
