"""The form's third part: the task, how rows are split, and what is done to the columns first."""

from collections.abc import Collection, Mapping, Sequence
from typing import get_args

from pydantic import BaseModel
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.forms import Field, FieldList, Section, SpecForm, fields_of
from app.forms.field import with_choices
from engine.spec import RunSpec, TableSplit, TabularSpec

_KINDS: dict[str, type[BaseModel]] = {
    kind.model_fields["kind"].default: kind for kind in get_args(get_args(TableSplit)[0])
}
_KIND_FIELD = Field(
    key="split.kind",
    kind="choice",
    default="random",
    help="How rows are dealt out to training, validation and test.",
    choices=tuple(_KINDS),
)


class DataTab(QWidget):
    """Edits the split and the tabular part of a specification."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.data")
        self._kind = ""
        self._columns: tuple[str, ...] = ()
        self._split_kind = FieldList("split.kind.fields", [_KIND_FIELD], self)
        self._split = FieldList("split.fields", parent=self)
        self._tabular = SpecForm(TabularSpec, "tabular", opened=("preprocess", "balance"), parent=self)
        split = Section("split.group", self.tr("Split"), opened=True, parent=self)
        split.content.addWidget(self._split_kind)
        split.content.addWidget(self._split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addWidget(self._tabular.fields)
        layout.addWidget(split)
        layout.addWidget(self._tabular)
        layout.addStretch()
        for part in (self._split_kind, self._split, self._tabular):
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)

    def setColumns(self, columns: Sequence[str]) -> None:
        """Offer the dataset's columns where one is asked for."""
        self._columns = tuple(columns)
        self._split.setChoices("split.column", self._columns)

    def setSpec(self, spec: RunSpec, idle: Collection[str]) -> None:
        """Show the split and the tabular settings."""
        if spec.split.kind != self._kind:
            self._kind = spec.split.kind
            fields = fields_of(_KINDS[self._kind], "split")
            self._split.setFields([with_choices(one, self._columns) if one.name == "column" else one for one in fields])
        content = {f"split.{name}": value for name, value in spec.split.model_dump(mode="json").items()}
        self._split_kind.setValue(content)
        self._split.setValue(content)
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
        if key in ("split", "split.kind"):
            return self._split_kind.focusField("split.kind")
        return self._split.focusField(key) or self._tabular.focusField(key)
