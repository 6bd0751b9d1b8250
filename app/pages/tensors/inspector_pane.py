"""InspectorPane: one tensor of a file as a heat map, with all that belongs to it: axes, colours, statistics, and what the
pointer is on. It looks at one tensor; which one is chosen elsewhere."""

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.axes_bar import AxesBar
from app.pages.tensors.difference_bar import DifferenceBar
from app.pages.tensors.inspected import Chosen, Entry, Opened, Stats, form_text
from app.pages.tensors.looking import Looking
from app.pages.tensors.place_bar import PlaceBar
from app.pages.tensors.scale_bar import ColourKey, ScaleBar, scale_of
from app.pages.tensors.stats_panel import StatsPanel
from app.pages.tensors.title_line import TitleLine
from app.pages.tensors.trend_plot import TrendPlot
from app.pages.tensors.wording import slice_text
from app.plots import ExportButton
from app.plots.export import Picture
from app.plots.picture_menu import Painted, PictureMenu
from app.plots.tensor_colors import number_format
from app.plots.tensor_map import TensorMap
from app.plots.tensor_sheet import body_of, sheet
from app.plots.tensor_window import TilePlace
from app.plots.tile_book import MapTile
from app.widgets import push_button
from engine.inspecting.asked import Named, PlaneSpec, Source

SAMPLED = 4096  # numbers that decide how all are written


class InspectorPane(QWidget):
    """The view of one tensor, of it over checkpoints, or of its difference from another."""

    failed = Signal(str)
    shown = Signal(object)  # Source: its picture is whole

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.looking = Looking(engine, self)
        self.map = TensorMap(self)
        self.axes = AxesBar(self)
        self.scale = ScaleBar(self)
        self.stats = StatsPanel(self)
        self.difference = DifferenceBar(self)
        self.place = PlaceBar(self.map, self.axes, self.looking, self)
        self._title, self._key, self._trend = TitleLine(self), ColourKey(self), TrendPlot(self)
        self._chosen: Chosen | None = None
        self._slice: Stats | None = None
        self._whole: Stats | None = None
        self._picture = PictureMenu(Painted(self.picture), "", self)
        self._arrange()
        self._connect()

    def setTensor(self, shelf: list[Opened], opened: Opened, entry: Entry) -> None:
        """Show a tensor of a file, and offer those of the shelf for a difference."""
        self.axes.stop()
        self._chosen = Chosen(opened, entry)
        own = None if opened.over else Named(path=opened.path, name=entry.name)
        self.difference.setVisible(not opened.over)
        self.difference.setTensor(shelf, own, entry.shape)
        self.scale.setComplex(entry.is_complex)
        self.axes.setShape(self._chosen.shape, self.tr("checkpoint") if opened.over else "", opened.labels)
        self.place.setLabels(opened.labels)
        self._trend.setVisible(bool(opened.over))
        self._trend.clear()
        self._begin()

    def subtract(self, opened: Opened, name: str) -> None:
        """Subtract a tensor of another file."""
        self.difference.subtract(opened, name)
        self._begin()

    def clear(self) -> None:
        """Show nothing."""
        self.looking.stop()
        self.axes.stop()
        self.place.setLabels(None)
        self._chosen = None

    def source(self) -> Source | None:
        """Return what is looked at."""
        if self._chosen is None:
            return None
        minus = None if self._chosen.opened.over else self.difference.minus()
        more = {"minus": minus, "relative": self.difference.isRelative(), "part": self.scale.choice().part}
        return self._chosen.source.model_copy(update=more)

    def opened(self) -> Opened | None:
        """Return the file whose tensor is on show."""
        return self._chosen.opened if self._chosen is not None else None

    def name(self) -> str:
        """Return the name of the tensor on show."""
        return self._chosen.entry.name if self._chosen is not None else ""

    # Looking

    @Slot()
    def _begin(self) -> None:
        """Show the tensor from its beginning, or in another way: a difference, or a part of complex numbers."""
        self._slice = self._whole = None
        self.stats.clear()
        self._say_title()
        self._look(self.axes.plane(), keep=False)

    @Slot(object, bool)
    def _look(self, plane: PlaneSpec, keep: bool) -> None:
        source = self.source()
        if source is None or self._chosen is None:
            return
        shape = self._chosen.shape
        empty = 0 in shape
        rows, columns = (0 if empty else 1 if axis is None else shape[axis] for axis in (plane.rows, plane.columns))
        self.scale.setSlices(rows * columns != int(np.prod(shape, dtype=object)))
        self.map.setEmptyText(self.tr("This tensor has no numbers: one of its axes is 0 long."))
        self.map.setPlane(rows, columns, keep_view=keep)
        self.place.sayPinned()
        self.looking.look(source, plane)

    @Slot(object, object)
    def _take_tile(self, place: TilePlace, tile: MapTile) -> None:
        if place == self.map.window_().root():
            self._set_format(tile)
        self.map.addTile(place, tile)

    @Slot(object)
    def _take_first(self, tile: MapTile) -> None:
        self._set_format(tile)
        self.map.setFirstLook(tile)

    @Slot(object, bool)
    def _take_slice(self, stats: Stats, is_sample: bool) -> None:
        self._slice = stats
        title = self.tr("This slice") if self.scale.isSliced() else self.tr("All numbers")
        self.stats.setStats(stats, is_sample, title)
        self._recolour()
        if not is_sample:
            self.map.askAgain()

    @Slot(object)
    def _take_whole(self, stats: Stats) -> None:
        self._whole = stats
        self.stats.setOdd(stats.nan + stats.plus_inf + stats.minus_inf)
        self._say_title()
        self._recolour()

    @Slot()
    def _recolour(self) -> None:
        choice = self.scale.choice()
        stats = self._slice if choice.extent == "slice" or self._whole is None else self._whole
        if stats is None:
            return
        scale = scale_of(stats, choice.middle, choice.is_log)
        self.map.setScale(scale)
        self._key.setScale(scale)
        if self._slice is not None:
            self._key.setStats(self._slice)

    @Slot(str)
    def _show_other(self, shown: Any) -> None:
        self.looking.setShown(shown)
        self.map.forgetTiles()

    def _set_format(self, tile: MapTile) -> None:
        """Write all numbers of the tensor in one way, which a few of them decide."""
        values = tile.values.ravel()
        values = values[:: max(1, values.size // SAMPLED)]
        is_whole = self._chosen is not None and self._chosen.entry.is_whole and self.difference.minus() is None
        if not is_whole and values.size:  # that these few are whole does not mean that all are
            values = np.append(values, np.abs(values).max() * 0.37)
        self.map.setFormat(number_format(values))

    @Slot()
    def _completed(self) -> None:
        self.axes.goOn()
        if (source := self.source()) is not None:
            self.shown.emit(source)

    def _say_title(self) -> None:
        if self._chosen is not None:
            self._title.setTensor(self._chosen, self.difference.minus(), self.difference.title(), self._whole)

    # As a picture

    def picture(self) -> Picture:
        """Return the map as it is seen, with what it shows and the numbers of its colours."""
        assert self._chosen is not None
        opened, entry = self._chosen.opened, self._chosen.entry
        form = [form_text(entry.dtype, entry.shape), slice_text(self.axes.plane()), opened.title]
        lines = ["   ·   ".join(part for part in form if part), self.difference.words()]
        return sheet(self._title.text(), lines, body_of(self.map, [self.map]), [self._key.key()])

    def exportMenu(self) -> QMenu:
        """Return the menu of pictures."""
        menu = QMenu(self)
        menu.setEnabled(self._chosen is not None)
        self._picture.setTitle(self._title.text())
        self._picture.addTo(menu)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the picture."""
        if self.map.geometry().contains(event.pos()):
            menu = self.exportMenu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    def _connect(self) -> None:
        looking = self.looking
        self.map.tilesWanted.connect(looking.want)
        self.map.completed.connect(self._completed)
        looking.tileCame.connect(self._take_tile)
        looking.firstLook.connect(self._take_first)
        looking.sliceKnown.connect(self._take_slice)
        looking.wholeKnown.connect(self._take_whole)
        looking.barsKnown.connect(self.stats.setBars)
        looking.gapKnown.connect(self.difference.setGap)
        looking.trendKnown.connect(self._trend.setRows)
        looking.progressed.connect(self.stats.setShare)
        looking.failed.connect(self.failed)
        self.axes.planeChanged.connect(self._look)
        self.scale.changed.connect(self._recolour)
        self.scale.shownChanged.connect(self._show_other)
        self.scale.partChanged.connect(self._begin)
        self.stats.sought.connect(self.place.seek)
        self.difference.changed.connect(self._begin)
        self.difference.sought.connect(self.place.showIndex)

    def _arrange(self) -> None:
        tr = self.tr
        self.map.setObjectName("tensors.inspector.map")
        self.map.setAccessibleName(tr("Heat map of the tensor"))
        fit = push_button(self, "tensors.inspector.fit", "", "zoom-reset", tr("Show everything (Home)"))
        fit.setAccessibleName(tr("Show everything"))
        fit.clicked.connect(self.map.showAll)
        self.axes.addBeside(self.difference)
        export = ExportButton(self, tr("the map"), self)
        export.setObjectName("tensors.inspector.export")
        export.setToolTip(tr("Save or copy what is seen as a picture (PNG or SVG)"))
        scale = QHBoxLayout()
        scale.addWidget(self.scale, 1)
        scale.addWidget(fit)
        scale.addWidget(export)
        side = QVBoxLayout()
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.stats, 1)
        side.addWidget(self._trend)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.map, 1)
        middle.addLayout(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.setSpacing(8)
        for above in (self._title, self.difference.told, self.axes):
            layout.addWidget(above)
        layout.addLayout(scale)
        layout.addLayout(middle, 1)
        layout.addWidget(self._key)
        layout.addWidget(self.place)
