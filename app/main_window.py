"""The main window: rail, pages, menus, status bar. It carries what one page says to another, and computes nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMessageBox, QStackedWidget, QWidget

from app.actions import fill_menus, make_actions
from app.engine_thread import EngineThread, Requests
from app.icons import app_icon
from app.pages.data import DataPage
from app.pages.runs_section import RunsSection
from app.queue_panel import QueuePanel
from app.rail import Rail, RailEntry
from app.settings import Mode, Settings
from app.status import StatusBar
from app.theme import apply
from engine.inspecting.asked import ENDINGS
from engine.runs.records import RunRecord
from engine.spec import Roles, RunSpec

if TYPE_CHECKING:
    from app.pages.tensors import TensorsPage
    from app.pages.train import TrainPage

WARM_UP_AFTER_MS = 700
SHORTLY_MS = 6000
LONGER_MS = 20_000  # to read why something was refused


class MainWindow(QMainWindow):
    """One window on one workspace; unless `warm_up` is False, what is likely to be needed next is started before."""

    def __init__(self, workspace: Path, settings: Settings | None = None, warm_up: bool = True) -> None:
        super().__init__()
        self.setObjectName("window")
        self.settings = settings or Settings()
        self.engine = EngineThread(workspace, self, stands_by=warm_up)
        self._requests = Requests(self.engine, self)
        self.data = DataPage(self.engine, self)
        self._train: TrainPage | None = None
        self._tensors: TensorsPage | None = None
        self.runs = RunsSection(self.engine, self)
        self.queue = QueuePanel(self.engine, self)
        self._asked_to_close = False
        self._arrange(workspace)
        self._connect()
        self.engine.start()
        self.engine.warmUp("data")
        if warm_up:
            QTimer.singleShot(WARM_UP_AFTER_MS, self._warm_up)

    @property
    def train(self) -> "TrainPage":
        """The Train page, made when it is first asked for, or when the window has time."""
        if self._train is None:
            from app.pages.train import TrainPage

            page = self._train = TrainPage(self.engine, self)
            page.startRequested.connect(self._start)
            page.dataRequested.connect(self.showData)
            page.enqueueRequested.connect(self._enqueue)
            page.seriesRequested.connect(self._turn_columns)
            self._stack.addWidget(page)
        return self._train

    @property
    def tensors(self) -> "TensorsPage":
        """The Tensors page, made when it is first asked for."""
        if self._tensors is None:
            from app.pages.tensors import TensorsPage

            self._tensors = TensorsPage(self.engine, self)
            self._stack.addWidget(self._tensors)
        return self._tensors

    def openPaths(self, paths: Sequence[Path]) -> None:
        """Open files: a specification fills the Train page, tensors are looked into, the others are offered for import one
        after the other.
        """
        data: list[Path] = []
        for path in paths:
            if path.suffix == ".toml":
                self._show("train")
                self.train.loadFile(path)
            elif path.suffix.lower() in ENDINGS:
                self._show("tensors")
                self.tensors.showInspector()
                self.tensors.inspector.openPaths([path])
            else:
                data.append(path)
        if data:
            self._show("data")
            self.data.openPaths(data)

    # Actions

    @Slot()
    def openFile(self) -> None:
        """Let the user choose a data file."""
        self._show("data")
        self.data.chooseFile()

    @Slot()
    def loadSpec(self) -> None:
        """Let the user choose a specification for the Train page."""
        self._show("train")
        self.train.chooseFile()

    @Slot()
    def showWorkspace(self) -> None:
        """Open the workspace's folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.engine.workspace)))

    @Slot()
    def showData(self) -> None:
        """Go to the Data page."""
        self._show("data")

    @Slot()
    def showTrain(self) -> None:
        """Go to the Train page."""
        self._show("train")

    @Slot()
    def toggleQueue(self) -> None:
        """Show or hide the queue."""
        self.queue.setVisible(not self.queue.isVisible())

    @Slot()
    def showRuns(self) -> None:
        """Go to the list of runs."""
        self.runs.showList()
        self._show("runs")

    @Slot()
    def showTensors(self) -> None:
        """Go to the Tensors page."""
        self._show("tensors")

    @Slot()
    def useSystemTheme(self) -> None:
        """Follow the system's light or dark scheme."""
        self._use_theme("system")

    @Slot()
    def useLightTheme(self) -> None:
        """Use the light theme."""
        self._use_theme("light")

    @Slot()
    def useDarkTheme(self) -> None:
        """Use the dark theme."""
        self._use_theme("dark")

    @Slot()
    def showAbout(self) -> None:
        """Say what this program is."""
        box = QMessageBox(self)
        box.setObjectName("about")
        box.setWindowTitle(self.tr("About Tensorbench"))
        box.setText(self.tr("Tensorbench 0.1 — a workbench for deep learning on tables."))
        box.setInformativeText(
            self.tr("Models by pytorch-tabular, trained by Lightning and PyTorch. It opens no network connection.")
        )
        box.open()

    # Between the pages

    @Slot(object, object)
    def _take_dataset(self, dataset: dict[str, object], roles: Roles) -> None:
        self.train.setDataset(dataset, roles)
        self._show("train")

    @Slot(str)
    def _turn_columns(self, dataset_id: str) -> None:
        self._show("data")
        self.data.turnIntoSeries(dataset_id, go_on=True)

    @Slot(object)
    def _start(self, spec: RunSpec) -> None:
        self.engine.startRun(spec)

    @Slot(object)
    def _enqueue(self, spec: RunSpec) -> None:
        self.engine.enqueue(spec)
        self.statusBar_.showMessage(self.tr("Added to the queue."), SHORTLY_MS)

    @Slot(str)
    def _open_run(self, run_id: str) -> None:
        self.runs.openRun(run_id)
        self._show("runs")

    @Slot(object)
    def _train_again(self, spec: RunSpec) -> None:
        self.train.setSpec(spec)
        self._show("train")

    @Slot(object)
    def _take_runs(self, changed: list[RunRecord]) -> None:
        self.statusBar_.updateRuns(changed)

    @Slot(str)
    def _show(self, name: str) -> None:
        self._stack.setCurrentWidget(self._page(name))
        self._rail.choose(name)
        if name == "tensors":
            self.engine.warmUp("tensors")
        if name == "train":
            self.engine.warmUp("model")
            if self.train.spec() is None:
                self.data.chooseShown()

    def _page(self, name: str) -> QWidget:
        if name == "train":
            return self.train
        return self.tensors if name == "tensors" else self._pages[name]

    @Slot(str)
    def _show_trouble(self, sentence: str) -> None:
        """Tell what lasts: it stays until something else is told."""
        self.statusBar_.showMessage(sentence)

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        """Tell what happened; it is soon no news."""
        self.statusBar_.showMessage(sentence, LONGER_MS)

    @Slot(str, object)
    def _take_answer(self, name: str, value: object) -> None:
        if name == "devices" and isinstance(value, list):
            self.statusBar_.setDevices(value)

    # Inside

    def _arrange(self, workspace: Path) -> None:
        self.setWindowTitle(self.tr("Tensorbench — {0}").format(workspace.name))
        self.setWindowIcon(app_icon())
        self.setMinimumSize(1000, 640)
        self.resize(1280, 800)
        entries = [
            RailEntry("data", self.tr("Data"), "data", self.tr("Open a table and say what its columns are for")),
            RailEntry("train", self.tr("Train"), "train", self.tr("Choose a model and train it")),
            RailEntry("runs", self.tr("Runs"), "runs", self.tr("Every run of this workspace")),
            RailEntry("tensors", self.tr("Tensors"), "tensors", self.tr("See what an operation does to every cell")),
        ]
        self._rail = Rail(entries, self)
        self._pages: dict[str, QWidget] = {"data": self.data, "runs": self.runs}
        self._stack = QStackedWidget(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        centre = QWidget(self)
        layout = QHBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._rail)
        layout.addWidget(self._stack, 1)
        self.setCentralWidget(centre)
        self.statusBar_ = StatusBar(self)
        self.setStatusBar(self.statusBar_)
        self._actions = make_actions(self)
        fill_menus(self.menuBar(), self._actions)
        self._actions[f"view.{self.settings.theme}"].setChecked(True)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.queue)
        self.queue.setVisible(self.settings.showsQueue)
        self.setAcceptDrops(True)
        self._rail.choose("data")
        geometry = self.settings.geometry
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def _connect(self) -> None:
        self._rail.chosen.connect(self._show)
        self.data.datasetChosen.connect(self._take_dataset)
        self.runs.trainAgainRequested.connect(self._train_again)
        self.runs.dataRequested.connect(self.showData)
        self.engine.runStarted.connect(self._open_run)
        self.engine.runsChanged.connect(self._take_runs)
        self.engine.runsRemoved.connect(self.statusBar_.removeRuns)
        self.runs.told.connect(self._tell)
        self.engine.refused.connect(self._tell)
        self.queue.openRequested.connect(self._open_run)
        self.statusBar_.queueRequested.connect(self.queue.show)
        self.engine.storeFailed.connect(self._show_trouble)
        self.statusBar_.runRequested.connect(self._open_run)
        self._requests.answered.connect(self._take_answer)

    @Slot()
    def _warm_up(self) -> None:
        self.train.ensurePolished()
        QTimer.singleShot(0, self.runs.prepare)
        self.engine.warmUpWorker()
        self._requests.ask("devices", "model", "devices")

    def _use_theme(self, mode: Mode) -> None:
        self.settings.theme = mode
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply(application, mode)

    # Qt's own events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept local files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.openPaths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what to do with runs at work, then end the engine thread; runs go on unless the user stops them."""
        if self.statusBar_.activeRuns() and not self._asked_to_close:
            event.ignore()
            self._ask_about_runs()
            return
        self.settings.geometry = self.saveGeometry()
        self.settings.showsQueue = self.queue.isVisible()
        self.engine.stop()
        super().closeEvent(event)

    def _ask_about_runs(self) -> None:
        box = QMessageBox(self)
        box.setObjectName("close.ask")
        count = len(self.statusBar_.activeRuns())
        box.setText(self.tr("{0} run(s) are still training.").format(count))
        box.setInformativeText(
            self.tr("They can go on without the window: the next window on this workspace shows them again.")
        )
        self._keep = box.addButton(self.tr("Close and keep training"), QMessageBox.ButtonRole.AcceptRole)
        self._stop_all = box.addButton(self.tr("Stop them and close"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.buttonClicked.connect(self._on_close_answer)
        box.open()

    @Slot(object)
    def _on_close_answer(self, button: object) -> None:
        if button is self._stop_all:
            for run in self.statusBar_.activeRuns():
                self.engine.stopRun(run.id)
        if button is self._stop_all or button is self._keep:
            self._asked_to_close = True
            self.close()
