"""The datasets of the workspace down the page's left side; deleting one can be undone until it is really done."""

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.icons import icon
from app.pages.data.answers import DatasetAnswer
from app.pages.data.wording import ago, one_line, shape
from app.theme import theme

UNDO_MS = 10_000
WIDTH = 232

Index = QModelIndex | QPersistentModelIndex


class DatasetsModel(QAbstractListModel):
    """Datasets, the newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._datasets: list[DatasetAnswer] = []

    def setDatasets(self, datasets: list[DatasetAnswer]) -> None:
        """Show these."""
        self.beginResetModel()
        self._datasets = sorted(datasets, key=_created, reverse=True)
        self.endResetModel()

    def dataset(self, row: int) -> DatasetAnswer:
        """The dataset of a row."""
        return self._datasets[row]

    def rowOf(self, dataset_id: str) -> int:
        """The row of a dataset, or -1."""
        return next((row for row, dataset in enumerate(self._datasets) if dataset["id"] == dataset_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One row a dataset."""
        return 0 if parent.isValid() else len(self._datasets)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name; the second line as user data."""
        if not index.isValid():
            return None
        dataset = self._datasets[index.row()]
        second = shape(dataset["rows"], len(dataset["columns"]))
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(dataset["name"])
        if role == Qt.ItemDataRole.UserRole:
            return f"{count(dataset['rows'])} × {count(len(dataset['columns']))}  ·  {ago(dataset['created'])}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{dataset['name']}, {second}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{dataset['name']}\n{second}\n{dataset['source']}"
        return None


class TwoLines(QStyledItemDelegate):
    """A name over a pale second line."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one dataset."""
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        area: QRect = option.rect.adjusted(12, 6, -12, -6)
        painter.save()
        for line, (text, font, color) in enumerate(
            (
                (str(index.data()), theme().font(1.0, theme().font().Weight.DemiBold), theme().text),
                (str(index.data(Qt.ItemDataRole.UserRole)), theme().font(0.85), theme().muted),
            )
        ):
            painter.setFont(font)
            painter.setPen(color)
            half = QRect(area.left(), area.top() + line * area.height() // 2, area.width(), area.height() // 2)
            words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, half.width())
            painter.drawText(half, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's own signature
        """Two lines high."""
        return QSize(WIDTH - 32, 52)


class DatasetList(QFrame):
    """The list, its add button and the bar that takes a deletion back."""

    chosen = Signal(object)
    addRequested = Signal()
    deleted = Signal(str)
    deletionConfirmed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setProperty("role", "rail")
        self._all: list[DatasetAnswer] = []
        self._deleting: DatasetAnswer | None = None
        self._undo_time = QTimer(self, singleShot=True, interval=UNDO_MS)
        self._undo_time.timeout.connect(self.confirmDeletion)
        self.model = DatasetsModel(self)
        self._build()
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.view.customContextMenuRequested.connect(self._menu)

    def setDatasets(self, datasets: list[DatasetAnswer]) -> None:
        """Show the workspace's datasets, without the one that is being deleted; the chosen one stays chosen."""
        self._all = datasets
        chosen = self.view.currentIndex()
        kept = self.model.dataset(chosen.row())["id"] if chosen.isValid() else ""
        hidden = self._deleting["id"] if self._deleting else ""
        self.view.selectionModel().blockSignals(True)
        self.model.setDatasets([dataset for dataset in datasets if dataset["id"] != hidden])
        self.select(kept)
        self.view.selectionModel().blockSignals(False)

    def isEmpty(self) -> bool:
        """Whether the workspace has no dataset to show."""
        return self.model.rowCount() == 0 and self._deleting is None

    def select(self, dataset_id: str) -> None:
        """Mark a dataset as the open one; an unknown one marks none."""
        row = self.model.rowOf(dataset_id)
        self.view.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())

    @Slot()
    def deleteCurrent(self) -> None:
        """Take the chosen dataset away; it is really deleted when the time to undo is over."""
        index = self.view.currentIndex()
        if not index.isValid():
            return
        self.confirmDeletion()
        self._deleting = self.model.dataset(index.row())
        self._undo_text.setText(self.tr("“{0}” deleted").format(one_line(self._deleting["name"])[:18]))
        self._undo_bar.show()
        self._undo_time.start()
        gone = self._deleting["id"]
        self.setDatasets(self._all)
        self.deleted.emit(gone)

    @Slot()
    def undoDeletion(self) -> None:
        """Bring the dataset back."""
        self._undo_time.stop()
        self._undo_bar.hide()
        back, self._deleting = self._deleting, None
        self.setDatasets(self._all)
        if back is not None:
            self.select(back["id"])

    @Slot()
    def confirmDeletion(self) -> None:
        """Delete for good what was taken away."""
        self._undo_time.stop()
        self._undo_bar.hide()
        gone, self._deleting = self._deleting, None
        if gone is not None:
            self._all = [dataset for dataset in self._all if dataset["id"] != gone["id"]]
            self.deletionConfirmed.emit(gone["id"])

    def _build(self) -> None:
        title = QLabel(self.tr("Datasets"), self)
        title.setProperty("role", "subtitle")
        self.add = QPushButton(icon("plus"), self.tr("Add"), self)
        self.add.setObjectName("data.add")
        self.add.setAccessibleName(self.tr("Add data"))
        self.add.setToolTip(self.tr("Open a file, a sample or a file opened earlier"))
        self.add.clicked.connect(self.addRequested)
        self.view = QListView(self)
        self.view.setObjectName("data.datasets")
        self.view.setAccessibleName(self.tr("Datasets of the workspace"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(TwoLines(self.view))
        self.view.setProperty("quiet", True)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._delete = QAction(icon("trash"), self.tr("Delete from the workspace"), self.view)
        self._delete.setObjectName("data.delete")
        self._delete.setShortcut(QKeySequence.StandardKey.Delete)
        self._delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._delete.triggered.connect(self.deleteCurrent)
        self.view.addAction(self._delete)
        self._undo_bar = QFrame(self)
        self._undo_bar.setProperty("role", "card")
        self._undo_text = QLabel(self._undo_bar)
        undo = QPushButton(self.tr("Undo"), self._undo_bar)
        undo.setObjectName("data.delete.undo")
        undo.setAccessibleName(self.tr("Undo the deletion"))
        undo.setToolTip(self.tr("Bring the dataset back"))
        undo.setProperty("quiet", True)
        undo.clicked.connect(self.undoDeletion)
        bar = QHBoxLayout(self._undo_bar)
        bar.setContentsMargins(12, 4, 4, 4)
        bar.addWidget(self._undo_text, 1)
        bar.addWidget(undo)
        self._undo_bar.hide()
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 24, 12, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._undo_bar)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: ARG002 - Qt's own signature
        if current.isValid():
            self.chosen.emit(self.model.dataset(current.row()))

    @Slot(QPoint)
    def _menu(self, position: QPoint) -> None:
        if self.view.indexAt(position).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self._delete)
            menu.popup(self.view.viewport().mapToGlobal(position))


def _created(dataset: DatasetAnswer) -> float:
    return dataset["created"]
