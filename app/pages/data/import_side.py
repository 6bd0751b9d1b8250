"""The left side of an import: the format, how it is read, and what the dataset will be called. It reads no file."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.pages.data.answers import ReadOptionsAnswer
from app.pages.data.read_options_form import ReadOptionsForm, format_title

WIDTH = 280


class ImportSide(QWidget):
    """Holds the form of options and the name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that the preview stays where it is when this is shown
        self.setSizePolicy(policy)
        self._format = _label("badge", "")
        self.form = ReadOptionsForm(self)
        self.name = QLineEdit(self)
        self.name.setObjectName("data.import.name")
        self.name.setAccessibleName(self.tr("Name of the dataset"))
        self.name.setToolTip(self.tr("What the dataset is called in this workspace"))
        head = QHBoxLayout()
        head.addWidget(_label("subtitle", self.tr("How it is read")))
        head.addWidget(self._format)
        head.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.form)
        layout.addSpacing(8)
        layout.addWidget(_label("muted", self.tr("Name of the dataset")))
        layout.addWidget(self.name)
        layout.addStretch(1)

    def setOptions(self, options: ReadOptionsAnswer) -> None:
        """Show how the file is read; only what its format needs."""
        self.form.setValue(options)
        self.form.setVisible(not self.form.isEmpty())
        self._format.setText(format_title(options["format"]))
        self._format.setVisible(self.form.isEmpty() or options["format"] == "excel")  # else the form says it
        self.show()


def _label(role: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
