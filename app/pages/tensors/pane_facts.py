"""PaneFacts: what is known of a tensor, in small lines below its cells or beside them. It fits itself into a width."""

from PySide6.QtWidgets import QLabel, QWidget

from app.pages.tensors.wording import facts
from engine.tensors.picture import TensorPicture


class PaneFacts(QLabel):
    """Its lines break between facts, never within one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "small")
        self.setWordWrap(True)

    def setTensor(self, tensor: TensorPicture) -> None:
        """Say how it lies in memory, what is in it, and what a cast rounded."""
        below = facts(tensor)
        self.setText(f"{below}\n{tensor.rounding}" if tensor.rounding else below)

    def fit(self, width: int, top: int = 0) -> None:
        """Take this width, or that of the longest fact, and begin so many pixels lower: a label whose lines break has no
        height of its own until its width is known."""
        if not self.text():
            return
        self.setContentsMargins(0, top, 0, 0)
        measure = self.fontMetrics()
        longest = max(measure.horizontalAdvance(fact) for fact in self.text().split(" ")) + 4
        width = max(width, longest)
        self.setFixedSize(width, self.heightForWidth(width))
