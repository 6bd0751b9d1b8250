"""A text to type, and what a text model makes of it: labels with their chances as bars, or how surprised it is."""

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.icons import icon
from app.pages.run.wording import figure
from engine.runs.texts import Chance, TextAnswer

MOST_BARS = 5
HEIGHT = 168
BAR_STEPS = 1000


class TypedCard(QFrame):
    """A text box and the answer beside it; `asked` carries the text."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedHeight(HEIGHT)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("predict.text")
        self.text.setAccessibleName(self.tr("Text to try"))
        self.text.setToolTip(self.tr("Type or paste a text, and see what the model makes of it"))
        self.text.setPlaceholderText(self.tr("Type a text to try the model on"))
        self.text.setTabChangesFocus(True)
        self._go = QPushButton(icon("predict"), self.tr("Try it"), self)
        self._go.setObjectName("predict.text.go")
        self._go.setAccessibleName(self.tr("Try the model on this text"))
        self._go.setToolTip(self.tr("See what the model makes of this text (Ctrl+Return)"))
        self._title = QLabel(self)
        self._title.setObjectName("predict.text.answer")
        self._title.setProperty("role", "title")
        self._title.setWordWrap(True)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note = QLabel(self)
        self._note.setObjectName("predict.text.note")
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self._bars = QGridLayout()
        self._arrange()
        self.text.textChanged.connect(self._take_text)
        self._go.clicked.connect(self._ask)
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self.text)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._ask)
        self.clear()

    def clear(self) -> None:
        """Forget the answer; the text stays, to try another model on it."""
        self._show("", self.tr("The answer appears here."))
        self._take_text()

    def wait(self) -> None:
        """Say that the model reads."""
        self._show("", self.tr("The model reads …"))
        self._go.setEnabled(False)

    def setAnswer(self, value: object) -> None:
        """Show what the model made of the text."""
        self._take_text()
        try:
            answer = TextAnswer.model_validate(value)
        except ValidationError:
            self._show("", self.tr("The answer could not be read."))
            return
        note = " ".join((self._surprise(answer), *answer.notes)).strip()
        if answer.targets and answer.targets[0].value is None:
            self._show(answer.targets[0].chances[0].label, note)
            self._show_bars(answer.targets[0].chances)
        elif answer.targets:
            self._show(figure(answer.targets[0].value), note)
        elif answer.blanks:
            self._show(answer.filled or "", note)
            self._show_bars(answer.blanks[0])
        elif answer.continuation:
            self._show(f"… {answer.continuation.strip()}", note)
        else:
            self._show(note, "")

    def _surprise(self, answer: TextAnswer) -> str:
        if answer.perplexity is None:
            return ""
        pseudo = answer.perplexity_name.startswith("pseudo")
        name = self.tr("Pseudo-perplexity {0}") if pseudo else self.tr("Perplexity {0}")
        words = self.tr("{0} over {1} tokens: the lower, the less the text surprises the model.")
        return words.format(name.format(figure(answer.perplexity)), count(len(answer.tokens)))

    def setProblem(self, sentence: str) -> None:
        """Say why there is no answer."""
        self._take_text()
        self._show("", sentence)

    def answer(self) -> str:
        """Return the answer's headline."""
        return self._title.text()

    def bars(self) -> list[tuple[str, str]]:
        """Return each class that is shown with its chance as text."""
        rows = range(self._bars.rowCount())
        cells = [(self._bars.itemAtPosition(row, 0), self._bars.itemAtPosition(row, 2)) for row in rows]
        return [(_text(name), _text(chance)) for name, chance in cells if name is not None and chance is not None]

    @Slot()
    def _ask(self) -> None:
        if self._go.isEnabled():
            self.asked.emit(self.text.toPlainText())

    @Slot()
    def _take_text(self) -> None:
        self._go.setEnabled(bool(self.text.toPlainText().strip()))

    def _show(self, title: str, note: str) -> None:
        while (item := self._bars.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for label, text in ((self._title, title), (self._note, note)):
            label.setText(text)
            label.setVisible(bool(text))

    def _show_bars(self, chances: tuple[Chance, ...]) -> None:
        for row, one in enumerate(chances[:MOST_BARS]):
            name, chance = one.label, one.probability
            label, figures, bar = QLabel(name, self), QLabel(f"{chance:.1%}", self), QProgressBar(self)
            label.setMaximumWidth(160)
            label.setToolTip(name)
            figures.setAlignment(Qt.AlignmentFlag.AlignRight)
            bar.setRange(0, BAR_STEPS)
            bar.setValue(round(chance * BAR_STEPS))
            bar.setTextVisible(False)
            bar.setAccessibleName(f"{name}: {chance:.1%}")
            bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            for column, widget in enumerate((label, bar, figures)):
                self._bars.addWidget(widget, row, column)

    def _arrange(self) -> None:
        self._bars.setHorizontalSpacing(12)
        self._bars.setVerticalSpacing(4)
        self._bars.setColumnStretch(1, 1)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._go)
        left.addLayout(row)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self._title)
        right.addLayout(self._bars)
        right.addWidget(self._note)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 16, 12)
        layout.setSpacing(24)
        layout.addLayout(left, 3)
        layout.addLayout(right, 2)


def _text(item: object) -> str:
    widget = item.widget() if hasattr(item, "widget") else None
    return widget.text() if isinstance(widget, QLabel) else ""
