"""The table model of runs: sorted, filtered and updated row by row, so that a selection stays where it is.

It sorts by keys made once a run instead of asking for every comparison: 10,000 runs are ordered in milliseconds.
"""

import bisect
import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.pages.runs.columns import ColumnId, Row, columns, tooltip
from engine.runs.records import RunRecord

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
MOVE_AT_MOST = 64  # more changed runs than this are cheaper to order afresh
STATUS_ROLE = Qt.ItemDataRole.UserRole + 1
STAR_ROLE = Qt.ItemDataRole.UserRole + 2


class RunsModel(QAbstractTableModel):
    """Every run that the filter lets through, in the order of one column."""

    renameRequested = Signal(str, str)
    starRequested = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns()
        self._rows: dict[str, Row] = {}
        self._shown: list[str] = []
        self._keys: list[tuple[Any, ...]] = []
        self._words: list[str] = []
        self._column = ColumnId.CREATED
        self._descending = True

    # What the page uses

    def upsert(self, records: Sequence[RunRecord]) -> None:
        """Take new and changed runs."""
        afresh = len(records) > MOVE_AT_MOST
        for record in records:
            row = Row.of(record, self._rows.get(record.id))
            if afresh:
                self._rows[record.id] = row
            else:
                self._place(row)
        if afresh:
            self._order()

    def remove(self, ids: Iterable[str]) -> None:
        """Forget runs."""
        gone = set(ids)
        places = [place for place, run_id in enumerate(self._shown) if run_id in gone]
        if len(places) > MOVE_AT_MOST:
            for run_id in gone:
                self._rows.pop(run_id, None)
            self._order()
            return
        for place in reversed(places):
            self._take_out(place)
        for run_id in gone:
            self._rows.pop(run_id, None)

    def setFilter(self, text: str) -> None:
        """Show only the runs that contain every word of the text in a name, dataset, model, status or note."""
        words = text.casefold().split()
        if words != self._words:
            self._words = words
            self._order()

    def total(self) -> int:
        """Return the number of runs, shown or not."""
        return len(self._rows)

    def records(self) -> list[RunRecord]:
        """Return the runs that are shown, from top to bottom."""
        return [self._rows[run_id].record for run_id in self._shown]

    def recordAt(self, place: int) -> RunRecord:
        """Return the run of a row of the table."""
        return self._rows[self._shown[place]].record

    def record(self, run_id: str) -> RunRecord | None:
        """Return a run by its id."""
        row = self._rows.get(run_id)
        return row.record if row else None

    def placeOf(self, run_id: str) -> int:
        """Return the row of the table that shows a run, or -1."""
        row = self._rows.get(run_id)
        return self._find(row) if row else -1

    # Qt's model

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return the number of runs shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, tooltip, alignment, or the status and star that its delegate draws."""
        row = self._rows[self._shown[index.row()]]
        column = ColumnId(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[column].text(row)
        if role == Qt.ItemDataRole.EditRole:
            return row.record.name if column is ColumnId.NAME else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self._columns[column].numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(row, column) or None
        if role == Qt.ItemDataRole.AccessibleTextRole and column is ColumnId.STAR:
            return self.tr("starred") if row.record.starred else self.tr("not starred")
        if role == STATUS_ROLE:
            return row.record.status
        if role == STAR_ROLE:
            return row.record.starred
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title or explanation."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self._columns[ColumnId(section)]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(ColumnId(section))
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.explanation
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell: names can be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == ColumnId.NAME else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a new name; it is shown at once, before the store has it."""
        record = self.recordAt(index.row())
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not name or name == record.name:
            return False
        self.renameRequested.emit(record.id, name)
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the runs by a column; runs without a value come last in both directions."""
        self._column = ColumnId(column)
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._order()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def toggleStar(self, index: Index) -> None:
        """Ask to star a run, or to take its star away."""
        record = self.recordAt(index.row())
        self.starRequested.emit(record.id, not record.starred)

    def replace(self, run_id: str, name: str | None = None, starred: bool | None = None) -> None:
        """Show a change before the store has confirmed it."""
        row = self._rows.get(run_id)
        if row is None:
            return
        changes: dict[str, Any] = {"name": name, "starred": starred}
        kept = {key: value for key, value in changes.items() if value is not None}
        self._place(Row.of(dataclasses.replace(row.record, **kept), row))

    # Order

    def _title(self, column: ColumnId) -> str:
        """Return a column's title, with an arrow where the table is sorted by it: a style's own covers the text."""
        title = self._columns[column].title
        if column is not self._column or column is ColumnId.STAR:
            return title
        arrow = "↓" if self._descending else "↑"
        return f"{arrow} {title}" if self._columns[column].numeric else f"{title} {arrow}"

    def _key(self, row: Row) -> tuple[Any, ...]:
        value = self._columns[self._column].key(row)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return (1, 0, row.record.created, row.record.id)
        return (0, _Down(value) if self._descending else value, -row.record.created, row.record.id)

    def _passes(self, row: Row) -> bool:
        return all(word in row.haystack for word in self._words)

    def _order(self) -> None:
        """Order all runs afresh; what is selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        before = [self._shown[index.row()] for index in held]
        ordered = sorted((self._key(row), run_id) for run_id, row in self._rows.items() if self._passes(row))
        self._keys = [key for key, _ in ordered]
        self._shown = [run_id for _, run_id in ordered]
        places = {run_id: place for place, run_id in enumerate(self._shown)}
        after = [
            self.index(places[run_id], index.column()) if run_id in places else QModelIndex()
            for run_id, index in zip(before, held, strict=True)
        ]
        self.changePersistentIndexList(held, after)
        self.layoutChanged.emit()

    def _find(self, row: Row) -> int:
        key = self._key(row)
        place = bisect.bisect_left(self._keys, key)
        if place < len(self._shown) and self._shown[place] == row.record.id:
            return place
        # A running run's duration grows, so its key may not be the one it was placed by.
        return self._shown.index(row.record.id) if row.record.id in self._shown else -1

    def _place(self, row: Row) -> None:
        """Show a run where it belongs now: in place, moved, inserted or hidden."""
        before = self._rows.get(row.record.id)
        place = self._find(before) if before else -1
        self._rows[row.record.id] = row
        passes = self._passes(row)
        if place >= 0 and (not passes or self._key(row) != self._keys[place]):
            place = self._move(place, row) if passes else self._take_out(place)
        if place >= 0:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(self._columns) - 1))
        elif passes:
            key = self._key(row)
            place = bisect.bisect_left(self._keys, key)
            self.beginInsertRows(QModelIndex(), place, place)
            self._keys.insert(place, key)
            self._shown.insert(place, row.record.id)
            self.endInsertRows()

    def _move(self, place: int, row: Row) -> int:
        key = self._key(row)
        others = self._keys[:place] + self._keys[place + 1 :]
        target = bisect.bisect_left(others, key)
        if target != place:
            self.beginMoveRows(ROOT, place, place, ROOT, target + 1 if target > place else target)
            self._shown.insert(target, self._shown.pop(place))
        self._keys = others
        self._keys.insert(target, key)
        if target != place:
            self.endMoveRows()
        return target

    def _take_out(self, place: int) -> int:
        self.beginRemoveRows(QModelIndex(), place, place)
        del self._shown[place], self._keys[place]
        self.endRemoveRows()
        return -1


class _Down:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Down") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Down) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value)
