"""The inputs of a forecast as a table: each column, and what is known of it. Shows; changes nothing itself."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt

from app.icons import icon
from engine.catalog import InputUse

Index = QModelIndex | QPersistentModelIndex
_TITLES = ("Column", "What is known of it")


def use_text(use: InputUse) -> str:
    """Return a use in words."""
    texts = {
        "unused": QCoreApplication.translate("Inputs", "Not used"),
        "past": QCoreApplication.translate("Inputs", "Its past"),
        "known": QCoreApplication.translate("Inputs", "Its future too"),
        "static": QCoreApplication.translate("Inputs", "It never changes"),
    }
    return texts[use]


class InputModel(QAbstractTableModel):
    """Columns that may be inputs, with their uses."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, str, InputUse]] = []

    def setRows(self, rows: Sequence[tuple[str, str, InputUse]]) -> None:
        """Show columns: name, type, use. A selection stays where only uses change."""
        same = [row[:2] for row in rows] == [row[:2] for row in self._rows]
        if same:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def column(self, row: int) -> str:
        """Return the name in a row."""
        return self._rows[row][0]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return two: the column and its use."""
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        name, kind, use = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return use_text(use) if index.column() else name
        if role == Qt.ItemDataRole.DecorationRole and not index.column():
            return icon("number" if kind in ("integer", "number") else "category", "muted")
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{name} ({kind}): {use_text(use)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a title."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return QCoreApplication.translate("Inputs", _TITLES[section])
        return None
