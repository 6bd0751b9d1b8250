"""The recorder loses nothing that it was told, and hears what a run is asked."""

import threading
from pathlib import Path

import pytest

from engine.runs import Points, RunStore
from engine.spec import DataSpec, RunSpec
from engine.training.recorder import Recorder


@pytest.fixture
def run_id(workspace: Path) -> str:
    with RunStore(workspace) as store:
        return store.create_run(RunSpec(data=DataSpec(dataset="abc"))).id


def test_that_everything_recorded_from_many_threads_is_in_the_store_after_closing(workspace: Path, run_id: str) -> None:
    def record(recorder: Recorder, key: str) -> None:
        for step in range(500):
            recorder.metric(key, step, float(step), step / 100)

    with Recorder(workspace, run_id) as recorder:
        threads = [threading.Thread(target=record, args=(recorder, f"k{number}")) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        recorder.points("many", Points([1, 2], [0.5, 0.25], [1.0, 2.0], [0.1, 0.2]))
        recorder.log("done")
        recorder.event("best", epoch=2)
        recorder.progress(stage="training", step=5, total_steps=10)
        recorder.progress(step=6)
    with RunStore(workspace) as store:
        for number in range(4):
            assert store.series(run_id, f"k{number}").values.tolist() == list(range(500))
        assert store.series(run_id, "many").values.tolist() == [0.5, 0.25]
        assert store.run(run_id).progress.fraction == 0.6
        assert store.run(run_id).progress.stage == "training"
        assert [line.text for line in store.log(run_id)] == ["done"]


def test_that_flush_returns_when_all_is_written(workspace: Path, run_id: str) -> None:
    with Recorder(workspace, run_id) as recorder, RunStore(workspace) as store:
        recorder.metric("train/loss", 1, 0.5, 0.1)
        recorder.flush()
        assert store.series(run_id, "train/loss").values.tolist() == [0.5]


def test_that_a_stop_command_reaches_the_training_loop(workspace: Path, run_id: str) -> None:
    with Recorder(workspace, run_id) as recorder, RunStore(workspace) as store:
        assert not recorder.stop_requested
        store.send(run_id, "stop")
        recorder.flush()
        assert recorder.stop_requested


def test_that_an_unknown_field_of_progress_is_a_mistake(workspace: Path, run_id: str) -> None:
    with Recorder(workspace, run_id) as recorder, pytest.raises(TypeError, match="rows_a_second"):
        recorder.progress(rows_a_second=3)


def test_that_a_run_that_goes_on_is_as_far_as_it_was_left(workspace: Path, run_id: str) -> None:
    with Recorder(workspace, run_id) as recorder:
        recorder.progress(stage="training", step=6, total_steps=8, rows_per_second=9.0, seconds_left=1.0)
    with Recorder(workspace, run_id) as recorder:
        recorder.progress(stage="preparing the data")
    with RunStore(workspace) as store:
        progress = store.run(run_id).progress
    assert (progress.stage, progress.fraction) == ("preparing the data", 0.75)
    assert progress.rows_per_second == 0 and progress.seconds_left is None
