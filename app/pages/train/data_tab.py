"""The form's third part: the task, how rows are split, and what is done to the columns first."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.forms import Section, SpecForm
from app.pages.train.split_part import SplitPart
from engine.spec import RunSpec, TabularSpec


class DataTab(QWidget):
    """Edits the split and the tabular part of a specification."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.data")
        self._split = SplitPart("train.data.split", self)
        self._tabular = SpecForm(TabularSpec, "tabular", opened=("preprocess", "balance"), parent=self)
        split = Section("split.group", self.tr("Split"), opened=True, parent=self)
        split.content.addWidget(self._split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addWidget(self._tabular.fields)
        layout.addWidget(split)
        layout.addWidget(self._tabular)
        layout.addStretch()
        for part in (self._split, self._tabular):
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)

    def setColumns(self, columns: Sequence[str]) -> None:
        """Offer the dataset's columns where one is asked for."""
        self._split.setColumns(columns)

    def setSpec(self, spec: RunSpec, idle: Collection[str]) -> None:
        """Show the split and the tabular settings."""
        self._split.setSpec(spec)
        self._tabular.setValue(spec.tabular)
        self._tabular.setIdle(idle)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        self._split.setFaults(faults)
        self._tabular.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used."""
        return {**self._split.problems(), **self._tabular.problems()}

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field; the split itself means its kind."""
        return self._split.focusField(key) or self._tabular.focusField(key)
