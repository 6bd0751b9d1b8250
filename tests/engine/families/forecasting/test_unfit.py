"""What series cannot give is refused before training, by column, place and number, with what to choose instead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from engine.catalog import problems
from engine.families.forecasting.preflight import preflight
from engine.runs import Outcome, OutcomeKind
from engine.spec import RunSpec

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]
PLAIN = {"normaliser": "series", "center": False}


@pytest.mark.parametrize(
    ("loss", "scaling", "value", "sentence", "fix"),
    [
        (
            "negative_binomial",
            PLAIN,
            2.5,
            "The negative binomial loss is for whole numbers from 0 on, and column “sales” has 1 step with others, the "
            "first 2.5 (south, 2024-01-01 02:00:00).",
            "Choose the normal distribution.",
        ),
        ("negative_binomial", PLAIN, -3, "The negative binomial loss is for whole numbers from 0 on", "Choose"),
        ("poisson", {"normaliser": "none"}, -1, "The poisson loss is for counts, from 0 on", "Choose mae or rmse."),
        ("tweedie", {"normaliser": "none"}, -1, "The tweedie loss is for numbers from 0 on", "Choose mae or rmse."),
        ("beta", {"transformation": "logit"}, 1.5, "The beta loss is for shares between 0 and 1", "Choose the normal"),
        ("normal", {"transformation": "log"}, 0, "The transformation log is for numbers above 0", "Choose log1p"),
        ("normal", {"transformation": "log1p"}, -1, "The transformation log1p is for numbers above −1", "Choose none."),
        (
            "normal",
            {"transformation": "softplus"},
            -1,
            "The transformation softplus is for numbers above 0",
            "Choose relu",
        ),
        (
            "normal",
            {"transformation": "logit"},
            1.1,
            "The transformation logit is for shares between 0 and 1",
            "Choose none",
        ),
    ],
)
def test_that_a_target_outside_of_what_is_asked_of_it_is_told_with_its_place(
    loss: str,
    scaling: dict[str, Any],
    value: float,
    sentence: str,
    fix: str,
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    workspace: Path,
    make_shop_spec: Make,
) -> None:
    shops["sales"] = 0.5 if loss == "beta" or scaling.get("transformation") == "logit" else 4.0
    shops.loc[62, "sales"] = value
    snapshot(shops)
    spec = make_shop_spec(forecasting__loss=loss, forecasting__scaling=scaling)
    assert problems(spec) == []
    (found,) = [one for one in preflight(workspace, spec).warnings if one.severity == "error"]
    key = "forecasting.scaling.transformation" if loss == "normal" else "forecasting.loss"
    assert found.field == key and found.text.startswith(sentence) and found.fix.startswith(fix)
    shops.loc[62, "sales"] = shops.loc[61, "sales"]
    snapshot(shops, "e" * 16)
    spec = make_shop_spec(forecasting__loss=loss, forecasting__scaling=scaling, data__dataset="e" * 16)
    assert not [one for one in preflight(workspace, spec).warnings if one.severity == "error"]


@pytest.mark.parametrize(
    ("name", "inputs", "sentence"),
    [
        ("decoder_mlp", {"calendar": ["minute", "hour"]}, "Decoder MLP sees only what is known ahead"),
        ("nhits", {"calendar": ["hour"], "series": True}, "N-HiTS needs an input that varies with time"),
    ],
)
def test_that_parts_of_the_date_that_tell_nothing_are_no_inputs(
    name: str,
    inputs: dict[str, Any],
    sentence: str,
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    workspace: Path,
    make_shop_spec: Make,
) -> None:
    shops["time"] = pd.date_range("2024-01-01", periods=60).append([pd.date_range("2024-01-01", periods=60)] * 2)
    snapshot(shops)
    spec = make_shop_spec(name, forecasting__inputs=inputs)
    assert problems(spec) == []
    (found,) = [one for one in preflight(workspace, spec).warnings if one.severity == "error"]
    assert found.field == "forecasting.inputs.calendar" and found.text.startswith(sentence)
    assert found.text.endswith("tell nothing where steps are 1 day apart.")
    with_more = make_shop_spec(name, forecasting__inputs={**inputs, "calendar": ["hour", "weekday"]})
    (told,) = [one for one in preflight(workspace, with_more).warnings if one.field == "forecasting.inputs.calendar"]
    assert told.severity == "warning" and told.text.startswith("“hour” tell nothing where steps are 1 day apart")


@pytest.mark.parametrize("normaliser", ["none", "all"])
@pytest.mark.parametrize("loss", ["normal", "implicit_quantile", "multivariate_normal"])
def test_that_a_network_that_draws_its_past_learns_from_a_target_scaled_in_one(
    loss: str,
    normaliser: str,
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    make_shop_spec: Make,
    train: Train,
) -> None:
    torch.set_num_threads(1)
    snapshot(shops)
    scaling = {"normaliser": normaliser, "method": "robust"}
    spec = make_shop_spec("deepar", forecasting__loss=loss, forecasting__scaling=scaling, trainer__epochs=1)
    assert train(spec)[0].kind is OutcomeKind.FINISHED
