"""TensorPane: a tensor with its name and shape above, its cells, and what is known of it below. It decides what is seen of
the tensor and where each part stands; what is done with it is told and decided elsewhere."""

from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.axes_bar import AxesBar
from app.pages.tensors.drawn import Drawn, Marks
from app.pages.tensors.history import Shown
from app.pages.tensors.pane_cells import PaneCells
from app.pages.tensors.pane_facts import PaneFacts
from app.pages.tensors.pane_head import PaneHead
from app.pages.tensors.sheets import tensor_sheet
from app.pages.tensors.sliced import Sliced
from app.pages.tensors.slope_grid import SlopeGrid
from app.pages.tensors.turning import turn_of
from app.pages.tensors.wording import slice_text
from app.plots.cell_layout import Cell
from app.plots.export import Picture
from app.plots.picture_menu import Painted, PictureMenu
from app.plots.tensor_sheet import body_of
from app.theme import themeNotifier
from engine.inspecting.asked import PlaneSpec
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
        self.setObjectName(path)
        self._beside, self._is_brief = beside, False
        self._sliced: Sliced | None = None
        self._plane: PlaneSpec | None = None
        self._shown, self._tells_device = Shown(), False
        self._size = (1.0, 1.0)
        self._lit: tuple[Mask | None, Cell | None, Mask | None, bool] = (None, None, None, False)
        self.head = PaneHead(path, self)
        self._facts, self._hint = PaneFacts(self), QLabel(self)
        self.axes = AxesBar(self, path, is_small=True)
        self.cells = PaneCells(path, engine, self)
        self.grid = self.cells.grid
        self.slope = SlopeGrid(f"{path}.gradient", self)
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
        before, turn = self._sliced, turn_of(len(tensor.shape), self._plane)
        self._sliced = Sliced(number, Drawn(tensor, marks or Marks()), turn, is_alone)
        self._size, self._lit = (wide, high), (None, None, None, False)
        self.slope.forget()
        is_new = before is None or (before.number, before.tensor.shape) != (number, tensor.shape)
        if is_new:
            self.head.setAxesShown(not turn.is_plain)
        shape = self._sliced.shape if turn.is_plain else tensor.shape
        if is_new or shape != self.axes.shape():
            self.axes.setShape(shape)
        if self._plane is not None and not turn.is_plain:
            self.axes.setPlane(self._plane.model_copy(update={"at": self.axes.plane().at}))
        self.head.setTensor(tensor, self._tells_device)
        self._show_axes()
        self._show()
        self._word()

    def setBrief(self, is_brief: bool) -> None:
        """Leave out what is known of the tensor, but as a tooltip of its name; a part keeps its words."""
        self._is_brief = is_brief
        self._word()

    def setGradient(self, values: NDArray[Any] | None, blocked: str) -> None:
        """Show how the loss changes with each cell, or say why nothing arrives; nothing at all without both."""
        if self._sliced is not None:
            self.slope.setGradient(self._sliced.tensor, values, blocked)
            self._show_gradient(self._sliced)
            self.slope.head.setFixedWidth(BESIDE if self._beside else self._width())

    def setLit(self, lit: Mask | None, cell: Cell | None, result: Mask | None = None, is_source: bool = False) -> None:
        """Light these cells; where none of them is in the slice on show, the first that has some is chosen. The rest as in
        `TensorGrid.setLit`.
        """
        self._lit = (lit, cell, result, is_source)
        if self._sliced is None:
            return
        slices, plane = self._sliced.lit(lit, result, is_source), self.axes.plane()
        if (
            slices is not None
            and slices.any()
            and not slices[self._sliced.facet(plane.at)]
            and not self.axes.isPlaying()
        ):
            at = self._sliced.at(int(slices.argmax()), plane.at)
            self.axes.setPlane(plane.model_copy(update={"at": at}))
            self._show()
        self._light(self._sliced)

    def _light(self, sliced: Sliced) -> None:
        lit, cell, result, is_source = self._lit
        self.cells.setLit(lit, cell, result, is_source)
        slices = sliced.lit(lit, result, is_source)
        others = 0 if slices is None else int(slices.sum()) - int(slices[sliced.facet(self.axes.plane().at)])
        said = self.tr("Other slices with cells that belong to it: {0}").format(f"{others:,}")
        self._hint.setText(said if others else " ")

    # What is seen of it

    @Slot(object, bool)
    def _choose(self, plane: PlaneSpec, only_place: bool) -> None:
        if only_place:
            self._show_slice()
        elif self._sliced is not None:
            self.turned.emit(self._sliced.number, plane)

    @Slot()
    def _show_slice(self) -> None:
        """Show another slice, or another part of complex numbers."""
        if self._sliced is not None:
            self._show()
            self._light(self._sliced)

    @Slot()
    def _show_axes(self) -> None:
        several = self._sliced is not None and len(self._sliced.shape) > 2
        is_sliced = self._sliced is not None and self._sliced.is_sliced
        self.axes.setChoices(self.head.axes.isChecked())
        self.axes.setSliders(is_sliced)
        self._hint.setVisible(is_sliced)  # its room stays, so that nothing moves while the mouse does
        self.axes.setVisible(several and (is_sliced or self.head.axes.isChecked()))

    def _show(self) -> None:
        if self._sliced is not None:
            self.cells.show(self._sliced, self._shown, self.head.part(), self.axes.plane(), self._size)
            self._show_gradient(self._sliced)
            self._fit_facts()

    def _show_gradient(self, sliced: Sliced) -> None:
        self.slope.showSlice(sliced, self.head.part(), self.axes.plane().at, self._size)

    @Slot()
    def _word(self) -> None:
        if (tensor := self.tensor()) is not None:
            self._facts.setTensor(tensor)
            self._facts.setVisible(not self._is_brief or tensor.kind == "part")
            self.head.setToolTip(self._facts.text() if self._is_brief else "")
            self._fit_facts()

    def _fit_facts(self) -> None:
        if self._beside:
            self._facts.fit(BESIDE, int(self.grid.cells.top))
        else:
            self._facts.fit(self._width())

    def _width(self) -> int:
        tensor = self.tensor()
        is_part = tensor is not None and tensor.kind == "part"
        return max(self.cells.width(), OF_PART if is_part or self._is_brief else NARROWEST)

    # As a picture

    def tensor(self) -> TensorPicture | None:
        """Return what is shown."""
        return None if self._sliced is None else self._sliced.tensor

    def picture(self) -> Picture:
        """Return the cells as they are seen, with name, shape, dtype and the numbers of the colours."""
        assert self._sliced is not None
        painted = self.cells.painted()
        shown = slice_text(self.axes.plane()) if self._sliced.is_sliced else ""
        return tensor_sheet(self._sliced.tensor, body_of(painted, [painted]), self.cells.scale(), shown)

    def addExports(self, menu: QMenu) -> None:
        """Add what saves or copies the picture."""
        tensor = self.tensor()
        self._picture.setTitle(tensor.name if tensor is not None else "")
        self._picture.addTo(menu)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the picture."""
        if self._sliced is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.addExports(menu)
            menu.popup(event.globalPos())

    @Slot(str)
    def _recast(self, dtype: str) -> None:
        self.recast.emit(self.grid.number, dtype)

    @Slot(str)
    def _move(self, device: str) -> None:
        self.moved.emit(self.grid.number, device)

    def _connect(self) -> None:
        self.cells.hovered.connect(self.hovered)
        self.cells.pinned.connect(self.pinned)
        self.cells.edited.connect(self.edited)
        self.cells.resized.connect(self.resized)
        self.cells.failed.connect(self.failed)
        self.cells.completed.connect(self.axes.goOn)
        self.slope.hovered.connect(self.cells.tellHovered)
        self.axes.planeChanged.connect(self._choose)
        self.head.dtypeChosen.connect(self._recast)
        self.head.deviceChosen.connect(self._move)
        self.head.axesToggled.connect(self._show_axes)
        self.head.partChosen.connect(self._show_slice)
        themeNotifier().changed.connect(self._word)

    def _arrange(self) -> None:
        self._hint.setProperty("role", "small")
        self._hint.setText(" ")
        self._hint.hide()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(4)
        layout.setHorizontalSpacing(16)
        corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        for place, widget in enumerate((self.head, self.axes, self._hint)):
            layout.addWidget(widget, place, 0, 1, 2 if self._beside else 1, corner)
        layout.addLayout(self.cells.place, 3, 0, corner)
        layout.addWidget(self._facts, *((3, 1) if self._beside else (4, 0)), corner)
        layout.addWidget(self.slope.head, *((0, 2) if self._beside else (5, 0)), corner)
        layout.addWidget(self.slope, *((3, 2) if self._beside else (6, 0)), corner)
        layout.setRowStretch(7, 1)
