"""Undo and redo over whole specifications. Holds values, never widgets."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.spec import RunSpec

_TYPING = 1


class SpecHistory(QObject):
    """The specifications that were; `changed` carries the one to show after undo, redo or a push."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self._sealed = True

    def push(self, before: RunSpec, after: RunSpec, text: str, key: str = "") -> None:
        """Record a change; changes of one key in a row are one step, until `seal` is called."""
        if before != after:
            merges = bool(key) and not self._sealed
            self._sealed = False
            self.stack.push(_Change(self, before, after, text, key, merges))

    def seal(self) -> None:
        """End the current step: what is typed next is a step of its own."""
        self._sealed = True

    def clear(self) -> None:
        """Forget everything."""
        self.stack.clear()
        self._sealed = True


class _Change(QUndoCommand):
    def __init__(
        self, history: SpecHistory, before: RunSpec, after: RunSpec, text: str, key: str, merges: bool
    ) -> None:
        super().__init__(text)
        self._history = history
        self._before = before
        self._after = after
        self._key = key
        self._merges = merges

    def redo(self) -> None:
        """Show the later specification."""
        self._history.changed.emit(self._after)

    def undo(self) -> None:
        """Show the earlier specification; what is typed then is a new step."""
        self._history.seal()
        self._history.changed.emit(self._before)

    def id(self) -> int:
        """Return what may be merged."""
        return _TYPING

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a later change of the same key."""
        if not isinstance(other, _Change) or not other._merges or other._key != self._key:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True
