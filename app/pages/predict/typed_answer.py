"""What a text model made of a typed text: a headline, bars of chances, marked spans, and what is to be said about it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.pages.predict.beam_list import BeamList
from app.pages.predict.marked_text import MarkedText
from app.pages.run.wording import figure
from engine.amounts import percent
from engine.runs.texts import Chance, TargetAnswer, TextAnswer

MOST_BARS = 10
BAR_STEPS = 1000
NAME_WIDTH = 200
LONG_TITLE = 40
"""Letters from which on a headline is a text to read."""


class TypedAnswer(QScrollArea):
    """Shows one answer. `candidateChosen` carries which mask, from 0, and the token that shall stand there."""

    candidateChosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName(self.tr("Answer"))
        self.setObjectName("predict.text.scroll")
        self._answer: TextAnswer | None = None
        inner = QWidget(self)
        inner.setObjectName("predict.text.inner")
        self._title = self._label("predict.text.answer", "title")
        self._note = self._label("predict.text.note", "muted")
        self.masks = QComboBox(self)
        self.masks.setObjectName("predict.text.mask")
        self.masks.setAccessibleName(self.tr("Mask"))
        self.masks.setToolTip(self.tr("Whose candidates are shown"))
        self.masks.currentIndexChanged.connect(self._show_mask)
        self.marked = MarkedText(self)
        self.kept = BeamList(self)
        self._bars = QGridLayout()
        self._bars.setHorizontalSpacing(12)
        self._bars.setVerticalSpacing(4)
        self._bars.setColumnStretch(1, 1)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self.masks)
        layout.addWidget(self.marked, 1)
        layout.addWidget(self.kept)
        layout.addLayout(self._bars)
        layout.addWidget(self._note)
        layout.addStretch(0)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(inner)
        for ground in (inner, self.viewport()):
            ground.setAutoFillBackground(False)  # the card's own shows through
        self.say("", "")

    def say(self, title: str, note: str) -> None:
        """Show words alone."""
        self._answer = None
        self.masks.hide()
        self.marked.hide()
        self.kept.setBeams(())
        self._clear_bars()
        self._put(title, note)

    def setAnswer(self, answer: TextAnswer) -> None:
        """Show what a model made of a text."""
        self.say("", "")
        self._answer = answer
        self._put(self._headline(answer), " ".join((self._surprise(answer), *answer.notes)).strip())
        if answer.spans:
            self.marked.setSpans(answer.text, answer.spans)
            self.marked.show()
        self.kept.setBeams(answer.beams)
        if answer.blanks:
            self._fill_masks(answer)
        elif answer.near:
            rows = [(one.word, max(0.0, one.similarity), figure(one.similarity)) for one in answer.near]
            self._show_rows(rows)
        elif answer.task != "question-answering":
            self._show_targets(answer.targets)

    def title(self) -> str:
        """Return the headline."""
        return self._title.text()

    def note(self) -> str:
        """Return what is said below."""
        return self._note.text()

    def bars(self) -> list[tuple[str, str]]:
        """Return each name that is shown beside a bar with its number as text."""
        cells = [[self._bars.itemAtPosition(row, column) for column in (0, 2)] for row in range(self._bars.rowCount())]
        return [(_text(name), _text(chance)) for name, chance in cells if name is not None and chance is not None]

    # Inside

    def _headline(self, answer: TextAnswer) -> str:
        if answer.task == "question-answering" and answer.targets:
            best = answer.targets[0].chances[0]
            return f"{best.label}   {percent(best.probability, 1)}" if best.label else self.tr("No answer")
        if answer.beams:
            return self.tr("{0} beams, the best first").format(count(len(answer.beams)))
        if answer.continuation is not None:
            return f"… {answer.continuation.strip()}" if answer.continuation.strip() else ""
        if answer.near:
            return self.tr("Nearest words")
        if answer.written is not None or answer.filled is not None:
            return answer.written or answer.filled or self.tr("The model writes nothing.")
        parts = [(one.target, self._told(one)) for one in answer.targets]
        return parts[0][1] if len(parts) == 1 else "  ·  ".join(f"{name}: {told}" for name, told in parts)

    def _told(self, target: TargetAnswer) -> str:
        if target.value is not None:
            return figure(target.value)
        if target.any_number:
            some = [one.label for one in target.chances if one.probability > 0.5]
            return ", ".join(some) or self.tr("None of the labels")
        return target.chances[0].label if target.chances else ""

    def _show_targets(self, targets: Sequence[TargetAnswer]) -> None:
        several = len(targets) > 1
        rows = [
            (f"{one.target}: {chance.label}" if several else chance.label, chance.probability)
            for one in targets
            for chance in one.chances[:MOST_BARS]
        ]
        self._show_rows([(name, share, percent(share, 1)) for name, share in rows])

    def _fill_masks(self, answer: TextAnswer) -> None:
        self.masks.blockSignals(True)
        self.masks.clear()
        words = self.tr("Mask {0} of {1}")
        self.masks.addItems([words.format(place + 1, len(answer.blanks)) for place in range(len(answer.blanks))])
        self.masks.blockSignals(False)
        self.masks.setVisible(len(answer.blanks) > 1)
        self._show_mask()

    @Slot()
    def _show_mask(self) -> None:
        place = self.masks.currentIndex()
        if self._answer is None or not 0 <= place < len(self._answer.blanks):
            return
        self._clear_bars()
        chances = self._answer.blanks[place]
        self._show_rows([(one.label, one.probability, percent(one.probability, 1)) for one in chances], place, chances)

    def _show_rows(
        self, rows: Sequence[tuple[str, float, str]], place: int = 0, candidates: Sequence[Chance] = ()
    ) -> None:
        for row, (name, share, told) in enumerate(rows):
            label: QWidget = _Candidate(place, name, self) if candidates else QLabel(name, self)
            if isinstance(label, _Candidate):
                label.picked.connect(self.candidateChosen)
            label.setMaximumWidth(NAME_WIDTH)
            label.setToolTip(self.tr("Put “{0}” into the text").format(name) if candidates else name)
            figures, bar = QLabel(told, self), QProgressBar(self)
            figures.setAlignment(Qt.AlignmentFlag.AlignRight)
            bar.setRange(0, BAR_STEPS)
            bar.setValue(round(min(1.0, share) * BAR_STEPS))
            bar.setTextVisible(False)
            bar.setAccessibleName(f"{name}: {told}")
            for column, widget in enumerate((label, bar, figures)):
                self._bars.addWidget(widget, row, column)

    def _clear_bars(self) -> None:
        while (item := self._bars.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _surprise(self, answer: TextAnswer) -> str:
        if answer.perplexity is None:
            return ""
        pseudo = answer.perplexity_name.startswith("pseudo")
        name = self.tr("Pseudo-perplexity {0}") if pseudo else self.tr("Perplexity {0}")
        words = self.tr("{0} over {1} tokens: the lower, the less the text surprises the model.")
        return words.format(name.format(figure(answer.perplexity)), count(len(answer.tokens)))

    def _put(self, title: str, note: str) -> None:
        role = "title" if len(title) <= LONG_TITLE else "subtitle"
        if self._title.property("role") != role:
            self._title.setProperty("role", role)
            self._title.style().unpolish(self._title)
            self._title.style().polish(self._title)
        for label, text in ((self._title, title), (self._note, note)):
            label.setText(text)
            label.setVisible(bool(text))

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label


class _Candidate(QPushButton):
    """A token that can be put in the place of a mask."""

    picked = Signal(int, str)

    def __init__(self, place: int, token: str, parent: QWidget) -> None:
        super().__init__(token, parent)
        self._place, self._token = place, token
        self.setProperty("role", "link")
        self.setObjectName(f"predict.text.candidate.{token}")
        self.setAccessibleName(token)
        self.clicked.connect(self._pick)

    @Slot()
    def _pick(self) -> None:
        self.picked.emit(self._place, self._token)


def _text(item: object) -> str:
    widget = item.widget() if hasattr(item, "widget") else None
    return widget.text() if isinstance(widget, QLabel | QPushButton) else ""
