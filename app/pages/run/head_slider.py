"""Which head of an attention map is on show. It knows how many there are and nothing of what they saw."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.amounts import count


class HeadSlider(QWidget):
    """A slider over the heads, counted from 1; hidden where there are not two."""

    moved = Signal()

    def __init__(self, path: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName(f"{path}.head")
        self._slider.setAccessibleName(self.tr("Head of the attention"))
        self._slider.setToolTip(self.tr("The head whose map is shown: each one weighs the places in its own way"))
        self._slider.setPageStep(1)
        self._told = QLabel(self)
        self._told.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._told)
        row.addWidget(self._slider, 1)
        self._slider.valueChanged.connect(self._move)
        self.setCount(0)

    def setCount(self, heads: int) -> None:
        """Offer so many heads; the place stays where it can."""
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, heads - 1))
        self._say()
        self.setVisible(heads > 1)

    def place(self) -> int:
        """Return the head, counted from 0."""
        return self._slider.value()

    @Slot()
    def _move(self) -> None:
        self._say()
        self.moved.emit()

    def _say(self) -> None:
        heads = self._slider.maximum() + 1
        self._told.setText(self.tr("Head {0} of {1}").format(count(self.place() + 1), count(heads)))
