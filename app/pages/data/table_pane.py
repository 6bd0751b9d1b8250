"""The data table on the page: filter box, matched rows, sorting by header, menu and key, and errors in place."""

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QProgressBar, QVBoxLayout, QWidget

from app.amounts import count
from app.engine_thread import EngineThread
from app.icons import icon
from app.pages.data.answers import DatasetAnswer
from app.pages.data.table_header import fit_columns
from app.pages.data.table_model import Query, TableModel
from app.pages.data.table_view import DataTable
from app.theme import themeNotifier

FILTER_DELAY_MS = 300


class TablePane(QWidget):
    """The table with its filter; `columnPicked` tells the column of the cell that the user is on."""

    columnPicked = Signal(str)

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = TableModel(engine, self)
        self.view = DataTable(self.model, self)
        self._column = -1
        self._fitted = False
        self._filter_soon = QTimer(self, singleShot=True, interval=FILTER_DELAY_MS)
        self._filter_soon.timeout.connect(self.applyFilter)
        self._build()
        self._add_sorting_keys()
        self.model.dataChanged.connect(self._fit_columns)
        self.model.queryChanged.connect(self._show_matched)
        self.model.queryFailed.connect(self._show_error)
        self.model.pageFailed.connect(self._show_error)
        self.model.busyChanged.connect(self._busy.setVisible)
        self.view.header.sortRequested.connect(self.cycleSort)
        self.view.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.header.customContextMenuRequested.connect(self._header_menu)
        self.view.selectionModel().currentColumnChanged.connect(self._tell_column)
        themeNotifier().changed.connect(self.view.viewport().update)

    def setDataset(self, dataset: DatasetAnswer) -> None:
        """Show a dataset from its beginning."""
        self._filter_soon.stop()
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self._matched.hide()
        self._error.hide()
        self._column = -1
        self.model.setDataset(dataset)
        self._show_sort()
        self.view.scrollToTop()
        self._fitted = False
        fit_columns(self.view, narrowest=88, widest=240)

    def showColumn(self, name: str) -> None:
        """Scroll to a column."""
        column = self.model.columnOf(name)
        if column >= 0 and self.model.rowCount():
            self.view.scrollTo(self.model.index(max(0, self.view.rowAt(0)), column))

    @Slot()
    def applyFilter(self) -> None:
        """Filter by what stands in the box, now."""
        self._filter_soon.stop()
        query = self.model.wanted
        self.model.setQuery(Query(query.column, query.descending, self.filter.text().strip()))

    @Slot(int)
    def cycleSort(self, section: int) -> None:
        """Sort by a column: upwards, then downwards, then not at all."""
        name, query = self.model.nameOf(section), self.model.wanted
        if query.column != name:
            self.sortBy(name, False)
        elif not query.descending:
            self.sortBy(name, True)
        else:
            self.sortBy("", False)

    def sortBy(self, column: str, descending: bool) -> None:
        """Sort by a column; an empty name gives the file's own order."""
        self.model.setQuery(Query(column, descending, self.model.wanted.filter))

    @Slot()
    def sortUpwards(self) -> None:
        """Sort by the current cell's column, the smallest first."""
        self._sort_current(False)

    @Slot()
    def sortDownwards(self) -> None:
        """Sort by the current cell's column, the largest first."""
        self._sort_current(True)

    @Slot()
    def sortByNothing(self) -> None:
        """Show the rows in the file's own order."""
        self.sortBy("", False)

    def _sort_current(self, descending: bool) -> None:
        if self.view.currentIndex().isValid():
            self.sortBy(self.model.nameOf(self.view.currentIndex().column()), descending)

    def _build(self) -> None:
        self.filter = QLineEdit(self)
        self.filter.setObjectName("data.filter")
        self.filter.setAccessibleName(self.tr("Filter rows"))
        self.filter.setPlaceholderText(self.tr('Filter rows: paris, or age > 30 and city = "Paris"'))
        self.filter.setToolTip(
            self.tr('Plain words are found anywhere in a row. Conditions compare a column: age > 30 and city = "Paris"')
        )
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.textChanged.connect(self._filter_soon.start)
        self.filter.returnPressed.connect(self.applyFilter)
        self._matched = _label("muted", self)
        self._matched.setObjectName("data.matched")
        self._matched.hide()
        self._error = _label("error", self)
        self._error.setObjectName("data.filter.error")
        self._error.setWordWrap(True)
        self._error.hide()
        self._busy = QProgressBar(self)
        self._busy.setObjectName("data.table.busy")
        self._busy.setAccessibleName(self.tr("Sorting and filtering"))
        self._busy.setRange(0, 0)
        self._busy.setFixedWidth(64)
        self._busy.setTextVisible(False)
        self._busy.hide()
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for widget, stretch in ((self.filter, 1), (self._busy, 0), (self._matched, 0)):
            bar.addWidget(widget, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(bar)
        layout.addWidget(self._error)
        layout.addWidget(self.view, 1)

    def _add_sorting_keys(self) -> None:
        for text, keys, slot in (
            (self.tr("Sort upwards by this column"), "Alt+Up", self.sortUpwards),
            (self.tr("Sort downwards by this column"), "Alt+Down", self.sortDownwards),
            (self.tr("Order of the file"), "Alt+Home", self.sortByNothing),
        ):
            action = QAction(text, self.view)
            action.setShortcut(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.view.addAction(action)

    @Slot()
    def _fit_columns(self) -> None:
        """Widths follow the first rows, once they are here; later the user's own widths stay."""
        if not self._fitted and self.model.isLoaded(0, 0):
            self._fitted = True
            fit_columns(self.view, narrowest=88, widest=240)

    @Slot(int, int)
    def _show_matched(self, matched: int, total: int) -> None:
        self._error.hide()
        filtered = bool(self.model.query.filter)
        self._matched.setText(self.tr("{0} of {1} rows").format(count(matched), count(total)))
        self._matched.setVisible(filtered)
        self._show_sort()
        self.view.scrollToTop()
        if self._column >= 0 and matched:  # The new order has no current cell yet; keys go on in the same column.
            self.view.setCurrentIndex(self.model.index(0, self._column))

    @Slot(str)
    def _show_error(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.show()

    def _show_sort(self) -> None:
        query, header = self.model.query, self.view.header
        header.setSortIndicatorShown(bool(query.column))
        order = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(self.model.columnOf(query.column) if query.column else -1, order)
        header.viewport().update()

    @Slot(QPoint)
    def _header_menu(self, position: QPoint) -> None:
        section = self.view.header.logicalIndexAt(position)
        if section < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = self.model.nameOf(section)
        for text, column, descending in (
            (self.tr("Sort upwards"), name, False),
            (self.tr("Sort downwards"), name, True),
            (self.tr("Order of the file"), "", False),
        ):
            action = menu.addAction(text)
            action.setData((column, descending))
        menu.triggered.connect(self._on_header_action)
        menu.popup(self.view.header.mapToGlobal(position))

    @Slot(QAction)
    def _on_header_action(self, action: QAction) -> None:
        self.sortBy(*action.data())

    def _tell_column(self) -> None:
        column = self.view.currentIndex().column()
        if column >= 0:
            self._column = column
            self.columnPicked.emit(self.model.nameOf(column))


def _label(role: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    return label
