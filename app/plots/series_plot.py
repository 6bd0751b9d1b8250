"""SeriesPlot: one series over time, with stretches of time shaded and named. It draws arrays and knows no specification."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.plots.canvas import blended
from app.plots.date_axis import DateAxis, moment_text
from app.plots.export import Numbers
from app.plots.plot import Plot, drawFinely, finite_range, pen
from app.theme import theme

Floats = NDArray[np.float64]
Tone = Literal["train", "valid", "test", "past", "future", "gap"]
MarkTone = Literal["duplicates", "off_grid", "missing_target"]
_COLOURS: dict[Tone, int] = {"train": 7, "valid": 4, "test": 2, "past": 0, "future": 1, "gap": 3}
_MARKS: dict[MarkTone, tuple[int, str]] = {"duplicates": (5, "o"), "off_grid": (6, "d"), "missing_target": (1, "t")}
_WIDTH = 46
_SPLIT = frozenset({"train", "valid", "test"})
NARROW, LETTER = 0.08, 0.0135  # of the width: no room for a name, or for one of so many letters
FINE = 300


@dataclass(frozen=True)
class Band:
    """A stretch of time: where it begins and ends, what it is called, and what it is. Of several `rows` above each other it
    fills one, counted from the top; `outlined`, it has its edges alone."""

    begin: float
    end: float
    label: str
    tone: Tone
    row: int = 0
    rows: int = 1
    outlined: bool = False


def tone_colour(tone: Tone | MarkTone) -> QColor:
    """Return the colour of a stretch or a mark."""
    for known, (colour, _) in _MARKS.items():
        if known == tone:
            return theme().seriesColor(colour)
    return theme().seriesColor(next(colour for known, colour in _COLOURS.items() if known == tone))


class SeriesPlot(Plot):
    """A line over dates or whole numbers. Left and right are the page's, which walks through series with them."""

    GRID = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x: Floats = np.empty(0)
        self._y: Floats = np.empty(0)
        self._bands: tuple[Band, ...] = ()
        self._marks: dict[MarkTone, Floats] = {}
        self._extent: tuple[float, float] | None = None
        self._are_dates = True
        self._bottom = DateAxis("bottom")
        self.item.setAxisItems({"bottom": self._bottom})
        self._colour_axes()
        self.item.showAxis("bottom", False)
        self.item.getAxis("left").setWidth(_WIDTH)
        self.item.setMouseEnabled(x=True, y=False)

    def setSeries(
        self,
        x: Sequence[float],
        y: Sequence[float | None],
        are_dates: bool,
        extent: tuple[float, float] | None = None,
        bands: Sequence[Band] = (),
        marks: Mapping[MarkTone, Sequence[float]] | None = None,
    ) -> None:
        """Draw a series: seconds since 1970 or whole numbers, and values, None where there is none. `extent` is what is
        shown of x; without it all is. `bands` are stretches that are shaded, `marks` times on the line, by what is the
        matter with them."""
        self._x = np.asarray(x, dtype=np.float64)
        self._y = np.asarray([np.nan if one is None else one for one in y], dtype=np.float64)
        self._are_dates, self._extent, self._bands = are_dates, extent, tuple(bands)
        self._marks = {tone: np.asarray(its, dtype=np.float64) for tone, its in (marks or {}).items() if len(its)}
        self._bottom.setDates(are_dates)
        self.redraw()
        self.resetView()

    def marks(self) -> dict[MarkTone, list[float]]:
        """Return the times that are marked."""
        return {tone: x.tolist() for tone, x in self._marks.items()}

    def bands(self) -> tuple[Band, ...]:
        """Return what is shaded."""
        return self._bands

    def resetView(self) -> None:
        """Show everything."""
        across = self._extent or finite_range(self._x)
        up = finite_range(self._y)
        if across is None or up is None:
            return
        room = 0.14 * (up[1] - up[0] or abs(up[0]) or 1.0)  # names of the stretches stand above the line
        self.item.setRange(xRange=across, yRange=(up[0] - room / 3, up[1] + room), padding=0.01)

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        self.showEmpty(not np.isfinite(self._y).any())
        for band in self._bands:
            self._shade(band)
        fine = len(self._x) <= FINE
        line = self.item.plot(
            self._x, self._y, pen=pen(theme().text, fine=fine), antialias=fine, connect="finite", skipFiniteCheck=False
        )
        drawFinely(line.curve, fine)
        for tone, x in self._marks.items():
            self._mark(tone, x)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave left and right to the page."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)

    def numbers(self) -> Numbers:
        """Return time and value of every point."""
        times = [moment_text(one) if self._are_dates else one for one in self._x.tolist()]
        return ["time", "value"], list(zip(times, self._y.tolist(), strict=True))

    def _mark(self, tone: MarkTone, x: Floats) -> None:
        known = np.isfinite(self._y)
        inside = x[(x >= self._x[0]) & (x <= self._x[-1])] if known.any() else x[:0]
        if not len(inside):
            return
        colour = tone_colour(tone)
        y = np.interp(inside, self._x[known], self._y[known])
        cloud = pg.ScatterPlotItem(
            inside, y, size=8, symbol=_MARKS[tone][1], brush=pg.mkBrush(colour), pen=pg.mkPen(theme().base)
        )
        self.item.addItem(cloud, ignoreBounds=True)

    def _shade(self, band: Band) -> None:
        colour = theme().seriesColor(_COLOURS[band.tone])
        is_split = band.tone in _SPLIT
        wash = blended(colour, QColor(theme().base), 0.16 if band.tone != "train" else 0.07)
        if not is_split:  # the parts of the split are seen through a window
            wash = QColor(colour)
            wash.setAlphaF(0.16)
        edges = pen(colour) if band.outlined else pg.mkPen(None)
        if band.outlined:
            wash.setAlpha(0)
        span = 1 - (band.row + 1) / band.rows, 1 - band.row / band.rows
        region = pg.LinearRegionItem(
            (band.begin, band.end), movable=False, brush=pg.mkBrush(wash), pen=edges, span=span
        )
        region.setZValue(-20 if is_split else {"gap": -5}.get(band.tone, -10))
        self.item.addItem(region, ignoreBounds=True)
        shown = self._extent or finite_range(self._x) or (0.0, 1.0)
        room = min(NARROW, LETTER * len(band.label)) * (shown[1] - shown[0])
        if not band.label or band.end - band.begin < room:
            if is_split and band.rows == 1:
                self.item.addItem(pg.InfiniteLine(band.begin, 90, pen(colour)), ignoreBounds=True)
            return
        options = {
            "color": blended(colour, QColor(theme().text), 0.6),
            "position": 1 - 0.07 * min(band.rows, 5),
            "anchors": [(0, 0.5), (0, 0.5)],
            "movable": False,
        }
        edge = pg.InfiniteLine(band.begin, 90, pen(colour), label=band.label, labelOpts=options, span=span)
        edge.label.setFont(theme().font(0.85))
        self.item.addItem(edge, ignoreBounds=True)
