"""Small widgets that several pages use. They know no page."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.icons import icon
from app.theme import themeNotifier


class LinkLabel(QLabel):
    """Text with links, which follow the theme: Qt gives them the colour that was the link's when the text was set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        themeNotifier().changed.connect(self._recolour)

    def _recolour(self) -> None:
        text = self.text()
        self.setText("")
        self.setText(text)


class ElidedLabel(QLabel):
    """A line of plain text that ends in “…” where the room ends; then its tooltip is the whole text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self._explain()

    def isCut(self) -> bool:
        """Whether the text has not enough room."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:
        """Return the room for a few letters: the rest may be cut."""
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell in the tooltip what is cut now."""
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, or its beginning."""
        if not self.isCut():
            super().paintEvent(event)
            return
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        with QPainter(self) as painter:
            self.style().drawItemText(
                painter, room, int(self.alignment()), self.palette(), self.isEnabled(), shown, self.foregroundRole()
            )

    def _explain(self) -> None:
        self.setToolTip(self.text() if self.isCut() else "")


def push_button(parent: QWidget, path: str, text: str, drawing: str, explanation: str) -> QPushButton:
    """Make a button with its path, a text that is its accessible name too, a drawing or none, and a tooltip."""
    button = QPushButton(text, parent)
    button.setObjectName(path)
    button.setAccessibleName(text)
    button.setToolTip(explanation)
    if drawing:
        button.setIcon(icon(drawing))
    return button
