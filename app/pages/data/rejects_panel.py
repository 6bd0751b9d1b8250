"""Lines of a source that could not be read: number, text and reason, fetched as they are looked at, and exportable."""

from typing import Any, cast

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count, counted
from app.dialogs import file_dialog
from app.engine_thread import EngineThread, Requests
from app.icons import icon
from app.pages.data.answers import DatasetAnswer, RejectAnswer
from app.pages.data.wording import one_line
from app.theme import theme

FETCH = 200
LONGEST = 400

Index = QModelIndex | QPersistentModelIndex


class RejectsModel(QAbstractTableModel):
    """Rejected lines; more are asked for when the view nears the end."""

    moreWanted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rejects: list[RejectAnswer] = []
        self._total = 0
        self._asking = False

    def setRejects(self, rejects: list[RejectAnswer], total: int) -> None:
        """Show these lines, the first of so many."""
        self.beginResetModel()
        self._rejects, self._total, self._asking = list(rejects), total, False
        self.endResetModel()

    def append(self, rejects: list[RejectAnswer]) -> None:
        """Add the next lines."""
        self._asking = False
        if not rejects:
            self._total = len(self._rejects)
            return
        first = len(self._rejects)
        self.beginInsertRows(QModelIndex(), first, first + len(rejects) - 1)
        self._rejects += rejects
        self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """The lines that are here."""
        return 0 if parent.isValid() else len(self._rejects)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number, reason, text."""
        return 0 if parent.isValid() else 3

    def canFetchMore(self, parent: Index) -> bool:
        """Whether lines are still to be asked for."""
        return not parent.isValid() and not self._asking and len(self._rejects) < self._total

    def fetchMore(self, parent: Index) -> None:  # noqa: ARG002 - Qt's own signature
        """Ask for the next lines."""
        self._asking = True
        self.moreWanted.emit(len(self._rejects))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A line's field."""
        if not index.isValid():
            return None
        reject, column = self._rejects[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (count(reject["line"]), reject["reason"], one_line(reject["text"])[:LONGEST])[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and column > 0:
            return reject["reason"] if column == 1 else reject["text"][: 4 * LONGEST]
        if role == Qt.ItemDataRole.ForegroundRole and column == 0:
            return QColor(theme().muted)
        if role == Qt.ItemDataRole.FontRole and column == 2:
            return theme().monoFont(0.95)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The fields' names."""
        if orientation == Qt.Orientation.Vertical or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Line"), self.tr("Reason"), self.tr("Text"))[section]


class RejectsTable(QTableView):
    """The table of rejected lines, for a dataset and for a preview."""

    def __init__(self, model: RejectsModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Rejected lines"))
        self.setModel(model)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.resizeSection(0, 64)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The reason takes two fifths."""
        super().resizeEvent(event)
        self.horizontalHeader().resizeSection(1, max(184, self.viewport().width() * 2 // 5))


class RejectsPanel(QWidget):
    """The rejected lines of a dataset under a title, with Export."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._dataset: DatasetAnswer | None = None
        self.model = RejectsModel(self)
        self.model.moreWanted.connect(self._ask)
        self.table = RejectsTable(self.model, "data.rejects", self)
        self._title = QLabel(self)
        self._title.setProperty("role", "subtitle")
        self._said = QLabel(self)
        self._said.setObjectName("data.rejects.said")
        self._said.setProperty("role", "muted")
        self._said.setWordWrap(True)
        self.export = QPushButton(icon("export"), self.tr("Export…"), self)
        self.export.setObjectName("data.rejects.export")
        self.export.setAccessibleName(self.tr("Export the rejected lines"))
        self.export.setToolTip(self.tr("Save the rejected lines with their numbers and reasons as a CSV file"))
        self.export.clicked.connect(self.chooseExport)
        bar = QHBoxLayout()
        bar.addWidget(self._title, 1)
        bar.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(bar)
        layout.addWidget(self._said)
        layout.addWidget(self.table, 1)

    def setDataset(self, dataset: DatasetAnswer) -> None:
        """Show a dataset's rejected lines."""
        self._dataset = dataset
        self._title.setText(counted(dataset["rejected"], self.tr("{0} line rejected"), self.tr("{0} lines rejected")))
        self._said.setText(self.tr("They are not among the rows; the file itself is unchanged."))
        self._requests.cancel("rejects")
        self.model.setRejects([], dataset["rejected"])
        if dataset["rejected"]:
            self.model.fetchMore(QModelIndex())

    @Slot()
    def chooseExport(self) -> None:
        """Let the user say where the rejected lines go."""
        dialog = file_dialog(self, self.tr("Export rejected lines"), "data.rejects.dialog")
        dialog.setNameFilter(self.tr("CSV (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.exportTo)
        dialog.open()

    @Slot(str)
    def exportTo(self, path: str) -> None:
        """Write the rejected lines to a file."""
        if self._dataset is not None:
            self._requests.ask("export", "data", "export_rejects", id=self._dataset["id"], path=path)

    @Slot(int)
    def _ask(self, offset: int) -> None:
        if self._dataset is not None:
            self._requests.ask("rejects", "data", "rejects", id=self._dataset["id"], offset=offset, limit=FETCH)

    @Slot(str, object)
    def _on_answered(self, name: str, value: object) -> None:
        if name == "rejects":
            self.model.append(cast(list[RejectAnswer], value))
        else:
            self._said.setText(self.tr("Saved as {0}").format(value))

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:  # noqa: ARG002 - Qt's own signature
        self._said.setText(sentence)
