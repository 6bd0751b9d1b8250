"""Whole tabular runs over a real store: what is recorded, repeated, stopped, failed and kept."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from engine.families import tabular
from engine.families.files import read_evaluation
from engine.families.tabular.trained import TrainedModel
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.runs.records import Series
from engine.spec import (
    BalanceSpec,
    CheckpointSpec,
    EarlyStoppingSpec,
    KFoldSplit,
    ModelSpec,
    OptimizerSpec,
    PretrainSpec,
    Roles,
    RunSpec,
    ScheduleSpec,
    TabularSpec,
    TrainerSpec,
)
from engine.training.failures import RunFailed
from engine.training.recorder import Recorder

Make = Callable[..., RunSpec]


class Run:
    """A finished run and what it left in the store."""

    def __init__(self, workspace: Path, run_id: str, outcome: Outcome | None) -> None:
        self.outcome = outcome
        with RunStore(workspace) as store:
            self.record = store.run(run_id)
            self.folder = store.run_folder(run_id)
            self.series: dict[str, Series] = {
                one.key: store.series(run_id, one.key) for one in store.series_keys(run_id)
            }
            self.events = [(event.kind, event.payload) for event in store.events(run_id)]
            self.log = [line.text for line in store.log(run_id)]

    def weights(self) -> dict[str, torch.Tensor]:
        return load_file(self.folder / "model.safetensors")


@pytest.fixture
def train(
    workspace: Path, small_frame: pd.DataFrame, snapshot: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """Trains a specification in the workspace; `listen` gets the recorder before the run begins."""
    elsewhere = workspace.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    snapshot(small_frame)

    def run(spec: RunSpec, listen: Callable[[Recorder], None] | None = None, fails: bool = False) -> Run:
        with RunStore(workspace) as store:
            created = store.create_run(spec)
        outcome = None
        with Recorder(workspace, created.id) as recorder:
            if listen:
                listen(recorder)
            if fails:
                with pytest.raises(RunFailed) as failed:
                    tabular.run(recorder)
                outcome = Outcome.failed(failed.value.cause, failed.value.advice)
            else:
                outcome = tabular.run(recorder)
        assert list(elsewhere.iterdir()) == []
        return Run(workspace, created.id, outcome)

    return run


def trainer(**settings: Any) -> TrainerSpec:
    return TrainerSpec(**{"epochs": 2, "batch_size": 32, "device": "cpu", "threads": 1, **settings})


def test_that_a_run_records_every_step_and_epoch_and_leaves_its_files(
    train: Callable[..., Run], make_spec: Make
) -> None:
    run = train(make_spec(trainer=trainer(epochs=3)))
    assert run.outcome is not None and run.outcome.kind == OutcomeKind.FINISHED
    rows, batches = 168, 6  # 70 % of 240 rows in batches of 32
    for key in ("train/loss", "lr", "grad_norm"):
        assert run.series[key].steps.tolist() == list(range(1, 3 * batches + 1))
        assert np.isfinite(run.series[key].values).all()
    assert run.series["train/loss"].epochs is not None
    assert run.series["train/loss"].epochs[-1] == 3.0
    for key in ("loss", "accuracy", "f1_macro", "auroc", "log_loss"):
        assert run.series[f"valid/{key}"].steps.tolist() == [batches, 2 * batches, 3 * batches]
    assert len(run.series["train/accuracy"].steps) == 3
    assert run.series["rows_per_second"].values[-1] > 0 and run.series["device/memory"].values[-1] > 0
    evaluation = read_evaluation(run.folder)
    assert evaluation is not None and evaluation.split == "test"
    assert run.record.summary["test/accuracy"] == evaluation.metrics["test"]["accuracy"]
    best = min(run.series["valid/loss"].values)
    assert run.record.summary["best/valid/loss"] == pytest.approx(best)
    assert evaluation.metrics["valid"]["log_loss"] == pytest.approx(best, rel=1e-4)
    names = {path.name for path in (run.folder / "checkpoints").iterdir()}
    assert "last.state.json" in names and len(names) == 4
    assert any(f"{rows} rows to train" in line for line in run.log)
    assert run.record.progress.total_steps == 18


@pytest.mark.parametrize("model", [{"layers": "16", "dropout": 0.3}, {"layers": "16", "use_batch_norm": True}])
def test_that_the_same_specification_gives_the_same_run_to_the_bit(
    train: Callable[..., Run], make_spec: Make, model: dict[str, Any]
) -> None:
    spec = make_spec(model=ModelSpec(params=model), trainer=trainer())
    one, other = train(spec), train(spec)
    for key in ("train/loss", "grad_norm", "valid/loss", "valid/accuracy"):
        assert np.array_equal(one.series[key].values, other.series[key].values)
    first, second = one.weights(), other.weights()
    assert all(torch.equal(first[name], second[name]) for name in first)
    third = train(spec.model_copy(update={"trainer": trainer(seed=7)}))
    assert not np.array_equal(one.series["train/loss"].values, third.series["train/loss"].values)


def test_that_numbers_are_learned_and_told_in_their_unit(train: Callable[..., Run], make_spec: Make) -> None:
    run = train(make_spec("regression", trainer=trainer(epochs=15, optimizer=OptimizerSpec(learning_rate=0.02))))
    assert run.series["valid/mae"].values[0] > run.series["valid/mae"].values[-1]
    assert 1 < run.series["valid/rmse"].values[-1] < 20
    assert run.series["valid/r2"].values[-1] > 0.5
    assert run.record.summary["test/r2"] > 0.5


def test_that_several_targets_are_measured_each_and_together(train: Callable[..., Run], make_spec: Make) -> None:
    spec = make_spec("regression", trainer=trainer())
    spec = spec.model_copy(
        update={
            "data": spec.data.model_copy(
                update={"roles": Roles(target=("price", "b"), continuous=("a",), categorical=("colour",))}
            )
        }
    )
    run = train(spec)
    each = run.series["valid/loss/price"].values + run.series["valid/loss/b"].values
    assert run.series["valid/loss"].values == pytest.approx(each / 2)
    assert "valid/mae/price" in run.series


def test_that_the_best_epoch_is_kept_and_early_stopping_says_why(train: Callable[..., Run], make_spec: Make) -> None:
    settings = trainer(
        epochs=40,
        optimizer=OptimizerSpec(learning_rate=0.3),
        early_stopping=EarlyStoppingSpec(patience=3),
        checkpoints=CheckpointSpec(top_k=2),
    )
    run = train(make_spec(trainer=settings))
    losses = run.series["valid/loss"].values
    best = int(np.argmin(losses)) + 1
    assert len(losses) == best + 3 < 40
    why = f"Stopped early after epoch {best + 3}: the validation loss was no better for 3 epochs; the best was epoch {best}."
    assert why in run.log
    assert [payload["epoch"] for kind, payload in run.events if kind == "best"][-1] == best
    assert run.outcome is not None and run.outcome.cause.startswith(f"{why} The model of epoch {best} is kept")
    (kept,) = (run.folder / "checkpoints").glob(f"epoch={best:03d}*.safetensors")
    checkpoint, final = load_file(kept), run.weights()
    assert all(torch.equal(checkpoint[name], final[name]) for name in final)


def test_that_validation_every_so_many_steps_may_find_the_best_within_an_epoch(
    train: Callable[..., Run], make_spec: Make
) -> None:
    settings = trainer(
        epochs=4,
        validate_every_steps=5,
        optimizer=OptimizerSpec(learning_rate=0.3),
        early_stopping=EarlyStoppingSpec(patience=2, min_delta=9.0),
        checkpoints=CheckpointSpec(top_k=9),
    )
    run = train(make_spec(trainer=settings))
    epochs = run.series["valid/loss"].epochs
    assert run.series["valid/loss"].steps.tolist() == [5, 10, 15] and epochs is not None
    assert epochs.tolist() == pytest.approx([5 / 6, 10 / 6, 15 / 6])
    assert len(run.series["train/accuracy"].steps) == 3
    assert any("after epoch 2.5: the validation loss was no better for 2 validations" in line for line in run.log)
    best = (0.833, 1.667, 2.5)[int(np.argmin(run.series["valid/loss"].values))]
    assert run.outcome is not None and f"The model of epoch {best} is kept" in run.outcome.cause
    names = sorted(path.stem for path in (run.folder / "checkpoints").glob("epoch=*.safetensors"))
    assert names == ["epoch=001-step=000005", "epoch=002-step=000010", "epoch=003-step=000015"]
    whole = train(make_spec(trainer=trainer(validate_every_steps=5)))
    assert whole.series["valid/loss"].steps.tolist() == [5, 10, 12]


def test_that_accumulated_batches_make_one_step(train: Callable[..., Run], make_spec: Make) -> None:
    whole = train(make_spec(trainer=trainer(batch_size=168, epochs=3)))
    parts = train(make_spec(trainer=trainer(batch_size=56, accumulate_grad_batches=3, epochs=3)))
    assert parts.series["train/loss"].steps.tolist() == [1, 2, 3]
    # Batch normalisation sees smaller batches, so the two are close but not equal.
    assert parts.series["train/loss"].values == pytest.approx(whole.series["train/loss"].values, rel=0.15)
    uneven = train(make_spec(trainer=trainer(batch_size=32, accumulate_grad_batches=4)))
    assert uneven.series["train/loss"].steps.tolist() == [1, 2, 3, 4]


def test_that_gradients_are_clipped_and_their_norm_is_told_as_it_was(
    train: Callable[..., Run], make_spec: Make
) -> None:
    sgd = OptimizerSpec(name="SGD", learning_rate=0.1, momentum=0.0, weight_decay=0.0)
    free = train(make_spec(trainer=trainer(epochs=1, optimizer=sgd)))
    clipped = train(make_spec(trainer=trainer(epochs=1, optimizer=sgd, gradient_clip=1e-6)))
    assert clipped.series["grad_norm"].values[0] == free.series["grad_norm"].values[0] > 1e-3
    losses = clipped.series["train/loss"].values
    assert not np.array_equal(losses, free.series["train/loss"].values)


@pytest.mark.parametrize("schedule", ["linear", "cosine", "reduce_lr_on_plateau", "warmup_stable_decay", "greedy"])
def test_that_the_learning_rate_follows_its_schedule(train: Callable[..., Run], make_spec: Make, schedule: str) -> None:
    spec = ScheduleSpec.model_validate({"name": schedule, "warmup": 0.25, "patience": 0, "factor": 0.5})
    rates = train(make_spec(trainer=trainer(epochs=4, schedule=spec))).series["lr"].values
    assert len(rates) == 24
    if schedule == "reduce_lr_on_plateau":
        assert rates[0] == 1e-3
    elif schedule == "greedy":
        assert rates[0] == 1e-3 and {*rates.tolist()} & {2e-3, 5e-4}
    else:
        assert rates[0] == 0.0 and rates.max() == pytest.approx(1e-3) and rates[-1] < 1e-3
        assert np.argmax(rates) == 6


@pytest.mark.parametrize("precision", ["bf16-mixed", "64-true"])
def test_that_other_number_formats_train(train: Callable[..., Run], make_spec: Make, precision: str) -> None:
    run = train(make_spec(trainer=trainer(epochs=1, precision=precision)))
    assert np.isfinite(run.series["valid/loss"].values).all()


def test_that_balance_is_heard_in_loss_and_sampling(train: Callable[..., Run], make_spec: Make) -> None:
    plain = train(make_spec(trainer=trainer(epochs=1)))
    for balance in (BalanceSpec(class_weights="balanced"), BalanceSpec(balanced_sampling=True)):
        run = train(make_spec(tabular=TabularSpec(balance=balance), trainer=trainer(epochs=1)))
        assert not np.array_equal(run.series["train/loss"].values, plain.series["train/loss"].values)


def test_that_pretraining_comes_first_under_its_own_keys(train: Callable[..., Run], make_spec: Make) -> None:
    tabular_spec = TabularSpec(pretrain=PretrainSpec(enabled=True, epochs=3, freeze=True))
    run = train(make_spec(tabular=tabular_spec, trainer=trainer()))
    assert run.series["pretrain/loss"].steps.tolist() == list(range(1, 19))
    assert run.series["pretrain/loss"].values[-1] < run.series["pretrain/loss"].values[0]
    assert len(run.series["train/loss"].steps) == 12


def test_that_a_cross_validation_trains_each_fold_and_sums_up(train: Callable[..., Run], make_spec: Make) -> None:
    run = train(make_spec(split=KFoldSplit(folds=3), trainer=trainer(epochs=1)))
    assert {f"fold{i}/valid/accuracy" for i in (1, 2, 3)} <= set(run.series)
    evaluation = read_evaluation(run.folder)
    assert evaluation is not None and evaluation.rows == 240
    scores = {score.metric: score for score in evaluation.folds}
    accuracy = scores["valid/accuracy"]
    assert accuracy.values == pytest.approx([run.series[f"fold{i}/valid/accuracy"].values[-1] for i in (1, 2, 3)])
    assert accuracy.standard_error == pytest.approx(accuracy.std / math.sqrt(3))
    assert run.outcome is not None and "3 folds" in run.outcome.cause
    assert TrainedModel.load(run.folder).encoder.targets[0].classes == ("no", "yes")


class _StopAt:
    """Asks a run to stop when it records a step."""

    def __init__(self, recorder: Recorder, step: int) -> None:
        self._recorder, self._step = recorder, step
        self._points = recorder.points
        recorder.points = self  # type: ignore[method-assign, assignment]

    def __call__(self, key: str, points: Any) -> None:
        self._points(key, points)
        if key == "train/loss" and points.steps[-1] >= self._step:
            self._recorder.stop_requested = True


def test_that_a_stopped_run_ends_at_the_next_step_and_keeps_its_best_model(
    train: Callable[..., Run], make_spec: Make
) -> None:
    run = train(make_spec(trainer=trainer(epochs=1000)), lambda recorder: _StopAt(recorder, 12))
    assert run.outcome is not None and run.outcome.kind == OutcomeKind.STOPPED
    steps = run.series["train/loss"].steps
    # The step log is copied at an epoch's end, and the step after that one sees the wish.
    assert steps.tolist() == list(range(1, len(steps) + 1)) and len(steps) < 1000
    assert read_evaluation(run.folder) is not None
    TrainedModel.load(run.folder)


def test_that_a_run_stopped_before_its_first_epoch_says_that_there_is_no_model(
    train: Callable[..., Run], make_spec: Make
) -> None:
    def stop(recorder: Recorder) -> None:
        recorder.stop_requested = True

    run = train(make_spec(trainer=trainer()), stop)
    assert run.outcome is not None and run.outcome.kind == OutcomeKind.STOPPED
    assert "no model yet" in run.outcome.cause
    assert run.series["train/loss"].steps.tolist() == [1]


def test_that_a_loss_that_is_no_number_fails_with_advice_and_is_shown(
    train: Callable[..., Run], make_spec: Make
) -> None:
    sgd, rising = OptimizerSpec(name="SGD", learning_rate=10.0, momentum=0.99), ScheduleSpec(name="linear", warmup=0.5)
    run = train(make_spec("regression", trainer=trainer(epochs=400, optimizer=sgd, schedule=rising)), fails=True)
    assert run.outcome is not None and "learning rate" in run.outcome.advice
    values = run.series["train/loss"].values
    kind, payload = run.events[-1]
    assert kind == "nan"
    assert not np.isfinite(values[payload["step"] - 1])
    assert np.isfinite(values[: payload["step"] - 1]).all()
    assert any("the best before the failure, is kept" in line for line in run.log)
    TrainedModel.load(run.folder)


def test_that_batches_of_one_row_are_refused_where_a_model_normalises(
    train: Callable[..., Run], make_spec: Make
) -> None:
    run = train(make_spec(trainer=trainer(batch_size=1)), fails=True)
    assert run.outcome is not None and "1 row at a time" in run.outcome.cause


def test_that_a_column_that_is_gone_is_named(train: Callable[..., Run], make_spec: Make) -> None:
    spec = make_spec(trainer=trainer())
    roles = spec.data.roles.model_copy(update={"continuous": ("a", "weight")})
    run = train(
        spec.model_copy(update={"data": spec.data.model_copy(update={"roles": roles})}),
        fails=True,
    )
    assert run.outcome is not None and "“weight” is gone" in run.outcome.cause


def test_that_data_that_is_gone_is_named(train: Callable[..., Run], make_spec: Make) -> None:
    spec = make_spec(trainer=trainer())
    run = train(spec.model_copy(update={"data": spec.data.model_copy(update={"dataset": "e" * 16})}), fails=True)
    assert run.outcome is not None and "no longer in the workspace" in run.outcome.cause
