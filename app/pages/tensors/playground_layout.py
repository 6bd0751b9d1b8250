"""How the playground is laid out: operations on the left, the expression above its cards, the formula at the foot."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.engine_thread import EngineThread
from app.pages.tensors.catalogue import ENTRIES, sentence_of
from app.pages.tensors.expression_field import ExpressionField
from app.pages.tensors.formula_strip import FormulaStrip
from app.pages.tensors.history import Shown
from app.pages.tensors.picker import OperationPicker
from app.pages.tensors.refusal_card import RefusalCard
from app.pages.tensors.step_card import StepCard
from app.pages.tensors.trace import Masks
from app.plots.cell_layout import Cell
from app.theme import theme
from app.widgets import ElidedLabel, push_button
from engine.tensors.picture import ChainPicture, RefusalPicture, StepPicture

HALF, FOLDED = 560, 440  # pixels that one of two cards beside each other takes at least, of one operand
FIRST = ("matmul", "softmax", "reshape", "LayerNorm | BatchNorm")


class PlaygroundLayout(QWidget):
    """The widgets of the playground and what they tell; it decides nothing."""

    hovered = Signal(int, object)
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)
    recast = Signal(int, str)
    moved = Signal(int, str)
    framed = Signal(int, object)
    turned = Signal(int, object, object, bool)
    exampleChosen = Signal(str)

    def __init__(self, engine: EngineThread, parent: QWidget) -> None:
        super().__init__(parent)
        self._engine = engine
        self.picker = OperationPicker(self)
        self.field = ExpressionField(self)
        self.refusal = RefusalCard(self)
        self.strip = FormulaStrip(self)
        self.cards: list[StepCard] = []
        self._note, self._line, self._told = ElidedLabel(self), QLabel(self), ""
        self._make_buttons()
        self._scroll = QScrollArea(self)
        self._page = QWidget(self._scroll)
        self._column = QGridLayout(self._page)
        self._steps: list[StepPicture] = []
        self._empty = self._make_empty()
        self._arrange(parent)

    def setChain(self, chain: ChainPicture | None, shown: Shown) -> None:
        """Show the steps of a chain, which is that of `shown`, as many cards as there are steps worth one."""
        steps = _worth_a_card(chain) if chain is not None else []
        while len(self.cards) > len(steps):
            card = self.cards.pop()
            card.hide()
            card.deleteLater()
        while len(self.cards) < len(steps):
            self.cards.append(self._make_card(len(self.cards)))
        if chain is not None:
            self._steps = steps
            self._place()
            for card, step in zip(self.cards, steps, strict=True):
                card.setStep(chain, step, shown)
        self._empty.setVisible(not steps)
        self.strip.setVisible(bool(steps))
        self.copyButton.setEnabled(bool(steps))
        self.drawButton.setEnabled(bool(steps))
        self.tell("")

    def setRefusal(self, refusal: RefusalPicture | None) -> None:
        """Explain why the expression is not worked out; what was worked out before stays below."""
        self.refusal.setRefusal(refusal)
        if refusal is not None:
            self._empty.setVisible(False)
        self.tell(self.tr("Below is the last that was worked out.") if refusal is not None and self.cards else "")

    def setGradients(self, values: Mapping[int, NDArray[Any]], blocked: Mapping[int, str]) -> None:
        """Show the gradients of the loss below every tensor; nothing where both are empty."""
        for card in self.cards:
            card.setGradients(values, blocked)

    def setLit(self, masks: Masks | None, number: int, cell: Cell | None) -> None:
        """Light what belongs to a cell, on every card."""
        for card in self.cards:
            card.setLit(masks, number, cell)

    def setHistory(self, can_undo: bool, can_redo: bool) -> None:
        """Say what can be undone."""
        self.undoButton.setEnabled(can_undo)
        self.redoButton.setEnabled(can_redo)

    def setBusy(self, busy: bool) -> None:
        """Say that something takes its time, and offer to give it up."""
        self.stopButton.setVisible(busy)
        if busy:
            self.tell(self.tr("Working it out …"))
        elif self._told == self.tr("Working it out …"):
            self.tell("")

    def tell(self, sentence: str) -> None:
        """Say something beside the buttons, or below them where it has no room there."""
        self._told = sentence
        self._place_note()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the cards how much of them can be seen."""
        super().resizeEvent(event)
        self._place()
        self._place_note()

    def _place_note(self) -> None:
        self._note.setText(self._told)
        is_cut = self._note.isCut()
        self._line.setText(self._told)
        self._line.setVisible(is_cut)
        if is_cut:
            self._note.setText("")

    def _place(self) -> None:
        """Put cards under each other, and two norms of the same tensor beside each other where they have room."""
        width, height = self._room()
        row = 0
        for place, card in enumerate(self.cards):
            second = place > 0 and self._are_beside(place, width)
            first = place + 1 < len(self.cards) and self._are_beside(place + 1, width)
            row += 0 if second or not place else 1
            self._column.addWidget(card, row, int(second), 1, 1 if first or second else 2, Qt.AlignmentFlag.AlignTop)
            card.setRoom((width - 12) // 2 if first or second else width, height)
        self._column.addWidget(self._empty, row + 1, 0, 1, 2)
        self._column.setRowStretch(row + 2, 1)

    def _are_beside(self, place: int, width: int) -> bool:
        """Whether a card stands to the right of the one before it."""
        one, other = self._steps[place - 1 : place + 1] if place < len(self._steps) else (None, None)
        if one is None or other is None or {one.kind, other.kind} != {"norm"}:
            return False
        is_small = all(len(each.operands) == 1 and each.parts for each in (one, other))
        if width < 2 * (FOLDED if is_small else HALF):
            return False
        return one.operands[:1] == other.operands[:1] and not (place > 1 and self._are_beside(place - 1, width))

    def _room(self) -> tuple[int, int]:
        """What can be seen of a card; a little less wide than the view, which may need its scroll bar."""
        return self._scroll.width() - 24, self._scroll.height()

    @Slot()
    def _choose_example(self) -> None:
        name = str(self.sender().property("operation"))
        self.exampleChosen.emit(ENTRIES[name].example)

    def _make_card(self, place: int) -> StepCard:
        card = StepCard(f"tensors.step{place}", self._engine, self._page)
        card.hovered.connect(self.hovered)
        card.pinned.connect(self.pinned)
        card.edited.connect(self.edited)
        card.resized.connect(self.resized)
        card.recast.connect(self.recast)
        card.moved.connect(self.moved)
        card.framed.connect(self.framed)
        card.turned.connect(self.turned)
        card.told.connect(self.strip.setFrame)
        return card

    def _make_buttons(self) -> None:
        make = push_button
        self.undoButton = make(self, "tensors.undo", self.tr("Undo"), "undo", self.tr("Go back one step (Ctrl+Z)"))
        self.redoButton = make(self, "tensors.redo", self.tr("Redo"), "redo", self.tr("Go forth again (Ctrl+Shift+Z)"))
        self.drawButton = make(
            self, "tensors.draw", self.tr("New random numbers"), "refresh", self.tr("Draw them with another seed")
        )
        self.copyButton = make(
            self, "tensors.copy", self.tr("Copy as Python"), "copy", self.tr("Code that gives the same numbers")
        )
        self.stopButton = make(self, "tensors.stop", self.tr("Give up"), "stop", self.tr("Stop working it out"))
        self.lossBox = QComboBox(self)
        self.lossBox.setObjectName("tensors.loss")
        self.lossBox.setAccessibleName(self.tr("Gradients of"))
        self.lossBox.setToolTip(self.tr("Below every tensor: how this loss changes with each of its cells"))
        for name, text in (
            ("", self.tr("No gradients")),
            ("sum", self.tr("Gradients of the sum")),
            ("mean", self.tr("Gradients of the mean")),
            ("cell", self.tr("Gradients of the pinned cell")),
        ):
            self.lossBox.addItem(text, name)
        self.lossBox.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.lossBox.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.undoButton.setShortcut(QKeySequence.StandardKey.Undo)
        self.redoButton.setShortcut(QKeySequence.StandardKey.Redo)
        for button in (self.undoButton, self.redoButton, self.drawButton, self.copyButton):
            button.setProperty("quiet", True)
            button.setEnabled(False)
        self.stopButton.setVisible(False)

    def _make_empty(self) -> QWidget:
        """What a new page says: what can be done, and four ways to begin."""
        empty = QWidget(self._page)
        layout = QVBoxLayout(empty)
        layout.setContentsMargins(0, 32, 0, 0)
        layout.setSpacing(12)
        title = QLabel(self.tr("See what an operation does to every cell"), empty)
        title.setProperty("role", "title")
        what = QLabel(
            self.tr("Type an expression above, choose an operation on the left, or begin with one of these:"), empty
        )
        what.setProperty("role", "muted")
        layout.addWidget(title)
        layout.addWidget(what)
        for name in FIRST:
            button = push_button(
                empty, f"tensors.example.{name.split()[0]}", ENTRIES[name].example, "", sentence_of(name)
            )
            button.setProperty("operation", name)
            button.setFont(theme().monoFont())
            button.clicked.connect(self._choose_example)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch()
        return empty

    def _arrange(self, parent: QWidget) -> None:
        self._scroll.setObjectName("tensors.steps")
        self._scroll.setAccessibleName(self.tr("Steps"))
        self._scroll.setWidgetResizable(True)
        self._column.setContentsMargins(0, 0, 8, 8)
        self._column.setSpacing(12)
        self._column.setColumnStretch(0, 1)
        self._column.setColumnStretch(1, 1)
        self._place()
        self._scroll.setWidget(self._page)
        for label in (self._note, self._line):
            label.setProperty("role", "muted")
        self._line.setWordWrap(True)
        self._line.setVisible(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        every: tuple[QPushButton, ...] = (self.undoButton, self.redoButton, self.drawButton, self.copyButton)
        for button in every:
            buttons.addWidget(button)
        buttons.addWidget(self.lossBox)
        buttons.addSpacing(8)
        buttons.addWidget(self._note, 1)
        buttons.addWidget(self.stopButton)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.field)
        right.addLayout(buttons)
        right.addWidget(self.refusal)
        right.addWidget(self._line)
        right.addWidget(self._scroll, 1)
        right.addWidget(self.strip)
        self.strip.setVisible(False)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 12, 0, 12)
        whole.setSpacing(16)
        whole.addWidget(self.picker)
        whole.addLayout(right, 1)
        outer = QVBoxLayout(parent)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self)


def _worth_a_card(chain: ChainPicture) -> list[StepPicture]:
    """Every step, but those that only make a tensor which a later card shows."""
    used = {operand for step in chain.steps for operand in step.operands}
    return [step for step in chain.steps if step.operands or step.number not in used]
