"""The learning rate as the run would use it, drawn from the lab's answer. Computes no schedule itself."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.pages.train.rate_curve import RateCurve


class SchedulePreview(QWidget):
    """The curve of the learning rate, with a note on what it cannot show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.schedule.preview")
        self.curve = RateCurve(parent=self)
        self.curve.setObjectName("train.schedule.curve")
        self.curve.setAccessibleName(self.tr("Learning rate by optimizer step"))
        self.curve.setToolTip(self.tr("The learning rate at each optimizer step of the run"))
        self.curve.setLabels(self.tr("optimizer steps"))
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "muted")
        self._note.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.curve)
        layout.addWidget(self._note)

    def setAnswer(self, answer: Mapping[str, Any]) -> None:
        """Draw the lab's curve: steps, rates and a note."""
        self.curve.setCurve(answer["steps"], answer["rates"])
        self._say(str(answer.get("note", "")))

    def setFailure(self, sentence: str) -> None:
        """Say why there is no curve."""
        self.curve.setCurve((), ())
        self._say(sentence)

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
