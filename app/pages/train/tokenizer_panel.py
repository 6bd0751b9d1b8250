"""TokenizerPanel: a tokenizer's figures, and a field whose text is shown as its tokens. It asks nothing itself."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.pages.train.paste_field import PasteField
from app.pages.train.token_chips import TokenChips
from app.pages.train.token_words import tokenizer_facts, typed_text
from app.widgets import ElidedLabel
from engine.catalog.text_view import SeenPart, TokenizerView, TypedTokens

HEIGHT = 60


class TokenizerPanel(QWidget):
    """Shows a TokenizerView and TypedTokens; `textChanged` carries what was typed."""

    textChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: list[tuple[QLabel, QLabel, QLabel]] = []
        self._grid = QGridLayout()
        self.field = PasteField(self)
        self._left_out = 0
        self.chips = TokenChips(self)
        self._said = QLabel(self)
        self._arrange()
        self.field.textChanged.connect(self._tell)
        self.field.clipped.connect(self._note_clipped)

    def setTokenizer(self, made: TokenizerView) -> None:
        """Show a tokenizer's figures."""
        facts = tokenizer_facts(made) if made.vocabulary else []
        for labels, texts in zip(self._facts, facts or [("", "", "")] * len(self._facts), strict=True):
            for label, text in zip(labels, texts, strict=True):
                label.setText(text)
        self._facts[0][2].setToolTip(made.folder)

    def setTyped(self, found: TypedTokens) -> None:
        """Show the tokens of the text in the field."""
        is_asked = bool(self.field.toPlainText())
        self.chips.setPart(found.part if is_asked else SeenPart())
        left_out = found.letters_left_out + self._left_out
        found = found.model_copy(update={"letters_left_out": left_out})
        self._say(typed_text(found) if is_asked else "", "muted")

    def setTypedFailure(self, sentence: str) -> None:
        """Say why the text cannot be cut."""
        self.chips.setPart(SeenPart())
        self._say(sentence, "warning")

    def said(self) -> str:
        """Return what stands below the field."""
        return self._said.text()

    @Slot()
    def _tell(self) -> None:
        text = self.field.toPlainText()
        if not text:
            self._left_out = 0
            self.setTyped(TypedTokens())
        self.textChanged.emit(text)

    @Slot(int)
    def _note_clipped(self, letters: int) -> None:
        self._left_out = letters

    def _say(self, text: str, role: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))
        if self._said.property("role") != role:
            self._said.setProperty("role", role)
            self._said.style().unpolish(self._said)
            self._said.style().polish(self._said)

    def _arrange(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(1)
        for place, name in enumerate(("kind", "vocabulary", "per_word", "unknown")):
            labels = (QLabel(self), ElidedLabel(self), ElidedLabel(self))
            for row, (label, role, part) in enumerate(
                zip(labels, ("muted", "subtitle", "muted"), ("name", "figure", "note"), strict=True)
            ):
                label.setProperty("role", role)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setObjectName(f"train.tokens.{name}.{part}")
                self._grid.addWidget(label, row, place)
            self._grid.setColumnStretch(place, 5 if name == "unknown" else 4)  # it has two figures
            self._facts.append(labels)
        self.field.setObjectName("train.tokens.typed")
        self.field.setAccessibleName(self.tr("Text to cut into tokens"))
        self.field.setToolTip(self.tr("Type or paste any text, and see its tokens below"))
        self.field.setPlaceholderText(self.tr("Type any text, and see its tokens"))
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(HEIGHT)
        self.chips.setObjectName("train.tokens.typed.chips")
        self.chips.setAccessibleName(self.tr("Tokens of the typed text"))
        self._said.setObjectName("train.tokens.typed.about")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._say("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._grid)
        layout.addSpacing(4)
        layout.addWidget(self.field)
        layout.addWidget(self.chips)
        layout.addWidget(self._said)
