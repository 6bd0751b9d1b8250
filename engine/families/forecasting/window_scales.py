"""How windows are scaled: by what was fitted on each series (looked up), or by each window's own encoder (computed).
Must give what pytorch_forecasting's normalisers give for one window at a time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from pytorch_forecasting import TimeSeriesDataSet
from pytorch_forecasting.data.encoders import EncoderNormalizer, GroupNormalizer
from sklearn.preprocessing import StandardScaler


def of_series(dataset: TimeSeriesDataSet, groups: torch.Tensor) -> list[torch.Tensor | None]:
    """Return, for each target, what its normaliser says of each series: (series, 2), center and scale.

    `groups` (series, ids) are encoded identifiers. None stands for a target that each window scales by itself.
    """
    return [
        None if isinstance(normaliser, EncoderNormalizer) else _table(normaliser, groups, dataset.group_ids)
        for normaliser in dataset.target_normalizers
    ]


def _table(normaliser: Any, groups: torch.Tensor, names: list[str]) -> torch.Tensor:
    if isinstance(normaliser, GroupNormalizer):
        if normaliser._groups and normaliser._groups == list(names) and not normaliser.scale_by_group:
            return _looked_up(normaliser, groups)
        if normaliser._groups:
            return torch.from_numpy(
                np.array([normaliser.get_parameters(row, names) for row in groups], dtype=np.float32)
            )
    parameters = normaliser.get_parameters(groups[0], names)
    if not isinstance(parameters, torch.Tensor):
        parameters = torch.from_numpy(np.array(parameters, dtype=np.float32))
    return parameters.expand(len(groups), 2)


def _looked_up(normaliser: GroupNormalizer, groups: torch.Tensor) -> torch.Tensor:
    """What GroupNormalizer.get_parameters returns for each series, in one look-up; series not seen take the medians."""
    norm = normaliser.norm_[normaliser.names]
    ids = groups.numpy()
    if isinstance(norm.index, pd.MultiIndex):
        places = norm.index.get_indexer(pd.MultiIndex.from_arrays(list(ids.T)))
    else:
        places = norm.index.get_indexer(pd.Index(ids[:, 0]))
    medians = np.array([[normaliser.missing_[name] for name in normaliser.names]])
    values = np.where(places[:, None] >= 0, norm.to_numpy()[places], medians)
    return torch.from_numpy(values.astype(np.float32))


@dataclass(frozen=True)
class Scale:
    """Center and scale of each window of a batch: float32 of shape (batch,)."""

    center: torch.Tensor
    scale: torch.Tensor

    def apply(self, normaliser: EncoderNormalizer, values: torch.Tensor) -> torch.Tensor:
        """Transform values (batch, steps) as the normaliser does, each window by its own scale."""
        moved: torch.Tensor = normaliser.preprocess(values)
        return ((moved - self.center[:, None]) / self.scale[:, None]).type(values.dtype)


def fitted(normaliser: EncoderNormalizer, values: torch.Tensor, lengths: torch.Tensor) -> Scale:
    """Fit the normaliser on the first `lengths` (CPU) steps of each window of values (batch, steps).

    Windows of one length are reduced together along their steps, which rounds as one window does in the library;
    a sum over a mask would not.
    """
    present = torch.unique(lengths).tolist()
    if len(present) == 1:
        return _fit(normaliser, values[:, : present[0]])
    center, scale = (torch.empty(len(values), dtype=values.dtype, device=values.device) for _ in range(2))
    for length in present:
        rows = (lengths == length).nonzero()[:, 0].to(values.device)
        part = _fit(normaliser, values[rows, :length])
        center[rows], scale[rows] = part.center, part.scale
    return Scale(center, scale)


def _fit(normaliser: EncoderNormalizer, values: torch.Tensor) -> Scale:
    """EncoderNormalizer.fit with TorchNormalizer._set_parameters, for many windows, on any device."""
    if isinstance(normaliser.max_length, list | tuple):
        for_center, for_scale = normaliser.max_length
    else:
        for_center = for_scale = normaliser.max_length
    y_center, y_scale = (
        normaliser.preprocess(values if most is None else values[:, -most:]) for most in (for_center, for_scale)
    )
    if normaliser.method == "identity":
        return Scale(torch.zeros_like(y_center[:, 0]), torch.ones_like(y_scale[:, 0]))
    eps = torch.finfo(values.dtype).eps
    if normaliser.method == "standard":
        center, scale = y_center.mean(dim=-1), _deviation(y_scale) + eps
    else:
        given = normaliser._method_kwargs
        center = y_center.quantile(given.get("center", 0.5), dim=-1)
        upper, lower = (
            y_scale.quantile(given.get(name, value), dim=-1) for name, value in (("upper", 0.75), ("lower", 0.25))
        )
        scale = (upper - lower) / 2.0 + eps
    return Scale(center if normaliser.center else torch.zeros_like(center), scale)


def _deviation(values: torch.Tensor) -> torch.Tensor:
    """The standard deviation (batch,) as torch.std rounds it for one window: about a mean of 32 bits, summed in 64.

    For many windows torch.std goes another way. The difference shows in windows that hardly move.
    """
    mean = values.mean(dim=-1, keepdim=True)
    squares = (_wide(values) - _wide(mean)).square_().sum(dim=-1)
    return (squares / (values.shape[-1] - 1)).sqrt_().type(values.dtype)


def _wide(values: torch.Tensor) -> torch.Tensor:
    """Return the values in 64 bits, where the device has them: Apple's has not."""
    return values if values.device.type == "mps" else values.double()


def rescaled(scaler: Any, values: torch.Tensor) -> torch.Tensor:
    """Transform one number a window (batch,) as a StandardScaler or RobustScaler of one column does with a tensor.

    They take tensors for numbers of 64 bits.
    """
    exact = _wide(values)
    if isinstance(scaler, StandardScaler):
        center = scaler.mean_ if scaler.with_mean else None
        scale = scaler.scale_ if scaler.with_std else None
    else:
        center = scaler.center_ if scaler.with_centering else None
        scale = scaler.scale_ if scaler.with_scaling else None
    exact = exact if center is None else exact - float(center[0])
    exact = exact if scale is None else exact / float(scale[0])
    return exact.type(values.dtype)
