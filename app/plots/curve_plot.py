"""CurvePlot: any number of growing curves of any length; no point's extremum is lost at any zoom."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QTimer, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.plots.axis import Axis
from app.plots.canvas import Canvas, Frame, Ribbon, Stroke
from app.plots.curve import Curve, Strokes, in_order, rows_of
from app.plots.curve_layer import CurveLayer, Mark, Reading
from app.plots.curve_places import Places, nearest
from app.plots.export import SCALE, Numbers
from app.plots.extent import extent_of, floor_of
from app.plots.ink import Ink
from app.plots.layered_plot import LayeredPlot
from app.plots.places import Floats, as_array
from app.plots.turns import turns

REDRAW_MS = 25
LABEL_WIDTH = 108
LABEL_SHARE = 0.3  # of a narrow plot's width, at most


class CurvePlot(LayeredPlot):
    """Curves by key. Redraws at most every 25 ms, follows new points until the user zooms; a double click goes back."""

    _layer: CurveLayer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: dict[str, Curve] = {}
        self._markers: list[Mark] = []
        self._smoothing = 0.0
        self._is_log = False
        self._is_compact = False
        self._label_width = LABEL_WIDTH
        self._canvas = Canvas()
        self._strokes: dict[str, Strokes] = {}
        self._drawing: Iterator[None] | None = None
        self._is_stale = self._is_placing = False
        self._layer = CurveLayer(self._canvas, self)
        self.setEmptyText(self.tr("Nothing recorded yet"))
        self.item.layout.setContentsMargins(0, 4, LABEL_WIDTH, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._ask_for_turn)
        box = self.item.getViewBox()
        box.sigRangeChanged.connect(self._move)
        box.sigResized.connect(self._begin_anew)

    # Content

    def setCurve(
        self, key: str, x: Floats | range, y: Floats, label: str = "", colour: Ink = 0, style: str = "solid"
    ) -> None:
        """Draw a curve, in place of the one of this key. `style` is solid, pale, dashed or dotted."""
        self.removeCurve(key)
        self._curves[key] = Curve(label or key, colour, style)
        self.appendPoints(key, x, y)
        self._curves[key].smoothWith(self._smoothing)

    def appendPoints(self, key: str, x: Floats | range, y: Floats) -> None:
        """Add points at the end of a curve."""
        if not isinstance(x, range):
            x = np.ascontiguousarray(x, dtype=np.float64)
        self._curves[key].append(x, np.ascontiguousarray(y, dtype=np.float64))
        self._schedule()

    def setRibbon(self, key: str, x: Floats, low: Floats, high: Floats) -> None:
        """Wash the area between two curves in the colour of a curve: the interval around it. All values are finite."""
        self._curves[key].ribbon = (x, low, high)
        self._schedule()

    def setStrong(self, keys: Collection[str]) -> None:
        """Draw these curves thicker and above the others, and no other ones."""
        for key, curve in self._curves.items():
            if curve.is_strong != (key in keys):
                curve.is_strong = key in keys
                self._schedule()

    def removeCurve(self, key: str) -> None:
        """Take a curve away."""
        if self._curves.pop(key, None) is not None:
            self._strokes.pop(key, None)
            self._begin_anew()

    def clear(self) -> None:
        """Take everything away and follow again."""
        for key in list(self._curves):
            self.removeCurve(key)
        self.clearMarkers()
        self.resetView()

    def curveData(self, key: str) -> tuple[Floats, Floats]:
        """Return all points of a curve."""
        raw = self._curves[key].raw
        return as_array(raw.x.whole()), raw.y.values

    def pointCount(self, key: str) -> int:
        """Return how many points a curve has; cheaper than asking for them."""
        return len(self._curves[key].raw)

    def keys(self) -> list[str]:
        """Return the curves' keys, in the order in which they came."""
        return list(self._curves)

    def addMarker(self, x: float, label: str, kind: str = "info") -> None:
        """Mark an x with a line and a word; `kind` is best, nan or info."""
        self._markers.append(Mark(x, label, kind))
        self._schedule()

    def clearMarkers(self) -> None:
        """Take the markers away."""
        self._markers.clear()
        self._schedule()

    # Look

    def setAxisMode(self, mode: str) -> None:
        """Draw the values on a `linear` or `log` axis; on the latter, zero and less is below every picture."""
        self._is_log = mode == "log"
        self.item.getAxis("left").setLogMode(y=self._is_log)
        self._drawing = None
        self.resetView()

    def setAxisLabel(self, text: str) -> None:
        """Name the x axis: step, epoch or time."""
        self.setAxisLabels(text, "")

    def setAxisLabels(self, x: str, y: str) -> None:
        """Name the axes; a compact plot keeps the names for its readout."""
        super().setAxisLabels(x, y)
        self.item.showLabel("bottom", bool(x) and not self._is_compact)

    def setTimeAxis(self, is_time: bool, origin: float | None = None) -> None:
        """Take x as seconds that have passed, and write 2:30 for 150; or what the clock shows, counted from `origin`."""
        self._bottom().setTime(is_time, origin)

    def setWholeAxis(self, is_whole: bool, ends: tuple[float, ...] = ()) -> None:
        """Write whole numbers alone below x: steps, however close the view is, and in any case those at the `ends`."""
        self._bottom().setWhole(is_whole, ends)

    def setLabelWidth(self, width: int) -> None:
        """Leave so many pixels for the names at the curves' ends, and less in a narrow plot."""
        self._label_width = width
        self._leave_room()

    def setCompact(self, compact: bool) -> None:
        """Leave out the labels at the curves' ends and the x axis: for a small plot whose title tells the value."""
        self._is_compact = compact
        self._leave_room()
        self.item.getAxis("bottom").setStyle(showValues=not compact)
        self.item.showLabel("bottom", not compact)
        self.setMinimumHeight(48 if compact else 120)
        self._schedule()

    def setSmoothing(self, weight: float) -> None:
        """Draw a moving average of this weight (0 to 0.999) over the raw line, which stays visible, thin and pale."""
        weight = min(max(weight, 0.0), 0.999)
        if weight == self._smoothing:
            return
        self._smoothing = weight
        for curve in self._curves.values():
            curve.smoothWith(weight)
        self._begin_anew()

    def resetView(self) -> None:
        """Show everything, and follow new points again."""
        self._following = True
        self._schedule()

    # Drawing

    @Slot()
    def redraw(self) -> None:
        """Draw what the view shows from at most two points a pixel column, at once and wholly."""
        self._drawing = None
        self._is_stale = False
        for _ in self._pieces():
            pass

    def drawSome(self, deadline: float) -> bool:
        """Draw until a deadline of `time.perf_counter`; return whether all is drawn."""
        if self._drawing is None:
            self._drawing, self._is_stale = self._pieces(), False
        for _ in self._drawing:
            if time.perf_counter() >= deadline:
                return False
        self._drawing = None
        if self._is_stale:
            self._schedule()
        return True

    def _pieces(self) -> Iterator[None]:
        """Draw; between two pieces the plot may wait. What was on show stays until all of the new picture is there."""
        self.showEmpty(not any(len(curve.raw) for curve in self._curves.values()))
        frame = self._frame()
        strokes = {}
        for key, curve in self._curves.items():
            strokes[key] = curve.strokes(frame)
            yield
        points = sum(len(one.raw.x) for one in strokes.values())
        box = self.item.getViewBox()
        self._canvas.begin(frame, box.size(), self.devicePixelRatioF())
        ribbons = [one.ribbon for one in strokes.values() if one.ribbon is not None]
        pieces: list[Ribbon | Stroke] = [*ribbons, *in_order(strokes.values())]
        for piece in pieces:
            self._canvas.add(piece, points)
            yield
        self._is_placing = True
        if self._following:
            across, up = (frame.left, frame.right), (frame.low, frame.high)
            box.setRange(xRange=across, yRange=up, padding=0, disableAutoRange=True)
        self._is_placing = False
        self._canvas.finish()
        self._strokes = strokes
        self._lay_out()

    def _frame(self) -> Frame:
        """Return what the next picture shows: everything, or what the user has zoomed to."""
        floor = self._floor()
        box = self.item.getViewBox()
        columns = max(16, int(box.width()))
        if self._following and (whole := extent_of(self._curves.values(), floor)) is not None:
            return Frame(*whole, columns, floor)
        return self._view(columns, floor)

    def _view(self, columns: int, floor: float | None) -> Frame:
        """Return what the view shows now."""
        (left, right), (low, high) = self.item.getViewBox().viewRange()
        return Frame(left, right, low, high, columns, floor)

    def _floor(self) -> float | None:
        """Return where zero is drawn on a logarithmic axis; None on a linear one."""
        return floor_of(self._curves.values()) if self._is_log else None

    def _lay_out(self) -> None:
        """Give the layer the places of strokes, labels, markers, dots and grid lines."""
        layer = self._layer
        layer.frame = self._view(max(16, int(self.item.getViewBox().width())), self._floor())
        layer.setGeometry(self.rect())
        layer.area = self.area()
        places = Places(layer.frame, layer.area)
        layer.labels = [] if self._is_compact else places.labels(self._curves.values())
        layer.marks = places.marks(self._markers, self._curves.values())
        layer.grid = self.gridLines()
        layer.dots = places.dots((self._curves[key], one) for key, one in self._strokes.items() if key in self._curves)
        layer.strokes = in_order(self._strokes.values())
        layer.ribbons = [one.ribbon for one in self._strokes.values() if one.ribbon is not None]
        layer.update()

    def _bottom(self) -> Axis:
        axis: Axis = self.item.getAxis("bottom")
        return axis

    @Slot()
    def _schedule(self, *_: object) -> None:
        self._is_stale = True
        # What is hidden is drawn when it is shown; what is being drawn, once more when it is done.
        if not self._timer.isActive() and self.isVisible() and self._drawing is None:
            self._timer.start(REDRAW_MS if self._strokes else 0)  # the first picture waits for nothing

    @Slot()
    def _ask_for_turn(self) -> None:
        turns().ask(self)

    @Slot()
    def _begin_anew(self, *_: object) -> None:
        """Give up what is being drawn: it would not fit. What is on show follows the plot's size until then."""
        self._drawing = None
        if self._strokes:
            self._lay_out()
        self._schedule()

    @Slot()
    def _move(self, *_: object) -> None:
        """Follow the view with the picture that there is, until the next one is drawn."""
        if not self._is_placing:
            self._layer.frame = self._view(self._layer.frame.columns, None)
            self._layer.update()
            self._schedule()

    @Slot(object)
    def _read(self, place: QPointF) -> None:
        """Show the values nearest to the pointer."""
        box = self.item.getViewBox()
        self._layer.reading = None
        if box.sceneBoundingRect().contains(place):
            pointer = box.mapSceneToView(place)
            at = pointer.x()
            found = [(curve, reading) for curve in self._curves.values() if (reading := curve.reading(at)) is not None]
            if found:
                frame = self._view(16, self._floor())
                read = min((reading[0] for _, reading in found), key=lambda x: abs(x - at))
                lines = [(text, curve.inkColour()) for curve, (_, text) in nearest(found, pointer.y(), frame)]
                if len(found) > len(lines):
                    more = self.tr("and {0} more").format(len(found) - len(lines))
                    lines.append((more, self.palette().placeholderText().color()))
                title = f"{self._labels[0]} {self._bottom().words(read)}".strip()
                across = Places(frame, self._layer.area).across(read)
                self._layer.reading = Reading(across, title, tuple(lines))
        self._layer.update()

    def isCurrent(self) -> bool:
        """Whether all that was told is on show."""
        return not self._is_stale and self._drawing is None

    def exportImage(self, path: Path, scale: float = SCALE) -> None:
        """Write the plot as .svg, in lines, or as a picture of `scale` pixels a point, drawn for that size."""
        self.redraw()
        self._layer.is_exact = True
        try:
            super().exportImage(path, scale)
        finally:
            self._layer.is_exact = False

    def numbers(self) -> Numbers:
        """Return curve, x and y of every point."""
        curves = [(key, curve.raw.x.whole(), curve.raw.y.values) for key, curve in self._curves.items()]
        for key, curve in self._curves.items():
            if curve.ribbon is not None:
                x, low, high = curve.ribbon
                curves += [(f"{key}/low", x, low), (f"{key}/high", x, high)]
        return ["curve", self._labels[0] or "x", "value"], rows_of(curves)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while the plot was hidden."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()
        self._drawing = None
        turns().leave(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Redraw for the new width."""
        super().resizeEvent(event)
        self._leave_room()
        self._schedule()

    def _leave_room(self) -> None:
        room = 4.0 if self._is_compact else min(self._label_width, self.width() * LABEL_SHARE)
        # Without words below it, the left axis needs room for half of its lowest one.
        self.item.layout.setContentsMargins(0, 6 if self._is_compact else 4, room, 8 if self._is_compact else 0)
