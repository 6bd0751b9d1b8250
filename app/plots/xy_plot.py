"""XYPlot and ScatterPlot: curves and clouds over two measured axes, such as ROC or predicted against actual."""

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.plots.canvas import FINE_POINTS
from app.plots.export import Numbers
from app.plots.plot import Plot, drawFinely, finite_range, pen
from app.theme import theme

Floats = NDArray[np.float64]
Range = tuple[float, float]


@dataclass(frozen=True)
class _Line:
    x: Floats
    y: Floats
    label: str
    colour: int
    style: str


class XYPlot(Plot):
    """Labelled curves; the x axis may be logarithmic, the diagonal drawn, and one x marked."""

    def __init__(self, parent: QWidget | None = None, log_x: bool = False) -> None:
        super().__init__(parent)
        self._log_x = log_x
        self._lines: dict[str, _Line] = {}
        self._diagonal = False
        self._marker: tuple[float, str] | None = None
        self._range: tuple[Range, Range] | None = None
        self.item.setLogMode(x=log_x)
        self._legend = self.item.addLegend(offset=(-8, -8), labelTextSize="8pt", verSpacing=-4)

    def setCurve(self, key: str, x: Floats, y: Floats, label: str = "", colour: int = 0, style: str = "solid") -> None:
        """Draw a curve, in place of the one of this key; `style` is solid, dashed or dots (points joined by a line)."""
        self._lines[key] = _Line(np.asarray(x, float), np.asarray(y, float), label, colour, style)
        self.redraw()

    def clear(self) -> None:
        """Take every curve away."""
        self._lines.clear()
        self.redraw()

    def setDiagonal(self, shown: bool) -> None:
        """Draw the line y = x."""
        self._diagonal = shown
        self.redraw()

    def setRange(self, x: Range, y: Range) -> None:
        """Show this part; without it everything is shown."""
        self._range = (x, y)
        self.redraw()

    def setMarker(self, x: float | None, label: str = "") -> None:
        """Mark an x with a dashed line."""
        self._marker = None if x is None else (x, label)
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        self.showEmpty(not any(len(line.x) for line in self._lines.values()))
        self._legend.setLabelTextColor(theme().text)
        fine = sum(len(line.x) for line in self._lines.values()) <= FINE_POINTS
        if self._diagonal:
            self.item.addItem(pg.InfiniteLine((0, 0), 45, pen(theme().axis, Qt.PenStyle.DashLine)))
        for line in self._lines.values():
            colour = theme().seriesColor(line.colour)
            style = Qt.PenStyle.DashLine if line.style == "dashed" else Qt.PenStyle.SolidLine
            dots = {"symbol": "o", "symbolSize": 6, "symbolBrush": colour, "symbolPen": None}
            drawn = self.item.plot(
                line.x,
                line.y,
                pen=pen(colour, style, fine),
                antialias=fine,
                name=line.label or None,
                connect="finite",
                **(dots if line.style == "dots" else {}),
            )
            drawFinely(drawn.curve, fine)
        if self._marker is not None:
            at = np.log10(self._marker[0]) if self._log_x else self._marker[0]
            options = {"color": theme().good, "position": 0.95, "movable": False}
            line = pg.InfiniteLine(
                at, 90, pen(theme().good, Qt.PenStyle.DashLine), label=self._marker[1], labelOpts=options
            )
            self.item.addItem(line)
        if self._range is not None:
            self.item.setRange(xRange=self._range[0], yRange=self._range[1], padding=0.03)

    def numbers(self) -> Numbers:
        """Return curve, x and y of every point."""
        rows = [
            (line.label or key, x, y)
            for key, line in self._lines.items()
            for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
        ]
        return ["curve", "x", "y"], rows


class ScatterPlot(Plot):
    """A cloud of points, with the line on which both coordinates are equal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x: Floats = np.empty(0)
        self._y: Floats = np.empty(0)
        self._diagonal = False

    def setPoints(self, x: Floats, y: Floats) -> None:
        """Draw these points; those that are not finite cannot be drawn and are left out."""
        self._x, self._y = np.asarray(x, float), np.asarray(y, float)
        self.redraw()

    def setDiagonal(self, shown: bool) -> None:
        """Draw the line y = x."""
        self._diagonal = shown
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        self.showEmpty(not len(self._x))
        usable = np.isfinite(self._x) & np.isfinite(self._y)
        colour = QColor(theme().seriesColor(0))
        colour.setAlphaF(0.45)
        if self._diagonal:
            self.item.addItem(pg.InfiniteLine((0, 0), 45, pen(theme().muted, Qt.PenStyle.DashLine)))
        cloud = pg.ScatterPlotItem(self._x[usable], self._y[usable], size=5, pen=None, brush=pg.mkBrush(colour))
        self.item.addItem(cloud)
        extent = finite_range(self._x, self._y) if self._diagonal else None
        if extent is not None:
            self.item.setRange(xRange=extent, yRange=extent, padding=0.03)

    def numbers(self) -> Numbers:
        """Return x and y of every point."""
        return ["x", "y"], list(zip(self._x.tolist(), self._y.tolist(), strict=True))
