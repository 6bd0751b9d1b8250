"""What can be wrong with series, from the terminal: each a sentence that names column and rows. One run serves the rest."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.engine.commands.conftest import Answer, call, train_here

HOURS = 72
SMALL = ("model.params.hidden_size=4", "trainer.epochs=1", "trainer.threads=1", "forecasting.windows.step=6")


def shops() -> pd.DataFrame:
    """Two shops by the hour, with a price that is known ahead and a kind of day."""
    times = pd.date_range("2024-03-01", periods=HOURS, freq="h")
    parts = []
    for place, name in enumerate(("north", "south")):
        wave = np.sin(np.arange(HOURS) * 2 * np.pi / 24 + place)
        kind = np.where(np.arange(HOURS) % 2 == 0, "calm", "busy")
        parts.append(
            pd.DataFrame({"shop": name, "time": times, "sales": 10 + wave, "price": 2 + wave / 2, "kind": kind})
        )
    frame = pd.concat(parts, ignore_index=True)
    frame["time"] = frame["time"].astype(str)
    return frame


@dataclass(frozen=True)
class Desk:
    """A workspace, a folder for files, and the command line on them."""

    workspace: Path
    folder: Path

    def __call__(self, *arguments: object) -> Answer:
        """Call `tensorbench`."""
        return call("--workspace", self.workspace, *arguments)

    def file(self, frame: pd.DataFrame, name: str = "new.csv") -> Path:
        """Write a table."""
        frame.to_csv(self.folder / name, index=False)
        return self.folder / name

    def check(self, frame: pd.DataFrame, *more: str, group: bool = True) -> Answer:
        """Make a specification for a table, and check it."""
        spec = self.folder / "spec.toml"
        asked = ["--time", "time", "--target", "sales", "--horizon", 4, "--encoder", 12, "--model", "nhits"]
        asked += ["--group", "shop"] if group else []
        made = self("new", "forecasting", "--data", self.file(frame, f"data{len(more)}.csv"), *asked, "-o", spec)
        assert made.code in (0, 2), made.err
        return made if made.code else self("check", spec, *(part for one in more for part in ("--set", one)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An empty workspace for all that is only checked."""
    folder = tmp_path_factory.mktemp("series")
    return Desk(folder / "workspace", folder)


Change = Callable[[pd.DataFrame], pd.DataFrame]


def with_values(column: str, rows: Any, value: object) -> Change:
    """Return a change that writes a value into some rows."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame[column] = frame[column].astype(object)
        frame.loc[rows, column] = value
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "settings", "words"),
    [
        (
            with_values("time", slice(None), "soon"),
            (),
            "No date can be read in column “time”: its first value is “soon”",
        ),
        (with_values("time", 4, "03/02/24 4am"), (), "Column “time” is not written in one way: row 5"),
        (
            with_values("time", [2, 6], "2024-03-01 03:00:00+02:00"),
            (),
            "time zones: another one than “none” is in rows 3, 7",
        ),
        (
            with_values("time", 7, "2024-03-01 06:00:00"),
            (),
            "2 rows share their series and time with another: rows 7, 8",
        ),
        (with_values("sales", [30, 31], None), (), "Column “sales” has no value in 2 rows"),
        (with_values("sales", 9, "many"), (), "--target: “sales” of data0 holds text, and a forecast needs numbers"),
        (
            with_values("time", 5, "2024-03-01 05:20:00"),
            (),
            "irregular times in 1 series (“north”): most are 1 hour apart, those in row 6",
        ),
        (
            lambda frame: frame,
            ("forecasting.windows.horizon=500",),
            "have fewer than 512 steps: “north”, “south”",
        ),
        (
            lambda frame: frame[(frame["shop"] == "north") | (frame.index < HOURS + 9)],
            ("forecasting.timeline.short_series=refuse",),
            "1 series of 2 have fewer than 16 steps: “south”; the longest has 72.",
        ),
    ],
)
def test_that_bad_series_are_refused_with_column_and_rows(
    desk: Desk, change: Change, settings: tuple[str, ...], words: str
) -> None:
    answer = desk.check(change(shops()), *settings)
    assert answer.code == 2
    assert words in answer.err + answer.out


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("drop", "1 series of 2 have fewer than 16 steps: “south”; they are left out."),
        ("pad", "1 series of 2 have fewer than 16 steps: “south”; their first value is repeated before them."),
    ],
)
def test_that_short_series_are_named_and_counted_whatever_becomes_of_them(desk: Desk, policy: str, words: str) -> None:
    frame = shops()
    frame = frame[(frame["shop"] == "north") | (frame.index < HOURS + 9)]
    answer = desk.check(frame, f"forecasting.timeline.short_series={policy}")
    assert answer.code == 0, answer.err
    assert words in answer.out + answer.err


def test_that_one_series_needs_no_identifier(desk: Desk) -> None:
    frame = shops()
    answer = desk.check(frame[frame["shop"] == "north"].drop(columns=["shop", "kind", "price"]), group=False)
    assert answer.code == 0, answer.err


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A small model that has learned from both shops."""
    folder = tmp_path_factory.mktemp("trained")
    desk = Desk(folder / "workspace", folder)
    spec = folder / "spec.toml"
    asked = (
        "--time",
        "time",
        "--target",
        "sales",
        "--group",
        "shop",
        "--horizon",
        4,
        "--encoder",
        12,
        "--known",
        "price",
    )
    made = desk("new", "forecasting", "--data", desk.file(shops()), *asked, "--known", "kind", "-o", spec)
    assert made.code == 0, made.err
    train_here(desk.workspace, spec, *SMALL)
    return desk


def later(known_steps: int) -> pd.DataFrame:
    """The shops' rows with some more whose target is not known yet."""
    frame = shops()
    times = pd.to_datetime(frame["time"])
    more = frame.groupby("shop").tail(known_steps).assign(sales=np.nan, time=lambda rows: times[rows.index])
    more["time"] = (more["time"] + pd.Timedelta(hours=known_steps)).astype(str)
    return pd.concat([frame, more])


@pytest.mark.timeout(400)
def test_that_a_new_file_is_forecast_with_what_it_knows_ahead_and_scored_by_its_truth(trained: Desk) -> None:
    out = trained.folder / "out.csv"
    answer = trained("predict", "last", "--data", trained.file(later(4)), "-o", out)
    assert answer.code == 0, answer.err
    forecast = pd.read_csv(out)
    assert forecast["time"].tolist()[:4] == [f"2024-03-04 0{hour}:00:00" for hour in range(4)]
    assert len(forecast) == 8
    scored = trained("metrics", "last", "--data", trained.file(shops()), "--json")
    assert scored.code == 0, scored.err
    report = json.loads(scored.out)
    assert report["count"] == 2 * (HOURS - 12 - 4 + 1)
    assert set(report["baselines"]) == {"last_value", "seasonal_naive"}
    assert report["baselines"]["seasonal_naive"]["mae"] < report["baselines"]["last_value"]["mae"]
    assert report["metrics"]["mae"] > 0
    told = trained("metrics", "last", "--data", trained.file(shops()))
    assert told.out.splitlines()[0].split("\t")[0] == "mae"
    assert "over 114 windows of 2 series in new.csv" in told.err


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("arguments", "frame", "words"),
    [
        (
            "predict",
            lambda: later(2),
            "“price”, “kind” are known ahead for the model, but not far enough in 2 series: north",
        ),
        ("predict", lambda: later(4).drop(columns="price"), "price"),
        ("metrics", lambda: shops().drop(columns="sales"), "sales"),
        (
            "metrics",
            lambda: shops().groupby("shop").head(10),
            "2 series of 2 have fewer than 16 steps: “north”, “south”",
        ),
    ],
)
def test_that_new_files_that_do_not_suit_the_model_are_refused(
    trained: Desk, arguments: str, frame: Callable[[], pd.DataFrame], words: str
) -> None:
    answer = trained(arguments, "last", "--data", trained.file(frame()))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert words in answer.err


@pytest.mark.timeout(400)
def test_that_a_category_never_seen_is_counted_and_named(trained: Desk) -> None:
    frame = later(4)
    frame.loc[frame.index[-1], "kind"] = "storm"
    answer = trained("predict", "last", "--data", trained.file(frame))
    assert answer.code == 0, answer.err
    assert "kind: 2 rows have values never seen in training, such as storm" in answer.err
    assert trained("predict", "last").code == 2
