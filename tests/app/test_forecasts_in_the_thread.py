"""The engine thread tells the newest forecasts and samples of a run that is watched, once they are whole."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from engine.runs import RunStore, taps
from engine.runs.forecasts import LIVE_EVENT, LIVE_FILE, LiveForecasts
from engine.runs.records import Command
from engine.runs.taps import Tap, TapLook, TapOffer, TapWish
from engine.runs.text_samples import HISTORY_FILE, SAMPLES_EVENT, SAMPLES_FILE, TextSamples
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


def test_that_samples_are_told_with_those_before_them_and_each_once(
    engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    told: list[list[int]] = []
    engine.samplesGrew.connect(lambda _, news: told.append([one.epoch for one in news]))
    with RunStore(workspace) as store:
        run_id = store.create_run(RunSpec(data=DataSpec(dataset="abc"))).id
        folder = store.run_folder(run_id)

        def write(epoch: int, torn: str = "") -> None:
            line = TextSamples(task="rnn-lm", epoch=epoch, step=epoch, samples=()).model_dump_json()
            (folder / SAMPLES_FILE).write_text(line)
            with (folder / HISTORY_FILE).open("a") as file:
                file.write(f"\n{line}\n{torn}")
            store.append(run_id, events=[(0.0, SAMPLES_EVENT, {"epoch": epoch})])

        write(1)
        write(2, torn='{"task": "rnn-')
        engine.start()
        engine.watch(run_id)
        qtbot.waitUntil(lambda: bool(told))
        assert told == [[1, 2, 2]]
        write(3)
        qtbot.waitUntil(lambda: len(told) == 2)
        assert told[-1] == [3, 3]


def test_that_what_can_be_watched_and_what_was_seen_of_tensors_is_told(
    engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    offers: list[TapOffer] = []
    told: list[list[int]] = []
    engine.tensorsTold.connect(lambda _, offer: offers.append(offer))
    engine.tensorsGrew.connect(lambda _, news: told.append([one.step for one in news]))
    wish = TapWish(taps=(Tap(name="head.weight", kind="gradient"),), every=1)
    with RunStore(workspace) as store:
        run_id = store.create_run(RunSpec(data=DataSpec(dataset="abc"))).id
        folder = store.run_folder(run_id)
        engine.start()
        engine.watch(run_id)
        (folder / taps.OFFER_FILE).write_text(TapOffer(layers=()).model_dump_json())
        store.append(run_id, events=[(0.0, taps.OFFER_EVENT, {})])
        qtbot.waitUntil(lambda: bool(offers))
        with qtbot.waitSignal(engine.refused):
            engine.tapRun(run_id, wish)  # nobody is at work on it
        assert not store.take_commands(run_id)
        store.claim(run_id, os.getpid(), psutil.Process().create_time())
        engine.tapRun(run_id, wish)
        sent: list[Command] = []
        qtbot.waitUntil(lambda: bool(sent.extend(store.take_commands(run_id)) or sent))
        assert sent[0].kind == taps.TAP_COMMAND and TapWish.model_validate(sent[0].payload) == wish
        for step in (3, 5):
            line = TapLook(epoch=step, step=step, time=0.0, tensors=()).model_dump_json()
            (folder / taps.LOOK_FILE).write_text(line)
            with (folder / taps.HISTORY_FILE).open("a") as file:
                file.write(f"\n{line}\n")
            store.append(run_id, events=[(0.0, taps.LOOK_EVENT, {})])
            qtbot.waitUntil(lambda step=step: bool(told) and told[-1] == [step, step])
