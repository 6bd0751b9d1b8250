"""The Tokens tab: what a text model will see before it is trained: lengths, the tokenizer, the first batch. Asks nothing."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.amounts import count
from app.forms.wording import plain_words
from app.pages.train.seen_samples import SeenSamples
from app.pages.train.token_words import cut_text, lengths_text
from app.pages.train.tokenizer_panel import TokenizerPanel
from app.plots.length_plot import LengthPlot
from engine.catalog import idle_fields
from engine.catalog.text_view import TextView, TypedTokens
from engine.spec import RunSpec

KEY = "text.max_length"


class TokenTab(QWidget):
    """Shows a TextView. Dragging the limit of the lengths changes the specification; ← and → walk through samples."""

    changed = Signal(str, object)
    left = Signal()
    watched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.tokens")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("What the model will see of the texts"))
        self._view = TextView()
        self._limit = 0
        self._state, self._problem, self._cut, self._lengths = (QLabel(self) for _ in range(4))
        self.plot = LengthPlot(self)
        self.tokenizer = TokenizerPanel(self)
        self.samples = SeenSamples(self)
        self._found = QWidget(self)
        self._arrange()
        self.plot.dragged.connect(self._tell_cut)
        self.plot.chosen.connect(self._choose)
        self.setWaiting()

    def setSpec(self, spec: RunSpec) -> None:
        """Move the limit to where a specification has it."""
        if spec.text is None:
            return
        self._limit = spec.text.max_length
        is_limited = KEY not in idle_fields(spec)
        self.plot.setLimited(is_limited)
        self._cut.setVisible(is_limited)
        if self._limit != self.plot.limit():
            self.plot.setLimit(spec.text.max_length)
            self._tell_cut(spec.text.max_length)

    def setView(self, view: TextView) -> None:
        """Show what was found."""
        self._view = view
        self._say("", "")
        self._found.setVisible(True)
        self.plot.setLengths(view.lengths, view.max_length)
        self._tell_cut(view.max_length)
        self._lengths.setText(lengths_text(view, self.plot.beyond()))
        self.tokenizer.setTokenizer(view.tokenizer)
        self.samples.setView(view)

    def setTyped(self, found: TypedTokens) -> None:
        """Show the tokens of what was typed."""
        self.tokenizer.setTyped(found)

    def setTypedFailure(self, sentence: str) -> None:
        """Say why what was typed cannot be cut."""
        self.tokenizer.setTypedFailure(plain_words(sentence))

    @Slot()
    def setWaiting(self) -> None:
        """Say that the texts are being read; what was found before stays."""
        self._say(self.tr("Reading the texts …"), "")

    def setFailure(self, sentence: str) -> None:
        """Say why there is nothing to show; what was found before is no longer true."""
        self._view = TextView()
        self._say("", plain_words(sentence))
        self._found.setVisible(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the samples."""
        if event.key() == Qt.Key.Key_Left:
            self.samples.previousSample()
        elif event.key() == Qt.Key.Key_Right:
            self.samples.nextSample()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.watched.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody looks any more."""
        super().hideEvent(event)
        self.watched.emit(False)

    @Slot(int)
    def _tell_cut(self, limit: int) -> None:
        self._cut.setText(cut_text(self._view.lengths, limit, self._view.cuts))

    @Slot(int)
    def _choose(self, limit: int) -> None:
        self.changed.emit(KEY, limit)
        if self._limit != limit:  # it was refused, as where parts of a passage would share all their tokens
            self.changed.emit(KEY, self._limit)
            self.plot.setLimit(self._limit)
            self._cut.setText(self.tr("{0} tokens are not possible with these settings.").format(count(limit)))
        self.left.emit()

    def _say(self, state: str, problem: str) -> None:
        for label, text in ((self._state, state), (self._problem, problem)):
            label.setText(text)
            label.setVisible(bool(text))

    def _arrange(self) -> None:
        for label, name, role in (
            (self._state, "state", "muted"),
            (self._problem, "problem", "warning"),
            (self._cut, "cut", ""),
            (self._lengths, "lengths", "muted"),
        ):
            label.setObjectName(f"train.tokens.{name}")
            label.setProperty("role", role)
            label.setWordWrap(True)
        self.plot.setObjectName("train.tokens.plot")
        self.plot.setAccessibleName(self.tr("Lengths of the texts in tokens"))
        self.plot.setToolTip(self.tr("Drag the line to choose the longest sample (← and →, with Shift by ten)"))
        self.plot.setFixedHeight(184)
        found = QVBoxLayout(self._found)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(8)
        for title, widgets in (
            (self.tr("How long the texts are"), (self._cut, self.plot, self._lengths)),
            (self.tr("How they are cut into tokens"), (self.tokenizer,)),
            (self.tr("The first batch, as the model will see it"), (self.samples,)),
        ):
            heading = QLabel(title, self)
            heading.setProperty("role", "subtitle")
            if found.count():
                found.addSpacing(16)
            found.addWidget(heading)
            for widget in widgets:
                found.addWidget(widget)
        self._found.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addWidget(self._state)
        layout.addWidget(self._problem)
        layout.addWidget(self._found)
        layout.addStretch()
