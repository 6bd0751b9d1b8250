"""Series are split by time alone, and stretches that are too short are named."""

from collections.abc import Callable

import pandas as pd
import pytest

from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import Span, split
from engine.families.forecasting.running import trainable
from engine.families.forecasting.series import prepare
from engine.spec import RunSpec
from engine.training.failures import RunFailed

Make = Callable[..., RunSpec]


def spans(table: pd.DataFrame, spec: RunSpec) -> list[tuple[tuple[int, int] | None, ...]]:
    """First and last steps of training, validation and test, counted from the first step of the data."""
    series = prepare(table, spec)
    first = int(series.step.min())

    def told(span: Span | None) -> tuple[int, int] | None:
        return None if span is None else (span.first - first, span.last - first)

    return [(told(fold.train), told(fold.valid), told(fold.test)) for fold in split(series, spec)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"valid": 0.1, "test": 0.2}, ((0, 41), (42, 47), (48, 59))),
        ({"valid_steps": 5, "test_steps": 10}, ((0, 44), (45, 49), (50, 59))),
        ({"valid_steps": 5, "test_steps": 10, "gap": 3}, ((0, 38), (42, 46), (50, 59))),
        ({"valid": 0.1, "test": 0}, ((0, 53), (54, 59), None)),
        ({"valid_from": "2024-01-02 12:00", "test_from": "2024-01-03"}, ((0, 35), (36, 47), (48, 59))),
    ],
)
def test_that_the_newest_stretch_is_held_out(
    shops: pd.DataFrame, make_shop_spec: Make, kind: dict, expected: tuple
) -> None:
    assert spans(shops, make_shop_spec(split={"kind": "holdout", **kind})) == [expected]


def test_that_a_backtest_knows_only_what_was_before(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    found = spans(shops, make_shop_spec(split={"kind": "rolling", "folds": 3, "test_steps": 6, "valid_steps": 4}))
    assert found == [
        ((0, 37), (38, 41), (42, 47)),
        ((0, 43), (44, 47), (48, 53)),
        ((0, 49), (50, 53), (54, 59)),
    ]
    newest = spans(shops, make_shop_spec(split={"kind": "rolling", "folds": 2, "train_steps": 20, "gap": 2}))
    assert newest == [((24, 43), (46, 49), (52, 55)), ((28, 47), (50, 53), (56, 59))]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"split": {"kind": "holdout", "valid_steps": 30, "test_steps": 20}},
            "There are 10 steps to learn from, and one window",
        ),
        ({"split": {"kind": "holdout", "valid_steps": 3}}, "The validation has 3 steps .* and the horizon 4"),
        ({"split": {"kind": "holdout", "test_steps": 2}}, "The test has 2 steps"),
        (
            {"split": {"kind": "holdout", "test_from": "2025-01-01"}},
            "split.test_from: 2025-01-01 is not within the series, which go from 2024-01-01 00:00:00 to "
            "2024-01-03 11:00:00. Choose a date from 2024-01-01 20:00:00 to 2024-01-03 08:00:00.",
        ),
        (
            {"split": {"kind": "holdout", "test_from": "2024-01-03 10:00"}},
            "split.test_from: there is only room for 2 steps from 2024-01-03 10:00 on, and the horizon takes 4",
        ),
        (
            {"split": {"kind": "holdout", "test_from": "2024-01-03", "valid_from": "2024-01-03"}},
            "split.valid_from: 2024-01-03 is not before what comes later",
        ),
        (
            {"split": {"kind": "holdout", "valid_from": "2024-01-01 05:00"}},
            "split.valid_from: there are 5 steps before 2024-01-01 05:00, too few to learn from: one window .* takes 16. "
            "Choose a date from 2024-01-01 16:00:00 to",
        ),
        ({"split": {"kind": "holdout", "valid_from": "then"}}, "split.valid_from: “then” is no date"),
        ({"split": {"kind": "random"}}, "Series are split by time, not by a split of the kind “random”"),
        ({"split": {"kind": "rolling", "folds": 11}}, r"There are 12 steps to learn from \(fold1\)"),
        ({"forecasting__windows": {"horizon": 70}}, "There are .* one window of past and horizon takes 100"),
    ],
)
def test_that_a_stretch_that_is_too_short_is_named(
    shops: pd.DataFrame, make_shop_spec: Make, parts: dict, words: str
) -> None:
    with pytest.raises(RunFailed, match=words):
        spans(shops, make_shop_spec(**parts))


@pytest.mark.parametrize("lags", [{}, {"lags": {"sales": [7, 1]}}])
def test_that_windows_are_counted_as_they_are_made(shops: pd.DataFrame, make_shop_spec: Make, lags: object) -> None:
    late = shops[~((shops["shop"] == "south") & (shops["time"] < "2024-01-02 10:00"))].reset_index(drop=True)
    inputs = {"known": ["price"], **lags} if isinstance(lags, dict) else {}
    spec = make_shop_spec(
        data__roles={"target": ["sales"], "group": ["shop"], "continuous": ["price"]},
        forecasting__inputs=inputs,
        forecasting__windows__evaluation_step=3,
    )
    series = trainable(prepare(late, spec), spec)
    material = Material(spec, series, split(series, spec)[0])
    for span in (material.fold.valid, material.fold.test):
        made = material.windows(span, "part")
        assert material.count(span, "part") == (len(made), len(made.data["time"]))
    with pytest.raises(RunFailed, match="The part has no window"):
        material.count(Span(material.fold.valid.first, material.fold.valid.first), "part")
