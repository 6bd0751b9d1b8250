"""The specification that the Train page shows: every change to it, by hand or from the engine. No widgets."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from pydantic import JsonValue
from PySide6.QtCore import QObject, Signal, Slot

from app.engine_thread import EngineThread
from app.forms import SpecHistory, label_of
from app.pages.train.family_book import FamilyBook
from app.pages.train.faults import faults_of, split_sentence
from app.pages.train.questions import Questions
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


class SpecDraft(QObject):
    """One RunSpec being written, with undo, with what was refused, and with what is known of its dataset."""

    changed = Signal(object)  # the specification to show
    edited = Signal()  # the user is about to change it
    faultsChanged = Signal()
    columnsChanged = Signal(object)  # type by column

    def __init__(self, engine: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._spec: RunSpec | None = None
        self._types: dict[str, str] = {}
        self._row_count: int | None = None
        self._refused: dict[str, str] = {}
        self._task_is_guessed = False
        self._families = FamilyBook()
        self.history = SpecHistory(self)
        self.questions = Questions(engine, self)
        self.history.changed.connect(self._take)
        self.questions.targetProfiled.connect(self._take_profile)
        self.questions.textsMeasured.connect(self._take_lengths)
        self.questions.datesFound.connect(self._take_dates)
        self.questions.modelFolderSeen.connect(self._take_model_folder)
        self.questions.datasetFound.connect(self._take_dataset)

    def spec(self) -> RunSpec | None:
        """Return the specification as it stands, or None before a dataset was chosen."""
        return self._spec

    def rowCount(self) -> int | None:
        """Return how many rows the dataset has, where that is known."""
        return self._row_count

    def faults(self) -> dict[str, str]:
        """Return what is wrong with the specification and what was refused, by key."""
        return {} if self._spec is None else {**faults_of(problems(self._spec)), **self._refused}

    def forgetRefused(self, standing: Collection[str]) -> None:
        """Drop what was refused, but of those keys whose fields still show it."""
        self._refused = {key: text for key, text in self._refused.items() if key in standing}

    # Beginning

    def begin(self, spec: RunSpec) -> None:
        """Take another specification, as a new beginning."""
        self.history.clear()
        self._task_is_guessed = False
        self._families.forget()
        self._take(spec)
        self.questions.findDataset(spec.data.dataset)

    def beginWithData(
        self, dataset: Mapping[str, Any], roles: Roles, columns: Sequence[Mapping[str, Any]] | None
    ) -> None:
        """Begin with a dataset; settings that still fit are kept, and the task follows from the target."""
        self._take_columns(dataset, columns)
        data = DataSpec(dataset=str(dataset["id"]), name=str(dataset.get("name", "")), roles=roles)
        before = self._families.kept("tabular")
        same_target = before is not None and before.data.roles.target == roles.target
        spec = self._families.begin(data, self._types, self._row_count or 0, self._spec)
        self.history.clear()
        self._take(spec)
        if "text" in self._types.values():
            self.questions.measureTexts(data.dataset)
        if (
            spec.family == "tabular"
            and not same_target
            and len(roles.target) == 1
            and self._types.get(roles.target[0]) == "integer"
        ):
            self._task_is_guessed = True
            self.questions.profileTarget(data.dataset, roles.target[0])

    @Slot(object)
    def load(self, spec: RunSpec) -> None:
        """Take a specification from a file; what was shown before can be undone to."""
        if self._spec is None:
            self.begin(spec)
            return
        self._task_is_guessed = False
        self._push(spec, self.tr("load"))
        self.questions.findDataset(spec.data.dataset)

    # What the user does

    @Slot(str, object)
    def edit(self, key: str, value: JsonValue) -> None:
        """Change one setting, or keep the sentence that says why that cannot be."""
        if self._spec is None:
            return
        try:
            if key == "text.checkpoint" and value:
                self.questions.lookIntoFolder(str(value))
                return
            changed = self._with(self._spec, key, value)
        except SpecError as error:
            self._refused[key] = split_sentence(error.problems[0])[1]
            self.faultsChanged.emit()
            return
        self._refused.pop(key, None)
        if key == "tabular.task":
            self._task_is_guessed = False
        self._push(changed, label_of(key), key)
        self.faultsChanged.emit()

    @Slot(str)
    def rename(self, name: str) -> None:
        """Give the run a name."""
        self.edit("name", name)

    @Slot(float)
    def setLearningRate(self, rate: float) -> None:
        """Take a learning rate that was found, as a step of its own."""
        self.history.seal()
        self.edit("trainer.optimizer.learning_rate", rate)
        self.history.seal()

    def chooseModel(self, name: str) -> None:
        """Go to another model of the family."""
        if self._spec is not None:
            self._push(self._families.with_model(self._spec, name), self.tr("model"))

    @Slot(str)
    def chooseFamily(self, family: str) -> None:
        """Go to another family; what was set in this one is kept for the way back."""
        if self._spec is not None and family != self._spec.family:
            other = self._families.switch(family, self._spec, self._types, self._row_count or 0)
            self._push(other, self.tr("Table, Forecast or Text"))

    @Slot(str)
    def choosePreset(self, name: str) -> None:
        """Give the model the size of a preset."""
        if self._spec is not None:
            self._push(with_preset(self._spec, cast(Preset, name)), self.tr("size"))
            self._take(self._spec)

    # What the engine says

    def takeSeries(self, view: SeriesView) -> None:
        """Fit a specification that nobody touched to what its series were found to be."""
        if self._spec is not None and (tuned := self._families.tuned(self._spec, view)) != self._spec:
            self._take(tuned)

    @Slot(str, object)
    def _take_profile(self, column: str, distinct: object) -> None:
        if not self._task_is_guessed or self._spec is None or self._spec.data.roles.target != (column,):
            return
        self._task_is_guessed = False
        task = task_of(self._spec.data.roles, self._types, distinct if isinstance(distinct, int) else None)
        if task != self._spec.tabular.task:
            self._take(with_value(self._spec, "tabular.task", task))

    @Slot(str, object)
    def _take_lengths(self, dataset: str, lengths: Mapping[str, float]) -> None:
        if self._spec is not None:
            self._take_guess(self._families.measured(dataset, lengths, self._spec))

    @Slot(str, object)
    def _take_dates(self, dataset: str, dates: Sequence[str]) -> None:
        if self._spec is not None:
            self._take_guess(self._families.dated(dataset, dates, self._spec))

    def _take_guess(self, spec: RunSpec) -> None:
        """Show what is now known to fit a dataset better, unless something was chosen already."""
        if spec != self._spec and not self.history.stack.count():
            self._task_is_guessed = False
            self._take(spec)

    @Slot(str, str, str)
    def _take_model_folder(self, folder: str, name: str, problem: str) -> None:
        """Begin with the model of a folder, or keep the sentence that says why that cannot be."""
        if self._spec is None or self._spec.text is None:
            return
        if problem:
            self._refused["text.checkpoint"] = problem
        else:
            self._refused.pop("text.checkpoint", None)
            self._push(with_checkpoint(self._spec, folder, name), label_of("text.checkpoint"))
        self.faultsChanged.emit()

    @Slot(object)
    def _take_dataset(self, dataset: Mapping[str, Any]) -> None:
        if self._spec is not None and dataset["id"] == self._spec.data.dataset:
            self._take_columns(dataset, None)
            self._take(self._spec)

    # What becomes of it

    def _push(self, spec: RunSpec, text: str, key: str = "") -> None:
        if self._spec is not None and spec != self._spec:
            self.edited.emit()
            self.history.push(self._spec, spec, text, key)

    @Slot(object)
    def _take(self, spec: RunSpec) -> None:
        self._spec = spec
        self._families.keep(spec)
        self.changed.emit(spec)

    def _take_columns(self, dataset: Mapping[str, Any], columns: Sequence[Mapping[str, Any]] | None) -> None:
        found = columns if columns is not None else dataset.get("columns", ())
        self._types = {str(column["name"]): str(column["type"]) for column in found}
        rows = dataset.get("rows")
        self._row_count = rows if isinstance(rows, int) else None
        self.columnsChanged.emit(self._types)

    def _with(self, spec: RunSpec, key: str, value: JsonValue) -> RunSpec:
        if spec.family == "forecasting":
            return with_series_value(spec, key, value, self._types)
        if spec.family == "text":
            if key == "text.checkpoint":
                return with_checkpoint(spec, str(value))
            return with_text_value(spec, key, value, self._types, self._families.lengths())
        return with_value(spec, key, value)
