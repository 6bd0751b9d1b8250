"""What each column of the open dataset is for: inferred, changed by the user with undo, remembered between sessions.

Only what differs from the inferred roles is remembered, by the dataset's content hash. No widgets here.
"""

import json
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.pages.data.answers import DatasetAnswer
from app.pages.data.wording import role_title, translate
from engine.spec import Role, Roles

_UNFIT = {
    Role.CONTINUOUS: {"text", "date", "datetime"},
    Role.DATE: {"text", "boolean", "integer", "number"},
}


class RolesEditor(QObject):
    """Holds the roles of one dataset; every change goes through its undo stack."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undoStack = QUndoStack(self)
        self._settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Tensorbench", "Roles")
        self._id = ""
        self._types: dict[str, str] = {}
        self._inferred: dict[str, Role] = {}
        self._roles: dict[str, Role] = {}

    def load(self, dataset: DatasetAnswer, inferred: Roles | None) -> None:
        """Take a dataset's inferred roles and what the user changed about them earlier; None while nothing is known."""
        self._id = dataset["id"]
        self._types = {column["name"]: column["type"] for column in dataset["columns"]}
        named = {} if inferred is None else {name: role for role in Role for name in inferred.columns(role)}
        self._inferred = {} if inferred is None else {name: named.get(name, Role.IGNORE) for name in self._types}
        self._roles = dict(self._inferred)
        if inferred is not None:
            self._roles |= self._remembered()
        self.undoStack.clear()
        self.changed.emit()

    @property
    def isKnown(self) -> bool:
        """Whether roles were inferred yet."""
        return bool(self._roles)

    def mapping(self) -> Mapping[str, Role]:
        """Column → role."""
        return self._roles

    def value(self) -> Roles:
        """The roles as a specification has them."""
        return Roles.from_mapping(self._roles)

    def setRole(self, columns: Iterable[str], role: Role) -> None:
        """Give columns a role, as one step that can be undone; those whose type cannot have it are left and named."""
        wanted = list(columns)
        unfit = [name for name in wanted if self._types.get(name) in _UNFIT.get(role, set())]
        change = {
            name: role for name in wanted if name in self._roles and name not in unfit and self._roles[name] is not role
        }
        if change:
            before = {name: self._roles[name] for name in change}
            self.undoStack.push(_Change(self, before, change))
        if unfit:
            self.refused.emit(self._refusal(unfit, role))

    def apply(self, change: Mapping[str, Role]) -> None:
        """Change roles without a step to undo; what the undo stack's steps call."""
        self._roles |= change
        self._remember()
        self.changed.emit()

    def _refusal(self, unfit: list[str], role: Role) -> str:
        if role is Role.DATE:
            text = translate("Data", "“{0}” does not hold dates, so it cannot be a date column.")
            several = translate("Data", "“{0}” and {1} more do not hold dates, so they cannot be date columns.")
        else:
            text = translate("Data", "“{0}” does not hold numbers, so it cannot be continuous; categorical fits.")
            several = translate("Data", "“{0}” and {1} more do not hold numbers, so they cannot be continuous.")
        return text.format(unfit[0]) if len(unfit) == 1 else several.format(unfit[0], len(unfit) - 1)

    def _remembered(self) -> dict[str, Role]:
        try:
            kept = json.loads(str(self._settings.value(self._id, "{}")))
            return {str(name): Role(role) for name, role in kept.items() if name in self._types}
        except (ValueError, AttributeError):
            return {}  # An unreadable memory is no memory.

    def _remember(self) -> None:
        differing = {name: role.value for name, role in self._roles.items() if self._inferred[name] is not role}
        if differing:
            self._settings.setValue(self._id, json.dumps(differing))
        else:
            self._settings.remove(self._id)


class _Change(QUndoCommand):
    """Some columns get a role."""

    def __init__(self, editor: RolesEditor, before: dict[str, Role], after: dict[str, Role]) -> None:
        name, role = next(iter(after.items()))
        many = translate("Data", "{0} columns: {1}").format(len(after), role_title(role))
        super().__init__(f"{name}: {role_title(role)}" if len(after) == 1 else many)
        self._editor = editor
        self._before = before
        self._after = after

    def redo(self) -> None:
        """Give the new roles."""
        self._editor.apply(self._after)

    def undo(self) -> None:
        """Give the roles back that were before."""
        self._editor.apply(self._before)
