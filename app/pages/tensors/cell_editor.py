"""The small field in which a cell is given another value."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.plots.cell_layout import Cell

SPECIAL = {"nan": float("nan"), "inf": float("inf"), "+inf": float("inf"), "-inf": float("-inf")}


class CellEditor(QLineEdit):
    """Takes a number, nan or inf; Enter gives it, Escape or a click elsewhere leaves the cell as it was."""

    chosen = Signal(object, float)

    def __init__(self, parent: QWidget, cell: Cell, text: str, goes_on: bool) -> None:
        super().__init__(text, parent)
        self.setObjectName("tensors.cell")
        self.setAccessibleName(self.tr("Value of the cell"))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._cell = cell
        if not goes_on:
            self.selectAll()
        self.returnPressed.connect(self._give)
        self.textEdited.connect(self._clear)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)
            event.accept()  # the grid below would take arrows and numbers too

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave."""
        super().focusOutEvent(event)
        self.deleteLater()

    def event(self, event: QEvent) -> bool:
        """Take every key before a shortcut does."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return super().event(event)

    def _give(self) -> None:
        text = self.text().strip().replace("−", "-").replace(",", ".").lower()
        try:
            value = SPECIAL[text] if text in SPECIAL else float(text)
        except ValueError:
            self.setProperty("invalid", True)
            self.style().polish(self)
            self.setToolTip(self.tr("A number, nan or inf"))
            return
        self._leave()
        self.chosen.emit(self._cell, value)

    def _leave(self) -> None:
        """Give the keyboard back to the cells, which can be walked on."""
        if (cells := self.parentWidget()) is not None:
            cells.setFocus()
        self.deleteLater()

    def _clear(self) -> None:
        if self.property("invalid"):
            self.setProperty("invalid", False)
            self.style().polish(self)
