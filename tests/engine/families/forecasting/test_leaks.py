"""Inputs that know the target are named, and honest ones are not."""

import numpy as np

from engine.families.forecasting.folds import Span
from engine.families.forecasting.half_seen import half_seen
from engine.families.forecasting.invented import invented
from engine.families.forecasting.leaks import leaks
from engine.families.forecasting.series import prepare
from engine.families.forecasting.unsteady import unsteady


def found(shops, make_shop_spec, column, **inputs):
    shops["other"] = column
    roles = {"target": ["sales"], "group": ["shop"], "continuous": ["other"]}
    spec = make_shop_spec(data__roles=roles, forecasting__inputs=inputs)
    return [one.text for one in leaks(prepare(shops, spec), spec)]


def test_that_the_target_in_other_words_is_no_input_that_is_known_ahead(shops, make_shop_spec):
    column = 1.8 * shops["sales"] + 32
    (text,) = found(shops, make_shop_spec, column, known=["other"])
    assert "“other” is nearly the target itself" in text
    assert found(shops, make_shop_spec, column) == []


def test_that_a_column_with_the_next_target_is_named(shops, make_shop_spec):
    column = shops.groupby("shop")["sales"].shift(-1)
    (text,) = found(shops, make_shop_spec, column)
    assert "the step after" in text


def test_that_honest_inputs_are_left_alone(shops, make_shop_spec):
    assert found(shops, make_shop_spec, shops["price"], known=["other"]) == []
    steady = np.arange(len(shops)) % 60
    assert found(shops, make_shop_spec, steady, known=["other"]) == []
    assert found(shops, make_shop_spec, shops["size"], static=["other"]) == []


def test_that_a_static_input_that_changes_is_named_with_its_series_and_time(shops, make_shop_spec):
    shops["other"] = np.where((shops["shop"] == "south") & (shops["time"] >= "2024-01-01 03:00"), "new", "old")
    roles = {"target": ["sales"], "group": ["shop"], "categorical": ["other"], "continuous": ["size"]}
    spec = make_shop_spec(data__roles=roles, forecasting__inputs={"static": ["other", "size"]})
    (one,) = unsteady(prepare(shops, spec), spec)
    assert one.field == "forecasting.inputs.static"
    assert "“other” is said to be static, but changes within 1 series, first in south at 2024-01-01 03:00" in one.text


def test_that_parts_of_the_date_that_training_does_not_see_all_of_are_named(shops, make_shop_spec):
    spec = make_shop_spec(forecasting__inputs={"calendar": ["hour", "weekday", "month"]})
    series = prepare(shops, spec)  # sixty hours
    first = int(series.step.min())
    week, year = half_seen(series, spec, Span(0, first + 49))
    assert {one.field for one in (week, year)} == {"forecasting.inputs.calendar"}
    assert week.text == (
        "The weekday takes a week to come again, and the model learns from 2 days: it has not seen all of what it is told "
        "later."
    )
    assert year.text.startswith("The month takes a year to come again")
    assert len(list(half_seen(series, spec, Span(first, first + 22)))) == 3
    assert len(list(half_seen(series, spec, Span(first, first + 23)))) == 2


def test_that_steps_which_a_chosen_frequency_invents_are_told_before_training(shops, make_shop_spec):
    spec = make_shop_spec(forecasting__timeline={"column": "time", "frequency": "15min"})
    (one,) = invented(prepare(shops, spec), spec)
    assert (one.severity, one.field) == ("warning", "forecasting.timeline.frequency")
    assert (
        one.text == "531 steps of 711 would be invented: rows of column “time” are mostly 4 steps of 15 minutes apart."
    )
    detected = make_shop_spec()
    assert list(invented(prepare(shops.drop(index=[3, 4]), detected), detected)) == []
    (gap,) = invented(prepare(shops[:60].drop(index=range(5, 50)), detected), detected)
    assert "column “time” has no row for them" in gap.text
