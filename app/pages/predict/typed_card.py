"""Text to type, and beside it what a text model makes of it. It asks nothing itself: the page carries what was asked."""

from pydantic import ValidationError
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QWidget

from app.pages.predict.typed_answer import TypedAnswer
from app.pages.predict.typed_inputs import TypedInputs
from engine.runs.texts import BLANK, TextAnswer
from engine.spec import TextSpec

HEIGHT = 264
CONTINUES = "##"
"""How WordPiece marks a piece that goes on with a word."""


class TypedCard(QFrame):
    """Inputs and answer; `asked` carries what the lab's request “text” takes beside the run."""

    asked = Signal(object)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedHeight(HEIGHT)
        self.inputs = TypedInputs(self)
        self._answer = TypedAnswer(self)
        self._filled: dict[int, str] = {}  # what was put in for which mask of the text that was asked about
        self._asked = self._made = ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 16, 12)
        layout.setSpacing(24)
        layout.addWidget(self.inputs, 3)
        layout.addWidget(self._answer, 2)
        self.inputs.asked.connect(self.asked)
        self.inputs.stopped.connect(self._stop)
        self._answer.candidateChosen.connect(self._fill_in)
        self.clear()

    @property
    def text(self) -> QPlainTextEdit:
        """The box for the text."""
        return self.inputs.text

    def setTask(self, spec: TextSpec) -> None:
        """Ask for what a task needs."""
        self.inputs.setTask(spec)

    def clear(self) -> None:
        """Forget the answer; the text stays, to try another model on it."""
        self.inputs.setBusy(False)
        self._answer.say("", self.tr("The answer appears here."))

    def wait(self) -> None:
        """Say that the model reads."""
        self._made, self._asked, self._filled = "", self.text.toPlainText(), {}
        self.inputs.setBusy(True)
        self._answer.say("", self.tr("The model reads …"))

    def setPartial(self, made: object) -> None:
        """Show how far a text is gone on with."""
        self._made = str(made)
        self._answer.say(f"… {self._made.strip()}", self.tr("The model writes …"))

    def setAnswer(self, value: object) -> None:
        """Show what the model made of the text."""
        self.inputs.setBusy(False)
        try:
            self._answer.setAnswer(TextAnswer.model_validate(value))
        except ValidationError:
            self._answer.say("", self.tr("The answer could not be read."))

    def setProblem(self, sentence: str) -> None:
        """Say why there is no answer."""
        self.inputs.setBusy(False)
        self._answer.say("", sentence)

    def answer(self) -> str:
        """Return the answer's headline."""
        return self._answer.title()

    def bars(self) -> list[tuple[str, str]]:
        """Return each name that is shown beside a bar with its number as text."""
        return self._answer.bars()

    @Slot()
    def _stop(self) -> None:
        self.stopped.emit()
        self.inputs.setBusy(False)
        self._answer.say(f"… {self._made.strip()}" if self._made.strip() else "", self.tr("Stopped."))

    @Slot(int, str)
    def _fill_in(self, place: int, token: str) -> None:
        """Put a token in the place of a mask of the text that was asked about; the others stay masks."""
        self._filled[place] = token
        parts = self._asked.split(BLANK)
        text = parts[0]
        for number, part in enumerate(parts[1:]):
            made = self._filled.get(number, BLANK)
            if made.startswith(CONTINUES):
                text, made = text.rstrip(), made.removeprefix(CONTINUES)
            text += made + part
        box = self.text
        cursor = box.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)  # unlike setPlainText, this can be undone
