"""TensorPane: a tensor with its name and shape above, its cells, and what is known of it below."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.axes_bar import AxesBar
from app.pages.tensors.drawn import Drawn, Marks
from app.pages.tensors.grid import TensorGrid
from app.pages.tensors.history import Shown
from app.pages.tensors.pane_head import PaneHead
from app.pages.tensors.sheets import tensor_sheet
from app.pages.tensors.turning import Turn, turn_of
from app.pages.tensors.whole_map import WholeMap
from app.pages.tensors.wording import facts, slice_text
from app.plots.cell_layout import Cell, CellLayout
from app.plots.export import Picture
from app.plots.picture_menu import Painted, PictureMenu
from app.plots.tensor_map import TensorMap
from app.plots.tensor_sheet import body_of
from app.plots.tile_book import MapScale
from app.theme import themeNotifier
from engine.inspecting.asked import PlaneSpec, axes_of
from engine.inspecting.kinds import PARTS
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import Mask

NARROWEST = 190
OF_PART = 88  # a part has less to say
BESIDE = 168  # of what stands beside the cells


class TensorPane(QWidget):
    """One tensor of a card. Axes that are neither rows nor columns have a slider where they have no room; a tensor with
    too many cells is a heat map. What is known stands below or `beside`.
    """

    hovered = Signal(int, object)
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)
    recast = Signal(int, str)  # number, dtype
    moved = Signal(int, str)  # number, device
    failed = Signal(str)
    turned = Signal(int, object)  # number, PlaneSpec: other axes are rows and columns

    def __init__(self, path: str, engine: EngineThread, beside: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine, self._beside = engine, beside
        self.setObjectName(path)
        self._tensor: TensorPicture | None = None
        self._shown = Shown()
        self._number = -1
        self._turn = Turn(())
        self._size = (1.0, 1.0)
        self._marks, self._is_brief = Marks(), False
        self._plane: PlaneSpec | None = None
        self._tells_device = self._is_alone = False
        self._lit: tuple[Mask | None, Cell | None, Mask | None, bool] = (None, None, None, False)
        self._gradient: NDArray[Any] | None = None
        self.head = PaneHead(path, self)
        self._facts, self._hint = QLabel(self), QLabel(self)
        self.axes = AxesBar(self, path, is_small=True)
        self.grid = TensorGrid(f"{path}.cells", self)
        self.slope = TensorGrid(f"{path}.gradient", self)
        self.whole: WholeMap | None = None
        self._slope_head = QLabel(self)
        self._picture = PictureMenu(Painted(self.picture), "", self)
        self._arrange()
        self._connect()

    def setSource(self, shown: Shown, plane: PlaneSpec | None, tells_device: bool = False) -> None:
        """Say what the next tensor is one of, which of its axes are rows and columns, and whether to say where it is."""
        self._shown, self._plane, self._tells_device = shown, plane, tells_device

    def setTensor(
        self,
        number: int,
        tensor: TensorPicture,
        wide: float,
        high: float,
        is_alone: bool = False,
        marks: Marks | None = None,
    ) -> None:
        """Show a tensor with cells of this size, in pixels, and the marks of its step; with `is_alone` one slice of it,
        though several would have room if their cells were smaller."""
        is_new = self._tensor is None or (self._number, self._tensor.shape) != (number, tensor.shape)
        self._number, self._tensor, self._size = number, tensor, (wide, high)
        self._is_alone = is_alone
        self._lit, self._marks, self._gradient = (None, None, None, False), marks or Marks(), None
        self._turn = turn_of(len(tensor.shape), self._plane)
        if is_new:
            self.head.setAxesShown(not self._turn.is_plain)
        shape = self._shape() if self._turn.is_plain else tensor.shape
        if is_new or shape != self.axes.shape():
            self.axes.setShape(shape)
        if self._plane is not None and not self._turn.is_plain:
            self.axes.setPlane(self._plane.model_copy(update={"at": self.axes.plane().at}))
        self.head.setTensor(tensor, self._tells_device)
        self._show_axes()
        self._show()
        self._word()

    def setBrief(self, is_brief: bool) -> None:
        """Leave out what is known of the tensor, but as a tooltip of its name; a part keeps its words."""
        self._is_brief = is_brief
        self._word()

    def setChosen(self, cell: Cell) -> None:
        """Mark a cell as the one that was taken, until others are lit."""
        self.grid.setChosen(self._turn.shown(cell))

    def setValues(self, values: NDArray[Any] | None) -> None:
        """Show other values for now; None shows the tensor's own."""
        self.grid.setValues(None if values is None else self._turn.turned(values))

    def setGradient(self, values: NDArray[Any] | None, blocked: str) -> None:
        """Show how the loss changes with each cell, or say why nothing arrives; nothing at all without both."""
        tensor = self._tensor
        shown = values is not None and tensor is not None and tensor.is_whole and values.shape == tensor.values.shape
        self._gradient = values if shown else None
        self.slope.setVisible(shown)
        self._slope_head.setVisible(shown or bool(blocked))
        self._slope_head.setText(blocked)
        if tensor is not None and shown:
            self._slope_head.setText(self.tr("∂loss / ∂{0}").format(tensor.name))
            self._show_gradient()
        self._slope_head.setFixedWidth(BESIDE if self._beside else self._width())

    def setLit(self, lit: Mask | None, cell: Cell | None, result: Mask | None = None, is_source: bool = False) -> None:
        """Light these cells; where none of them is in the slice on show, the first that has some is chosen. The rest as in
        `TensorGrid.setLit`.
        """
        self._lit = (lit, cell, result, is_source)
        slices = self._lit_slices()
        if slices is not None and slices.any() and not slices[self._facet()] and not self.axes.isPlaying():
            at = list(self.axes.plane().at)
            first = np.unravel_index(int(slices.argmax()), self._shape()[:-2])
            for axis, place in zip(self._order(), first, strict=False):
                at[axis] = int(place)
            self.axes.setPlane(self.axes.plane().model_copy(update={"at": tuple(at)}))
            self._show()
        self._light()

    @Slot()
    def _light(self) -> None:
        lit, cell, result, is_source = self._lit
        if self._is_map() and self.whole is not None:
            self.whole.setLit(lit)
        else:
            shown = None if lit is None else self._turn.turned(lit)
            self.grid.setLit(shown, None if cell is None else self._turn.shown(cell), result, is_source)
        slices = self._lit_slices()
        others = 0 if slices is None else int(slices.sum()) - int(slices[self._facet()])
        said = self.tr("Other slices with cells that belong to it: {0}").format(f"{others:,}")
        self._hint.setText(said if others else " ")

    def _lit_slices(self) -> Mask | None:
        """Whether each slice has cells that are lit, in the order in which they are counted; None where all are on show."""
        lit, _, result, is_source = self._lit
        if lit is None or self._tensor is None or not self._is_sliced() or 0 in self._shape():
            return None
        shown = self._turn.turned(lit)
        shown = shown if self._is_map() else self._drawn().lit(shown, result, is_source)
        found: Mask = np.asarray(shown.reshape(prod(self._shape()[:-2]), -1).any(axis=1))
        return found

    def _drawn(self) -> Drawn:
        assert self._tensor is not None
        return self._turn.drawn(Drawn(self._tensor, self._marks))

    def _shape(self) -> Cell:
        """The shape that is drawn, ghosts included: axes with sliders, rows, columns."""
        if self._tensor is None:
            return ()
        return self._turn.shown(self._tensor.shape) if self._is_map() else self._drawn().shape

    def _order(self) -> tuple[int, ...]:
        """The axes of the bar as they are drawn."""
        return tuple(range(len(self._shape()))) if self._turn.is_plain else self._turn.order

    def _is_map(self) -> bool:
        """Whether there are too many cells for a grid."""
        tensor = self._tensor
        return tensor is not None and not tensor.is_whole and tensor.has_values and self._number >= 0

    def _is_sliced(self) -> bool:
        """Whether one slice is shown at a time."""
        shape = self._shape()
        first = 0 if self._is_alone else None
        return len(shape) > 2 and (
            self._is_map() or len(CellLayout(shape, 1, 1, chosen=first).facets) < prod(shape[:-2])
        )

    def _facet(self) -> int:
        """The place of the slice on show among all."""
        if not self._is_sliced() or 0 in self._shape():
            return 0
        at = [self.axes.plane().at[axis] for axis in self._order()]
        return int(np.ravel_multi_index(at[:-2], self._shape()[:-2]))

    def _chosen(self) -> int | None:
        """The slice on show, None where all are."""
        return self._facet() if self._is_sliced() else None

    @Slot(object, bool)
    def _choose(self, plane: PlaneSpec, only_place: bool) -> None:
        if not only_place:
            self.turned.emit(self._number, plane)
            return
        self._show_slice()

    @Slot()
    def _show_axes(self) -> None:
        several = len(self._shape()) > 2
        self.axes.setChoices(self.head.axes.isChecked())
        self.axes.setSliders(self._is_sliced())
        self._hint.setVisible(self._is_sliced())  # its room stays, so that nothing moves while the mouse does
        self.axes.setVisible(several and (self._is_sliced() or self.head.axes.isChecked()))

    @Slot()
    def _show(self) -> None:
        tensor = self._tensor
        if tensor is None:
            return
        self.grid.setVisible(not self._is_map())
        if self.whole is not None:
            self.whole.setVisible(self._is_map())
        if self._is_map():
            self._show_whole(tensor)
        else:
            if self.whole is not None:
                self.whole.stop()
            drawn = self._turn.drawn(Drawn(self._real(tensor), self._marks))
            self.grid.setTensor(self._number, drawn.tensor, *self._size, self._chosen(), drawn.marks)
            self.axes.goOn()
        self._show_gradient()
        self._size_facts()

    def _show_whole(self, tensor: TensorPicture) -> None:
        self.grid.number = self._number
        if self.whole is None:
            self.whole = WholeMap(self.objectName(), self._engine, self)
            self.whole.hovered.connect(self._hover)
            self.whole.pinned.connect(self._pin)
            self.whole.failed.connect(self.failed)
            self.whole.completed.connect(self.axes.goOn)
            self._grid.addWidget(self.whole, 3, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            self.whole.show()
        rows, columns = axes_of(tensor.shape)
        plane = self.axes.plane() if len(tensor.shape) > 2 else PlaneSpec(rows=rows, columns=columns)
        plane = plane if plane.at else plane.model_copy(update={"at": (0,) * len(tensor.shape)})
        layout = CellLayout(self._turn.shown(tensor.values.shape)[-2:], *self._size)
        size = QSize(int(layout.width) + 48, int(layout.height) + 24)
        self.whole.setTensor(self._shown.computed(self._number, self.head.part()), tensor, plane, size)

    def _real(self, tensor: TensorPicture) -> TensorPicture:
        """One part of complex numbers in their place, which is not changed by hand: a cell is more than that."""
        if not tensor.is_complex:
            return tensor
        return replace(tensor, values=PARTS[self.head.part()](tensor.values), kind="part")

    def _show_gradient(self) -> None:
        if self._gradient is not None and self._tensor is not None:
            slope = replace(self._tensor, values=self._gradient, kind="gradient")
            same = self._turn.shown(self._tensor.shape)[:-2] == self._shape()[:-2]
            facet = self._chosen() if same else 0 if self._is_alone else None
            self.slope.setTensor(self._number, self._turn.picture(self._real(slope)), *self._size, facet)

    @Slot()
    def _show_slice(self) -> None:
        self._show()
        self._light()

    def _size_facts(self) -> None:
        """A label whose lines break has no height of its own until its width is known."""
        if not self._facts.text():
            return
        if self._beside:
            self._facts.setContentsMargins(0, int(self.grid.cells.top), 0, 0)
        measure = self._facts.fontMetrics()
        longest = max(measure.horizontalAdvance(fact) for fact in self._facts.text().split(" ")) + 4
        width = max(BESIDE if self._beside else self._width(), longest)
        self._facts.setFixedSize(width, self._facts.heightForWidth(width))

    def _width(self) -> int:
        is_part = self._tensor is not None and self._tensor.kind == "part"
        cells = self.whole if self.whole is not None and self._is_map() else self.grid
        return max(cells.width(), OF_PART if is_part or self._is_brief else NARROWEST)

    @Slot()
    def _word(self) -> None:
        if self._tensor is not None:
            below = facts(self._tensor)
            below = f"{below}\n{self._tensor.rounding}" if self._tensor.rounding else below
            self._facts.setText(below)
            self._facts.setVisible(not self._is_brief or self._tensor.kind == "part")
            self.head.setToolTip(below if self._is_brief else "")
            self._size_facts()

    # As a picture

    def cells(self) -> TensorGrid | TensorMap:
        """Return what shows the cells."""
        return self.whole.map if self.whole is not None and self._is_map() else self.grid

    def scale(self) -> MapScale:
        """Return what cells are coloured by."""
        cells = self.cells()
        return cells.scale() if isinstance(cells, TensorMap) else MapScale(0.0, cells.scale().bound)

    def tensor(self) -> TensorPicture | None:
        """Return what is shown."""
        return self._tensor

    def picture(self) -> Picture:
        """Return the cells as they are seen, with name, shape, dtype and the numbers of the colours."""
        assert self._tensor is not None
        body = body_of(self.cells(), [self.cells()])
        shown = slice_text(self.axes.plane()) if self._is_sliced() else ""
        return tensor_sheet(self._tensor, body, self.scale(), shown)

    def addExports(self, menu: QMenu) -> None:
        """Add what saves or copies the picture."""
        self._picture.setTitle(self._tensor.name if self._tensor is not None else "")
        self._picture.addTo(menu)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the picture."""
        if self._tensor is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.addExports(menu)
            menu.popup(event.globalPos())

    # From the grid, whose cells may be turned

    @Slot(int, object)
    def _tell_hovered(self, number: int, cell: Cell | None) -> None:
        self.hovered.emit(number, None if cell is None else self._turn.cell(cell))

    @Slot(int, object)
    def _tell_pinned(self, number: int, cell: Cell | None) -> None:
        self.pinned.emit(number, None if cell is None else self._turn.cell(cell))

    @Slot(int, object, float)
    def _tell_edited(self, number: int, cell: Cell, value: float) -> None:
        self.edited.emit(number, self._turn.cell(cell), value)

    @Slot(int, int, int, bool)
    def _tell_resized(self, number: int, axis: int, length: int, goes_on: bool) -> None:
        self.resized.emit(number, self._turn.order[axis], length, goes_on)

    @Slot(object)
    def _hover(self, cell: Cell | None) -> None:
        self.hovered.emit(self._number, cell)

    @Slot(object)
    def _pin(self, cell: Cell | None) -> None:
        self.pinned.emit(self._number, cell)

    @Slot(str)
    def _recast(self, dtype: str) -> None:
        self.recast.emit(self._number, dtype)

    @Slot(str)
    def _move(self, device: str) -> None:
        self.moved.emit(self._number, device)

    def _connect(self) -> None:
        for grid in (self.grid, self.slope):
            grid.hovered.connect(self._tell_hovered)
        self.grid.pinned.connect(self._tell_pinned)
        self.grid.edited.connect(self._tell_edited)
        self.grid.resized.connect(self._tell_resized)
        self.axes.planeChanged.connect(self._choose)
        self.head.dtypeChosen.connect(self._recast)
        self.head.deviceChosen.connect(self._move)
        self.head.axesToggled.connect(self._show_axes)
        self.head.partChosen.connect(self._show_slice)
        themeNotifier().changed.connect(self._word)

    def _arrange(self) -> None:
        self._facts.setProperty("role", "small")
        self._facts.setWordWrap(True)
        self._hint.setProperty("role", "small")
        self._hint.setText(" ")
        self._hint.hide()
        self._slope_head.setProperty("role", "muted")
        self._slope_head.setWordWrap(True)
        self.setGradient(None, "")
        layout = self._grid = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(4)
        layout.setHorizontalSpacing(16)
        corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        for place, widget in enumerate((self.head, self.axes, self._hint, self.grid)):
            layout.addWidget(widget, place, 0, 1, 2 if place < 3 and self._beside else 1, corner)
        layout.addWidget(self._facts, *((3, 1) if self._beside else (4, 0)), corner)
        layout.addWidget(self._slope_head, *((0, 2) if self._beside else (5, 0)), corner)
        layout.addWidget(self.slope, *((3, 2) if self._beside else (6, 0)), corner)
        layout.setRowStretch(7, 1)
