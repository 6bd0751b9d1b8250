"""The table model of runs: sorted, filtered, grouped and updated row by row, so that a selection stays where it is."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from app.pages.run.wording import DASH
from app.pages.runs.arranged_model import ROOT, ArrangedModel, Index
from app.pages.runs.arrangement import SECTION, Section
from app.pages.runs.columns import ColumnId, Row, tooltip
from engine.runs.records import RunRecord

MOVE_AT_MOST = 64  # more changed runs than this are cheaper to order afresh
STATUS_ROLE = Qt.ItemDataRole.UserRole + 1
STAR_ROLE = Qt.ItemDataRole.UserRole + 2
TAGS_ROLE = Qt.ItemDataRole.UserRole + 3
SECTION_ROLE = Qt.ItemDataRole.UserRole + 4  # (title, count, whether it is open), of a section's row alone


class RunsModel(ArrangedModel):
    """Every run that the filter lets through, in the order of one column, in sections where they are grouped.

    The columns that all runs have come first and stay; those that were chosen follow them.
    """

    renameRequested = Signal(str, str)
    starRequested = Signal(str, bool)
    sectionToggled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sorted_by = ColumnId.CREATED.id
        self._grouped_by = ""
        self._passes_by: tuple[str, ...] = ()

    # What the page uses

    def take(self, records: Sequence[RunRecord]) -> None:
        """Take new and changed runs without showing them; `arrange` does."""
        for record in records:
            self._rows[record.id] = Row.of(record, self._rows.get(record.id))

    def arrange(self) -> None:
        """Order all runs afresh; what is selected stays selected."""
        self._order()

    def upsert(self, records: Sequence[RunRecord]) -> None:
        """Take and show new and changed runs."""
        if len(records) > MOVE_AT_MOST:
            self.take(records)
            self._order()
            return
        for record in records:
            self._place(Row.of(record, self._rows.get(record.id)))

    def remove(self, ids: Iterable[str]) -> None:
        """Forget runs."""
        gone = [self._rows[run_id] for run_id in set(ids) if run_id in self._rows]
        places = (
            [place for row in gone if (place := self._arranged.find(row)) >= 0] if len(gone) <= MOVE_AT_MOST else []
        )
        for row in gone:
            del self._rows[row.record.id]
        if len(gone) > MOVE_AT_MOST or self._arranged.group is not None:
            self._order()
            return
        for place in sorted(places, reverse=True):
            self._take_out(place)

    def setPasses(self, passes: Callable[[Row], bool], columns: Collection[str] = ()) -> None:
        """Show only the runs that a filter lets through, which may look at the values of some chosen columns."""
        self._arranged.passes = passes
        self._passes_by = tuple(columns)
        self._order()

    def setGroup(self, column_id: str, collapsed: Collection[str] = ()) -> None:
        """Group the runs by a column, or with an empty id not at all."""
        self._grouped_by = column_id if self.columns.has(column_id) else ""
        self._arranged.group = self.columns.get(column_id) if self._grouped_by else None
        self._collapsed.clear()
        self._collapsed.update(collapsed)
        self._order()

    def toggleSection(self, title: str) -> None:
        """Open or close a section."""
        self._collapsed.symmetric_difference_update({title})
        self._order()
        self.sectionToggled.emit()

    def setChosen(self, ids: Sequence[str]) -> None:
        """Have these columns of settings and metrics behind the ones that all runs have."""
        for column_id in [known for known in self.columns.chosen if known not in ids]:
            place = self.columns.place(column_id)
            if column_id in {self._sorted_by, self._grouped_by}:
                self._forget_arrangement(column_id)
            self.beginRemoveColumns(ROOT, place, place)
            self.columns.take_out(column_id)
            self.endRemoveColumns()
        for column_id in [wanted for wanted in ids if wanted not in self.columns.chosen]:
            place = len(self.columns.every)
            self.beginInsertColumns(ROOT, place, place)
            self.columns.add(column_id)
            self.endInsertColumns()

    def setValues(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        """Take values of chosen columns, by column and run; runs that they order or filter go where they belong."""
        ids = {run_id for values in told.values() for run_id in values}
        decides = any(one in told for one in (self._sorted_by, self._grouped_by, *self._passes_by))
        afresh = decides and (len(ids) > MOVE_AT_MOST or self._arranged.group is not None)
        if decides and not afresh:
            self._arranged.remember()
        for place in self.columns.learn(told):
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, place, place)
        if afresh:
            self._order()
        elif decides:
            for row in [self._rows[run_id] for run_id in ids if run_id in self._rows]:
                self._place(row)
        elif self._arranged.entries:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.columns.every) - 1))

    def total(self) -> int:
        """Return the number of runs, shown or not."""
        return len(self._rows)

    def passing(self) -> int:
        """Return the number of runs that the filter lets through."""
        return self._arranged.count

    def rows(self) -> Collection[Row]:
        """Return every run, shown or not."""
        return self._rows.values()

    def records(self) -> list[RunRecord]:
        """Return the runs that are shown, from top to bottom."""
        return [self._rows[entry].record for entry in self._arranged.entries if not entry.startswith(SECTION)]

    def recordAt(self, place: int) -> RunRecord | None:
        """Return the run of a row of the table; None for a section's row."""
        row = self._rows.get(self._arranged.entries[place])
        return row.record if row else None

    def sectionAt(self, place: int) -> Section | None:
        """Return the section whose row this is; None for a run's row."""
        entry = self._arranged.entries[place]
        return self._arranged.sections[entry[len(SECTION) :]] if entry.startswith(SECTION) else None

    def record(self, run_id: str) -> RunRecord | None:
        """Return a run by its id."""
        row = self._rows.get(run_id)
        return row.record if row else None

    def placeOf(self, run_id: str) -> int:
        """Return the row of the table that shows a run, or -1."""
        row = self._rows.get(run_id)
        return self._arranged.find(row) if row else -1

    def sortedBy(self) -> tuple[str, bool]:
        """Return the id of the column that orders the runs, and whether from high to low."""
        return self._sorted_by, self._arranged.descending

    def groupedBy(self) -> str:
        """Return the id of the column that groups the runs, or an empty text."""
        return self._grouped_by

    def collapsed(self) -> list[str]:
        """Return the titles of the closed sections."""
        return sorted(self._collapsed)

    # Qt's model

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, tooltip, alignment, or what its delegate draws."""
        row = self._rows.get(self._arranged.entries[index.row()])
        if row is None:
            return self._section_data(index, role)
        column = self.columns.every[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.EditRole:
            return row.record.name if index.column() == ColumnId.NAME else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                tooltip(row, ColumnId(index.column())) if index.column() < len(ColumnId) else column.text(row)
            ) or None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == ColumnId.STAR:
            return self.tr("starred") if row.record.starred else self.tr("not starred")
        if role == STATUS_ROLE:
            return row.record.status
        if role == STAR_ROLE:
            return row.record.starred
        if role == TAGS_ROLE:
            return row.record.tags
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title or explanation."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns.every):
            return None
        column = self.columns.every[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.explanation
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell: names can be edited, sections are no runs to select."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if self.recordAt(index.row()) is None:
            return flags
        flags |= Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == ColumnId.NAME else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a new name; it is shown at once, before the store has it."""
        record = self.recordAt(index.row())
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or record is None or not name or name == record.name:
            return False
        self.renameRequested.emit(record.id, name)
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the runs by a column; runs without a value come last in both directions."""
        if not 0 <= column < len(self.columns.every):
            return
        wanted, descending = self.columns.every[column], order is Qt.SortOrder.DescendingOrder
        if wanted is self._arranged.column and descending is self._arranged.descending:
            return  # a table asks twice for what its head was told once
        self._sorted_by = self.columns.id(column)
        self._arranged.column, self._arranged.descending = wanted, descending
        self._order()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns.every) - 1)

    def toggleStar(self, index: Index) -> None:
        """Ask to star a run, or to take its star away."""
        if record := self.recordAt(index.row()):
            self.starRequested.emit(record.id, not record.starred)

    def replace(self, run_id: str, **changes: Any) -> None:
        """Show a change of a run's record before the store has confirmed it."""
        row = self._rows.get(run_id)
        if row is not None:
            self._place(Row.of(dataclasses.replace(row.record, **changes), row))

    # Inside

    def _title(self, place: int) -> str:
        """Return a column's title, with an arrow where the table is sorted by it: a style's own covers the text."""
        column = self.columns.every[place]
        if self.columns.id(place) != self._sorted_by or place == ColumnId.STAR:
            return column.title
        arrow = "↓" if self._arranged.descending else "↑"
        return f"{arrow} {column.title}" if column.numeric else f"{column.title} {arrow}"

    def _section_data(self, index: Index, role: int) -> Any:
        section = self.sectionAt(index.row())
        if section is None:
            return None
        title = section.title or self._untitled()
        if role == SECTION_ROLE:
            return (title, section.count, section.title not in self._collapsed)
        named = role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole}
        return f"{title} ({section.count})" if named and index.column() == ColumnId.NAME else None

    def _untitled(self) -> str:
        """Return the title of the section of the runs without what the others are grouped by."""
        known = {ColumnId.GROUP.id: self.tr("No group"), ColumnId.TAGS.id: self.tr("No tags")}
        return known.get(self._grouped_by, DASH)

    def _forget_arrangement(self, column_id: str) -> None:
        """Order and group without a column that goes."""
        if column_id == self._grouped_by:
            self.setGroup("")
        if column_id == self._sorted_by:
            self.sort(ColumnId.CREATED, Qt.SortOrder.DescendingOrder)
