"""The open files as a tree for Qt: runs, files, groups by the dots of names, tensors. It shows and asks for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from app.amounts import counted
from app.pages.tensors.inspected import Entry, Opened, bytes_text, form_text
from app.theme import theme

NAME, FORM, SIZE = range(3)
FOLDED_FROM = 200  # tensors of a file, from which its groups are folded at first
Index = QModelIndex | QPersistentModelIndex


@dataclass(eq=False)
class Node:
    """A row of the tree. A file has `opened`, a tensor `entry` too; a run or a group has neither."""

    texts: tuple[str, str, str]
    parent: "Node | None" = None
    opened: Opened | None = None
    entry: Entry | None = None
    tip: str = ""
    is_open: bool = True  # unfolded at first
    is_waiting: bool = False  # a file whose rows are made when it is unfolded
    row: int = 0
    children: list["Node"] = field(default_factory=list)

    def add(self, child: "Node") -> "Node":
        """Put a row under this one."""
        child.parent, child.row = self, len(self.children)
        self.children.append(child)
        return child

    def below(self) -> Iterator["Node"]:
        """Go through all rows under this one."""
        for child in self.children:
            yield child
            yield from child.below()

    @property
    def path(self) -> tuple[str, ...]:
        """The names from the top to this row."""
        return (*(self.parent.path if self.parent else ()), self.texts[0])

    @property
    def file(self) -> Opened | None:
        """The file that this row belongs to."""
        return self.opened or (self.parent.file if self.parent else None)


class ShelfModel(QAbstractItemModel):
    """The rows of all open files, or of those whose tensors have a part in their name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.root = Node(("", "", ""))
        self._shelf: list[Opened] = []
        self._wanted = ""

    def setShelf(self, shelf: list[Opened]) -> None:
        """Show these files."""
        self._shelf = list(shelf)
        self._fill()

    def setWanted(self, text: str) -> None:
        """Show only tensors with this in their names."""
        self._wanted = text.casefold()
        self._fill()

    def node(self, index: Index) -> Node:
        """Return the row of an index; of one that is not valid, the one above all."""
        found = index.internalPointer() if index.isValid() else self.root
        assert isinstance(found, Node)
        return found

    def indexOf(self, node: Node) -> QModelIndex:
        """Return the index of a row."""
        return QModelIndex() if node is self.root else self.createIndex(node.row, 0, node)

    # What Qt asks for

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        """Return the index of a row under another."""
        above = self.node(parent if parent is not None else QModelIndex())
        return self.createIndex(row, column, above.children[row]) if 0 <= row < len(above.children) else QModelIndex()

    def parent(self, index: Index | None = None) -> QModelIndex:  # type: ignore[override]
        """Return what a row is under."""
        above = self.node(index).parent if index is not None and index.isValid() else None
        return QModelIndex() if above is None else self.indexOf(above)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are under a row."""
        if parent is not None and parent.column() > 0:
            return 0
        return len(self.node(parent if parent is not None else QModelIndex()).children)

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Whether a row can be unfolded."""
        node = self.node(parent if parent is not None else QModelIndex())
        return node.is_waiting or bool(node.children)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether a file’s rows are still to be made."""
        return self.node(parent).is_waiting

    def fetchMore(self, parent: Index) -> None:
        """Make a file’s rows."""
        node = self.node(parent)
        if not node.is_waiting or node.opened is None:
            return
        made = self._rows(node.opened)
        node.is_waiting = False
        self.beginInsertRows(self.indexOf(node), 0, len(made) - 1)
        for child in made:
            node.add(child)
        self.endInsertRows()

    def columnCount(self, _parent: Index | None = None) -> int:
        """Return the columns: name, type and shape, size."""
        return 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        node = self.node(index)
        if node is self.root:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return node.texts[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return node.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and index.column() == NAME and (node.opened or node.parent is self.root):
            return theme().font(weight=QFont.Weight.DemiBold)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be chosen, except tensors that cannot be shown."""
        node = self.node(index)
        if node is self.root:
            return Qt.ItemFlag.NoItemFlags
        if node.entry is not None and node.entry.problem:
            return Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the titles of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Name"), self.tr("Type and shape"), self.tr("Size"))[section]
        return None

    # Inside

    def _fill(self) -> None:
        self.beginResetModel()
        self.root = Node(("", "", ""))
        runs: dict[str, Node] = {}
        for opened in self._shelf:
            above = self.root
            if opened.group:
                if opened.group not in runs:
                    runs[opened.group] = self.root.add(Node((opened.group, "", ""), tip=opened.group))
                above = runs[opened.group]
            self._add(above, opened)
        self.endResetModel()

    def _add(self, above: Node, opened: Opened) -> None:
        told = counted(opened.entries, self.tr("{0} tensor"), self.tr("{0} tensors"))
        tip = "\n".join(filter(None, (str(opened.path), opened.format, opened.note)))
        is_open = bool(self._wanted) or not opened.group or bool(opened.over)
        top = Node((opened.short_title, told, bytes_text(opened.size)), None, opened, tip=tip, is_open=is_open)
        above.add(top)
        if not is_open:
            top.is_waiting = bool(opened.entries)
            return
        for child in self._rows(opened):
            top.add(child)

    def _rows(self, opened: Opened) -> list[Node]:
        """Return the groups and tensors of a file."""
        groups = {"": Node(("", "", ""))}
        unfolds = bool(self._wanted) or len(opened.entries) < FOLDED_FROM
        for entry in opened.entries:
            if self._wanted in entry.name.casefold():
                _place(groups, entry, unfolds)
        _merge_single(groups[""])
        return groups[""].children


def _place(groups: dict[str, Node], entry: Entry, unfolds: bool) -> None:
    path, _, last = entry.name.rpartition(".")
    texts = (last, form_text(entry.dtype, entry.shape), bytes_text(entry.size))
    tip = f"{entry.name}\n{entry.problem}" if entry.problem else entry.name
    _group(groups, path, unfolds).add(Node(texts, entry=entry, tip=tip))


def _group(groups: dict[str, Node], path: str, unfolds: bool) -> Node:
    """Return the row of a group, made with those above it where it is new."""
    if path not in groups:
        above, _, last = path.rpartition(".")
        groups[path] = _group(groups, above, unfolds).add(Node((last, "", ""), is_open=unfolds))
    return groups[path]


def _merge_single(node: Node) -> None:
    """Write a group with a single one below it in one row: encoder.layer instead of two."""
    for row, child in enumerate(node.children):
        inner = child
        while inner.entry is None and len(inner.children) == 1:
            (only,) = inner.children
            only.texts = (f"{inner.texts[0]}.{only.texts[0]}", *only.texts[1:])
            inner = only
        inner.parent, inner.row = node, row
        node.children[row] = inner
        _merge_single(inner)
