"""The table under compared curves: the settings that differ, and what the metric came to. It shows what it is told."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from app.pages.run.wording import figure
from app.theme import theme
from engine.runs.comparison import Came

CAME = ("final", "best", "mean")
SWATCH = 10


@dataclass(frozen=True)
class Row:
    """One run: its id, name, colour, differing settings and what the metric came to."""

    id: str
    name: str
    colour: int
    fields: Mapping[str, Any]
    came: Came


class CompareTable(QTableWidget):
    """Runs as rows. A tick shows or hides a curve; the best of each column is starred and bold."""

    shownChanged = Signal(str, bool)
    openRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare.table")
        self.setAccessibleName(self.tr("Compared runs"))
        self.setToolTip(self.tr("The tick shows or hides a curve; a double click opens the run"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        self.horizontalHeader().setHighlightSections(False)
        self._rows: list[Row] = []
        self._fields: tuple[str, ...] = ()
        self.itemChanged.connect(self._tell_shown)
        self.cellDoubleClicked.connect(self._open)

    def currentRun(self) -> str:
        """Return the id of the run that the keyboard is at, or an empty text."""
        place = self.currentRow()
        return self._rows[place].id if 0 <= place < len(self._rows) else ""

    def show_(
        self, rows: Sequence[Row], fields: Sequence[str], smaller: bool, hidden: set[str], baseline: str = ""
    ) -> None:
        """Show runs; with a baseline the differences to it stand beside the numbers."""
        before = self.currentRun()
        self._rows, self._fields = list(rows), tuple(fields)
        self.blockSignals(True)
        self.setColumnCount(1 + len(fields) + len(CAME))
        names = {"final": self.tr("final"), "best": self.tr("best"), "mean": self.tr("mean")}
        shorter = [_short(field) for field in fields]
        self.setHorizontalHeaderLabels([self.tr("Run"), *shorter, *(names[name] for name in CAME)])
        for place, field in enumerate(fields, start=1):
            title = self.horizontalHeaderItem(place)
            assert title is not None
            title.setToolTip(field)
        self.setRowCount(len(rows))
        base = next((row.came for row in rows if row.id == baseline), None)
        for place, row in enumerate(rows):
            self._fill(place, row, hidden, row.id == baseline, base)
        self._star(smaller)
        self.resizeColumnsToContents()
        self.setColumnWidth(0, min(360, max(160, self.columnWidth(0))))
        for place, row in enumerate(rows):
            if row.id == before:
                self.setCurrentCell(place, 0)
        self.blockSignals(False)

    def export(self, path: Path) -> None:
        """Write the table as CSV. Raises OSError."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "run", *self._fields, *CAME])
            for row in self._rows:
                values = [row.fields.get(field) for field in self._fields]
                writer.writerow([row.id, row.name, *values, *(getattr(row.came, name) for name in CAME)])

    def _fill(self, place: int, row: Row, hidden: set[str], is_base: bool, base: Came | None) -> None:
        name = QTableWidgetItem(row.name + (self.tr("  · baseline") if is_base else ""))
        name.setFlags(name.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        name.setCheckState(Qt.CheckState.Unchecked if row.id in hidden else Qt.CheckState.Checked)
        swatch = QPixmap(SWATCH, SWATCH)
        swatch.fill(QColor(theme().seriesColor(row.colour)))
        name.setIcon(swatch)
        name.setToolTip(row.name)
        self.setItem(place, 0, name)
        for column, field in enumerate(self._fields, start=1):
            value = row.fields.get(field)
            item = QTableWidgetItem("–" if value is None else str(value))
            item.setToolTip(f"{field} = {value}")
            self.setItem(place, column, item)
        for column, which in enumerate(CAME, start=1 + len(self._fields)):
            number = getattr(row.came, which)
            text = figure(number)
            reference = getattr(base, which) if base is not None else None
            if number is not None and reference is not None and not is_base:
                apart = number - reference
                text += f"  ({'+' if apart >= 0 else '−'}{figure(abs(apart), 3)})"
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(place, column, item)

    def _star(self, smaller: bool) -> None:
        for column, which in enumerate(CAME, start=1 + len(self._fields)):
            known = [(getattr(row.came, which), place) for place, row in enumerate(self._rows)]
            numbers = [(value, place) for value, place in known if value is not None]
            if len(numbers) < 2:
                continue
            _, best = min(numbers) if smaller else max(numbers)
            item = self.item(best, column)
            assert item is not None
            bold = QFont(item.font())
            bold.setBold(True)
            item.setFont(bold)
            item.setText(f"★ {item.text()}")
            item.setToolTip(self.tr("The best of these runs"))

    @Slot(QTableWidgetItem)
    def _tell_shown(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.shownChanged.emit(self._rows[item.row()].id, item.checkState() is Qt.CheckState.Checked)

    @Slot(int, int)
    def _open(self, place: int, _column: int) -> None:
        self.openRequested.emit(self._rows[place].id)


def _short(field: str) -> str:
    """Return a dotted key as a column's title: its last part, and with “name” the one before."""
    *before, last = field.split(".")
    words = f"{before[-1]} {last}" if last == "name" and before else last
    return words.replace("_", " ")
