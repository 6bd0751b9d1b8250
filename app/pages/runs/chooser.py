"""The choice of columns: what all runs have, every setting and every metric, with a search. It tells ids."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.pages.runs import chosen
from app.pages.runs.columns import ColumnId, columns
from app.pages.runs.header import ALWAYS

ID_ROLE = Qt.ItemDataRole.UserRole


class ColumnsDialog(QDialog):
    """A list with a box to tick for each column; the table follows at once."""

    chosenChanged = Signal(str, bool)  # column id, whether it is wanted
    resetRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.columns.dialog")
        self.setWindowTitle(self.tr("Columns"))
        self.resize(400, 560)
        self._search = QLineEdit(self)
        self._list = QListWidget(self)
        self._none = QLabel(self.tr("No column has this name."), self)
        self._boxes = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._set_up()
        layout = QVBoxLayout(self)
        for widget in (self._search, self._list, self._none, self._boxes):
            layout.addWidget(widget)
        self._search.textChanged.connect(self._show_matching)
        self._list.itemChanged.connect(self._tell)
        self._boxes.rejected.connect(self.close)

    def setColumns(self, settings: Sequence[str], metrics: Sequence[str], wanted: Sequence[str]) -> None:
        """Offer these settings and metrics beside what all runs have; tick the wanted ones."""
        with QSignalBlocker(self._list):
            self._list.clear()
            self._add_heading(self.tr("Runs"))
            for column, about in columns().items():
                if column.id not in ALWAYS:
                    self._add(column.id, about.title, about.explanation, wanted)
            self._add_heading(self.tr("Metrics"))
            for metric in sorted(metrics, key=_telling_first):
                for column_id in (chosen.last_id(metric), chosen.best_id(metric)):
                    self._add(column_id, chosen.title(column_id), chosen.explanation(column_id), wanted)
            self._add_heading(self.tr("Settings"))
            for field in settings:
                column_id = chosen.spec_id(field)
                self._add(column_id, field, chosen.explanation(column_id), wanted)
        self._show_matching(self._search.text())

    def setWanted(self, wanted: Sequence[str]) -> None:
        """Tick the columns that show."""
        with QSignalBlocker(self._list):
            for item in self._items():
                ticked = item.data(ID_ROLE) in wanted
                item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self._list.viewport().update()

    def _items(self) -> list[QListWidgetItem]:
        every = [self._list.item(place) for place in range(self._list.count())]
        return [item for item in every if item.data(ID_ROLE)]

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text, self._list)
        font = self._list.font()
        font.setBold(True)
        item.setFont(font)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add(self, column_id: str, text: str, explanation: str, wanted: Sequence[str]) -> None:
        item = QListWidgetItem(text, self._list)
        item.setData(ID_ROLE, column_id)
        item.setToolTip(explanation)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if column_id in wanted else Qt.CheckState.Unchecked)

    @Slot(str)
    def _show_matching(self, text: str) -> None:
        words = text.casefold().split()
        heading: QListWidgetItem | None = None
        found = False
        for place in range(self._list.count()):
            item = self._list.item(place)
            if not item.data(ID_ROLE):
                heading = item
                heading.setHidden(True)
                continue
            matches = all(word in item.text().casefold() for word in words)
            item.setHidden(not matches)
            if matches and heading is not None:
                heading.setHidden(False)
            found = found or matches
        self._none.setVisible(not found)

    @Slot(object)
    def _tell(self, item: QListWidgetItem) -> None:
        self.chosenChanged.emit(str(item.data(ID_ROLE)), item.checkState() == Qt.CheckState.Checked)

    def _set_up(self) -> None:
        self._search.setObjectName("runs.columns.search")
        self._search.setAccessibleName(self.tr("Search columns"))
        self._search.setPlaceholderText(self.tr("Search settings and metrics"))
        self._search.setClearButtonEnabled(True)
        self._list.setObjectName("runs.columns.list")
        self._list.setAccessibleName(self.tr("Columns"))
        self._list.setToolTip(self.tr("Tick a column to show it; drag its head in the table to move it"))
        self._none.setProperty("role", "muted")
        self._none.hide()
        reset = QPushButton(self.tr("Standard columns"), self)
        reset.setObjectName("runs.columns.reset")
        reset.setAccessibleName(reset.text())
        reset.setToolTip(self.tr("Show the columns that a new workspace shows"))
        reset.clicked.connect(self.resetRequested)
        self._boxes.addButton(reset, QDialogButtonBox.ButtonRole.ResetRole)
        for button in (reset, self._boxes.button(QDialogButtonBox.StandardButton.Close)):
            button.setAutoDefault(False)  # Enter in the search is no click
            button.setDefault(False)


def _telling_first(metric: str) -> tuple[int, str]:
    """Order metrics: those of validation and test, those of training, folds, and the gauges last."""
    split = metric.partition("/")[0] if "/" in metric else ""
    return ({"valid": 0, "test": 1, "train": 2, "": 4, "device": 4}.get(split, 3), metric)


def title_of(column_id: str) -> str:
    """Return the title of any column by its id."""
    built_in = {column.id: about.title for column, about in columns().items()}
    return built_in.get(column_id) or chosen.title(column_id)


STANDARD_GROUPS = (ColumnId.GROUP, ColumnId.MODEL, ColumnId.DATASET, ColumnId.STATUS, ColumnId.TAGS)
