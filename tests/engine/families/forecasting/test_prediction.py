"""A model forecasts beyond the end of the series in a new file, and says what it lacks."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import torch

from engine.families.forecasting.forecasts import Forecasts
from engine.families.prediction import PredictionReport, predict
from engine.runs import Outcome, RunStore
from engine.spec import RunSpec
from engine.training.failures import RunFailed

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]
INPUTS = {
    "data__roles": {"target": ["sales"], "group": ["shop"], "continuous": ["price"], "categorical": ["weather"]},
    "forecasting__inputs": {"known": ["price"], "calendar": ["hour"]},
    "model__params": {"hidden_size": 16},
    "trainer__epochs": 1,
}


@pytest.fixture
def trained(
    shops: pd.DataFrame, snapshot: Callable[..., str], make_shop_spec: Make, train: Train
) -> Callable[..., str]:
    """Trains a model on the shops with these parts of a specification and returns the run's id."""
    torch.set_num_threads(1)
    snapshot(shops)
    return lambda *model, **parts: train(make_shop_spec(*model, **parts))[1]


def ahead(shops: pd.DataFrame, hours: int) -> pd.DataFrame:
    """The shops with so many hours behind their end, in which only the price is known."""
    times = pd.date_range("2024-01-03 12:00", periods=hours, freq="h")
    rows = [{"time": time, "shop": shop, "price": 0.5} for shop in ("north", "south", "west") for time in times]
    return pd.concat([shops, pd.DataFrame(rows)], ignore_index=True)


def test_that_every_series_is_forecast_beyond_its_end(
    trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(model__params={"hidden_size": 16}, trainer__epochs=1)
    file, out = tmp_path / "shops.csv", tmp_path / "forecast.csv"
    shops.drop(columns=["weather", "price"]).sample(frac=1, random_state=1).to_csv(file, index=False)
    report = predict(workspace, run_id, file, out=out)
    found = pd.read_csv(out, parse_dates=["time"])
    assert report.rows == len(found) == 12
    assert list(found.columns[:4]) == ["shop", "time", "step", "predicted sales"]
    assert found["time"].min() == pd.Timestamp("2024-01-03 12:00")
    assert found.groupby("shop")["step"].apply(list).tolist() == [[1, 2, 3, 4]] * 3
    assert (np.diff(found[["quantile 0.02", "quantile 0.5", "quantile 0.98"]].to_numpy(), axis=1) >= 0).all()
    assert found["predicted sales"].tolist() == found["quantile 0.5"].tolist()
    again = predict(workspace, run_id, file)
    assert again.preview == report.preview
    assert report.extra_columns == ("day", "size")
    assert PredictionReport.model_validate_json(report.model_dump_json()) == report


def test_that_what_is_known_ahead_is_asked_for_and_used(
    trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(**INPUTS)
    file = tmp_path / "shops.csv"
    ahead(shops, 2).to_csv(file, index=False)
    with pytest.raises(RunFailed) as failed:
        predict(workspace, run_id, file)
    assert failed.value.cause == (
        "“price” is known ahead for the model, but not far enough in 3 series: north has it until 2024-01-03 13:00:00, and "
        "the forecast goes to 2024-01-03 15:00:00."
    )
    taken = predict(workspace, run_id, file, allow_missing=True)
    assert taken.rows == 12
    assert taken.notes == (f"{failed.value.cause} Where the calendar does not tell it, the last value goes on.",)
    whole = ahead(shops, 6)
    whole.to_csv(file, index=False)
    report = predict(workspace, run_id, file)
    assert report.rows == 12
    whole.assign(price=whole["price"].where(whole["sales"].notna(), 3.0)).to_csv(file, index=False)
    assert predict(workspace, run_id, file).preview != report.preview


def test_that_new_series_and_categories_are_told(
    trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(**{**INPUTS, "forecasting__inputs": {"calendar": ["hour"], "series": True}})
    new = shops[shops["shop"] == "west"].assign(shop="east", weather="fog")
    short = shops[shops["shop"] == "west"].iloc[:5].assign(shop="tiny")
    empty = shops[shops["shop"] == "west"].assign(shop="void", sales=np.nan)
    file = tmp_path / "shops.csv"
    pd.concat([shops, new, short, empty]).to_csv(file, index=False)
    report = predict(workspace, run_id, file)
    assert report.rows == 4 * 4
    assert report.unseen == {"weather": {"fog": 16}}
    told = "1 series were not in the training data: “east”; their values are scaled as those of a middling series and their"
    assert any(told in note for note in report.notes)
    assert any("“tiny”; they are left out" in note for note in report.notes)
    assert any("1 series have no past and get no forecast: “void”" in note for note in report.notes)


@pytest.mark.parametrize("name", ["last_value", "seasonal_naive"])
def test_that_a_baseline_forecasts_too(
    name: str, trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(name, forecasting__season=24)
    file = tmp_path / "shops.csv"
    shops.to_csv(file, index=False)
    report = predict(workspace, run_id, file)
    north = shops.loc[shops["shop"] == "north", "sales"].to_numpy()
    expected = [north[-1]] * 4 if name == "last_value" else north[-24:-20].tolist()
    assert [row[3] for row in report.preview[:4]] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop(columns=["sales"]), "shops.csv lacks a column that the model needs: “sales”."),
        (lambda table: table.assign(sales=np.nan), "Column “sales” is empty, and a forecast goes on from its past."),
        (lambda table: table.assign(time=range(len(table))), "holds whole numbers, and the model learned from dates"),
        (lambda table: table.groupby("shop").head(6), "3 series of 3 have fewer than 16 steps"),
    ],
)
def test_that_a_file_that_cannot_be_used_is_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame],
    words: str,
    trained: Callable[..., str],
    workspace: Path,
    shops: pd.DataFrame,
    tmp_path: Path,
) -> None:
    run_id = trained("last_value")
    change(shops).to_csv(tmp_path / "shops.csv", index=False)
    with pytest.raises(RunFailed) as failed:
        predict(workspace, run_id, tmp_path / "shops.csv")
    assert words in failed.value.cause
    with RunStore(workspace) as store:
        assert store.run(run_id).spec.family == "forecasting"


def test_that_its_own_series_go_on_without_a_file(
    trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(model__params={"hidden_size": 16}, trainer__epochs=1)
    shops.to_csv(tmp_path / "same.csv", index=False)
    report = predict(workspace, run_id, None)
    assert report.preview == predict(workspace, run_id, tmp_path / "same.csv").preview
    assert report.outlook is not None and [one.series for one in report.outlook.windows] == ["north", "south", "west"]
    window = report.outlook.windows[0]
    assert window.past[-1] == shops.loc[shops["shop"] == "north", "sales"].iloc[-1]
    assert window.forecast == pytest.approx([row[3] for row in report.preview[:4]])
    assert len(window.times) == len(window.past) + 4 and window.actual == ()
    assert len(window.quantiles) == len(report.outlook.levels) and report.ahead is None


def test_that_the_future_of_known_columns_can_be_filled_in(
    trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(**INPUTS)
    file = tmp_path / "shops.csv"
    ahead(shops, 2).to_csv(file, index=False)
    taken = predict(workspace, run_id, file, allow_missing=True)
    assert taken.ahead is not None and taken.ahead.columns == ("price",)
    assert len(taken.ahead.rows) == 12 and taken.ahead.rows[3] == ("north", "2024-01-03 15:00:00", 0.5)
    rows = [[*row[:2], "3"] for row in taken.ahead.rows]
    filled = predict(workspace, run_id, file, ahead=rows)
    assert filled.notes == ()
    assert filled.ahead is not None and {row[2] for row in filled.ahead.rows} == {3.0}
    whole = ahead(shops, 4)
    whole.assign(price=whole["price"].where(whole["sales"].notna(), 3.0)).to_csv(file, index=False)
    assert predict(workspace, run_id, file).preview == filled.preview
    with pytest.raises(RunFailed, match="“dear” is no number, and “price” of north at 2024-01-03 12:00:00 must be one"):
        predict(workspace, run_id, file, ahead=[[*rows[0][:2], "dear"]])


def test_that_a_column_that_follows_the_calendar_goes_on_by_it(
    trained: Callable[..., str], workspace: Path, shops: pd.DataFrame, tmp_path: Path
) -> None:
    run_id = trained(**INPUTS)
    shops["price"] = (shops["time"].dt.hour % 12).astype(float)
    shops.loc[3, "price"] = 7.0  # one step that is not as usual
    shops.to_csv(tmp_path / "shops.csv", index=False)
    report = predict(workspace, run_id, tmp_path / "shops.csv", allow_missing=True)
    assert report.ahead is not None
    assert [row[2] for row in report.ahead.rows[:4]] == [0.0, 1.0, 2.0, 3.0]
    assert any("the calendar goes on" in note for note in report.notes)


def test_that_days_are_written_as_dates_and_each_series_goes_on_at_its_own_times(
    workspace: Path,
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    make_shop_spec: Make,
    train: Train,
    tmp_path: Path,
) -> None:
    late = {"north": 0, "south": 1, "west": 2}
    step = shops.groupby("shop").cumcount()
    weekly = shops.assign(time=pd.Timestamp("2020-01-06") + pd.to_timedelta(7 * step + shops["shop"].map(late), "D"))
    file, out, whole = (tmp_path / name for name in ("shops.csv", "forecast.csv", "forecast.parquet"))
    weekly.to_csv(file, index=False)
    snapshot(weekly)
    _outcome, run_id = train(make_shop_spec("seasonal_naive"))
    predict(workspace, run_id, file, out=out)
    predict(workspace, run_id, file, out=whole)
    found = pd.read_csv(out)
    assert found[found["step"] == 1]["time"].tolist() == ["2021-03-01", "2021-03-02", "2021-03-03"]
    with RunStore(workspace) as store:
        folder = store.run_folder(run_id)
    with duckdb.connect() as db:
        written = db.execute(f"SELECT typeof(time) FROM '{whole}' LIMIT 1").fetchone()
        kept = db.execute(f"SELECT typeof(origin), typeof(time) FROM '{folder / 'predictions.parquet'}'").fetchone()
    assert (written, kept) == (("DATE",), ("DATE", "DATE"))
    days = [pd.Timestamp(Forecasts.of(folder).window(number, 0).times[0], unit="s").weekday() for number in range(3)]
    assert days == [0, 1, 2]
