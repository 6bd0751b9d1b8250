"""What is typed for a text model: one text or, as its task has it, a question, a second text, or choices beside it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.icons import icon
from app.pages.predict.decoding_row import DecodingRow
from engine.runs.texts import BLANK
from engine.spec import TextSpec

CONTINUING = frozenset({"causal-lm", "rnn-lm"})
WRITING = CONTINUING | {"seq2seq"}


class TypedInputs(QWidget):
    """The boxes and the button of one task; `asked` carries what the lab's request “text” takes beside the run."""

    asked = Signal(object)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._spec = TextSpec()
        self._busy = False
        self.text = self._box("predict.text", tr("Text to try"))
        self.text.setToolTip(tr("Type or paste a text, and see what the model makes of it"))
        self.choices = self._box("predict.text.choices", tr("Choices"))
        self.choices.setToolTip(tr("Two choices or more, each on a line of its own"))
        self.choices.setPlaceholderText(tr("The choices, each on a line of its own"))
        self.second = QLineEdit(self)
        self.second.setObjectName("predict.text.second")
        self.decoding = DecodingRow(self)
        self._blank = self._button("predict.text.blank", BLANK, tr("Hide a word: the model fills it in"))
        self._stop = self._button("predict.text.stop", tr("Stop"), tr("Keep what is written so far"))
        self._stop.setIcon(icon("stop"))
        self._go = self._button(
            "predict.text.go", tr("Try it"), tr("See what the model makes of this text (Ctrl+Return)")
        )
        self._go.setAccessibleName(tr("Try the model on this text"))
        self._go.setIcon(icon("predict"))
        self._arrange()
        self._connect()
        self.setTask(self._spec)

    def setTask(self, spec: TextSpec) -> None:
        """Show the boxes of a task; what was typed stays."""
        self._spec = spec
        task, columns, tr = spec.task, spec.columns, self.tr
        hints = {
            "masked-lm": tr("Type a text with {0} where the model shall fill something in").format(BLANK),
            "question-answering": tr("The text in which the answer stands"),
            "word2vec": tr("A word, or a sum of words: king - man + woman"),
            "multiple-choice": tr("What stands before the choices"),
            "causal-lm": tr("Type how a text begins; the model goes on"),
            "rnn-lm": tr("Type how a text begins; the model goes on"),
        }
        self.text.setPlaceholderText(hints.get(task, tr("Type a text to try the model on")))
        asks = task == "question-answering"
        self.second.setVisible(asks or bool(columns.second))
        self.second.setPlaceholderText(tr("The question") if asks else tr("The second text"))
        self.second.setAccessibleName(self.second.placeholderText())
        self.choices.setVisible(task == "multiple-choice")
        self.text.setVisible(task != "multiple-choice" or bool(columns.context or columns.question))
        self.decoding.setVisible(task in WRITING)
        self.decoding.setDrawn(task in CONTINUING)
        self._blank.setVisible(task == "masked-lm" or (task == "seq2seq" and not columns.target))
        self._refresh()

    def isBusy(self) -> bool:
        """Whether the model is at work."""
        return self._busy

    def setBusy(self, busy: bool) -> None:
        """Offer to stop while the model is at work."""
        self._busy = busy
        self._refresh()

    @Slot()
    def ask(self) -> None:
        """Ask the model, if there is what it needs."""
        if not self._go.isVisibleTo(self) or not self._go.isEnabled():
            return
        task = self._spec.task
        found: dict[str, object] = {"text": self.text.toPlainText()}
        if self.second.isVisibleTo(self):
            found["second"] = self.second.text()
        if task == "multiple-choice":
            found["choices"] = self._choices()
        if task in WRITING:
            found["decoding"] = self.decoding.value()
        self.asked.emit(found)

    def _choices(self) -> list[str]:
        return [line for line in self.choices.toPlainText().splitlines() if line.strip()]

    @Slot()
    def _refresh(self) -> None:
        needed = [self.text.toPlainText()] if self._spec.task != "multiple-choice" else []
        if self._spec.task == "question-answering":
            needed.append(self.second.text())
        enough = self._spec.task != "multiple-choice" or len(self._choices()) > 1
        self._go.setEnabled(enough and all(one.strip() for one in needed) and not self._busy)
        can_stop = self._busy and self._spec.task in WRITING
        self._go.setVisible(not can_stop)
        self._stop.setVisible(can_stop)

    @Slot()
    def _insert_blank(self) -> None:
        self.text.insertPlainText(BLANK)
        self.text.setFocus()

    # Inside

    def _box(self, name: str, title: str) -> QPlainTextEdit:
        box = QPlainTextEdit(self)
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setTabChangesFocus(True)
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), box)
        shortcut.setContext(shortcut.context().WidgetShortcut)
        shortcut.activated.connect(self.ask)
        box.textChanged.connect(self._refresh)
        return box

    def _button(self, name: str, text: str, explanation: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(explanation)
        return button

    def _connect(self) -> None:
        self.second.textChanged.connect(self._refresh)
        self.second.returnPressed.connect(self.ask)
        self._go.clicked.connect(self.ask)
        self._stop.clicked.connect(self.stopped)
        self._blank.clicked.connect(self._insert_blank)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._blank)
        row.addWidget(QLabel(self), 1)
        row.addWidget(self._stop)
        row.addWidget(self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.choices, 1)
        layout.addWidget(self.second)
        layout.addWidget(self.decoding)
        layout.addLayout(row)
