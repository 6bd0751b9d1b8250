"""The engine thread answers by signals, tells the store's news, and drops what nobody waits for any more."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread, Requests
from engine.runs import Outcome, Points, RunStore
from engine.spec import DataSpec, RunSpec


@pytest.fixture
def engine(workspace: Path, qtbot: QtBot) -> Iterator[EngineThread]:
    thread = EngineThread(workspace)
    thread.start()
    yield thread
    thread.stop()


def spec(name: str = "one") -> RunSpec:
    return RunSpec(name=name, data=DataSpec(dataset="abc"))


def test_that_a_run_recorded_elsewhere_appears_in_the_window(
    engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    with RunStore(workspace) as store:
        with qtbot.waitSignal(engine.runsChanged, check_params_cb=bool, timeout=10_000) as told:
            run = store.create_run(spec())
        assert [changed.id for changed in told.args[0]] == [run.id]


def test_that_a_watched_run_tells_each_point_once_and_in_order(
    engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    heard: list[float] = []
    starts: list[int] = []

    def take(_run: str, series: dict[str, object]) -> None:
        part = series["train/loss"]
        starts.append(part.start)
        heard.extend(part.values.tolist())

    engine.seriesGrew.connect(take)
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        for first in range(0, 3000, 100):
            steps = list(range(first, first + 100))
            store.append(run, {"train/loss": Points(steps, [float(step) for step in steps], [0.0] * 100, [0.0] * 100)})
            if first == 1000:
                engine.watch(run)
    qtbot.waitUntil(lambda: len(heard) == 3000, timeout=10_000)
    assert heard == [float(step) for step in range(3000)]
    assert starts[0] == 0


def test_that_log_and_events_of_a_watched_run_are_told(engine: EngineThread, qtbot: QtBot, workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        store.append(run, log=[(1.0, "info", "hello")])
        with qtbot.waitSignal(engine.logGrew, timeout=10_000) as told:
            engine.watch(run)
        assert [line.text for line in told.args[1]] == ["hello"]
        with qtbot.waitSignal(engine.eventsGrew, timeout=10_000) as happened:
            store.append(run, events=[(2.0, "best", {"epoch": 1})])
        assert happened.args[1][0].kind == "best"


def test_that_a_superseded_request_is_never_answered(engine: EngineThread, qtbot: QtBot) -> None:
    requests = Requests(engine)
    answers: list[tuple[str, object]] = []
    requests.answered.connect(lambda name, value: answers.append((name, value)))
    requests.ask("list", "data", "samples")
    requests.ask("list", "data", "datasets")
    requests.ask("end", "data", "datasets")
    qtbot.waitUntil(lambda: len(answers) >= 2 and not requests.isWaiting("end"), timeout=30_000)
    assert sorted(answers) == [("end", []), ("list", [])]


def test_that_a_failed_request_tells_a_sentence(engine: EngineThread, qtbot: QtBot) -> None:
    requests = Requests(engine)
    with qtbot.waitSignal(requests.failed, timeout=30_000) as failed:
        requests.ask("open", "data", "preview", path="/nowhere/a.csv")
    assert failed.args[0] == "open"
    assert "a.csv" in failed.args[1]


def test_that_asking_from_the_gui_thread_never_waits_for_the_engine(engine: EngineThread, qtbot: QtBot) -> None:
    release = threading.Event()
    engine._tasks.put(lambda: (release.wait(30), None)[1])  # the engine thread is busy until it is released
    with qtbot.waitSignal(engine.answered, timeout=30_000):
        engine.ask("data", "datasets", {})
        engine.renameRun("nothing", "name")
        engine.stopRun("nothing")
        release.set()


def test_that_trouble_with_one_command_is_told_and_the_thread_goes_on(engine: EngineThread, qtbot: QtBot) -> None:
    with qtbot.waitSignal(engine.storeFailed, timeout=10_000) as trouble:
        engine.stopRun("nothing")
    assert "nothing" in trouble.args[0]
    with qtbot.waitSignal(engine.answered, timeout=30_000):
        engine.ask("data", "datasets", {})


def test_that_checkpoints_are_cleared_on_the_thread_unless_the_run_still_needs_them(
    engine: EngineThread, qtbot: QtBot
) -> None:
    with RunStore(engine.workspace) as store:
        run = store.create_run(RunSpec(name="kept", data=DataSpec(dataset="x"))).id
        folder = store.run_folder(run) / "checkpoints"
        folder.mkdir(parents=True)
        (folder / "best-1.safetensors").write_bytes(b"x" * 3000)
        store.claim(run, 1, 0.0)
        with qtbot.waitSignal(engine.refused, timeout=10_000) as refused:
            engine.clearCheckpoints(run, False)
        assert "still needs its checkpoints" in refused.args[0]
        store.finish(run, Outcome.finished())
    with qtbot.waitSignal(engine.diskTold, timeout=10_000) as told:
        engine.measureDisk(run)
    assert told.args[0] == run and told.args[1].checkpoints == 3000
    with qtbot.waitSignal(engine.diskTold, timeout=10_000) as told:
        engine.clearCheckpoints(run, False)
    assert told.args[1].checkpoints == 0 and not list(folder.iterdir())
