"""PlaceBar: the number of the cell that is pointed at or pinned in the inspector's map, and the way to those that are
sought. It moves map and axes; what else changes with the place is told by these."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.pages.tensors.axes_bar import AxesBar
from app.pages.tensors.looking import Looking
from app.plots.tensor_map import TensorMap
from app.widgets import ElidedLabel

Index = tuple[int, ...]


class PlaceBar(QWidget):
    """One line below a map, whose plane is chosen by the axes; numbers come from what is looked at."""

    def __init__(self, map_: TensorMap, axes: AxesBar, looking: Looking, parent: QWidget) -> None:
        super().__init__(parent)
        self._map, self._axes, self._looking = map_, axes, looking
        self._labels: Sequence[str] | None = None
        self._cell: tuple[int, int] | None = None
        self._told, self._status = ElidedLabel(self), QLabel(self)
        self._arrange()
        map_.cellPointed.connect(self._point)
        map_.cellPinned.connect(self._point)
        looking.cellKnown.connect(self._take_cell)
        looking.cellLost.connect(self._say_no_cell)
        looking.found.connect(self._take_found)
        looking.failed.connect(self._give_up)
        QShortcut(QKeySequence("N"), map_, self.seekNext)

    def setLabels(self, labels: Sequence[str] | None) -> None:
        """Say what the places on the first axis are called, where they are; None where no tensor is on show."""
        self._labels = labels

    def told(self) -> str:
        """Return what is said of the cell that is pointed at or pinned."""
        return self._told.text()

    def index(self, cell: tuple[int, int]) -> Index:
        """Return where in the tensor a cell of the plane lies."""
        plane = self._axes.plane()
        index = list(plane.at)
        for axis, place in ((plane.rows, cell[0]), (plane.columns, cell[1])):
            if axis is not None:
                index[axis] = place
        return tuple(index)

    @Slot(object)
    def showIndex(self, index: Index) -> None:
        """Go to a number of the tensor and pin it."""
        self._axes.show_(index)
        plane = self._axes.plane()
        row, column = (0 if axis is None else index[axis] for axis in (plane.rows, plane.columns))
        self._map.showCell(row, column)

    @Slot(str)
    def seek(self, what: str) -> None:
        """Go to the next number that is not finite, or to the smallest or largest."""
        pinned = self._map.pinned()
        self._status.setText(self.tr("Searching …"))
        self._status.show()
        self._looking.seek(what, None if pinned is None else self.index(pinned))

    @Slot()
    def seekNext(self) -> None:
        """Go to the next number that is not finite."""
        if self._labels is not None:
            self.seek("any")

    def sayPinned(self) -> None:
        """Tell the number of the cell that is pinned, which is another once the plane is."""
        self._say_cell(self._map.pinned())

    @Slot()
    def _give_up(self) -> None:
        """What is looked at cannot be read any more."""
        self._status.hide()
        self._say_no_cell()

    @Slot(object)
    def _point(self, cell: tuple[int, int] | None) -> None:
        self._say_cell(cell if cell is not None else self._map.pinned())

    def _say_cell(self, cell: tuple[int, int] | None) -> None:
        if cell is None or self._labels is None:
            self._say_no_cell()
            self._looking.askCell(None)
            return
        self._cell = cell
        index = self.index(cell)
        self._told.setText(f"{_index_text(index)} …")
        self._looking.askCell(index)

    @Slot()
    def _say_no_cell(self) -> None:
        """Nothing is known of a cell: none is pointed at, or it cannot be read any more."""
        self._cell = None
        self._told.setText(self.tr("Point at a cell to read it. Drag to move, turn the wheel to zoom, click to pin."))

    @Slot(object, str, object)
    def _take_cell(self, index: Index, value: str, offset: int | None) -> None:
        if self._cell is None or self.index(self._cell) != index:
            return
        parts = [f"{_index_text(index)} = {value.replace('-', '−')}"]
        if self._labels:
            parts.append(self._labels[index[0]])
        if offset is not None:
            parts.append(self.tr("storage offset {0}").format(f"{offset:,}"))
        down, across = self._map.window_().block(self.devicePixelRatioF())
        if (down, across) != (1, 1):
            parts.append(self.tr("the picture gathers {0} cells a pixel").format(f"{down:,} × {across:,}"))
        self._told.setText("   ·   ".join(parts))

    @Slot(object)
    def _take_found(self, index: Index | None) -> None:
        self._status.hide()
        if index is None:
            self._status.setText(self.tr("There is none."))
            self._status.show()
        else:
            self.showIndex(index)

    def _arrange(self) -> None:
        self._told.setObjectName("tensors.inspector.cell")
        self._status.setObjectName("tensors.inspector.status")
        self._status.setProperty("role", "muted")
        self._status.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._told, 1)
        row.addWidget(self._status)


def _index_text(index: Index) -> str:
    return f"[{', '.join(f'{one}' for one in index)}]"
