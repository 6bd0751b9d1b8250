"""StepCard: one operation: what is written, what it does, and its operands and result as cells."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.catalogue import sentence_of, sign_of
from app.pages.tensors.fitting import Arrangement, fit
from app.pages.tensors.history import Shown
from app.pages.tensors.pane import TensorPane
from app.pages.tensors.playing import Mode, cell_of, frame_of, length_of, modes_of
from app.pages.tensors.step_bar import StepBar
from app.pages.tensors.storage import StorageStrip
from app.pages.tensors.trace import Masks, chosen_of
from app.pages.tensors.turning import turn_of
from app.plots.cell_layout import Cell
from app.theme import theme, themeNotifier
from app.widgets import ElidedLabel
from engine.inspecting.asked import PlaneSpec
from engine.tensors.picture import ChainPicture, StepPicture

MARGIN = 16


class StepCard(QFrame):
    """A card; its tensors are told apart by their numbers in the chain."""

    hovered = Signal(int, object)
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)
    recast = Signal(int, str)
    framed = Signal(int, object)  # the cell that is played, with its tensor's number
    told = Signal(str)

    def __init__(self, path: str, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setProperty("role", "card")
        self._engine, self._shown = engine, Shown()
        self._planes: dict[int, PlaneSpec] = {}
        self._chain: ChainPicture | None = None
        self._step: StepPicture | None = None
        self._title, self._what = ElidedLabel(self), QLabel(self)
        self._bar = StepBar(f"{path}.steps", self)
        self._storage = StorageStrip(f"{path}.storage", self)
        self._body = QWidget(self)
        self._grid = QGridLayout(self._body)
        self._panes: list[TensorPane] = []
        self._signs: list[QLabel] = []
        self._arranged: tuple[Arrangement, int] | None = None
        self._room = (900, 470)
        self._cell: Cell = ()
        self._slopes: tuple[Mapping[int, NDArray[Any]], Mapping[int, str]] = ({}, {})
        self._lit: tuple[Masks | None, int, Cell | None] = (None, -1, None)
        self._arrange()
        themeNotifier().changed.connect(self._word)

    def setStep(self, chain: ChainPicture, step: StepPicture, shown: Shown) -> None:
        """Show a step of what is `shown`; what can stay of the widgets stays."""
        self._chain, self._step, self._lit, self._shown = chain, step, (None, -1, None), shown
        self._word()
        self._fit()
        modes = modes_of(chain, step)
        self._bar.setModes(modes)
        if self._bar.mode is not None and modes:
            self._set_length(self._bar.mode)

    def setRoom(self, width: int, height: int) -> None:
        """Say how many pixels of a card can be seen at once."""
        if (width, height) != self._room:
            self._room = (width, height)
            self._fit()

    def setLit(self, masks: Masks | None, number: int, cell: Cell | None) -> None:
        """Light what belongs to a cell of a tensor; nothing where masks are None."""
        self._lit = (masks, number, cell)
        if cell is not None and self._step is not None and number == self._step.number:
            self._cell = cell
        for pane in self._panes:
            lit = None if masks is None else masks.get(pane.grid.number)
            pane.grid.setValues(None)
            pane.setLit(lit, cell if pane.grid.number == number else None)
        self._storage.setLit(masks)
        if masks is not None and number == getattr(self._step, "number", -1):
            self._mark_chosen(masks)

    def _mark_chosen(self, masks: Masks) -> None:
        """Of the cells that could have been taken, mark the one that was."""
        if self._chain is not None and self._step is not None:
            taken = chosen_of(self._chain, self._step, masks)
            if taken is not None:
                self._panes[0].grid.setChosen(taken)

    @Slot(object, int)
    def _show_frame(self, mode: Mode, place: int) -> None:
        """Light one frame; of the products of one cell it is the one that was pointed at last."""
        if self._chain is None or self._step is None:
            return
        if mode is Mode.CELLS:
            self.framed.emit(self._step.number, cell_of(self._chain, self._step, place))
            return
        frame = frame_of(self._chain, self._step, mode, place, self._cell)
        for pane, lit in zip(self._panes, (*frame.operands, frame.result), strict=True):
            pane.setLit(lit, None)
        self._panes[-1].grid.setValues(frame.values)
        self.told.emit(frame.text)

    @Slot(object)
    def _set_length(self, mode: Mode) -> None:
        if self._chain is not None and self._step is not None:
            self._bar.setLength(length_of(self._chain, self._step, mode))
            shape = self._chain.tensors[self._step.number].shape
            at = self._cell if len(self._cell) == len(shape) else (0,) * len(shape)
            self._cell = tuple(min(one, length - 1) for one, length in zip(at, shape, strict=True))

    def setGradients(self, values: Mapping[int, NDArray[Any]], blocked: Mapping[int, str]) -> None:
        """Show the gradients of the tensors, or why there are none."""
        self._slopes = (values, blocked)
        for pane in self._panes:
            pane.setGradient(values.get(pane.grid.number), blocked.get(pane.grid.number, ""))

    def panes(self) -> list[TensorPane]:
        """Return the operands and, last, the result."""
        return self._panes

    def _fit(self) -> None:
        if self._chain is None or self._step is None:
            return
        numbers = [*self._step.operands, self._step.number]
        tensors = [self._chain.tensors[number] for number in numbers]
        planes = [self._planes.get(number) for number in numbers]
        shapes = [
            turn_of(len(tensor.shape), plane).shown(tensor.values.shape)
            for tensor, plane in zip(tensors, planes, strict=True)
        ]
        width, height = self._room
        found = fit(self._step.operation, shapes[:-1], shapes[-1], width - 2 * MARGIN, height)
        self._place(found.arrangement, len(tensors))
        for pane, number, tensor, plane in zip(self._panes, numbers, tensors, planes, strict=True):
            pane.setTensor(number, tensor, found.wide, found.high, self._shown, plane)
        signs = [sign_of(self._step.operation)] * (len(tensors) - 2) + ["="] * (len(tensors) > 1)
        for label, sign in zip(self._signs, signs, strict=True):
            label.setText(sign)
        self._storage.setStep(self._chain, self._step, width - 2 * MARGIN)
        self.setGradients(*self._slopes)
        self.setLit(*self._lit)

    @Slot(int, object)
    def _turn(self, number: int, plane: PlaneSpec) -> None:
        """Other axes of a tensor are rows and columns."""
        self._planes[number] = plane
        self._fit()

    def _place(self, arrangement: Arrangement, count: int) -> None:
        if self._arranged == (arrangement, count):
            return
        self._arranged = (arrangement, count)
        self._make(count)
        for place, pane in enumerate(self._panes):
            row, column = _where(arrangement, place)
            self._grid.addWidget(pane, row, column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for place, sign in enumerate(self._signs):
            sign.setVisible(arrangement is Arrangement.ROW)
            self._grid.addWidget(sign, 0, 2 * place + 1, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)

    def _make(self, count: int) -> None:
        for old in (*self._panes, *self._signs):
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        path = self.objectName()
        beside = self._arranged is not None and self._arranged[0] is Arrangement.CORNER
        self._panes = [
            TensorPane(f"{path}.{place}", self._engine, beside and place > 0, self._body) for place in range(count)
        ]
        self._signs = [QLabel(self._body) for _ in range(count - 1)]
        for sign in self._signs:
            sign.setProperty("role", "subtitle")
        for pane in self._panes:
            pane.hovered.connect(self.hovered)
            pane.pinned.connect(self.pinned)
            pane.edited.connect(self.edited)
            pane.resized.connect(self.resized)
            pane.recast.connect(self.recast)
            pane.turned.connect(self._turn)
            pane.show()

    def _word(self) -> None:
        if self._chain is None or self._step is None:
            return
        result = self._chain.tensors[self._step.number]
        name = "" if result.name.startswith("#") else f"{result.name} = "
        self._title.setText(f"{name}{result.text}")
        what = f"{self._step.torch_name}: {sentence_of(self._step.operation)}".removesuffix(": ")
        self._what.setText(f"{what}\n{self._step.dtypes}" if self._step.dtypes else what)

    def _arrange(self) -> None:
        self._title.setFont(theme().monoFont(1.05))
        self._what.setProperty("role", "muted")
        self._what.setWordWrap(True)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        row = QHBoxLayout()
        row.addWidget(self._body)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 12, MARGIN, 12)
        layout.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self._title, 1)
        top.addWidget(self._bar)
        layout.addLayout(top)
        layout.addWidget(self._what)
        layout.addLayout(row)
        layout.addWidget(self._storage)
        self._storage.pointed.connect(self.hovered)
        self._bar.chosen.connect(self._show_frame)
        self._bar.modeChosen.connect(self._set_length)


def _where(arrangement: Arrangement, place: int) -> tuple[int, int]:
    if arrangement is Arrangement.CORNER:
        return ((1, 0), (0, 1), (1, 1))[place]
    if arrangement is Arrangement.PAIRS:
        return place // 2, 2 * (place % 2)
    return (place, 0) if arrangement is Arrangement.COLUMN else (0, 2 * place)
