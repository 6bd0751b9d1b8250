"""PaneCells: the cells of one tensor, as a grid or, where they are too many, as a heat map of all of them. It tells and
takes cells of the tensor, however that is turned; it chooses neither axes nor slice."""

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.grid import TensorGrid
from app.pages.tensors.history import Shown
from app.pages.tensors.sliced import Sliced, real_of
from app.pages.tensors.turning import Turn
from app.pages.tensors.whole_map import WholeMap
from app.plots.cell_layout import Cell, CellLayout
from app.plots.tensor_map import TensorMap
from app.plots.tile_book import MapScale
from engine.inspecting.asked import Part, PlaneSpec, axes_of
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import Mask


class PaneCells(QObject):
    """The grid, and a map once one is needed. Both stand in `place`; whoever lays this out finds it room."""

    hovered = Signal(int, object)  # number, cell or None
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)  # number, axis, length, whether it is still the same drag
    completed = Signal()  # the slice on show is drawn
    failed = Signal(str)

    def __init__(self, path: str, engine: EngineThread, pane: QWidget) -> None:
        super().__init__(pane)
        self._path, self._engine, self._pane = path, engine, pane
        self._turn, self._is_map = Turn(()), False
        self.grid = TensorGrid(f"{path}.cells", pane)
        self.whole: WholeMap | None = None
        self.place = QVBoxLayout()
        self.place.addWidget(self.grid)
        self.grid.hovered.connect(self.tellHovered)
        self.grid.pinned.connect(self._tell_pinned)
        self.grid.edited.connect(self._tell_edited)
        self.grid.resized.connect(self._tell_resized)

    def show(self, sliced: Sliced, shown: Shown, part: Part, plane: PlaneSpec, size: tuple[float, float]) -> None:
        """Show one of the tensors of what is `shown`, of complex numbers one part, with cells of this size in pixels."""
        self._turn, self._is_map = sliced.turn, sliced.is_map
        self.grid.setVisible(not self._is_map)
        if self.whole is not None:
            self.whole.setVisible(self._is_map)
        if self._is_map:
            self.grid.number = sliced.number
            layout = CellLayout(self._turn.shown(sliced.tensor.values.shape)[-2:], *size)
            pixels = QSize(int(layout.width) + 48, int(layout.height) + 24)
            source = shown.computed(sliced.number, part)
            self._map().setTensor(source, sliced.tensor, _whole_plane(sliced.tensor, plane), pixels)
            return
        if self.whole is not None:
            self.whole.stop()
        drawn = self._turn.drawn(replace(sliced.marked, tensor=real_of(sliced.tensor, part)))
        self.grid.setTensor(sliced.number, drawn.tensor, *size, sliced.chosen(plane.at), drawn.marks)
        self.completed.emit()

    def setLit(self, lit: Mask | None, cell: Cell | None, result: Mask | None, is_source: bool) -> None:
        """Light these cells, as in `TensorGrid.setLit`."""
        if self._is_map and self.whole is not None:
            self.whole.setLit(lit)
            return
        shown = None if lit is None else self._turn.turned(lit)
        self.grid.setLit(shown, None if cell is None else self._turn.shown(cell), result, is_source)

    def setChosen(self, cell: Cell) -> None:
        """Mark a cell as the one that was taken, until others are lit."""
        self.grid.setChosen(self._turn.shown(cell))

    def setValues(self, values: NDArray[Any] | None) -> None:
        """Show other values for now; None shows the tensor's own."""
        self.grid.setValues(None if values is None else self._turn.turned(values))

    def width(self) -> int:
        """Return how many pixels wide they are."""
        return self.whole.width() if self._is_map and self.whole is not None else self.grid.width()

    def painted(self) -> TensorGrid | TensorMap:
        """Return the widget that paints them."""
        return self.whole.map if self._is_map and self.whole is not None else self.grid

    def scale(self) -> MapScale:
        """Return what they are coloured by."""
        painted = self.painted()
        return painted.scale() if isinstance(painted, TensorMap) else MapScale(0.0, painted.scale().bound)

    @Slot(int, object)
    def tellHovered(self, number: int, cell: Cell | None) -> None:
        """Tell which cell is pointed at, here or in another grid that is turned alike."""
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
        self.hovered.emit(self.grid.number, cell)

    @Slot(object)
    def _pin(self, cell: Cell | None) -> None:
        self.pinned.emit(self.grid.number, cell)

    def _map(self) -> WholeMap:
        if self.whole is None:
            self.whole = WholeMap(self._path, self._engine, self._pane)
            self.whole.hovered.connect(self._hover)
            self.whole.pinned.connect(self._pin)
            self.whole.failed.connect(self.failed)
            self.whole.completed.connect(self.completed)
            self.place.addWidget(self.whole)
            self.whole.show()
        return self.whole


def _whole_plane(tensor: TensorPicture, plane: PlaneSpec) -> PlaneSpec:
    """The plane with a place on every axis, also of a tensor that has nothing to choose."""
    if len(tensor.shape) <= 2:
        rows, columns = axes_of(tensor.shape)
        plane = PlaneSpec(rows=rows, columns=columns)
    return plane if plane.at else plane.model_copy(update={"at": (0,) * len(tensor.shape)})
