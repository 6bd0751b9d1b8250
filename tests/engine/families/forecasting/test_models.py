"""Every model trains for a moment, is judged beside the baselines, saved, loaded, and forecasts the same."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import torch

from engine.catalog import forecasting_models, model, problems
from engine.families.files import read_evaluation
from engine.families.forecasting import forecaster
from engine.families.forecasting.evaluation import judged
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import build
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.prediction import forecast, ready
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.running import load_series
from engine.families.forecasting.series import columns_of, prepare
from engine.families.forecasting.trained import TrainedForecaster
from engine.families.frames import read_columns
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.spec import RunSpec
from engine.training.loader import BatchPlan

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]
NAMES = [info.name for info in forecasting_models()]


@pytest.fixture(autouse=True)
def ready_data(shops: pd.DataFrame, snapshot: Callable[..., str]) -> None:
    torch.set_num_threads(1)
    snapshot(shops)


def suited(make: Make, name: str, **changes: object) -> RunSpec:
    """A small model with a loss and inputs that it can take."""
    info = model(name)
    roles: dict[str, object] = {"target": ["sales"], "group": ["shop"]}
    parts: dict[str, object] = {"model__params": dict(info.presets["small"])}
    if info.losses:
        parts["forecasting__loss"] = next(one for one in ("quantile", "normal", "mae") if one in info.losses)
    if info.inputs:
        roles |= {"continuous": ["price", "size"], "categorical": ["weather"] if info.unknown_inputs else []}
        parts["forecasting__inputs"] = {"known": ["price"], "static": ["size"], "calendar": ["hour"], "series": True}
    return make(name, data__roles=roles, **parts, **changes)


@pytest.mark.parametrize("name", [name for name in NAMES if model(name).losses])
def test_that_a_network_remembers_no_label_of_its_data_and_has_the_librarys_own_weights(
    name: str, workspace: Path, make_shop_spec: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = suited(make_shop_spec, name)
    series = load_series(workspace, spec)
    recipe = Material(spec, series, split(series, spec)[0]).recipe
    torch.manual_seed(0)
    lean = build(spec, recipe).network
    assert "south" not in str(dict(lean.hparams))
    monkeypatch.setattr(forecaster, "_lean", lambda kind, dataset, settings: kind.from_dataset(dataset, **settings))
    torch.manual_seed(0)
    whole = build(spec, recipe).network
    assert type(lean.output_transformer) is type(whole.output_transformer)
    for own, other in zip(lean.state_dict().values(), whole.state_dict().values(), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-4)  # N-BEATS-KAN begins with a least-squares fit


@pytest.mark.parametrize("name", NAMES)
def test_that_a_model_trains_and_forecasts_the_same_after_loading(
    name: str, workspace: Path, make_shop_spec: Make, train: Train, shops: pd.DataFrame
) -> None:
    spec = suited(make_shop_spec, name)
    assert problems(spec) == []
    outcome, run_id = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED
    assert "last value" in outcome.cause
    with RunStore(workspace) as store:
        folder, run = store.run_folder(run_id), store.run(run_id)
        losses = store.series(run_id, "train/loss").values if model(name).losses else np.zeros(1)
    assert np.isfinite(losses).all()
    evaluation = read_evaluation(folder)
    assert evaluation is not None and evaluation.forecast is not None
    assert set(evaluation.forecast.baselines) == {"last_value", "seasonal_naive"}
    assert len(evaluation.forecast.steps) == 4
    assert run.summary["test/mae"] == evaluation.metrics["test"]["mae"]
    if name in evaluation.forecast.baselines:
        assert evaluation.metrics["test"]["mae"] == pytest.approx(evaluation.forecast.baselines[name]["mae"])
    loaded = TrainedForecaster.load(folder)
    series = load_series(workspace, spec)
    again = judged(loaded, Material(spec, series, split(series, spec)[0]), "test")
    assert again[0].scores.overall() == evaluation.metrics["test"]
    future = shops.assign(sales=shops["sales"].where(shops["time"] < "2024-01-03 08:00"))
    tables = [forecast(one, ready(prepare(future, spec, one.recipe.frequency), one)) for one in (loaded, loaded)]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert len(tables[0]) == 3 * 4
    assert tables[0]["time"].min() == pd.Timestamp("2024-01-03 08:00")


def test_that_scales_and_categories_are_rebuilt_from_plain_numbers(workspace: Path, make_shop_spec: Make) -> None:
    for normaliser in ("encoder", "last", "series", "all", "none"):
        spec = suited(make_shop_spec, "nhits", forecasting__scaling={"normaliser": normaliser})
        series = load_series(workspace, spec)
        material = Material(spec, series, split(series, spec)[0])
        recipe = Recipe.model_validate_json(material.recipe.model_dump_json())
        assert recipe == material.recipe
        fresh = Material(spec, series, material.fold)
        fresh.__dict__["recipe"] = recipe
        mine, theirs = (one.part(material.fold.valid, "validation")[0] for one in (material, fresh))
        for name, tensor in mine.data.items():
            if name != "weight":
                pairs = (
                    zip(tensor, theirs.data[name], strict=True)
                    if isinstance(tensor, list)
                    else [(tensor, theirs.data[name])]
                )
                assert all(torch.equal(one, other) for one, other in pairs), (normaliser, name)
        (x, _), (y, _) = (one[3] for one in (mine, theirs))
        assert torch.equal(torch.as_tensor(x["target_scale"]), torch.as_tensor(y["target_scale"]))


def test_that_nothing_of_the_future_reaches_training(
    workspace: Path, make_shop_spec: Make, shops: pd.DataFrame
) -> None:
    """What comes after the training stretch may be anything: scales, categories and windows stay what they were."""
    spec = suited(make_shop_spec, "tft", forecasting__scaling={"normaliser": "series"})
    frame = read_columns(workspace / "datasets" / ("d" * 16) / "data.parquet", columns_of(spec))
    later = frame["time"] >= "2024-01-02 16:00"  # the first step of validation
    changed = frame.assign(
        sales=frame["sales"].where(~later, 1e6),
        price=frame["price"].where(~later, -1e6),
        weather=frame["weather"].where(~later, "snow"),
    )
    made = []
    for table in (frame, changed):
        series = prepare(table, spec)
        material = Material(spec, series, split(series, spec)[0])
        made.append((material.recipe, material.train))
    assert made[0][0] == made[1][0]
    assert torch.equal(made[0][1].data["reals"], made[1][1].data["reals"])
    assert len(made[0][1]) == len(made[1][1])


def test_that_a_backtest_trains_a_model_a_fold(workspace: Path, make_shop_spec: Make, train: Train) -> None:
    outcome, run_id = train(make_shop_spec(split={"kind": "rolling", "folds": 2, "test_steps": 6}, trainer__epochs=1))
    assert outcome.kind is OutcomeKind.FINISHED
    with RunStore(workspace) as store:
        folder = store.run_folder(run_id)
        keys = {info.key for info in store.series_keys(run_id)}
    assert {"fold1/valid/mae", "fold2/valid/mae"} <= keys
    evaluation = read_evaluation(folder)
    assert evaluation is not None
    mae = next(one for one in evaluation.folds if one.metric == "test/mae")
    assert len(mae.values) == 2
    assert evaluation.metrics["test"]["mae"] == pytest.approx(mae.mean)
    report = evaluation.forecast
    assert report is not None and report.insight is not None
    # Every step and series has as many windows in one fold as in the other, so the means of means are the mean.
    assert np.mean([step["mae"] for step in report.steps]) == pytest.approx(mae.mean)
    assert np.mean([one.metrics["mae"] for one in report.series]) == pytest.approx(mae.mean)
    beside = next(one for one in evaluation.folds if one.metric == "last_value/mae")
    assert len(beside.values) == 2 and beside.mean == pytest.approx(report.baselines["last_value"]["mae"])
    naive = [step["mae"] for step in report.baseline_steps["last_value"]]
    assert np.mean(naive) == pytest.approx(report.baselines["last_value"]["mae"])
    assert len({part.origin for part in report.insight.parts}) > 1
    table = duckdb.read_parquet(str(folder / "predictions.parquet")).df()
    assert set(table["split"]) == {"fold1", "fold2"}
    assert {"shop", "origin", "time", "step", "sales", "predicted sales", "quantile 0.1"} <= set(table.columns)


def test_that_the_windows_of_training_are_as_far_apart_as_asked(workspace: Path, make_shop_spec: Make) -> None:
    counts = []
    for step in (1, 5):
        spec = make_shop_spec(forecasting__windows={"encoder_length": 12, "horizon": 4, "step": step})
        series = load_series(workspace, spec)
        counts.append(len(Material(spec, series, split(series, spec)[0]).train))
    assert counts == [3 * 25, 3 * 5]


@pytest.mark.parametrize(
    ("loss", "scaling"),
    [
        ("mae", {}),
        ("rmse", {}),
        ("smape", {}),
        ("mase", {}),
        ("poisson", {"normaliser": "none"}),
        ("tweedie", {"normaliser": "none"}),
        ("poisson", {"transformation": "log1p"}),
        ("tweedie", {"transformation": "log1p", "normaliser": "none"}),
        ("normal", {}),
        ("lognormal", {"transformation": "log"}),
    ],
)
def test_that_every_loss_trains(loss: str, scaling: dict, make_shop_spec: Make, train: Train) -> None:
    spec = make_shop_spec("nhits", forecasting__loss=loss, forecasting__scaling=scaling, trainer__epochs=1)
    spec = spec.model_copy(update={"trainer": spec.trainer.model_copy(update={"gradient_clip": 1.0})})
    assert problems(spec) == []
    outcome, _ = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED


def test_that_precisions_and_lags_work(make_shop_spec: Make, train: Train) -> None:
    for precision in ("64-true", "bf16-mixed"):
        inputs = {"lags": {"sales": [24, 1]}, "target_scales": True, "calendar": ["hour"]}
        spec = make_shop_spec(
            "tft",
            forecasting__inputs=inputs,
            forecasting__windows={"encoder_length": 6, "horizon": 2},
            trainer__precision=precision,
            trainer__epochs=1,
        )
        assert train(spec)[0].kind is OutcomeKind.FINISHED


def test_that_judging_gives_the_loss_and_forecasts_that_each_has_alone(workspace: Path, make_shop_spec: Make) -> None:
    for name in ("nhits", "deepar"):
        spec = suited(make_shop_spec, name)
        series = load_series(workspace, spec)
        material = Material(spec, series, split(series, spec)[0])
        forecaster = build(spec, material.recipe)
        forecaster.network.eval()
        batch = next(iter(loader_of(material.train, BatchPlan.of(8, 8), None, torch.device("cpu"))))
        with torch.inference_mode():
            torch.manual_seed(1)
            loss, found = forecaster.judged(batch)
            torch.manual_seed(1)
            alone = forecaster.loss(batch), forecaster.forecast(batch)
        assert torch.equal(loss, alone[0])
        assert torch.equal(found[0].point, alone[1][0].point)
