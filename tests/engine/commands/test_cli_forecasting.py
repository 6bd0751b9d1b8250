"""The command line takes series from a file to a forecast: new, check, train, metrics, show, predict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine.spec import read
from tests.engine.commands.conftest import train_here

Call = Callable[..., Any]
FAST = (
    "--set",
    "trainer.epochs=1",
    "--set",
    "model.params.hidden_size=8",
    "--set",
    "forecasting.windows.step=12",
    "--set",
    "forecasting.windows.evaluation_step=12",
    "--set",
    "trainer.threads=1",
)


@pytest.fixture
def waves(tensorbench: Call, tmp_path: Path) -> Path:
    """A specification for the sample of waves."""
    path = tmp_path / "waves.toml"
    asked = ("--data", "waves", "--time", "time", "--target", "value", "--group", "series", "--horizon", 6)
    asked = (*asked, "--holidays", "de-BY")
    answer = tensorbench("new", "forecasting", *asked, "-o", path)
    assert answer.code == 0, answer.err
    return path


@pytest.mark.timeout(400)
def test_that_series_go_from_a_file_to_a_forecast(tensorbench: Call, waves: Path, tmp_path: Path) -> None:
    spec = read(waves)
    assert spec.forecasting is not None
    assert spec.forecasting.timeline.frequency == "h"
    assert spec.forecasting.windows.encoder_length == 24
    assert spec.forecasting.inputs.calendar == ("hour", "weekday")
    assert spec.forecasting.inputs.holidays == "DE-BY"
    assert "[tabular" not in waves.read_text(encoding="utf-8")
    checked = json.loads(tensorbench("check", waves, *FAST, "--json").out)
    assert checked["ready"]
    assert checked["rows"]["train"] == 40 * 27
    trained = tensorbench("train", waves, *FAST, "--json")
    assert trained.code == 0, trained.err
    assert json.loads(trained.out)["outcome"]["kind"] == "finished"
    keys = set(json.loads(tensorbench("metrics", "last", "--json").out))
    assert {"train/loss", "valid/loss", "valid/mae", "valid/coverage_80"} <= keys
    shown = tensorbench("show", "last")
    assert "nhits on waves" in shown.out
    assert "seasonal naive" in shown.out
    evaluation = json.loads(tensorbench("show", "last", "--json").out)["evaluation"]
    assert evaluation["forecast"]["series_count"] == 40
    file, out = tmp_path / "new.csv", tmp_path / "out.csv"
    times = pd.date_range("2024-05-01", periods=60, freq="h")
    pd.DataFrame({"series": "new", "time": times, "value": range(60)}).to_csv(file, index=False)
    predicted = tensorbench("predict", "last", file, "-o", out)
    assert predicted.code == 0, predicted.err
    assert pd.read_csv(out)["time"].tolist()[0] == "2024-05-03 12:00:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "value"], "--horizon: say how many steps are to be forecast"),
        (["--horizon", 6], "--target: name the column that is to be forecast"),
        (["--horizon", 6, "--target", "valu"], "--target: waves has no column “valu”; did you mean “value”?"),
        (
            ["--horizon", 6, "--target", "series"],
            "--target: “series” of waves holds text, and a forecast needs numbers",
        ),
        (
            ["--horizon", 6, "--target", "value", "--group", "series", "--holidays", "XX"],
            "forecasting.inputs.holidays: no holidays of “XX” are known",
        ),
        (
            ["--horizon", 6, "--target", "value", "--frequency", "xyz"],
            "forecasting.timeline.frequency: must be such as h",
        ),
        (
            ["--horizon", 6, "--target", "value", "--group", "value"],
            "--group: “value” is to be forecast, and cannot tell the series apart as well",
        ),
        (["--horizon", 6, "--target", "value", "--group", "time"], "--group: “time” holds the time"),
        (["--horizon", 6, "--target", "value"], "20,000 rows share their series and time with another"),
        (
            ["--horizon", 6, "--target", "value", "--group", "series", "--model", "gandalf"],
            "model.name: GANDALF learns from",
        ),
    ],
)
def test_that_what_is_missing_is_said_in_one_line(
    tensorbench: Call, arguments: list, words: str, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.toml"
    answer = tensorbench("new", "forecasting", "--data", "waves", *arguments, "-o", spec)
    if answer.code == 0:
        answer = tensorbench("check", spec)
    assert answer.code == 2
    assert words in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.timeout(400)
def test_that_several_targets_are_forecast_together(tensorbench: Call, workspace: Path, tmp_path: Path) -> None:
    hours = pd.date_range("2024-01-01", periods=80, freq="h")
    file, spec, out = tmp_path / "shop.csv", tmp_path / "shop.toml", tmp_path / "out.csv"
    pd.DataFrame({"time": hours, "sales": range(80), "visitors": range(1000, 1080)}).to_csv(file, index=False)
    asked = ("--data", file, "--target", "sales", "--target", "visitors", "--horizon", 3, "--encoder", 6)
    answer = tensorbench("new", "forecasting", *asked, "-o", spec)
    assert answer.code == 0, answer.err
    refused = tensorbench("new", "forecasting", *asked, "--model", "nbeats", "-o", tmp_path / "refused.toml")
    assert refused.code == 2 and "N-BEATS forecasts one target, not 2" in refused.err
    train_here(workspace, spec, *FAST[1::2])
    shown = tensorbench("show", "last")
    assert "MAE of sales" in shown.out and "mae/visitors" in shown.out
    assert tensorbench("predict", "last", file, "-o", out).code == 0
    columns = list(pd.read_csv(out).columns)
    assert columns[:4] == ["time", "step", "predicted sales", "quantile 0.02/sales"]
    assert columns.index("predicted visitors") == 2 + 8


def test_that_years_and_weeks_with_gaps_are_series(tensorbench: Call, tmp_path: Path) -> None:
    for sample, target, frequency in (("sunspots", "sunspots", "1"), ("co2", "co2", "W")):
        spec = tmp_path / f"{sample}.toml"
        time = {"sunspots": "year", "co2": "week"}[sample]
        asked = ("--data", sample, "--target", target, "--time", time, "--horizon", 4, "--model", "last_value")
        assert tensorbench("new", "forecasting", *asked, "-o", spec).code == 0
        assert read(spec).forecasting.timeline.frequency == frequency  # type: ignore[union-attr]
        assert tensorbench("check", spec).code == 0


def test_that_a_wide_file_is_told_how_its_columns_become_series(
    tensorbench: Call, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "wide.csv"
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    pd.DataFrame({"day": days, "north": range(60), "south": range(60), "west": range(60)}).to_csv(file, index=False)
    asked = ("new", "forecasting", "--data", file, "--horizon", 3)
    for answer in (
        tensorbench(*asked),
        tensorbench(*asked, "--target", "sales"),
        tensorbench(*asked, "--target", "north", "-o", tmp_path / "spec.toml"),
    ):
        _, told, rest = answer.err.partition("`tensorbench ")
        assert told and rest.startswith(f"--workspace {workspace} melt {file} --time day --name wide-long`"), answer.err
    assert tensorbench("melt", file, "--time", "day", "--name", "wide-long").code == 0
    long = ("--data", "wide-long", "--target", "value", "--group", "series")
    made = tensorbench("new", "forecasting", *long, "--horizon", 3, "-o", tmp_path / "spec.toml")
    assert (made.code, made.err) == (0, "")


def test_that_invented_steps_are_told_at_once(tensorbench: Call, tmp_path: Path) -> None:
    file, spec = tmp_path / "days.csv", tmp_path / "spec.toml"
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    pd.DataFrame({"day": days, "sales": range(60)}).to_csv(file, index=False)
    asked = ("--data", file, "--target", "sales", "--horizon", 3, "--frequency", "h")
    made = tensorbench("new", "forecasting", *asked, "-o", spec)
    words = "1,357 steps of 1,417 would be invented: rows of column “day” are mostly 24 steps of 1 hour apart."
    assert made.code == 0 and words in made.err
    assert f"warning: forecasting.timeline.frequency: {words}" in tensorbench("check", spec).out


def test_that_dates_in_a_text_column_are_found_and_told_where_they_are_not_written_alike(
    tensorbench: Call, tmp_path: Path
) -> None:
    file = tmp_path / "days.csv"
    days = [f"{day:%Y-%m-%d}" if day.month < 3 else f"{day:%d/%m/%Y}" for day in pd.date_range("2024", periods=80)]
    pd.DataFrame({"shop": "north", "day": days, "sales": range(80)}).to_csv(file, index=False)
    told = tensorbench("new", "forecasting", "--data", file, "--target", "sales", "--horizon", 3)
    assert told.code == 2
    assert (
        "Column “day” is not written in one way: rows 61, 62, 63, 64, 65 and 15 more (such as “01/03/2024”)" in told.err
    )


def test_that_forecasters_are_listed_beside_the_models_of_tables(tensorbench: Call) -> None:
    listed = tensorbench("models").out
    assert "seasonal_naive" in listed
    assert "gandalf" in listed
