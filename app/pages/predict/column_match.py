"""How a file's columns match those that a model was trained on, as a list. It shows a report and computes nothing."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.amounts import count, counted
from app.icons import icon
from app.pages.predict.report import EXAMPLES, ColumnFate, Fate, Report

DRAWINGS = {
    Fate.MISSING: ("error", "bad"),
    Fate.UNSEEN: ("warning", "warn"),
    Fate.MATCHED: ("check", "good"),
    Fate.EXTRA: ("minus", "muted"),
}


class ColumnMatch(QTableWidget):
    """One row a column: a mark, its name and what became of it; trouble first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        self.setObjectName("predict.columns")
        self.setAccessibleName(self.tr("Columns of the file"))
        self.setToolTip(self.tr("Which columns the model needs, and what the file gives it"))
        self.setHorizontalHeaderLabels([self.tr("Column"), self.tr("State")])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.setColumnWidth(0, 176)

    @Slot(object)
    def setReport(self, report: Report) -> None:
        """Show how the columns matched."""
        fates = report.fates()
        self.setRowCount(len(fates))
        for row, fate in enumerate(fates):
            drawing, colour = DRAWINGS[fate.fate]
            name = QTableWidgetItem(icon(drawing, colour), fate.name)
            state = QTableWidgetItem(self.words(fate))
            name.setToolTip(fate.name)
            state.setToolTip(self.explanation(fate))
            self.setItem(row, 0, name)
            self.setItem(row, 1, state)

    def words(self, fate: ColumnFate) -> str:
        """Say what became of a column."""
        if fate.fate is Fate.MISSING:
            return self.tr("missing in the file")
        if fate.fate is Fate.EXTRA:
            return self.tr("not used by the model")
        if fate.fate is Fate.MATCHED:
            return self.tr("matched")
        examples = ", ".join(f"“{value}” × {count(rows)}" for value, rows in fate.unseen[:EXAMPLES])
        return self.tr("unseen: {0}").format(examples + (" …" if len(fate.unseen) > EXAMPLES else ""))

    def explanation(self, fate: ColumnFate) -> str:
        """Say at length what became of a column."""
        if fate.fate is not Fate.UNSEEN:
            return self.words(fate)
        one, many = self.tr("{0} row"), self.tr("{0} rows")
        lines = [f"{value}: {counted(rows, one, many)}" for value, rows in fate.unseen]
        return "\n".join([self.tr("Values that the model never saw; they count as unknown:"), *lines])
