"""The queue drawer: runs at work and runs that wait, in an order that is changed by dragging. It asks; the engine acts."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.engine_thread import EngineThread
from app.icons import icon
from app.pages.run.notices import UndoBar
from app.pages.run.wording import runs_count
from app.queue_model import QueueModel
from app.queue_view import EntryList, WaitingList, WorkingList
from engine.runs import QueueState

MOST_AT_ONCE = 64
WIDTH, NARROWEST = 328, 280
_HERE = Qt.ShortcutContext.WidgetShortcut


class _Body(QWidget):
    """The drawer's inside; as wide as reads well where there is room."""

    def sizeHint(self) -> QSize:
        """Return the width that reads well."""
        return QSize(WIDTH, super().sizeHint().height())


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
        self.working = WorkingList(self.model.working, self)
        self.waiting = WaitingList(self.model.waiting, self)
        self._limit = QSpinBox(self)
        self._asked_limit: int | None = None
        self._taken_out: tuple[list[str], list[str]] = ([], [])  # the runs, and the whole order before
        self._bar = UndoBar("queue", self)
        self._actions: dict[str, QAction] = {}
        self._buttons: dict[str, QAbstractButton] = {}
        self._make_actions()
        self._arrange()
        self._connect()
        self._show()

    @Slot()
    def reveal(self) -> None:
        """Open the drawer and put the keyboard into it."""
        self.show()
        (self.waiting if self.model.waiting.rowCount() else self._limit).setFocus()

    # What the user does

    @Slot()
    def _start_now(self) -> None:
        for run_id in self.waiting.selectedIds():
            self._engine.startWaiting(run_id)

    @Slot()
    def _put_first(self) -> None:
        self.model.waiting.move(self.waiting.selectedIds(), 0)

    @Slot()
    def _move_up(self) -> None:
        if rows := self.waiting.selectedRows():
            self.model.waiting.move(self.waiting.selectedIds(), max(0, rows[0] - 1))

    @Slot()
    def _move_down(self) -> None:
        if rows := self.waiting.selectedRows():
            self.model.waiting.move(self.waiting.selectedIds(), rows[-1] + 2)

    @Slot()
    def _remove(self) -> None:
        chosen = self.waiting.selectedIds()
        if not chosen:
            return
        self._taken_out = (chosen, self.model.waiting.ids())
        for run_id in chosen:
            self._engine.stopRun(run_id)
        self._bar.say(self.tr("Removed {0}").format(runs_count(len(chosen))), with_undo=True)

    @Slot()
    def undo(self) -> None:
        """Let the runs that were removed last wait again, where they waited."""
        runs, order = self._taken_out
        self._taken_out = ([], [])
        self._bar.hide()
        here = set(self.model.waiting.ids())
        for run_id in reversed(runs):
            self._engine.resumeInQueue(run_id)
            behind = order[order.index(run_id) + 1 :]
            if follower := next((other for other in behind if other in here), None):
                self._engine.moveInQueue(run_id, follower)
            here.add(run_id)

    @Slot()
    def _open(self) -> None:
        if run_id := self.waiting.currentId():
            self.openRequested.emit(run_id)

    @Slot()
    def _open_working(self) -> None:
        if run_id := self.working.currentId():
            self.openRequested.emit(run_id)

    @Slot()
    def _stop_working(self) -> None:
        for run_id in self.working.selectedIds():
            self._engine.stopRun(run_id)

    @Slot(int)
    def _ask_limit(self, limit: int) -> None:
        self._asked_limit = limit
        self._engine.setQueueLimit(limit)

    # News

    @Slot(object)
    def _take_state(self, state: QueueState) -> None:
        self.model.takeState(state)
        if self._asked_limit in {None, state.limit}:  # else an older answer than what was asked for last
            self._asked_limit = None
            self._limit.blockSignals(True)
            self._limit.setValue(state.limit)
            self._limit.blockSignals(False)

    @Slot()
    def _take_back(self) -> None:
        """Show again how things are: what was asked for could not be done."""
        self.model.waiting.revert()
        self._asked_limit = None
        self._take_state(self.model.state)

    @Slot()
    def _show(self) -> None:
        waits, works = self.model.waiting.rowCount(), self.model.working.rowCount()
        at_work: tuple[QWidget, ...] = (self._working_title, self.working)
        in_line: tuple[QWidget, ...] = (self.waiting, *self._buttons.values())
        for widget in at_work:
            widget.setVisible(works > 0)
        for widget in in_line:
            widget.setVisible(waits > 0)
        self._waiting_title.setVisible(waits > 0 or works > 0)
        self._waiting_title.setText(self.tr("Waiting · {0}").format(waits) if waits else self.tr("Waiting"))
        self._empty.setVisible(not waits)
        self._empty_title.setVisible(not waits and not works)
        self._enable()

    @Slot()
    def _enable(self, *_: object) -> None:
        chosen = bool(self.waiting.selectedRows())
        for action in self._actions.values():
            action.setEnabled(chosen)
        for button in self._buttons.values():
            button.setEnabled(chosen)

    # Inside

    def _make_actions(self) -> None:
        tr = self.tr
        for name, text, keys, drawing, slot in (
            ("start_now", tr("Start now"), "", "play", self._start_now),
            ("open", tr("Open"), "", "open", self._open),
            ("first", tr("Move to top"), "Alt+Home", "to-top", self._put_first),
            ("up", tr("Move up"), "Alt+Up", "chevron-up", self._move_up),
            ("down", tr("Move down"), "Alt+Down", "chevron-down", self._move_down),
            ("remove", tr("Remove from the queue"), "Del", "close", self._remove),
        ):
            self._actions[name] = _add_action(self.waiting, f"queue.{name}", text, drawing, slot, keys)
        _add_action(self.working, "queue.working.open", tr("Open"), "open", self._open_working)
        _add_action(self.working, "queue.working.stop", tr("Stop"), "stop", self._stop_working)
        undo = QAction(tr("Undo"), self)
        undo.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
        undo.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        undo.triggered.connect(self.undo)
        self.addAction(undo)

    def _arrange(self) -> None:
        tr = self.tr
        self._limit.setObjectName("queue.limit")
        self._limit.setAccessibleName(tr("Runs at once on one device"))
        self._limit.setToolTip(tr("How many runs of the queue may be at work on one device at once"))
        self._limit.setRange(1, MOST_AT_ONCE)
        self._limit.setKeyboardTracking(False)
        self._limit.setFixedWidth(64)
        self._working_title = self._label(tr("At work"), "muted")
        self._waiting_title = self._label(tr("Waiting"), "muted")
        self._empty_title = self._label(tr("The queue is empty"), "subtitle")
        self._empty = self._label(
            tr(
                "Press “Add to queue” on the Train page (Ctrl+Shift+Return) once for each run you want. "
                "They start by themselves, one after the other, in the order that you drag them into."
            ),
            "muted",
        )
        self._empty.setObjectName("queue.empty")
        self._empty.setWordWrap(True)
        line = QFrame(self)
        line.setProperty("role", "line")
        at_once = QHBoxLayout()
        at_once.addWidget(QLabel(tr("At once on one device"), self), 1)
        at_once.addWidget(self._limit)
        body = _Body(self)
        body.setMinimumWidth(NARROWEST)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(at_once)
        layout.addWidget(line)
        for widget in (self._working_title, self.working, self._waiting_title, self._empty_title, self._empty):
            layout.addWidget(widget)
        layout.addWidget(self.waiting, 1)
        layout.addWidget(self._bar)
        layout.addLayout(self._foot())
        layout.addStretch(0)
        self.setWidget(body)

    def _foot(self) -> QHBoxLayout:
        tr = self.tr
        foot = QHBoxLayout()
        foot.setSpacing(4)
        for name, button, tip in (
            (
                "start_now",
                QPushButton(tr("Start now"), self),
                tr("Start the selected runs at once, whatever is at work"),
            ),
            ("first", QToolButton(self), tr("Let the selected runs be next (Alt+Home)")),
            ("up", QToolButton(self), tr("One place up (Alt+Up)")),
            ("down", QToolButton(self), tr("One place down (Alt+Down)")),
            ("remove", QToolButton(self), tr("Remove from the queue; they stay in the list of runs (Del)")),
        ):
            action = self._actions[name]
            button.setObjectName(f"queue.{name}")
            button.setIcon(action.icon())
            button.setAccessibleName(action.text())
            button.setToolTip(tip)
            button.clicked.connect(action.trigger)
            foot.addWidget(button)
            if name == "start_now":
                foot.addStretch(1)
            self._buttons[name] = button
        return foot

    def _label(self, text: str, role: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", role)
        return label

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self.model.takeRuns)
        self._engine.runsRemoved.connect(self.model.removeRuns)
        self._engine.queueChanged.connect(self._take_state)
        self._engine.refused.connect(self._take_back)
        self._engine.storeFailed.connect(self._take_back)
        self.model.waiting.moveRequested.connect(self._engine.moveInQueue)
        self.model.changed.connect(self._show)
        self._limit.valueChanged.connect(self._ask_limit)
        self.waiting.selectionModel().selectionChanged.connect(self._enable)
        self.waiting.openRequested.connect(self.openRequested)
        self.working.openRequested.connect(self.openRequested)
        self._bar.undoRequested.connect(self.undo)


def _add_action(
    view: EntryList, path: str, text: str, drawing: str, slot: Callable[[], None], keys: str = ""
) -> QAction:
    """Add an action to a list's context menu, with keys that work while the list has the keyboard."""
    action = QAction(icon(drawing), text, view)
    action.setObjectName(f"{path}.action")
    if keys:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(_HERE)
    action.triggered.connect(slot)
    view.addAction(action)
    return action
