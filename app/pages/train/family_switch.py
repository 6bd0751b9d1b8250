"""What is to be made: a model of rows, a forecast of series, a model of texts. Shows and tells, decides nothing."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.icons import icon


class FamilySwitch(QWidget):
    """A segmented control; `chosen` carries the family's name."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.family")
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        texts = {
            "tabular": (self.tr("Table"), "table", self.tr("Predict a class or a number from a row’s other columns")),
            "forecasting": (self.tr("Forecast"), "chart", self.tr("Predict how series go on, from their past")),
            "text": (self.tr("Text"), "text", self.tr("Classify texts, or learn a language from them")),
        }
        places = {"tabular": "first", "text": "last"}
        for name, (text, drawing, tip) in texts.items():
            button = QPushButton(icon(drawing), text, self)
            button.setObjectName(f"train.family.{name}")
            button.setAccessibleName(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setProperty("segment", places.get(name, "middle"))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._group.addButton(button)
            layout.addWidget(button)
        self._group.buttonClicked.connect(self._tell)

    def setFamily(self, family: str) -> None:
        """Show which one is chosen."""
        button = self.findChild(QPushButton, f"train.family.{family}")
        if button is not None:
            button.setChecked(True)

    @Slot(QAbstractButton)
    def _tell(self, button: QAbstractButton) -> None:
        self.chosen.emit(button.objectName().rpartition(".")[2])
