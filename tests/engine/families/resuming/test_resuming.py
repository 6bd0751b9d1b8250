"""A resumed run of any family equals the uninterrupted one to the bit, wherever it was left."""

from typing import Any

import pytest
import torch

from engine.catalog import forecasting_models, model
from engine.runs import Change, Outcome, RunStore
from engine.spec import (
    BalanceSpec,
    CheckpointSpec,
    EarlyStoppingSpec,
    ModelSpec,
    OptimizerSpec,
    PretrainSpec,
    ScheduleSpec,
    TabularSpec,
)
from engine.training.changes import EPOCHS
from engine.training.recorder import Recorder

STEPS = 6  # an epoch
TRAINERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "cosine": {"schedule": ScheduleSpec(name="cosine", warmup=0.2), "gradient_clip": 0.5},
    "plateau": {"schedule": ScheduleSpec(name="reduce_lr_on_plateau", patience=0)},
    "momentum": {"optimizer": OptimizerSpec(name="SGD", learning_rate=0.05)},
    "double": {"precision": "64-true"},
    "half": {"precision": "bf16-mixed"},
    "validated within epochs": {
        "validate_every_steps": 4,
        "schedule": ScheduleSpec(name="greedy", patience=0),
    },
}
OF_ROWS: dict[str, dict[str, Any]] = {
    "dropout": {"model": ModelSpec(params={"layers": "16-8", "dropout": 0.3})},
    "balanced": {
        "tabular": TabularSpec(
            task="classification", balance=BalanceSpec(balanced_sampling=True, class_weights="balanced")
        )
    },
    "gandalf": {"model": ModelSpec(name="gandalf", params={"gflu_stages": 2})},
    "pretrained": {"tabular": TabularSpec(task="classification", pretrain=PretrainSpec(enabled=True, epochs=1))},
}
OF_SERIES: dict[str, dict[str, Any]] = {
    "dropout": {"model__params": {"hidden_size": 16, "dropout": 0.3}},
    "scaled": {"trainer__precision": "16-mixed", "model__params": {"hidden_size": 16}},
    "tft": {"model__name": "tft", "forecasting__inputs": {"calendar": ["hour"]}},
    "samples": {"model__name": "deepar", "forecasting__loss": "normal"},
    "quantile network": {"forecasting__loss": "implicit_quantile", "model__params": {"hidden_size": 16}},
    "quantile function": {"forecasting__loss": "mqf2", "model__params": {"hidden_size": 16}},
    "series together": {"model__name": "deepar", "forecasting__loss": "multivariate_normal"},
}
SEEN = {"nhits", "tft", "deepar", "nbeats_kan"}
"""Networks of series that the tests above leave and go on with; and one whose sums differ in the last bit from one training
to the next, whether it is left or not."""
OF_TEXT: dict[str, dict[str, Any]] = {
    "convolution": {"model": "text_cnn"},
    "attention": {"task": "sequence-classification", "model": "bert", "trainer__gradient_clip": 1.0},
    "recurrent": {"task": "rnn-lm", "model": "lstm_lm", "trainer__batch_size": 22},
    "gated": {"task": "rnn-lm", "model": "gru_lm", "trainer__batch_size": 22, "trainer__accumulate_grad_batches": 2},
    "masked": {"task": "masked-lm", "model": "bert"},
    "whole words": {"task": "masked-lm", "model": "bert", "text__masking__whole_words": True},
    "causal": {"task": "causal-lm", "model": "gpt2", "text__max_length": 8},
    "unsorted": {"text__length_buckets": False},
    "vectors": {
        "task": "word2vec",
        "model": "word2vec",
        "trainer__batch_size": 256,
        "trainer__gradient_clip": 0.1,
        "trainer__optimizer": {"name": "Adagrad", "learning_rate": 0.05, "weight_decay": 0.0},
    },
    "all vectors": {"task": "word2vec", "model": "word2vec", "trainer__batch_size": 256},
}


def assert_goes_on(runs: Any, spec: Any, *, leave: list[int], wish: Any) -> None:
    """Train a run whole, and another one that is left after each of these steps; compare them."""
    reference, run_id = runs.reference(spec), runs.begin(spec)
    assert not runs.train(run_id, leave[0], wish)
    assert runs.curves(run_id)["train/loss"][-1][0] == leave[0]
    for at in leave[1:]:
        assert not runs.resume(run_id, at=at, wish=wish)
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


@pytest.mark.parametrize("leave", [[STEPS], [1, STEPS + 2], [STEPS // 2, 2 * STEPS]])
def test_that_a_run_paused_anywhere_goes_on_to_the_bit(runs: Any, family: Any, pause: Any, leave: list[int]) -> None:
    assert_goes_on(runs, family.spec(), leave=leave, wish=pause)


@pytest.mark.parametrize("leave", [[4], [1, 6], [3, 8]])  # 11 batches an epoch, four steps
def test_that_a_run_paused_between_summed_batches_goes_on_to_the_bit(
    runs: Any, family: Any, pause: Any, leave: list[int]
) -> None:
    halves = family.trainer(accumulate_grad_batches=3, batch_size=-(-family.batch // 2))
    assert_goes_on(runs, family.spec(trainer=halves), leave=leave, wish=pause)


@pytest.mark.parametrize("name", TRAINERS)
def test_that_every_way_of_training_goes_on_to_the_bit(runs: Any, family: Any, pause: Any, name: str) -> None:
    assert_goes_on(runs, family.spec(trainer=family.trainer(**TRAINERS[name])), leave=[2, 8], wish=pause)


@pytest.mark.parametrize("name", OF_ROWS)
def test_that_every_setting_of_rows_goes_on_to_the_bit(runs: Any, tabular: Any, pause: Any, name: str) -> None:
    assert_goes_on(runs, tabular.spec(**OF_ROWS[name]), leave=[2, 8], wish=pause)


def test_that_a_run_that_predicts_numbers_goes_on_to_the_bit(runs: Any, tabular: Any, pause: Any) -> None:
    assert_goes_on(runs, tabular.spec_of_numbers(), leave=[2, 8], wish=pause)


@pytest.mark.parametrize("name", OF_SERIES)
def test_that_every_setting_of_series_goes_on_to_the_bit(
    runs: Any, forecasting: Any, make_shop_spec: Any, pause: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "scaled":  # a CPU is refused for it, as it computes in it too slowly; it can
        monkeypatch.setattr("engine.families.forecasting.fitting.choose_device", lambda _trainer: torch.device("cpu"))
    trained = {"trainer__epochs": 2, "trainer__batch_size": forecasting.batch}
    assert_goes_on(runs, make_shop_spec(**{**trained, **OF_SERIES[name]}), leave=[2, 8], wish=pause)


@pytest.mark.parametrize("name", [one.name for one in forecasting_models() if one.losses and one.name not in SEEN])
def test_that_every_network_of_series_goes_on_to_the_bit(
    runs: Any, forecasting: Any, make_shop_spec: Any, pause: Any, name: str
) -> None:
    info = model(name)
    parts: dict[str, Any] = {"model__params": dict(info.presets["small"]), "trainer__epochs": 2}
    parts["forecasting__loss"] = next(one for one in ("quantile", "normal", "mae") if one in info.losses)
    if info.inputs:
        parts["forecasting__inputs"] = {"calendar": ["hour"]}
    assert_goes_on(runs, make_shop_spec(name, trainer__batch_size=forecasting.batch, **parts), leave=[8], wish=pause)


@pytest.mark.parametrize("name", OF_TEXT)
def test_that_every_way_to_learn_text_goes_on_to_the_bit(
    runs: Any, text: Any, make_review_spec: Any, pause: Any, name: str
) -> None:
    spec = make_review_spec(trainer__epochs=2, **OF_TEXT[name])
    assert_goes_on(runs, spec, leave=[2, 5], wish=pause)


@pytest.mark.parametrize("name", ["recurrent", "masked"])
def test_that_language_models_that_are_extended_equal_longer_ones(
    runs: Any, text: Any, make_review_spec: Any, name: str
) -> None:
    run_id = runs.whole(make_review_spec(trainer__epochs=1, **OF_TEXT[name]))
    steps = runs.curves(run_id)["train/loss"][-1][0]
    with RunStore(runs.workspace) as store:
        store.finish(run_id, Outcome.finished())
        store.add_change(run_id, Change(steps, 1.0, EPOCHS, 2, 0.0))
        assert store.reopen(run_id, finished_too=True)
    assert runs.train(run_id)
    runs.assert_equal(run_id, runs.whole(make_review_spec(trainer__epochs=2, **OF_TEXT[name])))


def test_that_what_was_recorded_after_the_last_state_is_kept_and_not_written_twice(
    runs: Any, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.steps.COPY_EVERY_S", 0.0)
    spec = family.spec(trainer=family.trainer(checkpoints=CheckpointSpec(every_steps=4, every_epochs=100)))
    reference, run_id = runs.reference(spec), runs.begin(spec)

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


def test_that_a_validation_within_an_epoch_is_not_repeated_by_a_run_that_died_after_it(runs: Any, text: Any) -> None:
    stopping = EarlyStoppingSpec(patience=2, min_delta=9.0)  # no validation but the first is an improvement
    spec = text.spec(trainer=text.trainer(validate_every_steps=4, early_stopping=stopping))
    reference, run_id = runs.reference(spec), runs.begin(spec)
    assert [step for step, _ in reference.curves["valid/loss"]] == [4, 8, 12]

    class DeathError(BaseException):
        """Leaves the loop without a word."""

    def die(_recorder: Recorder) -> None:
        raise DeathError

    with pytest.raises(DeathError):
        runs.train(run_id, 5, die)
    assert '"step": 4' in (runs.folder(run_id) / "checkpoints" / "last.state.json").read_text()[:200]
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


def test_that_a_run_without_a_state_begins_again_and_writes_nothing_twice(runs: Any, family: Any, pause: Any) -> None:
    spec = family.spec(trainer=family.trainer(checkpoints=CheckpointSpec(keep_last=False)))
    reference, run_id = runs.reference(spec), runs.begin(spec)
    assert not runs.train(run_id, 8, pause)
    for path in (runs.folder(run_id) / "checkpoints").glob("last*"):
        path.unlink()
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_that_folds_that_are_over_are_not_trained_again(runs: Any, family: Any, pause: Any, precision: str) -> None:
    spec = family.spec(split=family.folds, trainer=family.trainer(epochs=2, precision=precision))
    reference, run_id = runs.reference(spec), runs.begin(spec)
    runs.fold = "fold2/"
    assert not runs.train(run_id, 3, pause)
    first = (runs.folder(run_id) / "fold1" / "model.safetensors").stat().st_mtime_ns
    assert runs.resume(run_id)
    assert (runs.folder(run_id) / "fold1" / "model.safetensors").stat().st_mtime_ns == first
    runs.assert_equal(run_id, reference)


def test_that_a_run_left_at_the_last_step_of_a_fold_goes_on_with_the_next(runs: Any, family: Any, pause: Any) -> None:
    spec = family.spec(split=family.folds, trainer=family.trainer(epochs=1))
    reference, run_id = runs.reference(spec), runs.begin(spec)
    runs.fold = "fold1/"
    last = reference.curves["fold1/train/loss"][-1][0]
    assert not runs.train(run_id, last, pause)
    runs.fold = "fold3/"
    assert not runs.resume(run_id, at=1, wish=pause)
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)


def test_that_early_stopping_goes_on_counting(runs: Any, family: Any, pause: Any) -> None:
    settings = family.trainer(
        epochs=40, optimizer=OptimizerSpec(learning_rate=0.3), early_stopping=EarlyStoppingSpec(patience=3)
    )
    spec = family.spec(trainer=settings)
    reference, run_id = runs.reference(spec), runs.begin(spec)
    last = reference.curves["train/loss"][-1][0]
    assert last < 40 * STEPS
    assert not runs.train(run_id, last - STEPS - 1, pause)
    assert runs.resume(run_id)
    runs.assert_equal(run_id, reference)
