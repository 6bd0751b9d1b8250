"""The Predict page: choose a run and a file, see how they match and what comes out, save it. The model lab computes."""

from pathlib import Path

from pydantic import ValidationError
from PySide6.QtCore import Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.amounts import count, counted
from app.engine_thread import EngineThread, Requests
from app.pages.predict.controls import PredictControls
from app.pages.predict.report import Report
from app.pages.predict.report_view import ReportView
from app.pages.predict.score_row import ScoreRow
from app.pages.predict.typed_card import TypedCard
from app.pages.run.notices import EmptyState
from engine.runs.records import RunRecord

SHOWN_ROWS = 200
NAMED_COLUMNS = 5


class PredictPage(QWidget):
    """A run's model on a new file."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predict")
        self._engine = engine
        self._requests = Requests(engine, self)
        self._path: Path | None = None
        self._family = ""  # of the model that the file was chosen for
        self._report: Report | None = None
        self._ahead: list[list[str]] = []  # the future of known columns, as the user filled it in
        self._is_own = False  # whether series go on from the data that the model learned from
        self._filling = False  # whether the user has said to go on without the columns that the file lacks
        self._controls = PredictControls(self)
        self._typed = TypedCard(self)
        self._results = ReportView(self)
        self._score = ScoreRow(engine, self)
        self._empty = EmptyState("predict.empty", "", "", self.tr("Choose file …"), self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._results)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 8, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(self._controls)
        layout.addWidget(self._typed)
        layout.addWidget(self._make_problem())
        layout.addWidget(self._score)
        layout.addWidget(self._stack, 1)
        self.setAcceptDrops(True)
        self._connect()
        self._refresh()

    def takeRuns(self, records: list[RunRecord]) -> None:
        """Offer the models of these runs too."""
        self._controls.run.takeRuns(records)

    def setRun(self, run_id: str) -> None:
        """Use a run's model."""
        if run_id != self._controls.run.runId():
            self._controls.run.setRun(run_id)
            self._begin_with_run()

    def setFile(self, path: Path) -> None:
        """Predict a file's rows."""
        self._path, self._is_own = path, False
        self._controls.setFile(path)
        self._begin()

    @Slot()
    def setOwnData(self) -> None:
        """Forecast what comes after the data that the model learned from."""
        self._path, self._is_own = None, True
        self._controls.setOwnData()
        self._begin()

    def saveTo(self, path: Path) -> None:
        """Predict all rows and save them as CSV or Parquet, by the name's ending."""
        self._controls.saySaved("")
        self._request("save", out=str(path), limit=1)

    def report(self) -> Report | None:
        """Return the report on show, if there is one."""
        return self._report

    # Asking

    @Slot()
    def _begin_with_run(self) -> None:
        """Forget what another model made of the typed text, and a file of another kind; predict with this one."""
        self._requests.cancel("typed")
        self._typed.clear()
        family = self._controls.run.family()
        if self._family and family and family != self._family:
            self._path = None
            self._controls.setFile(None)
        self._family = family or self._family
        self._begin()

    @Slot()
    def _begin(self) -> None:
        self._filling = False
        self._report = None
        self._ahead = []
        self._problem.hide()
        self._requests.cancel("save")
        self._requests.cancel("predict")
        self._controls.saySaved("")
        self._request("predict", limit=SHOWN_ROWS)

    @Slot(object)
    def _try_text(self, given: dict[str, object]) -> None:
        run_id = self._controls.run.runId()
        if run_id:
            self._typed.wait()
            self._requests.ask("typed", "model", "text", run=run_id, **given)

    @Slot()
    def _stop_text(self) -> None:
        self._requests.cancel("typed")

    @Slot(str, object)
    def _take_progress(self, name: str, value: object) -> None:
        if name == "typed":
            self._typed.setPartial(value)

    @Slot(object)
    def _take_ahead(self, rows: list[list[str]]) -> None:
        self._ahead = rows
        self._problem.hide()
        self._controls.saySaved("")
        self._request("predict", limit=SHOWN_ROWS)

    @Slot()
    def _fill(self) -> None:
        self._filling = True
        if self._report is not None:
            self._show(self._report)
        self._refresh()

    def _request(self, name: str, **more: object) -> None:
        run_id = self._controls.run.runId()
        if self._ahead:
            more["ahead"] = self._ahead
        self._is_own = self._is_own and self._controls.run.isForecaster()
        if (self._path is not None or self._is_own) and run_id:
            # A file that lacks columns is read all the same, so that its other columns can be shown; its predictions
            # stay hidden until the user asks for them.
            self._requests.ask(
                name, "model", "predict", run=run_id, path=str(self._path or ""), allow_missing=True, **more
            )
        self._refresh()

    @Slot()
    def _cancel(self) -> None:
        self._requests.cancel("predict")
        self._requests.cancel("save")
        self._refresh()

    @Slot(str, object)
    def _take_answer(self, name: str, value: object) -> None:
        if name == "typed":
            self._typed.setAnswer(value)
            return
        try:
            report = Report.model_validate(value)
        except ValidationError:
            self._take_failure(name, self.tr("The answer of the prediction could not be read."))
            return
        if name == "save":
            words = counted(report.rows, self.tr("Saved {0} row to"), self.tr("Saved {0} rows to"))
            self._controls.saySaved(f"{words} {report.path or ''}")
        else:
            self._report = report
            self._show(report)
        self._refresh()

    @Slot(str, str)
    def _take_failure(self, name: str, sentence: str) -> None:
        if name == "typed":
            self._typed.setProblem(sentence)
            return
        self._say(sentence, "error")
        self._anyway.hide()
        self._refresh()

    # Showing

    def _show(self, report: Report) -> None:
        hidden = bool(report.missing_columns) and not self._filling
        self._results.setReport(report.without_predictions() if hidden else report)
        if not report.missing_columns:
            return
        missing = report.missing_columns
        names = ", ".join(f"“{name}”" for name in missing[:NAMED_COLUMNS])
        if len(missing) > NAMED_COLUMNS:
            names += " " + self.tr("and {0} more").format(count(len(missing) - NAMED_COLUMNS))
        if self._filling:
            sentence = self.tr("Predicted without {0}: these columns were taken as empty, so trust the result less.")
        else:
            sentence = self.tr("The file lacks columns that the model was trained on: {0}.")
        self._say(sentence.format(names), "warning" if self._filling else "error")
        self._anyway.setVisible(not self._filling)

    def _say(self, sentence: str, role: str) -> None:
        self._sentence.setText(sentence)
        if self._problem.property("role") != role:
            self._problem.setProperty("role", role)
            self._problem.style().unpolish(self._problem)
            self._problem.style().polish(self._problem)
        self._problem.show()

    def _refresh(self) -> None:
        self._controls.setForecaster(self._controls.run.isForecaster())
        spec = self._controls.run.textSpec()
        self._typed.setVisible(spec is not None)
        if spec is not None:
            self._typed.setTask(spec)
        waiting = self._requests.isWaiting("predict") or self._requests.isWaiting("save")
        lacking = self._report is not None and bool(self._report.missing_columns) and not self._filling
        lacking = lacking or self._results.ahead.isEdited()
        self._controls.setBusy(waiting, self._report is not None and bool(self._report.preview) and not lacking)
        is_scored = self._report is not None and self._controls.run.isForecaster()
        self._score.setTarget(self._controls.run.runId() or "", self._path if is_scored else None)
        if self._report is not None:
            self._stack.setCurrentWidget(self._results)
        else:
            self._stack.setCurrentWidget(self._empty)
            self._empty.setTexts(*self._first_step(waiting))
            own = self._controls.run.isForecaster()
            self._empty.setAction(self.tr("Go on from its own data") if own else self.tr("Choose file …"))
            self._empty.setActionVisible(bool(self._controls.run.runId()) and not waiting)

    def _first_step(self, waiting: bool) -> tuple[str, str]:
        tr = self.tr
        if waiting:
            return tr("Predicting …"), tr("The model is read and the data goes through it.")
        if not self._controls.run.runId():
            return tr("Choose a run"), tr("Every finished run keeps its model: choose the one that shall predict.")
        if self._path is None and self._controls.run.isForecaster():
            kinds = tr("Series go on where a file ends, or where the data ends that the model learned from.")
            return tr("Drop a file here, or go on from its own data"), kinds
        if self._path is None and self._controls.run.textSpec() is not None:
            return tr("Type a text above, or drop a file here"), tr("A table with the column of texts, or a text file.")
        if self._path is None:
            kinds = tr(
                "CSV, Parquet, JSON Lines or Excel, with the columns that the model was trained on, in any order."
            )
            return tr("Drop a file here"), kinds
        return tr("Nothing predicted yet"), tr("Choose another file or another run.")

    # Inside

    def _make_problem(self) -> QFrame:
        self._problem = QFrame(self)
        self._problem.setProperty("role", "error")
        self._sentence = QLabel(self._problem)
        self._sentence.setObjectName("predict.problem")
        self._sentence.setWordWrap(True)
        self._anyway = QPushButton(self.tr("Predict anyway"), self._problem)
        self._anyway.setObjectName("predict.anyway")
        self._anyway.setAccessibleName(self.tr("Predict anyway"))
        self._anyway.setToolTip(self.tr("Take the missing columns as empty in every row"))
        row = QHBoxLayout(self._problem)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._anyway)
        self._problem.hide()
        return self._problem

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self._controls.run.takeRuns)
        self._engine.runsRemoved.connect(self._controls.run.forgetRuns)
        self._requests.answered.connect(self._take_answer)
        self._requests.failed.connect(self._take_failure)
        self._controls.run.runChosen.connect(self._begin_with_run)
        self._controls.fileChosen.connect(self._take_file)
        self._controls.saveRequested.connect(self._take_target)
        self._controls.cancelRequested.connect(self._cancel)
        self._controls.ownDataWanted.connect(self.setOwnData)
        self._controls.run.listed.connect(self._refresh)
        self._results.ahead.edited.connect(self._refresh)
        self._results.ahead.filled.connect(self._take_ahead)
        self._empty.activated.connect(self._take_first_step)
        self._anyway.clicked.connect(self._fill)
        self._typed.asked.connect(self._try_text)
        self._typed.stopped.connect(self._stop_text)
        self._requests.progressed.connect(self._take_progress)

    @Slot()
    def _take_first_step(self) -> None:
        """Forecast what comes next, for which no file is needed, or let the user choose a file."""
        if self._controls.run.isForecaster():
            self.setOwnData()
        else:
            self._controls.chooseFile()

    @Slot(str)
    def _take_file(self, path: str) -> None:
        self.setFile(Path(path))

    @Slot(str)
    def _take_target(self, path: str) -> None:
        self.saveTo(Path(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a local file."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Predict the file that was dropped."""
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.setFile(Path(url.toLocalFile()))
                return
