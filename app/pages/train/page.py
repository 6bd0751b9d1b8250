"""The Train page: a gallery, a form and a check before Train, all showing one RunSpec. It computes nothing itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.forms import SpecHistory, label_of
from app.pages.train.empty_view import EmptyView
from app.pages.train.family_book import FamilyBook
from app.pages.train.faults import faults_of, findings_of, split_sentence
from app.pages.train.files import SpecFiles
from app.pages.train.finder import LearningRateFinder
from app.pages.train.form import SpecTabs
from app.pages.train.gallery import ModelGallery
from app.pages.train.header import TrainHeader
from app.pages.train.preflight_panel import PreflightPanel
from app.pages.train.questions import Questions
from app.pages.train.series_question import SeriesQuestion
from app.pages.train.start_bar import StartBar
from app.pages.train.text_question import TextQuestion
from app.pages.train.toml_dialog import TomlDialog
from engine.catalog import (
    Preset,
    problems,
    task_of,
    with_checkpoint,
    with_preset,
    with_series_value,
    with_text_value,
    with_value,
)
from engine.catalog.series_view import SeriesView
from engine.spec import DataSpec, Roles, RunSpec, SpecError


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
        self._spec: RunSpec | None = None
        self._types: dict[str, str] = {}
        self._row_count: int | None = None
        self._refused: dict[str, str] = {}
        self._task_is_guessed = False
        self._families = FamilyBook()
        self.history = SpecHistory(self)
        self.header = TrainHeader(self.history.stack, self)
        self.gallery = ModelGallery(self)
        self.form = SpecTabs(self)
        self.preflight = PreflightPanel(self)
        self.foot = StartBar(self)
        self.reason, self.start, self.enqueue = self.foot.reason, self.foot.start, self.foot.enqueue
        self._files = SpecFiles(self)
        self._questions = Questions(engine, self)
        self._series = SeriesQuestion(engine, self)
        self._texts = TextQuestion(engine, self)
        self._empty = EmptyView(self)
        self._stack = QStackedWidget(self)
        self._arrange()
        self._connect()
        self._empty.setFocus()

    def spec(self) -> RunSpec | None:
        """Return the specification that the form shows, or None before a dataset was chosen."""
        return self._spec

    @Slot(object)
    def setSpec(self, spec: RunSpec) -> None:
        """Show another specification, as a new beginning."""
        self.history.clear()
        self._task_is_guessed = False
        self._families.forget()
        self._show(spec)
        self._questions.findDataset(spec.data.dataset)

    def setDataset(
        self, dataset: Mapping[str, Any], roles: Roles, columns: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        """Train on a dataset; settings that still fit are kept, and the task follows from the target."""
        self._take_columns(dataset, columns)
        data = DataSpec(dataset=str(dataset["id"]), name=str(dataset.get("name", "")), roles=roles)
        before = self._families.kept("tabular")
        same_target = before is not None and before.data.roles.target == roles.target
        spec = self._families.begin(data, self._types, self._row_count or 0, self._spec)
        self.history.clear()
        self._show(spec)
        self.gallery.setFocusOnModel()
        if "text" in self._types.values():
            self._questions.measureTexts(data.dataset)
        if (
            spec.family == "tabular"
            and not same_target
            and len(roles.target) == 1
            and self._types.get(roles.target[0]) == "integer"
        ):
            self._task_is_guessed = True
            self._questions.profileTarget(data.dataset, roles.target[0])

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
        if key.startswith("data") and (self._spec is None or self._spec.family == "tabular"):
            self.dataRequested.emit()
        elif key == "model.name" and self._spec is not None:
            self.gallery.setFocusOnModel()
        elif key == "name":
            self.header.name.setFocus()
        else:
            self.form.focusField(key)

    # What the user does

    @Slot(str, object)
    def _edit(self, key: str, value: JsonValue) -> None:
        if self._spec is None:
            return
        try:
            if key == "text.checkpoint" and value:
                self._questions.lookIntoFolder(str(value))
                return
            changed = self._with(self._spec, key, value)
        except SpecError as error:
            self._refused[key] = split_sentence(error.problems[0])[1]
            self._show_problems()
            return
        self._refused.pop(key, None)
        if key == "tabular.task":
            self._task_is_guessed = False
        self._push(changed, label_of(key), key)
        self._show_problems()

    @Slot(str)
    def _choose_model(self, name: str) -> None:
        if self._spec is not None and name != self._spec.model.name:
            self._push(self._families.with_model(self._spec, name), self.tr("model"))
            self.form.showModel()

    @Slot(str)
    def _choose_family(self, family: str) -> None:
        if self._spec is not None and family != self._spec.family:
            other = self._families.switch(family, self._spec, self._types, self._row_count or 0)
            self._push(other, self.tr("Table, Forecast or Text"))

    @Slot(str)
    def _choose_preset(self, name: str) -> None:
        if self._spec is not None:
            self._push(with_preset(self._spec, cast(Preset, name)), self.tr("size"))
            self._show(self._spec)

    @Slot(str)
    def _rename(self, name: str) -> None:
        self._edit("name", name)

    @Slot(object)
    def _take_loaded(self, spec: RunSpec) -> None:
        if self._spec is None:
            self.setSpec(spec)
            return
        self._task_is_guessed = False
        self._push(spec, self.tr("load"))
        self._questions.findDataset(spec.data.dataset)

    @Slot()
    def _save(self) -> None:
        if self._spec is not None:
            self._files.chooseToSave(self._spec)

    @Slot()
    def _show_text(self) -> None:
        if self._spec is not None:
            TomlDialog(self._spec, self).open()

    @Slot()
    def _turn_columns(self) -> None:
        if self._spec is not None:
            self.seriesRequested.emit(self._spec.data.dataset)

    @Slot()
    def _find_rate(self) -> None:
        if self._spec is not None:
            finder = LearningRateFinder(self._engine, self._spec, self)
            finder.rateChosen.connect(self._take_rate)
            finder.open()

    @Slot(float)
    def _take_rate(self, rate: float) -> None:
        self.history.seal()
        self._edit("trainer.optimizer.learning_rate", rate)
        self.history.seal()

    @Slot()
    def _start(self) -> None:
        if self._spec is not None:
            self.startRequested.emit(self._spec)

    @Slot()
    def _enqueue(self) -> None:
        if self._spec is not None:
            self.enqueueRequested.emit(self._spec)

    # What the engine says

    @Slot(str, object)
    def _take_profile(self, column: str, distinct: object) -> None:
        if not self._task_is_guessed or self._spec is None or self._spec.data.roles.target != (column,):
            return
        self._task_is_guessed = False
        task = task_of(self._spec.data.roles, self._types, distinct if isinstance(distinct, int) else None)
        if task != self._spec.tabular.task:
            self._show(with_value(self._spec, "tabular.task", task))

    @Slot(str, object)
    def _take_lengths(self, dataset: str, lengths: Mapping[str, float]) -> None:
        if self._spec is None:
            return
        spec = self._families.measured(dataset, lengths, self._spec)
        if spec != self._spec and not self.history.stack.count():
            self._task_is_guessed = False
            self._show(spec)

    @Slot(str, str, str)
    def _take_model_folder(self, folder: str, name: str, problem: str) -> None:
        """Begin with the model of a folder, or say beside its field why that cannot be."""
        if self._spec is None or self._spec.text is None:
            return
        if problem:
            self._refused["text.checkpoint"] = problem
        else:
            self._refused.pop("text.checkpoint", None)
            self._push(with_checkpoint(self._spec, folder, name), label_of("text.checkpoint"))
        self._show_problems()

    @Slot(object)
    def _take_dataset(self, dataset: Mapping[str, Any]) -> None:
        if self._spec is not None and dataset["id"] == self._spec.data.dataset:
            self._take_columns(dataset, None)
            self._show(self._spec)

    @Slot(object)
    def _take_series(self, view: SeriesView) -> None:
        self.form.setView(view)
        if self._spec is not None and (tuned := self._families.tuned(self._spec, view)) != self._spec:
            self._show(tuned)

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

    def _push(self, spec: RunSpec, text: str, key: str = "") -> None:
        if self._spec is not None and spec != self._spec:
            self.foot.giveUp()
            self.history.push(self._spec, spec, text, key)

    @Slot(object)
    def _show(self, spec: RunSpec) -> None:
        self._spec = spec
        self._families.keep(spec)
        self._stack.setCurrentIndex(1)
        self.header.setSpec(spec, self._row_count)
        self.gallery.setSpec(spec)
        self.preflight.setFamily(spec.family)
        self.form.setSpec(spec)
        self._refused = {key: text for key, text in self._refused.items() if key in self.form.problems()}
        self._show_problems()
        self._questions.setSpec(spec)
        self._series.setSpec(spec)
        self._texts.setSpec(spec)

    @Slot()
    def _show_problems(self) -> None:
        if self._spec is None:
            return
        faults = {**faults_of(problems(self._spec)), **self._refused}
        self.form.setFaults(faults)
        faults |= self.form.problems()
        names = {key: label_of(key) for key in faults if key.startswith(("trainer.", "model.params."))}
        self.preflight.setLocal(findings_of(faults, names))
        self._show_readiness()

    def _show_readiness(self) -> None:
        self.foot.setFindings(self.preflight.findings(), self.preflight.isWaiting())

    def _take_columns(self, dataset: Mapping[str, Any], columns: Sequence[Mapping[str, Any]] | None) -> None:
        found = columns if columns is not None else dataset.get("columns", ())
        self._types = {str(column["name"]): str(column["type"]) for column in found}
        rows = dataset.get("rows")
        self._row_count = rows if isinstance(rows, int) else None
        self.form.setColumns(self._types)

    def _with(self, spec: RunSpec, key: str, value: JsonValue) -> RunSpec:
        if spec.family == "forecasting":
            return with_series_value(spec, key, value, self._types)
        if spec.family == "text":
            if key == "text.checkpoint":
                return with_checkpoint(spec, str(value))
            return with_text_value(spec, key, value, self._types, self._families.lengths())
        return with_value(spec, key, value)

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
        self.history.changed.connect(self._show)
        self.header.nameChanged.connect(self._rename)
        self.header.nameLeft.connect(self.history.seal)
        self.header.loadRequested.connect(self.chooseFile)
        self.header.saveRequested.connect(self._save)
        self.header.textRequested.connect(self._show_text)
        self.header.family.chosen.connect(self._choose_family)
        self.gallery.chosen.connect(self._choose_model)
        self.form.changed.connect(self._edit)
        self.form.presetChosen.connect(self._choose_preset)
        self.form.problemChanged.connect(self._show_problems)
        self.form.left.connect(self.history.seal)
        self.form.finderRequested.connect(self._find_rate)
        self.form.turnRequested.connect(self._turn_columns)
        self.preflight.fieldRequested.connect(self.goTo)
        self.foot.startRequested.connect(self._start)
        self.foot.enqueueRequested.connect(self._enqueue)
        self._empty.dataRequested.connect(self.dataRequested)
        self._files.loaded.connect(self._take_loaded)
        self._series.seen.connect(self._take_series)
        self._series.failed.connect(self.form.setViewFailure)
        self.form.windows.seriesAsked.connect(self._series.lookAt)
        self.form.windows.originAsked.connect(self._series.moveTo)
        self._connect_texts()
        asked = self._questions
        asked.checkStarted.connect(self._await_check)
        asked.checked.connect(self._take_check)
        asked.checkFailed.connect(self._take_check_failure)
        asked.scheduleDrawn.connect(self.form.training.preview.setAnswer)
        asked.scheduleFailed.connect(self.form.training.preview.setFailure)
        asked.targetProfiled.connect(self._take_profile)
        asked.textsMeasured.connect(self._take_lengths)
        asked.modelFolderSeen.connect(self._take_model_folder)
        asked.datasetFound.connect(self._take_dataset)

    def _connect_texts(self) -> None:
        tokens, texts = self.form.tokens, self._texts
        tokens.watched.connect(texts.setWatched)
        tokens.tokenizer.textChanged.connect(texts.setText)
        texts.asked.connect(tokens.setWaiting)
        texts.seen.connect(tokens.setView)
        texts.failed.connect(tokens.setFailure)
        texts.typed.connect(tokens.setTyped)
        texts.typedFailed.connect(tokens.setTypedFailure)
