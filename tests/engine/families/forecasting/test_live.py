"""What can be looked at of a run: forecasts that grow while it learns, and all of them when it is done."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from engine.families.files import read_evaluation
from engine.families.forecasting.forecasts import Forecasts
from engine.families.forecasting.live import MOST_WINDOWS, windows_to_watch
from engine.families.forecasting.placement import Placement
from engine.families.forecasting.series import prepare
from engine.runs import Outcome, RunStore
from engine.runs.forecasts import LIVE_EVENT, LiveForecasts, read_live
from engine.spec import RunSpec
from engine.training.failures import RunFailed

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]


@pytest.fixture(autouse=True)
def ready_data(shops: pd.DataFrame, snapshot: Callable[..., str]) -> None:
    torch.set_num_threads(1)
    snapshot(shops)


@pytest.fixture
def trained(make_shop_spec: Make, train: Train, workspace: Path) -> Callable[..., tuple[Path, str]]:
    """Trains a small model, and returns the run's folder and id."""

    def done(model: str = "nhits", **changes: object) -> tuple[Path, str]:
        small = {"hidden_size": 8} if model == "nhits" else {}
        run_id = train(make_shop_spec(model, model__params=small, **changes))[1]
        with RunStore(workspace) as store:
            return store.run_folder(run_id), run_id

    return done


def test_that_the_forecasts_to_watch_are_those_of_the_last_epoch(
    trained: Callable[..., tuple[Path, str]], workspace: Path, shops: pd.DataFrame
) -> None:
    folder, run_id = trained(trainer__epochs=3)
    live = read_live(folder)
    assert live is not None
    assert (live.epoch, live.target, live.fold) == (3, "sales", "")
    with RunStore(workspace) as store:
        told = [event.payload for event in store.events(run_id) if event.kind == LIVE_EVENT]
    assert told[-1]["epoch"] == 3
    assert len(live.windows) == MOST_WINDOWS
    for window in live.windows:
        assert len(window.times) == len(window.past) + len(window.actual) == 12 + 4
        assert np.isfinite(window.quantiles).all()
        assert window.quantiles[live.levels.index(0.5)] == window.forecast
        truth = shops[(shops["shop"] == window.series)].set_index("time")["sales"]
        seen = truth[pd.to_datetime(np.array(window.times), unit="s")]
        np.testing.assert_array_equal(seen.to_numpy(), [*window.past, *window.actual])
        assert pd.Timestamp(window.origin).timestamp() == window.times[11]


def test_that_what_is_watched_is_a_few_windows_of_many_series_and_several_of_few(
    make_shop_spec: Make, shops: pd.DataFrame
) -> None:
    series = prepare(shops, make_shop_spec())
    few = Placement(series, np.repeat([0, 1, 2], 9), np.arange(27), 4)
    assert np.bincount(few.number[windows_to_watch(few)]).tolist() == [4, 4, 4]
    many = Placement(series, np.repeat(np.arange(500), 3), np.arange(1500), 4)
    chosen = windows_to_watch(many)
    assert len(np.unique(many.number[chosen])) == len(chosen) == MOST_WINDOWS
    one = Placement(series, np.zeros(2, np.int64), np.arange(2), 4)
    assert windows_to_watch(one).tolist() == [0, 1]


def test_that_a_forecast_that_is_no_number_can_be_written_and_read() -> None:
    live = LiveForecasts(target="y", fold="", epoch=1, step=2, levels=(0.5, float("inf")), windows=())
    assert LiveForecasts.model_validate_json(live.model_dump_json()) == live


def test_that_half_a_file_shows_nothing(tmp_path: Path) -> None:
    assert read_live(tmp_path) is None
    (tmp_path / "live_forecasts.json").write_text('{"target": "y", "windows": [')
    assert read_live(tmp_path) is None


def test_that_every_kept_forecast_is_read_as_the_table_has_it(trained: Callable[..., tuple[Path, str]]) -> None:
    folder, _ = trained()
    import duckdb

    with duckdb.connect() as db:
        table = db.sql(f"SELECT * FROM '{folder / 'predictions.parquet'}' WHERE split = 'test'").df()
    forecasts = Forecasts.of(folder)
    for number, name in enumerate(forecasts.names.names):
        own = table[table["shop"] == name].sort_values(["origin", "step"])
        origins = own["origin"].unique()
        assert forecasts.names.windows[number] == len(origins)
        for place, origin in enumerate(origins):
            lines, window = own[own["origin"] == origin], forecasts.window(number, place)
            assert window.origin == str(origin)
            np.testing.assert_array_equal(window.actual, lines["sales"])
            np.testing.assert_allclose(window.forecast, lines["predicted sales"], rtol=1e-6)
            np.testing.assert_allclose(window.quantiles[0], lines["quantile 0.02"], rtol=1e-6)
            assert window.baselines["last_value"] == (window.past[-1],) * 4


def test_that_a_series_metrics_are_those_of_the_evaluation(trained: Callable[..., tuple[Path, str]]) -> None:
    folder, _ = trained()
    evaluation, forecasts = read_evaluation(folder), Forecasts.of(folder)
    assert evaluation is not None and evaluation.forecast is not None
    for score in evaluation.forecast.series:
        found = forecasts.series(forecasts.names.names.index(score.series))
        assert found.metrics == pytest.approx(score.metrics, rel=1e-5)
        assert set(found.baselines) == {"last_value", "seasonal_naive"}
        assert len(found.errors) == len(found.origins)
        assert np.mean(found.errors) == pytest.approx(found.metrics["mae"])
        assert all(low <= mean <= high for low, mean, high in zip(found.low, found.residuals, found.high, strict=True))


def test_that_a_backtest_keeps_the_forecasts_of_all_folds(trained: Callable[..., tuple[Path, str]]) -> None:
    split = {"kind": "rolling", "folds": 2, "test_steps": 6, "valid_steps": 6}
    folder, _ = trained(split=split)
    forecasts = Forecasts.of(folder)
    assert forecasts.folds == ("fold1", "fold2")
    assert forecasts.names.windows == (6, 6, 6)
    origins = forecasts.series(0).origins
    assert list(origins) == sorted(set(origins))
    live = read_live(folder)
    assert live is not None and live.fold == "fold2"


def test_that_baselines_can_be_browsed_too(trained: Callable[..., tuple[Path, str]]) -> None:
    folder, _ = trained("seasonal_naive", forecasting__season=24)
    forecasts = Forecasts.of(folder)
    window = forecasts.window(1, 0)
    assert window.quantiles == ()
    np.testing.assert_allclose(window.forecast, window.baselines["seasonal_naive"], rtol=1e-6)
    assert read_live(folder) is None


def test_that_what_is_not_there_is_said_in_a_sentence(trained: Callable[..., tuple[Path, str]], tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="no forecasts"):
        Forecasts.of(tmp_path)
    forecasts = Forecasts.of(trained("last_value")[0])
    with pytest.raises(RunFailed, match="no such series"):
        forecasts.window(3, 0)
    with pytest.raises(RunFailed, match="no such forecast"):
        forecasts.window(0, 999)


def test_that_looking_at_forecasts_needs_no_torch(trained: Callable[..., tuple[Path, str]], workspace: Path) -> None:
    _, run_id = trained("last_value")
    code = (
        "import json, sys; from pathlib import Path; from engine.jobs.data_requests import METHODS;"
        "from engine.jobs.requests import Call; call = Call(Path(sys.argv[1]), print, bool);"
        "METHODS['forecast_names'](call, sys.argv[2]); METHODS['forecast_series'](call, sys.argv[2], 0);"
        "METHODS['forecast_window'](call, sys.argv[2], 0, 0); print(json.dumps('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, workspace, run_id], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False
