"""A table model of rows that are arranged: how one row moves, comes and goes so that a selection stays where it is."""

import bisect

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex

from app.pages.runs.arrangement import Arrangement
from app.pages.runs.column_set import ColumnSet
from app.pages.runs.columns import ColumnId, Row

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class ArrangedModel(QAbstractTableModel):
    """Runs in an arrangement; what their cells tell is decided by who inherits."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = ColumnSet()
        self._rows: dict[str, Row] = {}
        self._collapsed: set[str] = set()
        self._arranged = Arrangement(self.columns.every[ColumnId.CREATED], collapsed=self._collapsed)

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return the number of runs and sections shown."""
        return 0 if parent.isValid() else len(self._arranged.entries)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns.every)

    def _order(self) -> None:
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        before = [self._arranged.entries[index.row()] for index in held]
        self._arranged.order(self._rows)
        if held:
            places = {entry: place for place, entry in enumerate(self._arranged.entries)}
            after = [
                self.index(places[entry], index.column()) if entry in places else QModelIndex()
                for entry, index in zip(before, held, strict=True)
            ]
            self.changePersistentIndexList(held, after)
        self.layoutChanged.emit()

    def _place(self, row: Row) -> None:
        """Show a run where it belongs now: in place, moved, inserted or hidden."""
        arranged = self._arranged
        before = self._rows.get(row.record.id)
        if arranged.group is not None and (before is None or self._changes_section(before, row)):
            self._rows[row.record.id] = row
            self._order()
            return
        place = arranged.find(before) if before else -1
        self._rows[row.record.id] = row
        passes = arranged.passes(row)
        if place >= 0 and (not passes or arranged.key(row) != arranged.keys[place]):
            place = self._move(place, row) if passes else self._take_out(place)
        if place >= 0:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.columns.every) - 1))
        elif passes and arranged.group is None:  # in a closed section it stays unseen
            self._insert(row)

    def _changes_section(self, before: Row, after: Row) -> bool:
        arranged = self._arranged
        return arranged.section(before) != arranged.section(after) or arranged.passes(before) != arranged.passes(after)

    def _insert(self, row: Row) -> None:
        key = self._arranged.key(row)
        place = bisect.bisect_left(self._arranged.keys, key)
        self.beginInsertRows(QModelIndex(), place, place)
        self._arranged.keys.insert(place, key)
        self._arranged.entries.insert(place, row.record.id)
        self._arranged.count += 1
        self.endInsertRows()

    def _move(self, place: int, row: Row) -> int:
        arranged, key = self._arranged, self._arranged.key(row)
        others = arranged.keys[:place] + arranged.keys[place + 1 :]
        target = bisect.bisect_left(others, key)
        if target != place:
            self.beginMoveRows(ROOT, place, place, ROOT, target + 1 if target > place else target)
            arranged.entries.insert(target, arranged.entries.pop(place))
        arranged.keys = others
        arranged.keys.insert(target, key)
        if target != place:
            self.endMoveRows()
        return target

    def _take_out(self, place: int) -> int:
        self.beginRemoveRows(QModelIndex(), place, place)
        del self._arranged.entries[place], self._arranged.keys[place]
        self._arranged.count -= 1
        self.endRemoveRows()
        return -1
