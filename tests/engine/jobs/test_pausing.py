"""Runs are paused, resumed, killed and taken up again through real workers; each point is there once, and none is lost."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import datasets
from engine.jobs.supervisor import NotNow, Supervisor
from engine.runs import RunRecord, RunStatus, RunStore
from engine.spec import CheckpointSpec, DataSpec, RunSpec, TrainerSpec, parse
from engine.training.changes import EPOCHS, RATE

LONG = 100_000
NEVER = threading.Event()
LOOK_EVERY_S = 0.02  # who looks all the time takes the core from the worker that is waited for


@pytest.fixture
def supervisor(workspace: Path) -> Iterator[Supervisor]:
    watcher = Supervisor(workspace, stands_by=False)
    yield watcher
    with RunStore(workspace) as store:
        for run in store.runs():
            if run.status.is_active:
                watcher.kill(run.id)
                watcher.wait(run.id, 20)
    watcher.close()


def begin(workspace: Path, supervisor: Supervisor, epochs: int = LONG, family: str = "tabular") -> str:
    trainer = TrainerSpec(epochs=epochs, batch_size=32, early_stopping={"enabled": False}, threads=1)
    spec = {"tabular": of_rows, "forecasting": of_series, "text": of_texts}[family](workspace)
    spec = spec.model_copy(
        update={"trainer": trainer.model_copy(update={"checkpoints": CheckpointSpec(every_steps=20)})}
    )
    with RunStore(workspace) as store:
        run_id = store.create_run(spec).id
    supervisor.start(run_id)
    return run_id


def of_rows(workspace: Path) -> RunSpec:
    """A network that learns classes from rows."""
    sample = datasets.import_sample(workspace, "wine")
    return RunSpec(data=DataSpec(dataset=sample.id, name="wine", roles=datasets.infer_roles(workspace, sample.id)))


def of_series(workspace: Path) -> RunSpec:
    """A narrow N-HiTS that forecasts a short series."""
    path = workspace.parent / "wave.csv"
    rows = [f"2024-01-{1 + hour // 24:02d} {hour % 24:02d}:00:00,{(hour * 7) % 24}" for hour in range(240)]
    path.write_text("time,sales\n" + "\n".join(rows) + "\n")
    return parse(
        {
            "family": "forecasting",
            "data": {"dataset": datasets.import_file(workspace, path).id, "roles": {"target": ["sales"]}},
            "split": {"kind": "holdout", "valid_steps": 12, "test_steps": 12},
            "model": {"name": "nhits", "params": {"hidden_size": 8}},
            "forecasting": {"timeline": {"column": "time"}, "windows": {"encoder_length": 12, "horizon": 4}},
        }
    )


def of_texts(workspace: Path) -> RunSpec:
    """A small recurrent model of a language, whose tokenizer is trained on a few sentences."""
    path = workspace.parent / "book.txt"
    lines = [f"page {place} of the book says {place * 7 % 10} and then {place * 3 % 8} again" for place in range(120)]
    path.write_text("\n".join(lines))
    return parse(
        {
            "family": "text",
            "data": {"dataset": datasets.import_file(workspace, path).id},
            "split": {"kind": "order"},
            "model": {"name": "lstm_lm", "params": {"embedding_dim": 8, "hidden_size": 8, "layers": 1, "bptt": 4}},
            "text": {"task": "rnn-lm", "tokenizer": {"kind": "wordpiece", "vocabulary": 60}},
        }
    )


def until(workspace: Path, run_id: str, holds: Callable[[RunRecord, int], bool]) -> RunRecord:
    """Return the run when something holds of it and of its last step."""
    deadline = time.monotonic() + 90
    with RunStore(workspace) as store:
        while time.monotonic() < deadline:
            run = store.run(run_id)
            steps = {info.key: info.last_step for info in store.series_keys(run_id)}
            if holds(run, steps.get("train/loss", 0)):
                return run
            NEVER.wait(LOOK_EVERY_S)
    raise AssertionError(f"it did not come to that within 90 s: {run.status}, {run.outcome}")


def steps_of(workspace: Path, run_id: str) -> list[int]:
    with RunStore(workspace) as store:
        return store.series(run_id, "train/loss").steps.tolist()


def test_that_a_paused_run_frees_its_worker_and_goes_on_where_it_stood(workspace: Path, supervisor: Supervisor) -> None:
    run_id = begin(workspace, supervisor, family="text")
    begun = until(workspace, run_id, lambda _, step: step > 0).started
    supervisor.pause(run_id)
    paused = until(workspace, run_id, lambda run, _: run.status is RunStatus.PAUSED)
    assert supervisor.wait(run_id, 60)
    assert paused.outcome is None and paused.pid is None
    last = steps_of(workspace, run_id)[-1]
    supervisor.resume(run_id)
    with pytest.raises(NotNow, match="nothing to resume"):
        supervisor.resume(run_id)
    resumed = until(workspace, run_id, lambda _, step: step > last + 50)
    assert resumed.attempt == 2 and resumed.started == begun
    steps = steps_of(workspace, run_id)
    assert steps == list(range(1, len(steps) + 1))
    supervisor.change(run_id, RATE, 0.5)
    until(workspace, run_id, lambda run, _: bool(run.changes))
    supervisor.pause(run_id)
    until(workspace, run_id, lambda run, _: run.status is RunStatus.PAUSED)
    assert supervisor.wait(run_id, 60)
    supervisor.stop(run_id)  # its model is taken out of its state
    assert supervisor.wait(run_id, 60)
    with RunStore(workspace) as store:
        assert store.run(run_id).status is RunStatus.STOPPED
        assert 0.5 in store.series(run_id, "lr").values
        assert (store.run_folder(run_id) / "model.safetensors").is_file()


@pytest.mark.parametrize(
    "family",
    ["forecasting", pytest.param("tabular", marks=pytest.mark.soak), pytest.param("text", marks=pytest.mark.soak)],
)
def test_that_a_killed_run_is_resumed_and_adopted_without_a_point_lost_or_doubled(
    workspace: Path, supervisor: Supervisor, family: str
) -> None:
    run_id = begin(workspace, supervisor, family=family)
    until(workspace, run_id, lambda _, step: step > 100)
    with RunStore(workspace) as store:
        pid = store.run(run_id).pid
        assert pid is not None
        os.kill(pid, 9)
    assert supervisor.wait(run_id, 60)
    before = steps_of(workspace, run_id)
    with RunStore(workspace) as store:
        assert store.run(run_id).status is RunStatus.CRASHED
    supervisor.resume(run_id)
    until(workspace, run_id, lambda _, step: step > before[-1] + 20)
    steps = steps_of(workspace, run_id)
    assert steps == list(range(1, len(steps) + 1))
    second = Supervisor(workspace, stands_by=False)
    assert [adopted.id for adopted in second.reconcile()] == [run_id]
    second.kill(run_id)
    assert supervisor.wait(run_id, 30)
    second.close()


@pytest.mark.soak
def test_that_a_finished_run_is_extended(workspace: Path, supervisor: Supervisor) -> None:
    run_id = begin(workspace, supervisor, epochs=2)
    assert supervisor.wait(run_id, 90)
    with pytest.raises(NotNow, match="ask for more"):
        supervisor.extend(run_id, 2)
    supervisor.extend(run_id, 4)
    assert supervisor.wait(run_id, 90)
    with RunStore(workspace) as store:
        run = store.run(run_id)
        assert run.status is RunStatus.FINISHED
        assert [change.field for change in run.changes] == [EPOCHS]
        assert store.series(run_id, "valid/loss").values.size == 4


@pytest.mark.parametrize("harm", ["truncated", "another model", "pickle", "dataset gone", "part gone"])
def test_that_a_harmed_checkpoint_is_refused_and_the_run_stays(
    workspace: Path, supervisor: Supervisor, harm: str
) -> None:
    with RunStore(workspace) as store:
        sample = datasets.import_sample(workspace, "wine")
        run = store.create_run(RunSpec(data=DataSpec(dataset=sample.id, name="wine")))
        store.set_status(run.id, RunStatus.PAUSED)
        folder = store.run_folder(run.id) / "checkpoints"
    _write_state(folder, run.spec)
    tensors = next(folder.glob("last.*.safetensors"))
    match harm:
        case "truncated":
            tensors.write_bytes(tensors.read_bytes()[:-5])
        case "pickle":
            (folder / "last.state.json").write_bytes(b"\x80\x04\x95cposix\nsystem\n.")
        case "part gone":
            tensors.unlink()
        case "dataset gone":
            (workspace / "datasets" / sample.id / "data.parquet").unlink()
        case "another model":
            described = json.loads((folder / "last.state.json").read_text())
            described["fits"]["model"] = "node"
            (folder / "last.state.json").write_text(json.dumps(described))
    with pytest.raises(NotNow, match=_WORDS[harm]):
        supervisor.resume(run.id)
    with RunStore(workspace) as store:
        after = store.run(run.id)
        assert (after.status, after.attempt) == (RunStatus.PAUSED, 1)


_WORDS = {
    "truncated": "damaged or was exchanged",
    "another model": "belongs to another model .node instead of category_embedding",
    "pickle": "no checkpoint of Tensorbench",
    "dataset gone": "dataset “wine” is no longer in the workspace",
    "part gone": "is gone",
}


def _write_state(folder: Path, spec: RunSpec) -> None:
    import torch

    from engine.training.state import save_state
    from engine.training.state_files import fits_of

    save_state(folder, "last", fits_of(spec), {"weight": torch.ones(3)}, step=1)
