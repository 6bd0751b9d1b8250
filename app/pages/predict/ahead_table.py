"""The future of columns that are known ahead, to be filled in by hand. It holds texts; the model lab reads them."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.run.forecast_fans import short_moment
from engine.runs.forecasts import KnownAhead

TOLD = Qt.ItemDataRole.UserRole
FIXED = 2  # columns before the values: series and time
_LEFT, _RIGHT = (
    side | Qt.AlignmentFlag.AlignVCenter for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)


class AheadTable(QWidget):
    """One row a series and step of the horizon: both are fixed, the known columns' values can be typed over."""

    edited = Signal()
    filled = Signal(object)
    """Rows of series, time and values, as texts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        title = QLabel(tr("Known in the future"), self)
        title.setProperty("role", "subtitle")
        self._told = QLabel(self)
        self._told.setObjectName("predict.ahead.told")
        self._told.setProperty("role", "muted")
        self._told.setWordWrap(True)
        self._rows = QTableWidget(0, 0, self)
        self._rows.setObjectName("predict.ahead.rows")
        self._rows.setAccessibleName(tr("Values that are known in the future"))
        self._rows.setToolTip(tr("Type the values that you know over those that were assumed"))
        self._rows.verticalHeader().hide()
        self._rows.verticalHeader().setDefaultSectionSize(28)
        self._rows.setTabKeyNavigation(False)
        self._rows.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._rows.horizontalHeader().setStretchLastSection(True)
        self._use = QPushButton(tr("Forecast with these values"), self)
        self._use.setObjectName("predict.ahead.use")
        self._use.setAccessibleName(self._use.text())
        self._use.setToolTip(tr("Forecast again, with this table as the future"))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        for part in (title, self._told, self._rows):
            layout.addWidget(part, int(part is self._rows))
        layout.addLayout(row)
        self._use.clicked.connect(self._tell)
        self._rows.itemChanged.connect(self._take_change)
        self.hide()

    def setAhead(self, ahead: KnownAhead | None) -> None:
        """Show what was assumed, or hide where nothing had to be."""
        self.setVisible(ahead is not None and bool(ahead.rows))
        if ahead is None:
            self._rows.setRowCount(0)
            return
        told = self.tr(
            "The data has not all of this: what is missing is taken to go on as below. Change what you know."
        )
        if ahead.left_out:
            more = self.tr("{0} more series are not shown: add their rows to the file.")
            told += " " + more.format(count(ahead.left_out))
        self._told.setText(told)
        self._rows.blockSignals(True)
        self._rows.setColumnCount(2 + len(ahead.columns))
        self._rows.setRowCount(len(ahead.rows))
        numeric = {column for values in ahead.rows for column, value in enumerate(values) if isinstance(value, float)}
        for place, values in enumerate(ahead.rows):
            for column, value in enumerate(values):
                self._rows.setItem(place, column, self._cell(value, column, column in numeric))
        for column, name in enumerate((self.tr("Series"), self.tr("Time"), *ahead.columns)):
            heading = QTableWidgetItem(name)
            heading.setTextAlignment(_RIGHT if column in numeric else _LEFT)
            self._rows.setHorizontalHeaderItem(column, heading)
            if column + 1 < self._rows.columnCount():  # the last one takes the room that is left
                self._rows.resizeColumnToContents(column)
        self._rows.setColumnHidden(0, len({values[0] for values in ahead.rows}) < 2)
        self._rows.blockSignals(False)
        self._use.setEnabled(False)

    def isEdited(self) -> bool:
        """Whether values were typed that no forecast has used yet."""
        return not self.isHidden() and self._use.isEnabled()

    def _cell(self, value: str | float | None, column: int, is_number: bool) -> QTableWidgetItem:
        text = "" if value is None else f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)
        cell = QTableWidgetItem(short_moment(text) if column == 1 else text)
        cell.setData(TOLD, text)
        cell.setTextAlignment(_RIGHT if is_number else _LEFT)
        if column < FIXED:
            cell.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return cell

    def _text(self, place: int, column: int) -> str:
        cell = self._rows.item(place, column)
        if cell is None:
            return ""
        return str(cell.data(TOLD)) if column < FIXED else cell.text()

    @Slot(QTableWidgetItem)
    def _take_change(self, _cell: QTableWidgetItem) -> None:
        self._use.setEnabled(True)
        self.edited.emit()

    @Slot()
    def _tell(self) -> None:
        rows = []
        for place in range(self._rows.rowCount()):
            rows.append([self._text(place, column) for column in range(self._rows.columnCount())])
        self.filled.emit(rows)
