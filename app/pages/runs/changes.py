"""What the user changes in the table of runs, as commands that can be undone. They talk to the engine thread alone."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QUndoCommand

from app.engine_thread import EngineThread
from app.pages.run.wording import runs_count


class DeleteRuns(QUndoCommand):
    """Puts runs into the trash; undoing restores them with everything they recorded."""

    def __init__(self, engine: EngineThread, ids: list[str]) -> None:
        super().__init__(QCoreApplication.translate("RunChanges", "Delete {0}").format(runs_count(len(ids))))
        self._engine = engine
        self._ids = ids

    def redo(self) -> None:
        """Delete."""
        self._engine.trashRuns(self._ids)

    def undo(self) -> None:
        """Bring back."""
        self._engine.restoreRuns(self._ids)


class RenameRun(QUndoCommand):
    """Gives a run another name."""

    def __init__(self, engine: EngineThread, run_id: str, before: str, after: str) -> None:
        super().__init__(QCoreApplication.translate("RunChanges", "Rename run"))
        self._engine = engine
        self._run_id = run_id
        self._before = before
        self._after = after

    def redo(self) -> None:
        """Set the new name."""
        self._engine.renameRun(self._run_id, self._after)

    def undo(self) -> None:
        """Set the old name."""
        self._engine.renameRun(self._run_id, self._before)
