"""The view of a dataset's columns: letters give roles, it tells when other rows are looked at. It decides nothing."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.pages.data.wording import ROLES

LOOK_DELAY_MS = 60
ROW_HEIGHT = 30
_KEYS = {Qt.Key[f"Key_{look.key}"]: role for role, look in ROLES.items()}


class ColumnsTable(QTableView):
    """The table of columns; a letter gives the selected ones a role, Return opens the menu of roles."""

    roleKey = Signal(object)
    menuKey = Signal()
    looked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.columns")
        self.setAccessibleName(self.tr("Columns and their roles"))
        self._look = QTimer(self, singleShot=True, interval=LOOK_DELAY_MS)
        self._look.timeout.connect(self.looked)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalScrollBar().valueChanged.connect(self.lookSoon)

    @Slot()
    def lookSoon(self) -> None:
        """Tell soon that other rows are visible."""
        if not self._look.isActive():
            self._look.start()

    def shown(self) -> range:
        """The visible rows."""
        top = max(0, self.rowAt(0))
        last = min(self.model().rowCount(), top + self.viewport().height() // ROW_HEIGHT + 2)
        return range(top, last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Roles by letter; everything else as in any table."""
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier}
        if plain and event.key() in _KEYS:
            self.roleKey.emit(_KEYS[Qt.Key(event.key())])
        elif plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.menuKey.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More rows may be visible now."""
        super().resizeEvent(event)
        self.lookSoon()
