"""Data sets that are made column by column equal those that the library makes."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_forecasting import EncoderNormalizer, GroupNormalizer, TimeSeriesDataSet
from pytorch_forecasting.data.encoders import NaNLabelEncoder, TorchNormalizer
from sklearn.preprocessing import RobustScaler, StandardScaler

from engine.families.forecasting import window_preparing
from engine.families.forecasting.normalisers import WholeNormalizer
from engine.families.forecasting.window_loader import WindowLoader
from engine.families.forecasting.window_preparing import prepare
from engine.training.loader import BatchPlan

pytestmark = pytest.mark.filterwarnings("ignore:Min encoder length")
"""The library warns of series without a window; who prepares data counts them."""


def series_frame(seed: int = 0, series: int = 4, shortest: int = 9, longest: int = 30) -> pd.DataFrame:
    """Even series of different lengths and beginnings, sorted as a categorical whose order is not the alphabet's."""
    source = np.random.default_rng(seed)
    names = [f"s{number}" for number in source.permutation(series)]
    parts = []
    for name in names:
        steps = int(source.integers(shortest, longest + 1))
        parts.append(
            pd.DataFrame(
                {
                    "series": name,
                    "time": np.arange(steps) + int(source.integers(0, 4)),
                    "y": source.normal(10, 3, steps),
                    "price": source.uniform(0, 9, steps),
                    "size": float(steps),
                    "count": source.integers(1, 5, steps),
                    "day": source.choice(["mon", "tue", "wed"], steps),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame["series"] = pd.Categorical(frame["series"], categories=names)
    frame["identity"] = frame["series"]
    frame["day"] = frame["day"].astype("category")
    return frame


def settings_of(**options: object) -> dict[str, object]:
    given: dict[str, object] = {
        "time_idx": "time",
        "target": "y",
        "group_ids": ["series"],
        "max_encoder_length": 5,
        "max_prediction_length": 3,
        "static_categoricals": ["identity"],
        "static_reals": ["size"],
        "time_varying_known_categoricals": ["day"],
        "time_varying_known_reals": ["time", "price"],
        "time_varying_unknown_reals": ["y"],
        "target_normalizer": GroupNormalizer(groups=["series"]),
    }
    return given | options


def check(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, make: object = settings_of, **options: object) -> None:
    """Compare everything that a data set keeps; the library may only make the one of a single series."""
    library = TimeSeriesDataSet(frame, **make(**options))
    lengths: list[int] = []

    def watched(rows: pd.DataFrame, **named: object) -> TimeSeriesDataSet:
        lengths.append(rows["series"].nunique())
        return TimeSeriesDataSet(rows, **named)

    monkeypatch.setattr(window_preparing, "TimeSeriesDataSet", watched)
    mine = prepare(frame, **make(**options))
    assert lengths == [1]
    pd.testing.assert_frame_equal(mine.index, library.index)
    for name, value in library.data.items():
        one, other = mine.data[name], value
        if name == "target":
            (one,), (other,) = one, other
        assert one is other is None or (one.dtype == other.dtype and torch.equal(one, other)), name
    assert {name: one.classes_ for name, one in mine._categorical_encoders.items()} == {
        name: one.classes_ for name, one in library._categorical_encoders.items()
    }
    for name, scaler in library._scalers.items():
        own = mine._scalers[name]
        assert type(own) is type(scaler)
        if isinstance(scaler, StandardScaler):
            assert (own.mean_, own.scale_) == (scaler.mean_, scaler.scale_)
    assert mine.reals == library.reals
    assert mine.min_prediction_idx == library.min_prediction_idx
    plan = BatchPlan.of(len(library), 16)
    for (x, _), (other, _) in zip(WindowLoader(mine, plan, 1), WindowLoader(library, plan, 1), strict=True):
        assert all(torch.equal(x[name], other[name]) for name in other)


OPTIONS: dict[str, dict[str, object]] = {
    "plain": {},
    "one window a series": {"predict_mode": True},
    "later predictions only": {"min_prediction_idx": 11},
    "relative time": {"add_relative_time_idx": True},
    "target scales": {"add_target_scales": True},
    "lags": {"lags": {"y": [1, 3], "day": [2]}},
    "lags and later": {"lags": {"y": [2]}, "min_prediction_idx": 12, "add_target_scales": True},
    "weights": {"weight": "price"},
    "whole weights": {"weight": "count"},
    "scalers": {"scalers": {"price": RobustScaler(), "size": None}},
    "whole numbers": {"time_varying_known_reals": ["time", "count"]},
    "no categoricals": {"static_categoricals": [], "time_varying_known_categoricals": []},
}
NORMALISERS = {
    "by series": lambda: GroupNormalizer(groups=["series"]),
    "by series, robust": lambda: GroupNormalizer(groups=["series"], method="robust", center=False),
    "by series, transformed": lambda: GroupNormalizer(groups=["series"], transformation="softplus"),
    "all alike": lambda: GroupNormalizer(),
    "each by itself": lambda: GroupNormalizer(groups=["series"], scale_by_group=True),
    "one": lambda: TorchNormalizer(transformation="relu"),
    "none": lambda: TorchNormalizer(method="identity"),
    "by encoder": lambda: EncoderNormalizer(),
    "by the last value": lambda: EncoderNormalizer(max_length=[1, 5]),
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("method", ["standard", "identity"])
def test_that_lags_of_a_target_that_is_scaled_as_a_whole_equal_the_librarys(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own normaliser cannot read lags of its target at all."""
    check(series_frame(), monkeypatch, lags={"y": [1, 3]}, target_normalizer=WholeNormalizer(method=method))


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("made", [GroupNormalizer, EncoderNormalizer])
def test_that_a_prepared_data_set_equals_the_librarys(
    options: dict[str, object], made: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {"groups": ["series"]} if made is GroupNormalizer else {}
    make = lambda **given: settings_of(**(given | {"target_normalizer": made(**groups)}))  # noqa: E731
    check(series_frame(), monkeypatch, make, **options)


@pytest.mark.parametrize("name", NORMALISERS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_that_every_normaliser_scales_the_same(name: str, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = series_frame(3)
    frame["y"] = frame["y"].abs().astype(kind)
    make = lambda **given: settings_of(**(given | {"target_normalizer": NORMALISERS[name]()}))  # noqa: E731
    check(frame, monkeypatch, make, add_target_scales=True)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    series=st.integers(1, 6),
    encoder=st.integers(2, 9),
    horizon=st.integers(1, 4),
    lag=st.integers(0, 4),
    scales=st.booleans(),
)
def test_that_random_data_sets_equal_the_librarys(
    seed: int, series: int, encoder: int, horizon: int, lag: int, scales: bool
) -> None:
    frame = series_frame(seed, series, 20, 40)
    make = lambda **given: settings_of(**(given | {"target_normalizer": GroupNormalizer(groups=["series"])}))  # noqa: E731
    options = {"max_encoder_length": encoder, "max_prediction_length": horizon, "add_target_scales": scales}
    with pytest.MonkeyPatch.context() as patch:
        check(frame, patch, make, lags={"y": [lag]} if lag else {}, **options)


def test_that_validation_rows_take_what_was_fitted_on_training_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = series_frame(5, 4, 24, 40)
    both = [NaNLabelEncoder(add_nan=True, warn=False) for _ in range(4)]
    names = ("series", "__group_id__series", "identity", "day")
    train = prepare(frame[frame["time"] < 18], **settings_of(categorical_encoders=dict(zip(names, both, strict=True))))
    make = lambda **given: settings_of(  # noqa: E731
        target_normalizer=train.target_normalizer,
        categorical_encoders=train._categorical_encoders,
        scalers=train._scalers,
        **given,
    )
    check(frame, monkeypatch, make, min_prediction_idx=18)


def broken(how: str) -> tuple[pd.DataFrame, dict[str, object]]:
    frame, options = series_frame(2, 3, 15, 25), settings_of()
    if how == "unsorted":
        frame = frame.iloc[::-1]
    elif how == "windows of different lengths":
        options["min_encoder_length"] = 2
    elif how == "a gap":
        frame, options["allow_missing_timesteps"] = frame.drop(index=[6]), True
    else:
        options["target_normalizer"] = "auto"
    return frame, options


@pytest.mark.parametrize("how", ["unsorted", "windows of different lengths", "a gap", "an automatic normaliser"])
def test_that_the_library_makes_what_is_not_taken_over(how: str) -> None:
    frame, options = broken(how)
    mine, library = prepare(frame, **options), TimeSeriesDataSet(frame, **broken(how)[1])
    pd.testing.assert_frame_equal(mine.index, library.index)
    assert torch.equal(mine.data["reals"], library.data["reals"])


def test_that_windows_may_be_scaled_with_lags_of_covariates() -> None:
    # The library refuses: scikit-learn will not scale "price_lagged_by_1" with what it fitted on "price".
    dataset = prepare(series_frame(), **settings_of(lags={"price": [1]}))
    plain, lagged = (dataset.reals.index(name) for name in ("price", "price_lagged_by_1"))
    rows = dataset.data["reals"][:5]
    assert torch.equal(rows[:-1, plain], rows[1:, lagged])


def test_that_values_that_are_not_finite_are_refused_as_by_the_library() -> None:
    frame = series_frame()
    frame.loc[3, "price"] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        prepare(frame, **settings_of())


def test_that_no_window_at_all_is_refused_as_by_the_library() -> None:
    with pytest.raises(AssertionError, match="filters should not remove"):
        prepare(series_frame(), **settings_of(max_encoder_length=50))
