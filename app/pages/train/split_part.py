"""How rows are dealt out, as two lists of fields: the kind of split, and what that kind needs. Edits are told."""

from collections.abc import Mapping, Sequence
from typing import get_args

from pydantic import BaseModel
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.forms import Field, FieldList, fields_of
from app.forms.field import with_choices
from engine.spec import RunSpec, TableSplit

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


class SplitPart(QWidget):
    """Edits the split of a table's rows; `left` is told when a field was left."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._shown = ""
        self._columns: tuple[str, ...] = ()
        self._kind = FieldList(f"{name}.kind.fields", parent=self)
        self._fields = FieldList(f"{name}.fields", parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._kind, self._fields):
            layout.addWidget(part)
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)

    def setColumns(self, columns: Sequence[str]) -> None:
        """Offer the dataset's columns where one is asked for."""
        self._columns = tuple(columns)
        self._fields.setChoices("split.column", self._columns)

    def setSpec(self, spec: RunSpec) -> None:
        """Show the split of a specification; nothing where series are cut by time."""
        if spec.split.kind not in _KINDS:
            return
        if not self._shown:
            self._kind.setFields([_KIND_FIELD])
        if spec.split.kind != self._shown:
            self._shown = spec.split.kind
            fields = fields_of(_KINDS[self._shown], "split")
            self._fields.setFields(
                [with_choices(one, self._columns) if one.name == "column" else one for one in fields]
            )
        content = {f"split.{name}": value for name, value in spec.split.model_dump(mode="json").items()}
        self._kind.setValue(content)
        self._fields.setValue(content)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        self._kind.setFaults({key: text for key, text in faults.items() if key == "split.kind"})
        self._fields.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used."""
        return self._fields.problems()

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field; the split itself means its kind."""
        if key in ("split", "split.kind"):
            return self._kind.focusField("split.kind")
        return self._fields.focusField(key)
