"""Distribution losses for counts and for shares train on targets of that kind, and forecast within their range."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import torch

from engine.catalog import problems
from engine.families.files import PREDICTIONS_FILE
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.spec import RunSpec


@pytest.mark.parametrize("loss", ["negative_binomial", "beta"])
def test_that_a_network_learns_counts_and_shares(
    loss: str,
    workspace: Path,
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    make_shop_spec: Callable[..., Any],
    train: Callable[[RunSpec], tuple[Outcome, str]],
) -> None:
    torch.set_num_threads(1)
    sales = shops["sales"]
    shops["sales"] = sales.round() if loss == "negative_binomial" else 0.1 + 0.8 * (sales - sales.min()) / np.ptp(sales)
    snapshot(shops)
    scaling = {"center": False} if loss == "negative_binomial" else {"transformation": "logit"}
    kind = {"forecasting__loss": loss, "forecasting__scaling": scaling}
    spec = make_shop_spec("deepar", model__params={"hidden_size": 8}, trainer__epochs=3, **kind)
    assert problems(spec) == []
    outcome, run_id = train(spec)
    assert outcome.kind is OutcomeKind.FINISHED
    with RunStore(workspace) as store:
        losses = store.series(run_id, "train/loss").values
        table = store.run_folder(run_id) / PREDICTIONS_FILE
    assert np.isfinite(losses).all() and losses[-5:].mean() < losses[:5].mean()
    found = duckdb.sql(f"SELECT * FROM '{table}'").df()
    levels = found[[name for name in found.columns if name.startswith("quantile")]].to_numpy()
    assert (np.diff(levels, axis=1) >= 0).all() and levels.min() >= 0
    assert loss != "beta" or levels.max() <= 1
