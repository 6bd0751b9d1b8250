"""The shorter way through N-HiTS gives the library's numbers and gradients."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import torch

from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import build
from engine.families.forecasting.library import quiet
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.quick_nhits import QuickNhits
from engine.families.forecasting.running import trainable
from engine.families.forecasting.series import prepare
from engine.training.loader import BatchPlan

Make = Callable[..., Any]
MANY = {"target": ["sales"], "group": ["shop"], "continuous": ["price", "size"], "categorical": ["weather", "day"]}
INPUTS = {"known": ["price", "day"], "static": ["size"], "series": True, "calendar": ["hour"]}
SETTINGS: dict[str, dict[str, Any]] = {
    "target alone": {},
    "everything": {"data__roles": MANY, "forecasting__inputs": INPUTS},
    "drops out": {"data__roles": MANY, "forecasting__inputs": INPUTS, "model__params": {"dropout": 0.2}},
    "counts the backcast": {"data__roles": MANY, "forecasting__inputs": INPUTS, "forecasting__loss": "mae",
                            "model__params": {"backcast_loss_ratio": 0.5}},
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_that_losses_and_gradients_are_the_librarys(name: str, shops: pd.DataFrame, make_shop_spec: Make) -> None:
    torch.set_num_threads(1)
    spec = make_shop_spec("nhits", **SETTINGS[name])
    series = trainable(prepare(shops, spec), spec)
    material = Material(spec, series, split(series, spec)[0])
    forecaster = build(spec, material.recipe)
    batch = next(iter(loader_of(material.train, BatchPlan.of(len(material.train), 16), 1, torch.device("cpu"))))
    network = forecaster.network.train()
    found = []
    for quick in (QuickNhits(network), None):
        assert quick is None or quick.takes(batch[0])
        forecaster._quick = quick
        torch.manual_seed(1)
        network.zero_grad()
        with quiet():
            loss = forecaster.loss(batch)
            loss.backward()
            forecast = forecaster.forecast(batch)[0].point
        grads = [torch.zeros_like(one) if one.grad is None else one.grad for one in network.parameters()]
        found.append((loss, forecast, *grads))
    torch.testing.assert_close(found[0], found[1], rtol=1e-6, atol=1e-6)
