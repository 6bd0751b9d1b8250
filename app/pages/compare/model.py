"""The rows and columns of the table of compared runs: settings that differ, then what each metric came to."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPixmap

from app.pages.compare.wording import metric_name
from app.pages.run.wording import figure
from app.plots.ink import Ink, ink_colour
from app.plots.scale import is_number, written
from engine.runs.comparison import NOTHING, Came

CAME = ("final", "best", "mean")
SWATCH = 10
ORDER = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Row:
    """One run: its id, name, colour, differing settings and what each metric came to."""

    id: str
    name: str
    colour: Ink
    fields: Mapping[str, Any]
    came: Mapping[str, Came]
    is_shown: bool = True
    is_base: bool = False

    def figure(self, metric: str, which: str) -> float | None:
        """Return the final, best or mean of a metric."""
        value: float | None = getattr(self.came.get(metric, NOTHING), which)
        return value


@dataclass(frozen=True)
class _Column:
    """A setting, or with `which` a figure of a metric; the first column has neither."""

    key: str = ""
    title: str = ""
    which: str = ""


class CompareModel(QAbstractTableModel):
    """What the table shows."""

    shownChanged = Signal(str, bool)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._columns: list[_Column] = []
        self._best: dict[int, int] = {}
        self._base: Row | None = None

    def show_(self, rows: Sequence[Row], fields: Mapping[str, str], metrics: Mapping[str, bool]) -> bool:
        """Show rows; returns whether there are other rows or columns than before."""
        names = {"final": self.tr("final"), "best": self.tr("best"), "mean": self.tr("mean")}
        columns = [_Column(title=self.tr("Run")), *(_Column(key, title) for key, title in fields.items())]
        columns += [_Column(key, f"{metric_name(key)}\n{names[which]}", which) for key in metrics for which in CAME]
        base = next((row for row in rows if row.is_base), None)
        is_other = columns != self._columns or [row.id for row in rows] != [row.id for row in self._rows]
        is_other |= base is not None and (self._base is None or self._base.id != base.id)
        if not is_other and list(rows) == self._rows:
            return False
        if is_other:
            self.beginResetModel()
        self._rows, self._columns, self._base = list(rows), columns, base
        self._best = dict(self._best_rows(metrics))
        if is_other:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(columns) - 1))
        return is_other

    def rows(self) -> list[Row]:
        """Return the rows."""
        return list(self._rows)

    def run_at(self, place: int) -> str:
        """Return the id of the run in a row."""
        return self._rows[place].id if 0 <= place < len(self._rows) else ""

    def rows_for_export(self, order: Sequence[int]) -> Iterator[list[object]]:
        """Yield a header and the rows in an order, with numbers as they are."""
        columns = self._columns[1:]
        yield ["id", "run", *(f"{column.key} {column.which}".rstrip() for column in columns)]
        for row in (self._rows[place] for place in order):
            values = [
                row.figure(column.key, column.which) if column.which else row.fields[column.key] for column in columns
            ]
            yield [row.id, row.name, *values]

    # What Qt asks

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of runs."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title."""
        if side is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("{0}; a click sorts").format(column.key or column.title)
        return int(_RIGHT) if role == Qt.ItemDataRole.TextAlignmentRole and column.which else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the first column be ticked."""
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell that a run is to be shown or hidden; the table changes when it is told so."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column():
            return False
        self.shownChanged.emit(self._rows[index.row()].id, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self._rows[index.row()], self._columns[index.column()]
        if index.column() == 0:
            return self._name_data(row, role)
        if not column.which:
            return self._field_data(row.fields.get(column.key), column, role)
        is_best = self._best.get(index.column()) == index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return ("★ " if is_best else "") + self._figure_words(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("The best of these runs") if is_best else None
        if role == Qt.ItemDataRole.FontRole and is_best:
            bold = QFont()
            bold.setBold(True)
            return bold
        if role == ORDER:
            value = row.figure(column.key, column.which)
            return math.inf if value is None else value
        return int(_RIGHT) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _name_data(self, row: Row, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr("Baseline  ·  {0}").format(row.name) if row.is_base else row.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.is_shown else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DecorationRole:
            swatch = QPixmap(SWATCH, SWATCH)
            swatch.fill(QColor(ink_colour(row.colour)))
            return swatch
        if role == Qt.ItemDataRole.FontRole and row.is_base:
            bold = QFont()
            bold.setBold(True)
            return bold
        return row.name if role in (Qt.ItemDataRole.ToolTipRole, ORDER) else None

    def _field_data(self, value: Any, column: _Column, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return written(value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.key} = {value}"
        if role == ORDER:
            return float(value) if is_number(value) else written(value)
        return int(_RIGHT) if role == Qt.ItemDataRole.TextAlignmentRole and is_number(value) else None

    def _figure_words(self, row: Row, column: _Column) -> str:
        value = row.figure(column.key, column.which)
        base = self._base.figure(column.key, column.which) if self._base is not None else None
        text = figure(value)
        if value is None or base is None or row.is_base:
            return text
        apart = value - base
        return f"{text}  ({'+' if apart >= 0 else '−'}{figure(abs(apart), 3)})"

    def _best_rows(self, metrics: Mapping[str, bool]) -> Iterator[tuple[int, int]]:
        for place, column in enumerate(self._columns):
            if not column.which:
                continue
            known = [
                (value, at)
                for at, row in enumerate(self._rows)
                if (value := row.figure(column.key, column.which)) is not None
            ]
            if len(known) > 1:
                yield place, (min(known) if metrics[column.key] else max(known, key=lambda one: one[0]))[1]
