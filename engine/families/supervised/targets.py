"""Targets as tensors: classes as codes, numbers on a scale that suits training, and back.
Must not know what the inputs are."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from engine.families.frames import Values, numbers
from engine.families.labels import codes_of, known_codes


class TargetEncoding(BaseModel):
    """One target: its classes in order, or for a number the mean and scale that standardise it."""

    model_config = ConfigDict(frozen=True)

    name: str
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0

    def values(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        """Return numbers on the training scale in the target's own unit."""
        return np.asarray(scaled, dtype=np.float64) * self.scale + self.mean

    def value(self, scaled: float) -> float:
        """Return a number of 32 bits on the training scale as it was before, without what its bits cannot hold."""
        digits = 5 - math.floor(math.log10(self.scale))
        return round(float(scaled) * self.scale + self.mean, digits) + 0.0  # and no −0


def fit_target(column: Values, rows: NDArray[np.int64], task: str, standardised: bool = True) -> TargetEncoding:
    """Return the encoding of a target column; scales are of the rows given, the classes' names of all rows."""
    name = str(column.name)
    if task == "classification":
        return TargetEncoding(name=name, classes=tuple(codes_of(column)[1]))
    if not standardised:
        return TargetEncoding(name=name)
    values = numbers(column.iloc[rows])
    values = values[~np.isnan(values)]
    scale = float(np.std(values)) if len(values) else 1.0
    return TargetEncoding(name=name, mean=float(np.mean(values)) if len(values) else 0.0, scale=scale or 1.0)


def encoded(frame: pd.DataFrame, task: str, targets: Sequence[TargetEncoding]) -> torch.Tensor:
    """Return class codes (i64, -1 where missing or unknown) or numbers on the training scale (f32, NaN where missing),
    [n, targets]; those that the frame does not have are all missing.
    """
    if task == "classification":
        codes = [
            known_codes(frame[target.name], target.classes) if target.name in frame.columns else np.full(len(frame), -1)
            for target in targets
        ]
        return torch.from_numpy(np.stack(codes, axis=1).astype(np.int64))
    values = [
        (numbers(frame[target.name]) - target.mean) / target.scale
        if target.name in frame.columns
        else np.full(len(frame), np.nan)
        for target in targets
    ]
    return torch.from_numpy(np.stack(values, axis=1).astype(np.float32))
