"""Runs of any family that are changed, extended, stopped or forked: what was changed is kept, and counts where it was."""

from dataclasses import replace
from typing import Any

import pytest
from safetensors.torch import load_file

from engine.jobs.supervisor import NotNow, Supervisor
from engine.runs import Change, Outcome, RunStatus, RunStore
from engine.spec import CheckpointSpec, OptimizerSpec, OriginSpec, ScheduleSpec
from engine.training.changes import EPOCHS, RATE
from engine.training.failures import RunFailed
from engine.training.recorder import Recorder

STEPS = 6  # an epoch


def test_that_a_changed_learning_rate_counts_from_its_step_and_is_kept(runs: Any, family: Any, change: Any) -> None:
    run_id = runs.begin(family.spec(trainer=family.trainer(schedule=ScheduleSpec(name="linear"))))
    assert runs.train(run_id, 5, change(RATE, 0.01))
    rates = dict(runs.curves(run_id)["lr"])
    total = 3 * STEPS
    assert float(rates[5]) == pytest.approx(1e-3 * (1 - 4 / total))
    assert float(rates[6]) == pytest.approx(1e-2 * (1 - 5 / total))
    (kept,) = runs.record(run_id).changes
    assert (kept.step, kept.field, kept.value) == (5, RATE, 0.01)


@pytest.mark.parametrize("field", [RATE, EPOCHS])
def test_that_changes_after_the_state_are_made_again_at_their_step(
    runs: Any, family: Any, change: Any, pause: Any, field: str
) -> None:
    value = 5.0 if field == EPOCHS else 0.01
    spec = family.spec(trainer=family.trainer(schedule=ScheduleSpec(name="cosine")))
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
    assert runs.record(third).progress.total_epochs == epochs


def test_that_half_an_epoch_is_trained_to_the_bit_and_gone_on_with_from_there(runs: Any, text: Any, pause: Any) -> None:
    spec = text.spec(trainer=text.trainer(epochs=1.5, schedule=ScheduleSpec(name="linear")))
    reference, left = runs.begin(spec), runs.begin(spec)
    assert runs.train(reference)
    assert [point[0] for point in runs.curves(reference)["valid/loss"]] == [STEPS, STEPS * 3 // 2]
    assert runs.record(reference).progress.epoch == 1.5
    assert not runs.train(left, STEPS * 3 // 2, pause)
    assert runs.resume(left)
    runs.assert_equal(left, reference)
    with RunStore(runs.workspace) as store:
        store.add_change(left, Change(STEPS * 3 // 2, 1.5, EPOCHS, 2.0, 0.0))
    assert runs.resume(left)
    assert [point[0] for point in runs.curves(left)["valid/loss"]] == [STEPS, STEPS * 3 // 2, 2 * STEPS]


def test_that_a_run_left_at_the_step_of_its_changes_equals_the_one_that_was_not(runs: Any, family: Any) -> None:
    def changed(recorder: Recorder) -> None:
        recorder._wanted_changes = [(RATE, 0.01), (EPOCHS, 4.0)]

    def changed_and_left(recorder: Recorder) -> None:
        changed(recorder)
        recorder.pause_requested = True

    whole, left = runs.begin(family.spec()), runs.begin(family.spec())
    assert runs.train(whole, 3, changed)
    assert not runs.train(left, 3, changed_and_left)
    assert runs.resume(left)
    runs.assert_equal(left, whole)


def test_that_epochs_are_added_to_a_finished_run(runs: Any, family: Any) -> None:
    run_id = runs.whole(family.spec())
    before = runs.curves(run_id)
    with RunStore(runs.workspace) as store:
        store.finish(run_id, Outcome.finished())
        store.add_change(run_id, Change(3 * STEPS, 3.0, EPOCHS, 5, 0.0))
        assert store.reopen(run_id, finished_too=True)
    assert runs.train(run_id)
    after = runs.curves(run_id)
    assert after["train/loss"][: len(before["train/loss"])] == before["train/loss"]
    assert [step for step, _ in after["train/loss"]] == list(range(1, 5 * STEPS + 1))
    longer = runs.whole(family.spec(trainer=family.trainer(epochs=5)))
    runs.assert_equal(run_id, longer)


def test_that_a_stopped_run_keeps_its_best_model(runs: Any, family: Any) -> None:
    def stop(recorder: Recorder) -> None:
        recorder.stop_requested = True

    run_id = runs.begin(family.spec())
    assert runs.train(run_id, STEPS + 2, stop)
    assert load_file(runs.folder(run_id) / "model.safetensors")
    assert any(name.startswith("test/") for name in runs.record(run_id).summary)


def test_that_a_run_may_begin_with_the_weights_of_another(runs: Any, family: Any) -> None:
    first = family.trainer(epochs=20, optimizer=OptimizerSpec(learning_rate=3e-3))
    origin = runs.whole(family.spec(trainer=first))
    spec = family.spec(trainer=family.trainer(epochs=1), origin=OriginSpec(run=origin))
    fresh, fork = runs.whole(family.spec(trainer=family.trainer(epochs=1))), runs.whole(spec)
    losses = [float(runs.curves(run)["train/loss"][0][1]) for run in (fresh, fork)]
    assert losses[1] < 0.9 * losses[0]
    with pytest.raises(RunFailed, match="do not fit"):
        runs.whole(spec.model_copy(update={"model": family.other}))
    with pytest.raises(RunFailed, match="is not here"):
        runs.whole(spec.model_copy(update={"origin": OriginSpec(run="nothing")}))


def test_that_a_diverged_run_goes_on_from_its_last_good_state_with_a_lower_rate(
    runs: Any, family: Any, change: Any
) -> None:
    settings = family.trainer(
        optimizer=OptimizerSpec(name="SGD", learning_rate=1e-3),
        checkpoints=CheckpointSpec(every_steps=8, every_epochs=3),
    )
    run_id = runs.begin(family.spec_of_numbers(trainer=settings))
    with pytest.raises(RunFailed) as failed:
        runs.train(run_id, 9, change(RATE, family.too_high))
    with RunStore(runs.workspace) as store:
        store.finish(run_id, Outcome.failed(failed.value.cause))
    supervisor = Supervisor(runs.workspace)
    supervisor.change(run_id, RATE, 2e-3)
    supervisor.reopen(run_id)
    assert runs.train(run_id)
    made = [(kept.step, kept.value) for kept in runs.record(run_id).changes]
    assert made == [(9, family.too_high), (8, 2e-3)]
    curves = runs.curves(run_id)
    assert float(curves["lr"][-1][1]) == 2e-3 and curves["train/loss"][-1][0] == 3 * STEPS
    assert load_file(runs.folder(run_id) / "model.safetensors")


def test_that_what_was_changed_at_rest_counts_after_another_pause(runs: Any, family: Any, pause: Any) -> None:
    rarely = CheckpointSpec(every_steps=100, every_epochs=100)
    run_id = runs.begin(family.spec(trainer=family.trainer(checkpoints=rarely)))
    assert not runs.train(run_id, 3, pause)
    with RunStore(runs.workspace) as store:
        store.add_change(run_id, Change(7, 1.2, RATE, 0.5, 0.0))
        store.add_change(run_id, Change(3, 0.5, RATE, 0.01, 1.0))
    assert not runs.resume(run_id, at=9, wish=pause)
    assert runs.resume(run_id)
    rates = dict(runs.curves(run_id)["lr"])
    assert [float(rates[step]) for step in (3, 4, 8, 10, 18)] == [1e-3, 0.01, 0.01, 0.01, 0.01]


def test_that_settings_which_cannot_change_are_refused_in_words(runs: Any, family: Any, pause: Any) -> None:
    supervisor = Supervisor(runs.workspace)
    run_id = runs.begin(family.spec())
    assert not runs.train(run_id, 2 * STEPS + 1, pause)
    folds = runs.begin(family.spec(split=family.folds))
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
