"""QuantileFunctions: a loss with a network of its own that turns normal noise into whole paths over the horizon.
Kan et al., Multivariate quantile function forecaster, 2022 (MQF2). The library's needs a package that is not kept up."""

from functools import lru_cache
from typing import Any

import torch
from pytorch_forecasting.data.encoders import TorchNormalizer
from pytorch_forecasting.metrics import DistributionLoss
from torch import nn
from torch.nn import functional

NUMBERS = 4
"""What a forecasting network gives for each step; the library's own."""
WIDTH = 20
"""How wide the convex network is; the library's own."""
LEARNED_FROM = 50
"""Paths that are drawn of each forecast to learn from; the library's own."""
PATHS = 200
"""Paths that a forecast's quantiles are taken from."""
EDGE = 1e-6


class QuantileFunctions(DistributionLoss):  # type: ignore[misc]
    """The energy score of paths that the gradient of a convex function makes of normal noise: such a gradient is to a
    vector what a quantile function is to a number (Brenier 1991). Its weights belong to the network that it trains.

    `loss` draws noise from torch's source of chance. `sample` takes the same even noise each time, so that a forecast
    does not depend on those beside it.
    """

    def __init__(self, horizon: int, quantiles: list[float]) -> None:
        super().__init__(quantiles=quantiles)
        self.distribution_arguments = list(range(NUMBERS))
        self.convex = ConvexGradient(horizon, NUMBERS * horizon, WIDTH)
        self._transformation: Any = None

    def rescale_parameters(self, parameters: torch.Tensor, target_scale: torch.Tensor, encoder: Any) -> torch.Tensor:
        """Return what the network gave [n, horizon, numbers] with each window's centre and scale behind it."""
        self._transformation = encoder.transformation
        return torch.cat([parameters, target_scale[:, None].expand(-1, parameters.shape[1], -1)], dim=-1)

    def loss(self, y_pred: torch.Tensor, y_actual: torch.Tensor) -> torch.Tensor:
        """Return the energy score [n] in the target's unit: how far paths are from the truth, without half of how far they
        are from each other (Gneiting & Raftery, Strictly proper scoring rules, 2007). `y_actual`: [n, horizon].
        """
        noise = torch.randn(len(y_pred), LEARNED_FROM, y_pred.shape[1], device=y_pred.device, dtype=y_pred.dtype)
        paths = self._paths(y_pred, noise)
        away = torch.linalg.vector_norm(paths - y_actual[:, None], dim=-1).mean(dim=-1)
        apart = torch.cdist(paths, paths, compute_mode="donot_use_mm_for_euclid_dist")
        score: torch.Tensor = away - apart.sum(dim=(-2, -1)) / (2 * LEARNED_FROM * (LEARNED_FROM - 1))
        return score

    def sample(self, y_pred: torch.Tensor, n_samples: int = PATHS) -> torch.Tensor:
        """Return paths [n, horizon, n_samples] in the target's unit, of what the network gave [n, horizon, numbers + 2]."""
        noise = _even_noise(n_samples, y_pred.shape[1]).to(y_pred)
        return self._paths(y_pred, noise.expand(len(y_pred), -1, -1)).movedim(1, -1)

    def _paths(self, y_pred: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """Return paths [n, paths, horizon] in the target's unit, of noise of the same shape."""
        given, centre, scale = y_pred[..., :NUMBERS], y_pred[..., NUMBERS], y_pred[..., NUMBERS + 1]
        paths: torch.Tensor = self.convex(noise, given.flatten(start_dim=1)) * scale[:, None] + centre[:, None]
        if self._transformation is not None:
            paths = TorchNormalizer.get_transform(self._transformation)["inverse_torch"](paths)
        return paths


class ConvexGradient(nn.Module):
    """The gradient, in its first input, of a function that is convex in it and anything in the second.

    Two layers of a partially input convex network (Amos et al., Input convex neural networks, 2017) and a paraboloid,
    as in convex potential flows (Huang et al. 2021). The gradient is written out, so that none has to be taken of it
    twice, nor any where nothing is learned.
    """

    def __init__(self, size: int, context: int, width: int) -> None:
        super().__init__()
        self.first = nn.Linear(size, width, bias=False)
        self.second = nn.Linear(size, width, bias=False)
        self.first_context = nn.Linear(context, width)
        self.second_context = nn.Linear(context, width)
        self.between = nn.Parameter(torch.randn(width, width) / width)
        self.last = nn.Linear(context, width)
        self.stretch = nn.Linear(context, 1)
        self.shift = nn.Linear(context, size)

    def potential(self, at: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Return the function [n, points] at points [n, points, size], of contexts [n, context]."""
        before, heights, stretch, shift = self._of(context)
        first = self.first(at) + before[0]
        second = self._mixed(functional.softplus(first)) + self.second(at) + before[1]
        curved = (functional.softplus(second) * heights).sum(dim=-1)
        return curved + (stretch * at.square() / 2 + shift * at).sum(dim=-1)

    def forward(self, at: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Return the gradient [n, points, size] of `potential` in its first input."""
        before, heights, stretch, shift = self._of(context)
        first = self.first(at) + before[0]
        second = self._mixed(functional.softplus(first)) + self.second(at) + before[1]
        behind = torch.sigmoid(second) * heights
        ahead = torch.sigmoid(first) * (behind @ self._rising)
        return ahead @ self.first.weight + behind @ self.second.weight + stretch * at + shift

    def _of(self, context: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return what contexts give to both layers, how high the last rises, and the paraboloid, each for all points."""
        before = [one(context)[:, None] for one in (self.first_context, self.second_context)]
        heights = functional.softplus(self.last(context))[:, None]
        return before, heights, functional.softplus(self.stretch(context))[:, None], self.shift(context)[:, None]

    @property
    def _rising(self) -> torch.Tensor:
        """The weights between both layers, none of which is below zero: that keeps the sum convex."""
        return functional.softplus(self.between) / len(self.between)

    def _mixed(self, first: torch.Tensor) -> torch.Tensor:
        return first @ self._rising.T


@lru_cache(maxsize=8)
@torch.inference_mode(False)
def _even_noise(count: int, size: int) -> torch.Tensor:
    """Return normal noise [count, size] that is as even as such can be (scrambled Sobol), the same each time."""
    even = torch.quasirandom.SobolEngine(size, scramble=True, seed=0).draw(count)
    noise: torch.Tensor = torch.special.ndtri(even.double().clamp(EDGE, 1 - EDGE)).float()
    return noise
