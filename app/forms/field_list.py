"""Rows for a list of fields: the usual ones first, the rest folded under “More”. Shows values; decides none."""

from collections.abc import Collection, Mapping, Sequence

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.forms.editors import ChoiceEditor
from app.forms.field import Field
from app.forms.row import FieldRow
from app.forms.section import Section
from app.forms.several import SeveralEditor
from app.forms.wording import say


class FieldList(QWidget):
    """Editors for fields; `changed` carries a dotted key and its new value."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, name: str, fields: Sequence[Field] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._rows: dict[str, FieldRow] = {}
        self._idle: set[str] = set()
        self._more: Section | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.setFields(fields)

    def setFields(self, fields: Sequence[Field]) -> None:
        """Show other fields, at their defaults. Where the same stand there with other choices, their rows stay, so that
        neither the cursor nor the view jumps."""
        if [(one.key, one.common) for one in fields] == [(one.key, one.common) for one in self.fields()]:
            for field in fields:
                self._update(field)
            return
        for row in self._rows.values():
            row.hide()
            row.deleteLater()
        if self._more is not None:
            self._more.hide()
            self._more.deleteLater()
            self._more = None
        self._rows = {field.key: self._row(field) for field in fields}
        for row in self._rows.values():
            if row.field.common:
                self._layout.addWidget(row)
        if any(not row.field.common for row in self._rows.values()):
            self._more = Section(f"{self.objectName()}.more", say("More"), opened=False, quiet=True, parent=self)
            self._layout.addWidget(self._more)
            for row in self._rows.values():
                if not row.field.common:
                    self._more.content.addWidget(row)

    def fields(self) -> tuple[Field, ...]:
        """Return what is shown here."""
        return tuple(row.field for row in self._rows.values())

    def value(self) -> dict[str, JsonValue]:
        """Return every value by dotted key."""
        return {key: row.editor.value() for key, row in self._rows.items()}

    def setValue(self, values: Mapping[str, JsonValue]) -> None:
        """Show values by dotted key; a field that is not named shows its default."""
        for key, row in self._rows.items():
            row.setValue(values.get(key, row.field.default))

    def setIdle(self, keys: Collection[str]) -> None:
        """Hide the fields that change nothing now."""
        for key, row in self._rows.items():
            row.setVisible(key not in keys)
        if self._more is not None:
            hidden = [row for row in self._rows.values() if not row.field.common and row.field.key not in keys]
            self._more.setVisible(bool(hidden))
            self._more.heading.setText(say("{0} more").format(len(hidden)))

    def setChoices(self, key: str, choices: Sequence[str]) -> None:
        """Offer other values for a choice."""
        row = self._rows.get(key)
        if row is not None and isinstance(row.editor, ChoiceEditor | SeveralEditor):
            row.editor.setChoices(tuple(choices))

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong, by dotted key; a fault inside a field's value belongs to the field."""
        for key, row in self._rows.items():
            inside = (text for at, text in faults.items() if at == key or at.startswith((f"{key}[", f"{key}.")))
            row.setFault(next(inside, ""))

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used, by dotted key."""
        return {key: row.editor.problem() for key, row in self._rows.items() if row.editor.problem()}

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field, opening the fold it lies in; returns its editor, or None when it is not here."""
        row = self._rows.get(key)
        if row is None:
            return None
        if self._more is not None and not row.field.common:
            self._more.setOpened(True)
        row.focus()
        return row.editor

    def _update(self, field: Field) -> None:
        """Offer a field's choices; a field of another kind gets a row of its own in the old one's place."""
        row = self._rows[field.key]
        if row.takes(field):
            return
        fresh = self._rows[field.key] = self._row(field)
        layout = self._layout if field.common or self._more is None else self._more.content
        layout.replaceWidget(row, fresh)
        fresh.setVisible(row.isVisibleTo(self))
        row.hide()
        row.deleteLater()

    def _row(self, field: Field) -> FieldRow:
        row = FieldRow(field, self)
        row.changed.connect(self.changed)
        row.problemChanged.connect(self.problemChanged)
        row.left.connect(self.left)
        return row
