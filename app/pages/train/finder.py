"""The learning-rate finder: a dialog that shows the lab's curve as it grows and offers the rate it suggests."""

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.engine_thread import EngineThread, Requests
from app.forms.numbers import shown
from app.pages.train.rate_curve import RateCurve
from engine.spec import RunSpec, to_json


class LearningRateFinder(QDialog):
    """Asks the lab for a learning-rate test of a specification; `rateChosen` carries the rate that was taken."""

    rateChosen = Signal(float)

    def __init__(self, engine: EngineThread, spec: RunSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.finder")
        self.setWindowTitle(self.tr("Find a learning rate"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rates: list[float] = []
        self._losses: list[float] = []
        self._suggestion: float | None = None
        self.curve = RateCurve(logarithmic=True, parent=self)
        self.say = QLabel(self)
        self._busy = QProgressBar(self)
        self.use = QPushButton(self.tr("Use it"), self)
        self._close = QPushButton(self.tr("Cancel"), self)
        self._arrange()
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._requests.progressed.connect(self._on_progressed)
        self._requests.ask("find", "model", "find_learning_rate", spec=json.loads(to_json(spec)))

    def done(self, result: int) -> None:
        """Give up what is still being computed."""
        self._requests.cancel("find")
        super().done(result)

    def _arrange(self) -> None:
        intro = QLabel(
            self.tr(
                "A copy of the model is trained for a few steps while the learning rate grows. "
                "A good rate lies where the loss falls fastest, before it rises again."
            ),
            self,
        )
        intro.setWordWrap(True)
        intro.setProperty("role", "muted")
        self.curve.setMinimumSize(520, 260)
        self.curve.setLabels(self.tr("learning rate"))
        self.curve.setObjectName("train.finder.curve")
        self.curve.setAccessibleName(self.tr("Loss by learning rate"))
        self.curve.setToolTip(self.tr("Smoothed loss at each learning rate"))
        self.say.setWordWrap(True)
        self.say.setText(self.tr("Trying learning rates …"))
        self._busy.setRange(0, 0)
        self._busy.setAccessibleName(self.tr("Progress of the test"))
        for button, name, tip in (
            (self.use, "use", self.tr("Write this learning rate into the form")),
            (self._close, "cancel", self.tr("Close and keep the learning rate as it is")),
        ):
            button.setObjectName(f"train.finder.{name}")
            button.setToolTip(tip)
            button.setAccessibleName(button.text())
        self.use.setProperty("primary", True)
        self.use.setEnabled(False)
        self.use.clicked.connect(self._take)
        self._close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self._close)
        buttons.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(12)
        for widget in (intro, self.curve, self._busy, self.say):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    @Slot(str, object)
    def _on_progressed(self, _name: str, value: Mapping[str, Any]) -> None:
        self._rates = [*value.get("rates", value.get("rate", ()))]
        self._losses = [*value.get("losses", value.get("loss", ()))]
        self.curve.setCurve(self._rates, self._losses)

    @Slot(str, object)
    def _on_answered(self, _name: str, value: Mapping[str, Any]) -> None:
        self._busy.hide()
        self.curve.setCurve(value["rates"], value["losses"])
        suggestion = value.get("suggestion")
        note = str(value.get("note", ""))
        if not isinstance(suggestion, int | float):
            self.say.setText(note or self.tr("The loss never fell: no learning rate can be suggested."))
            return
        self._suggestion = float(f"{suggestion:.2g}")
        self.curve.setMarker(self._suggestion)
        self.say.setText(note or self.tr("The loss falls fastest near {0}.").format(shown(self._suggestion)))
        self.use.setText(self.tr("Use {0}").format(shown(self._suggestion)))
        self.use.setAccessibleName(self.use.text())
        self.use.setEnabled(True)
        self.use.setFocus()

    @Slot(str, str)
    def _on_failed(self, _name: str, sentence: str) -> None:
        self._busy.hide()
        self.say.setProperty("role", "error")
        self.say.style().unpolish(self.say)
        self.say.style().polish(self.say)
        self.say.setText(sentence)

    @Slot()
    def _take(self) -> None:
        if self._suggestion is not None:
            self.rateChosen.emit(self._suggestion)
            self.accept()
