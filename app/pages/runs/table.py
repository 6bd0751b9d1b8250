"""The table of runs with its keys: Enter opens, F2 renames, S stars, T tags, G groups, Delete deletes. It emits ids."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.pages.runs.columns import ColumnId
from app.pages.runs.delegates import NameDelegate, RunsDelegate, StarDelegate, StatusDelegate, TagsDelegate
from app.pages.runs.header import RunsHeader
from app.pages.runs.model import RunsModel

ROW_HEIGHT = 32


class RunsTable(QTableView):
    """Every run, one a row, and a row for each section."""

    openRequested = Signal(str)
    deleteRequested = Signal()
    tagsRequested = Signal()
    groupRequested = Signal()
    starRequested = Signal()
    menuRequested = Signal(object)  # where: QPoint on the screen

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.table")
        self.setAccessibleName(self.tr("Runs"))
        self.setToolTip(
            self.tr("Enter opens a run, F2 renames it, S stars it, T tags it, G groups it, Delete deletes it")
        )
        self._runs = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.head = RunsHeader(model, self)
        self.setHorizontalHeader(self.head)
        self._set_delegates()
        self.showColumns(self.head.wanted(), {})
        self.setSortingEnabled(True)
        self.sortByColumn(ColumnId.CREATED, Qt.SortOrder.DescendingOrder)
        self.head.setSortIndicatorShown(False)
        self.head.revealRequested.connect(self._reveal)
        self.horizontalScrollBar().valueChanged.connect(self._paint_afresh)
        self.doubleClicked.connect(self._open_index)

    def showColumns(self, wanted: Sequence[str], widths: Mapping[str, int]) -> None:
        """Show these columns in this order; the model must have them."""
        self.head.show_(wanted, widths)
        whole_rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(self.selectionModel().selection(), whole_rows)  # over the new columns too
        self._name.shows_tags = ColumnId.TAGS.id not in wanted
        self.viewport().update()

    def sortBy(self, column_id: str, descending: bool) -> None:
        """Order the runs by a column."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        place = self._runs.columns.place(column_id)
        with QSignalBlocker(self.head):
            self.head.setSortIndicator(place, order)
        self._runs.sort(place, order)

    def selectedIds(self) -> list[str]:
        """Return the ids of the selected runs, from top to bottom."""
        selection = self.selectionModel().selection()
        parts = [selection.at(number) for number in range(selection.size())]
        places = sorted({place for part in parts for place in range(part.top(), part.bottom() + 1)})
        records = [self._runs.recordAt(place) for place in places]
        return [record.id for record in records if record]

    def currentId(self) -> str:
        """Return the id of the run that the keyboard is at, or an empty text."""
        index = self.currentIndex()
        record = self._runs.recordAt(index.row()) if index.isValid() else None
        return record.id if record else ""

    def selectRun(self, run_id: str) -> None:
        """Select a run and bring it into view."""
        place = self._runs.placeOf(run_id)
        if place >= 0:
            index = self._runs.index(place, ColumnId.NAME)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def rename(self) -> None:
        """Edit the name of the run that the keyboard is at."""
        if self.currentId():
            self.edit(self.currentIndex().siblingAtColumn(ColumnId.NAME))

    # Qt's own events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names what room there is, and leave the note's column out where there is none."""
        super().resizeEvent(event)
        self.head.fitColumns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, star, tag, group or delete with the keyboard; open or close a section."""
        index, plain = self.currentIndex(), not event.modifiers()
        key = event.key()
        if index.isValid() and self._runs.sectionAt(index.row()) is not None and self._turn_section(index, key):
            return
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and index.isValid():
            self._open_row(index.row())
        elif key == Qt.Key.Key_Delete:
            self.deleteRequested.emit()
        elif key == Qt.Key.Key_S and plain and index.isValid():
            self.starRequested.emit()
        elif key == Qt.Key.Key_T and plain:
            self.tagsRequested.emit()
        elif key == Qt.Key.Key_G and plain:
            self.groupRequested.emit()
        elif key == Qt.Key.Key_F2:
            self.rename()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open or close a section that is clicked; keep what is selected under the right button."""
        index = self.indexAt(event.position().toPoint())
        section = self._runs.sectionAt(index.row()) if index.isValid() else None
        if section is not None:
            if event.button() == Qt.MouseButton.LeftButton:
                self._runs.toggleSection(section.title)
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Star a run whose star is clicked."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == ColumnId.STAR and event.button() == Qt.MouseButton.LeftButton:
            self._runs.toggleStar(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the selected runs."""
        if self.selectedIds():
            self.menuRequested.emit(event.globalPos())

    # Inside

    def _turn_section(self, index: QModelIndex, key: int) -> bool:
        section = self._runs.sectionAt(index.row())
        is_open = section is not None and section.title not in self._runs.collapsed()
        wants = {Qt.Key.Key_Left: is_open, Qt.Key.Key_Right: not is_open}
        turns = wants.get(Qt.Key(key), key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
        if section is not None and turns:
            self._runs.toggleSection(section.title)
        return turns

    @Slot()
    def _paint_afresh(self) -> None:
        if self._runs.groupedBy():
            self.viewport().update()  # headings of sections do not move with the columns

    @Slot(int)
    def _reveal(self, place: int) -> None:
        self.updateGeometries()  # the bar knows the new width only then
        left, right = self.head.sectionViewportPosition(place), self.viewport().width() - self.columnWidth(place)
        bar = self.horizontalScrollBar()
        if left < 0 or left > right:
            bar.setValue(bar.value() + left - max(0, right))

    def _open_index(self, index: QModelIndex) -> None:
        if index.column() != ColumnId.STAR:
            self._open_row(index.row())

    def _open_row(self, row: int) -> None:
        record = self._runs.recordAt(row)
        if record is not None:
            self.openRequested.emit(record.id)

    def _set_delegates(self) -> None:
        self._plain = RunsDelegate(self)
        self._star, self._status = StarDelegate(self), StatusDelegate(self)
        self._name, self._tags = NameDelegate(self), TagsDelegate(self)
        self.setItemDelegate(self._plain)
        self.setItemDelegateForColumn(ColumnId.STAR, self._star)
        self.setItemDelegateForColumn(ColumnId.STATUS, self._status)
        self.setItemDelegateForColumn(ColumnId.NAME, self._name)
        self.setItemDelegateForColumn(ColumnId.TAGS, self._tags)
