"""The two lists of the queue: the runs at work, and those that wait, which are dragged into order. They paint and
turn keys into signals; must not ask the engine."""

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.pages.run.status_mark import paint_mark
from app.pages.run.wording import duration, status_word
from app.queue_model import ENTRY_ROLE, Entries, Entry
from app.theme import theme
from engine.amounts import percent
from engine.runs import RunStatus

Index = QModelIndex | QPersistentModelIndex
WAITING_HEIGHT = 48
WORKING_HEIGHT = 60
MARGIN = 8
LEAD = 28  # the mark's or the place's column
BAR = 4
AT_ONCE = 3  # runs at work that are seen without scrolling


class _EntryDelegate(QStyledItemDelegate):
    """Two lines, the name above the model and dataset, with something in front and at the right."""

    height = WAITING_HEIGHT

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every row is as high as the others."""
        return QSize(0, self.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        entry: Entry = index.data(ENTRY_ROLE)
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        blank.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, option.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        lead = QRect(inner.left(), inner.top(), LEAD - MARGIN, self.height)
        body = inner.adjusted(LEAD, 6, 0, 0)
        line = (WAITING_HEIGHT - 12) // 2
        first = QRect(body.left(), body.top(), body.width(), line)
        second = first.translated(0, line)
        self._paint_lead(painter, lead, entry, index.row())
        above, below = self._right(entry)
        _write(painter, first, entry.record.name, above, theme().font(weight=QFont.Weight.Medium), theme().text)
        _write(painter, second, entry.about, below, theme().font(0.9), theme().muted)
        self._paint_below(painter, QRect(body.left(), second.bottom() + 6, body.width(), BAR), entry)
        painter.restore()

    def _paint_lead(self, painter: QPainter, place: QRect, entry: Entry, row: int) -> None:
        raise NotImplementedError

    def _right(self, _entry: Entry) -> tuple[str, str]:
        return "", ""

    def _paint_below(self, _painter: QPainter, _place: QRect, _entry: Entry) -> None:
        return


def _write(painter: QPainter, place: QRect, text: str, right: str, font: QFont, colour: str) -> None:
    """Write a line: a text that is shortened where it must be, and a short one at the right that never is."""
    painter.setFont(font)
    metrics = painter.fontMetrics()
    if right:
        painter.setPen(QColor(theme().muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        place = place.adjusted(0, 0, -metrics.horizontalAdvance(right) - MARGIN, 0)
    painter.setPen(QColor(colour))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class WaitingDelegate(_EntryDelegate):
    """A waiting run: its place in the line."""

    def _paint_lead(self, painter: QPainter, place: QRect, _entry: Entry, row: int) -> None:
        painter.setFont(theme().font(weight=QFont.Weight.DemiBold))
        painter.setPen(QColor(theme().muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(row + 1))


class WorkingDelegate(_EntryDelegate):
    """A run at work: its status' mark, how far it is and how long it will take."""

    height = WORKING_HEIGHT

    def _paint_lead(self, painter: QPainter, place: QRect, entry: Entry, _row: int) -> None:
        paint_mark(painter, QRectF(place), shown_status(entry))

    def _right(self, entry: Entry) -> tuple[str, str]:
        progress = entry.record.progress
        if not progress.total_steps:
            return status_word(shown_status(entry)), ""
        left = "" if progress.seconds_left is None else self.tr("{0} left").format(duration(progress.seconds_left))
        return percent(progress.fraction), left

    def _paint_below(self, painter: QPainter, place: QRect, entry: Entry) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().border))
        painter.drawRoundedRect(place, BAR / 2, BAR / 2)
        done = QRectF(place)
        done.setWidth(place.width() * entry.record.progress.fraction)
        if done.width() >= BAR:
            painter.setBrush(QColor(theme().accent))
            painter.drawRoundedRect(done, BAR / 2, BAR / 2)


def shown_status(entry: Entry) -> RunStatus:
    """Return the status of a run at work; one that was handed to a worker but not claimed yet is starting."""
    status = entry.record.status
    return RunStatus.STARTING if status is RunStatus.QUEUED else status


class EntryList(QListView):
    """A list of runs: Enter or a double click opens one."""

    openRequested = Signal(str)

    def __init__(self, model: Entries, delegate: type[_EntryDelegate], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = model
        self._delegate: QObject = delegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.doubleClicked.connect(self._open)

    def selectedIds(self) -> list[str]:
        """Return the ids of the selected runs, from top to bottom."""
        return [self._entries.entryAt(row).record.id for row in self.selectedRows()]

    def selectedRows(self) -> list[int]:
        """Return the selected rows, from top to bottom."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def currentId(self) -> str:
        """Return the id of the run that the keyboard is at, or an empty text."""
        index = self.currentIndex()
        return self._entries.entryAt(index.row()).record.id if index.isValid() else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open a run with Enter."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.openRequested.emit(self._entries.entryAt(index.row()).record.id)


class WaitingList(EntryList):
    """The runs that wait; they are dragged into order."""

    def __init__(self, model: Entries, parent: QWidget | None = None) -> None:
        super().__init__(model, WaitingDelegate, parent)
        self.setObjectName("queue.list")
        self.setAccessibleName(self.tr("Waiting runs, in order"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)


class WorkingList(EntryList):
    """The runs at work; as high as they need, up to a few."""

    def __init__(self, model: Entries, parent: QWidget | None = None) -> None:
        super().__init__(model, WorkingDelegate, parent)
        self.setObjectName("queue.working")
        self.setAccessibleName(self.tr("Runs at work"))
        self.setToolTip(self.tr("Enter or a double click opens a run"))
        for signal in (model.rowsInserted, model.rowsRemoved):
            signal.connect(self._fit)
        self._fit()

    def _fit(self, *_: Any) -> None:
        rows = min(AT_ONCE, max(1, self.model().rowCount()))
        self.setFixedHeight(rows * WORKING_HEIGHT + 2 * self.frameWidth())
