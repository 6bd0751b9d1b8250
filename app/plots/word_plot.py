"""WordPlot: tens of thousands of words as points; as many have their names beside them as can be read at this zoom."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.plot import Plot
from app.theme import theme

Floats = NDArray[np.float64]
CELL = 8.0
"""Pixels of the squares by which names keep clear of each other."""
MOST_NAMES, MOST_TRIED = 120, 800
WASH = 100
"""How opaque points are, of 255: names are read over them."""
DOT, LIT = 2, 7
"""Pixels of a point, and of one that is lit."""
NEAR_CLICK = 12.0
AROUND = 1.6
"""How much wider than a word's neighbours the view is that shows them."""


class WordPlot(Plot):
    """Words in a plane; `picked` carries the place of the word that was clicked."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words: Sequence[str] = ()
        self.points: Floats = np.empty((0, 2))
        self.lit: dict[int, float] = {}
        self._layer = _WordLayer(self)
        self.item.getViewBox().disableAutoRange()
        self.item.getViewBox().sigRangeChanged.connect(self._follow)
        self.item.getViewBox().sigResized.connect(self._follow)
        self.view.scene().sigMouseClicked.connect(self._pick)

    def setWords(self, words: Sequence[str], points: Floats) -> None:
        """Show words, the most important first, at places [words, 2]."""
        self.words, self.points, self.lit = words, points, {}
        self.showEmpty(not len(words))
        self.resetView()

    def light(self, place: int, others: Sequence[int]) -> None:
        """Go to a word and light it and those that are near to it in all dimensions; -1 lights none."""
        self.lit = {} if place < 0 else {place: 1.0, **dict.fromkeys(others, 0.0)}
        if place >= 0:
            here = self.points[place]
            spread = self.points[[*self.lit]] - here
            reach = np.maximum(np.abs(spread).max(axis=0) * AROUND, np.ptp(self.points, axis=0) * 0.04)
            low, high = here - reach, here + reach
            self.item.setXRange(low[0], high[0], padding=0)
            self.item.setYRange(low[1], high[1], padding=0)
        self._layer.update()

    def resetView(self) -> None:
        """Show every word."""
        if len(self.points):
            low, high = self.points.min(axis=0), self.points.max(axis=0)
            self.item.setXRange(low[0], high[0], padding=0.05)
            self.item.setYRange(low[1], high[1], padding=0.05)
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self._follow()

    def numbers(self) -> Numbers:
        """Return every word with its place."""
        rows = [(word, *place) for word, place in zip(self.words, self.points.tolist(), strict=True)]
        return ["word", "x", "y"], rows

    def area(self) -> QRectF:
        """Return where the view's contents lie, in the plot's own pixels."""
        box = self.item.getViewBox()
        return QRectF(self.view.mapTo(self, self.view.mapFromScene(box.sceneBoundingRect().topLeft())), box.size())

    def places(self) -> Floats:
        """Return where all words stand, in pixels of the layer [words, 2]."""
        ranges, size = self.item.getViewBox().viewRange(), self.area().size()
        low = np.array([one[0] for one in ranges])
        share = (self.points - low) / np.maximum([one[1] - one[0] for one in ranges], 1e-300)
        found: Floats = np.stack([share[:, 0] * size.width(), (1 - share[:, 1]) * size.height()], axis=1)
        return found

    def named(self) -> list[str]:
        """Return the words whose names can be read now."""
        return [self.words[place] for place, _ in self._layer.names(self.places())]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the words over the view."""
        super().resizeEvent(event)
        self._follow()

    @Slot()
    def _follow(self, *_: object) -> None:
        self._layer.setGeometry(self.area().toRect())
        self._layer.update()

    @Slot(object)
    def _pick(self, event: object) -> None:
        where: QPointF = event.scenePos()  # type: ignore[attr-defined]
        corner = self.item.getViewBox().sceneBoundingRect().topLeft()
        if not len(self.points):
            return
        away = np.hypot(*(self.places() - [where.x() - corner.x(), where.y() - corner.y()]).T)
        nearest = int(away.argmin())
        if away[nearest] <= NEAR_CLICK:
            self.picked.emit(nearest)


class _WordLayer(QWidget):
    """Paints points and names of its plot, over its view."""

    def __init__(self, plot: WordPlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the points, one a pixel at most, then those that are lit, then the names."""
        plot = self._plot
        if not len(plot.words):
            return
        places, painter = plot.places(), QPainter(self)
        painter.setOpacity(WASH / 255)
        painter.drawImage(0, 0, self._dots(places, theme().seriesColor(0) if not plot.lit else QColor(theme().muted)))
        painter.setOpacity(1)
        painter.setPen(QPen(theme().seriesColor(1), LIT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in places[[*plot.lit]].tolist()]))
        for place, rect in self.names(places):
            is_lit = place in plot.lit
            painter.setPen(QColor(theme().text if is_lit or not plot.lit else theme().muted))
            painter.setFont(
                theme().font(0.9, painter.font().Weight.DemiBold if is_lit else painter.font().Weight.Normal)
            )
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, plot.words[place])
        painter.end()

    def names(self, places: Floats) -> list[tuple[int, QRectF]]:
        """Return the words that are named and where: those that are lit first, then by importance, none over another."""
        plot, metrics = self._plot, QFontMetricsF(theme().font(0.9, theme().font().Weight.DemiBold))
        columns, rows = int(self.width() / CELL) + 1, int(self.height() / CELL) + 1
        taken = np.zeros((rows, columns), dtype=np.bool_)
        inside = np.flatnonzero(((places >= 0) & (places < [max(1, self.width()), max(1, self.height())])).all(axis=1))
        cells = (places[inside] / (CELL * 2)).astype(np.int64)
        _, firsts = np.unique(cells[:, 0] * 100_000 + cells[:, 1], return_index=True)
        lit = [place for place in plot.lit if place in inside]
        tried = inside[np.sort(firsts)[:MOST_TRIED]].tolist()
        order = [*lit, *(place for place in tried if place not in plot.lit)]
        found: list[tuple[int, QRectF]] = []
        for place in order:
            if len(found) == MOST_NAMES:
                break
            x, y = places[place]
            rect = QRectF(
                x + 5, y - metrics.height() / 2, metrics.horizontalAdvance(plot.words[place]) + 4, metrics.height()
            )
            across = slice(max(0, int(rect.left() / CELL)), int(rect.right() / CELL) + 1)
            down = slice(max(0, int(rect.top() / CELL)), int(rect.bottom() / CELL) + 1)
            if rect.right() > self.width() or rect.bottom() > self.height() or taken[down, across].any():
                continue
            taken[down, across] = True
            found.append((place, rect))
        return found

    def _dots(self, places: Floats, colour: QColor) -> QImage:
        """Return a picture of all points, written as pixels: a painter would take a second for fifty thousand."""
        pixels = np.zeros((max(DOT, self.height()), max(DOT, self.width())), dtype=np.uint32)
        at = self._inside(places).astype(np.int64)
        for right in range(DOT):
            for down in range(DOT):
                rows = np.minimum(at[:, 1] + down, pixels.shape[0] - 1)
                pixels[rows, np.minimum(at[:, 0] + right, pixels.shape[1] - 1)] = colour.rgba()
        picture = QImage(pixels.data, pixels.shape[1], pixels.shape[0], QImage.Format.Format_ARGB32)
        return picture.copy()  # it outlives the array

    def _inside(self, places: Floats) -> Floats:
        return places[((places >= 0) & (places <= [self.width(), self.height()])).all(axis=1)]
