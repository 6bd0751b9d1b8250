"""ChangeDialog: another learning rate or number of epochs for a run that is at work, rests or is finished."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from app.amounts import epochs as in_words
from app.forms import Field
from app.forms.editors import LineEditor
from app.forms.row import FieldRow
from engine.runs.records import RunRecord, RunStatus

RATE = "trainer.optimizer.learning_rate"
EPOCHS = "trainer.epochs"
MOST_EPOCHS = 100_000


class ChangeDialog(QDialog):
    """Asks for new values and tells those that differ."""

    changed = Signal(str, object)  # field of the specification, value

    def __init__(self, record: RunRecord, rate: float, epochs: float, parent: QWidget | None = None) -> None:
        """`rate` and `epochs` are those that count now."""
        super().__init__(parent)
        self.setObjectName("run.change.dialog")
        finished = record.status is RunStatus.FINISHED
        self.setWindowTitle(self.tr("Add epochs") if finished else self.tr("Change the run"))
        self._before = {RATE: rate, EPOCHS: epochs}
        done = int(record.progress.epoch) or record.progress.epoch or 1
        scaled = self.tr("Size of the steps. The schedule scales the new value as it did the old one.")
        whole = self.tr("How often the training rows are gone through, with those that are done.")
        self._rate = FieldRow(Field(RATE, "float", rate, scaled, minimum=0, maximum=10, above_minimum=True), self)
        self._epochs = FieldRow(Field(EPOCHS, "float", epochs, whole, minimum=done, maximum=MOST_EPOCHS), self)
        self._rate.setValue(rate)
        self._epochs.setValue(int(epochs) + max(1, int(epochs) // 2) if finished else epochs)
        self._arrange(finished, done)

    def _arrange(self, finished: bool, done: float) -> None:
        about = QLabel(self)
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        about.setText(
            (
                self.tr("{0} epoch is done. Training goes on from the last checkpoint.")
                if done == 1
                else self.tr("{0} epochs are done. Training goes on from the last checkpoint.")
            ).format(in_words(done))
            if finished
            else self.tr("A change counts from the next step on. It is marked on the curves and kept in the record.")
        )
        self._rate.setVisible(not finished)
        buttons = QDialogButtonBox(self)
        self._apply = QPushButton(self.tr("Go on training") if finished else self.tr("Change"), self)
        self._apply.setObjectName("run.change.apply")
        self._apply.setProperty("primary", True)
        buttons.addButton(self._apply, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setObjectName("run.change.cancel")
        buttons.accepted.connect(self._tell)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(about)
        layout.addWidget(self._rate)
        layout.addWidget(self._epochs)
        layout.addWidget(buttons)
        self.setMinimumWidth(400)
        for row in (self._rate, self._epochs):
            row.problemChanged.connect(self._heed_problems)

    @Slot()
    def _tell(self) -> None:
        for field, value in ((RATE, self._rate.editor.value()), (EPOCHS, self._epochs.editor.value())):
            if value != self._before[field]:
                self.changed.emit(field, value)
        self.accept()

    @Slot()
    def _heed_problems(self, *_: object) -> None:
        rows = (self._rate, self._epochs)
        self._apply.setEnabled(not any(isinstance(row.editor, LineEditor) and row.editor.problem() for row in rows))
