"""Columns that are known ahead and end too early are named before training, with their rows and what becomes of them."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from engine.families.forecasting.ahead import ends_early, too_short
from engine.families.forecasting.series import prepare
from engine.spec import RunSpec

Make = Callable[..., RunSpec]
KNOWN = {
    "data__roles": {"target": ["sales"], "group": ["shop"], "continuous": ["price"], "categorical": ["weather"]},
    "forecasting__inputs": {"known": ["price", "weather"]},
}


def found(shops: pd.DataFrame, spec: RunSpec) -> list[tuple[str, str]]:
    return [(one.text, one.fix) for one in ends_early(prepare(shops, spec), spec)]


def test_that_known_columns_that_end_before_the_target_are_named_with_their_rows(
    shops: pd.DataFrame, make_shop_spec: Make
) -> None:
    late = shops["time"] >= pd.Timestamp("2024-01-03 02:00")
    shops["price"] = shops["price"].where(~late)
    shops["weather"] = shops["weather"].where(~(late & (shops["shop"] == "west")))
    price, weather = found(shops, make_shop_spec(**KNOWN))
    assert price[0] == (
        "“price” is known ahead, but ends before the target in 3 series, with 30 rows: in north it has no value from "
        "2024-01-03 02:00:00 on."
    )
    assert "The last value goes on there" in price[1] and "let the past alone be seen" in price[1]
    assert "in 1 series, with 10 rows: in west it has" in weather[0]
    assert "They count as missing there" in weather[1]


def test_that_known_columns_are_left_alone_that_have_gaps_inside_or_end_with_the_target(
    shops: pd.DataFrame, make_shop_spec: Make
) -> None:
    assert found(shops, make_shop_spec(**KNOWN)) == []
    shops.loc[5, "price"] = np.nan
    future = shops["time"] >= pd.Timestamp("2024-01-03 02:00")
    shops[["sales", "price"]] = shops[["sales", "price"]].where(~future)
    assert found(shops, make_shop_spec(**KNOWN)) == []


def test_that_the_names_of_many_series_are_made_once(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    series = prepare(shops, make_shop_spec(**KNOWN))
    assert series.names is series.names


def test_that_times_of_days_have_no_hours(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    hours = prepare(shops, make_shop_spec(**KNOWN)).frequency
    assert hours.text_of(int(hours.of("2024-01-02"))) == "2024-01-02 00:00:00"
    shops["time"] = (
        shops.groupby("shop").cumcount().map(lambda day: pd.Timestamp("2024-01-01") + pd.Timedelta(days=day))
    )
    days = prepare(shops, make_shop_spec(**KNOWN)).frequency
    assert days.text_of(days.of("2024-01-02")) == "2024-01-02"


def test_that_columns_that_end_alike_share_a_sentence(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    (told,) = too_short(prepare(shops, make_shop_spec(**KNOWN)), ("price", "weather"), 4)
    assert told.startswith(
        "“price”, “weather” are known ahead for the model, but not far enough in 3 series: north has them"
    )
    future = shops["time"] >= pd.Timestamp("2024-01-03 02:00")
    shops["sales"] = shops["sales"].where(~future)
    assert too_short(prepare(shops, make_shop_spec(**KNOWN)), ("price", "weather"), 4) == []
    shops["price"] = shops["price"].where(~future)
    (told,) = too_short(prepare(shops, make_shop_spec(**KNOWN)), ("price", "weather"), 4)
    assert told.startswith("“price” is known ahead")
