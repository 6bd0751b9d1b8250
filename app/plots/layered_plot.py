"""LayeredPlot: a plot whose contents a layer of our own paints, over pyqtgraph's view and axes. It draws nothing itself."""

from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtWidgets import QWidget

from app.plots.curve_layer import CurveLayer
from app.plots.fan_layer import FanLayer
from app.plots.plot import Plot

AXIS_WIDTH = 46  # the same in every plot, so that plots above each other are aligned


class LayeredPlot(Plot):
    """Follows what is told until the user zooms; subclasses make the layer, lay it out, and say what is at the pointer."""

    _layer: CurveLayer | FanLayer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._following = True
        self.item.getAxis("left").setWidth(AXIS_WIDTH)
        box = self.item.getViewBox()
        box.disableAutoRange()
        box.sigRangeChangedManually.connect(self._user_zoomed)
        self.view.scene().sigMouseMoved.connect(self._read)

    def forgetPointer(self) -> None:
        """Take the readout away."""
        self._layer.reading = None
        self._layer.update()

    def area(self) -> QRectF:
        """Return where the view's contents lie, in the plot's own pixels."""
        box = self.item.getViewBox()
        return QRectF(self.view.mapTo(self, self.view.mapFromScene(box.sceneBoundingRect().topLeft())), box.size())

    def gridLines(self) -> list[float]:
        """Return where the layer draws grid lines, in its pixels: at the left axis's larger ticks."""
        box, area = self.item.getViewBox(), self._layer.area
        _, (low, high) = box.viewRange()
        if self._is_empty or box.height() < 1 or not high > low:
            return []
        levels = self.item.getAxis("left").tickValues(low, high, box.height())
        share = area.height() / (high - low)
        return [float(area.bottom() - (value - low) * share) for value in (levels[0][1] if levels else ())]

    def _colour_axes(self) -> None:
        super()._colour_axes()
        for side in ("left", "bottom"):
            # The axes' own grid covers the view and is drawn again, slowly, for every new point; the layer's is not.
            self.item.getAxis(side).setGrid(False)

    @Slot()
    def _user_zoomed(self, *_: object) -> None:
        self._following = False

    @Slot(object)
    def _read(self, place: QPointF) -> None:
        """Show what is nearest to the pointer, a place in the scene."""
        raise NotImplementedError
