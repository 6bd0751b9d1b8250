import math

import numpy as np
import pytest
import torch

from engine.families.tabular.learning_rate_finder import HIGHEST, LOWEST, find_learning_rate
from engine.spec import TrainerSpec
from engine.training.failures import RunFailed


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


def test_that_a_diverging_loss_ends_the_search(workspace, small_frame, snapshot, make_spec):
    small_frame["price"] = small_frame["price"].cumsum()
    snapshot(small_frame)
    spec = make_spec("regression", trainer=TrainerSpec(batch_size=32, device="cpu", optimizer={"name": "SGD"}))
    curve = find_learning_rate(workspace, spec, lambda _told: None, lambda: False)
    assert curve.rates[-1] < HIGHEST


def test_that_what_stops_a_run_stops_the_search_in_the_same_words(workspace, make_spec):
    with pytest.raises(RunFailed, match="no longer in the workspace"):
        find_learning_rate(workspace, make_spec(), lambda _told: None, lambda: False)
