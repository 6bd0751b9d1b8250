"""The quiet messages of the run pages: an empty page's advice and the bar that offers to undo. They know no run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.icons import icon

TEXT_WIDTH = 460


class EmptyState(QWidget):
    """What an empty page says: what belongs here, and the one thing to do first."""

    activated = Signal()

    def __init__(self, path: str, title: str, text: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self._title = QLabel(title, self)
        self._title.setProperty("role", "subtitle")
        self._text = QLabel(text, self)
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._text.setFixedWidth(TEXT_WIDTH)
        self._action = QPushButton(action, self)
        self._action.setObjectName(f"{path}.action")
        self._action.setAccessibleName(action)
        self._action.setToolTip(action)
        self._action.setProperty("primary", True)
        self._action.setVisible(bool(action))
        self._action.clicked.connect(self.activated)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._title)
        # An alignment would give the wrapped text the height of one line; stretches beside it do not.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._text)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addSpacing(8)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def setTexts(self, title: str, text: str) -> None:
        """Replace what is said."""
        self._title.setText(title)
        self._text.setText(text)

    def setAction(self, action: str) -> None:
        """Name the one thing to do first."""
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setToolTip(action)

    def setActionVisible(self, visible: bool) -> None:
        """Offer the action, or not."""
        self._action.setVisible(visible)

    def texts(self) -> str:
        """Return what is said."""
        return f"{self._title.text()}\n{self._text.text()}"


class UndoBar(QFrame):
    """Says what was just done and offers to take it back; stays until it is closed or used."""

    undoRequested = Signal()

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._text = QLabel(self)
        self._undo = QPushButton(self.tr("Undo"), self)
        self._undo.setObjectName(f"{path}.undo")
        self._undo.setAccessibleName(self.tr("Undo"))
        self._undo.setToolTip(self.tr("Bring them back (Ctrl+Z)"))
        self._close = QToolButton(self)
        self._close.setObjectName(f"{path}.undo.close")
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setIcon(icon("close"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 8, 4)
        layout.addWidget(self._text)
        layout.addStretch(1)
        layout.addWidget(self._undo)
        layout.addWidget(self._close)
        self._undo.clicked.connect(self.undoRequested)
        self._close.clicked.connect(self.hide)
        self.hide()

    def say(self, text: str, with_undo: bool) -> None:
        """Show a message."""
        self._text.setText(text)
        self._undo.setVisible(with_undo)
        self.show()

    def text(self) -> str:
        """Return the message."""
        return self._text.text()
