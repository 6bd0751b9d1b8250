"""The files that are open, and their tensors under the dots of their names, with shape, type and size."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QLineEdit, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.amounts import counted
from app.pages.tensors.inspected import Entry, Opened, bytes_text, form_text

FILE, NAME, IS_FILE = (Qt.ItemDataRole.UserRole + place for place in range(3))
SIZE = 2  # the column
FOLDED_FROM = 200  # tensors of a file, from which its groups are folded at first


class ShelfTree(QWidget):
    """A tree of files, groups and tensors, and a line that finds names."""

    chosen = Signal(object, str)  # Opened, name of the tensor
    closeRequested = Signal(object)  # Opened
    compareRequested = Signal(object, object)  # Opened, Opened

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf: list[Opened] = []
        self.search = QLineEdit(self)
        self.search.setObjectName("tensors.inspector.search")
        self.search.setPlaceholderText(self.tr("Find a tensor"))
        self.search.setAccessibleName(self.tr("Find a tensor by a part of its name"))
        self.search.setToolTip(self.tr("Only tensors whose name has this part are listed"))
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget(self)
        self._set_up()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._choose)
        self.tree.customContextMenuRequested.connect(self._show_menu)

    def setShelf(self, shelf: list[Opened]) -> None:
        """Show these files; those that were there keep their rows."""
        for item in list(self._files()):
            if item.data(0, FILE) not in shelf:
                self._remove(item)
        known = [item.data(0, FILE) for item in self._files()]
        for opened in shelf:
            if opened not in known:
                self._add(opened)
        self._shelf = shelf
        self._filter(self.search.text())

    def choose(self, opened: Opened, name: str) -> None:
        """Choose a tensor."""
        for item in self._leaves():
            if item.data(0, FILE) == opened and item.data(0, NAME) == name:
                self.tree.setCurrentItem(item)
                return

    def names(self) -> list[str]:
        """Return the tensors that are listed."""
        return [item.data(0, NAME) for item in self._leaves() if not item.isHidden()]

    def _add(self, opened: Opened) -> None:
        told = counted(opened.entries, self.tr("{0} tensor"), self.tr("{0} tensors"))
        top = QTreeWidgetItem([opened.short_title, told, bytes_text(opened.size)])
        top.setData(0, IS_FILE, True)
        top.setData(0, FILE, opened)
        top.setToolTip(0, f"{opened.path}\n{opened.format}" + (f"\n{opened.note}" if opened.note else ""))
        font = top.font(0)
        font.setBold(True)
        top.setFont(0, font)
        groups: dict[str, QTreeWidgetItem] = {"": top}
        for entry in opened.entries:
            self._place(groups, opened, entry)
        if opened.group:
            self._group(opened.group).addChild(top)
        else:
            self.tree.addTopLevelItem(top)
        _merge_single(top)
        is_one_of_many = bool(opened.group) and not opened.over
        for item in (top, *_below(top)):
            item.setExpanded(not is_one_of_many if item is top else len(opened.entries) < FOLDED_FROM)
            item.setTextAlignment(SIZE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _group(self, name: str) -> QTreeWidgetItem:
        """Return the item of a run, under which its checkpoints are."""
        for item in self._tops():
            if item.text(0) == name and not item.data(0, IS_FILE):
                return item
        item = QTreeWidgetItem(self.tree, [name])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setToolTip(0, name)
        item.setFirstColumnSpanned(True)
        item.setExpanded(True)
        return item

    def _remove(self, item: QTreeWidgetItem) -> None:
        parent = item.parent()
        (parent or self.tree.invisibleRootItem()).removeChild(item)
        if parent is not None and not parent.childCount():
            self.tree.invisibleRootItem().removeChild(parent)

    def _place(self, groups: dict[str, QTreeWidgetItem], opened: Opened, entry: Entry) -> None:
        *path, last = entry.name.split(".")
        parent, prefix = groups[""], ""
        for part in path:
            prefix = f"{prefix}.{part}"
            if prefix not in groups:
                groups[prefix] = QTreeWidgetItem(parent, [part])
            parent = groups[prefix]
        item = QTreeWidgetItem(parent, [last, form_text(entry.dtype, entry.shape), bytes_text(entry.size)])
        item.setData(0, FILE, opened)
        item.setData(0, NAME, entry.name)
        item.setToolTip(0, f"{entry.name}\n{entry.problem}" if entry.problem else entry.name)
        item.setDisabled(bool(entry.problem))

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.casefold()
        for top in self._tops():
            _hide(top, wanted)
            top.setHidden(False)
        for item in self._files():
            item.setHidden(False)

    @Slot(object)
    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.data(0, NAME) is not None:
            self.chosen.emit(item.data(0, FILE), item.data(0, NAME))

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        while item is not None and not item.data(0, IS_FILE):
            item = item.parent()
        if item is None:
            return
        opened = item.data(0, FILE)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for other in self._shelf:
            if other is not opened and not other.over and not opened.over:
                action = menu.addAction(self.tr("Compare all tensors with {0}").format(other.title))
                action.setData((opened, other))
        action = menu.addAction(self.tr("Close {0}").format(opened.title))
        action.setData((opened, None))
        menu.triggered.connect(self._act)
        menu.popup(self.tree.viewport().mapToGlobal(at))

    @Slot(object)
    def _act(self, action: object) -> None:
        opened, other = action.data()  # type: ignore[attr-defined]
        if other is None:
            self.closeRequested.emit(opened)
        else:
            self.compareRequested.emit(opened, other)

    def _tops(self) -> Iterator[QTreeWidgetItem]:
        for place in range(self.tree.topLevelItemCount()):
            if (item := self.tree.topLevelItem(place)) is not None:
                yield item

    def _files(self) -> Iterator[QTreeWidgetItem]:
        for top in self._tops():
            yield from (item for item in (top, *_children(top)) if item.data(0, IS_FILE))

    def _leaves(self) -> Iterator[QTreeWidgetItem]:
        for top in self._tops():
            yield from (item for item in _below(top) if item.data(0, NAME) is not None)

    def _set_up(self) -> None:
        tree = self.tree
        tree.setObjectName("tensors.inspector.tree")
        tree.setAccessibleName(self.tr("Tensors of the open files"))
        tree.setHeaderLabels([self.tr("Name"), self.tr("Type and shape"), self.tr("Size")])
        tree.setUniformRowHeights(True)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.setIndentation(14)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(60)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 128), (SIZE, 76)):
            header.resizeSection(column, width)


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(place) for place in range(item.childCount()))
    return [child for child in found if child is not None]


def _merge_single(item: QTreeWidgetItem) -> None:
    """Write a group with a single one below it in one row: encoder.layer instead of two."""
    for place, group in enumerate(_children(item)):
        child = group
        while child.data(0, NAME) is None and len(_children(child)) == 1:
            (inner,) = child.takeChildren()
            inner.setText(0, f"{child.text(0)}.{inner.text(0)}")
            item.removeChild(child)
            item.insertChild(place, inner)
            child = inner
        _merge_single(child)


def _below(item: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
    for child in _children(item):
        yield child
        yield from _below(child)


def _hide(item: QTreeWidgetItem, wanted: str) -> bool:
    """Hide what has not the wanted part in its name, and groups of nothing else; returns whether anything is left."""
    name = item.data(0, NAME)
    shown = wanted in name.casefold() if name is not None else False
    for child in _children(item):
        shown = _hide(child, wanted) or shown
    item.setHidden(not shown)
    return shown
