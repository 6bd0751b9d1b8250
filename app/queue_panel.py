"""The queue drawer: runs at work and runs that wait, in an order that is changed by dragging. It asks; the engine acts."""

from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.engine_thread import EngineThread
from app.icons import icon
from app.queue_delegate import QueueDelegate
from app.queue_model import Entries, QueueModel

MOST_AT_ONCE = 64


class QueuePanel(QDockWidget):
    """What the workspace trains, and what it will train next."""

    openRequested = Signal(str)

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue")
        self.setWindowTitle(self.tr("Queue"))
        self.setAllowedAreas(Qt.DockWidgetArea.RightDockWidgetArea)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._engine = engine
        self.model = QueueModel(self)
        self._at_work = self._list("queue.working", self.tr("Runs at work"), self.model.working)
        self.waiting = self._list("queue.list", self.tr("Runs that wait"), self.model.waiting)
        self._limit = QSpinBox(self)
        self._empty = QLabel(self)
        self._buttons: dict[str, QPushButton] = {}
        self._arrange()
        self._connect()
        self._show()

    def _list(self, path: str, name: str, model: Entries) -> QListView:
        view = QListView(self)
        view.setObjectName(path)
        view.setAccessibleName(name)
        view.setToolTip(name)
        view.setModel(model)
        view.setItemDelegate(QueueDelegate(view))
        view.setUniformItemSizes(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.doubleClicked.connect(partial(self._open, model))
        return view

    def _arrange(self) -> None:
        tr = self.tr
        self._at_work.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.waiting.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.waiting.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.waiting.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.waiting.setToolTip(tr("Drag to change the order, or press Alt with an arrow key"))
        self._limit.setObjectName("queue.limit")
        self._limit.setAccessibleName(tr("Runs at once on one device"))
        self._limit.setToolTip(tr("How many runs of the queue may be at work on one device at once"))
        self._limit.setRange(1, MOST_AT_ONCE)
        self._empty.setObjectName("queue.empty")
        self._empty.setProperty("role", "muted")
        self._empty.setWordWrap(True)
        self._empty.setText(tr("Nothing waits. “Add to queue” on the Train page puts a run here; runs start in order."))
        self._working_title, self._waiting_title = QLabel(tr("At work"), self), QLabel(tr("Waiting"), self)
        for title in (self._working_title, self._waiting_title):
            title.setProperty("role", "subtitle")
        at_once = QHBoxLayout()
        at_once.addWidget(QLabel(tr("At once on one device"), self))
        at_once.addStretch(1)
        at_once.addWidget(self._limit)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for name, text, explanation, drawing in (
            ("start_now", tr("Start now"), tr("Start it at once, whatever is at work"), "play"),
            ("first", tr("To top"), tr("Let it be the next"), "chevron-up"),
            ("remove", tr("Remove"), tr("Take it out of the queue; its settings stay in the list of runs"), "close"),
        ):
            actions.addWidget(self._button(name, text, explanation, drawing))
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(at_once)
        layout.addWidget(self._working_title)
        layout.addWidget(self._at_work)
        layout.addWidget(self._waiting_title)
        layout.addWidget(self._empty)
        layout.addWidget(self.waiting, 1)
        layout.addLayout(actions)
        layout.addStretch(0)
        body.setMinimumWidth(356)
        self.setWidget(body)

    def _button(self, name: str, text: str, explanation: str, drawing: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"queue.{name}")
        button.setAccessibleName(text)
        button.setToolTip(explanation)
        button.setIcon(icon(drawing))
        self._buttons[name] = button
        return button

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self.model.takeRuns)
        self._engine.runsRemoved.connect(self.model.removeRuns)
        self._engine.queueChanged.connect(self.model.takeState)
        self._engine.refused.connect(self.model.waiting.revert)
        self.model.waiting.moveRequested.connect(self._engine.moveInQueue)
        self.model.changed.connect(self._show)
        self._limit.valueChanged.connect(self._engine.setQueueLimit)
        self._buttons["start_now"].clicked.connect(self._start_now)
        self._buttons["first"].clicked.connect(self._put_first)
        self._buttons["remove"].clicked.connect(self._remove)
        self.waiting.selectionModel().selectionChanged.connect(self._enable)
        for key, by in (("Alt+Up", -1), ("Alt+Down", 2)):
            shortcut = QShortcut(QKeySequence(key), self.waiting)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._move_by, by))

    def chosen(self) -> list[str]:
        """Return the chosen waiting runs, in order."""
        rows = sorted(index.row() for index in self.waiting.selectionModel().selectedIndexes())
        return [self.model.waiting.ids()[row] for row in rows]

    @Slot()
    def _show(self) -> None:
        waits, works = self.model.waiting.rowCount(), self.model.working.rowCount()
        self._limit.blockSignals(True)
        self._limit.setValue(self.model.state.limit)
        self._limit.blockSignals(False)
        shown: tuple[QWidget, ...] = (self._working_title, self._at_work)
        for widget in shown:
            widget.setVisible(works > 0)
        self._at_work.setFixedHeight(min(4, max(1, works)) * 54 + 4)
        shown = (self._waiting_title, self.waiting, *self._buttons.values())
        for widget in shown:
            widget.setVisible(waits > 0)
        self._empty.setVisible(not waits)
        self._enable()

    @Slot()
    def _enable(self, *_: object) -> None:
        for button in self._buttons.values():
            button.setEnabled(bool(self.chosen()))

    def _open(self, model: Entries, index: QModelIndex) -> None:
        self.openRequested.emit(model.entryAt(index.row()).record.id)

    @Slot()
    def _start_now(self) -> None:
        for run_id in self.chosen():
            self._engine.startWaiting(run_id)

    @Slot()
    def _put_first(self) -> None:
        self.model.waiting.move(self.chosen(), 0)

    @Slot()
    def _remove(self) -> None:
        for run_id in self.chosen():
            self._engine.stopRun(run_id)

    def _move_by(self, by: int) -> None:
        rows = [self.model.waiting.ids().index(run_id) for run_id in self.chosen()]
        if rows:
            self.model.waiting.move(self.chosen(), max(0, (rows[0] if by < 0 else rows[-1]) + by))
