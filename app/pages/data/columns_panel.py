"""The columns of the open dataset: search, roles by clicking or by key for several at once, undo, and one's profile."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.amounts import counted
from app.engine_thread import EngineThread
from app.icons import icon
from app.pages.data.answers import DatasetAnswer
from app.pages.data.column_profile import ColumnProfileView
from app.pages.data.columns_model import ColumnsFilter, ColumnsModel, Field
from app.pages.data.columns_table import ColumnsTable
from app.pages.data.role_delegate import RoleDelegate, role_menu, role_of
from app.pages.data.roles_editor import RolesEditor
from app.theme import themeNotifier
from engine.spec import Role


class ColumnsPanel(QWidget):
    """Search box, undo and redo, the table of columns and the profile of the current one."""

    columnSelected = Signal(str)

    def __init__(self, engine: EngineThread, editor: RolesEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.model = ColumnsModel(engine, editor, self)
        self._filter = ColumnsFilter(self.model, self)
        self.table = ColumnsTable(self)
        self.profile = ColumnProfileView(self)
        self._build()
        self.table.roleKey.connect(self.setRole)
        self.table.menuKey.connect(self._menu_at_current)
        self.table.looked.connect(self._look)
        self.table.clicked.connect(self._on_clicked)
        self.table.customContextMenuRequested.connect(self._menu_at)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.model.profiled.connect(self._on_profiled)
        self.search.textChanged.connect(self._on_search)
        editor.refused.connect(self._show_refusal)
        editor.changed.connect(self._on_roles)
        themeNotifier().changed.connect(self.table.viewport().update)

    def setDataset(self, dataset: DatasetAnswer) -> None:
        """Show a dataset's columns, the first one selected."""
        self.search.clear()
        self.model.setDataset(dataset)
        self.profile.clear()
        self._title.setText(counted(dataset["columns"], self.tr("{0} column"), self.tr("{0} columns")))
        if dataset["columns"]:
            self.table.selectRow(0)
        self.table.scrollToTop()
        self.table.lookSoon()

    def select(self, name: str) -> None:
        """Select one column, if the search leaves it."""
        if name in self.selected():
            return
        index = self._filter.mapFromSource(self.model.index(self.model.rowOf(name), Field.NAME))
        if index.isValid():
            self.table.selectRow(index.row())
            self.table.scrollTo(index)

    def selected(self) -> list[str]:
        """The names of the selected columns."""
        rows = self.table.selectionModel().selectedRows()
        return [self.model.nameOf(self._filter.mapToSource(index).row()) for index in rows]

    @Slot(object)
    def setRole(self, role: Role) -> None:
        """Give the selected columns a role."""
        self._refusal.hide()
        self._editor.setRole(self.selected(), role)

    def _build(self) -> None:
        self._title = _label("subtitle", self)
        self.search = QLineEdit(self)
        self.search.setObjectName("data.columns.search")
        self.search.setAccessibleName(self.tr("Search columns"))
        self.search.setToolTip(self.tr("Shows the columns whose name, type or role contains this"))
        self.search.setPlaceholderText(self.tr("Search columns"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._refusal = _label("warning", self)
        self._refusal.setObjectName("data.columns.refusal")
        self._refusal.setWordWrap(True)
        self._refusal.hide()
        self.table.setModel(self._filter)
        self.table.setItemDelegateForColumn(Field.ROLE, RoleDelegate(self.table))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Field.NAME, QHeaderView.ResizeMode.Stretch)
        for field, width in ((Field.TYPE, 72), (Field.ROLE, 128), (Field.MISSING, 64), (Field.DISTINCT, 68)):
            header.resizeSection(field, width)
        bar = QHBoxLayout()
        bar.setSpacing(4)
        bar.addWidget(self._title)
        bar.addStretch(1)
        bar.addWidget(self._tool(self._undo_action(), "data.columns.undo"))
        bar.addWidget(self._tool(self._redo_action(), "data.columns.redo"))
        top = QWidget(self)
        upper = QVBoxLayout(top)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(8)
        upper.addLayout(bar)
        for widget in (self.search, self.table, self._refusal):
            upper.addWidget(widget, 1 if widget is self.table else 0)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(top)
        split.addWidget(self.profile)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _undo_action(self) -> QAction:
        action = self._editor.undoStack.createUndoAction(self, self.tr("Undo"))
        action.setIcon(icon("undo"))
        action.setShortcut("Ctrl+Z")
        return action

    def _redo_action(self) -> QAction:
        action = self._editor.undoStack.createRedoAction(self, self.tr("Redo"))
        action.setIcon(icon("redo"))
        action.setShortcut("Ctrl+Shift+Z")
        return action

    def _tool(self, action: QAction, name: str) -> QToolButton:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        button = QToolButton(self)
        button.setObjectName(name)
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(action.text())
        return button

    @Slot()
    def _look(self) -> None:
        rows = [self._filter.mapToSource(self._filter.index(row, 0)).row() for row in self.table.shown()]
        current = self.table.currentIndex()
        if current.isValid():
            rows.insert(0, self._filter.mapToSource(current).row())
        self.model.want(dict.fromkeys(rows))

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._filter.search(text)
        self.table.lookSoon()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: ARG002 - Qt's own signature
        if not current.isValid():
            self.profile.clear()
            return
        self._refusal.hide()
        name = self.model.nameOf(self._filter.mapToSource(current).row())
        self._show_profile(name)
        self.table.lookSoon()
        self.columnSelected.emit(name)

    @Slot(str)
    def _on_profiled(self, name: str) -> None:
        current = self.table.currentIndex()
        if current.isValid() and self.model.nameOf(self._filter.mapToSource(current).row()) == name:
            self._show_profile(name)

    def _show_profile(self, name: str) -> None:
        column = self.model.columnOf(self.model.rowOf(name))
        self.profile.show_(column, self.model.profile(name), self.model.trouble(name))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == Field.ROLE:
            self._menu_at(self.table.visualRect(index).bottomLeft())

    @Slot()
    def _menu_at_current(self) -> None:
        self._menu_at(self.table.visualRect(self.table.currentIndex().siblingAtColumn(Field.ROLE)).bottomLeft())

    @Slot(QPoint)
    def _menu_at(self, position: QPoint) -> None:
        if not self.selected() or not self._editor.isKnown:
            return
        menu = role_menu(self, role_of(self.table.currentIndex()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.triggered.connect(self._on_menu)
        menu.popup(self.table.viewport().mapToGlobal(position))

    @Slot(QAction)
    def _on_menu(self, action: QAction) -> None:
        self.setRole(Role(action.data()))

    @Slot(str)
    def _show_refusal(self, sentence: str) -> None:
        self._refusal.setText(sentence)
        self._refusal.show()

    @Slot()
    def _on_roles(self) -> None:
        self.table.viewport().update()


def _label(role: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    return label
