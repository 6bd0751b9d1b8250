"""HistogramPlot and BarPlot: counts by bins, and named values with their spread."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.plot import Plot, pen
from app.theme import theme

Floats = NDArray[np.float64]
NAMES_SHARE = 0.35  # of the width, that names beside bars may take


class HistogramPlot(Plot):
    """Bars over bins: `edges` is one longer than `counts`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edges: Floats = np.empty(0)
        self._counts: Floats = np.empty(0)

    def setHistogram(self, edges: Floats, counts: Floats) -> None:
        """Draw other bars."""
        self._edges, self._counts = np.asarray(edges, float), np.asarray(counts, float)
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        self.showEmpty(not len(self._counts))
        if not len(self._counts):
            return
        colour = QColor(theme().seriesColor(0))
        bars = pg.BarGraphItem(
            x0=self._edges[:-1], x1=self._edges[1:], height=self._counts, brush=colour, pen=pen(theme().base)
        )
        self.item.addItem(bars)
        top = float(self._counts.max()) or 1.0
        self.item.setRange(xRange=(self._edges[0], self._edges[-1]), yRange=(0, top * 1.05), padding=0.01)

    def numbers(self) -> Numbers:
        """Return each bin's edges and count."""
        rows = zip(self._edges[:-1].tolist(), self._edges[1:].tolist(), self._counts.tolist(), strict=True)
        return ["from", "to", "count"], list(rows)


class BarPlot(Plot):
    """Horizontal bars, the largest on top, each with its name and a line for its spread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._values: Floats = np.empty(0)
        self._spread: Floats = np.empty(0)
        self.item.getAxis("left").setGrid(False)
        self.item.setMouseEnabled(x=False, y=False)

    def setBars(self, names: Sequence[str], values: Floats, spread: Floats | None = None) -> None:
        """Draw other bars; `spread` is the half length of each error line."""
        values = np.asarray(values, float)
        spread = np.zeros_like(values) if spread is None else np.asarray(spread, float)
        order = np.argsort(values, kind="stable")
        self._names = [names[place] for place in order]
        self._values, self._spread = values[order], spread[order]
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        count = len(self._values)
        self.showEmpty(not count)
        if not count:
            return
        places = np.arange(count, dtype=float)
        self.item.addItem(
            pg.BarGraphItem(
                x0=np.minimum(self._values, 0),
                width=np.abs(self._values),
                y=places,
                height=0.62,
                brush=theme().seriesColor(0),
                pen=None,
            )
        )
        if self._spread.any():
            self.item.addItem(
                pg.ErrorBarItem(
                    x=self._values, y=places, left=self._spread, right=self._spread, beam=0.25, pen=pen(theme().text)
                )
            )
        self._write_names(places)
        low = min(0.0, float((self._values - self._spread).min()))
        high = max(0.0, float((self._values + self._spread).max())) or 1.0
        self.item.setRange(xRange=(low, high), yRange=(-0.6, count - 0.4), padding=0.02)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names their share of the new width."""
        super().resizeEvent(event)
        self._write_names(np.arange(len(self._names), dtype=float))

    def _write_names(self, places: Floats) -> None:
        """Write every name, or as many as the height has room for, cut where they would take too much of the width."""
        metrics = QFontMetricsF(theme().font(0.85))
        room = self.width() * NAMES_SHARE
        every = max(1, int(np.ceil(len(places) * metrics.height() / max(self.height() - 40, 1))))
        shown = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in self._names]
        ticks = list(zip(places.tolist(), shown, strict=True))[::-1][::every]
        axis = self.item.getAxis("left")
        axis.setTicks([ticks])
        axis.setWidth(int(max((metrics.horizontalAdvance(name) for _, name in ticks), default=0.0)) + 16)

    def numbers(self) -> Numbers:
        """Return name, value and spread, the largest first."""
        rows = zip(self._names, self._values.tolist(), self._spread.tolist(), strict=True)
        return ["name", "value", "spread"], list(rows)[::-1]
