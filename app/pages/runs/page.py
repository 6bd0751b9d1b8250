"""The Runs page: the table, the bar above it, the note of the run at hand, and undo. It shows; the engine thread acts."""

import gc
from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.amounts import count
from app.engine_thread import EngineThread
from app.pages.run.notices import EmptyState, UndoBar
from app.pages.run.wording import runs_count
from app.pages.runs.bar import RunsBar
from app.pages.runs.chooser import ColumnsDialog
from app.pages.runs.doings import RunDoings
from app.pages.runs.filtering import Filtering
from app.pages.runs.keeper import ViewKeeper
from app.pages.runs.model import RunsModel
from app.pages.runs.note import NoteEditor
from app.pages.runs.table import RunsTable
from app.widgets import push_button
from engine.runs.records import RunRecord

SLICE = 400  # runs taken in at once, so that a workspace of thousands never holds the window


class RunsPage(QWidget):
    """Every run of the workspace."""

    openRequested = Signal(str)
    compareRequested = Signal(object)  # list of ids, two or more
    trainRequested = Signal()

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._model = RunsModel(self)
        self._filtering = Filtering(engine, self._model, self)
        self._news: deque[Callable[[], None]] = deque()
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._take_news)
        self._chooser: ColumnsDialog | None = None
        self._arrange()
        self.keeper = ViewKeeper(engine, self._model, self._table, self._bar, self._filtering)
        self.doings = RunDoings(engine, self._model, self._table, self.keeper, self._notice)
        self._connect()
        self._connect_actions()
        self._refresh()

    def selectRun(self, run_id: str) -> None:
        """Select a run in the table."""
        self._table.selectRun(run_id)

    @Slot()
    def focusFilter(self) -> None:
        """Put the cursor into the filter box."""
        self._bar.filter.setFocus()
        self._bar.filter.selectAll()

    @Slot()
    def undo(self) -> None:
        """Take back what was done last."""
        self.doings.undo()

    def showEvent(self, event: QShowEvent) -> None:
        """Let the keys go to the table."""
        super().showEvent(event)
        self._table.setFocus()

    # News

    @Slot(object)
    def _queue_runs(self, records: list[RunRecord]) -> None:
        if len(records) <= SLICE:
            self._news.append(partial(self._model.upsert, records))
        else:
            for first in range(0, len(records), SLICE):
                self._news.append(partial(self._model.take, records[first : first + SLICE]))
            self._news.append(self._show_many)
        self._start_taking()

    @Slot(object)
    def _queue_removal(self, ids: list[str]) -> None:
        self._news.append(partial(self._model.remove, ids))
        self._start_taking()

    def _start_taking(self) -> None:
        # One batch is taken at once; only what would hold the window waits for the next turn of the event loop.
        self._take_news()
        if self._news:
            self._next.start()

    @Slot()
    def _take_news(self) -> None:
        if self._news:
            self._news.popleft()()
        if not self._news:
            self._next.stop()
            self.doings.refreshTags()
            self._refresh()

    def _show_many(self) -> None:
        self._model.arrange()
        self._engine.tellFields()  # reads for a while, so that the first comparison need not wait for it
        gc.freeze()  # thousands of records that stay: going through them again and again holds the window

    @Slot()
    def _refresh(self) -> None:
        total, passing = self._model.total(), self._model.passing()
        if total == 0:
            self._stack.setCurrentWidget(self._empty)
        elif passing == 0:
            self._no_match.setTexts(
                self.tr("No run matches “{0}”").format(self._filtering.text().strip()),
                self.tr(
                    "The filter looks at names, datasets, models, states, tags, groups and notes, and compares values."
                ),
            )
            self._stack.setCurrentWidget(self._no_match)
        else:
            self._show_table()
        runs = runs_count(total)
        self._count.setText(runs if passing == total else self.tr("{0} of {1}").format(count(passing), runs))
        for widget in (self._count, self._note, self._bar):
            widget.setVisible(total > 0)
        self._show_current()

    def _show_table(self) -> None:
        if self._stack.currentWidget() is not self._table:
            self._stack.setCurrentWidget(self._table)
            if self.isVisible() and not self._bar.filter.hasFocus():
                self._table.setFocus()

    @Slot()
    def _show_current(self) -> None:
        run_id = self._table.currentId()
        record = self._model.record(run_id) if run_id else None
        self._note.setRun(run_id, record.name if record else "", record.note if record else "")
        chosen = len(self._table.selectedIds())
        for button, least in ((self._open, 1), (self._compare, 2), (self._delete, 1), (self._tag, 1), (self._group, 1)):
            button.setEnabled(chosen >= least)

    # What the user does

    @Slot()
    def _open_current(self) -> None:
        if run_id := self._table.currentId():
            self.openRequested.emit(run_id)

    @Slot()
    def _compare_selected(self) -> None:
        if len(ids := self._table.selectedIds()) > 1:
            self.compareRequested.emit(ids)

    @Slot()
    def chooseColumns(self) -> None:
        """Let the user choose columns."""
        if self._chooser is None:
            self._chooser = ColumnsDialog(self.window())
            self._chooser.chosenChanged.connect(self.keeper.setColumn)
            self._chooser.resetRequested.connect(self.keeper.resetColumns)
            self.keeper.columnsChanged.connect(self._chooser.setWanted)
            self._engine.fieldsTold.connect(self._offer_columns)
        self._chooser.show()
        self._chooser.raise_()
        self._engine.tellFields()

    @Slot(object, object)
    def _offer_columns(self, settings: list[str], metrics: list[str]) -> None:
        if self._chooser is not None and self._chooser.isVisible():
            self._chooser.setColumns(settings, metrics, self._table.head.wanted())

    @Slot(bool)
    def _show_waiting(self, waits: bool) -> None:
        if waits:
            self._count.setText(self.tr("Reading values …"))
        else:
            self._refresh()

    # Inside

    def _arrange(self) -> None:
        self._count = QLabel(self)
        self._count.setProperty("role", "muted")
        self._make_buttons()
        self._bar = RunsBar(self)
        self._table = RunsTable(self._model, self)
        advice = self.tr(
            "Choose a table, pick a model and press Train: every run is kept here with its curves and results."
        )
        self._empty = EmptyState("runs.empty", self.tr("No runs yet"), advice, self.tr("Train a model"), self)
        self._no_match = EmptyState("runs.nomatch", "", "", self.tr("Clear the filter"), self)
        self._stack = QStackedWidget(self)
        for page in (self._table, self._empty, self._no_match):
            self._stack.addWidget(page)
        self._notice = UndoBar("runs", self)
        self._note = NoteEditor(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(self._head())
        layout.addWidget(self._bar)
        layout.addWidget(self._notice)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._note)

    def _head(self) -> QHBoxLayout:
        title = QLabel(self.tr("Runs"), self)
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addSpacing(8)
        head.addWidget(self._count)
        head.addStretch(1)
        for widget in (self._tag, self._group, self._delete, self._compare, self._open):
            head.addWidget(widget)
        return head

    def _make_buttons(self) -> None:
        tr = self.tr
        self._tag = push_button(self, "runs.tag", tr("Tags…"), "", tr("Tag the selected runs (T)"))
        self._group = push_button(
            self, "runs.group", tr("Group…"), "group", tr("Put the selected runs into a group (G)")
        )
        self._delete = push_button(self, "runs.delete", tr("Delete"), "trash", tr("Delete the selected runs (Del)"))
        self._compare = push_button(
            self, "runs.compare", tr("Compare"), "chart", tr("Compare the selected runs, two or more (Ctrl+K)")
        )
        self._compare.setShortcut("Ctrl+K")
        self._open = push_button(self, "runs.open", tr("Open"), "", tr("Open the selected run (Enter)"))
        self._open.setProperty("primary", True)

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self._queue_runs)
        self._engine.runsRemoved.connect(self._queue_removal)
        self._table.openRequested.connect(self.openRequested)
        self._table.head.columnsRequested.connect(self.chooseColumns)
        self._table.selectionModel().selectionChanged.connect(self._show_current)
        self._bar.filterChanged.connect(self._filtering.setText)
        self._bar.filterChanged.connect(self.keeper.noteFilter)
        self._bar.columnsRequested.connect(self.chooseColumns)
        self._filtering.problemFound.connect(self._bar.showProblem)
        self._filtering.waited.connect(self._show_waiting)
        self._filtering.applied.connect(self._refresh)
        self.keeper.shown.connect(self._refresh)
        view = self._bar.view
        view.saveRequested.connect(self.doings.saveView)
        view.renameRequested.connect(self.doings.renameView)
        view.deleteRequested.connect(self.doings.deleteView)
        self._tag.clicked.connect(self.doings.tag)
        self._group.clicked.connect(self.doings.group)
        self._open.clicked.connect(self._open_current)
        self._delete.clicked.connect(self.doings.delete)
        self._compare.clicked.connect(self._compare_selected)
        self.doings.openWished.connect(self._open_current)
        self.doings.compareWished.connect(self._compare_selected)
        self._notice.undoRequested.connect(self.undo)
        self._empty.activated.connect(self.trainRequested)
        self._no_match.activated.connect(self._bar.filter.clear)
        self._note.noteChanged.connect(self._engine.noteRun)

    def _connect_actions(self) -> None:
        undo = self.doings.stack.createUndoAction(self)
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo = self.doings.stack.createRedoAction(self)
        redo.setShortcut(QKeySequence.StandardKey.Redo)
        find = QAction(self.tr("Filter runs"), self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self.focusFilter)
        self.addActions([undo, redo, find])
        for action in self.actions():
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
