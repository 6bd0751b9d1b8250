"""The Run page: head, live plots, results, settings and log of one run, followed through the engine thread."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread, Requests
from app.pages.run.header import RunHeader
from app.pages.run.live_tab import LiveTab
from app.pages.run.log_tab import LogTab
from app.pages.run.notices import EmptyState
from app.pages.run.results_tab import ResultsTab
from app.pages.run.run_actions import RunActions
from app.pages.run.settings_tab import SettingsTab
from app.pages.run.tensors_tab import TensorsTab
from engine.runs.forecasts import LiveForecasts
from engine.runs.records import LogLine, RunRecord, RunStatus, Series
from engine.runs.taps import TapLook, TapOffer, TapWish
from engine.runs.text_samples import TextSamples
from engine.training.disk import DiskUse

ASKED = ("evaluation", "forecast_names", "forecast_series", "forecast_window", "word_map", "text", "word_similarity")
OF_MODEL = frozenset({"text", "word_similarity"})  # what the model lab answers
WITH_RESULTS = frozenset({RunStatus.FINISHED, RunStatus.STOPPED})


class RunPage(QWidget):
    """One run."""

    predictRequested = Signal(str)
    trainAgainRequested = Signal(object)
    told = Signal(str)

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._requests = Requests(engine, self)
        self._run_id = ""
        self._record: RunRecord | None = None
        self._header = RunHeader(self)
        self._actions = RunActions(self._header.buttons, engine, self)
        self._live = LiveTab(self)
        self._results = ResultsTab(self)
        self._settings = SettingsTab(self)
        self._log = LogTab(self)
        self._tensors = TensorsTab(self)
        self._arrange()
        self._connect()

    def setRun(self, run_id: str) -> None:
        """Show a run from its beginning and follow it."""
        if run_id == self._run_id:
            return
        if self._run_id:
            self._engine.unwatch(self._run_id)
        self._run_id = run_id
        self._record = None
        self._log.clear()
        self._results.clear()
        self._tensors.clear()
        for name in ASKED:
            self._requests.cancel(name)
        self._stack.setCurrentIndex(0)
        self._engine.watch(run_id)

    def leave(self) -> None:
        """Follow the run no longer; it is shown anew when it is opened again."""
        if self._run_id:
            self._forget_runs([self._run_id])

    def runId(self) -> str:
        """Return the id of the run on show, or an empty text."""
        return self._run_id

    # News of the run

    @Slot()
    def _tell_axes(self) -> None:
        self._engine.tellAxes(self._run_id)

    @Slot(object)
    def _take_runs(self, records: list[RunRecord]) -> None:
        for record in records:
            if record.id == self._run_id:
                self._show(record)

    def _show(self, record: RunRecord) -> None:
        before, self._record = self._record, record
        if before is None:
            spec = record.spec_or_none
            self._live.setRun(spec, record.started)
            self._settings.setSpec(spec, record.spec_json)
            self._stack.setCurrentIndex(1)
            self._tabs.setCurrentWidget(self._live)
            if self.isVisible():
                # What was pressed to come here is gone; Qt would give the keyboard to any control.
                self._tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)
        self._settings.disk.setRecord(record)
        if before is None or before.status is not record.status:
            self._engine.measureDisk(record.id)
        self._header.setRecord(record)
        self._actions.setRecord(record)
        self._live.setChanges(record.changes)
        self._tensors.setAtWork(record.status.is_active)
        self._live.setWaitingText(self._why_no_curves(record))
        has_results = record.status in WITH_RESULTS
        self._tabs.setTabEnabled(self._tabs.indexOf(self._results), has_results)
        if has_results and (before is None or before.status is not record.status):
            self._results.wait()
            self._requests.ask("evaluation", "data", "evaluation", run=record.id)
            if before is None:
                self._tabs.setCurrentWidget(self._results)

    def _why_no_curves(self, record: RunRecord) -> str:
        if record.status.is_over:
            return self.tr("This run ended before its first step: there are no curves.")
        return self.tr("The curves appear here with the first step.")

    @Slot(object)
    def _forget_runs(self, ids: list[str]) -> None:
        if self._run_id in ids:
            self._engine.unwatch(self._run_id)
            self._run_id = ""
            self._record = None
            self._actions.setRecord(None)
            self._stack.setCurrentIndex(0)

    @Slot(int)
    def _measure(self, _tab: int) -> None:
        """Measure anew what the disk holds when the user goes to look: a run at work writes."""
        if self._run_id and self._tabs.currentWidget() is self._settings:
            self._engine.measureDisk(self._run_id)

    @Slot(str, object)
    def _take_disk(self, run_id: str, use: DiskUse) -> None:
        if run_id == self._run_id:
            self._settings.disk.setUse(use)

    @Slot()
    def _ask_to_clear(self) -> None:
        if self._settings.disk.canClear():
            self._settings.disk.ask()
        else:
            self.told.emit(self.tr("This run has no checkpoints on disk."))

    @Slot(bool, bool)
    def _clear_checkpoints(self, state_too: bool, tokens_too: bool) -> None:
        if self._run_id:
            self._engine.clearCheckpoints(self._run_id, state_too, tokens_too)

    @Slot(str, object)
    def _take_series(self, run_id: str, grown: dict[str, Series]) -> None:
        if run_id == self._run_id and self._record is not None:
            self._live.take(grown)

    @Slot(str, object)
    def _take_forecasts(self, run_id: str, live: LiveForecasts) -> None:
        if run_id == self._run_id and self._record is not None:
            self._live.setForecasts(live)

    @Slot(str, object)
    def _take_samples(self, run_id: str, news: list[TextSamples]) -> None:
        if run_id == self._run_id and self._record is not None:
            self._live.takeSamples(news)

    @Slot(str, object)
    def _take_offer(self, run_id: str, offer: TapOffer) -> None:
        if run_id == self._run_id:
            self._tensors.setOffer(offer)

    @Slot(str, object)
    def _take_looks(self, run_id: str, news: list[TapLook]) -> None:
        if run_id == self._run_id:
            self._tensors.take(news)

    @Slot(object)
    def _tap(self, wish: TapWish) -> None:
        self._engine.tapRun(self._run_id, wish)

    @Slot(str, object)
    def _take_log(self, run_id: str, lines: list[LogLine]) -> None:
        if run_id == self._run_id:
            self._log.append(lines)

    @Slot(str, object)
    def _take_answer(self, name: str, value: object) -> None:
        if name == "evaluation":
            self._results.setEvaluation(value)
        else:
            self._results.take(name, value)

    @Slot(str, str)
    def _take_failure(self, name: str, sentence: str) -> None:
        if name == "evaluation":
            self._results.setProblem(sentence)
        else:
            self._results.takeProblem(name, sentence)

    @Slot(str, object)
    def _ask_for_results(self, method: str, params: dict[str, Any]) -> None:
        lab = "model" if method in OF_MODEL else "data"
        self._requests.ask(method, lab, method, run=self._run_id, **params)

    # Inside

    def _arrange(self) -> None:
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("run.tabs")
        self._tabs.setAccessibleName(self.tr("Parts of the run"))
        self._tabs.setDocumentMode(True)
        for tab, title, explanation in (
            (self._live, self.tr("Live"), self.tr("The curves as they are recorded")),
            (self._results, self.tr("Results"), self.tr("What the model is worth, once it is trained")),
            (self._settings, self.tr("Settings"), self.tr("The specification that this run was started with")),
            (self._log, self.tr("Log"), self.tr("What the run said")),
            (
                self._tensors,
                self.tr("Tensors"),
                self.tr("Weights, gradients, activations and attention as the run learns"),
            ),
        ):
            self._tabs.setTabToolTip(self._tabs.addTab(tab, title), explanation)
        shown = QWidget(self)
        inner = QVBoxLayout(shown)
        inner.setContentsMargins(24, 8, 24, 16)
        inner.setSpacing(12)
        inner.addWidget(self._header)
        inner.addWidget(self._tabs, 1)
        self._empty = EmptyState(
            "run.empty",
            self.tr("No run is open"),
            self.tr("Open one from the list of runs, or train a model."),
            "",
            self,
        )
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self._take_runs)
        self._engine.runsRemoved.connect(self._forget_runs)
        self._engine.seriesGrew.connect(self._take_series)
        self._engine.forecastsGrew.connect(self._take_forecasts)
        self._engine.samplesGrew.connect(self._take_samples)
        self._engine.tensorsTold.connect(self._take_offer)
        self._engine.tensorsGrew.connect(self._take_looks)
        self._tensors.wished.connect(self._tap)
        self._tensors.told.connect(self.told)
        self._engine.logGrew.connect(self._take_log)
        self._engine.diskTold.connect(self._take_disk)
        self._tabs.currentChanged.connect(self._measure)
        self._settings.disk.clearRequested.connect(self._clear_checkpoints)
        self._header.buttons.clearRequested.connect(self._ask_to_clear)
        self._results.asked.connect(self._ask_for_results)
        self._live.axesWanted.connect(self._tell_axes)
        self._requests.answered.connect(self._take_answer)
        self._requests.failed.connect(self._take_failure)
        self._actions.predictRequested.connect(self.predictRequested)
        self._actions.trainAgainRequested.connect(self.trainAgainRequested)
        self._actions.told.connect(self.told)
        self._header.outcome.fixRequested.connect(self._actions.startFixed)
