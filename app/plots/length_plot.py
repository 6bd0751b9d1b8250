"""LengthPlot: how many texts have how many tokens, and a limit that can be dragged. It knows no specification."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.plots.bars import HistogramPlot
from app.plots.canvas import blended
from app.plots.plot import pen
from app.theme import theme
from engine.catalog.text_view import Lengths

BINS = 48
LEAST = 4
ROOM = 1.08  # of the longest text, beyond which the limit's line is not looked for


class LengthPlot(HistogramPlot):
    """Bars of lengths with a line at the limit; what is right of it is paler. Drag the line, or press ← and → (with Shift
    ten tokens at once). `dragged` carries a limit on its way, `chosen` one that was let go.
    """

    dragged = Signal(int)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lengths = Lengths()
        self._limit = LEAST
        self._is_limited = True
        self._line: pg.InfiniteLine | None = None
        self._pale: pg.LinearRegionItem | None = None
        self.item.setMouseEnabled(x=False, y=False)
        self.setAxisLabels(self.tr("tokens"), self.tr("texts"))
        self.item.getAxis("left").setWidth(64)

    def limit(self) -> int:
        """Return where the line stands."""
        return self._limit

    def setLengths(self, lengths: Lengths, limit: int) -> None:
        """Draw other lengths and the limit."""
        self._lengths, self._limit = lengths, limit
        width = max(1, -(-(self._reach() + 1) // BINS))
        shown = [(one, texts) for one, texts in zip(lengths.tokens, lengths.texts, strict=True) if one <= self._reach()]
        bins = np.array([one for one, _ in shown], dtype=np.int64) // width
        counts = np.bincount(bins, weights=[texts for _, texts in shown]) if shown else np.empty(0)
        edges = np.arange(len(counts) + 1, dtype=np.float64) * width - 0.5  # a bar of one length stands over its number
        self.setHistogram(edges, np.asarray(counts, np.float64))

    def setLimited(self, is_limited: bool) -> None:
        """Show the limit, or none where samples have no length of their own."""
        if is_limited != self._is_limited:
            self._is_limited = is_limited
            self.redraw()

    def setLimit(self, limit: int) -> None:
        """Move the line."""
        self._limit = limit
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        super().redraw()
        self._line = self._pale = None
        if not self._lengths.tokens:
            return
        shown = self._extent()
        self.item.setRange(xRange=(-0.5, shown), yRange=(0, (float(self._counts.max()) or 1.0) * 1.12), padding=0)
        if not self._is_limited:
            return
        wash = QColor(theme().base)
        wash.setAlphaF(0.62)
        self._pale = pg.LinearRegionItem(self._cut_off(), movable=False, pen=pg.mkPen(None), brush=pg.mkBrush(wash))
        self._pale.setZValue(5)
        self.item.addItem(self._pale, ignoreBounds=True)
        self._line = self._drawn_line(min(self._limit + 0.5, shown * 0.998))
        self.item.addItem(self._line, ignoreBounds=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line by keys."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None or not self._lengths.tokens or not self._is_limited:
            super().keyPressEvent(event)
            return
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self.setLimit(max(LEAST, self._limit + way * step))
        self.dragged.emit(self._limit)
        self.chosen.emit(self._limit)

    def beyond(self) -> int:
        """Return how many texts are too long to be drawn."""
        return self._lengths.above(self._reach())

    def _cut_off(self) -> tuple[float, float]:
        """Return the stretch of lengths beyond the limit."""
        return min(self._limit + 0.5, self._extent()), self._extent()

    def _extent(self) -> float:
        """Return how far the axis goes: to the limit too, unless the bars would have no room then."""
        end = max(float(self._edges[-1]), 8.0)
        return ROOM * (max(end, self._limit + 1.0) if self._is_limited and self._limit < 3 * end else end)

    def _reach(self) -> int:
        """Return the longest that is drawn: a few giants would leave all others in one bar."""
        usual = max(4 * self._lengths.quantile(0.95), 32)
        return min(self._lengths.longest, max(usual, self._limit if self._limit < 2 * usual else 0))

    def _drawn_line(self, place: float) -> pg.InfiniteLine:
        colour = QColor(theme().accent)
        inside = self._limit + 1 <= self._extent()
        right = place > 0.7 * self._extent()
        line = pg.InfiniteLine(
            place,
            90,
            pen(colour, fine=True),
            movable=True,
            bounds=(LEAST + 0.5, self._extent()),
            hoverPen=pg.mkPen(colour, width=3),
            label=f"{self._limit:,}" if inside else f"{self._limit:,} →",
            labelOpts={
                "color": blended(colour, QColor(theme().text), 0.7),
                "position": 0.92,
                "anchors": [(1, 0.5), (1, 0.5)] if right else [(0, 0.5), (0, 0.5)],
                "movable": False,
            },
        )
        line.setZValue(10)
        line.label.setFont(theme().font(0.9))
        line.sigDragged.connect(self._on_dragged)
        line.sigPositionChangeFinished.connect(self._on_let_go)
        return line

    def _on_dragged(self, line: pg.InfiniteLine) -> None:
        self._limit = max(LEAST, round(line.value() - 0.5))
        line.label.setFormat(f"{self._limit:,}")
        if self._pale is not None:
            self._pale.setRegion((line.value(), max(line.value(), self._pale.getRegion()[1])))
        self.dragged.emit(self._limit)

    def _on_let_go(self, _line: pg.InfiniteLine) -> None:
        self.chosen.emit(self._limit)
