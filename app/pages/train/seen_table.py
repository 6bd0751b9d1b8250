"""Where a window shows the model what: a row for each input, marks for past and future. Shows; decides nothing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.pages.train.series_words import kind_text, say
from engine.catalog import Seen

_ROW = 26
_MOST_ROWS = 12
_MARKS = {True: "●", False: "–"}


class SeenTable(QTableWidget):
    """Inputs against past and future."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self.setObjectName("train.windows.seen")
        self.setAccessibleName(self.tr("What the model sees of a window"))
        self.setToolTip(self.tr("What the model is given of the past, and what of the time that it forecasts"))
        self.setHorizontalHeaderLabels([self.tr("Seen"), self.tr("What"), self.tr("Past"), self.tr("Future")])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for place in (2, 3):
            head.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            head.resizeSection(place, 72)
            title = self.horizontalHeaderItem(place)
            if title is not None:
                title.setTextAlignment(Qt.AlignmentFlag.AlignCenter)

    def setSeen(self, inputs: Sequence[Seen]) -> None:
        """Show these inputs."""
        self.setRowCount(len(inputs))
        for row, one in enumerate(inputs):
            texts = (one.name, kind_text(one), _MARKS[one.past], _MARKS[one.future])
            for place, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if place >= 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                    item.setToolTip(say("Seen") if text == _MARKS[True] else say("Not seen"))
                self.setItem(row, place, item)
        rows = min(max(len(inputs), 1), _MOST_ROWS)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + _ROW * rows + 4)
