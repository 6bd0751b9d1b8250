"""One tensor that is watched: a map of its numbers at a step, and how they were spread at all steps."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.pages.run.tap_words import form, kind_name, oddities, scale_text, statistics, tile_text, title
from app.plots.histogram_history import HistogramHistory, Spread
from app.plots.tensor_colors import number_format
from app.plots.tensor_map import TensorMap
from app.plots.tensor_window import TilePlace
from app.plots.tile_book import MapScale, MapTile
from app.widgets import ElidedLabel
from engine.runs.taps import Tap, TapLook, Tapped

HEIGHT = 300
WHOLE = TilePlace(1, 1, 0, 0)


class _PageMap(TensorMap):
    """A map on a page that scrolls: the wheel is the page's until the map is clicked."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom where the map has the keyboard."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TapCard(QFrame):
    """The tensor of one tap."""

    def __init__(self, tap: Tap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tap = tap
        self._found: Tapped | None = None
        self._is_mean = True
        path = f"run.tensors.{tap.kind}.{tap.name}"
        name = self.tr("{0} of {1}").format(kind_name(tap.kind), title(tap))
        self.setObjectName(path)
        self.setAccessibleName(name)
        self.setProperty("role", "card")
        self._title = QLabel(title(tap), self)
        self._title.setProperty("role", "cardtitle")
        self._form, self._told, self._stats = ElidedLabel(self), QLabel(self), ElidedLabel(self)
        for label in (self._form, self._told, self._stats):
            label.setProperty("role", "muted")
        self._odd = QLabel(self)
        self._odd.setProperty("role", "warning")
        self.map = _PageMap(self)
        self.map.setObjectName(f"{path}.map")
        self.map.setAccessibleName(self.tr("Map of the {0}").format(name))
        self.spreads = HistogramHistory(self)
        self.spreads.setObjectName(f"{path}.histogram")
        self.spreads.setAccessibleName(self.tr("Histogram of the {0} over the steps").format(name))
        self.spreads.setEmptyText(self.tr("No finite number was seen yet"))
        self._arrange()
        self.map.cellPointed.connect(self._point)

    def show_(self, looks: Sequence[TapLook], shown: TapLook, is_mean: bool) -> None:
        """Show the tensor as it was at one of the looks of its training."""
        self._is_mean = is_mean
        self._found = _found(shown, self.tap)
        spreads = [_spread(look.step, one) for look in looks if (one := _found(look, self.tap)) is not None]
        self.spreads.setSpreads(spreads, shown.step)
        if self._found is None:
            self._show_none(shown)
            return
        self._form.setText(form(self._found))
        self._stats.setText(statistics(self._found))
        self._odd.setText(oddities(self._found))
        self._show_map(self._found)
        self._point(self.map.pinned())

    def texts(self) -> tuple[str, str, str]:
        """Return what is said: the form, the statistics, and what is not finite."""
        return self._form.text(), self._stats.text(), self._odd.text()

    def _show_none(self, shown: TapLook) -> None:
        self._form.setText(kind_name(self.tap.kind))
        is_absent = self.tap in shown.absent
        self._stats.setText(self.tr("This step did not use it.") if is_absent else self.tr("It was not watched yet."))
        self._odd.clear()
        self._told.clear()
        self.map.setEmptyText(self._stats.text())
        self.map.setPlane(0, 0)

    def _show_map(self, found: Tapped) -> None:
        if found.picture is None:
            self.map.setEmptyText(self.tr("This tensor has no numbers."))
            self.map.setPlane(0, 0)
            return
        values = self._values(found)
        self.map.setPlane(*found.picture.tiles, keep_view=True)
        self.map.setTileSize(found.picture.down, found.picture.across)
        self.map.setFormat(number_format(values))
        self.map.setScale(MapScale(0.0, float(np.abs(values).max()) or 1.0))
        self.map.addTile(WHOLE, MapTile(values, found.picture.marks()))

    def _values(self, found: Tapped) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        assert found.picture is not None
        return found.picture.means() if self._is_mean else found.picture.extremes()

    @Slot(object)
    def _point(self, cell: tuple[int, int] | None) -> None:
        cell = cell if cell is not None else self.map.pinned()
        found = self._found
        if found is None or found.picture is None:
            self._told.clear()
            return
        values = self._values(found)
        written = number_format(values)
        if cell is None:
            self._told.setText(scale_text(written(np.abs(values).max())))
        else:
            self._told.setText(tile_text(found.picture, cell, written(values[cell]), self._is_mean))

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._form, 1)
        head.addWidget(self._told)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._stats, 1)
        line.addWidget(self._odd)
        plots = QHBoxLayout()
        plots.setSpacing(12)
        plots.addWidget(self.map, 1)
        plots.addWidget(self.spreads, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addLayout(line)
        layout.addLayout(plots, 1)
        self.setFixedHeight(HEIGHT)


def _found(look: TapLook, tap: Tap) -> Tapped | None:
    return next((one for one in look.tensors if one.tap == tap), None)


def _spread(step: int, found: Tapped) -> Spread:
    if found.low is None or found.high is None:
        return Spread(step)
    return Spread(step, found.low, found.high, found.counts)
