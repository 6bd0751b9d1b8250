"""Two files compared name by name: where they differ most comes first. It shows rows and asks for nothing by itself."""

import math
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.icons import icon
from app.pages.tensors.inspected import NamedGap

NAME = Qt.ItemDataRole.UserRole


class GapsPanel(QWidget):
    """A table of the tensors of two files and how much they differ."""

    chosen = Signal(str)  # a name that both files have
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._title.setObjectName("tensors.inspector.gaps.title")
        self._title.setProperty("role", "subtitle")
        self._title.setWordWrap(True)
        self._close = QToolButton(self)
        self._close.setObjectName("tensors.inspector.gaps.close")
        self._close.setIcon(icon("close"))
        self._close.setAccessibleName(self.tr("Close the comparison"))
        self._close.setToolTip(self.tr("Close the comparison"))
        self._busy = QProgressBar(self)
        self._busy.setObjectName("tensors.inspector.gaps.busy")
        self._busy.setAccessibleName(self.tr("Comparing"))
        self._busy.setTextVisible(False)
        self._told = QLabel(self)
        self._told.setObjectName("tensors.inspector.gaps.told")
        self._told.setProperty("role", "muted")
        self._told.setWordWrap(True)
        self.table = QTreeWidget(self)
        self._arrange()
        self._close.clicked.connect(self.closed)
        self.table.currentItemChanged.connect(self._choose)

    def begin(self, title: str) -> None:
        """Show that two files are being compared."""
        self.table.clear()
        self._title.setText(title)
        self._told.setText(self.tr("Comparing …"))
        self.setShare(0.0)

    def setShare(self, share: float) -> None:
        """Show how much was compared."""
        self._busy.setVisible(share < 1)
        self._busy.setValue(round(share * 100))

    def setFailure(self, sentence: str) -> None:
        """Say why there is no comparison."""
        self.setShare(1.0)
        self._told.setText(sentence)

    def setGaps(self, gaps: list[NamedGap]) -> None:
        """Show the rows, the largest difference first, then what could not be compared, then what is the same."""
        self.setShare(1.0)
        different = sum(1 for one in gaps if one.gap is None or one.gap.different)
        told = self.tr("{0} of {1} tensors differ.").format(count(different), count(len(gaps)))
        self._told.setText(told if different else self.tr("All {0} tensors are the same.").format(count(len(gaps))))
        for one in sorted(gaps, key=_order):
            self.table.addTopLevelItem(self._item(one))

    def told(self) -> str:
        """Return what is said of both files."""
        return self._told.text()

    def _item(self, one: NamedGap) -> QTreeWidgetItem:
        if one.gap is None:
            item = QTreeWidgetItem([one.name, one.reason])
        elif not one.gap.different:
            item = QTreeWidgetItem([one.name, self.tr("same")])
        else:
            largest = self.tr("NaN or ∞") if one.gap.odd else f"{one.gap.largest:.3g}"
            item = QTreeWidgetItem([one.name, count(one.gap.different), largest])
        item.setData(0, NAME, one.name if one.gap is not None else None)
        item.setToolTip(0, one.name)
        for column in (1, 2):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item

    @Slot(object)
    def _choose(self, item: Any) -> None:
        if item is not None and item.data(0, NAME) is not None:
            self.chosen.emit(item.data(0, NAME))

    def _arrange(self) -> None:
        table = self.table
        table.setObjectName("tensors.inspector.gaps")
        table.setAccessibleName(self.tr("Differences between two files"))
        table.setHeaderLabels([self.tr("Tensor"), self.tr("Differ"), self.tr("Largest")])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        row = QHBoxLayout()
        row.addWidget(self._title, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._told)
        layout.addWidget(self._busy)
        layout.addWidget(table, 1)


def _order(one: NamedGap) -> tuple[int, float, str]:
    if one.gap is None:
        return 1, 0.0, one.name
    largest = math.inf if one.gap.odd else one.gap.largest
    return (0, -largest, one.name) if one.gap.different else (2, 0.0, one.name)
