"""The bar above the table: the view, the filter, what the runs are grouped by, and the columns. It tells what was chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.icons import icon
from app.pages.runs.views import ViewButton

FILTER_HELP = (
    "words · tag:x · group:x · model:x · dataset:x · status:failed · valid/accuracy>0.9 · trainer.batch_size=64"
)


class RunsBar(QWidget):
    """What decides which runs show and how."""

    filterChanged = Signal(str)
    groupChosen = Signal(str)
    columnsRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ViewButton(self)
        self.filter = QLineEdit(self)
        self._problem = QLabel(self)
        self._group = QComboBox(self)
        self._columns = QPushButton(self.tr("Columns…"), self)
        self._set_up()
        self._arrange()
        self.filter.textChanged.connect(self.filterChanged)
        self._group.activated.connect(self._tell_group)
        self._columns.clicked.connect(self.columnsRequested)

    def setGroups(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer to group by these, as (title, column id); the empty id is for none."""
        with QSignalBlocker(self._group):
            self._group.clear()
            for title, column_id in choices:
                self._group.addItem(title, column_id)
            self._group.setCurrentIndex(max(0, self._group.findData(chosen)))

    def setFilterText(self, text: str) -> None:
        """Write a filter without telling it."""
        with QSignalBlocker(self.filter):
            self.filter.setText(text)

    @Slot(str)
    def showProblem(self, sentence: str) -> None:
        """Say what is wrong with the filter, or with an empty text that nothing is."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.filter.setProperty("invalid", "true" if sentence else "false")
        self.filter.style().unpolish(self.filter)
        self.filter.style().polish(self.filter)

    def problem(self) -> str:
        """Return what is wrong with the filter."""
        return self._problem.text()

    @Slot(int)
    def _tell_group(self, _place: int) -> None:
        self.groupChosen.emit(str(self._group.currentData() or ""))

    def _set_up(self) -> None:
        self.filter.setObjectName("runs.filter")
        self.filter.setAccessibleName(self.tr("Filter runs"))
        self.filter.setToolTip(
            self.tr("Words to look for, or any of these, together (Ctrl+F):") + "\n" + FILTER_HELP.replace(" · ", "\n")
        )
        self.filter.setPlaceholderText(self.tr("Filter: words, tag:x, status:failed, valid/accuracy>0.9 …"))
        self.filter.setClearButtonEnabled(True)
        self._problem.setObjectName("runs.filter.problem")
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._group.setObjectName("runs.groupBy")
        self._group.setAccessibleName(self.tr("Group by"))
        self._group.setToolTip(self.tr("Put the runs into sections that can be closed"))
        self._group.setMinimumWidth(152)
        self._columns.setObjectName("runs.columns")
        self._columns.setAccessibleName(self.tr("Columns"))
        self._columns.setToolTip(self.tr("Choose any setting or metric as a column"))
        self._columns.setIcon(icon("columns"))

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.view)
        row.addWidget(self.filter, 1)
        row.addWidget(self._group)
        row.addWidget(self._columns)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._problem)
