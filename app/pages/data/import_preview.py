"""The two tabs of an import: the first rows as they would be read, and the lines that could not be."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView, QTabWidget, QWidget

from app.pages.data.answers import PreviewAnswer
from app.pages.data.cell_delegate import CellDelegate
from app.pages.data.preview_model import PreviewModel
from app.pages.data.rejects_panel import RejectsModel, RejectsTable
from app.pages.data.table_header import TableHeader, fit_columns

REJECTS_TAB = 1


class ImportPreview(QTabWidget):
    """Shows a preview, or nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.import.tabs")
        self.setAccessibleName(self.tr("Preview"))
        self.setDocumentMode(True)
        self.rows = PreviewModel(self)
        self.rejects = RejectsModel(self)
        self._table = QTableView(self)
        self._table.setObjectName("data.import.preview")
        self._table.setAccessibleName(self.tr("Preview of the first rows"))
        self._table.setModel(self.rows)
        self._table.setHorizontalHeader(TableHeader(self._table))
        self._table.setItemDelegate(CellDelegate(self._table))
        self._table.setShowGrid(False)
        self._table.setAlternatingRowColors(True)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._table.verticalHeader().setDefaultSectionSize(28)
        self._table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addTab(self._table, self.tr("Preview"))
        self.addTab(RejectsTable(self.rejects, "data.import.rejects", self), self.tr("Rejected lines"))
        self.setPreview(None)

    def setPreview(self, preview: PreviewAnswer | None) -> None:
        """Show the rows and the rejected lines of a preview."""
        self.rows.setPreview(preview)
        rejects = [] if preview is None else preview["rejects"]
        self.rejects.setRejects(rejects, len(rejects))
        title = self.tr("Rejected lines ({0})").format(len(rejects)) if rejects else self.tr("Rejected lines")
        self.setTabText(REJECTS_TAB, title)
        self.setTabVisible(REJECTS_TAB, bool(rejects))
        if not rejects:
            self.setCurrentIndex(0)
        fit_columns(self._table, narrowest=72, widest=240)
