"""Columns of a forecast: what follows from a table's roles, and how a form changes them."""

import pytest

from engine.catalog import (
    forecast_of,
    left_out,
    looks_wide,
    model,
    problems,
    seen_inputs,
    suggests_forecast,
    tuned,
    use_of,
    with_groups,
    with_model,
    with_target,
    with_time,
    with_use,
    with_value,
)
from engine.catalog.series_roles import with_series_value
from engine.spec import DataSpec, Roles

TYPES = {"day": "date", "n": "integer", "shop": "text", "price": "number", "weather": "text", "sales": "number"}
ROLES = Roles(date=("day",), continuous=("n", "price"), categorical=("shop", "weather"), target=("sales",))


@pytest.fixture
def spec():
    return forecast_of(DataSpec(dataset="d1", roles=ROLES), TYPES, rows=1000)


def test_that_dates_and_a_number_to_predict_suggest_a_forecast():
    assert suggests_forecast(ROLES, TYPES)
    assert not suggests_forecast(ROLES, {**TYPES, "sales": "text"})
    assert not suggests_forecast(Roles(target=("sales",)), TYPES)


def test_that_a_tables_roles_make_a_forecast_that_can_be_trained(spec):
    assert spec.family == "forecasting" and spec.split.kind == "holdout"
    assert spec.forecasting.timeline.column == "day"
    assert spec.data.roles.target == ("sales",)
    assert problems(spec) == []


def test_that_a_target_that_is_text_gives_way_to_a_number():
    roles = Roles(date=("day",), continuous=("price",), target=("weather",))
    made = forecast_of(DataSpec(dataset="d1", roles=roles), TYPES)
    assert made.data.roles.target == ("sales",)
    assert "weather" in made.data.roles.categorical


@pytest.mark.parametrize("use", ["unused", "past", "known", "static"])
def test_that_every_use_of_a_column_can_be_chosen_and_taken_back(spec, use):
    changed = with_use(spec, "price", use, "number")
    assert use_of(changed, "price") == use
    assert problems(changed) == []
    assert use_of(with_use(changed, "price", "past", "number"), "price") == "past"


def test_that_every_target_has_the_lags_of_the_form(spec):
    lagged = with_series_value(spec, "forecasting.inputs.lags", [1, 7], {})
    both = with_series_value(lagged, "data.roles.target.further", ["price"], {})
    assert both.forecasting.inputs.lags == {"sales": (1, 7), "price": (1, 7)}
    changed = with_series_value(both, "forecasting.inputs.lags", [2], {})
    assert changed.forecasting.inputs.lags == {"sales": (2,), "price": (2,)}


def test_that_lags_go_with_the_target_to_another_column(spec):
    lagged = with_value(spec, "forecasting.inputs.lags", {"sales": [1, 7]})
    changed = with_target(lagged, "price")
    assert changed.data.roles.target == ("price",)
    assert use_of(changed, "sales") == "past"
    assert changed.forecasting.inputs.lags == {"price": (1, 7)}


def test_that_series_and_time_take_their_columns_from_the_inputs(spec):
    changed = with_groups(with_use(spec, "shop", "static", "text"), ["shop"])
    assert changed.data.roles.group == ("shop",) and changed.forecasting.inputs.static == ()
    assert with_groups(changed, []).data.roles.group == ()
    by_number = with_time(with_value(spec, "forecasting.timeline.frequency", "D"), "n", TYPES)
    assert (by_number.forecasting.timeline.column, by_number.forecasting.timeline.frequency) == ("n", "")
    assert problems(by_number) == []


def test_that_found_series_set_windows_that_fit_them(spec):
    found = tuned(spec, season=7, length=60, rows=600, calendar=("weekday",))
    assert (found.forecasting.windows.horizon, found.forecasting.windows.encoder_length) == (6, 15)
    assert found.forecasting.inputs.calendar == ("weekday",)


def test_that_another_dataset_keeps_the_windows_and_forgets_columns_that_are_gone(spec):
    changed = with_use(with_value(spec, "forecasting.windows.horizon", 3), "price", "known", "number")
    types = {"when": "datetime", "load": "number"}
    data = DataSpec(dataset="d2", roles=Roles(date=("when",), target=("load",)))
    moved = forecast_of(data, types, old=changed)
    assert moved.forecasting.windows.horizon == 3
    assert moved.forecasting.inputs.known == () and moved.forecasting.timeline.column == "when"
    assert problems(moved) == []


def test_that_the_split_of_series_can_be_a_backtest_and_back(spec):
    rolling = with_value(spec, "split.kind", "rolling")
    assert rolling.split.kind == "rolling"
    assert with_value(rolling, "split.kind", "holdout").split.kind == "holdout"


def test_that_what_a_model_sees_follows_from_the_model(spec):
    spec = with_value(with_use(spec, "price", "known", "number"), "forecasting.inputs.calendar", ["weekday"])
    seen = {one.name: (one.past, one.future) for one in seen_inputs(spec)}
    assert seen["sales"] == seen["weather"] == (True, False)
    assert seen["price"] == seen["weekday"] == (True, True)
    assert {one.name: one.future for one in seen_inputs(with_model(spec, "timexer"))}["price"] is False
    assert [one.name for one in seen_inputs(with_model(spec, "nbeats"))] == ["sales"]
    assert left_out(model("tide"), spec) == 3
    assert left_out(model("nbeats"), spec) == 4
    assert left_out(model("tft"), spec) == 0


def test_that_columns_of_numbers_beside_a_time_look_like_series_of_their_own(spec):
    wide = {"day": "text", "a": "number", "b": "integer", "c": "number"}
    made = with_time(spec, "day", wide)
    assert looks_wide(made, wide)
    assert not looks_wide(made, {**wide, "shop": "text"})
    assert not looks_wide(made, {"day": "date", "a": "number", "b": "number"})
    assert not looks_wide(with_groups(made, ["b"]), wide)
