import math

import numpy as np
import pytest
import torch

from engine.families.learning_rate_finder import find_learning_rate
from engine.spec import BalanceSpec, TabularSpec, TrainerSpec
from engine.training.failures import RunFailed
from engine.training.rate_search import FEWEST_STEPS, HIGHEST, LOWEST, STEPS, _suggestion


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_that_a_rate_is_suggested_where_the_loss_falls(workspace, small_frame, snapshot, make_spec, task):
    snapshot(small_frame)
    told = []
    curve = find_learning_rate(workspace, make_spec(task), told.append, lambda: False)
    assert curve.rates[0] == LOWEST
    assert list(curve.rates) == sorted(curve.rates)
    assert all(math.isfinite(loss) for loss in curve.losses)
    assert LOWEST < curve.suggestion < HIGHEST
    place = int(np.searchsorted(curve.rates, curve.suggestion))
    assert curve.losses[place - 1] > curve.losses[min(place + 1, len(curve.losses) - 1)]
    assert min(curve.losses) < curve.losses[0]
    assert told[-1]["rates"] == list(curve.rates)[: len(told[-1]["rates"])]


def test_that_a_rate_is_suggested_for_series_too(workspace, shops, snapshot, make_shop_spec):
    snapshot(shops)
    spec = make_shop_spec(model__params={"hidden_size": 16})
    first, second = (find_learning_rate(workspace, spec, lambda _told: None, lambda: False) for _ in range(2))
    assert first == second
    assert LOWEST < first.suggestion < HIGHEST
    assert min(first.losses) < first.losses[0]
    with pytest.raises(RunFailed, match="cancelled"):
        find_learning_rate(workspace, spec, lambda _told: None, lambda: True)
    with pytest.raises(RunFailed, match="learns nothing"):
        find_learning_rate(workspace, make_shop_spec("last_value"), lambda _told: None, lambda: False)


def test_that_the_same_specification_gives_the_same_curve(workspace, small_frame, snapshot, make_spec):
    snapshot(small_frame)
    first, second = (find_learning_rate(workspace, make_spec(), lambda _told: None, lambda: False) for _ in range(2))
    assert first == second


def test_that_a_search_can_be_cancelled_after_any_step(workspace, small_frame, snapshot, make_spec):
    snapshot(small_frame)
    told = []
    with pytest.raises(RunFailed, match="cancelled"):
        find_learning_rate(workspace, make_spec(), told.append, lambda: len(told) >= 2)
    assert len(told) == 2


@pytest.mark.parametrize("balance", [{"class_weights": "balanced"}, {"balanced_sampling": True}])
def test_that_rare_classes_weigh_as_much_as_in_the_training(workspace, small_frame, snapshot, make_spec, balance):
    small_frame["kind"] = np.where(small_frame["a"] > 1.2, "yes", "no")
    snapshot(small_frame)
    spec = make_spec(tabular=TabularSpec(task="classification", balance=BalanceSpec(**balance)))
    plain, balanced = (find_learning_rate(workspace, one, lambda _: None, lambda: False) for one in (make_spec(), spec))
    assert plain.losses[0] != pytest.approx(balanced.losses[0], abs=1e-6)


@pytest.mark.parametrize(
    ("seconds_a_step", "steps", "words"), [(1.0, FEWEST_STEPS, "steps were taken"), (5.0, 0, "ended")]
)
def test_that_a_slow_model_takes_fewer_steps_and_says_so(
    workspace, small_frame, snapshot, make_spec, seconds_a_step, steps, words
):
    snapshot(small_frame)
    ticks = iter(range(STEPS))
    curve = find_learning_rate(
        workspace, make_spec(), lambda _: None, lambda: False, 60.0, lambda: next(ticks) * seconds_a_step
    )
    assert words in curve.note
    assert len(curve.rates) < STEPS
    if steps:
        assert steps - 2 <= len(curve.rates) <= 60
        assert curve.rates[-1] == pytest.approx(HIGHEST) or curve.losses[-1] > min(curve.losses)
    else:
        assert len(curve.rates) <= 13


def test_that_a_search_can_be_cancelled_before_its_first_step(workspace, small_frame, snapshot, make_spec):
    snapshot(small_frame)
    with pytest.raises(RunFailed, match="cancelled"):
        find_learning_rate(workspace, make_spec(), lambda _: pytest.fail("a step was taken"), lambda: True)


def test_that_a_diverging_loss_ends_the_search(workspace, small_frame, snapshot, make_spec):
    small_frame["price"] = small_frame["price"].cumsum()
    snapshot(small_frame)
    spec = make_spec("regression", trainer=TrainerSpec(batch_size=32, device="cpu", optimizer={"name": "SGD"}))
    curve = find_learning_rate(workspace, spec, lambda _told: None, lambda: False)
    assert curve.rates[-1] < HIGHEST


def test_that_what_stops_a_run_stops_the_search_in_the_same_words(workspace, make_spec):
    with pytest.raises(RunFailed, match="no longer in the workspace"):
        find_learning_rate(workspace, make_spec(), lambda _told: None, lambda: False)


def test_that_the_noise_before_the_fall_is_not_taken_for_the_steepest_fall():
    rates = np.geomspace(LOWEST, 0.1, 100)
    noise = 0.03 * np.random.default_rng(0).standard_normal(100)
    losses = 0.7 - 0.6 / (1 + (0.005 / rates) ** 2) + noise * (rates < 1e-3)
    suggestion, trouble = _suggestion(list(rates), list(losses))
    assert trouble == ""
    assert 1e-3 < suggestion < 2e-2
