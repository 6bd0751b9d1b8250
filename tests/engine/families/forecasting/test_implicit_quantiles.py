"""An implicit quantile network is trained, kept, gone on with and asked with its forecaster."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.catalog import forecasting_models, problems
from engine.families.files import read_evaluation
from engine.families.forecasting.evaluation import judged
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import Forecaster, build
from engine.families.forecasting.implicit_quantiles import ImplicitQuantiles
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.running import load_series
from engine.families.forecasting.trained import TrainedForecaster
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.runs.forecasts import read_live
from engine.spec import RunSpec
from engine.training.loader import BatchPlan

Make = Callable[..., RunSpec]
LOSS = {"forecasting__loss": "implicit_quantile"}
NAMES = [info.name for info in forecasting_models() if "implicit_quantile" in info.losses]
INPUTS = {"forecasting__inputs": {"calendar": ["hour"]}}


@pytest.fixture(autouse=True)
def ready_data(shops: pd.DataFrame, snapshot: Callable[..., str]) -> None:
    torch.set_num_threads(1)
    shops["visitors"] = 1_000 + 50 * shops["sales"]
    snapshot(shops)


def material_of(workspace: Path, spec: RunSpec) -> Material:
    series = load_series(workspace, spec)
    return Material(spec, series, split(series, spec)[0])


def learned(forecaster: Forecaster) -> list[torch.Tensor]:
    """The weights of the quantile networks."""
    return [one.detach().clone() for name, one in forecaster.network.named_parameters() if "quantile_network" in name]


@pytest.mark.parametrize("name", NAMES)
def test_that_it_is_learned_saved_and_loaded_with_its_forecaster(
    name: str, workspace: Path, make_shop_spec: Make, train: Callable[[RunSpec], tuple[Outcome, str]]
) -> None:
    spec = make_shop_spec(name, **LOSS, **INPUTS)
    assert problems(spec) == []
    outcome, run_id = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED
    with RunStore(workspace) as store:
        folder = store.run_folder(run_id)
        losses = store.series(run_id, "train/loss").values
    assert np.isfinite(losses).all() and losses[-3:].mean() < losses[:3].mean()
    loaded, material = TrainedForecaster.load(folder), material_of(workspace, spec)
    assert loaded.forecaster is not None
    torch.manual_seed(spec.trainer.seed)
    first = learned(build(spec, material.recipe))
    assert first and all(not torch.equal(*pair) for pair in zip(first, learned(loaded.forecaster), strict=True))
    evaluation, live = read_evaluation(folder), read_live(folder)
    chance = torch.get_rng_state()
    (again,) = judged(loaded, material, "test")
    assert torch.equal(chance, torch.get_rng_state())  # what is drawn to judge does not disturb a training
    assert evaluation is not None and again.scores.overall() == evaluation.metrics["test"]
    assert {"quantile_loss", "coverage_80"} <= set(evaluation.metrics["test"])
    assert again.quantiles is not None and (np.ptp(again.quantiles, axis=2) > 0).all()
    assert live is not None and len(live.windows[0].quantiles) == len(live.levels)


def test_that_several_targets_have_a_quantile_network_each(workspace: Path, make_shop_spec: Make) -> None:
    spec = make_shop_spec(**LOSS, data__roles={"target": ["sales", "visitors"], "group": ["shop"]})
    material = material_of(workspace, spec)
    forecaster = build(spec, material.recipe)
    batch = next(iter(loader_of(material.train, BatchPlan.of(8, 8), None, torch.device("cpu"))))
    forecaster.loss(batch).backward()
    weights = {name: one for name, one in forecaster.network.named_parameters() if "quantile_network" in name}
    assert len(weights) == 2 * len(list(ImplicitQuantiles([0.5]).parameters()))
    assert all(one.grad is not None and one.grad.any() for one in weights.values())
    assert set(weights) <= set(forecaster.network.state_dict())


def test_that_a_target_that_is_not_scaled_is_learned_too(
    make_shop_spec: Make, train: Callable[[RunSpec], tuple[Outcome, str]]
) -> None:
    spec = make_shop_spec(**LOSS, forecasting__scaling={"normaliser": "none"}, trainer__epochs=1)
    assert train(spec)[0].kind is OutcomeKind.FINISHED


def test_that_a_level_has_one_answer_and_draws_differ_from_forecast_to_forecast() -> None:
    torch.manual_seed(0)
    loss: Any = ImplicitQuantiles([0.1, 0.5, 0.9])
    loss._transformation = None
    given = torch.randn(1, 1, 18).expand(5, 4, 18)
    levels = loss.to_quantiles(given)
    assert torch.equal(levels, loss.to_quantiles(given)) and levels.shape == (5, 4, 3)
    drawn = loss.sample(given, 3)
    assert drawn.shape == (5, 4, 3) and len(drawn.unique()) == 60
