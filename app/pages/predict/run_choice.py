"""The choice of a run whose model predicts: a searchable list of the runs that kept one. It holds names, no models."""

from collections import Counter

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from engine.runs.records import RunRecord, RunStatus
from engine.spec import TextSpec

WITH_MODEL = frozenset({RunStatus.FINISHED, RunStatus.STOPPED})
LIST_AFTER_MS = 100


class RunChoice(QComboBox):
    """Runs with a model, newest first; typing finds any part of a name."""

    runChosen = Signal(str)
    listed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predict.run")
        self.setAccessibleName(self.tr("Run whose model predicts"))
        self.setToolTip(self.tr("The run whose model predicts; type to find one"))
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setPlaceholderText(self.tr("Choose a finished run"))
        if line := self.lineEdit():
            line.setPlaceholderText(self.tr("Choose a finished run"))
        self._records: dict[str, tuple[float, str]] = {}
        self._ids: list[str] = []
        self._families: dict[str, str] = {}
        self._texts: dict[str, TextSpec] = {}
        self._chosen = ""
        self._names = QStringListModel(self)
        self.setModel(self._names)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LIST_AFTER_MS)
        self._later.timeout.connect(self._list)
        self.activated.connect(self._choose)

    @Slot(object)
    def takeRuns(self, records: list[RunRecord]) -> None:
        """Take news of runs; the list is made anew a moment later, once for many."""
        for record in records:
            told = (record.created, record.name)
            if record.status in WITH_MODEL and self._records.get(record.id) != told:
                self._records[record.id] = told
                spec = record.spec_or_none
                if spec is not None:
                    self._families[record.id] = spec.family
                    if spec.family == "text" and spec.text is not None:
                        self._texts[record.id] = spec.text
                self._later.start()

    @Slot(object)
    def forgetRuns(self, ids: list[str]) -> None:
        """Forget runs that were deleted."""
        for run_id in ids:
            if self._records.pop(run_id, None):
                self._later.start()

    def setRun(self, run_id: str) -> None:
        """Choose a run without telling so."""
        self._chosen = run_id
        self._list()

    def runId(self) -> str:
        """Return the chosen run's id, or an empty text."""
        return self._chosen

    def family(self) -> str:
        """Return the family of the chosen run's model, or an empty text where it is not known yet."""
        return self._families.get(self._chosen, "")

    def isForecaster(self) -> bool:
        """Whether the chosen run's model goes on from series, and so needs no file."""
        return self.family() == "forecasting"

    def textSpec(self) -> TextSpec | None:
        """Return how the chosen run's model reads texts, so that one can be typed; None for models of something else."""
        return self._texts.get(self._chosen)

    @Slot()
    def _list(self) -> None:
        self._later.stop()
        self._ids = sorted(self._records, key=self._newest_first)
        bearers = Counter(name for _, name in self._records.values())
        self._names.setStringList([self._label(run_id, bearers) for run_id in self._ids])
        self.setCurrentIndex(self._ids.index(self._chosen) if self._chosen in self._ids else -1)
        self.listed.emit()

    def _label(self, run_id: str, bearers: Counter[str]) -> str:
        """A run's name; where others bear it too, its id as well: the text that is typed or chosen names one run."""
        name = self._records[run_id][1]
        return f"{name}  ·  {run_id}" if bearers[name] > 1 else name

    def _newest_first(self, run_id: str) -> float:
        return -self._records[run_id][0]

    @Slot(int)
    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._ids) and self._ids[place] != self._chosen:
            self._chosen = self._ids[place]
            self.runChosen.emit(self._chosen)
