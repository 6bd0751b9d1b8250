"""The Train page: a gallery, a form and a check before Train, all showing one draft. It computes nothing itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.forms import label_of
from app.pages.train.draft import SpecDraft
from app.pages.train.empty_view import EmptyView
from app.pages.train.faults import findings_of
from app.pages.train.files import SpecFiles
from app.pages.train.finder import LearningRateFinder
from app.pages.train.form import SpecTabs
from app.pages.train.gallery import ModelGallery
from app.pages.train.header import TrainHeader
from app.pages.train.model_fetch import ModelFetch
from app.pages.train.preflight_panel import PreflightPanel
from app.pages.train.series_question import SeriesQuestion
from app.pages.train.start_bar import StartBar
from app.pages.train.text_question import TextQuestion
from app.pages.train.toml_dialog import TomlDialog
from engine.catalog.series_view import SeriesView
from engine.spec import Roles, RunSpec


class TrainPage(QWidget):
    """Chooses a model and its settings; `startRequested` carries the RunSpec to train."""

    startRequested = Signal(object)
    enqueueRequested = Signal(object)
    dataRequested = Signal()
    seriesRequested = Signal(str)  # the id of a dataset whose columns are to become series

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train")
        self._engine = engine
        self.draft = SpecDraft(engine, self)
        self.history = self.draft.history
        self.header = TrainHeader(self.history.stack, self)
        self.gallery = ModelGallery(self)
        self.form = SpecTabs(self)
        self.preflight = PreflightPanel(self)
        self.foot = StartBar(self)
        self.reason, self.start, self.enqueue = self.foot.reason, self.foot.start, self.foot.enqueue
        self._files = SpecFiles(self)
        self._series = SeriesQuestion(engine, self)
        self._texts = TextQuestion(engine, self)
        self._fetch = ModelFetch(engine, self)
        self._empty = EmptyView(self)
        self._stack = QStackedWidget(self)
        self._arrange()
        self._connect()
        self._empty.setFocus()

    def spec(self) -> RunSpec | None:
        """Return the specification that the form shows, or None before a dataset was chosen."""
        return self.draft.spec()

    @Slot(object)
    def setSpec(self, spec: RunSpec) -> None:
        """Show another specification, as a new beginning."""
        self.draft.begin(spec)

    def setDataset(
        self, dataset: Mapping[str, Any], roles: Roles, columns: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        """Train on a dataset; settings that still fit are kept, and the task follows from the target."""
        self.draft.beginWithData(dataset, roles, columns)
        self.gallery.setFocusOnModel()

    @Slot()
    def chooseFile(self) -> None:
        """Let the user choose a specification's file."""
        self._files.chooseToLoad()

    def loadFile(self, path: str | Path) -> None:
        """Fill the form from a TOML file, or say what is wrong with it."""
        self._files.load(Path(path))

    @Slot(str)
    def goTo(self, key: str) -> None:
        """Go to the setting that a finding is about."""
        spec = self.spec()
        if key.startswith("data") and (spec is None or spec.family == "tabular"):
            self.dataRequested.emit()
        elif key == "model.name" and spec is not None:
            self.gallery.setFocusOnModel()
        elif key == "name":
            self.header.name.setFocus()
        else:
            self.form.focusField(key)

    # What the user does

    @Slot(str, object)
    def _edit(self, key: str, value: JsonValue) -> None:
        self.draft.edit(key, value)

    @Slot(str)
    def _choose_model(self, name: str) -> None:
        if (spec := self.spec()) is not None and name != spec.model.name:
            self.draft.chooseModel(name)
            self.form.showModel()

    @Slot()
    def _save(self) -> None:
        if (spec := self.spec()) is not None:
            self._files.chooseToSave(spec)

    @Slot()
    def _show_text(self) -> None:
        if (spec := self.spec()) is not None:
            TomlDialog(spec, self).open()

    @Slot()
    def _turn_columns(self) -> None:
        if (spec := self.spec()) is not None:
            self.seriesRequested.emit(spec.data.dataset)

    @Slot()
    def _find_rate(self) -> None:
        if (spec := self.spec()) is not None:
            finder = LearningRateFinder(self._engine, spec, self)
            finder.rateChosen.connect(self.draft.setLearningRate)
            finder.open()

    @Slot()
    def _start(self) -> None:
        if (spec := self.spec()) is not None:
            self.startRequested.emit(spec)

    @Slot()
    def _enqueue(self) -> None:
        if (spec := self.spec()) is not None:
            self.enqueueRequested.emit(spec)

    # What the engine says

    @Slot(object)
    def _take_series(self, view: SeriesView) -> None:
        self.form.setView(view)
        self.draft.takeSeries(view)

    @Slot()
    def _await_check(self) -> None:
        self.preflight.setWaiting()
        self._show_readiness()

    @Slot(object)
    def _take_check(self, answer: Mapping[str, Any]) -> None:
        self.preflight.setAnswer(answer)
        self._show_readiness()

    @Slot(str)
    def _take_check_failure(self, sentence: str) -> None:
        self.preflight.setFailure(sentence)
        self._show_readiness()

    # Showing

    @Slot(object)
    def _show(self, spec: RunSpec) -> None:
        self._stack.setCurrentIndex(1)
        self.header.setSpec(spec, self.draft.rowCount())
        self.gallery.setSpec(spec)
        self.preflight.setFamily(spec.family)
        self.form.setSpec(spec)
        self.draft.forgetRefused(self.form.problems())
        self._show_problems()
        self.draft.questions.setSpec(spec)
        self._series.setSpec(spec)
        self._texts.setSpec(spec)

    @Slot()
    def _show_problems(self) -> None:
        if self.spec() is None:
            return
        faults = self.draft.faults()
        self.form.setFaults(faults)
        faults |= self.form.problems()
        names = {key: label_of(key) for key in faults if key.startswith(("trainer.", "model.params."))}
        self.preflight.setLocal(findings_of(faults, names))
        self._show_readiness()

    def _show_readiness(self) -> None:
        self.foot.setFindings(self.preflight.findings(), self.preflight.isWaiting())

    def _arrange(self) -> None:
        self.addActions(self.header.actions())
        middle = QSplitter(Qt.Orientation.Horizontal, self)
        middle.setObjectName("train.columns")
        middle.setChildrenCollapsible(False)
        for index, (widget, width, stretch) in enumerate(
            ((self.gallery, 244, 2), (self.form, 428, 5), (self.preflight, 176, 2))
        ):
            middle.addWidget(widget)
            middle.setStretchFactor(index, stretch)
            widget.setMinimumWidth(width)
        middle.setSizes([316, 536, 284])
        work = QWidget(self)
        layout = QVBoxLayout(work)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(middle, 1)
        layout.addWidget(self.foot)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(work)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 16, 24, 16)
        whole.setSpacing(16)
        whole.addWidget(self.header)
        whole.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.draft.changed.connect(self._show)
        self.draft.edited.connect(self.foot.giveUp)
        self.draft.faultsChanged.connect(self._show_problems)
        self.draft.columnsChanged.connect(self.form.setColumns)
        self.header.nameChanged.connect(self.draft.rename)
        self.header.nameLeft.connect(self.history.seal)
        self.header.loadRequested.connect(self.chooseFile)
        self.header.saveRequested.connect(self._save)
        self.header.textRequested.connect(self._show_text)
        self.header.family.chosen.connect(self.draft.chooseFamily)
        self.gallery.chosen.connect(self._choose_model)
        self.form.changed.connect(self._edit)
        self.form.presetChosen.connect(self.draft.choosePreset)
        self.form.problemChanged.connect(self._show_problems)
        self.form.left.connect(self.history.seal)
        self.form.finderRequested.connect(self._find_rate)
        self.form.turnRequested.connect(self._turn_columns)
        self.preflight.fieldRequested.connect(self.goTo)
        self.foot.startRequested.connect(self._start)
        self.foot.enqueueRequested.connect(self._enqueue)
        self._empty.dataRequested.connect(self.dataRequested)
        self._files.loaded.connect(self.draft.load)
        self._series.seen.connect(self._take_series)
        self._series.failed.connect(self.form.setViewFailure)
        self.form.windows.seriesAsked.connect(self._series.lookAt)
        self.form.windows.originAsked.connect(self._series.moveTo)
        self.form.windows.targetAsked.connect(self._series.draw)
        self._connect_texts()
        asked = self.draft.questions
        asked.checkStarted.connect(self._await_check)
        asked.checked.connect(self._take_check)
        asked.checkFailed.connect(self._take_check_failure)
        asked.scheduleDrawn.connect(self.form.training.preview.setAnswer)
        asked.scheduleFailed.connect(self.form.training.preview.setFailure)

    def _connect_texts(self) -> None:
        tokens, texts = self.form.tokens, self._texts
        hub, fetch = self.form.text.hub, self._fetch
        hub.wanted.connect(fetch.begin)
        hub.cancelled.connect(fetch.cancel)
        fetch.progressed.connect(hub.setProgress)
        fetch.fetched.connect(hub.setFetched)
        fetch.failed.connect(hub.setFailure)
        tokens.watched.connect(texts.setWatched)
        tokens.tokenizer.textChanged.connect(texts.setText)
        texts.asked.connect(tokens.setWaiting)
        texts.seen.connect(tokens.setView)
        texts.failed.connect(tokens.setFailure)
        texts.typed.connect(tokens.setTyped)
        texts.typedFailed.connect(tokens.setTypedFailure)
