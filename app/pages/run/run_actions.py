"""What the Run page asks of the engine thread when its buttons are used: pause, resume, stop, change, export, start anew."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.engine_thread import EngineThread, Requests
from app.pages.run.buttons import RunButtons
from app.pages.run.change_dialog import EPOCHS, RATE, ChangeDialog
from app.pages.run.save_model_dialog import SaveModelDialog
from engine.jobs.fixes import apply_fix
from engine.runs import Fix
from engine.runs.records import RunRecord, RunStatus
from engine.spec import OriginSpec, RunSpec, SpecError, to_toml


class RunActions(QObject):
    """Acts on the run on show; `told` carries a sentence for the user."""

    predictRequested = Signal(str)
    trainAgainRequested = Signal(object)
    told = Signal(str)

    def __init__(self, buttons: RunButtons, engine: EngineThread, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self._engine = engine
        self._record: RunRecord | None = None
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._tell_exported)
        self._requests.failed.connect(self._tell_failure)
        for signal, slot in (
            (buttons.pauseRequested, self._pause),
            (buttons.resumeRequested, self._resume),
            (buttons.stopRequested, self._stop),
            (buttons.killRequested, self._kill),
            (buttons.changeRequested, self._ask_for_change),
            (buttons.forkRequested, self._fork),
            (buttons.predictRequested, self._predict),
            (buttons.trainAgainRequested, self._train_again),
            (buttons.copyRequested, self._copy),
            (buttons.exportRequested, self._ask_for_folder),
            (buttons.saveRequested, self._ask_how_to_save),
        ):
            signal.connect(slot)

    def setRecord(self, record: RunRecord | None) -> None:
        """Act on this run."""
        self._record = record

    def _spec(self) -> RunSpec | None:
        return self._record.spec_or_none if self._record is not None else None

    @Slot()
    def _pause(self) -> None:
        if self._record is not None:
            self._engine.pauseRun(self._record.id)

    @Slot()
    def _resume(self) -> None:
        if self._record is not None:
            self._engine.resumeRun(self._record.id)

    @Slot()
    def _stop(self) -> None:
        if self._record is not None:
            self._engine.stopRun(self._record.id)

    @Slot()
    def _kill(self) -> None:
        if self._record is not None:
            self._engine.killRun(self._record.id)

    @Slot()
    def _predict(self) -> None:
        if self._record is not None:
            self.predictRequested.emit(self._record.id)

    @Slot()
    def _train_again(self) -> None:
        if (spec := self._spec()) is not None:
            self.trainAgainRequested.emit(spec)

    @Slot()
    def _fork(self) -> None:
        if (spec := self._spec()) is not None and self._record is not None:
            origin = OriginSpec(run=self._record.id)
            self.trainAgainRequested.emit(spec.model_copy(update={"origin": origin, "name": ""}))

    @Slot()
    def _copy(self) -> None:
        if self._record is not None:
            spec = self._spec()
            QGuiApplication.clipboard().setText(to_toml(spec) if spec else self._record.spec_json)

    # Changes

    @Slot()
    def _ask_for_change(self) -> None:
        spec, record = self._spec(), self._record
        if spec is None or record is None:
            return
        values: dict[str, object] = {RATE: spec.trainer.optimizer.learning_rate, EPOCHS: spec.trainer.epochs}
        values |= {change.field: change.value for change in record.changes}
        dialog = ChangeDialog(record, float(str(values[RATE])), float(str(values[EPOCHS])), self._page)
        dialog.changed.connect(self._change)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str, object)
    def _change(self, field: str, value: float) -> None:
        record = self._record
        if record is None:
            return
        if record.status is RunStatus.FINISHED and field == EPOCHS:
            self._engine.extendRun(record.id, value)
        else:
            self._engine.changeRun(record.id, field, value)

    @Slot(object)
    # Mending

    @Slot(object)
    def startFixed(self, fix: Fix) -> None:
        """Start a new run with this one's specification, mended."""
        if (spec := self._spec()) is None:
            return
        try:
            self._engine.startRun(apply_fix(spec, fix))
        except SpecError as error:
            self.told.emit(str(error))

    # Export

    @Slot()
    def _ask_how_to_save(self) -> None:
        if (spec := self._spec()) is not None and self._record is not None:
            dialog = SaveModelDialog(self._record, spec, self._engine, self._page)
            dialog.unseen.connect(self.told)
            dialog.open()

    @Slot()
    def _ask_for_folder(self) -> None:
        if self._record is None:
            return
        folder = QFileDialog.getExistingDirectory(self._page, self.tr("Write TensorBoard event files into"))
        if folder:
            self.exportTo(Path(folder))

    def exportTo(self, folder: Path) -> None:
        """Write TensorBoard event files into a folder; `told` says when it is done."""
        if self._record is not None:
            self.told.emit(self.tr("Writing event files …"))
            self._requests.ask("tensorboard", "model", "export_tensorboard", run=self._record.id, folder=str(folder))

    @Slot(str, object)
    def _tell_exported(self, _name: str, path: object) -> None:
        self.told.emit(self.tr("Written: {0}. Open it with: tensorboard --logdir {0}").format(path))

    @Slot(str, str)
    def _tell_failure(self, _name: str, sentence: str) -> None:
        self.told.emit(sentence)
