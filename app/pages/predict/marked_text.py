"""A text to read, parts of which are coloured by what they are: spans that a model found, or its answer in a context."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLabel, QTextEdit, QVBoxLayout, QWidget

from app.theme import theme, themeNotifier
from engine.runs.texts import TextSpan

WASH = 70
"""How opaque the colour behind letters is, of 255: they stay legible."""


class MarkedText(QWidget):
    """A text with its spans, and below it which colour is which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._spans = "", tuple[TextSpan, ...]()
        self.shown = QTextEdit(self)
        self.shown.setObjectName("predict.text.marked")
        self.shown.setAccessibleName(self.tr("The text as the model marks it"))
        self.shown.setReadOnly(True)
        self.shown.setMinimumHeight(64)
        self.shown.setTabChangesFocus(True)
        self.legend = QLabel(self)
        self.legend.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.shown, 1)
        layout.addWidget(self.legend)
        themeNotifier().changed.connect(self._paint)

    def setSpans(self, text: str, spans: Sequence[TextSpan]) -> None:
        """Show a text with these parts of it."""
        self._text, self._spans = text, tuple(spans)
        self._paint()

    @Slot()
    def _paint(self) -> None:
        labels = list(dict.fromkeys(span.label for span in self._spans))
        self.shown.setPlainText(self._text)
        document, places = self.shown.document(), _units(self._text)
        for span in self._spans:
            cursor = QTextCursor(document)
            cursor.setPosition(places[span.start])
            cursor.setPosition(places[span.end], QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(self._format(labels.index(span.label), span.label))
        named = [label for label in labels if label]
        self.legend.setVisible(bool(named))
        ink = [theme().seriesColor(labels.index(label)).name() for label in named]
        parts = [
            f'<span style="color:{colour}">■</span> {_plain(name)}' for name, colour in zip(named, ink, strict=True)
        ]
        self.legend.setText("&nbsp;&nbsp; ".join(parts))

    def _format(self, place: int, label: str) -> QTextCharFormat:
        colour = QColor(theme().seriesColor(place))
        made = QTextCharFormat()
        made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        made.setUnderlineColor(colour)
        colour.setAlpha(WASH)
        made.setBackground(colour)
        made.setToolTip(label)
        return made


def _units(text: str) -> list[int]:
    """Return for each letter where it begins in Qt's text, which counts letters beyond the first 65,536 as two."""
    places = [0]
    for letter in text:
        places.append(places[-1] + (2 if ord(letter) > 0xFFFF else 1))
    return places


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
