"""FanPlot: one forecast on its series: what the model saw, what came, its median, and its quantiles as nested washes."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.plots.canvas import Frame
from app.plots.date_axis import DateAxis, moment_text
from app.plots.export import SCALE, Numbers
from app.plots.fan import Fan
from app.plots.fan_layer import FanLayer
from app.plots.layered_plot import LayeredPlot

LABEL_WIDTH = 92
STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_PageUp: (0, -10),
    Qt.Key.Key_PageDown: (0, 10),
}


class FanPlot(LayeredPlot):
    """A forecast. With `setWalking`, arrow keys ask for another one instead of moving the view."""

    walked = Signal(int, int)  # origins further, series further
    _layer: FanLayer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fan: Fan | None = None
        self._is_walking, self._is_whole = False, False
        self._bottom = DateAxis("bottom")
        self.item.setAxisItems({"bottom": self._bottom})
        self._colour_axes()
        self.item.showAxis("bottom", False)
        self._layer = FanLayer(self)
        self.setEmptyText(self.tr("No forecast yet"))
        box = self.item.getViewBox()
        box.sigRangeChanged.connect(self._lay_out)
        box.sigResized.connect(self._lay_out)

    def setFan(self, fan: Fan | None) -> None:
        """Draw another forecast, or none; a view that the user chose stays for as long as the steps are the same."""
        before, self._fan = self._fan, fan
        if fan is not None and (before is None or not np.array_equal(before.x, fan.x)):
            self._following, self._is_whole = True, self._is_whole and self._is_walking
        self.showEmpty(fan is None)
        self._layer.reading = None
        self.redraw()

    def fan(self) -> Fan | None:
        """Return what is drawn."""
        return self._fan

    def setWalking(self, is_walking: bool) -> None:
        """Let arrow keys ask for the forecasts beside this one."""
        self._is_walking = is_walking

    def redraw(self) -> None:
        """Draw everything again."""
        if self._fan is None:
            self._layer.clear()
            return
        self._bottom.setDates(self._fan.are_dates)
        if self._following:
            across, up = self._fan.extent(self._is_whole)
            self.item.getViewBox().setRange(xRange=across, yRange=up, padding=0, disableAutoRange=True)
        self._lay_out()

    def resetView(self) -> None:
        """Show everything, and if that was on show already, what is shown at first."""
        self._is_whole = not (self._is_whole and self._following)
        self._following = True
        self.redraw()

    def numbers(self) -> Numbers:
        """Return a row a step."""
        if self._fan is None:
            return [], []
        names = [self.tr("time"), self.tr("observed"), self._fan.name or self.tr("forecast"), *self._fan.others]
        for band in self._fan.bands:
            names += [f"{band.label} {self.tr('low')}", f"{band.label} {self.tr('high')}"]
        rows = self._fan.rows()
        if self._fan.are_dates:
            rows = ([moment_text(float(str(row[0]))), *row[1:]] for row in rows)
        return names, rows

    def exportImage(self, path: Path, scale: float = SCALE) -> None:
        """Write the plot as .svg, or as a picture of `scale` pixels a point."""
        self._layer.reading = None
        super().exportImage(path, scale)

    # Inside

    def _lay_out(self, *_: object) -> None:
        """Give the layer the places of all that it paints."""
        layer, fan = self._layer, self._fan
        if fan is None:
            return
        box = self.item.getViewBox()
        (left, right), (low, high) = box.viewRange()
        layer.setGeometry(self.rect())
        layer.area = self.area()
        layer.frame = Frame(left, right, low, high, max(16, int(box.width())))
        layer.grid = self.gridLines()
        layer.setFan(fan)
        layer.update()

    @Slot(object)
    def _read(self, place: QPointF) -> None:
        """Show what is drawn at the step nearest to the pointer."""
        box = self.item.getViewBox()
        self._layer.reading = None
        if self._fan is not None and len(self._fan.x) and box.sceneBoundingRect().contains(place):
            nearest = int(np.abs(self._fan.x - box.mapSceneToView(place).x()).argmin())
            self._layer.read(self._fan, nearest)
        self._layer.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, or move the view."""
        step = STEPS.get(Qt.Key(event.key()))
        if self._is_walking and step is not None:
            self.walked.emit(*step)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the words at the right."""
        super().resizeEvent(event)
        self.item.layout.setContentsMargins(0, 4, min(LABEL_WIDTH, self.width() * 0.26), 0)
