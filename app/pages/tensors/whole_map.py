"""WholeMap: a tensor too large for single cells as a heat map of all of it, asked from the lab in pieces."""

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.inspected import Stats
from app.pages.tensors.looking import Looking
from app.pages.tensors.map_choice import MapChoice
from app.pages.tensors.scale_bar import scale_of
from app.plots.cell_layout import Cell
from app.plots.tensor_colors import number_format
from app.plots.tensor_map import TensorMap
from app.plots.tensor_window import TilePlace
from app.plots.tile_book import MapTile
from engine.inspecting.asked import Computed, PlaneSpec
from engine.inspecting.blocks import Shown
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import Mask

Rectangle = tuple[int, int, int, int]
LEAST, MOST = QSize(280, 96), QSize(560, 420)


class WholeMap(QWidget):
    """Shows every cell; of those that share a pixel one number is shown, which is chosen, and NaN is seen at every zoom."""

    hovered = Signal(object)  # a cell of the tensor, or None
    pinned = Signal(object)
    completed = Signal()  # the slice on show is drawn exactly
    failed = Signal(str)

    def __init__(self, path: str, engine: EngineThread, parent: QWidget) -> None:
        super().__init__(parent)
        self.map = TensorMap(self)
        self.map.setObjectName(f"{path}.map")
        self.choice = MapChoice(path, self)
        self._looking = Looking(engine, self)
        self._looking.setShown(self.choice.shown())
        self._stats: Stats | None = None
        self._asked: tuple[Computed, PlaneSpec] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.choice)
        layout.addWidget(self.map, 1)
        self._connect()

    def setTensor(self, source: Computed, tensor: TensorPicture, plane: PlaneSpec, size: QSize) -> None:
        """Show a slice of a tensor in about so many pixels."""
        self.setFixedSize(size.expandedTo(LEAST).boundedTo(MOST) + QSize(0, self.choice.sizeHint().height()))
        if self._asked == (source, plane):
            return
        before, self._asked = self._asked, (source, plane)
        keep = before is not None and (before[1].rows, before[1].columns) == (plane.rows, plane.columns)
        self.map.setAccessibleName(self.tr("Heat map of {0}").format(tensor.name))
        self.map.setFormat(number_format(tensor.values))
        self.map.setOutlines([])
        rows, columns = (1 if axis is None else tensor.shape[axis] for axis in (plane.rows, plane.columns))
        self.map.setPlane(rows, columns, keep_view=keep)
        self._looking.look(source, plane)

    def stop(self) -> None:
        """Show nothing."""
        self._asked = None
        self._looking.stop()

    def setLit(self, lit: Mask | None) -> None:
        """Outline the rows and columns of the slice on show that hold what is lit."""
        shown = None if lit is None or self._asked is None else _slice(lit, self._asked[1])
        self.map.setOutlines([] if shown is None else rectangles(shown))

    def cell(self, at: tuple[int, int] | None) -> Cell | None:
        """Return the tensor's cell at a row and column of the slice on show."""
        if at is None or self._asked is None:
            return None
        plane = self._asked[1]
        found = list(plane.at)
        for axis, place in ((plane.rows, at[0]), (plane.columns, at[1])):
            if axis is not None:
                found[axis] = place
        return tuple(found)

    @Slot(object)
    def _point(self, at: tuple[int, int] | None) -> None:
        self.hovered.emit(self.cell(at))

    @Slot(object)
    def _pin(self, at: tuple[int, int] | None) -> None:
        self.pinned.emit(self.cell(at))

    @Slot(object, object)
    def _take_tile(self, place: TilePlace, tile: MapTile) -> None:
        self.map.addTile(place, tile)

    @Slot(str)
    def _show_other(self, shown: Shown) -> None:
        self._looking.setShown(shown)
        self.map.forgetTiles()

    @Slot()
    def _recolour(self) -> None:
        if self._stats is not None:
            self.map.setScale(scale_of(self._stats, *self.choice.colours(self._stats)))

    @Slot(object, bool)
    def _take_slice(self, stats: Stats, is_sample: bool) -> None:
        self._stats = stats
        self._recolour()
        if not is_sample:
            self.map.askAgain()

    def _connect(self) -> None:
        self.map.tilesWanted.connect(self._looking.want)
        self.map.cellPointed.connect(self._point)
        self.map.cellPinned.connect(self._pin)
        self.map.completed.connect(self.completed)
        self.choice.shownChanged.connect(self._show_other)
        self.choice.coloursChanged.connect(self._recolour)
        self._looking.tileCame.connect(self._take_tile)
        self._looking.firstLook.connect(self.map.setFirstLook)
        self._looking.sliceKnown.connect(self._take_slice)
        self._looking.failed.connect(self.failed)


def _slice(lit: Mask, plane: PlaneSpec) -> Mask:
    where: list[Any] = list(plane.at)
    for axis in (plane.rows, plane.columns):
        if axis is not None:
            where[axis] = slice(None)
    found: Mask = lit[tuple(where)]
    if plane.rows is not None and plane.columns is not None:
        return found.T if plane.rows > plane.columns else found
    return np.atleast_2d(found) if plane.rows is None else np.atleast_2d(found).T


def rectangles(lit: Mask, most: int = 64) -> list[Rectangle]:
    """Return (top, left, bottom, right) of runs of rows times runs of columns that hold all that is lit; where that is not
    whole rectangles, the one around it; none where nothing is lit.
    """
    rows, columns = np.asarray(lit.any(axis=1)), np.asarray(lit.any(axis=0))
    down, across = _runs(rows), _runs(columns)
    if not down or not across:
        return []
    if len(down) * len(across) > most or np.count_nonzero(lit) != np.count_nonzero(rows) * np.count_nonzero(columns):
        return [(down[0][0], across[0][0], down[-1][1], across[-1][1])]
    return [(top, left, bottom, right) for top, bottom in down for left, right in across]


def _runs(marked: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.pad(marked, 1).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
