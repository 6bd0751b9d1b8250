"""ProblemBar: what went wrong with a file, in a sentence, until something else is opened or chosen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.widgets import push_button


class ProblemBar(QFrame):
    """Hidden while there is nothing to tell. Where opening the file again may help, that is offered."""

    againWanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "error")
        self._text = QLabel(self)
        self._text.setObjectName("tensors.inspector.problem")
        self._text.setProperty("role", "error")
        self._text.setWordWrap(True)
        self._again = push_button(
            self, "tensors.inspector.again", self.tr("Open again"), "refresh", self.tr("Open the file as it is now")
        )
        self._again.clicked.connect(self.againWanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._again)
        self.hide()

    def say(self, sentence: str, offers_again: bool = False) -> None:
        """Tell what went wrong, and whether to offer to open the file again."""
        self._text.setText(sentence)
        self._again.setVisible(offers_again)
        self.show()

    def text(self) -> str:
        """Return the sentence."""
        return self._text.text()
