"""The first rows of a file that is about to be imported, as a Qt table. All of it is in memory."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.pages.data.answers import PreviewAnswer
from app.pages.data.table_model import LONGEST_CELL, TYPE
from app.pages.data.wording import cell, is_number, one_line, type_title
from app.theme import theme

Index = QModelIndex | QPersistentModelIndex


class PreviewModel(QAbstractTableModel):
    """Shows a preview's rows under the guessed columns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview: PreviewAnswer | None = None

    def setPreview(self, preview: PreviewAnswer | None) -> None:
        """Show a preview, or nothing."""
        self.beginResetModel()
        self._preview = preview
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """The previewed rows."""
        return 0 if parent.isValid() or self._preview is None else len(self._preview["rows"])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The guessed columns."""
        return 0 if parent.isValid() or self._preview is None else len(self._preview["columns"])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, alignment and ink."""
        if not index.isValid() or self._preview is None:
            return None
        row = self._preview["rows"][index.row()]
        value = row[index.column()] if index.column() < len(row) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(cell(value)[:LONGEST_CELL])
        if role == Qt.ItemDataRole.ForegroundRole and value is None:
            return QColor(theme().disabled)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = is_number(self._preview["columns"][index.column()]["type"])
            return (
                Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A column's name and type; a row's number."""
        if self._preview is None or section < 0:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if section >= len(self._preview["columns"]):
            return None
        column = self._preview["columns"][section]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(column["name"])
        if role == TYPE:
            return column["type"]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column['name']} — {type_title(column['type'])}"
        return None
