"""The head of the Run page: name, status, progress, how it ended and what can be done. It shows a record and asks."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon, primary_icon
from app.pages.run.status_mark import StatusPill
from app.pages.run.wording import count, duration, figure, moment
from app.theme import theme, themeNotifier
from engine.runs.outcome import OutcomeKind
from engine.runs.records import RunRecord, RunStatus

BAR_STEPS = 1000
WITH_MODEL = frozenset({RunStatus.FINISHED, RunStatus.STOPPED})


class RunHeader(QWidget):
    """A run's name, state and actions."""

    stopRequested = Signal()
    predictRequested = Signal()
    trainAgainRequested = Signal()
    copyRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = QLabel(self)
        self._name.setObjectName("run.name")
        self._name.setProperty("role", "title")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status = StatusPill(self)
        self._status.setObjectName("run.status")
        self._about = QLabel(self)
        self._about.setObjectName("run.about")
        self._about.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("run.progress")
        self._bar.setAccessibleName(self.tr("Progress of the run"))
        self._bar.setRange(0, BAR_STEPS)
        self._bar.setTextVisible(False)
        self._figures = QLabel(self)
        self._figures.setObjectName("run.figures")
        self._figures.setProperty("role", "muted")
        self.outcome = OutcomeCard(self)
        self._make_buttons()
        self._arrange()

    def setRecord(self, record: RunRecord) -> None:
        """Show a run as it stands."""
        self._name.setText(record.name)
        self._name.setToolTip(record.name)
        self._status.setStatus(record.status)
        self._about.setText(self._describe(record))
        over = record.status.is_over
        self._bar.setVisible(not over)
        if over:
            finished = record.outcome is not None and record.outcome.kind is OutcomeKind.FINISHED
            self._figures.setText(record.outcome.cause if finished and record.outcome else "")
        else:
            self._show_progress(record)
        self._stop.setVisible(not over)
        self._stop.setEnabled(record.status is not RunStatus.STOPPING)
        self._stop.setText(self.tr("Stopping …") if record.status is RunStatus.STOPPING else self.tr("Stop"))
        self._predict.setVisible(record.status in WITH_MODEL)
        self._again.setVisible(over)
        self.outcome.setRecord(record)

    def _show_progress(self, record: RunRecord) -> None:
        progress = record.progress
        if record.status in {RunStatus.QUEUED, RunStatus.STARTING}:
            waiting = self.tr("Waiting for its turn") if record.status is RunStatus.QUEUED else self.tr("Starting …")
            self._bar.setValue(0)
            self._figures.setText(progress.stage or waiting)
            return
        self._bar.setValue(round(progress.fraction * BAR_STEPS))
        parts = [progress.stage] if progress.stage else []
        if progress.total_epochs:
            now = min(progress.total_epochs, int(progress.epoch) + 1)
            parts.append(self.tr("epoch {0} of {1}").format(now, progress.total_epochs))
        if progress.total_steps:
            parts.append(self.tr("step {0} of {1}").format(count(progress.step), count(progress.total_steps)))
        if progress.rows_per_second:
            parts.append(self.tr("{0} rows/s").format(count(round(progress.rows_per_second))))
        if progress.seconds_left is not None:
            parts.append(self.tr("{0} left").format(duration(progress.seconds_left)))
        self._figures.setText("  ·  ".join(parts))

    def _describe(self, record: RunRecord) -> str:
        spec = record.spec_or_none
        parts = []
        if spec is not None:
            parts = [spec.data.name or spec.data.dataset[:8], spec.model.name.replace("_", " ")]
        parts.append(moment(record.created))
        if record.status.is_over and record.duration is not None:
            parts.append(self.tr("took {0}").format(duration(record.duration)))
        if record.status.is_over and record.progress.total_epochs:
            done, planned = figure(record.progress.epoch, 3), record.progress.total_epochs
            parts.append(self.tr("{0} of {1} epochs").format(done.removesuffix(".00").removesuffix(".0"), planned))
        return "  ·  ".join(parts)

    def _make_buttons(self) -> None:
        tr = self.tr
        self._stop = self._button("run.stop", tr("Stop"), tr("Stop now and keep the best model so far"))
        self._stop.setIcon(icon("stop"))
        self._predict = self._button("run.predict", tr("Predict …"), tr("Use this run’s model on a new file"))
        self._predict.setProperty("primary", True)
        self._predict.setIcon(primary_icon("predict"))
        self._again = self._button("run.again", tr("Train again"), tr("Open the Train page with these settings"))
        self._again.setIcon(icon("refresh"))
        self._copy = self._button("run.copy", tr("Copy spec"), tr("Copy the run’s specification as TOML"))
        self._copy.setIcon(icon("copy"))
        self._stop.clicked.connect(self.stopRequested)
        self._predict.clicked.connect(self.predictRequested)
        self._again.clicked.connect(self.trainAgainRequested)
        self._copy.clicked.connect(self.copyRequested)

    def _button(self, path: str, text: str, explanation: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(path)
        button.setAccessibleName(text)
        button.setToolTip(explanation)
        return button

    def _arrange(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        names.addWidget(self._name, 1)
        for button in (self._copy, self._again, self._stop, self._predict):
            names.addWidget(button)
        facts = QHBoxLayout()
        facts.setSpacing(16)
        facts.addWidget(self._status)
        facts.addWidget(self._about)
        facts.addStretch(1)
        facts.addWidget(self._figures)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(names)
        layout.addLayout(facts)
        layout.addWidget(self._bar)
        layout.addWidget(self.outcome)


class OutcomeCard(QFrame):
    """How a run ended, why, and what to do next; the traceback folds out. Hidden for runs that simply finished."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.outcome")
        self._title = QLabel(self)
        self._title.setProperty("role", "subtitle")
        self._cause = self._sentence()
        self._advice = self._sentence()
        self._details = QPushButton(self)
        self._details.setObjectName("run.details")
        self._details.setProperty("quiet", True)
        self._details.setCheckable(True)
        self._details.setAccessibleName(self.tr("Show details"))
        self._details.setToolTip(self.tr("The error as the program saw it, for a report"))
        self._traceback = QPlainTextEdit(self)
        self._traceback.setObjectName("run.traceback")
        self._traceback.setAccessibleName(self.tr("Traceback"))
        self._traceback.setToolTip(self.tr("The error as the program saw it"))
        self._traceback.setReadOnly(True)
        self._traceback.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._traceback.setFixedHeight(176)
        self._details.toggled.connect(self._fold)
        themeNotifier().changed.connect(self._use_fonts)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._details)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(4)
        layout.addLayout(head)
        for widget in (self._cause, self._advice, self._traceback):
            layout.addWidget(widget)
        self._use_fonts()
        self._fold(False)

    def setRecord(self, record: RunRecord) -> None:
        """Show a run's outcome, if it has one that needs words."""
        outcome = record.outcome
        self.setVisible(outcome is not None and outcome.kind is not OutcomeKind.FINISHED)
        if outcome is None:
            return
        bad = outcome.kind in {OutcomeKind.FAILED, OutcomeKind.CRASHED}
        tone = "error" if bad else "warning"
        if self.property("role") != tone:
            self.setProperty("role", tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self._title.setText(outcome.title)
        for label, text in ((self._cause, outcome.cause), (self._advice, outcome.advice)):
            label.setText(text)
            label.setVisible(bool(text))
        if outcome.traceback != self._traceback.toPlainText():
            self._traceback.setPlainText(outcome.traceback)
        self._details.setVisible(bool(outcome.traceback))
        if not outcome.traceback:
            self._details.setChecked(False)

    def _sentence(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    @Slot(bool)
    def _fold(self, shown: bool) -> None:
        self._traceback.setVisible(shown)
        self._details.setText(self.tr("Hide details") if shown else self.tr("Show details"))
        self._details.setIcon(icon("chevron-up" if shown else "chevron-down"))

    @Slot()
    def _use_fonts(self) -> None:
        self._traceback.setFont(theme().monoFont(0.9))
