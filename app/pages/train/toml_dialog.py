"""The specification as text, to read and to copy. Read only: what is edited here would be a second form."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon
from app.theme import theme
from engine.spec import RunSpec, to_toml


class TomlDialog(QDialog):
    """Shows a specification as the TOML that the command line reads."""

    def __init__(self, spec: RunSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.toml")
        self.setWindowTitle(self.tr("This run as TOML"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 560)
        about = QLabel(self.tr("Save it as a file and run it with “tensorbench train FILE”."), self)
        about.setProperty("role", "muted")
        self.text = QPlainTextEdit(to_toml(spec), self)
        self.text.setObjectName("train.toml.text")
        self.text.setAccessibleName(self.tr("The specification as TOML"))
        self.text.setToolTip(self.tr("Every setting of this run"))
        self.text.setReadOnly(True)
        self.text.setFont(theme().monoFont())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        copy = QPushButton(icon("copy"), self.tr("Copy"), self)
        copy.setObjectName("train.toml.copy")
        copy.setAccessibleName(self.tr("Copy the TOML"))
        copy.setToolTip(self.tr("Put the whole text on the clipboard"))
        close = QPushButton(self.tr("Close"), self)
        close.setObjectName("train.toml.close")
        close.setAccessibleName(self.tr("Close"))
        close.setToolTip(self.tr("Back to the form"))
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(about)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        copy.clicked.connect(self.copyText)
        close.clicked.connect(self.accept)

    @Slot()
    def copyText(self) -> None:
        """Put the text on the clipboard."""
        QApplication.clipboard().setText(self.text.toPlainText())
