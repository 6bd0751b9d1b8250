"""A resumed forecasting run equals the uninterrupted one to the bit, wherever it was left."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from engine.families import run
from engine.runs import RunStatus, RunStore
from engine.spec import RunSpec
from engine.training.changes import EPOCHS, RATE
from engine.training.failures import Stopped
from engine.training.recorder import Recorder
from engine.training.watch import Watch

BY_THE_CLOCK = ("rows_per_second", "device/memory")
Make = Callable[..., RunSpec]


class Runs:
    """Trains runs in one workspace, and leaves them where a test says."""

    def __init__(self, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace = workspace
        self._wishes: dict[int, Callable[[Recorder], None]] = {}
        self.fold = ""
        boundary = Watch.boundary

        def asked(watch: Watch, step: int) -> None:
            wish = self._wishes.pop(step, None) if watch.place.prefix == self.fold else None
            if wish is not None:
                wish(watch.recorder)
                watch.recorder.has_wish = True
            boundary(watch, step)

        monkeypatch.setattr(Watch, "boundary", asked)

    def begin(self, spec: RunSpec) -> str:
        with RunStore(self.workspace) as store:
            return store.create_run(spec).id

    def train(self, run_id: str, at: int = 0, wish: Callable[[Recorder], None] | None = None) -> bool:
        """Train a run, which gets a wish after a step; returns whether it went to its end."""
        self._wishes = {at: wish} if wish else {}
        with Recorder(self.workspace, run_id) as recorder:
            try:
                run(recorder)
            except Stopped as stopped:
                assert stopped.to_rest
                return False
        return True

    def resume(self, run_id: str) -> bool:
        with RunStore(self.workspace) as store:
            store.set_status(run_id, RunStatus.PAUSED)
            assert store.reopen(run_id)
        return self.train(run_id)

    def whole(self, spec: RunSpec) -> str:
        run_id = self.begin(spec)
        assert self.train(run_id)
        return run_id

    def assert_equal(self, one: str, other: str) -> None:
        curves, files = [], []
        for run_id in (one, other):
            with RunStore(self.workspace) as store:
                series = [store.series(run_id, info.key) for info in store.series_keys(run_id)]
                folder = store.run_folder(run_id)
            told = {s.key: list(zip(s.steps.tolist(), map(repr, s.values.tolist()), strict=True)) for s in series}
            curves.append({key: values for key, values in told.items() if not key.endswith(BY_THE_CLOCK)})
            files.append((load_file(folder / "model.safetensors"), (folder / "evaluation.json").read_text()))
        assert curves[0] == curves[1]
        assert all(torch.equal(files[0][0][name], tensor) for name, tensor in files[1][0].items())
        assert files[0][1] == files[1][1]


@pytest.fixture
def runs(workspace: Path, shops: pd.DataFrame, snapshot: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Runs:
    torch.set_num_threads(1)
    snapshot(shops)
    return Runs(workspace, monkeypatch)


def pause(recorder: Recorder) -> None:
    recorder.pause_requested = True


def stop(recorder: Recorder) -> None:
    recorder.stop_requested = True


STEPS = 5  # an epoch: 75 windows in batches of 16, the last one of 11
SETTINGS: dict[str, dict[str, object]] = {
    "nhits": {},
    "dropout": {"model__params": {"dropout": 0.3, "hidden_size": 32}},
    "accumulation": {"trainer__accumulate_grad_batches": 3},
    "plateau": {"trainer__schedule": {"name": "reduce_lr_on_plateau", "patience": 0}},
    "cosine": {"trainer__schedule": {"name": "cosine", "warmup": 0.2}, "trainer__gradient_clip": 0.5},
    "half": {"trainer__precision": "bf16-mixed"},
}


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("nhits", 2),
        ("nhits", STEPS),
        ("nhits", STEPS + 1),
        ("dropout", 2),
        ("accumulation", 1),
        ("accumulation", 3),
        ("plateau", STEPS + 1),
        ("cosine", 3),
        ("half", 2),
    ],
)
def test_that_a_resumed_run_equals_the_whole_one(name: str, at: int, runs: Runs, make_shop_spec: Make) -> None:
    spec = make_shop_spec(**{"model__params": {"hidden_size": 32}, **SETTINGS[name]})
    whole, left = runs.whole(spec), runs.begin(spec)
    assert not runs.train(left, at, pause)
    assert runs.resume(left)
    runs.assert_equal(left, whole)


@pytest.mark.parametrize(("model", "loss"), [("tft", "quantile"), ("deepar", "normal")])
def test_that_a_network_with_dropout_and_one_that_samples_resume_to_the_bit(
    model: str, loss: str, runs: Runs, make_shop_spec: Make
) -> None:
    spec = make_shop_spec(model, forecasting__loss=loss, forecasting__inputs={"calendar": ["hour"]})
    whole, left = runs.whole(spec), runs.begin(spec)
    assert not runs.train(left, STEPS + 2, pause)
    assert runs.resume(left)
    runs.assert_equal(left, whole)


def test_that_a_backtest_is_resumed_in_its_second_fold(runs: Runs, make_shop_spec: Make) -> None:
    spec = make_shop_spec(split={"kind": "rolling", "folds": 2, "test_steps": 6}, trainer__epochs=1)
    whole, left = runs.whole(spec), runs.begin(spec)
    runs.fold = "fold2/"
    assert not runs.train(left, 2, pause)
    assert runs.resume(left)
    runs.assert_equal(left, whole)


def test_that_a_changed_run_that_was_left_equals_the_one_that_was_not(runs: Runs, make_shop_spec: Make) -> None:
    def change(recorder: Recorder) -> None:
        recorder._wanted_changes = [(RATE, 0.01), (EPOCHS, 3.0)]

    def change_and_pause(recorder: Recorder) -> None:
        change(recorder)
        recorder.pause_requested = True

    whole, left = runs.begin(make_shop_spec()), runs.begin(make_shop_spec())
    assert runs.train(whole, 3, change)
    assert not runs.train(left, 3, change_and_pause)
    assert runs.resume(left)
    runs.assert_equal(left, whole)
    with RunStore(runs.workspace) as store:
        assert store.run(left).progress.total_epochs == 3


def test_that_a_stopped_run_keeps_its_best_model(runs: Runs, make_shop_spec: Make) -> None:
    run_id = runs.begin(make_shop_spec())
    assert runs.train(run_id, STEPS + 2, stop)
    with RunStore(runs.workspace) as store:
        assert (store.run_folder(run_id) / "model.safetensors").is_file()
        assert "test/mae" in store.run(run_id).summary
