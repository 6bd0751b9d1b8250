"""The table under compared curves: the settings that differ, and what the metrics came to. It shows what it is told."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.pages.compare.model import ORDER, CompareModel, Row

LEAST = 240  # pixels of the first column, or what its names need
__all__ = ["CompareTable", "Row"]


class CompareTable(QTableView):
    """Runs as rows. A tick shows or hides a curve; the best of each column is starred and bold; a header sorts."""

    shownChanged = Signal(str, bool)
    chosen = Signal(str)  # the run that the keyboard is at, or an empty text
    openRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare.table")
        self.setAccessibleName(self.tr("Compared runs"))
        self.setToolTip(self.tr("The tick shows or hides a curve; a double click opens the run"))
        self._content = CompareModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._content)
        self._sorted.setSortRole(ORDER)
        self.setModel(self._sorted)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as they were chosen, at first
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        self._content.shownChanged.connect(self.shownChanged)
        self.selectionModel().currentRowChanged.connect(self._tell_chosen)
        self.doubleClicked.connect(self._open)

    def currentRun(self) -> str:
        """Return the id of the run that the keyboard is at, or an empty text."""
        return self._run_at(self.currentIndex())

    def rows(self) -> list[Row]:
        """Return what is shown, in the order in which it was told."""
        return self._content.rows()

    def chooseRun(self, run_id: str) -> None:
        """Go to a run."""
        for place in range(self._sorted.rowCount()):
            if self._run_at(self._sorted.index(place, 0)) == run_id:
                self.setCurrentIndex(self._sorted.index(place, 0))

    def show_(self, rows: Sequence[Row], fields: Mapping[str, str], metrics: Mapping[str, bool]) -> None:
        """Show runs with these settings (and their titles) and metrics (and whether less of them is better)."""
        before = self.currentRun()
        if self._content.show_(rows, fields, metrics):
            self._fit()
            if before:
                self.chooseRun(before)

    def export(self, path: Path) -> None:
        """Write the table as CSV, in the order on show. Raises OSError."""
        order = [self._sorted.mapToSource(self._sorted.index(row, 0)).row() for row in range(self._sorted.rowCount())]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(self._content.rows_for_export(order))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the first column what is left."""
        super().resizeEvent(event)
        self._give_rest()

    def _fit(self) -> None:
        self.resizeColumnsToContents()
        self._give_rest()

    def _give_rest(self) -> None:
        header = self.horizontalHeader()
        if header.count():
            others = header.length() - header.sectionSize(0)
            rest = self.viewport().width() - others
            header.resizeSection(0, max(rest, min(LEAST, self.sizeHintForColumn(0))))

    def _run_at(self, index: QModelIndex) -> str:
        return self._content.run_at(self._sorted.mapToSource(index).row()) if index.isValid() else ""

    @Slot(QModelIndex, QModelIndex)
    def _tell_chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(self._run_at(index))

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        self.openRequested.emit(self._run_at(index))
