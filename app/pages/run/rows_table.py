"""A table of rows of text, such as the worst predictions or a file's first predictions. It neither sorts nor asks."""

import math
from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.theme import theme, themeNotifier

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
WIDEST = 224
MIDNIGHT = " 00:00:00"
LOOKED_AT = 50  # rows that decide a column's width and alignment


class RowsModel(QAbstractTableModel):
    """Rows of text under named columns; some columns are set apart as the model's own words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[str] = ()
        self._rows: Sequence[Sequence[Any]] = ()
        self._numeric: list[bool] = []
        self._apart: frozenset[int] = frozenset()
        self._decimals: dict[int, int] = {}
        self._midnights: frozenset[int] = frozenset()
        themeNotifier().changed.connect(self._recolour)

    def setRows(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], apart: Collection[int] = ()) -> None:
        """Replace everything; `apart` are the columns that the model wrote."""
        self.beginResetModel()
        self._columns, self._rows, self._apart = columns, rows, frozenset(apart)
        self._numeric = [all(_is_number(row[place]) for row in rows[:LOOKED_AT]) for place in range(len(columns))]
        self._decimals = {place: _decimals([row[place] for row in rows]) for place in apart}
        places = range(len(columns)) if rows else ()
        self._midnights = frozenset(place for place in places if all(_is_midnight(row[place]) for row in rows))
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, alignment, colour and weight."""
        value = self._rows[index.row()][index.column()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._text(value, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and value is None:
            return QColor(theme().muted)
        if role == Qt.ItemDataRole.FontRole and index.column() in self._apart:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name or a row's number."""
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return None

    def _text(self, value: Any, column: int) -> str:
        if isinstance(value, float) and column in self._decimals and math.isfinite(value):
            return f"{value:.{self._decimals[column]}f}"  # so that the model's own numbers line up
        return _text(value).removesuffix(MIDNIGHT) if column in self._midnights else _text(value)

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._numeric[column] else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _recolour(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._columns) - 1))


class RowsTable(QTableView):
    """Shows such rows; Ctrl+C copies the selected ones with tabs between cells."""

    def __init__(self, path: str, name: str, explanation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setAccessibleName(name)
        self.setToolTip(explanation)
        self._rows = RowsModel(self)
        self.setModel(self._rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setDefaultSectionSize(28)
        self.horizontalHeader().setHighlightSections(False)

    def setRows(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], apart: Collection[int] = ()) -> None:
        """Show rows, each column as wide as its first rows need."""
        self._rows.setRows(columns, rows, apart)
        metrics = self.fontMetrics()
        for place, name in enumerate(columns):
            texts = [name, *(_text(row[place]) for row in rows[:LOOKED_AT])]
            width = max(metrics.horizontalAdvance(text[:64]) for text in texts) + 32
            self.setColumnWidth(place, min(WIDEST, max(64, width)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows."""
        if not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
            return
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        columns = range(self._rows.columnCount())
        lines = ["\t".join(str(self._rows.index(row, column).data()) for column in columns) for row in places]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _decimals(values: Sequence[Any]) -> int:
    """Return the decimals that give a column's largest number six digits; four at most, as probabilities have."""
    sizes = [abs(value) for value in values if isinstance(value, float) and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    return min(4, max(0, 5 - math.floor(math.log10(largest)))) if largest >= 1 else _small_decimals(largest)


def _small_decimals(largest: float) -> int:
    return 4 if largest >= 0.01 or not largest else min(12, 3 - math.floor(math.log10(largest)))


def _is_midnight(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(MIDNIGHT)


def _is_number(value: Any) -> bool:
    if value is None or isinstance(value, int | float):
        return True
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
