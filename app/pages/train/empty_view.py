"""What the Train page shows before a dataset was chosen. One sentence and the way there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.icons import primary_icon


class EmptyView(QWidget):
    """Says that a dataset comes first; `dataRequested` asks for the Data page."""

    dataRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.empty")
        title = QLabel(self.tr("Choose a dataset first"), self)
        title.setProperty("role", "title")
        text = QLabel(
            self.tr("A model learns from a table or from texts: open a file, say what it is for, and come back."),
            self,
        )
        text.setProperty("role", "muted")
        button = QPushButton(primary_icon("data"), self.tr("Go to Data"), self)
        button.setObjectName("train.empty.data")
        button.setAccessibleName(self.tr("Go to the Data page"))
        button.setToolTip(self.tr("Open a file or one of the samples"))
        button.setProperty("primary", True)
        self.setFocusProxy(button)
        button.clicked.connect(self.dataRequested)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(2)
        for widget in (title, text, button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
