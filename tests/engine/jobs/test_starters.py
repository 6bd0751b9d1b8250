"""Who starts a run may die at any moment, or fail to: the run is never left queued with nobody to start it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.jobs import supervisor as supervisor_module
from engine.jobs.conditions import NotNow
from engine.jobs.dispatch import Dispatcher
from engine.jobs.supervisor import Supervisor
from engine.runs import Outcome, RunRecord, RunStatus, RunStore
from engine.spec import DataSpec, RunSpec

ROOT = Path(__file__).resolve().parents[3]
DIES = """
import os, signal, sys
from pathlib import Path
from engine.jobs.processes import this_process
from engine.jobs.supervisor import Supervisor
from engine.runs import RunStore
workspace, run_id = Path(sys.argv[1]), sys.argv[2]
if run_id == "new":
    with RunStore(workspace) as store:
        store.create_run(store.runs()[0].spec, holder=this_process())
else:
    Supervisor(workspace).reopen(run_id)
os.kill(os.getpid(), signal.SIGKILL)
"""


def ended_run(workspace: Path) -> str:
    dataset = "a" * 16
    (workspace / "datasets" / dataset).mkdir(parents=True)
    (workspace / "datasets" / dataset / "data.parquet").touch()
    with RunStore(workspace) as store:
        run = store.create_run(RunSpec(name="night", data=DataSpec(dataset=dataset))).id
        store.claim(run, os.getpid(), 1.0)
        store.finish(run, Outcome.crashed(-9))
    return run


def by_one_that_dies(workspace: Path, run_id: str) -> None:
    died = subprocess.run([sys.executable, "-c", DIES, str(workspace), run_id], cwd=ROOT, timeout=60)
    assert died.returncode == -9


def newest(workspace: Path) -> RunRecord:
    with RunStore(workspace) as store:
        return store.runs()[0]


def recovered_by_command(workspace: Path) -> None:
    Supervisor(workspace).reconcile()


def recovered_by_window(workspace: Path) -> None:
    with RunStore(workspace) as store:
        Dispatcher(Supervisor(workspace)).recover(store)


@pytest.mark.parametrize("recover", [recovered_by_command, recovered_by_window])
def test_that_a_run_whose_starter_died_between_reopening_and_starting_can_be_resumed_again(
    workspace: Path, recover: Callable[[Path], None]
) -> None:
    run_id = ended_run(workspace)
    by_one_that_dies(workspace, run_id)
    assert newest(workspace).status is RunStatus.QUEUED
    recover(workspace)
    run = newest(workspace)
    assert run.status is RunStatus.INTERRUPTED and run.outcome is not None
    assert "Resume" in run.outcome.advice and run.attempt == 2
    Supervisor(workspace).reopen(run_id)
    recover(workspace)  # this process lives: it is about to start it
    assert newest(workspace).status is RunStatus.QUEUED


def test_that_a_new_run_whose_starter_died_is_not_queued_for_ever(workspace: Path) -> None:
    ended_run(workspace)
    by_one_that_dies(workspace, "new")
    assert newest(workspace).status is RunStatus.QUEUED
    Supervisor(workspace).reconcile()
    assert newest(workspace).status is RunStatus.INTERRUPTED


def test_that_a_run_for_which_no_worker_can_be_started_is_given_back(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(supervisor_module, "spawn", refuse)
    supervisor = Supervisor(workspace)
    run_id = ended_run(workspace)
    for start in (supervisor.resume, lambda run: (supervisor.reopen(run), supervisor.start_detached(run))):
        with pytest.raises(BlockingIOError):
            start(run_id)
        assert newest(workspace).status is RunStatus.INTERRUPTED
    supervisor.reopen(run_id, waiting=True)
    with RunStore(workspace) as store, pytest.raises(BlockingIOError):
        Dispatcher(supervisor).start_waiting(store)
    assert newest(workspace).queue_place is not None
    with pytest.raises(NotNow, match="is queued"):
        supervisor.resume(run_id)


def test_that_a_worker_whose_end_could_not_be_recorded_is_told_of_later(workspace: Path) -> None:
    run_id = ended_run(workspace)
    supervisor = Supervisor(workspace)
    supervisor.reopen(run_id)
    with RunStore(workspace) as store:
        store.claim(run_id, 999_999_999, 1.0)
    supervisor._unrecorded[run_id] = Outcome.crashed(-11)
    supervisor.reconcile()
    run = newest(workspace)
    assert run.status is RunStatus.CRASHED and run.outcome is not None and "SIGSEGV" in run.outcome.cause
    assert supervisor._unrecorded == {}
