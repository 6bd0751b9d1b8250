"""PasteField: a field for a text of a few lines, which a pasted line of megabytes does not hold up."""

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from engine.catalog.text_view import MOST_TYPED


class PasteField(QPlainTextEdit):
    """Takes at most so many letters as are cut into tokens; `clipped` carries how many were left out."""

    clipped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste the beginning: laying out a line of megabytes would hold the window up."""
        text = source.text()
        room = max(0, MOST_TYPED - self.document().characterCount() + 1 + len(self.textCursor().selectedText()))
        self.textCursor().insertText(text[:room])
        self.clipped.emit(max(0, len(text) - room))
