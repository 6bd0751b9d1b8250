"""What the user changes in the table of runs, as commands that can be undone. They talk to the engine thread alone."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QUndoCommand

from app.engine_thread import EngineThread
from app.pages.run.wording import runs_count

Content = Mapping[str, Any] | None  # of a view; None where there is none of the name


class DeleteRuns(QUndoCommand):
    """Puts runs into the trash; undoing restores them with everything they recorded."""

    def __init__(self, engine: EngineThread, ids: list[str]) -> None:
        super().__init__(_tr("Delete {0}").format(runs_count(len(ids))))
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
        super().__init__(_tr("Rename run"))
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


class StarRuns(QUndoCommand):
    """Stars runs, or takes their stars away."""

    def __init__(self, engine: EngineThread, run_ids: list[str], starred: bool) -> None:
        super().__init__(
            (_tr("Star {0}") if starred else _tr("Take the star from {0}")).format(runs_count(len(run_ids)))
        )
        self._engine = engine
        self._run_ids = run_ids
        self._starred = starred

    def redo(self) -> None:
        """Set or take the stars."""
        self._set(self._starred)

    def undo(self) -> None:
        """Take or set the stars."""
        self._set(not self._starred)

    def _set(self, starred: bool) -> None:
        for run_id in self._run_ids:
            self._engine.starRun(run_id, starred)


class TagRuns(QUndoCommand):
    """Adds a tag to runs, or takes it away; the other tags of each run stay."""

    def __init__(self, engine: EngineThread, before: Mapping[str, tuple[str, ...]], tag: str, wanted: bool) -> None:
        super().__init__((_tr("Tag {0}") if wanted else _tr("Take a tag from {0}")).format(runs_count(len(before))))
        self._engine = engine
        self._before = dict(before)
        self._after = {run_id: with_tag(tags, tag, wanted) for run_id, tags in before.items()}

    def redo(self) -> None:
        """Set the new tags."""
        self._set(self._after)

    def undo(self) -> None:
        """Set the old tags."""
        self._set(self._before)

    def _set(self, tags_of: Mapping[str, tuple[str, ...]]) -> None:
        for tags in dict.fromkeys(tags_of.values()):
            self._engine.tagRuns([run_id for run_id, its in tags_of.items() if its == tags], tags)


class GroupRuns(QUndoCommand):
    """Puts runs into a group, or with an empty name into none."""

    def __init__(self, engine: EngineThread, before: Mapping[str, str], group: str) -> None:
        super().__init__(_tr("Group {0}").format(runs_count(len(before))))
        self._engine = engine
        self._before = dict(before)
        self._group = group

    def redo(self) -> None:
        """Put them there."""
        self._engine.groupRuns(list(self._before), self._group)

    def undo(self) -> None:
        """Put each back to where it was."""
        for group in dict.fromkeys(self._before.values()):
            self._engine.groupRuns([run_id for run_id, its in self._before.items() if its == group], group)


class ChangeView(QUndoCommand):
    """Saves a view under a name, renames it or deletes it; undoing brings back what the names held before."""

    def __init__(
        self, engine: EngineThread, text: str, before: Mapping[str, Content], after: Mapping[str, Content]
    ) -> None:
        super().__init__(text)
        self._engine = engine
        self._before = dict(before)
        self._after = dict(after)

    def redo(self) -> None:
        """Let the names hold what they are to."""
        self._set(self._after)

    def undo(self) -> None:
        """Let the names hold what they held."""
        self._set(self._before)

    def _set(self, views: Mapping[str, Content]) -> None:
        for name, content in views.items():
            if content is None:
                self._engine.deleteView(name)
            else:
                self._engine.saveView(name, content)


def with_tag(tags: tuple[str, ...], tag: str, wanted: bool) -> tuple[str, ...]:
    """Return tags with one more, at their end, or with one less."""
    if not wanted:
        return tuple(one for one in tags if one != tag)
    return tags if tag in tags else (*tags, tag)


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunChanges", text)
