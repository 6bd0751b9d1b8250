"""The Inspector tab: tensors of files, as they are. It keeps what is open, and says which tensor is looked at; how it is
looked at is the pane's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.dialogs import file_dialog
from app.engine_thread import EngineThread, Requests
from app.pages.run.notices import EmptyState
from app.pages.tensors.gaps_panel import GapsPanel
from app.pages.tensors.inspected import NamedGap, Opened, Shelf, files_of_run, to_show
from app.pages.tensors.inspector_pane import InspectorPane
from app.pages.tensors.open_bar import OpenBar
from app.pages.tensors.problem_bar import ProblemBar
from app.pages.tensors.shelf_tree import ShelfTree
from engine.inspecting.asked import ENDINGS

LEFT_WIDTH, RIGHT_WIDTH = 388, 754


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
        self.pane = InspectorPane(engine, self)
        self._left, self._stack = QStackedWidget(self), QStackedWidget(self)
        self._arrange()
        self.setAcceptDrops(True)
        self._connect()

    def openPaths(self, paths: Iterable[Path]) -> None:
        """Open files of tensors."""
        self._problem.hide()
        for path in paths:
            self._requests.ask(f"open:{path}", "tensors", "inspect_open", path=str(path))

    @Slot(str, str)
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

    @Slot(object, object)
    def compare(self, left: Opened, right: Opened) -> None:
        """Compare two files name by name."""
        self._compared = (left, right)
        self.gaps.begin(f"{left.title} − {right.title_beside(left)}")
        self._left.setCurrentWidget(self.gaps)
        self._requests.ask("gaps", "tensors", "inspect_file_gaps", left=str(left.path), right=str(right.path))

    def shelf(self) -> list[Opened]:
        """Return what is open."""
        return self._shelf.files

    def problem(self) -> str:
        """Return the sentence on show, or an empty text."""
        return self._problem.text() if self._problem.isVisibleTo(self) else ""

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
            self.bar.setRuns(value)

    def _take_run(self, title: str, checkpoints: list[dict[str, Any]]) -> None:
        """Put the run's checkpoints on the shelf, and before them all of them as one."""
        files = files_of_run(title, self.tr("{0} · all {1} checkpoints"), checkpoints)
        broken = [one["problem"] for one in checkpoints if one["file"] is None]
        if files:
            self._put(files)
        if broken:
            self._problem.say(" ".join(broken))

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
        opened, name = to_show(files, self.pane.opened(), self.pane.name())
        if name is not None:
            self.tree.choose(opened, name)

    @Slot(str, str)
    def _take_failure(self, name: str, sentence: str) -> None:
        if name == "gaps":
            self.gaps.setFailure(sentence)
        else:
            self._problem.say(sentence)

    @Slot(str, object)
    def _take_progress(self, name: str, value: dict[str, Any]) -> None:
        if name == "gaps":
            self.gaps.setShare(value["share"])

    @Slot(str)
    def _say_of_pane(self, sentence: str) -> None:
        """Tell that the tensor on show cannot be read (any more); opening its file again may help."""
        self._problem.say(sentence, offers_again=True)

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
        self._requests.ask("runs", "tensors", "inspect_runs")

    @Slot()
    def _offer_others(self) -> None:
        self.bar.setOthers(self.pane.opened(), self._shelf.files)

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
        self.tree.compareRequested.connect(self.compare)
        self.gaps.chosen.connect(self._choose_gap)
        self.gaps.closed.connect(self._close_gaps)
        self.pane.failed.connect(self._say_of_pane)
        self._empty.activated.connect(self.chooseFile)
        self._problem.againWanted.connect(self._open_again)
        self.bar.fileWanted.connect(self.chooseFile)
        self.bar.runsAsked.connect(self._ask_runs)
        self.bar.runChosen.connect(self.openRun)
        self.bar.othersAsked.connect(self._offer_others)
        self.bar.comparisonChosen.connect(self.compare)

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
        self.bar, self._problem = OpenBar(self), ProblemBar(self)
        self._left.addWidget(self.tree)
        self._left.addWidget(self.gaps)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.pane)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
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
        layout.addWidget(self._problem)
        layout.addWidget(split, 1)
