"""The table of runs with its keys: Enter opens, F2 renames, S stars, Delete deletes. It shows a model and emits ids."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.pages.runs.columns import ColumnId, columns
from app.pages.runs.delegates import StarDelegate, StatusDelegate
from app.pages.runs.model import RunsModel

ROW_HEIGHT = 32
NOTE_WIDTH = 120


class RunsTable(QTableView):
    """Every run, one a row."""

    openRequested = Signal(str)
    deleteRequested = Signal()

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.table")
        self.setAccessibleName(self.tr("Runs"))
        self.setToolTip(self.tr("Enter opens a run, F2 renames it, S stars it, Delete deletes it"))
        self._runs = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._set_up_header()
        self._star = StarDelegate(self)
        self._status = StatusDelegate(self)
        self.setItemDelegateForColumn(ColumnId.STAR, self._star)
        self.setItemDelegateForColumn(ColumnId.STATUS, self._status)
        self.doubleClicked.connect(self._open_index)

    def selectedIds(self) -> list[str]:
        """Return the ids of the selected runs, from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._runs.recordAt(place).id for place in places]

    def currentId(self) -> str:
        """Return the id of the run that the keyboard is at, or an empty text."""
        index = self.currentIndex()
        return self._runs.recordAt(index.row()).id if index.isValid() else ""

    def selectRun(self, run_id: str) -> None:
        """Select a run and bring it into view."""
        place = self._runs.placeOf(run_id)
        if place >= 0:
            index = self._runs.index(place, ColumnId.NAME)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the note's column out where it would not fit; the note stands below the table as well."""
        super().resizeEvent(event)
        others = sum(self.columnWidth(column) for column in ColumnId if column is not ColumnId.NOTE)
        self.setColumnHidden(ColumnId.NOTE, self.viewport().width() < others + NOTE_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, star or delete with the keyboard."""
        index = self.currentIndex()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and index.isValid():
            self._open_index(index)
        elif event.key() == Qt.Key.Key_Delete:
            self.deleteRequested.emit()
        elif event.key() == Qt.Key.Key_S and not event.modifiers() and index.isValid():
            self._runs.toggleStar(index)
        elif event.key() == Qt.Key.Key_F2 and index.isValid():
            self.edit(index.siblingAtColumn(ColumnId.NAME))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Star a run whose star is clicked."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == ColumnId.STAR:
            self._runs.toggleStar(index)

    def _open_index(self, index: QModelIndex) -> None:
        if index.column() != ColumnId.STAR:
            self.openRequested.emit(self._runs.recordAt(index.row()).id)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setObjectName("runs.table.header")
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(36)
        for column, about in columns().items():
            self.setColumnWidth(column, about.width)
        self.setSortingEnabled(True)
        self.sortByColumn(ColumnId.CREATED, Qt.SortOrder.DescendingOrder)
        header.setSortIndicatorShown(False)
