"""What a run's files take on disk, and the question before its checkpoints are cleared. It shows and asks; the page acts."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon
from app.pages.run.wording import size
from engine.runs.records import RunRecord, RunStatus
from engine.training.disk import DiskUse


class DiskBar(QWidget):
    """One line: “On disk: 12 MB, of which 10 MB are checkpoints”, and the button that clears them."""

    clearRequested = Signal(bool, bool)  # whether the state that the run is resumed from goes too, and the tokens

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: RunRecord | None = None
        self._use: DiskUse | None = None
        self._words = QLabel(self)
        self._words.setObjectName("run.disk")
        self._words.setProperty("role", "muted")
        self._clear = QPushButton(icon("trash"), self.tr("Clear checkpoints …"), self)
        self._clear.setObjectName("run.disk.clear")
        self._clear.setAccessibleName(self.tr("Clear the checkpoints of this run"))
        self._clear.clicked.connect(self.ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self._words)
        row.addStretch(1)
        row.addWidget(self._clear)
        self._show()

    def setRecord(self, record: RunRecord) -> None:
        """Speak of this run."""
        if self._record is None or self._record.id != record.id:
            self._use = None
        self._record = record
        self._show()

    def setUse(self, use: DiskUse) -> None:
        """Show what its files take."""
        self._use = use
        self._show()

    def canClear(self) -> bool:
        """Whether the run is over and there is something to clear."""
        is_over = self._record is not None and self._record.status.is_over
        return is_over and self._use is not None and self._use.checkpoints + self._use.state + self._use.tokens > 0

    @Slot()
    def ask(self) -> None:
        """Ask what is to go."""
        if self._record is None or self._use is None or not self.canClear():
            return
        dialog = ClearDialog(self._record, self._use, self)
        dialog.chosen.connect(self.clearRequested)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show(self) -> None:
        use = self._use
        if use is None:
            self._words.setText(self.tr("On disk: …"))
        elif use.checkpoints + use.state:
            kept = size(use.checkpoints + use.state)
            self._words.setText(self.tr("On disk: {0}, of which {1} are checkpoints").format(size(use.total), kept))
        else:
            self._words.setText(self.tr("On disk: {0}, no checkpoints").format(size(use.total)))
        if use is not None and use.tokens:
            self._words.setText(
                self._words.text() + self.tr("; tokens kept for all texts: {0}").format(size(use.tokens))
            )
        self._clear.setEnabled(self.canClear())
        is_over = self._record is not None and self._record.status.is_over
        why = self.tr("A run that is not over still needs its checkpoints")
        self._clear.setToolTip(self.tr("Free their space; the model, curves and results stay") if is_over else why)


class ClearDialog(QDialog):
    """Says what goes and what stays, and lets the user choose."""

    chosen = Signal(bool, bool)

    def __init__(self, record: RunRecord, use: DiskUse, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.disk.dialog")
        self.setWindowTitle(self.tr("Clear checkpoints"))
        self._use = use
        self._state = QCheckBox(self.tr("Also what it goes on from ({0})").format(size(use.state)), self)
        self._state.setObjectName("run.disk.state")
        self._state.setAccessibleName(self._state.text())
        self._state.setToolTip(self._lost(record))
        self._state.setEnabled(use.state > 0)
        self._state.setChecked(use.state > 0 and not use.checkpoints)
        self._tokens = QCheckBox(self.tr("Also the tokens kept for all texts ({0})").format(size(use.tokens)), self)
        self._tokens.setObjectName("run.disk.tokens")
        self._tokens.setAccessibleName(self._tokens.text())
        again = self.tr("They belong to the whole workspace; a run that needs them makes them again.")
        self._tokens.setToolTip(again)
        self._tokens.setVisible(use.tokens > 0)
        self._tokens.setChecked(not use.checkpoints + use.state)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._clear = box.addButton(self.tr("Clear"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._clear.setObjectName("run.disk.confirm")
        box.accepted.connect(self._tell)
        box.rejected.connect(self.reject)
        for tick in (self._state, self._tokens):
            tick.toggled.connect(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(self._text(self.tr("Clear the checkpoints of “{0}”?").format(record.name), "subtitle"))
        layout.addWidget(self._text(self._told(record), ""))
        layout.addWidget(self._state)
        layout.addWidget(self._text(self._lost(record), "muted"))
        layout.addWidget(self._tokens)
        if use.tokens:
            layout.addWidget(self._text(again, "muted"))
        layout.addSpacing(8)
        layout.addWidget(box)
        self.setMinimumWidth(480)
        self._count()

    def _told(self, record: RunRecord) -> str:
        goes = self.tr("Its best checkpoints ({0}) go: no new run can start from them.").format(
            size(self._use.checkpoints)
        )
        if not self._use.checkpoints:
            goes = self.tr("It has no best checkpoints.")
        with_model = record.status in {RunStatus.FINISHED, RunStatus.STOPPED}
        stays = self.tr("Its curves, log and settings stay.")
        if with_model:
            stays = self.tr("Its trained model, predictions, results, curves, log and settings stay.")
        return f"{goes} {stays}"

    def _lost(self, record: RunRecord) -> str:
        if record.status is RunStatus.FINISHED:
            return self.tr("Without it no epochs can be added to this run.")
        return self.tr("Without it Resume begins again from the first step.")

    def _text(self, words: str, role: str) -> QLabel:
        label = QLabel(words, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            label.setProperty("role", role)
        return label

    @Slot()
    def _count(self) -> None:
        freed = self._use.checkpoints + (self._use.state if self._state.isChecked() else 0)
        freed += self._use.tokens if self._tokens.isChecked() else 0
        self._clear.setText(self.tr("Free {0}").format(size(freed)) if freed else self.tr("Nothing to free"))
        self._clear.setEnabled(freed > 0)

    @Slot()
    def _tell(self) -> None:
        self.chosen.emit(self._state.isChecked(), self._tokens.isChecked() and self._use.tokens > 0)
        self.accept()
