"""The queue as Qt models: the runs that wait, in an order that can be changed by dragging, and the runs at work.

They show what they were told and say what the user wants; who does it is the panel's business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from engine import catalog
from engine.amounts import percent
from engine.runs import QueueState, RunRecord, RunStatus

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
MIME = "application/x-tensorbench-queue"
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Entry:
    """A run of the queue with the few words of its specification that are shown."""

    record: RunRecord
    model: str
    dataset: str

    @classmethod
    def of(cls, record: RunRecord, before: "Entry | None" = None) -> "Entry":
        """Make a run's entry; the specification never changes, so an earlier entry saves reading it again."""
        if before is not None:
            return cls(record, before.model, before.dataset)
        spec = record.spec_or_none
        if spec is None:
            return cls(record, "", "")
        return cls(record, catalog.title_of(spec.model.name), spec.data.name or spec.data.dataset[:8])

    @property
    def about(self) -> str:
        """Model and dataset in one line."""
        return " · ".join(part for part in (self.model, self.dataset) if part)


def ids_of(entries: Iterable[Entry]) -> list[str]:
    """Return the ids of some entries' runs."""
    return [entry.record.id for entry in entries]


class Entries(QAbstractListModel):
    """Runs in a given order, one a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, Entry] = {}
        self._order: list[str] = []

    def ids(self) -> list[str]:
        """Return the runs' ids from top to bottom."""
        return list(self._order)

    def entryAt(self, place: int) -> Entry:
        """Return the run of a row."""
        return self._entries[self._order[place]]

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these runs in this order; rows that stay keep their selection."""
        before, order = self._entries, ids_of(entries)
        moved = order != self._order
        for place in reversed([p for p, run_id in enumerate(self._order) if run_id not in set(order)]):
            self.beginRemoveRows(ROOT, place, place)
            del self._order[place]
            self.endRemoveRows()
        self._entries = {entry.record.id: entry for entry in entries}
        for place, run_id in enumerate(order):
            self._put(run_id, place)
        for place, entry in enumerate(entries):
            if moved or before.get(entry.record.id) != entry:  # a row that moved has another place to show
                self.dataChanged.emit(self.index(place), self.index(place))

    def _put(self, run_id: str, place: int) -> None:
        at = self._order.index(run_id) if run_id in self._order else -1
        if at < 0:
            self.beginInsertRows(ROOT, place, place)
            self._order.insert(place, run_id)
            self.endInsertRows()
        elif at != place:  # never before its place: all rows above are right already
            self.beginMoveRows(ROOT, at, at, ROOT, place)
            self._order.insert(place, self._order.pop(at))
            self.endMoveRows()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return the number of runs."""
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a run's name, its words for a tooltip and for a screen reader, or the entry that is painted."""
        entry = self.entryAt(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.record.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.record.name}\n{entry.about}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index.row(), entry)
        return entry if role == ENTRY_ROLE else None

    def _spoken(self, _place: int, entry: Entry) -> str:
        return f"{entry.record.name}, {entry.about}, {percent(entry.record.progress.fraction)}"


class WaitingModel(Entries):
    """The runs that wait. A move is shown at once and asked for; `revert` shows the told order again."""

    moveRequested = Signal(str, object)  # run id, the id that it goes before or None for last

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: list[Entry] = []

    def tell(self, entries: Sequence[Entry]) -> None:
        """Take the queue's own order; what is not news of the order leaves a move that was asked for on show."""
        known = ids_of(entries) == ids_of(self._told)
        self._told = list(entries)
        if known and {*ids_of(entries)} == {*self._order}:
            by_id = {entry.record.id: entry for entry in entries}
            self.show([by_id[run_id] for run_id in self._order])
        else:
            self.show(entries)

    def revert(self) -> None:
        """Give up moves that were not confirmed."""
        self.show(self._told)

    def moveRows(self, parent: Index, first: int, count: int, target: Index, before: int) -> bool:
        """Move runs before another row, as a drop in the list does."""
        last = first + count - 1
        if parent.isValid() or target.isValid() or not 0 <= first <= last < len(self._order):
            return False
        if not 0 <= before <= len(self._order) or first <= before <= last + 1:
            return False
        follower = self._order[before] if before < len(self._order) else None
        moved = self._order[first : last + 1]
        self.beginMoveRows(ROOT, first, last, ROOT, before)
        del self._order[first : last + 1]
        at = before if before < first else before - count
        self._order[at:at] = moved
        self.endMoveRows()
        for run_id in moved:
            self.moveRequested.emit(run_id, follower)
        low, high = min(first, at), max(last, before - 1)
        self.dataChanged.emit(self.index(low), self.index(high))  # their places are others now
        return True

    def move(self, ids: Iterable[str], before: int) -> bool:
        """Move these runs, in their order, before a row; False where that changes nothing."""
        chosen = set(ids)
        moving = [run_id for run_id in self._order if run_id in chosen]
        follower = next((run_id for run_id in self._order[before:] if run_id not in chosen), None)
        done = False
        for run_id in moving:
            row = len(self._order) if follower is None else self._order.index(follower)
            done |= self.moveRows(ROOT, self._order.index(run_id), 1, ROOT, row)
        return done

    # Dragging

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Runs can be dragged, and dropped between others but not onto one."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        can = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return can | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Runs are moved, never copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """The one type that is dragged and taken."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Carry the dragged runs' ids."""
        data = QMimeData()
        data.setData(MIME, QByteArray("\n".join(self._order[index.row()] for index in indexes).encode()))
        return data

    def dropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index) -> bool:
        """Put the dragged runs where they were dropped: before a row, or last."""
        if not data.hasFormat(MIME):
            return False
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self._order)
        return self.move(bytes(data.data(MIME).data()).decode().split("\n"), place)

    def _spoken(self, place: int, entry: Entry) -> str:
        return self.tr("{0} in line: {1}, {2}").format(place + 1, entry.record.name, entry.about)


class QueueModel(QObject):
    """What the window knows of the queue: runs that wait, runs at work, and the limit."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.waiting = WaitingModel(self)
        self.working = Entries(self)
        self.state = QueueState()
        self._known: dict[str, Entry] = {}

    def takeRuns(self, changed: Iterable[RunRecord]) -> None:
        """Take news of runs."""
        for record in changed:
            if record.status.is_over or record.status is RunStatus.PAUSED:
                self._known.pop(record.id, None)
            else:
                self._known[record.id] = Entry.of(record, self._known.get(record.id))
        self._show()

    def removeRuns(self, ids: Iterable[str]) -> None:
        """Forget runs that went to the trash."""
        for run_id in ids:
            self._known.pop(run_id, None)
        self._show()

    def takeState(self, state: QueueState) -> None:
        """Take how the queue stands."""
        self.state = state
        self._show()

    def record(self, run_id: str) -> RunRecord | None:
        """Return a run of the queue."""
        entry = self._known.get(run_id)
        return entry.record if entry else None

    def _show(self) -> None:
        # The record is newer than the queue's state: a run that was just started waits no more.
        works = [entry for entry in self._known.values() if entry.record.queue_place is None]
        known = (self._known.get(run_id) for run_id in self.state.waiting)
        waits = [entry for entry in known if entry is not None and entry.record.queue_place is not None]
        self.waiting.tell(waits)
        self.working.show(sorted(works, key=lambda entry: entry.record.started or entry.record.created))
        self.changed.emit()
