"""The Runs page: the table, its filter, the note of the run at hand, and undo. It shows; the engine thread acts."""

from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.icons import icon
from app.pages.run.notices import EmptyState, UndoBar
from app.pages.run.wording import count, runs_count
from app.pages.runs.changes import DeleteRuns, RenameRun
from app.pages.runs.model import RunsModel
from app.pages.runs.note import NoteEditor
from app.pages.runs.table import RunsTable
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
        self._undo = QUndoStack(self)
        self._news: deque[Callable[[], None]] = deque()
        self._heard = False
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._take_news)
        self._arrange()
        self._connect()
        self._refresh()

    def selectRun(self, run_id: str) -> None:
        """Select a run in the table."""
        self._table.selectRun(run_id)

    @Slot()
    def focusFilter(self) -> None:
        """Put the cursor into the filter box."""
        self._filter.setFocus()
        self._filter.selectAll()

    @Slot()
    def undo(self) -> None:
        """Take back the last deletion or renaming."""
        self._undo.undo()
        self._bar.hide()

    # News

    @Slot(object)
    def _queue_runs(self, records: list[RunRecord]) -> None:
        self._heard = True
        for first in range(0, len(records), SLICE):
            self._news.append(partial(self._model.upsert, records[first : first + SLICE]))
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
        self._refresh()

    def _refresh(self) -> None:
        total, shown = self._model.total(), self._model.rowCount()
        if total == 0:
            self._stack.setCurrentWidget(self._empty)
        elif shown == 0:
            self._no_match.setTexts(
                self.tr("No run matches “{0}”").format(self._filter.text().strip()),
                self.tr("The filter looks at names, datasets, models, states and notes."),
            )
            self._stack.setCurrentWidget(self._no_match)
        else:
            self._stack.setCurrentWidget(self._table)
        all_shown = shown == total
        runs = runs_count(total)
        self._count.setText(runs if all_shown else self.tr("{0} of {1}").format(count(shown), runs))
        self._count.setVisible(total > 0)
        self._note.setVisible(total > 0)
        self._filter.setEnabled(total > 0)
        self._show_current()

    @Slot()
    def _show_current(self) -> None:
        run_id = self._table.currentId()
        record = self._model.record(run_id) if run_id else None
        self._note.setRun(run_id, record.name if record else "", record.note if record else "")
        chosen = len(self._table.selectedIds())
        self._open.setEnabled(chosen > 0)
        self._compare.setEnabled(chosen > 1)
        self._delete.setEnabled(chosen > 0)

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
    def _delete_selected(self) -> None:
        records = [self._model.record(run_id) for run_id in self._table.selectedIds()]
        ids = [record.id for record in records if record and not record.status.is_active]
        at_work = len(records) - len(ids)
        if ids:
            self._undo.push(DeleteRuns(self._engine, ids))
        said = self.tr("Deleted {0}.").format(runs_count(len(ids))) if ids else ""
        if at_work:
            said = (
                said + " " + self.tr("Still at work and kept: {0}; stop first.").format(runs_count(at_work))
            ).strip()
        if said:
            self._bar.say(said, with_undo=bool(ids))

    @Slot(str, str)
    def _rename(self, run_id: str, name: str) -> None:
        record = self._model.record(run_id)
        if record is not None:
            self._undo.push(RenameRun(self._engine, run_id, record.name, name))
            self._model.replace(run_id, name=name)

    @Slot(str, bool)
    def _star(self, run_id: str, starred: bool) -> None:
        self._engine.starRun(run_id, starred)
        self._model.replace(run_id, starred=starred)

    @Slot(str)
    def _set_filter(self, text: str) -> None:
        self._model.setFilter(text)
        self._refresh()

    # Inside

    def _arrange(self) -> None:
        title = QLabel(self.tr("Runs"), self)
        title.setProperty("role", "title")
        self._count = QLabel(self)
        self._count.setProperty("role", "muted")
        self._filter = QLineEdit(self)
        self._filter.setObjectName("runs.filter")
        self._filter.setAccessibleName(self.tr("Filter runs"))
        self._filter.setToolTip(self.tr("Words to look for in names, datasets, models, states and notes (Ctrl+F)"))
        self._filter.setPlaceholderText(self.tr("Filter runs"))
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(264)
        self._delete = self._button(
            "runs.delete", self.tr("Delete"), "trash", self.tr("Delete the selected runs (Del)")
        )
        self._compare = self._button(
            "runs.compare", self.tr("Compare"), "chart", self.tr("Compare the selected runs, two or more (Ctrl+K)")
        )
        self._compare.setShortcut("Ctrl+K")
        self._open = self._button("runs.open", self.tr("Open"), "", self.tr("Open the selected run (Enter)"))
        self._open.setProperty("primary", True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addSpacing(8)
        head.addWidget(self._count)
        head.addStretch(1)
        for widget in (self._filter, self._delete, self._compare, self._open):
            head.addWidget(widget)
        self._table = RunsTable(self._model, self)
        self._empty = EmptyState(
            "runs.empty",
            self.tr("No runs yet"),
            self.tr(
                "Choose a table, pick a model and press Train: every run is kept here with its curves and results."
            ),
            self.tr("Train a model"),
            self,
        )
        self._no_match = EmptyState("runs.nomatch", "", "", self.tr("Clear the filter"), self)
        self._stack = QStackedWidget(self)
        for page in (self._table, self._empty, self._no_match):
            self._stack.addWidget(page)
        self._bar = UndoBar("runs", self)
        self._note = NoteEditor(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._note)

    def _button(self, path: str, text: str, drawing: str, explanation: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(path)
        button.setAccessibleName(text)
        button.setToolTip(explanation)
        if drawing:
            button.setIcon(icon(drawing))
        return button

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self._queue_runs)
        self._engine.runsRemoved.connect(self._queue_removal)
        self._model.renameRequested.connect(self._rename)
        self._model.starRequested.connect(self._star)
        self._table.openRequested.connect(self.openRequested)
        self._table.deleteRequested.connect(self._delete_selected)
        self._table.selectionModel().selectionChanged.connect(self._show_current)
        self._filter.textChanged.connect(self._set_filter)
        self._open.clicked.connect(self._open_current)
        self._delete.clicked.connect(self._delete_selected)
        self._compare.clicked.connect(self._compare_selected)
        self._bar.undoRequested.connect(self.undo)
        self._empty.activated.connect(self.trainRequested)
        self._no_match.activated.connect(self._filter.clear)
        self._note.noteChanged.connect(self._engine.noteRun)
        undo = self._undo.createUndoAction(self)
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo = self._undo.createRedoAction(self)
        redo.setShortcut(QKeySequence.StandardKey.Redo)
        find = QAction(self.tr("Filter runs"), self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self.focusFilter)
        self.addActions([undo, redo, find])
        for action in self.actions():
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
