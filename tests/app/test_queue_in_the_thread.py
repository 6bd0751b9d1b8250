"""The engine thread starts what waits, tells how the queue stands, and refuses in words what came too late."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from engine.jobs.processes import start_time
from engine.runs import QueueState, RunStatus, RunStore
from engine.spec import DataSpec, RunSpec


@pytest.fixture
def engine(workspace: Path, qtbot: QtBot) -> Iterator[EngineThread]:
    thread = EngineThread(workspace)
    yield thread
    thread.stop()


@pytest.fixture
def states(engine: EngineThread) -> list[QueueState]:
    told: list[QueueState] = []
    engine.queueChanged.connect(told.append)
    return told


def spec(name: str = "one") -> RunSpec:
    return RunSpec(name=name, data=DataSpec(dataset="abc"))


@pytest.fixture
def busy(workspace: Path) -> str:
    """A run at work, so that there is no room for another."""
    with RunStore(workspace) as store:
        run = store.create_run(spec("busy")).id
        store.claim(run, os.getpid(), start_time(os.getpid()) or 0.0)
        return run


def test_that_the_queue_is_told_at_opening_and_whenever_it_changes(
    engine: EngineThread, qtbot: QtBot, busy: str, states: list[QueueState], workspace: Path
) -> None:
    with RunStore(workspace) as store:
        first = store.create_run(spec("first"), waiting=True).id
        engine.start()
        qtbot.waitUntil(lambda: states[-1:] == [QueueState((first,), 1, 1)], timeout=10_000)
        engine.enqueue(spec("second"))
        qtbot.waitUntil(lambda: len(states[-1].waiting) == 2, timeout=10_000)
        second = states[-1].waiting[1]
        engine.moveInQueue(second, first)
        qtbot.waitUntil(lambda: states[-1].waiting == (second, first), timeout=10_000)
        engine.stopRun(second)
        qtbot.waitUntil(lambda: states[-1].waiting == (first,), timeout=10_000)
        assert store.run(second).status is RunStatus.STOPPED
        assert store.run(first).status is RunStatus.QUEUED


def test_that_moving_a_run_that_waits_no_more_is_refused_in_words(
    engine: EngineThread, qtbot: QtBot, busy: str
) -> None:
    engine.start()
    with qtbot.waitSignal(engine.refused, timeout=10_000) as refused:
        engine.moveInQueue(busy, None)
    assert "no longer waits" in refused.args[0]
    with qtbot.waitSignal(engine.refused, timeout=10_000):
        engine.startWaiting(busy)


def test_that_tags_groups_and_views_come_back_as_news(
    engine: EngineThread, qtbot: QtBot, busy: str, workspace: Path
) -> None:
    engine.start()
    with qtbot.waitSignal(engine.viewsChanged, check_params_cb=bool, timeout=10_000) as views:
        engine.saveView("mine", {"columns": ["name"]})
    assert views.args[0] == {"mine": {"columns": ["name"]}}
    with qtbot.waitSignal(engine.viewsChanged, check_params_cb=lambda told: not told, timeout=10_000):
        engine.deleteView("mine")
    with qtbot.waitSignal(
        engine.runsChanged, check_params_cb=lambda runs: bool(runs) and runs[0].group == "g", timeout=10_000
    ) as told:
        engine.tagRuns([busy], ["a", "b"])
        engine.groupRuns([busy], "g")
    assert told.args[0][0].tags == ("a", "b")


def test_that_a_run_at_work_cannot_be_resumed_and_says_so(engine: EngineThread, qtbot: QtBot, busy: str) -> None:
    engine.start()
    for wish in (engine.resumeRun, engine.resumeInQueue):
        with qtbot.waitSignal(engine.refused, timeout=10_000) as refused:
            wish(busy)
        assert "nothing to resume" in refused.args[0]
    with qtbot.waitSignal(engine.refused, timeout=10_000):
        engine.changeRun(busy, "trainer.batch_size", 3)
    with qtbot.waitSignal(engine.refused, timeout=10_000):
        engine.extendRun(busy, 3)


def test_that_a_pause_is_asked_of_the_worker(engine: EngineThread, qtbot: QtBot, busy: str, workspace: Path) -> None:
    engine.start()
    with qtbot.waitSignal(
        engine.runsChanged,
        check_params_cb=lambda runs: bool(runs) and runs[0].status is RunStatus.PAUSING,
        timeout=10_000,
    ):
        engine.pauseRun(busy)
    with RunStore(workspace) as store:
        assert [command.kind for command in store.take_commands(busy)] == ["pause"]
