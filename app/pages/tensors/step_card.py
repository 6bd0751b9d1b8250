"""StepCard: one operation: what is written, what it does, and its operands and result as cells."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.calling import Argument, Value
from app.pages.tensors.catalogue import sentence_of
from app.pages.tensors.history import Shown
from app.pages.tensors.knob_bar import KnobBar
from app.pages.tensors.pane import TensorPane
from app.pages.tensors.playing import Mode, cell_of, frame_of, length_of, modes_of
from app.pages.tensors.sheets import card_sheet
from app.pages.tensors.step_bar import StepBar
from app.pages.tensors.step_body import StepBody
from app.pages.tensors.storage import StorageStrip
from app.pages.tensors.trace import Masks, chosen_of
from app.plots import ExportButton
from app.plots.cell_layout import Cell
from app.plots.export import Picture
from app.plots.picture_menu import Painted, PictureMenu
from app.plots.tensor_sheet import body_of
from app.theme import theme, themeNotifier
from app.widgets import ElidedLabel
from engine.tensors.picture import ChainPicture, StepPicture

MARGIN = 16
LINE = 18  # pixels of a sentence
NARROW = 620  # a card that has less room in the width


class StepCard(QFrame):
    """A card; its tensors are told apart by their numbers in the chain."""

    hovered = Signal(int, object)
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)
    framed = Signal(int, object)  # the cell that is played, with its tensor's number
    told = Signal(str)
    recast = Signal(int, str)
    moved = Signal(int, str)
    turned = Signal(int, object, object, bool)  # number, Argument, value, whether it is still the same drag

    def __init__(self, path: str, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setProperty("role", "card")
        self._shown = Shown()
        self._chain: ChainPicture | None = None
        self._step: StepPicture | None = None
        self._title, self._what = ElidedLabel(self), QLabel(self)
        self._bar = StepBar(f"{path}.steps", self)
        self._storage = StorageStrip(f"{path}.storage", self)
        self.body = StepBody(path, engine, self)
        self._knobs = KnobBar(f"{path}.knob", self)
        self._export = ExportButton(self, self.tr("this step"), self)
        self._export.setObjectName(f"{path}.export")
        self._export.setToolTip(self.tr("Save or copy this step, or one of its tensors, as a picture (PNG or SVG)"))
        self._picture = PictureMenu(Painted(self.picture), "", self)
        self._room = (900, 470)
        self._top = QGridLayout()
        self._cell: Cell = ()
        self._slopes: tuple[Mapping[int, NDArray[Any]], Mapping[int, str]] = ({}, {})
        self._lit: tuple[Masks | None, int, Cell | None] = (None, -1, None)
        self._arrange()
        themeNotifier().changed.connect(self._word)

    def setStep(self, chain: ChainPicture, step: StepPicture, shown: Shown) -> None:
        """Show a step of what is `shown`; what can stay of the widgets stays."""
        self._chain, self._step, self._lit, self._shown = chain, step, (None, -1, None), shown
        self._word()
        self._knobs.setStep(step)
        self._fit()
        modes = modes_of(chain, step)
        self._bar.setModes(modes)
        if self._bar.mode is not None and modes:
            self._set_length(self._bar.mode)

    def setRoom(self, width: int, height: int) -> None:
        """Say how many pixels of a card can be seen at once."""
        self._arrange_top(width < NARROW)
        if (width, height) != self._room:
            self._room = (width, height)
            self._fit()

    def setLit(self, masks: Masks | None, number: int, cell: Cell | None) -> None:
        """Light what belongs to a cell of a tensor; nothing where masks are None."""
        self._lit = (masks, number, cell)
        if cell is not None and self._step is not None and number == self._step.number:
            self._cell = cell
        self.body.setLit(masks, number, cell)
        self._storage.setLit(masks)
        if masks is not None and number == getattr(self._step, "number", -1):
            self._mark_chosen(masks)

    def _mark_chosen(self, masks: Masks) -> None:
        """Of the cells that could have been taken, mark the one that was."""
        if self._chain is not None and self._step is not None:
            taken = chosen_of(self._chain, self._step, masks)
            if taken is not None:
                self.panes()[0].cells.setChosen(taken)

    @Slot(object, int)
    def _show_frame(self, mode: Mode, place: int) -> None:
        """Light one frame; of the products of one cell it is the one that was pointed at last."""
        if self._chain is None or self._step is None:
            return
        if mode is Mode.CELLS:
            self.framed.emit(self._step.number, cell_of(self._chain, self._step, place))
            return
        frame = frame_of(self._chain, self._step, mode, place, self._cell)
        self.body.showFrame((*frame.operands, frame.result), frame.values)
        self.told.emit(frame.text)

    @Slot(object)
    def _set_length(self, mode: Mode) -> None:
        if self._chain is not None and self._step is not None:
            self._bar.setLength(length_of(self._chain, self._step, mode))
            shape = self._chain.tensors[self._step.number].shape
            at = self._cell if len(self._cell) == len(shape) else (0,) * len(shape)
            self._cell = tuple(min(one, length - 1) for one, length in zip(at, shape, strict=True))

    def _lines(self) -> int:
        """Lines that stand above the cells beside title and sentence."""
        if self._step is None:
            return 0
        notes = len(self._step.notes) + bool(self._step.dtypes)
        if self._room[0] < NARROW:
            notes = self._what.heightForWidth(self._room[0] - 2 * MARGIN) // LINE + 1  # and the controls have one
        return notes + 2 * (not self._knobs.isHidden())

    @Slot(object, object, bool)
    def _turn(self, argument: Argument, value: Value, goes_on: bool) -> None:
        if self._step is not None:
            self.turned.emit(self._step.number, argument, value, goes_on)

    def setGradients(self, values: Mapping[int, NDArray[Any]], blocked: Mapping[int, str]) -> None:
        """Show the gradients of the tensors, or why there are none."""
        self._slopes = (values, blocked)
        self.body.setGradients(values, blocked)

    def panes(self) -> list[TensorPane]:
        """Return the operands and, last, the result."""
        return self.body.panes()

    def picture(self) -> Picture:
        """Return the tensors as they are seen, with their names, shapes, dtypes and the numbers of the colours."""
        assert self._step is not None
        panes = [*self.body.panes(), *self.body.parts()]
        tensors = [(pane.tensor(), pane.cells.scale()) for pane in panes]
        known = [(tensor, scale) for tensor, scale in tensors if tensor is not None]
        cells = [pane.cells.painted() for pane in panes] + [pane.slope for pane in panes]
        return card_sheet(self._title.text(), self._step, known, body_of(self.body, cells))

    def exportMenu(self) -> QMenu:
        """Return the menu of pictures: of all, and of each tensor."""
        menu = QMenu(self)
        self._picture.setTitle(self._title.text())
        self._picture.addTo(menu)
        menu.addSeparator()
        for pane in self.body.panes():
            if (tensor := pane.tensor()) is not None:
                pane.addExports(menu.addMenu(self.tr("Only {0}").format(tensor.name)))
        return menu

    @Slot()
    def _fit(self) -> None:
        if self._chain is None or self._step is None:
            return
        width, height = self._room
        room = width - 2 * MARGIN, height - LINE * self._lines()
        self.body.setStep(self._chain, self._step, self._shown, *room)
        self._storage.setStep(self._chain, self._step, width - 2 * MARGIN)
        self.setGradients(*self._slopes)
        self.setLit(*self._lit)

    def _word(self) -> None:
        if self._chain is None or self._step is None:
            return
        result = self._chain.tensors[self._step.number]
        name = "" if result.name.startswith("#") else f"{result.name} = "
        self._title.setText(f"{name}{result.text}")
        what = f"{self._step.torch_name}: {sentence_of(self._step.operation)}".removesuffix(": ")
        self._what.setText("\n".join(line for line in (what, self._step.dtypes, *self._step.notes) if line))

    def _arrange_top(self, is_narrow: bool) -> None:
        """Put the controls to the right of the title, or below it where there is no room."""
        self._bar.setNarrow(is_narrow)
        self._top.addWidget(self._title, 0, 0)
        place = (1, 0, 1, 3) if is_narrow else (0, 1, 1, 1)
        self._top.addWidget(self._bar, *place, Qt.AlignmentFlag.AlignLeft)
        self._top.addWidget(self._export, 0, 2)

    def _arrange(self) -> None:
        self._title.setFont(theme().monoFont(1.05))
        self._what.setProperty("role", "muted")
        self._what.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.body)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 12, MARGIN, 12)
        layout.setSpacing(4)
        self._top.setHorizontalSpacing(16)
        self._top.setVerticalSpacing(4)
        self._top.setColumnStretch(0, 1)
        self._arrange_top(False)
        layout.addLayout(self._top)
        layout.addWidget(self._what)
        layout.addWidget(self._knobs)
        layout.addLayout(row)
        layout.addWidget(self._storage)
        self._storage.pointed.connect(self.hovered)
        self._knobs.turned.connect(self._turn)
        self.body.hovered.connect(self.hovered)
        self.body.pinned.connect(self.pinned)
        self.body.edited.connect(self.edited)
        self.body.resized.connect(self.resized)
        self.body.recast.connect(self.recast)
        self.body.moved.connect(self.moved)
        self.body.failed.connect(self.told)
        self.body.rearranged.connect(self._fit)
        self._bar.chosen.connect(self._show_frame)
        self._bar.modeChosen.connect(self._set_length)
