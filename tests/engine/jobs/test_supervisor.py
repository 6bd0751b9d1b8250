"""A run is trained by a process of its own; however that ends, the run says so in words and nothing shown is lost."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine import datasets
from engine.jobs.processes import is_alive, start_time
from engine.jobs.supervisor import Supervisor
from engine.runs import OutcomeKind, RunRecord, RunStatus, RunStore
from engine.spec import DataSpec, RunSpec, TrainerSpec

LONG = 100_000
NEVER = threading.Event()
LOOK_EVERY_S = 0.02  # who looks all the time takes the core from the worker that is waited for


@pytest.fixture(scope="module")
def watcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """One supervisor for all tests here."""
    one = Supervisor(tmp_path_factory.mktemp("supervised"), stands_by=False)
    yield one
    one.close()


@pytest.fixture
def workspace(watcher: Supervisor) -> Path:
    return watcher.workspace


@pytest.fixture
def supervisor(watcher: Supervisor) -> Iterator[Supervisor]:
    yield watcher
    with RunStore(watcher.workspace) as store:
        for run in store.runs():
            if run.status.is_active:
                watcher.kill(run.id)
                watcher.wait(run.id, 20)


def queued(workspace: Path, epochs: int) -> str:
    sample = datasets.import_sample(workspace, "wine")
    spec = RunSpec(
        data=DataSpec(dataset=sample.id, name="wine", roles=datasets.infer_roles(workspace, sample.id)),
        trainer=TrainerSpec(epochs=epochs, batch_size=32, early_stopping={"enabled": False}, threads=1),
    )
    with RunStore(workspace) as store:
        return store.create_run(spec).id


def wait_for_loss(workspace: Path, run_id: str) -> RunRecord:
    """Return the run when its first points are in the store."""
    deadline = time.monotonic() + 90
    with RunStore(workspace) as store:
        while time.monotonic() < deadline:
            run = store.run(run_id)
            if any(info.key == "train/loss" for info in store.series_keys(run_id)):
                return run
            assert not run.status.is_over, run.outcome
            NEVER.wait(LOOK_EVERY_S)
    raise AssertionError("the run recorded nothing within 90 s")


def test_that_a_run_is_trained_to_its_end_in_another_process(workspace: Path, supervisor: Supervisor) -> None:
    run_id = queued(workspace, epochs=2)
    supervisor.start(run_id)
    assert supervisor.wait(run_id, 100)
    with RunStore(workspace) as store:
        run = store.run(run_id)
        assert run.outcome is not None and run.outcome.kind is OutcomeKind.FINISHED, run.outcome
        assert run.pid not in {None, os.getpid()}
        assert store.series(run_id, "valid/loss").values.size == 2
        assert "test/accuracy" in run.summary


def test_that_a_killed_worker_is_a_crash_in_words_and_every_shown_point_is_kept(
    workspace: Path, supervisor: Supervisor
) -> None:
    run_id = queued(workspace, epochs=LONG)
    supervisor.start(run_id)
    run = wait_for_loss(workspace, run_id)
    with RunStore(workspace) as store:
        shown = store.series(run_id, "train/loss").values
        assert run.pid is not None
        psutil.Process(run.pid).kill()
        assert supervisor.wait(run_id, 30)
        run = store.run(run_id)
        assert run.status is RunStatus.CRASHED
        assert run.outcome is not None and "SIGKILL" in run.outcome.cause
        assert store.series(run_id, "train/loss").values[: len(shown)].tolist() == shown.tolist()


def test_that_a_run_outlives_its_supervisor_and_is_adopted(workspace: Path, supervisor: Supervisor) -> None:
    run_id = queued(workspace, epochs=LONG)
    supervisor.start(run_id)
    run = wait_for_loss(workspace, run_id)
    second = Supervisor(workspace, stands_by=False)
    assert [adopted.id for adopted in second.reconcile()] == [run_id]
    second.kill(run_id)
    assert supervisor.wait(run_id, 30)
    assert not is_alive(run.pid, run.pid_started)
    second.close()


def test_that_a_run_whose_worker_is_gone_is_interrupted_not_running(workspace: Path, supervisor: Supervisor) -> None:
    run_id = queued(workspace, epochs=1)
    with RunStore(workspace) as store:
        store.claim(run_id, os.getpid(), (start_time(os.getpid()) or 0) - 1000)
        assert supervisor.reconcile() == []
        assert store.run(run_id).status is RunStatus.INTERRUPTED


def test_that_an_adopted_run_whose_worker_is_killed_has_crashed(workspace: Path, supervisor: Supervisor) -> None:
    run_id = queued(workspace, epochs=1)
    with (
        RunStore(workspace) as store,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as worker,
    ):
        store.claim(run_id, worker.pid, start_time(worker.pid) or 0)
        assert [adopted.id for adopted in supervisor.reconcile()] == [run_id]
        worker.kill()
        worker.wait()
        assert supervisor.reconcile() == []
        outcome = store.run(run_id).outcome
    assert outcome is not None and outcome.kind is OutcomeKind.CRASHED
    assert "disappeared" in outcome.cause
