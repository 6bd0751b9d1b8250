"""Losses with weights of their own, and those that look at series together, are trained, kept, gone on with and asked with
their forecaster."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import torch

from engine.catalog import forecasting_models, problems
from engine.families.files import PREDICTIONS_FILE, read_evaluation
from engine.families.forecasting.evaluation import judged
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import Forecaster, build
from engine.families.forecasting.loading import training_loader
from engine.families.forecasting.running import load_series
from engine.families.forecasting.trained import TrainedForecaster
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.runs.forecasts import read_live
from engine.spec import RunSpec

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]
OWN = {"implicit_quantile": "quantile_network", "mqf2": "convex", "multivariate_normal": ""}
"""What the names of a loss' own weights have in them."""
CASES = [(info.name, loss) for info in forecasting_models() for loss in info.losses if loss in OWN]
INPUTS = {"forecasting__inputs": {"calendar": ["hour"]}}


@pytest.fixture(autouse=True)
def ready_data(shops: pd.DataFrame, snapshot: Callable[..., str]) -> None:
    torch.set_num_threads(1)
    shops["visitors"] = 1_000 + 50 * shops["sales"]
    snapshot(shops)


def material_of(workspace: Path, spec: RunSpec) -> Material:
    series = load_series(workspace, spec)
    return Material(spec, series, split(series, spec)[0])


def own_weights(forecaster: Forecaster, loss: str) -> list[torch.Tensor]:
    """The loss' own weights as the network knows them."""
    named = forecaster.network.named_parameters()
    return [one.detach().clone() for name, one in named if OWN[loss] and f"{OWN[loss]}." in name]


@pytest.mark.parametrize(("name", "loss"), CASES)
def test_that_it_is_learned_saved_and_loaded_with_its_forecaster(
    name: str, loss: str, workspace: Path, make_shop_spec: Make, train: Train
) -> None:
    faster = {"name": "Adam", "learning_rate": 0.01}
    spec = make_shop_spec(name, forecasting__loss=loss, trainer__epochs=3, trainer__optimizer=faster, **INPUTS)
    assert problems(spec) == []
    outcome, run_id = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED
    with RunStore(workspace) as store:
        folder = store.run_folder(run_id)
        losses = store.series(run_id, "train/loss").values
    assert np.isfinite(losses).all() and losses[-5:].mean() < losses[:5].mean()
    loaded, material = TrainedForecaster.load(folder), material_of(workspace, spec)
    assert loaded.forecaster is not None
    torch.manual_seed(spec.trainer.seed)
    first = own_weights(build(spec, material.recipe), loss)
    changed = [not torch.equal(*pair) for pair in zip(first, own_weights(loaded.forecaster, loss), strict=True)]
    assert all(changed) and bool(changed) == bool(OWN[loss])
    evaluation, live = read_evaluation(folder), read_live(folder)
    chance = torch.get_rng_state()
    (again,) = judged(loaded, material, "test")
    assert torch.equal(chance, torch.get_rng_state())  # what is drawn to judge does not disturb a training
    assert evaluation is not None and again.scores.overall() == evaluation.metrics["test"]
    assert {"quantile_loss", "coverage_80"} <= set(evaluation.metrics["test"])
    assert again.quantiles is not None and (np.ptp(again.quantiles, axis=2) > 0).all()
    assert live is not None and len(live.windows[0].quantiles) == len(live.levels)
    # Forecasts stand by series, in whichever order they were judged, and beside their own truth.
    table = duckdb.read_parquet(str(folder / PREDICTIONS_FILE)).df()
    table = table[table["split"] == "test"]
    assert table["shop"].is_monotonic_increasing
    absolute = (table["predicted sales"] - table["sales"]).abs().mean()
    assert absolute == pytest.approx(evaluation.metrics["test"]["mae"])


@pytest.mark.parametrize("loss", list(OWN))
def test_that_several_targets_have_a_loss_each(loss: str, workspace: Path, make_shop_spec: Make) -> None:
    spec = make_shop_spec(forecasting__loss=loss, data__roles={"target": ["sales", "visitors"], "group": ["shop"]})
    material = material_of(workspace, spec)
    forecaster = build(spec, material.recipe)
    batch = next(iter(training_loader(material.train, spec, spec.trainer, torch.device("cpu"))))
    forecaster.loss(batch).backward()
    weights = {
        name: one for name, one in forecaster.network.named_parameters() if OWN[loss] and f"{OWN[loss]}." in name
    }
    single = build(make_shop_spec(forecasting__loss=loss), material_of(workspace, make_shop_spec()).recipe)
    assert len(weights) == 2 * len(own_weights(single, loss))
    assert all(one.grad is not None and one.grad.any() for one in weights.values())
    assert set(weights) <= set(forecaster.network.state_dict())


@pytest.mark.parametrize("loss", list(OWN))
@pytest.mark.parametrize(
    "scaling", [{"normaliser": "none"}, {"transformation": "log"}, {"transformation": "count"}], ids=str
)
def test_that_a_target_is_learned_however_it_is_scaled(
    loss: str, scaling: dict[str, str], make_shop_spec: Make, train: Train
) -> None:
    spec = make_shop_spec(forecasting__loss=loss, forecasting__scaling=scaling, trainer__epochs=1)
    assert train(spec)[0].kind is OutcomeKind.FINISHED


@pytest.mark.parametrize("loss", list(OWN))
@pytest.mark.parametrize("precision", ["bf16-mixed", "64-true"])
def test_that_it_is_learned_in_other_number_formats(
    loss: str, precision: str, make_shop_spec: Make, train: Train
) -> None:
    spec = make_shop_spec("tft", forecasting__loss=loss, trainer__precision=precision, trainer__epochs=1)
    assert train(spec)[0].kind is OutcomeKind.FINISHED


@pytest.mark.parametrize("name", ["nhits", "tft", "deepar", "decoder_mlp"])
@pytest.mark.parametrize("loss", ["normal", "multivariate_normal"])
def test_that_several_targets_are_learned_by_each_network(
    name: str, loss: str, make_shop_spec: Make, train: Train
) -> None:
    roles = {"target": ["sales", "visitors"], "group": ["shop"]}
    spec = make_shop_spec(name, forecasting__loss=loss, data__roles=roles, trainer__epochs=1, **INPUTS)
    assert problems(spec) == []
    assert train(spec)[0].kind is OutcomeKind.FINISHED
