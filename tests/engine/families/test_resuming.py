"""A resumed run equals the uninterrupted one to the bit, wherever it was left."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from engine.families import tabular
from engine.jobs.supervisor import NotNow, Supervisor
from engine.runs import Change, Outcome, RunRecord, RunStatus, RunStore
from engine.spec import (
    BalanceSpec,
    CheckpointSpec,
    EarlyStoppingSpec,
    KFoldSplit,
    ModelSpec,
    OptimizerSpec,
    OriginSpec,
    PretrainSpec,
    RunSpec,
    ScheduleSpec,
    TabularSpec,
    TrainerSpec,
)
from engine.training.changes import EPOCHS, RATE
from engine.training.failures import RunFailed, Stopped
from engine.training.recorder import Recorder
from engine.training.watch import Watch

BY_THE_CLOCK = ("rows_per_second", "device/memory")
STEPS = 6  # an epoch: 168 rows in batches of 32
Make = Callable[..., RunSpec]


@pytest.fixture
def ready(workspace: Path, small_frame: pd.DataFrame, snapshot: Callable[..., str]) -> Path:
    """A workspace with the small frame's snapshot."""
    torch.set_num_threads(1)
    snapshot(small_frame)
    return workspace


def trainer(**parts: Any) -> TrainerSpec:
    return TrainerSpec(**{"epochs": 3, "batch_size": 32, "device": "cpu", "threads": 1, **parts})


class Runs:
    """Trains runs in one workspace, and leaves them where a test says."""

    def __init__(self, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace = workspace
        self._wishes: dict[int, Callable[[Recorder], None]] = {}
        boundary = Watch.boundary

        def asked(watch: Watch, step: int) -> None:
            wish = self._wishes.pop(step, None) if watch.place.prefix in ("", self.fold) else None
            if wish is not None:
                wish(watch.recorder)
                watch.recorder.has_wish = True
            boundary(watch, step)

        self.fold = ""
        monkeypatch.setattr(Watch, "boundary", asked)

    def begin(self, spec: RunSpec) -> str:
        with RunStore(self.workspace) as store:
            return store.create_run(spec).id

    def train(self, run_id: str, at: int = 0, wish: Callable[[Recorder], None] | None = None) -> bool:
        """Train a run, which gets a wish after a step; returns whether it went to its end."""
        self._wishes = {at: wish} if wish else {}
        with Recorder(self.workspace, run_id) as recorder:
            try:
                tabular.run(recorder)
            except Stopped as stopped:
                assert stopped.to_rest
                return False
        return True

    def resume(self, run_id: str, **more: Any) -> bool:
        with RunStore(self.workspace) as store:
            store.set_status(run_id, RunStatus.PAUSED)
            assert store.reopen(run_id)
        return self.train(run_id, **more)

    def whole(self, spec: RunSpec) -> str:
        run_id = self.begin(spec)
        assert self.train(run_id)
        return run_id

    def curves(self, run_id: str) -> dict[str, list[tuple[int, float]]]:
        with RunStore(self.workspace) as store:
            every = [store.series(run_id, info.key) for info in store.series_keys(run_id)]
        return {
            one.key: list(zip(one.steps.tolist(), map(repr, one.values.tolist()), strict=True))
            for one in every
            if not one.key.endswith(BY_THE_CLOCK)
        }

    def record(self, run_id: str) -> RunRecord:
        with RunStore(self.workspace) as store:
            return store.run(run_id)

    def folder(self, run_id: str) -> Path:
        return self.workspace / "runs" / run_id

    def assert_equal(self, one: str, other: str) -> None:
        assert self.curves(one) == self.curves(other)
        mine, theirs = (load_file(self.folder(run) / "model.safetensors") for run in (one, other))
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
        evaluations = [(self.folder(run) / "evaluation.json").read_text() for run in (one, other)]
        assert evaluations[0] == evaluations[1]


@pytest.fixture
def runs(ready: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(ready, monkeypatch)


def pause(recorder: Recorder) -> None:
    recorder.pause_requested = True


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dropout": {"model": ModelSpec(params={"layers": "16-8", "dropout": 0.3})},
    "accumulation": {"trainer": trainer(accumulate_grad_batches=3, batch_size=16)},
    "cosine": {"trainer": trainer(schedule=ScheduleSpec(name="cosine", warmup=0.2), gradient_clip=0.5)},
    "plateau": {"trainer": trainer(schedule=ScheduleSpec(name="reduce_lr_on_plateau", patience=0))},
    "momentum": {"trainer": trainer(optimizer=OptimizerSpec(name="SGD", learning_rate=0.05))},
    "double": {"trainer": trainer(precision="64-true")},
    "half": {"trainer": trainer(precision="bf16-mixed")},
    "balanced": {
        "tabular": TabularSpec(
            task="classification", balance=BalanceSpec(balanced_sampling=True, class_weights="balanced")
        )
    },
    "numbers": {"task": "regression"},
    "gandalf": {"model": ModelSpec(name="gandalf", params={"gflu_stages": 2})},
    "pretrained": {
        "tabular": TabularSpec(task="classification", pretrain=PretrainSpec(enabled=True, epochs=1)),
    },
}


@pytest.mark.parametrize(
    ("name", "at"),
    [("plain", at) for at in (1, STEPS // 2, STEPS, STEPS + 2, 2 * STEPS)]
    + [("accumulation", at) for at in (1, 3, 4, 6, 8)],  # 11 batches an epoch, four steps
)
def test_that_a_run_paused_anywhere_goes_on_to_the_bit(runs: Runs, make_spec: Make, name: str, at: int) -> None:
    spec = make_spec(**{"trainer": trainer(), **SETTINGS[name]})
    reference, run_id = runs.whole(spec), runs.begin(spec)
    assert not runs.train(run_id, at, pause)
    assert runs.curves(run_id)["train/loss"][-1][0] == at
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


@pytest.mark.parametrize("name", list(SETTINGS))
def test_that_every_setting_goes_on_to_the_bit(runs: Runs, make_spec: Make, name: str) -> None:
    spec = make_spec(**{"trainer": trainer(), **SETTINGS[name]})
    reference, run_id = runs.whole(spec), runs.begin(spec)
    assert not runs.train(run_id, 2, pause)
    assert not runs.resume(run_id, at=8, wish=pause)
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


def test_that_what_was_recorded_after_the_last_state_is_kept_and_not_written_twice(
    runs: Runs, make_spec: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.steps.COPY_EVERY_S", 0.0)
    spec = make_spec(trainer=trainer(checkpoints=CheckpointSpec(every_steps=4, every_epochs=100)))
    reference, run_id = runs.whole(spec), runs.begin(spec)

    class DeathError(BaseException):
        """Leaves the loop without a word."""

    def die(_recorder: Recorder) -> None:
        raise DeathError

    with pytest.raises(DeathError):
        runs.train(run_id, 11, die)
    before = runs.curves(run_id)
    assert before["train/loss"][-1][0] == 11
    assert '"step": 8' in (runs.folder(run_id) / "checkpoints" / "last.state.json").read_text()[:200]
    assert runs.resume(run_id)
    for key, points in before.items():
        assert runs.curves(run_id)[key][: len(points)] == points
    runs.assert_equal(run_id, reference)


def test_that_a_run_without_a_state_begins_again_and_writes_nothing_twice(runs: Runs, make_spec: Make) -> None:
    spec = make_spec(trainer=trainer(checkpoints=CheckpointSpec(keep_last=False)))
    reference, run_id = runs.whole(spec), runs.begin(spec)
    assert not runs.train(run_id, 8, pause)
    for path in (runs.folder(run_id) / "checkpoints").glob("last*"):
        path.unlink()
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


def test_that_folds_that_are_over_are_not_trained_again(runs: Runs, make_spec: Make) -> None:
    spec = make_spec(split=KFoldSplit(folds=3), trainer=trainer(epochs=2))
    reference, run_id = runs.whole(spec), runs.begin(spec)
    runs.fold = "fold2/"
    assert not runs.train(run_id, 3, pause)
    first = (runs.folder(run_id) / "fold1" / "model.safetensors").stat().st_mtime_ns
    assert runs.resume(run_id)
    assert (runs.folder(run_id) / "fold1" / "model.safetensors").stat().st_mtime_ns == first
    runs.assert_equal(run_id, reference)


def test_that_early_stopping_goes_on_counting(runs: Runs, make_spec: Make) -> None:
    settings = trainer(
        epochs=40, optimizer=OptimizerSpec(learning_rate=0.3), early_stopping=EarlyStoppingSpec(patience=3)
    )
    spec = make_spec(trainer=settings)
    reference, run_id = runs.whole(spec), runs.begin(spec)
    last = runs.curves(reference)["train/loss"][-1][0]
    assert last < 40 * STEPS
    assert not runs.train(run_id, last - STEPS - 1, pause)
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


def change(field: str, value: float) -> Callable[[Recorder], None]:
    def wish(recorder: Recorder) -> None:
        recorder._wanted_changes.append((field, value))

    return wish


def test_that_a_changed_learning_rate_counts_from_its_step_and_is_kept(runs: Runs, make_spec: Make) -> None:
    spec = make_spec(trainer=trainer(schedule=ScheduleSpec(name="linear")))
    run_id = runs.begin(spec)
    assert runs.train(run_id, 5, change(RATE, 0.01))
    rates = dict(runs.curves(run_id)["lr"])
    total = 3 * STEPS
    assert float(rates[5]) == pytest.approx(1e-3 * (1 - 4 / total))
    assert float(rates[6]) == pytest.approx(1e-2 * (1 - 5 / total))
    (kept,) = runs.record(run_id).changes
    assert (kept.step, kept.field, kept.value) == (5, RATE, 0.01)


@pytest.mark.parametrize("field", [RATE, EPOCHS])
def test_that_changes_after_the_state_are_made_again_at_their_step(runs: Runs, make_spec: Make, field: str) -> None:
    value = 5.0 if field == EPOCHS else 0.01
    spec = make_spec(trainer=trainer(schedule=ScheduleSpec(name="cosine")))
    reference = runs.begin(spec)
    assert runs.train(reference, 8, change(field, value))
    third = runs.begin(spec)
    assert not runs.train(third, 7, pause)
    with RunStore(runs.workspace) as store:
        store.add_change(third, replace(runs.record(reference).changes[0], step=8))
    assert runs.resume(third)
    runs.assert_equal(third, reference)
    epochs = 5 if field == EPOCHS else 3
    assert runs.curves(third)["valid/loss"][-1][0] == epochs * STEPS


def test_that_epochs_are_added_to_a_finished_run(runs: Runs, make_spec: Make) -> None:
    run_id = runs.whole(make_spec(trainer=trainer()))
    before = runs.curves(run_id)
    with RunStore(runs.workspace) as store:
        store.finish(run_id, Outcome.finished())
        store.add_change(run_id, Change(3 * STEPS, 3.0, EPOCHS, 5, 0.0))
        assert store.reopen(run_id, finished_too=True)
    assert runs.train(run_id)
    after = runs.curves(run_id)
    assert after["train/loss"][: len(before["train/loss"])] == before["train/loss"]
    assert [step for step, _ in after["train/loss"]] == list(range(1, 5 * STEPS + 1))
    longer = runs.whole(make_spec(trainer=trainer(epochs=5)))
    runs.assert_equal(run_id, longer)


def test_that_a_run_may_begin_with_the_weights_of_another(runs: Runs, make_spec: Make) -> None:
    origin = runs.whole(make_spec(trainer=trainer(epochs=20)))
    spec = make_spec(trainer=trainer(epochs=1), origin=OriginSpec(run=origin))
    fresh, fork = runs.whole(make_spec(trainer=trainer(epochs=1))), runs.whole(spec)
    losses = [float(runs.curves(run)["train/loss"][0][1]) for run in (fresh, fork)]
    assert losses[1] < losses[0] - 0.1
    with pytest.raises(RunFailed, match="do not fit"):
        runs.whole(spec.model_copy(update={"model": ModelSpec(params={"layers": "8"})}))
    with pytest.raises(RunFailed, match="is not here"):
        runs.whole(spec.model_copy(update={"origin": OriginSpec(run="nothing")}))


def test_that_a_diverged_run_goes_on_from_its_last_good_state_with_a_lower_rate(runs: Runs, make_spec: Make) -> None:
    settings = trainer(
        optimizer=OptimizerSpec(name="SGD", learning_rate=1e-3), checkpoints=CheckpointSpec(every_steps=4)
    )
    run_id = runs.begin(make_spec("regression", trainer=settings))
    with pytest.raises(RunFailed) as failed:
        runs.train(run_id, 9, change(RATE, 10.0))
    with RunStore(runs.workspace) as store:
        store.finish(run_id, Outcome.failed(failed.value.cause))
    supervisor = Supervisor(runs.workspace)
    supervisor.change(run_id, RATE, 2e-3)
    supervisor.reopen(run_id)
    assert runs.train(run_id)
    made = [(kept.step, kept.value) for kept in runs.record(run_id).changes]
    assert made == [(9, 10.0), (8, 2e-3)]
    curves = runs.curves(run_id)
    assert float(curves["lr"][-1][1]) == 2e-3 and curves["train/loss"][-1][0] == 3 * STEPS
    assert load_file(runs.folder(run_id) / "model.safetensors")


def test_that_what_was_changed_at_rest_counts_after_another_pause(runs: Runs, make_spec: Make) -> None:
    run_id = runs.begin(make_spec(trainer=trainer(checkpoints=CheckpointSpec(every_steps=100, every_epochs=100))))
    assert not runs.train(run_id, 3, pause)
    with RunStore(runs.workspace) as store:
        store.add_change(run_id, Change(7, 1.2, RATE, 0.5, 0.0))
        store.add_change(run_id, Change(3, 0.5, RATE, 0.01, 1.0))
    assert not runs.resume(run_id, at=9, wish=pause)
    assert runs.resume(run_id)
    rates = dict(runs.curves(run_id)["lr"])
    assert [float(rates[step]) for step in (3, 4, 8, 10, 18)] == [1e-3, 0.01, 0.01, 0.01, 0.01]


def test_that_settings_which_cannot_change_are_refused_in_words(runs: Runs, make_spec: Make) -> None:
    supervisor = Supervisor(runs.workspace)
    run_id = runs.begin(make_spec(trainer=trainer()))
    assert not runs.train(run_id, 2 * STEPS + 1, pause)
    folds = runs.begin(make_spec(split=KFoldSplit(folds=3), trainer=trainer()))
    with RunStore(runs.workspace) as store:
        store.set_status(run_id, RunStatus.PAUSED)
    for run, field, value, words in (
        (run_id, EPOCHS, 2, "cannot end before that"),
        (run_id, RATE, -1.0, "cannot be -1"),
        (run_id, "trainer.batch_size", 2, "these can"),
        (folds, RATE, 0.01, "trained alike"),
    ):
        with pytest.raises(NotNow, match=words):
            supervisor.change(run, field, value)
    assert runs.record(run_id).changes == ()
