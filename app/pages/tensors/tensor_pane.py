"""One tensor as a heat map, with all that belongs to it: axes, colours, statistics, and what the pointer is on."""

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.axes_bar import AxesBar
from app.pages.tensors.difference_bar import DifferenceBar
from app.pages.tensors.inspected import Entry, Opened, Stats, bytes_text, form_text
from app.pages.tensors.looking import Looking
from app.pages.tensors.scale_bar import ColourKey, ScaleBar, scale_of
from app.pages.tensors.stats_panel import StatsPanel
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
from app.widgets import ElidedLabel, push_button
from engine.inspecting.asked import Named, PlaneSpec, Source

SAMPLED = 4096  # numbers that decide how all are written


class TensorPane(QWidget):
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
        self._key = ColourKey(self)
        self._trend = TrendPlot(self)
        self._title, self._about = ElidedLabel(self), QLabel(self)
        self._told, self._status = ElidedLabel(self), QLabel(self)
        self._opened: Opened | None = None
        self._entry: Entry | None = None
        self._slice: Stats | None = None
        self._whole: Stats | None = None
        self._cell: tuple[int, int] | None = None
        self._picture = PictureMenu(Painted(self.picture), "", self)
        self._arrange()
        self._connect()

    def setTensor(self, shelf: list[Opened], opened: Opened, entry: Entry) -> None:
        """Show a tensor of a file, and offer those of the shelf for a difference."""
        self.axes.stop()
        self._opened, self._entry = opened, entry
        own = None if opened.over else Named(path=opened.path, name=entry.name)
        self.difference.setVisible(not opened.over)
        self.difference.setTensor(shelf, own, entry.shape)
        self.scale.setComplex(entry.is_complex)
        self._begin()

    def subtract(self, opened: Opened, name: str) -> None:
        """Subtract a tensor of another file."""
        self.difference.subtract(opened, name)
        self._begin_again()

    def clear(self) -> None:
        """Show nothing."""
        self.looking.stop()
        self.axes.stop()
        self._opened = self._entry = None

    def source(self) -> Source | None:
        """Return what is looked at."""
        if self._opened is None or self._entry is None:
            return None
        told = self._opened.source(self._entry)
        minus = None if self._opened.over else self.difference.minus()
        choice = self.scale.choice()
        more = {"minus": minus, "relative": self.difference.isRelative(), "part": choice.part}
        return told.model_copy(update=more)

    def opened(self) -> Opened | None:
        """Return the file whose tensor is on show."""
        return self._opened

    def name(self) -> str:
        """Return the name of the tensor on show."""
        return self._entry.name if self._entry is not None else ""

    def told(self) -> str:
        """Return what is said of the cell that is pointed at or pinned."""
        return self._told.text()

    # Looking

    def _begin(self) -> None:
        """Show another tensor, from its beginning."""
        assert self._opened is not None and self._entry is not None
        first = self.tr("checkpoint") if self._opened.over else ""
        self.axes.setShape(self._opened.shape(self._entry), first, self._opened.labels)
        self._trend.setVisible(bool(self._opened.over))
        self._trend.clear()
        self._begin_again()

    @Slot()
    def _begin_again(self) -> None:
        """Show the same tensor in another way: a difference, or a part of complex numbers."""
        self._slice = self._whole = None
        self.stats.clear()
        self._say_title()
        self._look(self.axes.plane(), keep=False)

    @Slot(object, bool)
    def _look(self, plane: PlaneSpec, keep: bool) -> None:
        source = self.source()
        if source is None or self._opened is None or self._entry is None:
            return
        shape = self._opened.shape(self._entry)
        empty = 0 in shape
        rows, columns = (0 if empty else 1 if axis is None else shape[axis] for axis in (plane.rows, plane.columns))
        self.scale.setSlices(rows * columns != int(np.prod(shape, dtype=object)))
        self.map.setEmptyText(self.tr("This tensor has no numbers: one of its axes is 0 long."))
        self.map.setPlane(rows, columns, keep_view=keep)
        self._say_cell(self.map.pinned())
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
        is_whole = self._entry is not None and self._entry.is_whole and self.difference.minus() is None
        if not is_whole and values.size:  # that these few are whole does not mean that all are
            values = np.append(values, np.abs(values).max() * 0.37)
        self.map.setFormat(number_format(values))

    @Slot()
    def _completed(self) -> None:
        self.axes.goOn()
        if (source := self.source()) is not None:
            self.shown.emit(source)

    # Places

    def index(self, cell: tuple[int, int]) -> tuple[int, ...]:
        """Return where in the tensor a cell of the plane lies."""
        plane = self.axes.plane()
        index = list(plane.at)
        for axis, place in ((plane.rows, cell[0]), (plane.columns, cell[1])):
            if axis is not None:
                index[axis] = place
        return tuple(index)

    @Slot(object)
    def showIndex(self, index: tuple[int, ...]) -> None:
        """Go to a number of the tensor and pin it."""
        self.axes.show_(index)
        plane = self.axes.plane()
        row, column = (0 if axis is None else index[axis] for axis in (plane.rows, plane.columns))
        self.map.showCell(row, column)

    @Slot(str)
    def seek(self, what: str) -> None:
        """Go to the next number that is not finite, or to the smallest or largest."""
        pinned = self.map.pinned()
        self._status.setText(self.tr("Searching …"))
        self._status.show()
        self.looking.seek(what, None if pinned is None else self.index(pinned))

    @Slot()
    def seekNext(self) -> None:
        """Go to the next number that is not finite."""
        if self._entry is not None:
            self.seek("any")

    @Slot(object)
    def _take_found(self, index: tuple[int, ...] | None) -> None:
        self._status.hide()
        if index is None:
            self._status.setText(self.tr("There is none."))
            self._status.show()
        else:
            self.showIndex(index)

    @Slot(object)
    def _point(self, cell: tuple[int, int] | None) -> None:
        self._say_cell(cell if cell is not None else self.map.pinned())

    def _say_cell(self, cell: tuple[int, int] | None) -> None:
        self._cell = cell
        if cell is None or self._entry is None:
            self._say_no_cell()
            self.looking.askCell(None)
            return
        index = self.index(cell)
        self._told.setText(f"{_index_text(index)} …")
        self.looking.askCell(index)

    @Slot()
    def _say_no_cell(self) -> None:
        """Nothing is known of a cell: none is pointed at, or it cannot be read any more."""
        self._cell = None
        self._told.setText(self.tr("Point at a cell to read it. Drag to move, turn the wheel to zoom, click to pin."))

    @Slot(object, str, object)
    def _take_cell(self, index: tuple[int, ...], value: str, offset: int | None) -> None:
        if self._cell is None or self.index(self._cell) != index:
            return
        parts = [f"{_index_text(index)} = {value.replace('-', '−')}"]
        if self._opened is not None and self._opened.over:
            parts.append(self._opened.labels[index[0]])
        if offset is not None:
            parts.append(self.tr("storage offset {0}").format(f"{offset:,}"))
        down, across = self.map.window_().block(self.devicePixelRatioF())
        if (down, across) != (1, 1):
            parts.append(self.tr("the picture gathers {0} cells a pixel").format(f"{down:,} × {across:,}"))
        self._told.setText("   ·   ".join(parts))

    # As a picture

    def picture(self) -> Picture:
        """Return the map as it is seen, with what it shows and the numbers of its colours."""
        opened, entry = self._opened, self._entry
        assert opened is not None and entry is not None
        form = [form_text(entry.dtype, entry.shape), slice_text(self.axes.plane()), opened.title]
        lines = ["   ·   ".join(part for part in form if part), self.difference.words()]
        return sheet(self._title.text(), lines, body_of(self.map, [self.map]), [self._key.key()])

    def exportMenu(self) -> QMenu:
        """Return the menu of pictures."""
        menu = QMenu(self)
        menu.setEnabled(self._entry is not None)
        self._picture.setTitle(self._title.text())
        self._picture.addTo(menu)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the picture."""
        if self.map.geometry().contains(event.pos()):
            menu = self.exportMenu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    # Words

    def _say_title(self) -> None:
        if self._opened is None or self._entry is None:
            return
        entry, minus = self._entry, self.difference.minus()
        name = entry.name
        if minus is not None:
            other = self.difference.title()
            same = minus.name == entry.name
            name = f"{name}: {self._opened.short_title} − {other}" if same else f"{name} − {minus.name} · {other}"
        self._title.setText(name)
        parts = [form_text(entry.dtype, entry.shape), bytes_text(entry.size)]
        if self._opened.over:
            parts.append(self.tr("over {0} checkpoints").format(len(self._opened.over)))
        if (whole := self._whole) is not None:
            odd = (("NaN", whole.nan), ("+∞", whole.plus_inf), ("−∞", whole.minus_inf))
            parts += [f"{name} {number:,}" for name, number in odd if number]
        self._about.setText("   ·   ".join(parts))

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._status.hide()
        self._say_no_cell()
        self.failed.emit(sentence)

    def _connect(self) -> None:
        looking = self.looking
        self.map.tilesWanted.connect(looking.want)
        self.map.cellPointed.connect(self._point)
        self.map.cellPinned.connect(self._point)
        self.map.completed.connect(self._completed)
        looking.tileCame.connect(self._take_tile)
        looking.firstLook.connect(self._take_first)
        looking.sliceKnown.connect(self._take_slice)
        looking.wholeKnown.connect(self._take_whole)
        looking.barsKnown.connect(self.stats.setBars)
        looking.gapKnown.connect(self.difference.setGap)
        looking.trendKnown.connect(self._trend.setRows)
        looking.cellKnown.connect(self._take_cell)
        looking.cellLost.connect(self._say_no_cell)
        looking.found.connect(self._take_found)
        looking.progressed.connect(self.stats.setShare)
        looking.failed.connect(self._fail)
        self.axes.planeChanged.connect(self._look)
        self.scale.changed.connect(self._recolour)
        self.scale.shownChanged.connect(self._show_other)
        self.scale.partChanged.connect(self._begin_again)
        self.stats.sought.connect(self.seek)
        self.difference.changed.connect(self._begin_again)
        self.difference.sought.connect(self.showIndex)
        QShortcut(QKeySequence("N"), self.map, self.seekNext)

    def _arrange(self) -> None:
        tr = self.tr
        self.map.setObjectName("tensors.inspector.map")
        self.map.setAccessibleName(tr("Heat map of the tensor"))
        self._title.setProperty("role", "subtitle")
        self._title.setObjectName("tensors.inspector.title")
        self._about.setProperty("role", "muted")
        self._about.setObjectName("tensors.inspector.about")
        self._told.setObjectName("tensors.inspector.cell")
        self._status.setObjectName("tensors.inspector.status")
        self._status.setProperty("role", "muted")
        self._status.hide()
        fit = push_button(self, "tensors.inspector.fit", "", "zoom-reset", tr("Show everything (Home)"))
        fit.setAccessibleName(tr("Show everything"))
        fit.clicked.connect(self.map.showAll)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title, 1)
        head.addWidget(self._about)
        foot = QHBoxLayout()
        foot.addWidget(self._told, 1)
        foot.addWidget(self._status)
        self.axes.addBeside(self.difference)
        scale = QHBoxLayout()
        scale.addWidget(self.scale, 1)
        scale.addWidget(fit)
        export = ExportButton(self, tr("the map"), self)
        export.setObjectName("tensors.inspector.export")
        export.setToolTip(tr("Save or copy what is seen as a picture (PNG or SVG)"))
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
        for part in (head, self.difference.told, self.axes, scale, middle, self._key, foot):
            if isinstance(part, QWidget):
                layout.addWidget(part)
            else:
                layout.addLayout(part, 1 if part is middle else 0)


def _index_text(index: tuple[int, ...]) -> str:
    return f"[{', '.join(f'{one}' for one in index)}]"
