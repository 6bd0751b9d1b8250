"""A stand-in for the engine thread over a real store, and runs to fill it with. No test of a page starts a process."""

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.run_values import RunValues
from engine.runs import Outcome, Points, Progress, RunRecord, RunStore
from engine.runs.forecasts import read_live
from engine.runs.taps import TapWish, read_looks, read_newest, read_offer
from engine.runs.text_samples import read_history, read_samples
from engine.spec import DataSpec, KFoldSplit, ModelSpec, Roles, RunSpec, TabularSpec, TrainerSpec
from engine.training.disk import clear_checkpoints, clear_tokens, disk_use


class StoreEngine(QObject):
    """The signals and calls of EngineThread, answered at once from a real store; labs answer when a test says so."""

    runsChanged = Signal(object)
    runsRemoved = Signal(object)
    runStarted = Signal(str)
    seriesGrew = Signal(str, object)
    logGrew = Signal(str, object)
    eventsGrew = Signal(str, object)
    forecastsGrew = Signal(str, object)
    samplesGrew = Signal(str, object)
    tensorsTold = Signal(str, object)
    tensorsGrew = Signal(str, object)
    answered = Signal(int, object)
    failed = Signal(int, str)
    progressed = Signal(int, object)
    storeFailed = Signal(str)
    viewsChanged = Signal(object)
    fieldsTold = Signal(object, object)
    valuesTold = Signal(object)
    diskTold = Signal(str, object)

    def __init__(self, workspace: Path) -> None:
        super().__init__()
        self.workspace = workspace
        self.store = RunStore(workspace)
        self.asked: list[tuple[int, str, str, dict[str, Any]]] = []
        self.stopped: list[str] = []
        self.started: list[RunSpec] = []
        self.wished: list[tuple[Any, ...]] = []
        self.watched: dict[str, dict[str, Any]] = {}
        self._tickets = itertools.count(1)
        self._revision = -1
        self._views: dict[str, Any] | None = None
        self._values = RunValues()

    def tell(self) -> None:
        """Emit what changed since the last time, as the thread does twenty times a second."""
        self._revision, changed, removed = self.store.changed_since(self._revision)
        if changed:
            self.runsChanged.emit(changed)
        if removed:
            self.runsRemoved.emit(removed)
        for run in changed:
            if run.id in self.watched:
                self._tell_run(run.id)
        if told := self._values.changed(self.store, [run.id for run in changed]):
            self.valuesTold.emit(told)
        if (views := self.store.views()) != self._views:
            self._views = views
            self.viewsChanged.emit(views)

    def watch(self, run_id: str) -> None:
        self.watched[run_id] = {"points": {}, "event": 0, "line": 0}
        self.runsChanged.emit([self.store.run(run_id)])
        self._tell_run(run_id)

    def tellAxes(self, run_id: str) -> None:
        """Everything was told with its axes already."""

    def unwatch(self, run_id: str) -> None:
        self.watched.pop(run_id, None)

    def _tell_run(self, run_id: str) -> None:
        told = self.watched[run_id]
        grown = {}
        for info in self.store.series_keys(run_id):
            start = told["points"].get(info.key, 0)
            if info.count > start:
                grown[info.key] = self.store.series(run_id, info.key, start)
                told["points"][info.key] = info.count
        if grown:
            self.seriesGrew.emit(run_id, grown)
        if events := self.store.events(run_id, told["event"]):
            told["event"] = events[-1].index
            self.eventsGrew.emit(run_id, events)
            if (live := read_live(self.store.run_folder(run_id))) is not None:
                self.forecastsGrew.emit(run_id, live)
            if (newest := read_samples(self.store.run_folder(run_id))) is not None:
                self.samplesGrew.emit(run_id, [*read_history(self.store.run_folder(run_id))[0], newest])
            if (offer := read_offer(self.store.run_folder(run_id))) is not None:
                self.tensorsTold.emit(run_id, offer)
            if (look := read_newest(self.store.run_folder(run_id))) is not None:
                self.tensorsGrew.emit(run_id, [*read_looks(self.store.run_folder(run_id))[0], look])
        if lines := self.store.log(run_id, told["line"]):
            told["line"] = lines[-1].index
            self.logGrew.emit(run_id, lines)

    def ask(self, lab: str, method: str, params: dict[str, Any]) -> int:
        ticket = next(self._tickets)
        self.asked.append((ticket, lab, method, params))
        return ticket

    def cancel(self, ticket: int) -> None:
        self.asked = [request for request in self.asked if request[0] != ticket]

    def pending(self, method: str) -> list[tuple[int, dict[str, Any]]]:
        return [(ticket, params) for ticket, _, its, params in self.asked if its == method]

    def startRun(self, spec: RunSpec) -> None:
        self.started.append(spec)

    def pauseRun(self, run_id: str) -> None:
        self.wished.append(("pause", run_id))

    def resumeRun(self, run_id: str) -> None:
        self.wished.append(("resume", run_id))

    def changeRun(self, run_id: str, field: str, value: float) -> None:
        self.wished.append(("change", run_id, field, value))

    def tapRun(self, run_id: str, wish: TapWish) -> None:
        self.wished.append(("tap", run_id, wish))

    def extendRun(self, run_id: str, epochs: int) -> None:
        self.wished.append(("extend", run_id, epochs))

    def stopRun(self, run_id: str) -> None:
        self.stopped.append(run_id)

    def measureDisk(self, run_id: str) -> None:
        workspace = self.store.workspace if self.store.run(run_id).reads_texts else None
        self.diskTold.emit(run_id, disk_use(self.store.run_folder(run_id), workspace))

    def clearCheckpoints(self, run_id: str, state_too: bool, tokens_too: bool = False) -> None:
        clear_checkpoints(self.store.run_folder(run_id), state_too)
        if tokens_too:
            clear_tokens(self.store.workspace)
        self.measureDisk(run_id)

    def renameRun(self, run_id: str, name: str) -> None:
        self.store.rename(run_id, name)
        self.tell()

    def starRun(self, run_id: str, starred: bool) -> None:
        self.store.set_starred(run_id, starred)
        self.tell()

    def noteRun(self, run_id: str, note: str) -> None:
        self.store.set_note(run_id, note)
        self.tell()

    def tagRuns(self, ids: list[str], tags: tuple[str, ...]) -> None:
        self.store.set_tags_of(ids, tags)
        self.tell()

    def groupRuns(self, ids: list[str], name: str) -> None:
        self.store.set_group(ids, name)
        self.tell()

    def saveView(self, name: str, view: dict[str, Any]) -> None:
        self.store.save_view(name, view)
        self.tell()

    def deleteView(self, name: str) -> None:
        self.store.delete_view(name)
        self.tell()

    def showColumns(self, columns: list[str]) -> None:
        if told := self._values.want(self.store, columns):
            self.valuesTold.emit(told)
        while self._values.waiting:
            if told := self._values.go_on(self.store):
                self.valuesTold.emit(told)

    def tellFields(self) -> None:
        self._values.ask_fields()
        while self._values.waiting:
            if fields := self._values.go_on_fields(self.store):
                self.fieldsTold.emit(*fields)

    def trashRuns(self, ids: list[str]) -> None:
        self.store.trash(ids)
        self.tell()

    def restoreRuns(self, ids: list[str]) -> None:
        self.store.restore(ids)
        self.tell()


def make_spec(name: str = "", task: str = "classification", folds: int = 0, **trainer: Any) -> RunSpec:
    """A small specification on the table that suits its task."""
    table, target = ("breast cancer", "diagnosis") if task == "classification" else ("diabetes", "progression")
    extra: dict[str, Any] = {"split": KFoldSplit(folds=folds)} if folds else {}
    return RunSpec(
        name=name,
        data=DataSpec(dataset="0" * 16, name=table, roles=Roles(target=(target,), continuous=("mean radius",))),
        model=ModelSpec(name="ft_transformer" if folds else "category_embedding", params={"layers": "128-64"}),
        tabular=TabularSpec(task=task),
        trainer=TrainerSpec(epochs=20, batch_size=64, **trainer),
        **extra,
    )


def training_points(
    epochs: int, steps_per_epoch: int = 40, seed: int = 7, started: float | None = None, fold: str = ""
) -> dict[str, Points]:
    """Series as a run records them: the loss of every step, validation once an epoch, and the four gauges."""
    random = np.random.default_rng(seed)
    keys = ("train/loss", "valid/loss", "train/accuracy", "valid/accuracy", "lr", "grad_norm", "rows_per_second")
    points = {f"{fold}{key}": Points() for key in keys}
    total, begun = max(1, 20 * steps_per_epoch), time.time() - 60 if started is None else started
    for step in range(1, epochs * steps_per_epoch + 1):
        epoch, when = step / steps_per_epoch, begun + step * 0.05
        fall = np.exp(-3 * step / total)
        row = {
            "train/loss": 0.08 + 0.6 * fall + random.normal(0, 0.05) * (0.3 + fall),
            "lr": 1e-3 * 0.5 * (1 + np.cos(np.pi * step / total)),
            "grad_norm": 0.4 + 2 * fall * random.gamma(4, 0.25),
        }
        if step % steps_per_epoch == 0:
            over = 0.0004 * max(0.0, epoch - 13) ** 2
            row["valid/loss"] = 0.11 + 0.55 * fall + over + random.normal(0, 0.008)
            row["train/accuracy"] = 0.985 - 0.35 * fall + random.normal(0, 0.004)
            row["valid/accuracy"] = 0.968 - 0.35 * fall - over + random.normal(0, 0.006)
            row["rows_per_second"] = 410_000 + random.normal(0, 9_000)
        for key, value in row.items():
            points[f"{fold}{key}"].add(step, float(value), epoch, when)
    return points


class Samples:
    """Makes runs in every state inside a store."""

    def __init__(self, store: RunStore) -> None:
        self.store = store

    def queued(self, name: str = "waiting", **more: Any) -> str:
        return self.store.create_run(make_spec(name, **more)).id

    def running(self, name: str = "breast cancer, wide", epochs: int = 8, **more: Any) -> str:
        run_id = self.queued(name, **more)
        self.store.claim(run_id, 1, 1.0)
        from engine.runs import RunStatus

        self.store.set_status(run_id, RunStatus.RUNNING)
        progress = Progress("training", epochs * 40, 800, float(epochs), 20, 412_345.0, 34.0)
        self.store.append(
            run_id,
            metrics=training_points(epochs),
            log=[(time.time(), "info", "Splitting 569 rows: 399 train, 85 valid, 85 test")],
            progress=progress,
            summary={"valid/loss": 0.12, "valid/accuracy": 0.96},
        )
        return run_id

    def ended(self, outcome: Outcome, name: str = "breast cancer, wide", epochs: int = 20, **more: Any) -> str:
        run_id = self.running(name, epochs, **more)
        self.store.finish(run_id, outcome)
        return run_id

    def finished(self, name: str = "breast cancer, wide", **more: Any) -> str:
        return self.ended(Outcome.finished(), name, **more)

    def many(self, count: int) -> list[str]:
        """Write so many finished runs in one transaction."""
        first = self.finished("seed run")
        row = self.store._db.execute("SELECT * FROM runs WHERE id = ?", (first,))
        names = [column[0] for column in row.description]
        values = dict(zip(names, row.fetchone(), strict=True))
        ids = [f"{place:08x}" for place in range(count)]
        self.store._db.execute("BEGIN")
        for place, run_id in enumerate(ids):
            fresh = {**values, "id": run_id, "name": f"sweep {place:05d}", "created": values["created"] - 60 * place}
            marks = ", ".join("?" * len(fresh))
            self.store._db.execute(f"INSERT INTO runs ({', '.join(fresh)}) VALUES ({marks})", tuple(fresh.values()))
        self.store._db.execute("COMMIT")
        return ids


class Labs(QObject):
    """The part of EngineThread that the Train page uses; it keeps what it is asked until a test answers."""

    answered = Signal(int, object)
    failed = Signal(int, str)
    progressed = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, str, dict[str, Any]]] = []
        self._tickets = itertools.count(1)

    def ask(self, _lab: str, method: str, params: dict[str, Any]) -> int:
        self.asked.append((next(self._tickets), method, params))
        return self.asked[-1][0]

    def cancel(self, ticket: int) -> None:
        self.asked = [one for one in self.asked if one[0] != ticket]

    def of(self, method: str) -> list[tuple[int, str, dict[str, Any]]]:
        """Return what waits for an answer of this kind."""
        return [one for one in self.asked if one[1] == method]

    def answer(self, method: str, value: Any) -> None:
        """Answer the last question of this kind."""
        ticket = self.of(method)[-1][0]
        self.cancel(ticket)
        self.answered.emit(ticket, value)


@pytest.fixture
def labs(qapp: Any) -> Labs:
    """Labs that answer when a test says so."""
    return Labs()


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget, int, int], QWidget]:
    """Shows a page in this width and height, and closes it after the test."""

    def show(page: QWidget, width: int, height: int) -> QWidget:
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        return page

    return show


@pytest.fixture
def engine(workspace: Path, qapp: Any) -> Iterator[StoreEngine]:
    """An engine thread's stand-in over an empty workspace."""
    stand_in = StoreEngine(workspace)
    yield stand_in
    stand_in.store.close()


@pytest.fixture
def samples(engine: StoreEngine) -> Samples:
    """Makes runs in the stand-in's store."""
    return Samples(engine.store)


@pytest.fixture
def spec_of() -> Callable[..., RunSpec]:
    """Makes specifications."""
    return make_spec


@pytest.fixture
def series_of() -> Callable[..., dict[str, Points]]:
    """Makes the series of a run."""
    return training_points


@pytest.fixture
def record_of(engine: StoreEngine) -> Callable[[str], RunRecord]:
    """Reads a run's record."""
    return engine.store.run
