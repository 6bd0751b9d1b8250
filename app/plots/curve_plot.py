"""CurvePlot: any number of growing curves of any length; no point's extremum is lost at any zoom."""

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.plots.curve_layer import CurveLayer, EndLabel, Mark, Reading
from app.plots.plot import Numbers, Plot, pen
from app.plots.pyramid import Pyramid
from app.plots.smoothing import Smoother
from app.theme import theme

REDRAW_MS = 25
LABEL_WIDTH = 108
LABEL_SHARE = 0.3  # of a narrow plot's width, at most
MOST_READ = 12
Floats = NDArray[np.float64]


@dataclass
class _Curve:
    label: str
    colour: int
    style: str
    raw: Pyramid
    raw_item: pg.PlotCurveItem
    smooth_item: pg.PlotCurveItem
    smooth: Pyramid | None = None
    smoother: Smoother | None = None
    not_numbers: list[float] = field(default_factory=list)


class CurvePlot(Plot):
    """Curves by key. Redraws at most every 25 ms, follows new points until the user zooms; a double click goes back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: dict[str, _Curve] = {}
        self._markers: list[Mark] = []
        self._smoothing = 0.0
        self._is_log = False
        self._following = True
        self._axis_label = ""
        self._is_compact = False
        self._layer = CurveLayer(self)
        self._layer.empty_text = self.tr("Nothing recorded yet")
        self.item.layout.setContentsMargins(0, 4, LABEL_WIDTH, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self.redraw)
        box = self.item.getViewBox()
        box.disableAutoRange()
        box.sigRangeChangedManually.connect(self._user_zoomed)
        box.sigRangeChanged.connect(self._schedule)
        self.view.scene().sigMouseMoved.connect(self._read)
        self.view.viewport().installEventFilter(self)

    # Content

    def setCurve(self, key: str, x: Floats, y: Floats, label: str = "", colour: int = 0, style: str = "solid") -> None:
        """Draw a curve, in place of the one of this key. `style` is solid, pale or dashed."""
        self.removeCurve(key)
        raw_item, smooth_item = pg.PlotCurveItem(connect="finite"), pg.PlotCurveItem(connect="finite")
        for place, item in enumerate((raw_item, smooth_item)):
            # Later curves lie on top, and every smoothed line above the raw ones.
            item.setZValue(len(self._curves) + 100 * place)
            self.item.addItem(item, ignoreBounds=True)
        self._curves[key] = _Curve(label or key, colour, style, Pyramid(), raw_item, smooth_item)
        self.appendPoints(key, x, y)

    def appendPoints(self, key: str, x: Floats, y: Floats) -> None:
        """Add points at the end of a curve."""
        curve = self._curves[key]
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        curve.raw.append(x, y)
        bad = ~np.isfinite(y)
        if bad.any():
            curve.not_numbers.extend(x[bad].tolist())
        if curve.smooth is not None and curve.smoother is not None:
            curve.smooth.append(x, curve.smoother.extend(y))
        self._schedule()

    def removeCurve(self, key: str) -> None:
        """Take a curve away."""
        curve = self._curves.pop(key, None)
        if curve is not None:
            self.item.removeItem(curve.raw_item)
            self.item.removeItem(curve.smooth_item)
            self._schedule()

    def clear(self) -> None:
        """Take everything away and follow again."""
        for key in list(self._curves):
            self.removeCurve(key)
        self.clearMarkers()
        self.resetView()

    def curveData(self, key: str) -> tuple[Floats, Floats]:
        """Return all points of a curve."""
        raw = self._curves[key].raw
        return raw.x.values, raw.y.values

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
        """Draw the values on a `linear` or `log` axis; on the latter what is not positive cannot be drawn."""
        self._is_log = mode == "log"
        self.item.getAxis("left").setLogMode(y=self._is_log)
        self._following = True
        self._schedule()

    def setAxisLabel(self, text: str) -> None:
        """Name the x axis: step, epoch or time."""
        self._axis_label = text
        self.item.setLabel("bottom", text, **{"color": theme().muted, "font-size": "8pt"})
        self.item.showLabel("bottom", not self._is_compact)

    def setCompact(self, compact: bool) -> None:
        """Leave out the labels at the curves' ends and the x axis: for a small plot whose title tells the value."""
        self._is_compact = compact
        self.item.layout.setContentsMargins(0, 4, 4 if compact else LABEL_WIDTH, 0)
        self.item.getAxis("bottom").setStyle(showValues=not compact)
        self.item.showLabel("bottom", not compact)
        self.setMinimumHeight(48 if compact else 120)
        self._schedule()

    def setEmptyText(self, text: str) -> None:
        """Say what stands there before the first point."""
        self._layer.empty_text = text

    def setSmoothing(self, weight: float) -> None:
        """Draw a moving average of this weight (0 to 0.999) over the raw line, which stays visible, thin and pale."""
        weight = min(max(weight, 0.0), 0.999)
        if weight == self._smoothing:
            return
        self._smoothing = weight
        for curve in self._curves.values():
            curve.smooth = curve.smoother = None
        self._schedule()

    def resetView(self) -> None:
        """Show everything, and follow new points again."""
        self._following = True
        self._schedule()

    # Drawing

    @Slot()
    def redraw(self) -> None:
        """Draw what the view shows from at most two points a pixel column."""
        if self._following:
            self._show_all()
        box = self.item.getViewBox()
        (left, right), _ = box.viewRange()
        columns = max(16, int(box.width()))
        for curve in self._curves.values():
            self._draw(curve, left, right, columns)
        self._lay_out()

    def _draw(self, curve: _Curve, left: float, right: float, columns: int) -> None:
        colour = QColor(theme().seriesColor(curve.colour))
        style = Qt.PenStyle.DashLine if curve.style == "dashed" else Qt.PenStyle.SolidLine
        if curve.style == "pale":
            colour.setAlphaF(0.6)
        if self._smoothing and curve.smooth is None:
            curve.smoother, curve.smooth = Smoother(self._smoothing), Pyramid()
            curve.smooth.append(curve.raw.x.values.copy(), curve.smoother.extend(curve.raw.y.values))
        pale = QColor(colour)
        pale.setAlphaF(0.28)
        curve.raw_item.setPen(pen(pale if self._smoothing else colour, style))
        curve.raw_item.setData(*self._placed(*curve.raw.window(left, right, columns)))
        if self._smoothing and curve.smooth is not None:
            curve.smooth_item.setPen(pen(colour, style))
            curve.smooth_item.setData(*self._placed(*curve.smooth.window(left, right, columns)))
        else:
            curve.smooth_item.setData([], [])

    def _placed(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        if not self._is_log:
            return x, np.where(np.isfinite(y), y, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return x, np.where((y > 0) & np.isfinite(y), np.log10(y), np.nan)

    def _show_all(self) -> None:
        xs: list[float] = []
        lows: list[float] = []
        highs: list[float] = []
        for curve in self._curves.values():
            if not len(curve.raw):
                continue
            x = curve.raw.x.values
            ends = (x[0], x[-1]) if curve.raw.is_ordered else (x.min(), x.max())
            xs += ends
            _, y = self._placed(*curve.raw.window(*ends, 512))
            finite = y[np.isfinite(y)]
            if len(finite):
                lows.append(finite.min())
                highs.append(finite.max())
        if not xs:
            return
        left, right = min(xs), max(xs)
        low, high = (min(lows), max(highs)) if lows else (0.0, 1.0)
        pad = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
        right = right if right > left else left + 1
        box = self.item.getViewBox()
        box.setRange(xRange=(left, right), yRange=(low - pad, high + pad), padding=0, disableAutoRange=True)

    def _lay_out(self) -> None:
        """Give the layer the places of labels and markers."""
        box = self.item.getViewBox()
        self._layer.setGeometry(self.rect())
        self._layer.area = QRectF(self.view.mapFromScene(box.sceneBoundingRect()).boundingRect())
        curves = () if self._is_compact else self._curves.values()
        self._layer.labels = [label for curve in curves if (label := self._end_label(curve))]
        marks = [Mark(self._across(mark.x), mark.label, mark.kind) for mark in self._markers]
        for curve in self._curves.values():
            places = {round(self._across(x)) for x in curve.not_numbers}
            marks += [Mark(float(place), "", "nan") for place in sorted(places)]
        self._layer.marks = marks
        if any(len(curve.raw) for curve in self._curves.values()):
            self._layer.empty_text = ""
        self._layer.update()

    def _end_label(self, curve: _Curve) -> EndLabel | None:
        source = curve.smooth if self._smoothing and curve.smooth is not None else curve.raw
        y = source.y.values
        finite = np.flatnonzero(np.isfinite(y[-100:]))
        if not len(finite):
            return None
        value = float(y[-100:][finite[-1]])
        _, placed = self._placed(np.zeros(1), np.array([value]))
        if np.isnan(placed[0]):
            return None
        at = self.item.getViewBox().mapViewToScene(QPointF(0, float(placed[0])))
        colour = QColor(theme().seriesColor(curve.colour))
        return EndLabel(self.view.mapFromScene(at).y(), f"{curve.label} {value:.4g}", colour)

    def _across(self, x: float) -> float:
        at = self.item.getViewBox().mapViewToScene(QPointF(x, 0))
        return float(self.view.mapFromScene(at).x())

    @Slot()
    def _schedule(self, *_: object) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _user_zoomed(self, *_: object) -> None:
        self._following = False

    @Slot(object)
    def _read(self, place: QPointF) -> None:
        """Show the values nearest to the pointer."""
        box = self.item.getViewBox()
        if not box.sceneBoundingRect().contains(place):
            self._layer.reading = None
            self._layer.update()
            return
        at = box.mapSceneToView(place).x()
        lines = []
        nearest: float | None = None
        for curve in list(self._curves.values())[:MOST_READ]:
            x = curve.raw.x.values
            if not len(x) or not curve.raw.is_ordered:
                continue
            index = int(np.clip(np.searchsorted(x, at), 0, len(x) - 1))
            if index and at - x[index - 1] < x[index] - at:
                index -= 1
            nearest = float(x[index]) if nearest is None else nearest
            colour = QColor(theme().seriesColor(curve.colour))
            lines.append((f"{curve.label}  {curve.raw.y.values[index]:.5g}", colour))
        if nearest is not None:
            title = f"{self._axis_label} {nearest:,.6g}".strip()
            self._layer.reading = Reading(self._across(nearest), title, tuple(lines))
            self._layer.update()

    def numbers(self) -> Numbers:
        """Return curve, x and y of every point."""
        rows: list[tuple[object, ...]] = []
        for key, curve in self._curves.items():
            rows += [(key, x, y) for x, y in zip(curve.raw.x.values.tolist(), curve.raw.y.values.tolist(), strict=True)]
        return ["curve", self._axis_label or "x", "value"], rows

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Redraw for the new width."""
        super().resizeEvent(event)
        room = 4.0 if self._is_compact else min(LABEL_WIDTH, self.width() * LABEL_SHARE)
        self.item.layout.setContentsMargins(0, 4, room, 0)
        self._schedule()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.resetView()
        event.accept()

    def eventFilter(self, _watched: object, event: object) -> bool:
        """Take the view's double click, which it would otherwise keep."""
        if isinstance(event, QMouseEvent) and event.type() == QMouseEvent.Type.MouseButtonDblClick:
            self.resetView()
        return False
