"""What can be done with a run: its buttons, and which of them each status offers. They ask; the page acts."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from app.icons import icon, primary_icon
from engine.catalog.exports import FORMATS, why_not
from engine.runs.records import RunRecord, RunStatus
from engine.spec import KFoldSplit

WITH_MODEL = frozenset({RunStatus.FINISHED, RunStatus.STOPPED})
AT_WORK = frozenset({RunStatus.STARTING, RunStatus.RUNNING})
LEAVING = frozenset({RunStatus.PAUSING, RunStatus.STOPPING})
OF_ONE_MODEL = frozenset({"change", "extend"})  # the folds of a cross-validation are trained alike, to the end


def offered(status: RunStatus, has_folds: bool = False) -> frozenset[str]:
    """Return the names of the buttons that a run of this status offers, one with folds or without."""
    names = {"more"}
    if status in AT_WORK:
        names |= {"pause", "stop", "change"}
    elif status in LEAVING or status is RunStatus.QUEUED:
        names |= {"stop"}
    elif status is RunStatus.PAUSED:
        names |= {"resume", "stop", "change"}
    else:
        names |= {"again"}
        names |= {"resume"} if status.can_resume else {"extend"}
    if status in WITH_MODEL:
        names |= {"predict"}
    return frozenset(names - OF_ONE_MODEL if has_folds else names)


class RunButtons(QWidget):
    """The buttons of a run. At most one is primary: what one would most likely do next."""

    pauseRequested = Signal()
    resumeRequested = Signal()
    stopRequested = Signal()
    killRequested = Signal()
    changeRequested = Signal()
    predictRequested = Signal()
    trainAgainRequested = Signal()
    forkRequested = Signal()
    copyRequested = Signal()
    exportRequested = Signal()
    saveRequested = Signal()
    clearRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._of, self._has_folds, self._can_leave = "", False, False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._add_more()
        tr = self.tr
        change = tr("Change the learning rate or the number of epochs; the curve is marked where it begins to count")
        self._add("again", tr("Train again"), tr("Open the Train page with these settings"), "refresh")
        self._add("extend", tr("Add epochs …"), tr("Train this model further, from where it ended"), "plus")
        self._add("change", tr("Change …"), change, "settings")
        self._add("stop", tr("Stop"), tr("Stop now and keep the best model so far"), "stop")
        self._add("pause", tr("Pause"), tr("Free the machine at the next step; Resume goes on exactly there"), "pause")
        self._add("resume", tr("Resume"), tr("Go on from the last checkpoint, as if nothing had happened"), "play")
        self._add("predict", tr("Predict …"), tr("Use this run’s model on a new file"), "predict")
        self._connect()

    def setRecord(self, record: RunRecord) -> None:
        """Offer what a run's status allows."""
        status = record.status
        if record.id != self._of:  # a run's split never changes, and reading a specification takes time
            spec = record.spec_or_none
            self._of, self._has_folds = record.id, spec is not None and isinstance(spec.split, KFoldSplit)
            self._can_leave = spec is not None and any(not why_not(spec, kind) for kind in FORMATS)
        names = offered(status, self._has_folds)
        for name, button in self._buttons.items():
            button.setVisible(name in names)
        primary = next((name for name in ("predict", "resume") if name in names), "")
        for name, drawing in (("predict", "predict"), ("resume", "play")):
            self._set_primary(self._buttons[name], drawing, name == primary)
        stop = self._buttons["stop"]
        stop.setEnabled(status not in LEAVING)
        words = {RunStatus.STOPPING: self.tr("Stopping …"), RunStatus.PAUSING: self.tr("Pausing …")}
        stop.setText(words.get(status, self.tr("Stop")))
        self._kill.setVisible(status.is_active)
        self._fork.setEnabled(status in WITH_MODEL and not self._has_folds)
        self._save.setEnabled(status in WITH_MODEL and self._can_leave)
        self._clear.setEnabled(status.is_over)

    def _add(self, name: str, text: str, explanation: str, drawing: str) -> None:
        button = QPushButton(text, self)
        button.setObjectName(f"run.{name}")
        button.setAccessibleName(text)
        button.setToolTip(explanation)
        button.setIcon(icon(drawing))
        button.installEventFilter(self)
        self._buttons[name] = button
        self._row.addWidget(button)

    def _add_more(self) -> None:
        tr = self.tr
        self._more = QToolButton(self)
        self._more.setObjectName("run.more")
        self._more.setAccessibleName(tr("More"))
        self._more.setToolTip(tr("More that can be done with this run"))
        self._more.setIcon(icon("more"))
        self._more.setProperty("bare", True)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self._more)
        self.menu.setToolTipsVisible(True)
        self._copy = self._action("copy", tr("Copy the specification"), tr("As TOML, for the command line"))
        self._fork = self._action(
            "fork", tr("Start anew from its model …"), tr("With these weights and other settings")
        )
        self._save = self._action(
            "save", tr("Save the model …"), tr("For transformers, PyTorch or ONNX, in full or half precision")
        )
        self._export = self._action(
            "tensorboard", tr("Export for TensorBoard …"), tr("Write event files into a folder")
        )
        self._clear = self._action("clear", tr("Clear checkpoints …"), tr("Free the space that they take on disk"))
        self.menu.addSeparator()
        self._kill = self._action("kill", tr("End at once"), tr("Do not wait for the next step; Resume stays possible"))
        self._more.setMenu(self.menu)
        self._row.addWidget(self._more)

    def _action(self, name: str, text: str, explanation: str) -> QAction:
        action = self.menu.addAction(text)
        action.setObjectName(f"run.{name}")
        action.setToolTip(explanation)
        return action

    def _connect(self) -> None:
        for name, signal in (
            ("again", self.trainAgainRequested),
            ("extend", self.changeRequested),
            ("change", self.changeRequested),
            ("stop", self.stopRequested),
            ("pause", self.pauseRequested),
            ("resume", self.resumeRequested),
            ("predict", self.predictRequested),
        ):
            self._buttons[name].clicked.connect(signal)
        for action, signal in (
            (self._copy, self.copyRequested),
            (self._fork, self.forkRequested),
            (self._save, self.saveRequested),
            (self._export, self.exportRequested),
            (self._clear, self.clearRequested),
            (self._kill, self.killRequested),
        ):
            action.triggered.connect(signal)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the second click of a double click from every button: by then another one may stand in its place."""
        return event.type() == QEvent.Type.MouseButtonDblClick or super().eventFilter(watched, event)

    @Slot()
    def _set_primary(self, button: QPushButton, drawing: str, primary: bool) -> None:
        if bool(button.property("primary")) == primary:
            return
        button.setProperty("primary", primary)
        button.setIcon(primary_icon(drawing) if primary else icon(drawing))
        button.style().unpolish(button)
        button.style().polish(button)
