"""Tables become even series, or are refused in a sentence that names columns and rows."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from engine.families.forecasting import calendar, repairs
from engine.families.forecasting.frequency import detected, named
from engine.families.forecasting.running import trainable
from engine.families.forecasting.series import prepare
from engine.families.forecasting.times import read_times
from engine.spec import InputSpec, RunSpec
from engine.training.failures import RunFailed

Make = Callable[..., RunSpec]


def a_table(**columns: object) -> pd.DataFrame:
    """Two series of six hours."""
    hours = pd.date_range("2024-01-01", periods=6, freq="h").tolist() * 2
    table = pd.DataFrame({"time": hours, "shop": ["a"] * 6 + ["b"] * 6, "sales": np.arange(12.0)})
    return table.assign(**columns)


FREQUENCIES = {
    "h": pd.date_range("2024-01-01", periods=9, freq="h"),
    "15min": pd.date_range("2024-01-01 00:05", periods=9, freq="15min"),
    "D": pd.date_range("2024-02-25", periods=9, freq="D"),
    "W": pd.date_range("2024-01-01", periods=9, freq="W"),
    "MS": pd.date_range("2024-01-31", periods=9, freq="ME"),
    "QS": pd.date_range("2024-01-01", periods=9, freq="QS"),
    "YS": pd.date_range("2016-01-01", periods=9, freq="YS"),
    "28D": pd.date_range("2024-01-01", periods=9, freq="28D"),
}


WORDS = {
    "h": "1 hour",
    "15min": "15 minutes",
    "D": "1 day",
    "W": "1 week",
    "MS": "1 month",
    "QS": "1 quarter",
    "YS": "1 year",
    "28D": "4 weeks",
}


@pytest.mark.parametrize("text", FREQUENCIES)
def test_that_the_frequency_is_detected_and_every_step_follows_the_one_before(text: str) -> None:
    times = read_times(pd.Series(FREQUENCIES[text]), "time")
    found = detected(times.values, np.zeros(9, dtype=np.int64), times.is_date)
    assert found.text == {"28D": "4W"}.get(text, text)
    assert found.words == WORDS[text]
    steps = found.steps(times.values)
    assert np.diff(steps).tolist() == [1] * 8
    if text not in {"MS"}:  # a month is named by its first day
        assert found.times(steps).tolist() == FREQUENCIES[text].astype("int64").tolist()
    assert named(found.text, times.values, True) == found


def test_that_numbers_have_a_frequency_too() -> None:
    times = read_times(pd.Series([10, 12, 14, 18]), "t")
    found = detected(times.values, np.zeros(4, dtype=np.int64), times.is_date)
    assert (found.text, found.steps(times.values).tolist(), found.season) == ("2", [5, 6, 7, 9], 1)
    assert found.text_of(7) == "14"
    assert found.of("14") == 7


@pytest.mark.parametrize(
    ("written", "freq"),
    [
        ("%d.%m.%Y %H:%M", "h"),
        ("%d.%m.%Y", "MS"),  # no day tells which number it is
        ("%d/%m/%Y", "D"),
        ("%d/%m/%Y", "MS"),
        ("%m/%d/%Y", "D"),
        ("%m/%d/%Y", "MS"),
        ("%m/%d/%Y %H:%M", "h"),
        ("%Y-%m-%d", "MS"),
    ],
)
def test_that_days_are_told_from_months_by_all_dates_together(written: str, freq: str) -> None:
    dates = pd.Series(pd.date_range("2024-01-01", periods=24 if freq == "MS" else 400, freq=freq))
    times = read_times(dates.dt.strftime(written), "time")
    assert times.values.tolist() == dates.astype("datetime64[ns]").astype("int64").tolist()


def test_that_dots_stand_between_days_and_months_where_nothing_else_tells() -> None:
    times = read_times(pd.Series(["01.02.2024", "01.02.2024"]), "time")
    assert pd.Timestamp(times.values[0]) == pd.Timestamp("2024-02-01")


SENTENCES = {
    "no date": ({"time": ["soon"] * 12}, {}, "No date can be read in column “time”: its first value is “soon”"),
    "mixed formats": (
        {"time": ["2024-01-01", "01.02.2024", *["2024-01-03"] * 10]},
        {},
        "Column “time” is not written in one way: row 2 (such as “01.02.2024”)",
    ),
    "mixed zones": (
        {"time": ["2024-01-01T00:00+01:00"] * 11 + ["2024-01-01T01:00+02:00"]},
        {},
        "Column “time” mixes time zones: another one than “+01:00” is in row 12",
    ),
    "no time": ({"time": [None, *pd.date_range("2024", periods=11)]}, {}, "Column “time” has no time in row 1."),
    "fractions": (
        {"time": [0.5, *range(11)]},
        {},
        "Column “time” has times that are neither dates nor whole numbers in row 1",
    ),
    "irregular": (
        {"time": [*pd.date_range("2024", periods=5, freq="h"), pd.Timestamp("2024-01-01 05:07")] * 2},
        {},
        "Column “time” has irregular times in 2 series (“a”, “b”): most are 1 hour apart, those in rows 6, 12 are not.",
    ),
    "twice": (
        {"shop": ["a"] * 12},
        {},
        "12 rows share their series and time with another: rows 1, 2, 3, 4, 5 and 7 more (a, 2024-01-01 00:00:00)",
    ),
    "gaps": (
        {"time": [*pd.date_range("2024", periods=5, freq="h"), pd.Timestamp("2024-01-01 09:00")] * 2},
        {"missing_steps": "refuse"},
        "8 steps are missing in 2 series; the longest gap is 4 steps (a: 2024-01-01 04:00:00 to 2024-01-01 09:00:00).",
    ),
    "century": (
        {"time": [*pd.date_range("2024", periods=5, freq="h"), pd.Timestamp("2124-01-01 09:00")] * 2},
        {},
        "Filling the gaps would add 1,753,",
    ),
    "target": (
        {"sales": [0, 1, None, 3, 4, 5, 0, 1, 2, 3, 4, 5]},
        {},
        "Column “sales” has no value in 1 row before a series’ end, first in a at 2024-01-01 02:00:00: row 3; series: “a”.",
    ),
    "target, unsorted": (
        {
            "shop": ["b", "a"] * 6,
            "time": np.repeat(range(6, 0, -1), 2),
            "sales": [0, 1, None, 3, 4, 5, 0, 1, 2, 3, 4, None],
        },
        {"duplicates": "last"},
        "Column “sales” has no value in 2 rows before a series’ end, first in a at 1: rows 3, 12; series: “a”, “b”.",
    ),
    "seldom even": (
        {"time": np.cumsum([1, 7, 2, 9, 1, 5] * 2), "shop": "a"},
        {"frequency": "4"},
        "Column “time” has irregular times: with steps of 4, rows",
    ),
    "text": (
        {"sales": ["1", "x"] * 6},
        {},
        "Column “sales” holds no number in rows 2, 4, 6, 8, 10 and 1 more, such as “x”.",
    ),
    "frequency": ({}, {"frequency": "2"}, "forecasting.timeline.frequency: the frequency “2” does not fit the column"),
    "empty": (None, {}, "The dataset has no rows."),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_that_bad_series_are_refused_in_a_sentence(case: str, make_shop_spec: Make) -> None:
    columns, timeline, sentence = SENTENCES[case]
    table = a_table().iloc[:0] if columns is None else a_table(**columns)
    spec = make_shop_spec(forecasting__timeline={"column": "time", **timeline})
    with pytest.raises(RunFailed) as failed:
        prepare(table, spec)
    assert failed.value.cause.startswith(sentence), failed.value.cause
    assert failed.value.advice


PHASES = {
    "half past": (["2024-01-01 00:00", "2024-01-01 00:30"], "h", ["2024-01-01 05:00:00", "2024-01-01 05:30:00"]),
    "weekdays": (["2024-01-01", "2024-01-02"], "7D", ["2024-02-05", "2024-02-06"]),
    "quarters": (["2024-01-01", "2024-02-01"], "QS-JAN", ["2025-04-01", "2025-05-01"]),
    "far apart": (["2024-01-01 00:50", "2024-01-01 03:20"], "h", ["2024-01-01 05:50:00", "2024-01-01 08:20:00"]),
}


@pytest.mark.parametrize("case", PHASES)
@pytest.mark.parametrize("is_named", [False, True])
def test_that_series_of_equal_steps_keep_their_own_times(case: str, is_named: bool, make_shop_spec: Make) -> None:
    begins, step, ends = PHASES[case]
    size = pd.DateOffset(months=3) if case == "quarters" else pd.Timedelta(step if step != "h" else "1h")
    times = [pd.Timestamp(begin) + place * size for begin in begins for place in range(6)]
    timeline = {"column": "time", "frequency": {"7D": "W", "QS-JAN": "QS"}.get(step, step) if is_named else ""}
    series = prepare(a_table(time=times), make_shop_spec(forecasting__timeline=timeline))
    assert not series.notes
    assert [series.moment(5), series.moment(11)] == ends
    assert series.times().tolist() == [time.value for time in times]
    assert np.diff(series.step)[[0, 4, 6, 10]].tolist() == [1] * 4
    assert case == "far apart" or (series.step[:6] == series.step[6:]).all()


def test_that_parts_of_the_date_are_those_of_the_series_own_times(make_shop_spec: Make) -> None:
    times = [
        pd.Timestamp(begin) + pd.Timedelta(hours=place) for begin in ("2024", "2024-01-01 00:30") for place in range(6)
    ]
    series = prepare(a_table(time=times), make_shop_spec())
    found = calendar.values(InputSpec(calendar=("hour",)), series.frequency, series.step, series.late)
    assert np.allclose(found["hour_sin"][[1, 7]], np.sin(2 * np.pi * np.array([1, 1.5]) / 24))


def test_that_only_the_series_that_is_uneven_is_named(make_shop_spec: Make) -> None:
    times = [
        pd.Timestamp(begin) + pd.Timedelta(hours=place) for begin in ("2024", "2024-01-01 00:30") for place in range(6)
    ]
    times[9] += pd.Timedelta(minutes=7)
    with pytest.raises(RunFailed, match=r"in 1 series .“b”.: most are 1 hour apart, those in row 10 are not"):
        prepare(a_table(time=times), make_shop_spec())


def test_that_gaps_are_filled_as_the_policy_says(make_shop_spec: Make) -> None:
    table = a_table().drop(index=[2, 3, 8])
    for policy, expected in (
        ("forward", [0, 1, 1, 1, 4, 5, 6, 7, 7, 9, 10, 11]),
        ("interpolate", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("zero", [0, 1, 0, 0, 4, 5, 6, 7, 0, 9, 10, 11]),
    ):
        series = prepare(table, make_shop_spec(forecasting__timeline={"column": "time", "missing_steps": policy}))
        assert series.target.tolist() == expected
        assert "3 missing steps in 2 series were filled" in series.notes[0]
        assert np.diff(series.step)[series.series[1:] == series.series[:-1]].tolist() == [1] * 10


def test_that_targets_without_a_value_are_filled_or_left_out_and_counted(make_shop_spec: Make) -> None:
    timeline = {"column": "time", "missing_target": "forward"}
    spec = make_shop_spec(forecasting__timeline=timeline, forecasting__windows={"encoder_length": 1, "horizon": 1})
    inside, before = ([np.nan if place in empty else place for place in range(12)] for empty in ({3, 4}, {0, 3, 4}))
    done = "filled (forecasting.timeline.missing_target = forward)"
    series = trainable(prepare(a_table(sales=inside), spec), spec)
    assert (series.notes[-1], len(series)) == (f"2 rows of “sales” had no value: {done}.", 12)
    series = trainable(prepare(a_table(sales=before), spec), spec)
    told = f"3 rows of “sales” had no value: 2 {done}, 1 left out before a series’ first one."
    assert (series.notes[-1], len(series)) == (told, 11)


def test_that_several_rows_of_a_step_become_one(make_shop_spec: Make) -> None:
    table = a_table(shop=["a"] * 12)
    for policy, first in (("mean", 3.0), ("sum", 6.0), ("last", 6.0)):
        series = prepare(table, make_shop_spec(forecasting__timeline={"column": "time", "duplicates": policy}))
        assert (len(series), series.target[0]) == (6, first)
    daily = {"column": "time", "duplicates": "mean", "frequency": "D"}
    assert prepare(a_table(), make_shop_spec(forecasting__timeline=daily)).target.tolist() == [2.5, 8.5]


def test_that_short_series_are_dropped_padded_or_refused_and_named(make_shop_spec: Make) -> None:
    table = a_table().drop(index=[0, 1])
    windows = {"encoder_length": 4, "horizon": 2}

    def ready(policy: str):
        own = {"column": "time", "short_series": policy}
        spec = make_shop_spec(forecasting__timeline=own, forecasting__windows=windows)
        return trainable(prepare(table, spec), spec)

    dropped = ready("drop")
    assert (dropped.count, dropped.names) == (1, ["b"])
    assert dropped.notes[-1] == "1 series of 2 have fewer than 6 steps: “a”; they are left out."
    padded = ready("pad")
    assert padded.target.tolist() == [2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert np.diff(padded.step[:6]).tolist() == [1] * 5
    with pytest.raises(RunFailed, match="1 series of 2 have fewer than 6 steps: “a”; the longest has 6"):
        ready("refuse")
    windows["encoder_length"] = 50
    with pytest.raises(RunFailed, match="2 series of 2 have fewer than 52 steps"):
        ready("drop")


def test_that_rows_behind_the_last_target_are_the_future(make_shop_spec: Make) -> None:
    table = a_table(sales=[0, 1, 2, 3, None, None, 6, 7, 8, 9, 10, None])
    series = prepare(table, make_shop_spec())
    assert np.flatnonzero(repairs.is_future(series)).tolist() == [4, 5, 11]
    windows = {"encoder_length": 2, "horizon": 1}
    assert len(trainable(series, make_shop_spec(forecasting__windows=windows))) == 9


def test_that_inputs_without_a_value_go_on_with_the_last_one(make_shop_spec: Make) -> None:
    table = a_table(price=[1.0, None, None, 4.0, 5, 6, None, 2, 3, 4, 5, 6], weather=["sun", None] * 6)
    spec = make_shop_spec(
        data__roles={"target": ["sales"], "group": ["shop"], "continuous": ["price"], "categorical": ["weather"]}
    )
    series = repairs.with_inputs(prepare(table, spec), ())
    assert series.reals["price"][:4].tolist() == [1, 1, 1, 4]
    assert np.isfinite(series.reals["price"]).all()
    assert set(series.texts["weather"]) == {"sun", "(missing)"}
    assert "3 rows of “price” had no value" in series.notes[-1]


def test_that_only_what_is_known_ahead_is_missed_beyond_the_last_target(make_shop_spec: Make) -> None:
    ends = [1.0, 2, 3, 4, 5, None] * 2
    spec = make_shop_spec(data__roles={"target": ["sales"], "group": ["shop"], "continuous": ["price"]})
    series = prepare(a_table(sales=ends, price=ends), spec)
    assert repairs.with_inputs(series, ()).notes == series.notes
    assert "2 rows of “price” had no value" in repairs.with_inputs(series, ("price",)).notes[-1]


def test_that_parts_of_the_date_are_points_on_a_circle() -> None:
    hours = detected(np.arange(5) * 3_600_000_000_000, np.zeros(5, dtype=np.int64), True)
    found = calendar.values(InputSpec(calendar=("hour", "weekday", "month", "minute")), hours, np.arange(48))
    assert set(found) == {"hour_sin", "hour_cos", "weekday_sin", "weekday_cos", "month_sin", "month_cos"}
    assert np.allclose(found["hour_sin"] ** 2 + found["hour_cos"] ** 2, 1)
    assert np.allclose(found["hour_sin"][:24], found["hour_sin"][24:])


@pytest.mark.parametrize(
    ("freq", "count", "parts"),
    [
        ("h", 47, ()),
        ("h", 48, ("hour",)),
        ("h", 14 * 24, ("hour", "weekday")),
        ("h", 730 * 24, ("hour", "weekday", "month")),
        ("D", 500, ("weekday",)),
        ("MS", 23, ()),
        ("MS", 24, ("month",)),
        ("W", 300, ("month",)),
    ],
)
def test_that_parts_of_the_date_are_suggested_that_come_again(freq: str, count: int, parts: tuple[str, ...]) -> None:
    times = read_times(pd.Series(pd.date_range("2024-01-01", periods=count, freq=freq)), "time")
    found = detected(times.values, np.zeros(count, dtype=np.int64), times.is_date)
    assert calendar.suggested(found, found.steps(times.values)) == parts


def test_that_numbers_have_no_parts_of_a_date() -> None:
    found = detected(np.arange(900), np.zeros(900, dtype=np.int64), False)
    assert calendar.suggested(found, np.arange(900)) == ()


def test_that_a_single_series_is_called_by_what_is_forecast(make_shop_spec: Make) -> None:
    alone = {"data__roles": {"date": ["time"], "target": ["sales"]}}
    assert prepare(a_table()[:6], make_shop_spec(**alone)).names == ["sales"]
    assert prepare(a_table(), make_shop_spec()).names == ["a", "b"]
