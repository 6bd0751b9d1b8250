"""What the window shows of series before training: pages, gaps, the split, and why series are refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import datasets
from engine.families.forecasting.preview import PAGE_POINTS, series_view

SIX_HOURS = 6 * 3600.0


@pytest.fixture
def imported(workspace: Path, tmp_path: Path):
    def done(frame: pd.DataFrame) -> str:
        path = tmp_path / "series.csv"
        frame.to_csv(path, index=False)
        return datasets.import_file(workspace, path).id

    return done


def test_that_a_series_is_shown_with_its_split_and_the_first_window_of_the_test(
    workspace, imported, shops, make_shop_spec
):
    view = series_view(workspace, make_shop_spec(data__dataset=imported(shops)), index=1)
    assert (view.problem, view.count, view.index, view.name, view.frequency) == ("", 3, 1, "south", "h")
    assert view.steps == len(view.whole[0]) == 60
    (fold,) = view.folds
    assert fold.train[1] == fold.valid[0] and fold.valid[1] == fold.test[0]
    assert view.horizon[0] == view.encoder[1] == fold.test[0]
    assert view.horizon[1] - view.horizon[0] == 4 * 3600
    assert view.part == "test"


def test_that_texts_that_are_dates_are_found_where_no_time_is_chosen(workspace, imported, shops, make_shop_spec):
    ways = np.where(
        shops.index < 90, shops["time"].dt.strftime("%Y-%m-%d %H:%M"), shops["time"].dt.strftime("%d/%m/%Y %H:%M")
    )
    data = imported(shops.assign(time=ways))
    roles = {"target": ["sales"], "group": ["shop"], "ignore": ["time", "weather", "day"]}
    spec = make_shop_spec(data__dataset=data, data__roles=roles, forecasting__timeline={"column": ""})
    assert series_view(workspace, spec).times == ("time",)
    chosen = make_shop_spec(data__dataset=data, data__roles=roles)
    assert "“time” is not written in one way: rows 91, " in series_view(workspace, chosen).problem


def test_that_what_tells_series_of_other_phases_apart_is_found(workspace, imported, shops, make_shop_spec):
    late = {"north": 0, "south": 30, "west": 15}
    meters = shops.assign(time=shops["time"] + pd.to_timedelta(shops["shop"].map(late), "min"))
    roles = {"target": ["sales"], "categorical": ["weather", "shop"]}
    spec = make_shop_spec(data__dataset=imported(meters), data__roles=roles)
    assert series_view(workspace, spec).groups == ("shop",)


def test_that_each_series_is_drawn_at_its_own_times(workspace, imported, shops, make_shop_spec):
    late = shops.assign(time=shops["time"] + pd.to_timedelta(np.where(shops["shop"] == "south", 30, 0), "min"))
    view = series_view(workspace, make_shop_spec(data__dataset=imported(late)), index=1)
    assert (view.problem, view.name, view.begins) == ("", "south", "2024-01-01 00:30:00")
    assert view.page[0][0] % 3600 == view.horizon[0] % 3600 == 1800


def test_that_the_window_can_be_moved_and_stays_within_the_series(workspace, imported, shops, make_shop_spec):
    spec = make_shop_spec(data__dataset=imported(shops))
    first = series_view(workspace, spec, origin=-(10**6))
    assert first.origin == first.first_origin and first.part == "train"
    last = series_view(workspace, spec, origin=10**12)
    assert last.origin == last.last_origin and last.horizon[1] == last.folds[0].test[1]
    across = series_view(workspace, spec, origin=first.origin + 60 - 12 - 20 - 2)
    assert across.part == ""


def test_that_another_one_of_several_targets_is_drawn(workspace, imported, shops, make_shop_spec):
    shops = shops.assign(visitors=shops["sales"] + 100)
    spec = make_shop_spec(data__dataset=imported(shops), data__roles__target=["sales", "visitors"])
    first, other, beyond = (series_view(workspace, spec, target=place) for place in (0, 1, 9))
    assert (first.target, other.target, beyond.target) == (0, 1, 1)
    for drawn, same in (("whole", first.whole), ("page", first.page)):
        x, values = getattr(other, drawn)
        assert x == same[0] and values == pytest.approx([one + 100 for one in same[1]])
    assert (other.origin, other.folds) == (first.origin, first.folds)


def test_that_gaps_are_shown_where_the_file_has_no_rows(workspace, imported, shops, make_shop_spec):
    gone = (shops["shop"] == "north") & shops["time"].dt.hour.isin([3, 4, 5, 6, 7, 8]) & (shops["time"].dt.day == 1)
    spec = make_shop_spec(data__dataset=imported(shops[~gone]))
    view = series_view(workspace, spec)
    ((begin, end),) = view.gaps
    assert end - begin == SIX_HOURS
    assert "6 missing steps" in view.notes[0]
    refused = make_shop_spec(data__dataset=spec.data.dataset, forecasting__timeline__missing_steps="refuse")
    view = series_view(workspace, refused)
    assert "6 steps are missing" in view.problem and view.gaps and view.steps == 60


def test_that_rows_of_one_time_lead_to_the_column_that_tells_series_apart(workspace, imported, shops, make_shop_spec):
    roles = {"target": ["sales"], "categorical": ["weather", "shop"], "continuous": ["price"]}
    view = series_view(workspace, make_shop_spec(data__dataset=imported(shops), data__roles=roles))
    assert view.groups == ("shop",)
    assert "share their series and time" in view.problem
    assert view.steps == 60  # drawn all the same, as the mean


def test_that_a_row_that_is_there_by_mistake_does_not_hide_what_tells_series_apart(
    workspace, imported, shops, make_shop_spec
):
    roles = {"target": ["sales"], "categorical": ["weather", "shop"], "continuous": ["price"]}
    twice = pd.concat([shops, shops.iloc[[5]]])
    assert series_view(workspace, make_shop_spec(data__dataset=imported(twice), data__roles=roles)).groups == ("shop",)


def test_that_irregular_times_are_not_taken_for_several_series(workspace, imported, make_shop_spec):
    times = np.cumsum([7, 1, 9, 2, 7, 13, 4, 7] * 8)
    table = pd.DataFrame({"time": times, "sales": times * 1.0, "kind": ["x", "y", "z", "x"] * 16})
    spec = make_shop_spec(data__dataset=imported(table), data__roles={"target": ["sales"], "categorical": ["kind"]})
    view = series_view(workspace, spec)
    assert "irregular" in view.problem
    assert view.groups == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"forecasting__timeline__column": "weather"}, "No date can be read"),
        ({"forecasting__timeline__column": ""}, "Choose the time column"),
        ({"data__roles": {"group": ["shop"]}}, "Choose the time column and the target"),
        ({"data__dataset": "e" * 16}, "no longer in the workspace"),
        ({"forecasting__windows__encoder_length": 50}, "to learn from"),
        ({"split": {"kind": "holdout", "test_from": "2031-01-01"}}, "not within the series"),
    ],
)
def test_that_what_cannot_be_shown_is_said_in_a_sentence(workspace, imported, shops, make_shop_spec, changes, words):
    spec = make_shop_spec(**{"data__dataset": imported(shops), **changes})
    assert words in series_view(workspace, spec).problem


def test_that_a_long_series_is_thinned_to_its_extremes_and_its_page_is_exact(workspace, imported, make_shop_spec):
    values = np.sin(np.arange(50_000) / 50)
    values[31_234] = 99.0
    frame = pd.DataFrame({"time": np.arange(50_000), "sales": values})
    spec = make_shop_spec(data__dataset=imported(frame), data__roles={"target": ["sales"]})
    view = series_view(workspace, spec)
    assert not view.is_date
    assert len(view.whole[0]) <= PAGE_POINTS and max(view.whole[1]) == 99.0
    assert view.whole[0] == sorted(view.whole[0])
    assert np.diff(view.page[0]).tolist() == [1.0] * (len(view.page[0]) - 1)


def test_that_a_rolling_backtest_shows_every_fold(workspace, imported, shops, make_shop_spec):
    spec = make_shop_spec(data__dataset=imported(shops), split={"kind": "rolling", "folds": 3})
    view = series_view(workspace, spec)
    assert [fold.name for fold in view.folds] == ["fold1", "fold2", "fold3"]
    assert view.horizon == view.folds[-1].test


def test_that_what_is_uneven_is_marked_on_its_series_and_said_with_column_series_and_rows(
    workspace, imported, shops, make_shop_spec
):
    north = shops.index[shops["shop"] == "north"]
    frame = shops.drop(index=north[[5, 6]])
    frame.loc[north[9], "sales"] = np.nan
    frame["time"] = frame["time"].astype("datetime64[s]")
    frame.loc[north[12], "time"] += pd.Timedelta(minutes=7)
    frame = pd.concat([frame, frame.loc[[north[20]]]])
    spec = make_shop_spec(data__dataset=imported(frame))
    index = [series_view(workspace, spec, index=one).name for one in range(3)].index("north")
    view = series_view(workspace, spec, index=index)
    texts = {one.kind: one.text for one in view.irregular}
    place = {label: row + 1 for row, label in enumerate(frame.index[:-1])}
    assert texts == {
        "missing_steps": "2 steps missing in column “time”, in 1 series (“north”).",
        "duplicates": "1 row of a time in column “time” that was there already, in 1 series (“north”): "
        f"row {len(frame)}.",
        "off_grid": f"1 time in column “time” between two steps of 1 hour, in 1 series (“north”): row {place[north[12]]}.",
        "missing_target": f"1 row without a value in column “sales”, in 1 series (“north”): row {place[north[9]]}.",
    }
    begin = view.whole[0][0]
    marks = {one.kind: [(x - begin) / 3600 for x in one.marks] for one in view.irregular}
    assert marks == {"missing_steps": [7], "duplicates": [20], "off_grid": [12], "missing_target": [9]}
    assert "irregular times" in view.problem
    other = series_view(workspace, spec, index=(index + 1) % 3)
    assert {(one.here, one.marks) for one in other.irregular} == {(0, ())}
