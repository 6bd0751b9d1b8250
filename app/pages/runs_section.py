"""The Runs room: the list, one run, and prediction with a run's model, with a breadcrumb that leads back."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.runs import RunsPage
from engine.runs.records import RunRecord

if TYPE_CHECKING:
    from app.pages.compare import ComparePage
    from app.pages.predict import PredictPage
    from app.pages.run.page import RunPage


class RunsSection(QWidget):
    """Three pages and the path between them."""

    trainAgainRequested = Signal(object)
    dataRequested = Signal()
    told = Signal(str)

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.section")
        self.list = RunsPage(engine, self)
        self._engine = engine
        self._run: RunPage | None = None
        self._compare: ComparePage | None = None
        self._predict: PredictPage | None = None
        self._records: dict[str, RunRecord] = {}
        self._names: dict[str, str] = {}
        self._run_id = ""
        self._arrange()
        self.list.openRequested.connect(self.openRun)
        self.list.compareRequested.connect(self.openCompare)
        engine.runsChanged.connect(self._learn_names)
        engine.runsRemoved.connect(self._forget)
        self.showList()

    @property
    def run(self) -> "RunPage":
        """The page of one run, made when it is first asked for, or when the window has time."""
        if self._run is None:
            from app.pages.run.page import RunPage

            self._run = RunPage(self._engine, self)
            self._run.predictRequested.connect(self.openPredict)
            self._run.trainAgainRequested.connect(self.trainAgainRequested)
            self._run.told.connect(self.told)
            self._stack.addWidget(self._run)
        return self._run

    @property
    def compare(self) -> "ComparePage":
        """The page that compares runs, made when it is first asked for."""
        if self._compare is None:
            from app.pages.compare import ComparePage

            self._compare = ComparePage(self._engine, self)
            self._compare.openRequested.connect(self.openRun)
            self._compare.listRequested.connect(self.showList)
            self._compare.told.connect(self.told)
            self._stack.addWidget(self._compare)
        return self._compare

    @property
    def predict(self) -> "PredictPage":
        """The page that uses a run's model, made when it is first asked for: its plots take a while to load."""
        if self._predict is None:
            from app.pages.predict import PredictPage

            self._predict = PredictPage(self._engine, self)
            self._predict.takeRuns(list(self._records.values()))
            self._stack.addWidget(self._predict)
        return self._predict

    @Slot(object)
    def openCompare(self, run_ids: list[str]) -> None:
        """Compare runs."""
        if self._run is not None:
            self._run.leave()  # of each run the news are told to one page
        self.compare.setRuns(run_ids)
        self._go(self.compare)

    @Slot()
    def prepare(self) -> None:
        """Make what the window's start did not wait for."""
        self.run.ensurePolished()

    @Slot()
    def showList(self) -> None:
        """Show the list of runs."""
        self._go(self.list)

    @Slot(str)
    def openRun(self, run_id: str) -> None:
        """Show one run."""
        self._run_id = run_id
        self._leave_compare()  # before the page of the run watches it: of each run the news are told to one page
        self.run.setRun(run_id)
        self._go(self.run)

    @Slot(str)
    def openPredict(self, run_id: str) -> None:
        """Show the prediction page for a run's model."""
        self._run_id = run_id
        self._engine.warmUp("model")
        self.predict.setRun(run_id)
        self._go(self.predict)

    @Slot()
    def _back_to_run(self) -> None:
        self._go(self.run)

    @Slot(object)
    def _learn_names(self, changed: list[RunRecord]) -> None:
        self._records.update({run.id: run for run in changed})
        self._names.update({run.id: run.name for run in changed})
        self._label()

    @Slot(object)
    def _forget(self, run_ids: list[str]) -> None:
        for run_id in run_ids:
            self._records.pop(run_id, None)

    def _go(self, page: QWidget) -> None:
        if page is not self._compare:
            self._leave_compare()
        self._stack.setCurrentWidget(page)
        self._trail.setVisible(page is not self.list)
        self._label()

    def _leave_compare(self) -> None:
        if self._compare is not None and self._stack.currentWidget() is self._compare:
            self._compare.leave()

    def _label(self) -> None:
        name = self._names.get(self._run_id, self._run_id)
        at_predict = self._predict is not None and self._stack.currentWidget() is self._predict
        self._to_run.setText(name)
        self._to_run.setVisible(at_predict)
        self._between.setVisible(at_predict)
        at_compare = self._compare is not None and self._stack.currentWidget() is self._compare
        self._here.setText(self.tr("Compare") if at_compare else self.tr("Predict") if at_predict else name)

    def _arrange(self) -> None:
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.list)
        self._trail = QWidget(self)
        to_list = self._link("runs.back", self.tr("All runs"), self.tr("Back to the list of runs (Ctrl+3)"))
        to_list.clicked.connect(self.showList)
        self._to_run = self._link("runs.backToRun", "", self.tr("Back to the run"))
        self._to_run.clicked.connect(self._back_to_run)
        self._between, self._here = QLabel("›", self._trail), QLabel(self._trail)
        self._here.setProperty("role", "muted")
        row = QHBoxLayout(self._trail)
        row.setContentsMargins(24, 8, 24, 0)
        row.setSpacing(4)
        for widget in (to_list, QLabel("›", self._trail), self._to_run, self._between, self._here):
            row.addWidget(widget)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._trail)
        layout.addWidget(self._stack, 1)

    def _link(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self._trail)
        button.setObjectName(name)
        button.setAccessibleName(text or name)
        button.setToolTip(tip)
        button.setFlat(True)
        button.setProperty("role", "link")
        return button
