"""The engine thread tells the newest forecasts of a run that is watched, once they are whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from engine.runs import RunStore
from engine.runs.forecasts import LIVE_EVENT, LIVE_FILE, LiveForecasts
from engine.spec import DataSpec, RunSpec


@pytest.fixture
def engine(workspace: Path, qtbot: QtBot) -> Iterator[EngineThread]:
    thread = EngineThread(workspace)
    yield thread
    thread.stop()


def test_that_the_newest_forecasts_of_a_watched_run_are_told(
    engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    told: list[tuple[str, LiveForecasts]] = []
    engine.forecastsGrew.connect(lambda run_id, live: told.append((run_id, live)))
    with RunStore(workspace) as store:
        run_id = store.create_run(RunSpec(data=DataSpec(dataset="abc"))).id

        def write(epoch: int) -> None:
            live = LiveForecasts(target="y", fold="", epoch=epoch, step=epoch, levels=(), windows=())
            (store.run_folder(run_id) / LIVE_FILE).write_text(live.model_dump_json())
            store.append(run_id, events=[(0.0, LIVE_EVENT, {"epoch": epoch})])

        write(1)
        write(2)
        engine.start()
        engine.watch(run_id)
        qtbot.waitUntil(lambda: bool(told))
        assert [(name, live.epoch) for name, live in told] == [(run_id, 2)]
        write(3)
        qtbot.waitUntil(lambda: len(told) == 2)
        assert told[-1][1].epoch == 3
