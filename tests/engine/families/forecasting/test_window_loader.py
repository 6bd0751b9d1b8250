"""The window loader gives the library's own batches, for every option that it takes over."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_forecasting import EncoderNormalizer, GroupNormalizer, MultiNormalizer, TimeSeriesDataSet
from pytorch_forecasting.data.encoders import NaNLabelEncoder, TorchNormalizer
from sklearn.preprocessing import RobustScaler, StandardScaler
from torch.utils.data import Sampler

from engine.families.forecasting.window_loader import WindowLoader, why_not
from engine.training.loader import BatchPlan

# What the library itself calls forth as it makes a data set and reads from it; our loader is silent.
pytestmark = [
    pytest.mark.filterwarnings("ignore:X does not have valid feature names"),
    pytest.mark.filterwarnings("ignore:The behavior of DataFrame.std:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Downcasting object dtype:FutureWarning"),
]

VARIABLE = {"min_encoder_length": 2, "min_prediction_length": 1}
"""Encoders and horizons of different lengths."""


def series_frame(seed: int = 0, series: int = 4, longest: int = 24, shortest: int = 14) -> pd.DataFrame:
    """Series of different lengths and beginnings, with columns of every kind."""
    source = np.random.default_rng(seed)
    parts = []
    for number in range(series):
        steps = int(source.integers(shortest, longest + 1))
        level = source.uniform(1, 30)
        parts.append(
            pd.DataFrame(
                {
                    "series": f"s{number}",
                    "region": ["north", "south"][number % 2],
                    "t": np.arange(steps) + int(source.integers(0, 5)),
                    "y": level + source.gamma(2.0, level / 4, steps),
                    "z": source.normal(size=steps),
                    "state": source.choice(["low", "mid", "high"], steps),
                    "price": source.uniform(0, 9, steps),
                    "day": source.choice(["mon", "tue", "wed"], steps),
                    "holiday": source.choice(["-", "new year"], steps),
                    "feast": source.choice(["-", "spring"], steps),
                    "size": float(number),
                    "hurt": source.uniform(0.1, 2, steps),
                    "count": source.integers(1, 5, steps),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def dataset_of(frame: pd.DataFrame, **options: object) -> TimeSeriesDataSet:
    """A data set with columns of every kind; `options` replace."""
    given: dict[str, object] = {
        "time_idx": "t",
        "target": "y",
        "group_ids": ["series"],
        "max_encoder_length": 6,
        "max_prediction_length": 3,
        "static_categoricals": ["region"],
        "static_reals": ["size"],
        "time_varying_known_categoricals": ["day"],
        "time_varying_known_reals": ["t", "price"],
        "time_varying_unknown_reals": ["y", "z"],
    }
    return TimeSeriesDataSet(frame, **(given | options))


class InOrder(Sampler[int]):
    """Gives the library's loader an order."""

    def __init__(self, order: torch.Tensor) -> None:
        self.order = order

    def __iter__(self):
        return iter(self.order.tolist())

    def __len__(self) -> int:
        return len(self.order)


def differences(mine: object, library: object, path: str = "") -> list[str]:
    """Name what differs between two batches, in kind, shape, type or value ."""
    if isinstance(library, dict):
        if list(mine) != list(library):
            return [f"{path}: {list(mine)}"]
        return [word for key in library for word in differences(mine[key], library[key], f"{path}.{key}")]
    if isinstance(library, list | tuple):
        if type(mine) is not type(library) or len(mine) != len(library):
            return [f"{path}: {type(mine)}"]
        pairs = enumerate(zip(mine, library, strict=True))
        return [word for place, pair in pairs for word in differences(*pair, f"{path}[{place}]")]
    if library is None or mine is None:
        return [] if mine is library else [path]
    if mine.dtype != library.dtype or mine.shape != library.shape:
        return [f"{path}: {mine.dtype}{tuple(mine.shape)} for {library.dtype}{tuple(library.shape)}"]
    return [] if torch.equal(mine, library) else [f"{path}: {(mine - library).abs().max()} apart"]


def loader_of(dataset: TimeSeriesDataSet, batch: int = 7, seed: int | None = None) -> WindowLoader:
    return WindowLoader(dataset, BatchPlan.of(len(dataset), batch, merge_single=False), seed)


def check(dataset: TimeSeriesDataSet, batch: int = 7) -> None:
    """Compare all batches in the data set's order, and all in a shuffled one: every bit."""
    assert why_not(dataset) == ""
    for seed in (None, 3):
        loader = loader_of(dataset, batch, seed)
        order = loader.order(0)
        sampler = None if order is None else InOrder(order)
        library = dataset.to_dataloader(train=False, batch_size=batch, sampler=sampler)
        mine = list(loader)
        assert len(mine) == len(library)
        for one, other in zip(mine, library, strict=True):
            assert differences(one, other) == []


OPTIONS: dict[str, dict[str, object]] = {
    "fixed windows": {},
    "shorter windows": VARIABLE,
    "no encoder at first": {"min_encoder_length": 0, "min_prediction_length": 1},
    "later predictions only": {"min_prediction_idx": 12, **VARIABLE},
    "one window a series": {"predict_mode": True},
    "lags": {"lags": {"y": [1, 4], "price": [2], "day": [3]}, "scalers": {"price": GroupNormalizer()}},
    "lags, shorter windows": {"lags": {"y": [1, 4]}, **VARIABLE},
    "relative time": {"add_relative_time_idx": True},
    "relative time, shorter windows": {"add_relative_time_idx": True, **VARIABLE},
    "target scales": {"add_target_scales": True},
    "encoder length": {"add_encoder_length": True, **VARIABLE},
    "weights": {"weight": "hurt", **VARIABLE},
    "whole weights": {"weight": "count", **VARIABLE},
    "variable groups": {
        "variable_groups": {"feasts": ["holiday", "feast"]},
        "time_varying_known_categoricals": ["feasts"],
    },
    "two identifiers": {"group_ids": ["region", "series"]},
    "scalers": {"scalers": {"price": RobustScaler(), "z": None, "t": StandardScaler(with_mean=False)}},
    "group scaler of a column": {
        "scalers": {"price": GroupNormalizer(groups=["region"])},
        "group_ids": ["series", "region"],
    },
    "no reals": {"static_reals": [], "time_varying_known_reals": [], "time_varying_unknown_reals": []},
    "no categoricals": {"static_categoricals": [], "time_varying_known_categoricals": []},
    "gaps allowed, none there": {"allow_missing_timesteps": True, **VARIABLE},
    "everything at once": {
        "lags": {"y": [2], "day": [3]},
        "add_relative_time_idx": True,
        "add_target_scales": True,
        "add_encoder_length": True,
        "weight": "hurt",
        **VARIABLE,
    },
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_that_batches_equal_the_librarys(options: dict[str, object]) -> None:
    check(dataset_of(series_frame(), target_normalizer=GroupNormalizer(groups=["series"]), **options))


NORMALISERS: dict[str, object] = {
    "none": None,
    "standard": TorchNormalizer(),
    "robust": TorchNormalizer(method="robust", center=False),
    "identity": TorchNormalizer(method="identity"),
    "transformed": TorchNormalizer(transformation="log1p"),
    "all series alike": GroupNormalizer(),
    "by series": GroupNormalizer(groups=["series"], transformation="softplus"),
    "by series, robust": GroupNormalizer(groups=["series"], method="robust", center=False),
    "by two": GroupNormalizer(groups=["region", "series"]),
    "by two, the other way": GroupNormalizer(groups=["series", "region"]),
    "by one of two": GroupNormalizer(groups=["series"]),
    "by two, each by itself": GroupNormalizer(groups=["region", "series"], scale_by_group=True),
}


@pytest.mark.parametrize("normaliser", NORMALISERS.values(), ids=NORMALISERS)
def test_that_every_normaliser_gives_the_librarys_scales(normaliser: object) -> None:
    ids = ["region", "series"] if "region" in (getattr(normaliser, "groups", None) or ["region"]) else ["series"]
    check(dataset_of(series_frame(), target_normalizer=normaliser, group_ids=ids, add_target_scales=True))


OF_ENCODER: dict[str, EncoderNormalizer] = {
    "standard": EncoderNormalizer(),
    "without center": EncoderNormalizer(center=False),
    "robust": EncoderNormalizer(method="robust", method_kwargs={"upper": 0.9, "lower": 0.2, "center": 0.4}),
    "identity": EncoderNormalizer(method="identity"),
    "last steps": EncoderNormalizer(max_length=3),
    "fewer for the scale": EncoderNormalizer(max_length=[5, 3]),
    "fewer for the center": EncoderNormalizer(max_length=[2, 4]),
    **{name: EncoderNormalizer(transformation=name) for name in ("log", "log1p", "count", "softplus", "relu", "sqrt")},
}


@pytest.mark.parametrize("lengths", [{}, VARIABLE], ids=["fixed", "variable"])
@pytest.mark.parametrize("normaliser", OF_ENCODER.values(), ids=OF_ENCODER)
def test_that_windows_scaled_by_their_own_encoder_equal_the_librarys(
    normaliser: EncoderNormalizer, lengths: dict[str, object]
) -> None:
    options = {"add_target_scales": True, "lags": {"y": [2]}, **lengths}
    check(dataset_of(series_frame(), target_normalizer=normaliser, **options))


def test_that_columns_scaled_by_their_own_encoder_equal_the_librarys() -> None:
    shared = EncoderNormalizer()
    scalers = {"price": EncoderNormalizer(method="robust"), "z": shared, "size": shared, "y_center": RobustScaler()}
    options = {"lags": {"z": [1], "price": [2]}, "add_target_scales": True, **VARIABLE}
    check(dataset_of(series_frame(), scalers=scalers, target_normalizer=EncoderNormalizer(), **options))


def test_that_a_series_that_does_not_move_is_scaled_as_the_library_does() -> None:
    frame = series_frame()
    frame.loc[frame["series"] == "s1", "y"] = 3.3
    check(dataset_of(frame, target_normalizer=EncoderNormalizer(), **VARIABLE))


def test_that_a_categorical_target_equals_the_librarys() -> None:
    check(
        dataset_of(
            series_frame(),
            target="state",
            target_normalizer=NaNLabelEncoder(),
            time_varying_unknown_categoricals=["state"],
            **VARIABLE,
        )
    )


def test_that_a_target_of_whole_numbers_keeps_its_type() -> None:
    check(dataset_of(series_frame(), target="count", target_normalizer=GroupNormalizer(), **VARIABLE))


@pytest.mark.parametrize("scales", [False, True])
def test_that_several_targets_equal_the_librarys(scales: bool) -> None:
    normaliser = MultiNormalizer([GroupNormalizer(groups=["series"]), EncoderNormalizer(), NaNLabelEncoder()])
    options = {
        "time_varying_unknown_categoricals": ["state"],
        "weight": "hurt",
        "add_target_scales": scales,
        **VARIABLE,
    }
    check(dataset_of(series_frame(), target=["y", "z", "state"], target_normalizer=normaliser, **options))


def test_that_several_targets_with_plain_normalisers_equal_the_librarys() -> None:
    normaliser = MultiNormalizer([TorchNormalizer(), TorchNormalizer(method="identity")])
    check(dataset_of(series_frame(), target=["y", "z"], target_normalizer=normaliser))


def test_that_a_validation_set_with_unseen_series_equals_the_librarys() -> None:
    frame = series_frame(series=6)
    known = frame[frame["series"].isin(["s0", "s1", "s2", "s3"])]
    train = dataset_of(
        known,
        target_normalizer=GroupNormalizer(groups=["series"]),
        categorical_encoders={
            name: NaNLabelEncoder(add_nan=True, warn=False) for name in ("series", "__group_id__series")
        },
    )
    for predict in (False, True):
        check(TimeSeriesDataSet.from_dataset(train, frame, predict=predict, stop_randomization=True))


def test_that_a_filtered_set_equals_the_librarys() -> None:
    dataset = dataset_of(series_frame(), **VARIABLE)
    check(dataset.filter(lambda index: index.time_idx_first_prediction > 10))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    series=st.integers(1, 5),
    encoder=st.integers(2, 12),
    least=st.integers(2, 12),
    horizon=st.integers(1, 6),
    nearest=st.integers(1, 6),
    batch=st.integers(1, 40),
    relative=st.booleans(),
    scales=st.booleans(),
    per_window=st.booleans(),
    lags=st.sampled_from([{}, {"y": [1]}, {"y": [2, 5], "day": [1]}]),
)
def test_that_random_data_sets_give_the_librarys_batches(
    seed: int,
    series: int,
    encoder: int,
    least: int,
    horizon: int,
    nearest: int,
    batch: int,
    relative: bool,
    scales: bool,
    per_window: bool,
    lags: dict[str, list[int]],
) -> None:
    normaliser = EncoderNormalizer() if per_window else GroupNormalizer(groups=["series"])
    dataset = dataset_of(
        series_frame(seed, series, 40, 26),
        max_encoder_length=encoder,
        min_encoder_length=min(encoder, least),
        max_prediction_length=horizon,
        min_prediction_length=min(horizon, nearest),
        add_relative_time_idx=relative,
        add_target_scales=scales,
        target_normalizer=normaliser,
        lags=lags,
    )
    check(dataset, batch)
