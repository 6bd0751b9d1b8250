"""A form made from a pydantic model: its fields, and a folding group for each model inside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.forms.field import fields_of, nested_model, with_choices
from app.forms.field_list import FieldList
from app.forms.section import Section
from app.forms.wording import label_of


class SpecForm(QWidget):
    """Edits one part of a specification; `changed` carries a dotted key and a value, `valueChanged` the whole part."""

    changed = Signal(str, object)
    valueChanged = Signal(object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(
        self,
        model: type[BaseModel],
        prefix: str,
        choices: Mapping[str, Sequence[str]] | None = None,
        opened: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}.form")
        self._model = model
        self._prefix = prefix
        free = choices or {}
        fields = [with_choices(one, free[one.key]) if one.key in free else one for one in fields_of(model, prefix)]
        if not any(one.common for one in fields):
            fields = [replace(one, common=True) for one in fields]
        self.fields = FieldList(f"{prefix}.fields", fields, self)
        self._groups: dict[str, tuple[Section, SpecForm]] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        if fields:
            layout.addWidget(self.fields)
        for name, info in model.model_fields.items():
            inner = nested_model(info)
            if inner is not None:
                layout.addWidget(self._group(name, inner, free, name in opened))
        self._pass_on(self.fields)

    def value(self) -> BaseModel:
        """Return the part as the editors have it. Raises pydantic's ValidationError when the fields contradict."""
        return self._model.model_validate(self._content())

    def setValue(self, value: BaseModel) -> None:
        """Show a part of a specification."""
        content: dict[str, Any] = value.model_dump(mode="json")
        self.fields.setValue({f"{self._prefix}.{name}": inner for name, inner in content.items()})
        for name, (_, form) in self._groups.items():
            form.setValue(getattr(value, name))

    def group(self, name: str) -> Section:
        """Return the folding group of a nested part, to which a page may add."""
        return self._groups[name][0]

    def setIdle(self, keys: Collection[str]) -> None:
        """Hide the fields, and whole groups, that change nothing now."""
        self.fields.setIdle(keys)
        for name, (section, form) in self._groups.items():
            section.setVisible(f"{self._prefix}.{name}" not in keys)
            form.setIdle(keys)

    def setChoices(self, key: str, choices: Sequence[str]) -> None:
        """Offer other values for a free choice."""
        self.fields.setChoices(key, choices)
        for _, form in self._groups.values():
            form.setChoices(key, choices)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        self.fields.setFaults(faults)
        for _, form in self._groups.values():
            form.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used, by dotted key."""
        found = self.fields.problems()
        for _, form in self._groups.values():
            found |= form.problems()
        return found

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field, opening what it lies in; a group's key means its first field."""
        found = self.fields.focusField(key)
        if found is not None:
            return found
        for name, (section, form) in self._groups.items():
            path = f"{self._prefix}.{name}"
            if key == path or key.startswith(f"{path}."):
                section.setOpened(True)
                first = form.fields.fields()[0].key if key == path and form.fields.fields() else key
                return form.focusField(first)
        return None

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {key.rpartition(".")[2]: value for key, value in self.fields.value().items()}
        return content | {name: form._content() for name, (_, form) in self._groups.items()}

    def _group(self, name: str, model: type[BaseModel], free: Mapping[str, Sequence[str]], opened: bool) -> Section:
        path = f"{self._prefix}.{name}"
        section = Section(f"{path}.group", label_of(path), opened=opened, parent=self)
        form = SpecForm(model, path, free, parent=section)
        section.content.addWidget(form)
        self._groups[name] = (section, form)
        self._pass_on(form)
        return section

    def _pass_on(self, part: "FieldList | SpecForm") -> None:
        part.changed.connect(self._on_changed)
        part.problemChanged.connect(self.problemChanged)
        part.left.connect(self.left)

    @Slot(str, object)
    def _on_changed(self, key: str, value: JsonValue) -> None:
        self.changed.emit(key, value)
        try:
            self.valueChanged.emit(self.value())
        except ValidationError:
            # The page says what contradicts; there is no whole value to carry.
            return
