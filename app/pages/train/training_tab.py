"""The form's second part: how long, how fast and on what is trained, with the learning-rate curve drawn."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.forms import FieldList, Section, SpecForm
from app.forms.row import LABEL_WIDTH
from app.icons import icon
from app.pages.train import text_fields
from app.pages.train.schedule_preview import SchedulePreview
from engine.catalog import common_metrics
from engine.catalog.forecasting_gallery import BASELINES
from engine.spec import RunSpec, TrainerSpec

DEVICES = ("auto", "cpu", "cuda", "cuda:0", "cuda:1", "mps")
_MONITORS = ("trainer.early_stopping.monitor", "trainer.checkpoints.monitor")


class TrainingTab(QWidget):
    """Edits the trainer's part of a specification."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()
    finderRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.training")
        choices = {"trainer.device": DEVICES, **dict.fromkeys(_MONITORS, ("valid/loss",))}
        self.form = SpecForm(TrainerSpec, "trainer", choices, opened=("optimizer", "schedule"), parent=self)
        self.lean = Section("train.training.text.group", self.tr("Loss and memory"), opened=True, parent=self)
        self.texts = FieldList("train.training.text", text_fields.training_fields(), self.lean)
        self.lean.content.addWidget(self.texts)
        self.preview = SchedulePreview(self)
        self.find_rate = QPushButton(icon("search"), self.tr("Find a learning rate …"), self)
        self.find_rate.setObjectName("train.find_learning_rate")
        self.find_rate.setAccessibleName(self.tr("Find a learning rate"))
        self.find_rate.setToolTip(self.tr("Try growing learning rates for a few steps and see where the loss falls"))
        finder = QHBoxLayout()
        finder.addSpacing(LABEL_WIDTH + 8)
        finder.addWidget(self.find_rate)
        finder.addStretch()
        self.form.group("optimizer").content.addLayout(finder)
        self.form.group("schedule").content.addWidget(self.preview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addWidget(self.form)
        layout.addWidget(self.lean)
        layout.addStretch()
        for part in (self.form, self.texts):
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)
        self.find_rate.clicked.connect(self.finderRequested)

    def setSpec(self, spec: RunSpec, idle: Collection[str]) -> None:
        """Show the trainer's settings."""
        self.find_rate.setVisible(spec.model.name not in BASELINES)
        for key in _MONITORS:
            self.form.setChoices(key, common_metrics(spec))
        self.form.setValue(spec.trainer)
        self.form.setIdle(idle)
        self.lean.setVisible(spec.text is not None and not {one.key for one in self.texts.fields()} <= set(idle))
        if spec.text is not None:
            self.texts.setValue(text_fields.flat(spec))
            self.texts.setIdle(idle)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        self.form.setFaults(faults)
        self.texts.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used."""
        return {**self.form.problems(), **self.texts.problems()}

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field."""
        return self.texts.focusField(key) or self.form.focusField(key)
