"""The encoder: fitted on training rows alone, exact after JSON, and calm about what it has never seen."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import PowerTransformer, QuantileTransformer, StandardScaler

from engine.families.labels import natural_order, text_of
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.scaling import Scaling
from engine.spec import PreprocessSpec, RunSpec, TabularSpec

Make = Callable[..., RunSpec]
TRAIN = np.arange(200)


def with_preprocess(make_spec: Make, task: str = "classification", **settings: object) -> RunSpec:
    tabular = TabularSpec.model_validate({"task": task, "preprocess": PreprocessSpec.model_validate(settings)})
    return make_spec(task, tabular=tabular)


def test_that_inputs_have_shapes_types_and_names_in_order(small_frame: pd.DataFrame, make_spec: Make) -> None:
    encoder = Encoder.fit(small_frame, TRAIN, make_spec())
    tensors = encoder.transform(small_frame)
    names = [feature.name for feature in encoder.continuous]
    assert names == ["a", "b", "day month", "day day", "day weekday"]
    assert tensors.continuous.dtype == torch.float32 and tensors.continuous.shape == (240, 5)
    assert tensors.categorical.dtype == torch.int64 and tensors.categorical.shape == (240, 1)
    assert tensors.target.dtype == torch.int64 and tensors.target.shape == (240, 1)
    assert encoder.targets[0].classes == ("no", "yes")
    assert encoder.cardinalities == [4]
    assert encoder.columns == ("a", "b", "day", "colour")


def test_that_only_training_rows_are_fitted_on(small_frame: pd.DataFrame, make_spec: Make) -> None:
    changed = small_frame.copy()
    changed.loc[200:, "a"] = 1e6
    changed.loc[200:, "colour"] = "violet"
    changed.loc[200:, "price"] = -1e9
    spec = make_spec("regression")
    assert Encoder.fit(changed, TRAIN, spec) == Encoder.fit(small_frame, TRAIN, spec)


@pytest.mark.parametrize("transform", ["none", "standard", "quantile_normal", "yeo-johnson"])
def test_that_json_keeps_an_encoder_exactly(small_frame: pd.DataFrame, make_spec: Make, transform: str) -> None:
    encoder = Encoder.fit(small_frame, TRAIN, with_preprocess(make_spec, continuous_transform=transform))
    again = Encoder.from_json(encoder.to_json())
    assert again == encoder
    assert torch.equal(again.transform(small_frame).continuous, encoder.transform(small_frame).continuous)


def test_that_unseen_and_missing_categories_have_codes_of_their_own(small_frame: pd.DataFrame, make_spec: Make) -> None:
    gaps = small_frame.copy()
    gaps.loc[:5, "colour"] = None
    encoder = Encoder.fit(gaps, TRAIN, make_spec())
    assert encoder.cardinalities == [5]
    news = pd.DataFrame({"colour": ["blue", "violet", None], "a": 0.0, "b": 0.0, "day": gaps["day"][:3]})
    assert encoder.transform(news).categorical[:, 0].tolist() == [1, 0, 4]
    assert encoder.unseen(news) == {"colour": ["violet"]}
    assert encoder.transform(news).target.tolist() == [[-1], [-1], [-1]]


def test_that_only_the_most_frequent_categories_are_kept(make_spec: Make, small_frame: pd.DataFrame) -> None:
    small_frame["colour"] = ["common"] * 150 + ["often"] * 40 + [f"rare {i}" for i in range(50)]
    encoder = Encoder.fit(small_frame, TRAIN, with_preprocess(make_spec, max_categories=2))
    assert encoder.categorical[0].categories == ("common", "often")


def test_that_a_category_is_the_same_however_a_file_stores_it() -> None:
    assert text_of(1) == text_of(1.0) == text_of(np.float32(1)) == text_of("1") == "1"
    assert text_of(True) == text_of(np.bool_(True)) == text_of("true")
    assert text_of(pd.Timestamp("2024-05-01")) == "2024-05-01"
    assert text_of(0.5) == "0.5"
    assert natural_order({"10", "9", "-1"}) == ["-1", "9", "10"]
    assert natural_order({"nan", "2", "10"}) == ["10", "2", "nan"]


@pytest.mark.parametrize(("policy", "expected"), [("mean", 3.0), ("median", 2.0), ("zero", 0.0)])
def test_that_gaps_and_infinity_are_filled_and_marked(make_spec: Make, policy: str, expected: float) -> None:
    frame = pd.DataFrame(
        {
            "a": [1.0, 2.0, 6.0, np.nan, np.inf],
            "b": 1.0,
            "colour": "x",
            "day": pd.Timestamp("2024-01-01"),
            "kind": ["u", "v", "u", "v", "u"],
        }
    )
    spec = with_preprocess(
        make_spec, missing_continuous=policy, missing_indicator=True, continuous_transform="standard"
    )
    encoder = Encoder.fit(frame, np.arange(5), spec)
    assert encoder.continuous[0].fill == expected
    assert encoder.continuous[-1].name == "a is missing"
    tensors = encoder.transform(frame)
    assert bool(torch.isfinite(tensors.continuous).all())
    assert tensors.continuous[:, -1].tolist() == [0, 0, 0, 1, 1]


def test_that_numbers_come_back_in_their_unit(small_frame: pd.DataFrame, make_spec: Make) -> None:
    encoder = Encoder.fit(small_frame, TRAIN, make_spec("regression"))
    target = encoder.transform(small_frame).target
    assert abs(float(target[:200].mean())) < 1e-5
    back = encoder.targets[0].values(target[:, 0].numpy())
    assert np.allclose(back, small_frame["price"], rtol=1e-5)


def test_that_several_targets_are_encoded_side_by_side(small_frame: pd.DataFrame, make_spec: Make) -> None:
    encoder = Encoder.fit(small_frame, TRAIN, make_spec(target=("kind", "name")))
    tensors = encoder.transform(small_frame)
    assert tensors.target.shape == (240, 2)
    assert [len(target.classes) for target in encoder.targets] == [2, 240]


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        ("standard", StandardScaler()),
        ("yeo-johnson", PowerTransformer()),
        ("quantile_normal", QuantileTransformer(n_quantiles=500, output_distribution="normal")),
    ],
)
def test_that_scaling_agrees_with_scikit_learn(kind: str, theirs: object) -> None:
    rng = np.random.default_rng(0)
    values = np.stack([rng.normal(3, 2, 500), rng.exponential(5, 500), rng.integers(-3, 4, 500)], axis=1).astype(float)
    news = values + rng.normal(0, 0.5, values.shape)
    expected = theirs.fit(values).transform(news)  # type: ignore[attr-defined]
    assert np.allclose(Scaling.fit(values, kind).apply(news), expected, atol=1e-3)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(
    column=st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=2, max_size=50),
    kind=st.sampled_from(["none", "standard", "quantile_normal", "yeo-johnson"]),
)
def test_that_scaling_never_makes_a_number_into_none(column: list[float], kind: str) -> None:
    values = np.array(column)[:, None]
    scaled = Scaling.fit(values, kind).apply(values)  # type: ignore[arg-type]
    assert np.isfinite(scaled).all()
