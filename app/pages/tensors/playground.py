"""The Playground tab: an expression, and what each of its operations does to every cell. It asks the tensors lab."""

from dataclasses import replace
from math import prod
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QWidget

from app.engine_thread import EngineThread, Requests
from app.pages.tensors.calling import Argument, Value, spliced, with_value
from app.pages.tensors.history import History, Shown, shown_of
from app.pages.tensors.playground_layout import PlaygroundLayout
from app.pages.tensors.recasting import with_device, with_dtype
from app.pages.tensors.resizing import with_length
from app.pages.tensors.trace import completed, traced
from app.plots.cell_layout import Cell
from engine.tensors.picture import ChainPicture, chain_picture, refusal_picture

LAB = "tensors"
MOST_TRACED = 1 << 23  # cells of a tensor: looking up what belongs together would hold the window longer
PATIENCE_MS = 600  # before it is said that something takes its time
FORMULA_MS = 25


class Playground(QWidget):
    """Keeps what is shown, asks for what is typed, and lights the cells that belong together."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.playground")
        self._requests = Requests(engine, self)
        self._history = History()
        self._chain: ChainPicture | None = None
        self._asked: Shown | None = None
        self._shown: Shown | None = None
        self._pinned: tuple[int, Cell] | None = None
        self._pointed: tuple[int, Cell] | None = None
        self._waiting, self._formula = QTimer(self), QTimer(self)
        self.view = PlaygroundLayout(engine, self)
        self._connect()
        self._requests.ask("recall", LAB, "recall")

    # What the page is told

    @Slot(str)
    def setExpression(self, text: str) -> None:
        """Show another expression, as one step that can be undone."""
        self._keep(Shown(text, self._history.now.seed))

    def chain(self) -> ChainPicture | None:
        """Return what is shown."""
        return self._chain

    def shown(self) -> Shown:
        """Return the expression with its seed and edits, as it stands now."""
        return self._history.now

    @Slot(int, object)
    def pointAt(self, number: int, cell: Cell | None) -> None:
        """Light what belongs to a cell, or to the pinned one where none is pointed at."""
        self._pointed = None if cell is None else (number, cell)
        self._light()

    @Slot(int, object)
    def pin(self, number: int, cell: Cell | None) -> None:
        """Keep a cell lit; the same once more, or none, lets it go."""
        wanted = None if cell is None else (number, cell)
        self._pinned = None if wanted == self._pinned else wanted
        self._pointed = None if wanted is None or self._pinned is None else self._pointed
        if self._pinned is not None and self._pointed is not None:
            self._pointed = self._pinned
        self._light()
        if self.view.lossBox.currentData() == "cell":
            self._ask_gradients()

    # Inside

    @Slot(str)
    def _type(self, text: str) -> None:
        now = self._history.now
        goes_on = self._asked is not None and self._asked == now and self._asked != self._shown
        self._keep(Shown(text, now.seed, now.edits), goes_on)

    @Slot(str)
    def _mend(self, text: str) -> None:
        """Write a fix in the place of what was refused."""
        refusal = self.view.refusal.refusal()
        if refusal is None:
            return
        now = self._history.now
        self._keep(replace(now, text=spliced(now.text, refusal.place, text)))

    @Slot(int, object, float)
    def _edit(self, number: int, cell: Cell, value: float) -> None:
        if self._chain is not None:
            self._keep(self._history.now.edited(self._chain.tensors[number].name, cell, value))

    @Slot(int, int, int, bool)
    def _resize(self, number: int, axis: int, length: int, goes_on: bool) -> None:
        """Write another length for an axis, and for every made tensor that has the same axis."""
        if self._chain is None or self._shown is None:
            return
        text = with_length(self._shown.text, self._chain, number, axis, length)
        if text is None:
            self.view.tell(self.tr("This length is not written as a plain number; change it in the expression."))
        else:
            self._keep(replace(self._history.now, text=text), goes_on)

    @Slot(int, str)
    def _recast(self, number: int, dtype: str) -> None:
        """Write another dtype for a tensor."""
        if self._chain is not None and self._shown is not None:
            self._rewrite(with_dtype(self._shown.text, self._chain, number, dtype), dtype)

    @Slot(int, str)
    def _move(self, number: int, device: str) -> None:
        """Write another device for a tensor."""
        if self._chain is not None and self._shown is not None:
            self._rewrite(with_device(self._shown.text, self._chain, number, device), f"'{device}'")

    def _rewrite(self, text: str | None, word: str) -> None:
        if text is None:
            self.view.tell(self.tr("Its place in the expression is not plain; write .to({0}) there.").format(word))
        else:
            self._keep(replace(self._history.now, text=text))

    @Slot(int, object, object, bool)
    def _turn(self, number: int, argument: Argument, value: Value, goes_on: bool) -> None:
        """Write another value for an argument of the operation that made a tensor."""
        if self._chain is None or self._shown is None:
            return
        step = next(one for one in self._chain.steps if one.number == number)
        text = with_value(self._shown.text, step.place, argument, value)
        if text is not None:
            self._keep(replace(self._history.now, text=text), goes_on)

    @Slot()
    def _draw_anew(self) -> None:
        self._keep(self._history.now.drawn_anew())

    @Slot()
    def _undo(self) -> None:
        self._history.undo()
        self._ask()

    @Slot()
    def _redo(self) -> None:
        self._history.redo()
        self._ask()

    def _keep(self, shown: Shown, goes_on: bool = False) -> None:
        self._history.add(shown, goes_on)
        self._ask()

    def _ask(self) -> None:
        now = self._asked = self._history.now
        self.view.field.setText(now.text)
        self.view.setHistory(self._history.can_undo, self._history.can_redo)
        self._requests.cancel("recall")
        if now.text.strip():
            self._requests.ask("show", LAB, "show", **now.params())
            self._waiting.start()
        else:
            self._requests.cancel("show")
            self._waiting.stop()
            self._show_chain(None)

    @Slot()
    def _give_up(self) -> None:
        self._requests.cancel("show")
        self._waiting.stop()
        self.view.setBusy(False)
        self.view.tell(self.tr("Given up. What you see is the last that was worked out."))

    @Slot(str, object)
    def _take(self, name: str, value: Any) -> None:
        if name == "recall":
            if value:
                self._keep(shown_of(value))
        elif name == "show":
            self._take_shown(value)
        elif name == "formula":
            self.view.strip.setFormula(value)
        elif name == "trace":
            self._take_trace(value)
        elif name == "gradients":
            self.view.setGradients(dict(value["values"]), dict(value["blocked"]))
        elif name == "code":
            QGuiApplication.clipboard().setText(value)
            self.view.tell(self.tr("Copied: Python that gives the same numbers."))

    @Slot(str, str)
    def _take_failure(self, name: str, sentence: str) -> None:
        if name in ("show", "code", "gradients"):
            self._waiting.stop()
            self.view.setBusy(False)
            self.view.tell(sentence)

    def _take_shown(self, value: dict[str, Any]) -> None:
        self._waiting.stop()
        self.view.setBusy(False)
        if "refused" in value:
            refusal = refusal_picture(value["refused"])
            self.view.setRefusal(refusal)
            self.view.field.setPlace(refusal.place)
            return
        self.view.field.setPlace(None)
        self.view.setRefusal(None)
        self._shown = self._asked
        self._show_chain(chain_picture(value["chain"]))
        if self._shown is not None:
            self._requests.ask("remember", LAB, "remember", **self._shown.params())
        self._ask_gradients()

    def _show_chain(self, chain: ChainPicture | None) -> None:
        self._chain = chain
        self.view.setRefusal(None) if chain is None else None
        self.view.setChain(chain, self._shown or Shown())
        for held in ("_pinned", "_pointed"):
            if not self._still_there(getattr(self, held)):
                setattr(self, held, None)
        self._light()

    def _still_there(self, held: tuple[int, Cell] | None) -> bool:
        if held is None or self._chain is None or not self._chain.holds(held[0]):
            return False
        shape = self._chain.tensor(held[0]).values.shape
        return len(shape) == len(held[1]) and all(place < length for place, length in zip(held[1], shape, strict=True))

    def _light(self) -> None:
        """Light at once what can be looked up; ask for the rest, and for the formula."""
        at = self._pointed or self._pinned
        self._requests.cancel("trace")
        if at is None or self._chain is None:
            self._formula.stop()
            self.view.setLit(None, -1, None)
            self.view.strip.clear()
            return
        is_large = max(prod(tensor.shape) for tensor in self._chain.tensors) > MOST_TRACED
        masks = {} if is_large else traced(self._chain, *at)
        if is_large:
            self.view.tell(self.tr("There are too many cells here to light those that belong together."))
        if masks is None and self._shown is not None:
            self._requests.ask("trace", LAB, "trace", **self._told(at), **self._shown.params())
        else:
            self.view.setLit(masks, *at)
        self.view.strip.setCell(self._chain.tensor(at[0]), at[1])
        self._formula.start()

    @Slot()
    def _ask_formula(self) -> None:
        at = self._pointed or self._pinned
        if at is not None and self._shown is not None:
            self._requests.ask("formula", LAB, "formula", **self._told(at), **self._shown.params())

    def _told(self, at: tuple[int, Cell]) -> dict[str, Any]:
        """Name a cell to the lab: of a tensor, or of a part of the step that makes it."""
        found = None if self._chain is None else self._chain.part(at[0])
        number, part = (at[0], None) if found is None else (found[0].number, found[1])
        return {"number": number, "part": part, "cell": list(at[1])}

    def _take_trace(self, value: list[Any]) -> None:
        at = self._pointed or self._pinned
        if at is None or self._chain is None:
            return
        self.view.setLit(completed(self._chain, *at, dict(value)), *at)

    @Slot()
    def _ask_gradients(self) -> None:
        """Ask for the gradients of what is shown, where they are wanted; the pinned cell counts if it is of the result."""
        loss = self.view.lossBox.currentData()
        if not loss or self._chain is None or self._shown is None:
            self._requests.cancel("gradients")
            self.view.setGradients({}, {})
            return
        params: dict[str, Any] = {"loss": loss, **self._shown.params()}
        if loss == "cell":
            pinned = self._pinned
            if pinned is None or pinned[0] != self._chain.result:
                self.view.setGradients({}, {})
                self.view.tell(self.tr("Click a cell of the last result to see its gradients."))
                return
            params["cell"] = list(pinned[1])
        self._requests.ask("gradients", LAB, "gradients", **params)

    @Slot()
    def _copy(self) -> None:
        if self._shown is not None:
            self._requests.ask("code", LAB, "code", **self._shown.params())

    @Slot()
    def _say_busy(self) -> None:
        self.view.setBusy(True)

    def showEvent(self, event: QShowEvent) -> None:
        """Let what is typed go into the field."""
        super().showEvent(event)
        self.view.field.setFocus()

    def _connect(self) -> None:
        view = self.view
        for timer, wait, slot in (
            (self._waiting, PATIENCE_MS, self._say_busy),
            (self._formula, FORMULA_MS, self._ask_formula),
        ):
            timer.setSingleShot(True)
            timer.setInterval(wait)
            timer.timeout.connect(slot)
        view.field.changed.connect(self._type)
        view.picker.chosen.connect(self.setExpression)
        view.exampleChosen.connect(self.setExpression)
        view.hovered.connect(self.pointAt)
        view.pinned.connect(self.pin)
        view.framed.connect(self.pointAt)
        view.edited.connect(self._edit)
        view.resized.connect(self._resize)
        view.recast.connect(self._recast)
        view.moved.connect(self._move)
        view.turned.connect(self._turn)
        view.refusal.fixChosen.connect(self._mend)
        view.lossBox.currentIndexChanged.connect(self._ask_gradients)
        for signal, slot in (
            (view.field.undoRequested, self._undo),
            (view.field.redoRequested, self._redo),
            (view.undoButton.clicked, self._undo),
            (view.redoButton.clicked, self._redo),
            (view.drawButton.clicked, self._draw_anew),
            (view.copyButton.clicked, self._copy),
            (view.stopButton.clicked, self._give_up),
        ):
            signal.connect(slot)
        self._requests.answered.connect(self._take)
        self._requests.failed.connect(self._take_failure)
