"""A forecaster with a batch, and both of its ways: the shorter one, and the library's that it must equal."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import torch

from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import build
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.running import trainable
from engine.families.forecasting.series import prepare
from engine.training.loader import BatchPlan


def built(table: pd.DataFrame, spec: Any, windows: int) -> tuple[Any, Any]:
    """Return a forecaster as it begins, and its first batch of so many windows."""
    torch.set_num_threads(1)
    series = trainable(prepare(table, spec), spec)
    material = Material(spec, series, split(series, spec)[0])
    forecaster = build(spec, material.recipe)
    plan = BatchPlan.of(len(material.train), windows)
    return forecaster, next(iter(loader_of(material.train, plan, 1, torch.device("cpu"))))


def both_ways(forecaster: Any, quick: Any, x: dict[str, torch.Tensor]) -> Iterator[None]:
    """Let the forecaster go the shorter way, which takes the batch, and then the library's: each time without gradients,
    and with the same chance."""
    assert quick.takes(x)
    for way in (quick, None):
        forecaster._quick = way
        torch.manual_seed(1)
        forecaster.network.zero_grad()
        yield
