"""The Inspector tab: tensors of files, as they are."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.dialogs import file_dialog
from app.engine_thread import EngineThread, Requests
from app.pages.run.notices import EmptyState
from app.pages.tensors.gaps_panel import GapsPanel
from app.pages.tensors.inspected import NamedGap, Opened, Shelf
from app.pages.tensors.shelf_tree import ShelfTree
from app.pages.tensors.tensor_pane import TensorPane
from app.widgets import push_button
from engine.inspecting.asked import ENDINGS
from engine.inspecting.checkpoints import NETWORK

LEFT_WIDTH, RIGHT_WIDTH, MOST_RUNS = 388, 754, 40


class Inspector(QWidget):
    """Opens files and the checkpoints of runs, and looks at their tensors."""

    opened = Signal(object)  # Opened

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.inspector")
        self._requests = Requests(engine, self)
        self._shelf = Shelf()
        self._titles: dict[str, str] = {}
        self._compared: tuple[Opened, Opened] | None = None
        self.tree = ShelfTree(self)
        self.gaps = GapsPanel(self)
        self.pane = TensorPane(engine, self)
        self._left, self._stack = QStackedWidget(self), QStackedWidget(self)
        self._arrange()
        self.setAcceptDrops(True)
        self._connect()

    def openPaths(self, paths: Iterable[Path]) -> None:
        """Open files of tensors."""
        self._problem.hide()
        for path in paths:
            self._requests.ask(f"open:{path}", "tensors", "inspect_open", path=str(path))

    def openRun(self, run_id: str, title: str) -> None:
        """Open all checkpoints of a run."""
        self._problem.hide()
        self._titles[run_id] = title
        self._requests.ask(f"run:{run_id}", "tensors", "inspect_run", run=run_id)

    @Slot()
    def chooseFile(self) -> None:
        """Let the user choose files."""
        patterns = " ".join(f"*{ending}" for ending in (*ENDINGS, ".bin"))
        dialog = file_dialog(self, self.tr("Open tensors"), "tensors.inspector.dialog")
        dialog.setNameFilters([self.tr("Tensors ({0})").format(patterns), self.tr("All files (*)")])
        dialog.setFileMode(dialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._open_names)
        dialog.open()

    def compare(self, left: Opened, right: Opened) -> None:
        """Compare two files name by name."""
        self._compared = (left, right)
        self.gaps.begin(f"{left.title} − {_other_title(left, right)}")
        self._left.setCurrentWidget(self.gaps)
        self._requests.ask("gaps", "tensors", "inspect_file_gaps", left=str(left.path), right=str(right.path))

    def shelf(self) -> list[Opened]:
        """Return what is open."""
        return self._shelf.files

    def problem(self) -> str:
        """Return the sentence on show, or an empty text."""
        return self._problem_text.text() if self._problem.isVisibleTo(self) else ""

    # Answers

    @Slot(str, object)
    def _take(self, name: str, value: Any) -> None:
        kind, _, rest = name.partition(":")
        if kind == "open":
            self._put([Opened.of(value)])
        elif kind == "run":
            self._take_run(self._titles.get(rest, rest), value)
        elif kind == "gaps":
            self.gaps.setGaps([NamedGap.of(one) for one in value])
        elif kind == "runs":
            self._fill_runs(value)

    def _take_run(self, title: str, checkpoints: list[dict[str, Any]]) -> None:
        """Put the run's checkpoints on the shelf, and before them all of them as one."""
        known = [(one["label"], Opened.of(one["file"])) for one in checkpoints if one["file"] is not None]
        broken = [one["problem"] for one in checkpoints if one["file"] is None]
        files = [replace(opened, title=f"{title} · {label}", group=title) for label, opened in known]
        if known:
            # The state that a run is resumed from has more than the weights: others name what there is to compare.
            weights = [one for _, one in reversed(known) if not any(NETWORK in entry.name for entry in one.entries)]
            model = weights[0] if weights else known[-1][1]
            paths, labels = tuple(one.path for one in files), tuple(label for label, _ in known)
            words = self.tr("{0} · all {1} checkpoints").format(title, len(known))
            size = sum(one.size for one in files)
            whole = replace(model, title=words, over=paths, labels=labels, size=size, note="", group=title)
            self._put([whole, *files])
        if broken:
            self._say(" ".join(broken))

    def _put(self, files: list[Opened]) -> None:
        for one in files:
            self._shelf.put(one)
        self.tree.search.clear()
        self.tree.setShelf(self._shelf.files)
        self.pane.difference.setShelf(self._shelf.files)
        self._left.setCurrentWidget(self.tree)
        self._stack.setCurrentIndex(1)
        self._show_of(files)
        self.opened.emit(files[0])

    def _show_of(self, files: list[Opened]) -> None:
        """Show the tensor that was on show, where it is in one of these files, else the first with rows and columns."""
        before = self.pane.opened()
        same = next((one for one in files if before and (one.path, one.title) == (before.path, before.title)), None)
        opened = same or files[0]
        usable = [entry.name for entry in opened.entries if not entry.problem]
        planes = [entry.name for entry in opened.entries if not entry.problem and len(entry.shape) > 1]
        name = self.pane.name() if same and self.pane.name() in usable else next(iter([*planes, *usable]), None)
        if name is not None:
            self.tree.choose(opened, name)

    @Slot(str, str)
    def _take_failure(self, name: str, sentence: str) -> None:
        if name == "gaps":
            self.gaps.setFailure(sentence)
        else:
            self._say(sentence)

    @Slot(str, object)
    def _take_progress(self, name: str, value: dict[str, Any]) -> None:
        if name == "gaps":
            self.gaps.setShare(value["share"])

    @Slot(str)
    def _say_of_pane(self, sentence: str) -> None:
        """Tell that the tensor on show cannot be read (any more); opening its file again may help."""
        self._say(sentence)
        self._again.show()

    def _say(self, sentence: str) -> None:
        self._problem_text.setText(sentence)
        self._again.hide()
        self._problem.show()

    # What the user does

    @Slot(object, str)
    def _choose(self, opened: Opened, name: str) -> None:
        entry = opened.entry(name)
        if entry is not None:
            self._problem.hide()
            self.pane.setTensor(self._shelf.files, opened, entry)

    @Slot(str)
    def _choose_gap(self, name: str) -> None:
        if self._compared is None:
            return
        left, right = self._compared
        entry = left.entry(name)
        if entry is not None:
            self._problem.hide()
            self.pane.setTensor(self._shelf.files, left, entry)
            self.pane.subtract(right, name)

    @Slot(object)
    def _close(self, opened: Opened) -> None:
        self._shelf.take(opened)
        shown, minus = self.pane.opened(), self.pane.difference.minus()
        is_used = shown is opened or (minus is not None and minus.path == opened.path)
        if is_used:
            self.pane.clear()
        self.tree.setShelf(self._shelf.files)
        self.pane.difference.setShelf(self._shelf.files)
        self._stack.setCurrentIndex(1 if self._shelf.files else 0)
        if is_used and self._shelf.files:
            self._show_of([shown] if shown is not None and shown is not opened else self._shelf.files)

    @Slot(object, object)
    def _compare(self, left: Opened, right: Opened) -> None:
        self.compare(left, right)

    @Slot()
    def _close_gaps(self) -> None:
        self._requests.cancel("gaps")
        self._left.setCurrentWidget(self.tree)

    @Slot()
    def _open_again(self) -> None:
        """Open the file on show, or its run, as it is now."""
        opened = self.pane.opened()
        run = next((run for run, title in self._titles.items() if opened and title == opened.group), None)
        if run is not None:
            self.openRun(run, self._titles[run])
        elif opened is not None:
            self.openPaths([opened.path])

    @Slot(list)
    def _open_names(self, names: list[str]) -> None:
        self.openPaths([Path(name) for name in names])

    @Slot()
    def _ask_runs(self) -> None:
        self._runs_menu.clear()
        self._runs_menu.addAction(self.tr("Looking for runs …")).setEnabled(False)
        self._requests.ask("runs", "tensors", "inspect_runs")

    def _fill_runs(self, runs: list[dict[str, str]]) -> None:
        self._runs_menu.clear()
        for run in runs[:MOST_RUNS]:
            action = self._runs_menu.addAction(run["name"])
            action.setData((run["id"], run["name"]))
        if not runs:
            self._runs_menu.addAction(self.tr("No run has checkpoints yet")).setEnabled(False)

    @Slot()
    def _fill_with(self) -> None:
        """Offer the other files for a comparison with the one on show."""
        self._with_menu.clear()
        own = self.pane.opened()
        others = [one for one in self._shelf.files if one is not own and not one.over]
        if own is None or own.over or not others:
            text = self.tr("Choose a tensor of a single checkpoint") if own is not None and own.over else ""
            self._with_menu.addAction(text or self.tr("Open a second file to compare it with")).setEnabled(False)
            return
        for other in others:
            text = self.tr("{0} with {1}").format(own.short_title, _other_title(own, other))
            self._with_menu.addAction(text).setData((own, other))

    @Slot(object)
    def _choose_with(self, action: Any) -> None:
        if action.data() is not None:
            self.compare(*action.data())

    @Slot(object)
    def _choose_run(self, action: Any) -> None:
        if action.data() is not None:
            self.openRun(*action.data())

    # Qt's own events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept local files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        event.acceptProposedAction()
        self.openPaths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    # Inside

    def _connect(self) -> None:
        self._requests.answered.connect(self._take)
        self._requests.failed.connect(self._take_failure)
        self._requests.progressed.connect(self._take_progress)
        self.tree.chosen.connect(self._choose)
        self.tree.closeRequested.connect(self._close)
        self.tree.compareRequested.connect(self._compare)
        self.gaps.chosen.connect(self._choose_gap)
        self.gaps.closed.connect(self._close_gaps)
        self.pane.failed.connect(self._say_of_pane)
        self._empty.activated.connect(self.chooseFile)
        self._open.clicked.connect(self.chooseFile)
        self._again.clicked.connect(self._open_again)
        self._runs_menu.aboutToShow.connect(self._ask_runs)
        self._runs_menu.triggered.connect(self._choose_run)
        self._with_menu.aboutToShow.connect(self._fill_with)
        self._with_menu.triggered.connect(self._choose_with)

    def _arrange(self) -> None:
        tr = self.tr
        self._empty = EmptyState(
            "tensors.inspector.empty",
            tr("Look into a file of tensors"),
            tr(
                "Open or drop a .safetensors, .npy, .npz or .pt file, or look at the checkpoints of a run. Nothing in a "
                "file is ever run as code."
            ),
            tr("Open file …"),
            self,
        )
        self._open = push_button(self, "tensors.inspector.open", tr("Open …"), "open", tr("Open files of tensors"))
        self._runs_menu = QMenu(self)
        self._runs = push_button(
            self, "tensors.inspector.runs", tr("From a run"), "runs", tr("Open the checkpoints of a run")
        )
        self._runs.setMenu(self._runs_menu)
        self._with_menu = QMenu(self)
        self._with = push_button(
            self, "tensors.inspector.with", tr("Compare"), "", tr("Compare all tensors of this file with another’s")
        )
        self._with.setMenu(self._with_menu)
        bar = QHBoxLayout()
        bar.addWidget(self._open)
        bar.addWidget(self._runs)
        bar.addWidget(self._with)
        bar.addStretch(1)
        self._left.addWidget(self.tree)
        self._left.addWidget(self.gaps)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.pane)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(bar)
        column.addWidget(self._left, 1)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self._stack)
        split.setStretchFactor(1, 1)
        split.setSizes([LEFT_WIDTH, RIGHT_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 12)
        layout.setSpacing(8)
        layout.addWidget(self._make_problem())
        layout.addWidget(split, 1)

    def _make_problem(self) -> QFrame:
        self._problem = QFrame(self)
        self._problem.setProperty("role", "error")
        self._problem_text = QLabel(self._problem)
        self._problem_text.setObjectName("tensors.inspector.problem")
        self._problem_text.setProperty("role", "error")
        self._problem_text.setWordWrap(True)
        self._again = push_button(
            self._problem,
            "tensors.inspector.again",
            self.tr("Open again"),
            "refresh",
            self.tr("Open the file as it is now"),
        )
        row = QHBoxLayout(self._problem)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self._problem_text, 1)
        row.addWidget(self._again)
        self._problem.hide()
        return self._problem


def _other_title(own: Opened, other: Opened) -> str:
    """Return what another file is called beside the own one: of the same run, only what it is there."""
    return other.short_title if other.group == own.group else other.title
