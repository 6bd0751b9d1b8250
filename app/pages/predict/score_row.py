"""How good a forecaster is on a new file that has the truth: asked for with a button, said in a sentence beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.engine_thread import EngineThread, Requests
from app.forms.wording import plain_words

SHOWN = "mae"


class ScoreRow(QWidget):
    """Compares a run's forecasts with the values in a file; hidden where there is nothing to compare."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run, self._path = "", ""
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._take_answer)
        self._requests.failed.connect(self._take_failure)
        self.compare = QPushButton(self.tr("Compare with the file’s own values"), self)
        self.compare.setObjectName("predict.score")
        self.compare.setAccessibleName(self.tr("Compare with the file’s own values"))
        self.compare.setToolTip(self.tr("Forecast every stretch of the file and say how far off that is"))
        self.compare.clicked.connect(self._ask)
        self.said = QLabel(self)
        self.said.setObjectName("predict.score.said")
        self.said.setProperty("role", "muted")
        self.said.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.compare)
        layout.addWidget(self.said, 1)
        self.hide()

    def setTarget(self, run: str, path: Path | None) -> None:
        """Offer to compare this run's forecasts with this file; with none, offer nothing."""
        text = "" if path is None else str(path)
        if (run, text) != (self._run, self._path):
            self._requests.cancel("score")
            self._run, self._path = run, text
            self.said.clear()
            self.compare.setEnabled(True)
        self.setVisible(bool(run and text))

    @Slot()
    def _ask(self) -> None:
        self.compare.setEnabled(False)
        self.said.setText(self.tr("Forecasting every stretch of the file …"))
        self._requests.ask("score", "model", "score", run=self._run, path=self._path)

    @Slot(str, object)
    def _take_answer(self, _name: str, value: Mapping[str, Any]) -> None:
        self.compare.setEnabled(True)
        self.said.setText(self._sentence(value))
        lines = [f"{name}  {one:.4g}" for name, one in value["metrics"].items()]
        self.said.setToolTip("\n".join([*lines, *value["notes"]]))

    def _sentence(self, value: Mapping[str, Any]) -> str:
        """Return the error of each target beside the baselines' own."""
        errors = {name: error for name, error in value["metrics"].items() if name.partition("/")[0] == SHOWN}
        said = []
        for name, error in errors.items():
            of = name.partition("/")[2]
            words = (
                self.tr("MAE of {0} {1}").format(of, f"{error:.4g}")
                if of
                else self.tr("MAE {0}").format(f"{error:.4g}")
            )
            naive = [
                f"{one.replace('_', ' ')} {own[name]:.4g}" for one, own in value["baselines"].items() if name in own
            ]
            said.append(f"{words} ({', '.join(naive)})" if naive else words)
        return self.tr("{0} over {1}.").format("; ".join(said), value["what"])

    @Slot(str, str)
    def _take_failure(self, _name: str, sentence: str) -> None:
        self.compare.setEnabled(True)
        self.said.setText(plain_words(sentence))
