"""The forecasts of a run with several targets: which target is looked at, and all about its forecasts."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.pages.run.forecast_results import ForecastResults
from engine.runs.evaluation import Evaluation


class TargetForecasts(QWidget):
    """One target's results at a time. `asked` wants an answer of the data lab under its name, as ForecastResults does."""

    asked = Signal(str, object)

    def __init__(self, evaluation: Evaluation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation = evaluation
        self.chooser = QComboBox(self)
        self.chooser.setObjectName("run.results.target")
        self.chooser.setAccessibleName(self.tr("Target"))
        self.chooser.setToolTip(self.tr("Whose forecasts are shown"))
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chooser.addItems([report.target for report in evaluation.forecasts])
        label = QLabel(self.tr("Target"), self)
        label.setProperty("role", "muted")
        label.setBuddy(self.chooser)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.chooser)
        row.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addLayout(row)
        self.results = self._made(0)
        self.chooser.currentIndexChanged.connect(self._choose)

    def begin(self) -> None:
        """Ask for what is browsed."""
        self.results.begin()

    def take(self, name: str, value: Any) -> None:
        """Show an answer of the lab."""
        self.results.take(name, value)

    def takeProblem(self, name: str, sentence: str) -> None:
        """Say why there is no answer."""
        self.results.takeProblem(name, sentence)

    @Slot(int)
    def _choose(self, place: int) -> None:
        before = self.results
        self.results = self._made(place)
        self._layout.removeWidget(before)
        before.hide()
        before.deleteLater()
        self.results.begin()

    def _made(self, place: int) -> ForecastResults:
        made = ForecastResults(self._evaluation, self._evaluation.forecasts[place], self, place)
        made.asked.connect(self.asked)
        self._layout.addWidget(made)
        return made


def forecast_view(evaluation: Evaluation, parent: QWidget) -> "ForecastResults | TargetForecasts | None":
    """Return what shows an evaluation's forecasts: with a choice of target where there are several, None without any."""
    if evaluation.forecast is None:
        return None
    if evaluation.further_forecasts:
        return TargetForecasts(evaluation, parent)
    return ForecastResults(evaluation, evaluation.forecast, parent)
