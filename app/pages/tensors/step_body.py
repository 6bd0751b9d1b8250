"""StepBody: the operands of a step, what is worked out on the way, and the result, arranged in the room there is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.catalogue import sign_of
from app.pages.tensors.drawn import Drawn
from app.pages.tensors.fitting import Arrangement, fit
from app.pages.tensors.grid_paint import LEFT, margin
from app.pages.tensors.history import Shown
from app.pages.tensors.marking import marks_of
from app.pages.tensors.pane import TensorPane
from app.pages.tensors.sizing import sizes_of
from app.pages.tensors.trace import Masks
from app.pages.tensors.turning import turn_of
from app.plots.cell_layout import Cell
from engine.inspecting.asked import PlaneSpec
from engine.tensors.picture import ChainPicture, StepPicture
from engine.tensors.reach import Mask

LEADS_TO = "→"
HEAD = 10  # pixels that the middle of a sign lies under that of the cells, with a name above them


class StepBody(QWidget):
    """The panes of one step; cells are told with the number of their tensor."""

    hovered = Signal(int, object)
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)
    recast = Signal(int, str)
    moved = Signal(int, str)
    failed = Signal(str)
    rearranged = Signal()  # other axes of a tensor are rows and columns

    def __init__(self, path: str, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path, self._engine = path, engine
        self._planes: dict[int, PlaneSpec] = {}
        self._chain: ChainPicture | None = None
        self._step: StepPicture | None = None
        self._first_part = 0
        self._panes: list[TensorPane] = []
        self._parts: list[TensorPane] = []
        self._signs: list[QLabel] = []
        self._arranged: tuple[Arrangement, int, int] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        self._rows = [QWidget(self) for _ in range(2)]  # of a row and of a flow, whose columns are each their own
        for row in self._rows:
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(10)

    def setStep(self, chain: ChainPicture, step: StepPicture, shown: Shown, width: int, height: int) -> None:
        """Show a step of what is `shown` in so many pixels; what can stay of the widgets stays."""
        self._chain, self._step = chain, step
        numbers = [*step.operands, step.number]
        drawn = [
            turn_of(len(chain.tensors[one].shape), self._planes.get(one)).drawn(Drawn(chain.tensors[one], marks))
            for one, marks in zip(numbers, marks_of(chain, step), strict=True)
        ]
        shapes, parts = [one.shape for one in drawn], [one.tensor for one in step.parts]
        rulers = sum(int(margin(one) - LEFT) for one in drawn)
        inner = [one.values.shape for one in parts]
        tells = any(tensor.device != "cpu" for tensor in chain.tensors)
        found = fit(step.operation, shapes[:-1], shapes[-1], width - rulers, height, inner)
        self._place(found.arrangement, len(drawn), len(parts))
        every = [*drawn[:-1], *map(Drawn, parts), drawn[-1]]
        axes = [_rows_and_columns(one) for one in every]
        *sizes, of_result = sizes_of(found, [one.shape for one in every], axes, width - rulers)
        of_operands = [*sizes[: len(drawn) - 1], of_result]
        for pane, number, one, size in zip(self._panes, numbers, drawn, of_operands, strict=True):
            pane.setSource(shown, self._planes.get(number), tells)
            pane.setTensor(number, chain.tensors[number], *size, marks=one.marks)
        first = self._first_part = chain.first_part(step)
        for place, (pane, part) in enumerate(zip(self._parts, parts, strict=True)):
            pane.setTensor(first + place, part, *sizes[len(drawn) - 1 + place])
        order = self._order()
        for pane in order:
            pane.setBrief(found.is_brief)
        for label, sign, *ends in zip(
            self._signs, _signs(step.operation, len(drawn), len(parts)), order[:-1], order[1:], strict=True
        ):
            label.setText(sign)
            leads = found.arrangement is Arrangement.FOLD and ends[1] is self._panes[-1]
            label.setVisible(bool(sign) and (leads or found.arrangement in (Arrangement.ROW, Arrangement.FLOW)))
            beside = [self._panes[0], self._panes[-1]] if leads else ends
            middle = min(one.grid.cells.height + one.grid.cells.top for one in beside) / 2
            label.setContentsMargins(0, int(HEAD + middle), 0, 0)

    def setLit(self, masks: Masks | None, number: int, cell: Cell | None) -> None:
        """Light what belongs to a cell of a tensor; nothing where masks are None."""
        result = None if masks is None or self._step is None else masks.get(self._step.number)
        owner = number if self._chain is None or cell is None else self._chain.step_of(number)
        is_source = self._step is not None and owner >= self._step.number
        for pane in self._panes:
            lit = None if masks is None else masks.get(pane.grid.number)
            pane.cells.setValues(None)
            pane.setLit(lit, cell if pane.grid.number == number else None, result, is_source)
        self._light_parts(masks, number, cell, is_source)

    def showFrame(self, masks: Sequence[Mask], values: NDArray[Any] | None) -> None:
        """Light these cells of operands and result, whose values are others for now."""
        for pane, lit in zip(self._panes, masks, strict=True):
            pane.setLit(lit, None, masks[-1], True)
        self._panes[-1].cells.setValues(values)
        if self._step is not None:
            self._light_parts({self._step.number: masks[-1]}, self._step.number, None, True)

    def setGradients(self, values: Mapping[int, NDArray[Any]], blocked: Mapping[int, str]) -> None:
        """Show the gradients of the tensors, or why there are none."""
        for pane in self._panes:
            pane.setGradient(values.get(pane.grid.number), blocked.get(pane.grid.number, ""))

    def panes(self) -> list[TensorPane]:
        """Return the operands and, last, the result."""
        return self._panes

    def parts(self) -> list[TensorPane]:
        """Return what stands between them."""
        return self._parts

    @Slot(int, object)
    def _turn(self, number: int, plane: PlaneSpec) -> None:
        self._planes[number] = plane
        self.rearranged.emit()

    def _light_parts(self, masks: Masks | None, number: int, cell: Cell | None, is_source: bool) -> None:
        """Light the cells of parts that the lit cells of the result read where these are the cause, and those that are made
        of the lit cells of the operands where those are."""
        if self._step is None:
            return
        is_own = 0 <= number - self._first_part < len(self._parts)
        for pane, part in zip(self._parts, self._step.parts, strict=True):
            if masks is None:
                pane.setLit(None, None)
                continue
            lit: Mask = np.zeros(part.tensor.shape, dtype=bool)
            if is_own:
                lit = masks.get(pane.grid.number, lit)
            elif is_source and self._step.number in masks:
                lit = part.reach.sources(masks[self._step.number])
            elif not is_source:
                for operand, reach in zip(self._step.operands, part.made, strict=True):
                    if operand in masks:
                        lit = lit | reach.touched(masks[operand])
            pane.setLit(lit, cell if pane.grid.number == number else None)

    def _place(self, arrangement: Arrangement, count: int, parts: int) -> None:
        if self._arranged == (arrangement, count, parts):
            return
        self._arranged = (arrangement, count, parts)
        self._make(count, parts)
        in_rows = arrangement in (Arrangement.ROW, Arrangement.FLOW, Arrangement.FOLD)
        for place, row in enumerate(self._rows):
            self._grid.removeWidget(row)
            row.setVisible(in_rows and (place == 0 or arrangement is not Arrangement.ROW))
            if not row.isHidden():
                self._grid.addWidget(row, place, 0)
            line = row.layout()
            while line is not None and line.takeAt(0) is not None:
                pass
        first = count - 1 if arrangement is Arrangement.FLOW else count + parts
        for place, pane in enumerate(self._order()):
            if arrangement is Arrangement.FOLD:
                self._append(place, pane in self._parts)
            elif in_rows:
                self._append(place, place >= first)
            else:
                self._grid.addWidget(
                    pane, *_where(arrangement, place), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
                )

        for row in self._rows:
            line = row.layout()
            if isinstance(line, QHBoxLayout):
                line.addStretch()

    def _append(self, place: int, below: bool) -> None:
        """Put a pane at the end of its row, behind what stands before it."""
        line = self._rows[int(below)].layout()
        assert isinstance(line, QHBoxLayout)
        top = Qt.AlignmentFlag.AlignTop
        if place:
            line.addWidget(self._signs[place - 1], 0, top)
        line.addWidget(self._order()[place], 0, top)

    def _order(self) -> list[TensorPane]:
        return [*self._panes[:-1], *self._parts, self._panes[-1]]

    def _make(self, count: int, parts: int) -> None:
        for old in (*self._panes, *self._parts, *self._signs):
            old.hide()
            old.setParent(None)
            old.deleteLater()
        beside = self._arranged is not None and self._arranged[0] is Arrangement.CORNER
        self._panes = [
            TensorPane(f"{self._path}.{place}", self._engine, beside and place > 0, self) for place in range(count)
        ]
        self._parts = [TensorPane(f"{self._path}.part{place}", self._engine, False, self) for place in range(parts)]
        self._signs = [QLabel(self) for _ in range(count + parts - 1)]
        for sign in self._signs:
            sign.setProperty("role", "subtitle")
        for pane in (*self._panes, *self._parts):
            pane.hovered.connect(self.hovered)
            pane.pinned.connect(self.pinned)
        for pane in self._panes:
            pane.edited.connect(self.edited)
            pane.resized.connect(self.resized)
            pane.recast.connect(self.recast)
            pane.moved.connect(self.moved)
            pane.failed.connect(self.failed)
            pane.turned.connect(self._turn)
        for pane in (*self._panes, *self._parts):
            pane.show()


def _signs(operation: str, count: int, parts: int) -> list[str]:
    """What stands after each tensor but the last: `A × B = C`, `x → s → y`."""
    sign = sign_of(operation)
    if count < 2:
        return []
    return [*[sign] * (count - 2), *[LEADS_TO] * parts, "=" if sign and not parts else LEADS_TO]


def _rows_and_columns(drawn: Drawn) -> tuple[int | None, int | None]:
    """The numbers of the axes that are rows and columns of a tensor as it is drawn."""
    rank = len(drawn.shape)
    return drawn.colour(-2) if rank > 1 else None, drawn.colour(-1) if rank else None


def _where(arrangement: Arrangement, place: int) -> tuple[int, int]:
    if arrangement is Arrangement.CORNER:
        return ((1, 0), (0, 1), (1, 1))[place]
    if arrangement is Arrangement.PAIRS:
        return place // 2, place % 2
    return place, 0
