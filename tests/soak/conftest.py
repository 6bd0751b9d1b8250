"""What a test of kills needs: a window in a process of its own, and a witness who remembers every point it was shown."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from engine import datasets
from engine.jobs.processes import is_alive
from engine.runs import RunRecord, RunStatus, RunStore
from engine.spec import DataSpec, ForecastingSpec, HoldoutSplit, ModelSpec, Roles, RunSpec, TrainerSpec

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90.0
LOOK_EVERY_S = 0.02  # leaves the cores to those who train
NEVER = threading.Event()

WINDOW = Path(__file__).with_name("window.py")


class Window:
    """A process that has the workspace open and shows its runs; it may be killed, and opened again."""

    def __init__(self, workspace: Path, name: str = "shown", stands_by: bool = True) -> None:
        self._workspace = workspace
        self._name = name
        self._stands_by = stands_by
        self._process: subprocess.Popen[bytes] | None = None
        self.shown: list[Path] = []
        """A file for each time it was opened: what was shown."""

    @property
    def is_open(self) -> bool:
        return self._process is not None

    def open(self) -> None:
        self.shown.append(self._workspace / f"{self._name}-{len(self.shown)}")
        command = [sys.executable, WINDOW, self._workspace, self.shown[-1], *([] if self._stands_by else ["alone"])]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)

    def kill(self) -> None:
        """End the window by SIGKILL; what it started is left to itself."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def children(self) -> list[psutil.Process]:
        return [] if self._process is None else psutil.Process(self._process.pid).children(recursive=True)


class Witness:
    """Remembers every point that was shown: by the windows, and to itself, which reads the store as a page does."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._seen: dict[tuple[str, str], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        self._read: dict[Path, int] = {}
        self.points = 0
        self.points_in_windows = 0

    def look(self, store: RunStore, run_id: str) -> None:
        """See what is new in a run."""
        for info in store.series_keys(run_id):
            known = self._known(run_id, info.key)
            if info.count > known:
                news = store.series(run_id, info.key, known, axes=())
                self._remember(run_id, info.key, known, news.steps, news.values)

    def hear(self, shown: Path) -> None:
        """Take what a window has shown since it was last heard; a piece that a kill cut short was not shown."""
        with shown.open("rb") if shown.exists() else closing(BytesIO()) as file:
            file.seek(self._read.get(shown, 0))
            while (line := file.readline()).endswith(b"\n"):
                head = json.loads(line)
                data = file.read(16 * head["count"])
                if len(data) < 16 * head["count"]:
                    break
                steps, values = np.frombuffer(data, np.int64, head["count"]), np.frombuffer(data, np.float64)
                self._remember(head["run"], head["key"], head["start"], steps, values[head["count"] :])
                self.points_in_windows += head["count"]
                self._read[shown] = file.tell()

    def testify(self) -> None:
        """Fail where the store is damaged, or where a point is gone, moved or changed that was shown before."""
        with closing(sqlite3.connect(self._workspace / "workspace.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        with RunStore(self._workspace) as store:
            for (run_id, key), (steps, values) in self._seen.items():
                kept = store.series(run_id, key, axes=())
                np.testing.assert_array_equal(kept.steps[: len(steps)], steps)
                np.testing.assert_array_equal(kept.values[: len(values)], values)

    def _known(self, run_id: str, key: str) -> int:
        return len(self._seen[run_id, key][0]) if (run_id, key) in self._seen else 0

    def _remember(
        self, run_id: str, key: str, start: int, steps: NDArray[np.int64], values: NDArray[np.float64]
    ) -> None:
        """Keep points from a place on; those that were seen before must be the same."""
        before = self._seen.get((run_id, key), (np.empty(0, dtype=np.int64), np.empty(0)))
        known = len(before[0])
        assert start <= known, f"{run_id} {key}: points {known} to {start} were left out"
        again = min(known - start, len(steps))
        np.testing.assert_array_equal(steps[:again], before[0][start : start + again])
        np.testing.assert_array_equal(values[:again], before[1][start : start + again])
        self._seen[run_id, key] = (
            np.concatenate([before[0], steps[again:]]),
            np.concatenate([before[1], values[again:]]),
        )
        self.points += len(steps) - again


class Story:
    """A workspace in which a window works the queue off, and processes meet a violent end at random moments."""

    def __init__(self, workspace: Path, spec: RunSpec, chance: random.Random, stands_by: bool = True) -> None:
        self.spec = spec
        self.chance = chance
        self.witness = Witness(workspace)
        self.window = Window(workspace, stands_by=stands_by)
        self.other = Window(workspace, "other", stands_by)
        self.store = RunStore(workspace)
        self._run_id = ""
        self._orphans: list[psutil.Process] = []
        self.kills = 0
        self.ended = 0
        """How many kills ended the run; the others left it at work, or it waits again."""
        self.resumed = 0

    def kill(self, victims: Sequence[str], longest: float, early: bool = False) -> RunRecord:
        """Let a run train for up to `longest` seconds, kill, and look whether everything is still there.

        `early` kills while the worker warms up. Returns the run as it stands when every process has noticed; one that
        came to its end before is left alone, and is not counted.
        """
        self._run_id = self._next_run()
        if not self.window.is_open:
            self.window.open()
        if not early:
            known = self.witness.points
            wait_until(lambda: self._see() > known or self._is_over(), "a first point")
        deadline = time.monotonic() + self.chance.uniform(0, longest)
        while time.monotonic() < deadline:
            self._see()
            NEVER.wait(LOOK_EVERY_S)
        if self._is_over():
            return self.store.run(self._run_id)
        self._strike(victims)
        self.kills += 1
        self._testify()
        if not self.window.is_open:
            self.window.open()
        wait_until(self._is_settled, "an honest status")
        self._see()
        self._testify()
        run = self.store.run(self._run_id)
        self.ended += run.status.can_resume
        return run

    def expect_no_orphans(self) -> None:
        """Wait until nothing is left of the windows that were killed, but the worker that trains."""

        def is_tidy() -> bool:
            training = self.store.run(self._run_id).pid
            return not any(lives(one) for one in self._orphans if one.pid != training)

        try:
            wait_until(is_tidy, "the end of what killed windows had started")
        except AssertionError as error:
            left = [told(one) for one in self._orphans if lives(one)]
            raise AssertionError(f"{error}: {self.store.run(self._run_id).pid} trains; {left}") from None

    def close(self) -> None:
        """End everything that is still at work."""
        self._orphans += self.other.children()
        self.other.kill()
        self._orphans += self.window.children()
        self.window.kill()
        for run in self.store.runs():
            if (worker := worker_of(run)) is not None:
                end(worker)
        for orphan in self._orphans:
            end(orphan)
        self.store.close()

    def expect_every_point_in(self, window: Window) -> None:
        """Wait until a window that was open from the beginning has shown every point that was recorded."""
        alone = Witness(self.store.workspace)

        def is_whole() -> bool:
            alone.hear(window.shown[-1])
            return alone.points == sum(
                info.count for run in self.store.runs() for info in self.store.series_keys(run.id)
            )

        wait_until(is_whole, "every point in a window")

    def finish(self) -> list[str]:
        """Let every run go on to its end; returns their ids."""
        if not self.window.is_open:
            self.window.open()
        for run in self.store.runs():
            self._run_id = run.id
            while self.store.run(run.id).status is not RunStatus.FINISHED:
                self._go_on()
                wait_until(self._is_over, "the end of a run", 20 * PATIENCE_S)
                self._see()
        self._testify()
        assert self.resumed == self.ended
        return [run.id for run in self.store.runs()]

    def undisturbed(self) -> str:
        """Let the same run train without being killed; returns its id."""
        self._run_id = self.store.create_run(self.spec, waiting=True).id
        wait_until(self._is_over, "the end of a run", 20 * PATIENCE_S)
        return self._run_id

    def recorded(self, run_id: str) -> dict[str, tuple[list[int], bytes]]:
        """Return every point of a run but those that tell of time and memory: steps and the bytes of the values."""
        found = {}
        for info in self.store.series_keys(run_id):
            if not info.key.endswith(("rows_per_second", "device/memory")):
                series = self.store.series(run_id, info.key, axes=())
                found[info.key] = (series.steps.tolist(), series.values.tobytes())
        return found

    def _testify(self) -> None:
        for shown in (*self.window.shown, *self.other.shown):
            self.witness.hear(shown)
        self.witness.testify()

    def _next_run(self) -> str:
        if self._run_id and self.store.run(self._run_id).status is not RunStatus.FINISHED:
            self._go_on()
            return self._run_id
        return self.store.create_run(self.spec, waiting=True).id

    def _go_on(self) -> None:
        """Let a run that was killed be resumed by whichever window has room."""
        if self.store.reopen(self._run_id):
            assert self.store.enqueue(self._run_id)
            self.resumed += 1

    def _is_over(self) -> bool:
        return self.store.run(self._run_id).status.is_over

    def _see(self) -> int:
        """Look at the run; returns how many points were seen in all. Fails where the run did not do well."""
        self.witness.look(self.store, self._run_id)
        run = self.store.run(self._run_id)
        assert run.status is not RunStatus.FAILED, run.outcome
        return self.witness.points

    def _strike(self, victims: Sequence[str]) -> None:
        for victim in victims:
            if victim == "window":
                self._orphans += self.window.children()
                self.window.kill()
                continue
            worker = worker_of(self.store.run(self._run_id))
            struck = [worker] if worker is not None else [*self.window.children(), *self._orphans]
            for process in struck:
                end(process)
            wait_until_gone(struck)

    def _is_settled(self) -> bool:
        """Whether what the store says of the run is true: at work with a worker, waiting, or over."""
        run = self.store.run(self._run_id)
        if run.status.is_active:
            return worker_of(run) is not None
        return run.status.is_over or run.status is RunStatus.QUEUED


@pytest.fixture(params=["tabular", "forecasting"])
def family(request: pytest.FixtureRequest) -> str:
    """Each family in turn."""
    return str(request.param)


@pytest.fixture
def spec(workspace: Path, family: str) -> RunSpec:
    """A small run that takes about half a minute, and comes out the same each time."""
    whole = {"early_stopping": {"enabled": False}, "threads": 1}
    if family == "forecasting":
        return _of_sunspots(workspace, TrainerSpec(epochs=1000, batch_size=64, **whole))
    sample = datasets.import_sample(workspace, "wine")
    return RunSpec(
        data=DataSpec(dataset=sample.id, name="wine", roles=datasets.infer_roles(workspace, sample.id)),
        trainer=TrainerSpec(epochs=2000, batch_size=16, **whole),
    )


def _of_sunspots(workspace: Path, trainer: TrainerSpec) -> RunSpec:
    """A narrow N-HiTS on one series, four steps an epoch."""
    sample = datasets.import_sample(workspace, "sunspots")
    return RunSpec(
        family="forecasting",
        data=DataSpec(dataset=sample.id, name="sunspots", roles=Roles(target=("sunspots",))),
        split=HoldoutSplit(valid_steps=30, test_steps=30),
        model=ModelSpec(name="nhits", params={"hidden_size": 8}),
        forecasting=ForecastingSpec(timeline={"column": "year"}, windows={"encoder_length": 22, "horizon": 4}),
        trainer=trainer,
    )


@pytest.fixture
def story(request: pytest.FixtureRequest, workspace: Path, spec: RunSpec) -> Iterator[Story]:
    """A story; only a long one lets the windows have standby workers, each of which costs as much as one that trains."""
    one = Story(workspace, spec, random.Random(20), stands_by=request.node.get_closest_marker("soak") is not None)
    yield one
    one.close()


def wait_until(met: Callable[[], bool], what: str, patience: float = PATIENCE_S) -> None:
    """Look again and again until something is so. Time in which this process was itself stopped does not count."""
    left, before = patience, time.monotonic()
    while not met():
        assert left > 0, f"{what} did not come within {patience:.0f} s"
        NEVER.wait(LOOK_EVERY_S)
        now = time.monotonic()
        left, before = left - min(now - before, 1.0), now


def wait_until_gone(processes: Sequence[psutil.Process]) -> None:
    """Look until none of these processes runs any more."""
    wait_until(lambda: not any(map(lives, processes)), "the end of some processes")


def end(process: psutil.Process) -> None:
    """Kill a process that may be gone already."""
    with suppress(psutil.NoSuchProcess):
        process.kill()


def lives(process: psutil.Process) -> bool:
    """Whether a process still runs; one that is over and was not asked for its exit code does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def told(process: psutil.Process) -> str:
    """Tell what a process is and what it does, for the report of a failure."""
    with suppress(psutil.Error, OSError):
        waits_in = Path(f"/proc/{process.pid}/wchan").read_text()
        files = [(name.name, str(name.readlink())) for name in Path(f"/proc/{process.pid}/fd").iterdir()]
        return f"{process.as_dict(['pid', 'ppid', 'status', 'cmdline', 'create_time', 'cpu_times'])} {waits_in} {files}"
    return f"{process.pid}, gone"


def worker_of(run: RunRecord) -> psutil.Process | None:
    """Return the process that works on a run, if it is there."""
    return psutil.Process(run.pid) if run.pid is not None and is_alive(run.pid, run.pid_started) else None
