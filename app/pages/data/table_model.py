"""A dataset as a Qt table of any size: pages of it are asked for when they are looked at, and a few are kept.

Nothing here waits: a cell whose page has not come yet reads “…”. Sorting and filtering is the data lab's work.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor

from app.engine_thread import EngineThread, Requests
from app.pages.data.answers import Cell, DatasetAnswer, PageAnswer
from app.pages.data.wording import WAITING, cell, is_number, one_line, role_title, type_title
from app.theme import theme
from engine.spec import Role

PAGE_ROWS = 200
PAGE_COLUMNS = 64
PAGES_KEPT = 40
LONGEST_CELL = 300

TYPE = Qt.ItemDataRole.UserRole + 1
ROLE = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex
Tile = tuple[int, int]
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Query:
    """The order and the choice of rows: a column's name (empty for the file's own order), and the filter's text."""

    column: str = ""
    descending: bool = False
    filter: str = ""


class TableModel(QAbstractTableModel):
    """Shows one dataset; `want` says which cells are looked at."""

    queryChanged = Signal(int, int)  # matched rows, all rows
    queryFailed = Signal(str)
    pageFailed = Signal(str)
    busyChanged = Signal(bool)

    def __init__(self, engine: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._id = ""
        self._names: list[str] = []
        self._types: list[str] = []
        self._roles: dict[str, Role] = {}
        self._rows = 0
        self._query = Query()
        self._asked_query: Query | None = None
        self._tiles: OrderedDict[Tile, list[list[Cell]]] = OrderedDict()
        self._asked: set[Tile] = set()
        self._refused: set[Tile] = set()

    # What is shown

    def setDataset(self, dataset: DatasetAnswer) -> None:
        """Show a dataset from its first row, in its own order."""
        self.beginResetModel()
        self._requests.cancel("query")
        self._forget_tiles()
        self._id = dataset["id"]
        self._names = [column["name"] for column in dataset["columns"]]
        self._types = [column["type"] for column in dataset["columns"]]
        self._rows = dataset["rows"]
        self._query = Query()
        self._asked_query = None
        self._roles = {}
        self.endResetModel()

    def setRoles(self, roles: Mapping[str, Role]) -> None:
        """Say what each column is for; the headers show it."""
        self._roles = dict(roles)
        if self._names:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._names) - 1)

    @property
    def query(self) -> Query:
        """The order and filter of what is shown."""
        return self._query

    @property
    def wanted(self) -> Query:
        """The order and filter that were asked for last; the same as `query` once the answer came."""
        return self._asked_query or self._query

    def setQuery(self, query: Query) -> None:
        """Ask for another order or filter; what is shown stays until the answer comes."""
        if query == self.wanted:
            return
        self._asked_query = query
        self.busyChanged.emit(True)
        self._requests.ask("query", "data", "page", **self._page_params(query, (0, 0)))

    def columnOf(self, name: str) -> int:
        """The index of a column, or -1."""
        return self._names.index(name) if name in self._names else -1

    def nameOf(self, column: int) -> str:
        """The name of a column."""
        return self._names[column]

    def want(self, rows: range, columns: range) -> None:
        """Ask for the pages behind these cells and give up those that are no longer looked at."""
        tiles = self._tiles_of(rows, columns)
        for tile in self._asked - tiles:
            self._requests.cancel(_request_name(tile))
        self._asked &= tiles
        for tile in sorted(tiles - self._asked - self._refused - self._tiles.keys()):
            self._asked.add(tile)
            self._requests.ask(_request_name(tile), "data", "page", **self._page_params(self._query, tile))
        for tile in tiles & self._tiles.keys():
            self._tiles.move_to_end(tile)

    def isLoaded(self, row: int, column: int) -> bool:
        """Whether a cell's page is here."""
        return (row // PAGE_ROWS, column // PAGE_COLUMNS) in self._tiles

    # Qt's model

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """The rows that the filter leaves."""
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The dataset's columns."""
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, alignment and ink."""
        if not index.isValid():
            return None
        column = index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if is_number(self._types[column]) else _LEFT
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        rows = self._tiles.get((index.row() // PAGE_ROWS, column // PAGE_COLUMNS))
        within = index.row() % PAGE_ROWS
        if rows is None or within >= len(rows):
            return WAITING if role == Qt.ItemDataRole.DisplayRole else _pale(role)
        value = rows[within][column % PAGE_COLUMNS]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(cell(value)[:LONGEST_CELL])
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell(value)[: 10 * LONGEST_CELL] if isinstance(value, str) and len(value) > 30 else None
        return _pale(role) if value is None else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A column's name, type and role; a row's number."""
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._names):
            return None
        name, column_type = self._names[section], self._types[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(name)
        if role == TYPE:
            return column_type
        if role == ROLE:
            return self._roles.get(name)
        if role == Qt.ItemDataRole.ToolTipRole:
            purpose = self._roles.get(name)
            words = [type_title(column_type)] + ([role_title(purpose)] if purpose else [])
            return self.tr("{0} — {1}\nClick to sort").format(name, ", ".join(words))
        return None

    # Inside

    def _tiles_of(self, rows: range, columns: range) -> set[Tile]:
        if not self._names or not self._rows or not rows or not columns:
            return set()
        last_row = min(rows[-1], self._rows - 1) // PAGE_ROWS
        last_column = min(columns[-1], len(self._names) - 1) // PAGE_COLUMNS
        return {
            (row, column)
            for row in range(max(0, rows[0]) // PAGE_ROWS, last_row + 1)
            for column in range(max(0, columns[0]) // PAGE_COLUMNS, last_column + 1)
        }

    def _page_params(self, query: Query, tile: Tile) -> dict[str, object]:
        sort = [(query.column, query.descending)] if query.column else []
        params: dict[str, object] = {"id": self._id, "offset": tile[0] * PAGE_ROWS, "limit": PAGE_ROWS}
        params |= {"sort": sort, "filter": query.filter}
        if len(self._names) > PAGE_COLUMNS:
            params["columns"] = self._names[tile[1] * PAGE_COLUMNS : (tile[1] + 1) * PAGE_COLUMNS]
        return params

    def _forget_tiles(self) -> None:
        for tile in self._asked:
            self._requests.cancel(_request_name(tile))
        self._asked.clear()
        self._refused.clear()
        self._tiles.clear()

    @Slot(str, object)
    def _on_answered(self, name: str, value: object) -> None:
        page = cast(PageAnswer, value)
        if name == "query":
            self._accept_query(page)
            return
        tile = _tile_of(name)
        self._asked.discard(tile)
        self._keep(tile, page)
        top, left = tile[0] * PAGE_ROWS, tile[1] * PAGE_COLUMNS
        bottom = min(top + PAGE_ROWS, self._rows) - 1
        right = min(left + PAGE_COLUMNS, len(self._names)) - 1
        self.dataChanged.emit(self.index(top, left), self.index(bottom, right))

    def _accept_query(self, page: PageAnswer) -> None:
        assert self._asked_query is not None
        self.beginResetModel()
        self._forget_tiles()
        self._query, self._asked_query = self._asked_query, None
        self._rows = page["matched"]
        self._keep((0, 0), page)
        self.endResetModel()
        self.busyChanged.emit(False)
        self.queryChanged.emit(page["matched"], page["total"])

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        if name == "query":
            self._asked_query = None
            self.busyChanged.emit(False)
            self.queryFailed.emit(sentence)
            return
        tile = _tile_of(name)
        self._asked.discard(tile)
        self._refused.add(tile)
        self.pageFailed.emit(sentence)

    def _keep(self, tile: Tile, page: PageAnswer) -> None:
        self._tiles[tile] = page["rows"]
        self._tiles.move_to_end(tile)
        while len(self._tiles) > PAGES_KEPT:
            self._tiles.popitem(last=False)


def _pale(role: int) -> QColor | None:
    return QColor(theme().disabled) if role == Qt.ItemDataRole.ForegroundRole else None


def _request_name(tile: Tile) -> str:
    return f"page:{tile[0]}:{tile[1]}"


def _tile_of(name: str) -> Tile:
    _, row, column = name.split(":")
    return int(row), int(column)
