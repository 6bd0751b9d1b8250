"""The head of the Run page: name, status, progress, how it ended and what can be done. It shows a record and asks."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.amounts import count, epochs
from app.pages.run.buttons import RunButtons
from app.pages.run.outcome_card import OutcomeCard
from app.pages.run.status_mark import StatusPill
from app.pages.run.wording import duration, moment
from app.widgets import ElidedLabel
from engine.catalog import title_of
from engine.runs.outcome import OutcomeKind
from engine.runs.records import RunRecord, RunStatus

BAR_STEPS = 1000


class RunHeader(QWidget):
    """A run's name, state and actions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speed_unit = "rows"
        self._name = QLabel(self)
        self._name.setObjectName("run.name")
        self._name.setProperty("role", "title")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status = StatusPill(self)
        self._status.setObjectName("run.status")
        self._about = ElidedLabel(self)
        self._about.setObjectName("run.about")
        self._about.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("run.progress")
        self._bar.setAccessibleName(self.tr("Progress of the run"))
        self._bar.setRange(0, BAR_STEPS)
        self._bar.setTextVisible(False)
        self._figures = ElidedLabel(self)
        self._figures.setObjectName("run.figures")
        self._figures.setProperty("role", "muted")
        self._figures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._kept = QLabel(self)
        self._kept.setObjectName("run.kept")
        self._kept.setProperty("role", "muted")
        self._kept.setWordWrap(True)
        self._kept.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = RunButtons(self)
        self.outcome = OutcomeCard(self)
        self._arrange()

    def setRecord(self, record: RunRecord) -> None:
        """Show a run as it stands."""
        self._name.setText(record.name)
        self._name.setToolTip(record.name)
        self._status.setStatus(record.status)
        self._about.setText(self._describe(record))
        over = record.status.is_over
        self._bar.setVisible(not over)
        self._figures.setVisible(not over)
        finished = record.outcome is not None and record.outcome.kind is OutcomeKind.FINISHED
        self._kept.setText(record.outcome.cause if over and finished and record.outcome else "")
        self._kept.setVisible(bool(self._kept.text()))
        if not over:
            self._show_progress(record)
        self.buttons.setRecord(record)
        self.outcome.setRecord(record)

    def _show_progress(self, record: RunRecord) -> None:
        progress = record.progress
        if record.status in {RunStatus.QUEUED, RunStatus.STARTING}:
            is_queued = record.status is RunStatus.QUEUED
            waiting = self.tr("Waiting for its turn") if is_queued else self.tr("Starting …")
            stale = is_queued or "training" in progress.stage  # what it was at when it was left
            self._bar.setValue(round(progress.fraction * BAR_STEPS))  # where a run that was left goes on
            self._figures.setText(waiting if stale or not progress.stage else progress.stage)
            return
        self._bar.setValue(round(progress.fraction * BAR_STEPS))
        parts = [progress.stage] if progress.stage else []
        if progress.total_epochs:
            now = min(progress.total_epochs, int(progress.epoch) + 1)
            parts.append(self.tr("epoch {0} of {1}").format(epochs(now), epochs(progress.total_epochs)))
        if progress.total_steps:
            parts.append(self.tr("step {0} of {1}").format(count(progress.step), count(progress.total_steps)))
        steps = "training" in progress.stage or not progress.stage  # after them, these figures are the last ones
        if progress.rows_per_second and steps:
            words = {
                "windows": self.tr("{0} windows/s"),
                "tokens": self.tr("{0} tokens/s"),
                "pairs": self.tr("{0} pairs/s"),
            }
            parts.append(
                words.get(self._speed_unit, self.tr("{0} rows/s")).format(count(round(progress.rows_per_second)))
            )
        if progress.seconds_left is not None and steps and record.status is RunStatus.RUNNING:
            parts.append(self.tr("{0} left").format(duration(progress.seconds_left)))
        self._figures.setText("  ·  ".join(parts))

    def _describe(self, record: RunRecord) -> str:
        spec = record.spec_or_none
        parts = []
        self._speed_unit = "rows" if spec is None else spec.speed_unit
        if spec is not None:
            parts = [spec.data.name or spec.data.dataset[:8], title_of(spec.model.name)]
        parts.append(moment(record.created))
        if record.status.is_over and record.duration is not None:
            parts.append(self.tr("took {0}").format(duration(record.duration)))
        if record.status.is_over and record.progress.total_epochs:
            done = epochs(round(record.progress.epoch, 2))
            total = record.progress.total_epochs
            planned = self.tr("of {0} epoch") if total == 1 else self.tr("of {0} epochs")
            parts.append(f"{done} {planned.format(epochs(total))}")
        return "  ·  ".join(parts)

    def _arrange(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        names.addWidget(self._name, 1)
        names.addWidget(self.buttons)
        facts = QHBoxLayout()
        facts.setSpacing(16)
        facts.addWidget(self._status)
        facts.addWidget(self._about)
        facts.addStretch(1)
        facts.addWidget(self._figures, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(names)
        layout.addLayout(facts)
        layout.addWidget(self._kept)
        layout.addWidget(self._bar)
        layout.addWidget(self.outcome)
