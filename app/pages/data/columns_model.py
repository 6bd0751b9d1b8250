"""The columns of a dataset as a Qt table. What is known about a column is asked for when its row is looked at."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, cast

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor

from app.engine_thread import EngineThread, Requests
from app.pages.data.answers import ColumnAnswer, DatasetAnswer, ProfileAnswer
from app.pages.data.roles_editor import RolesEditor
from app.pages.data.wording import ROLES, WAITING, distinct, one_line, role_tip, role_title, share, type_title
from app.theme import theme

AT_ONCE = 2

Index = QModelIndex | QPersistentModelIndex


class Field(IntEnum):
    """The model's columns."""

    NAME = 0
    TYPE = 1
    ROLE = 2
    MISSING = 3
    DISTINCT = 4


class ColumnsModel(QAbstractTableModel):
    """One row a column; `want` says which rows are looked at."""

    profiled = Signal(str)

    def __init__(self, engine: EngineThread, editor: RolesEditor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._editor = editor
        editor.changed.connect(self._on_roles)
        self._dataset: DatasetAnswer | None = None
        self._columns: list[ColumnAnswer] = []
        self._profiles: dict[str, ProfileAnswer] = {}
        self._refused: dict[str, str] = {}
        self._waiting: list[int] = []
        self._asked: set[int] = set()

    def setDataset(self, dataset: DatasetAnswer) -> None:
        """Show a dataset's columns; nothing is known about them yet."""
        self.beginResetModel()
        for row in self._asked:
            self._requests.cancel(str(row))
        self._asked.clear()
        self._waiting.clear()
        self._profiles.clear()
        self._refused.clear()
        self._dataset = dataset
        self._columns = dataset["columns"]
        self.endResetModel()

    def nameOf(self, row: int) -> str:
        """The column's name that a row shows."""
        return self._columns[row]["name"]

    def columnOf(self, row: int) -> ColumnAnswer:
        """The column that a row shows."""
        return self._columns[row]

    def rowOf(self, name: str) -> int:
        """The row of a column, or -1."""
        return next((row for row, column in enumerate(self._columns) if column["name"] == name), -1)

    def profile(self, name: str) -> ProfileAnswer | None:
        """What is known about a column, if it came already."""
        return self._profiles.get(name)

    def contains(self, row: int, text: str) -> bool:
        """Whether a column's name, type or role contains a casefolded text."""
        column = self._columns[row]
        purpose = self._editor.mapping().get(column["name"])
        words = (column["name"], type_title(column["type"]), role_title(purpose) if purpose else "")
        return any(text in word.casefold() for word in words)

    def trouble(self, name: str) -> str:
        """Why a column has no profile; empty where it has one or it is still to come."""
        return self._refused.get(name, "")

    def want(self, rows: Iterable[int]) -> None:
        """Ask for the profiles of these rows, a few at a time; those wanted earlier and not begun are forgotten."""
        self._waiting = [
            row
            for row in rows
            if row not in self._asked
            and self.nameOf(row) not in self._profiles
            and self.nameOf(row) not in self._refused
        ]
        self._ask_next()

    # Qt's model

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One row a column."""
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The fields."""
        return 0 if parent.isValid() else len(Field)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A field's text, alignment, ink and tooltip."""
        if not index.isValid():
            return None
        column, field = self._columns[index.row()], Field(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(column, field)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = field in {Field.MISSING, Field.DISTINCT}
            return (
                Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(column, field)
        if role == Qt.ItemDataRole.UserRole:
            return self._editor.mapping().get(column["name"])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(column, field)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The fields' names."""
        if orientation == Qt.Orientation.Vertical or role not in {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.TextAlignmentRole,
        }:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = section in {Field.MISSING, Field.DISTINCT}
            return (
                Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        return (self.tr("Column"), self.tr("Type"), self.tr("Role"), self.tr("Missing"), self.tr("Distinct"))[section]

    # Inside

    def _text(self, column: ColumnAnswer, field: Field) -> str:
        if field is Field.NAME:
            return one_line(column["name"])
        if field is Field.TYPE:
            return type_title(column["type"])
        if field is Field.ROLE:
            purpose = self._editor.mapping().get(column["name"])
            return role_title(purpose) if purpose else ""
        profile = self._profiles.get(column["name"])
        if profile is None:
            return "" if column["name"] in self._refused else WAITING
        if field is Field.MISSING:
            return share(profile["missing"], profile["count"])
        return distinct(profile)

    def _ink(self, column: ColumnAnswer, field: Field) -> QColor | None:
        profile = self._profiles.get(column["name"])
        if field is Field.TYPE or (field in {Field.MISSING, Field.DISTINCT} and profile is None):
            return QColor(theme().muted)
        if field is Field.MISSING and profile is not None:
            return QColor(theme().warn if profile["missing"] else theme().muted)
        return None

    def _tip(self, column: ColumnAnswer, field: Field) -> str:
        if field is not Field.ROLE:
            return column["name"]
        purpose = self._editor.mapping().get(column["name"])
        first = f"{role_tip(purpose)}\n" if purpose else ""
        keys = ", ".join(f"{look.key} {role_title(its)}" for its, look in ROLES.items())
        return first + self.tr("Click to change, or press {0}").format(keys)

    def _ask_next(self) -> None:
        while self._waiting and len(self._asked) < AT_ONCE and self._dataset is not None:
            row = self._waiting.pop(0)
            self._asked.add(row)
            self._requests.ask(str(row), "data", "profile", id=self._dataset["id"], column=self.nameOf(row))

    @Slot(str, object)
    def _on_answered(self, name: str, value: object) -> None:
        row = int(name)
        self._profiles[self.nameOf(row)] = cast(ProfileAnswer, value)
        self._finish(row)

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        row = int(name)
        self._refused[self.nameOf(row)] = sentence
        self._finish(row)

    def _finish(self, row: int) -> None:
        self._asked.discard(row)
        self.dataChanged.emit(self.index(row, Field.MISSING), self.index(row, Field.DISTINCT))
        self.profiled.emit(self.nameOf(row))
        self._ask_next()

    @Slot()
    def _on_roles(self) -> None:
        if self._columns:
            self.dataChanged.emit(self.index(0, Field.ROLE), self.index(len(self._columns) - 1, Field.ROLE))


class ColumnsFilter(QSortFilterProxyModel):
    """Leaves the columns whose name, type or role contains the searched text."""

    def __init__(self, model: ColumnsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._model = model
        self.setSourceModel(model)
        self.setDynamicSortFilter(False)

    def search(self, text: str) -> None:
        """Leave the columns that contain this text."""
        self.beginFilterChange()
        self._text = text.strip().casefold()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: ARG002 - Qt's own signature
        """Whether a column stays."""
        return not self._text or self._model.contains(source_row, self._text)
