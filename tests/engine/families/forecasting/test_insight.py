"""What networks tell of themselves: weights of inputs, attention, and parts that add up to the forecast."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.families.files import read_evaluation
from engine.families.forecasting import insight
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.runs.forecasts import ForecastInsight
from engine.spec import RunSpec

Told = Callable[..., ForecastInsight | None]
SMALL: dict[str, dict[str, Any]] = {
    "tft": {"hidden_size": 4, "attention_head_size": 1, "hidden_continuous_size": 4},
    "nhits": {"hidden_size": 8},
    "nbeats": {"widths": [8, 16]},
}


@pytest.fixture
def told(
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    make_shop_spec: Callable[..., RunSpec],
    train: Callable[[RunSpec], tuple[Outcome, str]],
    workspace: Path,
) -> Told:
    """Trains a small model, and returns what it told."""
    torch.set_num_threads(1)
    snapshot(shops)

    def done(model: str, **changes: Any) -> ForecastInsight | None:
        outcome, run_id = train(make_shop_spec(model, model__params=SMALL.get(model, {}), trainer__epochs=1, **changes))
        assert outcome.kind is OutcomeKind.FINISHED
        with RunStore(workspace) as store:
            evaluation = read_evaluation(store.run_folder(run_id))
        assert evaluation is not None and evaluation.forecast is not None
        return evaluation.forecast.insight

    return done


def test_that_a_transformer_tells_which_inputs_and_steps_it_looks_at(told: Told) -> None:
    roles = {"target": ["sales"], "group": ["shop"], "continuous": ["price", "size"], "categorical": ["weather"]}
    inputs = {"known": ["price"], "static": ["size"], "calendar": ["hour"]}
    found = told("tft", data__roles=roles, forecasting__inputs=inputs)
    assert found is not None
    assert {one.name for one in found.past} == {"sales", "price", "weather", "hour"}
    assert {one.name for one in found.future} == {"price", "hour"}
    assert {one.name for one in found.static} == {"size"}
    for weights in (found.past, found.future, found.static):
        assert sum(one.share for one in weights) == pytest.approx(1)
        assert [one.share for one in weights] == sorted((one.share for one in weights), reverse=True)
    assert list(found.attention) == [1, 2, 4]
    assert all(len(shares) == 12 and sum(shares) == pytest.approx(1) for shares in found.attention.values())


def test_that_a_backtest_tells_the_mean_over_its_folds(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    each: list[ForecastInsight | None] = []
    told_by = insight._told

    def remember(*arguments: Any) -> ForecastInsight | None:
        each.append(told_by(*arguments))
        return each[-1]

    monkeypatch.setattr(insight, "_told", remember)
    roles = {"target": ["sales"], "group": ["shop"], "continuous": ["price"], "categorical": ["weather"]}
    found = told("tft", data__roles=roles, split={"kind": "rolling", "folds": 2, "test_steps": 6})
    one, two = each
    assert found is not None and one is not None and two is not None
    assert found.windows == one.windows + two.windows
    weights = [{weight.name: weight.share for weight in fold.past} for fold in (found, one, two)]
    assert weights[0] == pytest.approx({name: (weights[1][name] + weights[2][name]) / 2 for name in weights[1]})
    assert found.attention[1] == pytest.approx(np.mean([one.attention[1], two.attention[1]], axis=0))


@pytest.mark.parametrize(("model", "loss"), [("nhits", "quantile"), ("nhits", "mae"), ("nbeats", "mae")])
def test_that_parts_add_up_to_the_forecast(model: str, loss: str, told: Told) -> None:
    found = told(model, forecasting__loss=loss)
    assert found is not None and len(found.parts) == insight.WITH_PARTS
    for one in found.parts:
        assert np.isfinite(one.total).all()
        np.testing.assert_allclose(np.sum(one.parts, axis=0), one.total, atol=1e-3)
    names = {name for one in found.parts for name in one.names}
    assert names <= (
        {"last value", "block 1", "block 2", "block 3"} if model == "nhits" else {"trend", "season", "rest"}
    )


def test_that_networks_that_tell_nothing_and_curved_targets_have_none(told: Told) -> None:
    assert told("last_value") is None
    assert told("nhits", forecasting__loss="normal") is None  # blocks add up to numbers of a distribution
    assert told("nhits", forecasting__scaling={"transformation": "log"}) is None


def test_that_a_network_that_cannot_be_looked_into_is_kept_all_the_same(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("of another shape")

    monkeypatch.setattr(insight, "_told", broken)
    assert told("nhits") is None
