"""What the Train page asks the engine and when: the check before Train, the schedule's curve, the target's kind."""

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine_thread import EngineThread, Requests
from engine.spec import RunSpec, to_json

CHECK_AFTER_MS = 400
DRAW_AFTER_MS = 150


class Questions(QObject):
    """Asks again a little after each change; answers to what is no longer asked are dropped."""

    checkStarted = Signal()
    checked = Signal(object)
    checkFailed = Signal(str)
    scheduleDrawn = Signal(object)
    scheduleFailed = Signal(str)
    targetProfiled = Signal(str, object)  # column, number of distinct values
    textsMeasured = Signal(str, object)  # dataset, mean number of letters by column
    datesFound = Signal(str, object)  # dataset, names of columns of texts that are dates
    modelFolderSeen = Signal(str, str, str)  # folder, its model, why it cannot be begun with
    datasetFound = Signal(object)

    def __init__(self, engine: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._spec: RunSpec | None = None
        self._checked: RunSpec | None = None
        self._drawn: object = None
        self._batches: int | None = None
        self._column = ""
        self._wanted = ""
        self._measured = ""
        self._folder = ""
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._check_timer = self._timer(CHECK_AFTER_MS, self._check)
        self._draw_timer = self._timer(DRAW_AFTER_MS, self._draw)

    def setSpec(self, spec: RunSpec) -> None:
        """Ask about a specification, soon."""
        if self._spec is None or spec.data != self._spec.data:
            self._batches = None
        self._spec = spec
        self._draw_timer.start()
        # A run's name changes nothing that is checked.
        if self._checked is None or spec.model_copy(update={"name": ""}) != self._checked:
            # What is being checked is no longer what is shown.
            self._requests.cancel("preflight")
            self.checkStarted.emit()
            self._check_timer.start()

    def profileTarget(self, dataset: str, column: str) -> None:
        """Ask how many distinct values a column has."""
        self._column = column
        self._requests.ask("profile", "data", "profile", id=dataset, column=column)

    def measureTexts(self, dataset: str) -> None:
        """Ask how long the texts of a dataset's columns are, and which of them are dates."""
        self._measured = dataset
        self._requests.ask("text_lengths", "data", "text_lengths", id=dataset)
        self._requests.ask("date_texts", "data", "date_texts", id=dataset)

    def lookIntoFolder(self, folder: str) -> None:
        """Ask which model a folder holds."""
        self._folder = folder
        self._requests.ask("model_folder", "data", "model_folder", path=folder)

    def findDataset(self, dataset: str) -> None:
        """Ask what a dataset's columns are."""
        self._wanted = dataset
        self._requests.ask("datasets", "data", "datasets")

    @Slot()
    def _check(self) -> None:
        if self._spec is not None:
            self._checked = self._spec.model_copy(update={"name": ""})
            self._requests.ask("preflight", "model", "preflight", spec=json.loads(to_json(self._spec)))

    @Slot()
    def _draw(self) -> None:
        if self._spec is None:
            return
        trainer = self._spec.trainer
        steps = None if not self._batches else -(-self._batches // trainer.accumulate_grad_batches)
        wanted = (trainer.schedule, trainer.optimizer.learning_rate, trainer.epochs, steps)
        if wanted != self._drawn:
            self._drawn = wanted
            spec = json.loads(to_json(self._spec))
            self._requests.ask("schedule", "model", "schedule", spec=spec, steps_per_epoch=steps)

    @Slot(str, object)
    def _on_answered(self, name: str, value: Any) -> None:
        if name == "preflight":
            self._batches = value.get("steps_per_epoch") or None
            self.checked.emit(value)
            self._draw_timer.start()
        elif name == "schedule":
            self.scheduleDrawn.emit(value)
        elif name == "profile":
            self.targetProfiled.emit(self._column, value.get("distinct"))
        elif name == "datasets":
            self._find(value)
        elif name == "text_lengths":
            self.textsMeasured.emit(self._measured, value)
        elif name == "date_texts":
            self.datesFound.emit(self._measured, tuple(value))
        elif name == "model_folder":
            self.modelFolderSeen.emit(self._folder, str(value.get("model", "")), str(value.get("problem", "")))

    def _find(self, datasets: list[Mapping[str, Any]]) -> None:
        found = next((one for one in datasets if one["id"] == self._wanted), None)
        if found is not None:
            self.datasetFound.emit(found)

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        if name == "preflight":
            self._checked = None
            self.checkFailed.emit(sentence)
        elif name == "schedule":
            self._drawn = None
            self.scheduleFailed.emit(sentence)

    def _timer(self, delay: int, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(delay)
        timer.timeout.connect(slot)
        return timer
