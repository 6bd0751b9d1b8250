"""The tree of open files and their tensors, with a line that finds names."""

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from app.pages.tensors.inspected import Opened
from app.pages.tensors.shelf_model import FORM, NAME, SIZE, Node, ShelfModel

MOST_UNFOLDED = 2_000  # rows that are unfolded at once


class ShelfTree(QWidget):
    """A tree of runs, files, groups and tensors."""

    chosen = Signal(object, str)  # Opened, name of the tensor
    closeRequested = Signal(object)  # Opened
    compareRequested = Signal(object, object)  # Opened, Opened

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf: list[Opened] = []
        self._folds: dict[tuple[str, ...], bool] = {}  # what the user has folded and unfolded
        self.search = QLineEdit(self)
        self.search.setObjectName("tensors.inspector.search")
        self.search.setPlaceholderText(self.tr("Find a tensor"))
        self.search.setAccessibleName(self.tr("Find a tensor by a part of its name"))
        self.search.setToolTip(self.tr("Only tensors whose name has this part are listed"))
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeView(self)
        self.model = ShelfModel(self)
        self._set_up()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        self.search.textChanged.connect(self._filter)
        self.tree.selectionModel().currentChanged.connect(self._choose)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.expanded.connect(self._unfolded)
        self.tree.collapsed.connect(self._folded)

    def setShelf(self, shelf: list[Opened]) -> None:
        """Show these files."""
        self._shelf = shelf
        self.model.setShelf(shelf)
        self._unfold()

    def choose(self, opened: Opened, name: str) -> None:
        """Choose a tensor."""
        for node in list(self.model.root.below()):
            if node.is_waiting and node.opened == opened:
                self.model.fetchMore(self.model.indexOf(node))
        for node in self.model.root.below():
            if node.entry is not None and node.entry.name == name and node.file == opened:
                self.tree.setCurrentIndex(self.model.indexOf(node))
                return

    def names(self) -> list[str]:
        """Return the tensors that are listed."""
        return [node.entry.name for node in self.model.root.below() if node.entry is not None]

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.model.setWanted(text)
        self._unfold()

    def _unfold(self) -> None:
        """Unfold what was unfolded before, or is at first; the rest stays folded where there is too much."""
        left = MOST_UNFOLDED
        with QSignalBlocker(self.tree):
            for node in list(self.model.root.below()):
                if left > 0 and self.model.hasChildren(self.model.indexOf(node)) and self._is_unfolded(node):
                    self.tree.expand(self.model.indexOf(node))
                    left -= len(node.children)

    def _is_unfolded(self, node: Node) -> bool:
        return self._folds.get(node.path, node.is_open)

    @Slot(QModelIndex)
    def _unfolded(self, index: QModelIndex) -> None:
        self._folds[self.model.node(index).path] = True

    @Slot(QModelIndex)
    def _folded(self, index: QModelIndex) -> None:
        self._folds[self.model.node(index).path] = False

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, index: QModelIndex, _before: QModelIndex) -> None:
        node = self.model.node(index)
        if node.entry is not None and node.file is not None:
            self.chosen.emit(node.file, node.entry.name)

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        opened = self.model.node(self.tree.indexAt(at)).file
        if opened is None:
            return
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

    def _set_up(self) -> None:
        tree = self.tree
        tree.setObjectName("tensors.inspector.tree")
        tree.setAccessibleName(self.tr("Tensors of the open files"))
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.setIndentation(14)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(60)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((FORM, 128), (SIZE, 76)):
            header.resizeSection(column, width)
