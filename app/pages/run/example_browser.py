"""Examples browsed by keyboard: a list, and beside it the whole of the one that is selected. It knows no model."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextBrowser, QWidget

from app.pages.run.rows_table import RowsTable
from app.theme import Theme, theme, themeNotifier

HEIGHT = 320


class ExampleBrowser(QFrame):
    """Rows of short cells; `details` returns the marked-up text of one of them, by its place."""

    def __init__(self, path: str, name: str, explanation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setAccessibleName(name)
        self._details: Callable[[int, Theme], str] | None = None
        self.table = RowsTable(f"{path}.list", name, explanation, self)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.text = QTextBrowser(self)
        self.text.setObjectName(f"{path}.text")
        self.text.setAccessibleName(self.tr("The selected one of: {0}").format(name))
        self.text.setOpenLinks(False)
        self.text.setTabChangesFocus(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.table, 2)
        layout.addWidget(self.text, 3)
        self.setMinimumHeight(HEIGHT)
        self.table.selectionModel().currentRowChanged.connect(self._show)
        themeNotifier().changed.connect(self._redraw)

    def setExamples(
        self, columns: Sequence[str], rows: Sequence[Sequence[Any]], details: Callable[[int, Theme], str]
    ) -> None:
        """Show other examples, the first one selected."""
        self._details = details
        self.table.setRows(columns, rows)
        if rows:
            self.table.selectRow(0)
            self._redraw()
        else:
            self.text.clear()

    @Slot()
    def _redraw(self) -> None:
        place = self.table.currentIndex().row()
        if self._details is not None and place >= 0:
            self.text.setHtml(self._details(place, theme()))

    @Slot(QModelIndex, QModelIndex)
    def _show(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._redraw()
