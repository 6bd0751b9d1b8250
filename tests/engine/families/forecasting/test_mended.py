"""Networks of the library learn and forecast where its own would stop in the middle."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.families.files import read_evaluation
from engine.families.forecasting.preflight import preflight
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.spec import RunSpec

Make = Callable[..., RunSpec]
Train = Callable[[RunSpec], tuple[Outcome, str]]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("name", "loss", "precision"),
    [
        ("tft", "quantile", "64-true"),
        ("xlstm", "mae", "64-true"),
        ("recurrent", "mae", "bf16-mixed"),
        ("deepar", "normal", "bf16-mixed"),
    ],
)
def test_that_a_network_of_the_target_alone_learns_in_other_number_formats(
    name: str,
    loss: str,
    precision: str,
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    make_shop_spec: Make,
    train: Train,
) -> None:
    snapshot(shops)
    spec = make_shop_spec(name, forecasting__loss=loss, trainer__precision=precision, trainer__epochs=1)
    assert train(spec)[0].kind is OutcomeKind.FINISHED


@pytest.mark.parametrize("name", ["last_value", "seasonal_naive"])
@pytest.mark.parametrize("scaling", [{"transformation": "log1p"}, {"transformation": "logit"}, {"normaliser": "last"}])
def test_that_a_baseline_looks_at_the_target_as_it_is(
    name: str,
    scaling: dict[str, Any],
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    make_shop_spec: Make,
    train: Train,
) -> None:
    shops["sales"] -= 25  # below zero too
    snapshot(shops)
    assert train(make_shop_spec(name, forecasting__scaling=scaling))[0].kind is OutcomeKind.FINISHED


@pytest.mark.parametrize("loss", ["poisson", "tweedie"])
def test_that_large_counts_are_learned_by_their_logarithm(
    loss: str, shops: pd.DataFrame, snapshot: Callable[..., str], workspace: Path, make_shop_spec: Make, train: Train
) -> None:
    shops["sales"] = np.round(3_000 * shops["sales"])
    snapshot(shops)
    plain = make_shop_spec(forecasting__loss=loss, forecasting__scaling={"normaliser": "none"})
    (told,) = [one for one in preflight(workspace, plain).warnings if one.field.startswith("forecasting.scaling")]
    assert told.severity == "warning" and "exponential" in told.text and told.fix == "Choose log1p, with a scale."
    spec = make_shop_spec(
        forecasting__loss=loss,
        forecasting__scaling={"transformation": "log1p"},
        model__params={"hidden_size": 32},
        trainer__epochs=12,
        trainer__optimizer={"name": "Adam", "learning_rate": 0.01},
    )
    assert not [one for one in preflight(workspace, spec).warnings if one.field.startswith("forecasting.scaling")]
    outcome, run_id = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED
    with RunStore(workspace) as store:
        found = read_evaluation(store.run_folder(run_id))
    assert found is not None and found.metrics["test"]["smape"] < 0.15


def test_that_parameters_of_a_distribution_are_not_rounded_by_mixed_precision(
    shops: pd.DataFrame, snapshot: Callable[..., str], make_shop_spec: Make, train: Train
) -> None:
    shops["sales"] = (shops["sales"] > 22).astype(float)  # the network becomes sure: shares of nearly 0 and 1
    snapshot(shops)
    spec = make_shop_spec(
        "decoder_mlp",
        forecasting__loss="beta",
        forecasting__scaling={"normaliser": "last", "transformation": "logit"},
        forecasting__inputs={"calendar": ["hour"]},
        trainer__precision="bf16-mixed",
    )
    assert train(spec)[0].kind is OutcomeKind.FINISHED
