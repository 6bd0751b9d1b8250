"""A watched tensor in two pictures: a map of its numbers at one step, and how they were spread at all steps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.pages.run.head_slider import HeadSlider
from app.pages.run.tap_words import attention_scale_text, look_text, scale_text, tile_text
from app.plots.histogram_history import HistogramHistory, Spread
from app.plots.tensor_colors import number_format
from app.plots.tensor_map import TensorMap
from app.plots.tensor_window import TilePlace
from app.plots.tile_book import MapScale, MapTile
from engine.runs.taps import Tapped, TapPicture

MOST_SEEN = 0.99
WHOLE = TilePlace(1, 1, 0, 0)


class _PageMap(TensorMap):
    """A map on a page that scrolls: the wheel is the page's until the map is clicked."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom where the map has the keyboard."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TapPictures(QWidget):
    """The map and the histogram; `said` tells of the cell that is pointed at, or what the colours mean."""

    said = Signal(str)

    def __init__(self, path: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._found: Tapped | None = None
        self._is_mean = True
        self._values: NDArray[np.float32] = np.empty((0, 0), np.float32)
        self._heads = HeadSlider(path, self)
        self.map = _PageMap(self)
        self.map.setObjectName(f"{path}.map")
        self.map.setAccessibleName(self.tr("Map of the {0}").format(name))
        self.spreads = HistogramHistory(self)
        self.spreads.setObjectName(f"{path}.histogram")
        self.spreads.setAccessibleName(self.tr("Histogram of the {0} over the steps").format(name))
        self.spreads.setEmptyText(self.tr("No finite number was seen yet"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._heads)
        left.addWidget(self.map, 1)
        layout.addLayout(left, 1)
        layout.addWidget(self.spreads, 1)
        self._heads.moved.connect(self._draw)
        self.map.cellPointed.connect(self._point)

    def draw(self, found: Tapped | None, why_none: str, is_mean: bool) -> None:
        """Draw the map of a tensor, or say why there is none."""
        self._found, self._is_mean = found, is_mean
        self._heads.setCount(len(found.heads) if found is not None else 0)
        self.map.setEmptyText(why_none or self.tr("This tensor has no numbers."))
        self._draw()

    @Slot()
    def _draw(self) -> None:
        picture = self._picture()
        if picture is None:
            self.map.setPlane(0, 0)
        else:
            self._values = picture.means() if self._is_mean else picture.extremes()
            self.map.setPlane(*picture.tiles, keep_view=True)
            self.map.setTileSize(picture.down, picture.across)
            self.map.setFormat(number_format(self._values))
            self.map.setScale(MapScale(0.0, self._reach() or 1.0))
            self.map.addTile(WHOLE, MapTile(self._values, picture.marks()))
        self._point(None)

    def drawSpreads(self, found: Sequence[tuple[int, Tapped]], marked: int) -> None:
        """Draw the histograms of the tensor at steps, and mark one of these."""
        self.spreads.setSpreads([_spread(step, one) for step, one in found], marked)

    def _reach(self) -> float:
        """Return how far the colours reach: to the largest number, but past the few places that draw all attention."""
        sizes = np.abs(self._values)
        is_map = self._found is not None and bool(self._found.heads)
        return float(np.nanquantile(sizes, MOST_SEEN) if is_map else sizes.max())

    def _picture(self) -> TapPicture | None:
        if self._found is None or not self._found.heads:
            return self._found.picture if self._found is not None else None
        return self._found.heads[self._heads.place()]

    @Slot(object)
    def _point(self, cell: tuple[int, int] | None) -> None:
        cell = cell if cell is not None else self.map.pinned()
        picture = self._picture()
        if picture is None or self._found is None:
            self.said.emit("")
            return
        written = number_format(self._values)
        if cell is None:
            say = attention_scale_text if self._found.heads else scale_text
            self.said.emit(say(written(self._reach())))
        else:
            words = look_text if self._found.heads else tile_text
            self.said.emit(words(picture, cell, written(self._values[cell]), self._is_mean))


def _spread(step: int, found: Tapped) -> Spread:
    if found.low is None or found.high is None:
        return Spread(step)
    return Spread(step, found.low, found.high, found.counts)
