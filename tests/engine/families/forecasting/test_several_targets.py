"""Several targets in one run: trained, judged, kept and forecast each in its own unit, beside baselines of its own."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import torch

from engine.catalog import forecasting_models, model, problems
from engine.families.files import read_evaluation
from engine.families.forecasting.datasets import make_dataset
from engine.families.forecasting.evaluation import judged
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import build
from engine.families.forecasting.forecasts import Forecasts
from engine.families.forecasting.loading import LibraryLoader, loader_of
from engine.families.forecasting.outlook import outlook_of
from engine.families.forecasting.prediction import forecast, ready
from engine.families.forecasting.preflight import preflight, recorded_metrics
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.running import load_series
from engine.families.forecasting.series import forecasting_of, prepare
from engine.families.forecasting.trained import TrainedForecaster
from engine.families.forecasting.window_loader import WindowLoader
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.runs.forecasts import read_live
from engine.spec import RunSpec
from engine.training.failures import RunFailed
from engine.training.loader import BatchPlan

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]
BOTH = ("sales", "visitors")
NAMES = [info.name for info in forecasting_models() if info.several_targets]


@pytest.fixture
def busy(shops: pd.DataFrame) -> pd.DataFrame:
    """The shops, with visitors beside the sales, in another unit."""
    rng = np.random.default_rng(5)
    return shops.assign(visitors=1_000 + 50 * shops["sales"] + rng.normal(size=len(shops)))


@pytest.fixture(autouse=True)
def ready_data(busy: pd.DataFrame, snapshot: Callable[..., str]) -> None:
    torch.set_num_threads(1)
    snapshot(busy)


def both(make: Make, name: str = "nhits", **changes: object) -> RunSpec:
    """A small model of two targets, with inputs and a loss that it can take."""
    info = model(name)
    roles: dict[str, object] = {"target": list(BOTH), "group": ["shop"]}
    parts: dict[str, object] = {"model__params": dict(info.presets["small"])}
    if info.losses:
        wanted = ("normal", "mae") if name == "timexer" else ("quantile", "normal", "mae")
        parts["forecasting__loss"] = next(one for one in wanted if one in info.losses)
        roles |= {"continuous": ["price", "size"]}
        parts["forecasting__inputs"] = {"known": ["price"], "static": ["size"], "calendar": ["hour"], "series": True}
    return make(name, **{"data__roles": roles, **parts, **changes})


def material_of(workspace: Path, spec: RunSpec) -> Material:
    series = load_series(workspace, spec)
    return Material(spec, series, split(series, spec)[0])


@pytest.mark.parametrize("name", NAMES)
def test_that_a_model_forecasts_each_target_and_the_same_after_loading(
    name: str, workspace: Path, make_shop_spec: Make, train: Train, busy: pd.DataFrame
) -> None:
    spec = both(make_shop_spec, name)
    assert problems(spec) == []
    outcome, run_id = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED
    assert "MAE of sales" in outcome.cause and "MAE of visitors" in outcome.cause
    with RunStore(workspace) as store:
        folder, run = store.run_folder(run_id), store.run(run_id)
        keys = {info.key for info in store.series_keys(run_id)}
    if model(name).losses:
        assert set(recorded_metrics(spec)) == {key for key in keys if key.startswith("valid/")}
    evaluation = read_evaluation(folder)
    assert evaluation is not None
    assert [report.target for report in evaluation.forecasts] == list(BOTH)
    assert run.summary["test/mae/sales"] == evaluation.metrics_of(evaluation.forecasts[0])["mae"]
    naive = [report.baselines["last_value"]["mae"] for report in evaluation.forecasts]
    assert naive[1] == pytest.approx(50 * naive[0], rel=0.1)
    loaded = TrainedForecaster.load(folder)
    again = judged(loaded, material_of(workspace, spec), "test")
    for one, report in zip(again, evaluation.forecasts, strict=True):
        assert one.scores.overall() == evaluation.metrics_of(report)
    future = busy.assign(**{one: busy[one].where(busy["time"] < "2024-01-03 08:00") for one in BOTH})
    table = forecast(loaded, ready(prepare(future, spec, loaded.recipe.frequency), loaded))
    assert len(table) == 3 * 4
    assert table["predicted visitors"].mean() > 500 > table["predicted sales"].mean()


def test_that_live_forecasts_results_and_tables_have_each_target(
    workspace: Path, make_shop_spec: Make, train: Train, busy: pd.DataFrame
) -> None:
    _, run_id = train(both(make_shop_spec))
    with RunStore(workspace) as store:
        folder = store.run_folder(run_id)
    live = read_live(folder)
    assert live is not None and live.target == "sales" and list(live.further) == ["visitors"]
    assert len(live.further["visitors"]) == len(live.windows)
    assert min(live.further["visitors"][0].actual) > 500 > max(live.windows[0].actual)
    table = duckdb.read_parquet(str(folder / "predictions.parquet")).df()
    for place, name in enumerate(BOTH):
        browsed = Forecasts.of(folder, place)
        assert (browsed.names.target, browsed.names.targets) == (name, BOTH)
        window = browsed.window(0, 0)
        rows = table[(table["split"] == "test") & (table["shop"] == "north")].iloc[:4]
        assert window.actual == pytest.approx(rows[name].tolist())
        assert window.quantiles[1] == pytest.approx(rows[f"quantile 0.1/{name}"].tolist(), rel=1e-5)
        assert window.baselines["last_value"][0] == pytest.approx(window.past[-1])
    evaluation = read_evaluation(folder)
    assert evaluation is not None
    parts = [report.insight.parts[0] for report in evaluation.forecasts if report.insight]
    assert [np.allclose(np.sum(one.parts, axis=0), one.total, atol=1e-3) for one in parts] == [True, True]
    assert parts[1].centre > 500 > parts[0].centre
    loaded = TrainedForecaster.load(folder)
    series = ready(prepare(busy, loaded.spec), loaded, allow_missing=True)
    outlook = outlook_of(series, forecast(loaded, series), forecasting_of(loaded.spec), BOTH)
    assert outlook.target == "sales" and min(outlook.further["visitors"][2].forecast) > 500


@pytest.mark.parametrize("normaliser", ["encoder", "last", "series", "all", "none"])
def test_that_our_loader_gives_several_targets_as_the_librarys_does(
    workspace: Path, make_shop_spec: Make, normaliser: str
) -> None:
    """And from scales that were rebuilt of plain numbers."""
    inputs = {"known": ["price"], "target_scales": True, "lags": {"visitors": [2], "sales": [3]}, "calendar": ["hour"]}
    spec = both(
        make_shop_spec,
        data__roles={"target": list(BOTH), "group": ["shop"], "continuous": ["price"]},
        forecasting__scaling={"normaliser": normaliser},
        forecasting__inputs=inputs,
    )
    material = material_of(workspace, spec)
    recipe = Recipe.model_validate_json(material.recipe.model_dump_json())
    dataset = make_dataset(material.frame, material.names, material.series.frequency, recipe)
    plan, cpu = BatchPlan.of(len(dataset), 16), torch.device("cpu")
    ours, theirs = loader_of(dataset, plan, None, cpu), LibraryLoader(dataset, plan, None, cpu)
    assert isinstance(ours, WindowLoader)
    tolerance = 2e-5 if normaliser in {"encoder", "last"} else 0.0
    for (mine, (target, _)), (x, (y, _)) in zip(ours, theirs, strict=True):
        assert mine.keys() == x.keys()
        for name in x:
            pairs = (
                zip(mine[name], x[name], strict=True) if isinstance(x[name], list | tuple) else [(mine[name], x[name])]
            )
            for one, other in pairs:
                torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance, check_dtype=False, msg=name)
        assert all(torch.equal(one, other) for one, other in zip(target, y, strict=True))


@pytest.mark.parametrize("loss", ["quantile", "smape", "mae"])
def test_that_the_loss_is_the_sum_of_the_targets_losses(workspace: Path, make_shop_spec: Make, loss: str) -> None:
    material = material_of(workspace, spec := both(make_shop_spec, "tft", forecasting__loss=loss))
    forecaster = build(spec, material.recipe)
    forecaster.network.eval()
    x, (target, weight) = batch = next(iter(loader_of(material.train, BatchPlan.of(8, 8), None, torch.device("cpu"))))
    with torch.inference_mode():
        found, forecasts = forecaster.judged(batch)
        theirs = forecaster.network.loss(
            forecaster.network(x)["prediction"],
            (target, weight),
            encoder_target=x["encoder_target"],
            encoder_lengths=x["encoder_lengths"],
        )
    assert len(forecasts) == 2
    assert float(found) == pytest.approx(float(theirs), rel=1e-4)


def test_that_a_model_of_one_target_is_refused_before_it_is_trained(workspace: Path, make_shop_spec: Make) -> None:
    for name in ("nbeats", "nbeats_kan", "xlstm"):
        spec = both(make_shop_spec, name, data__roles={"target": list(BOTH)}, forecasting__inputs={})
        (sentence,) = problems(spec)
        assert "forecasts one target, not 2; choose another model" in sentence
    timexer = both(make_shop_spec, "timexer", forecasting__loss="quantile")
    assert problems(timexer) == [
        "forecasting.loss: TimeXer forecasts several targets without quantiles; choose mae, rmse, smape or mase"
    ]
    found = preflight(workspace, both(make_shop_spec))
    assert found.parameters and not [one for one in found.warnings if one.severity == "error"]


def test_that_what_is_missing_in_a_further_target_is_mended_or_refused_by_name(
    busy: pd.DataFrame, make_shop_spec: Make
) -> None:
    early = (busy["shop"] == "north") & (busy["time"] >= "2024-01-03 06:00")
    ragged = busy.assign(visitors=busy["visitors"].where(~early))
    with pytest.raises(RunFailed, match="Column “visitors” has no value in 6 rows"):
        prepare(ragged, both(make_shop_spec))
    for policy, expected in (("forward", "last"), ("interpolate", "last"), ("zero", "zero")):
        timeline = {"column": "time", "missing_target": policy}
        series = prepare(ragged, both(make_shop_spec, forecasting__timeline=timeline))
        visitors = series.others["visitors"][:60]
        assert set(visitors[54:]) == ({0.0} if expected == "zero" else {visitors[53]})
    gone = busy[~((busy["shop"] == "south") & (busy["time"].dt.hour == 5))]
    filled = prepare(gone, both(make_shop_spec))
    assert len(filled) == len(busy) and not np.isnan(filled.others["visitors"]).any()
    twice = make_shop_spec(
        data__roles={"target": list(BOTH)}, forecasting__timeline={"column": "time", "duplicates": "sum"}
    )
    summed = prepare(busy, twice)
    assert summed.others["visitors"].sum() == pytest.approx(busy["visitors"].sum())
