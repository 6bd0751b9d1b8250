"""The view of the data table: it tells its model which cells are looked at, and copies them. It sorts nothing."""

from PySide6.QtCore import QItemSelection, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTableView,
    QWidget,
)

from app.pages.data.cell_delegate import CellDelegate
from app.pages.data.table_header import TableHeader
from app.pages.data.table_model import TableModel

LOOK_DELAY_MS = 15
ROW_HEIGHT = 28
COPY_AT_MOST = 100_000


class DataTable(QTableView):
    """A table view of any size; it asks its model for what is visible and a screenful around it."""

    def __init__(self, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.table")
        self.setAccessibleName(self.tr("Rows of the dataset"))
        self._model = model
        self._look = QTimer(self, singleShot=True, interval=LOOK_DELAY_MS)
        self._look.timeout.connect(self.look)
        self.header = TableHeader(self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.verticalScrollBar().valueChanged.connect(self._look_soon)
        self.horizontalScrollBar().valueChanged.connect(self._look_soon)
        self.header.sectionResized.connect(self._look_soon)
        model.modelReset.connect(self._look_soon)
        copy = QAction(self.tr("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copySelection)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @Slot()
    def look(self) -> None:
        """Ask for the cells that are visible, and as many rows again above and below."""
        top = max(0, self.rowAt(0))
        shown = self.viewport().height() // ROW_HEIGHT + 1
        left = max(0, self.columnAt(0))
        right = self.columnAt(self.viewport().width() - 1)
        right = self._model.columnCount() - 1 if right < 0 else right
        self._model.want(range(max(0, top - shown), top + 2 * shown), range(left, right + 1))

    @Slot()
    def copySelection(self) -> None:
        """Put the selected cells on the clipboard, separated by tabs; cells that are not here yet are left out."""
        selection: QItemSelection = self.selectionModel().selection()
        if selection.isEmpty():
            return
        block = selection.first()
        if block.width() * block.height() > COPY_AT_MOST:
            return
        lines = [
            "\t".join(
                str(self._model.data(self._model.index(row, column)))
                for column in range(block.left(), block.right() + 1)
            )
            for row in range(block.top(), block.bottom() + 1)
            if self._model.isLoaded(row, block.left())
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More cells may be visible now."""
        super().resizeEvent(event)
        self._look_soon()

    def _look_soon(self) -> None:
        if not self._look.isActive():
            self._look.start()
