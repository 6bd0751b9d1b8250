"""ImplicitQuantiles: the library's loss that learns a network from any level to its quantile, with draws for every forecast.
Gouttes et al., Probabilistic time series forecasting with implicit quantile networks, 2021."""

import torch
from pytorch_forecasting.metrics import ImplicitQuantileNetworkDistributionLoss
from pytorch_forecasting.metrics.distributions import ImplicitQuantileNetwork

SIZES = {"input_size": 16, "hidden_size": 32}
"""Numbers that a forecasting network gives for each step, and the width of the quantile network; the library's own."""
EDGE = 1e-3
"""Levels are drawn so far from 0 and 1, as the library's loss draws them."""


class ImplicitQuantiles(ImplicitQuantileNetworkDistributionLoss):  # type: ignore[misc]
    """A loss with weights of its own, which belong to the network that it trains: they are learned, kept and loaded with it.

    Levels that are asked for have one answer; `loss` and `sample` draw theirs from torch's source of chance.
    """

    def __init__(self, quantiles: list[float]) -> None:
        super().__init__(quantiles=quantiles, **SIZES)
        self.quantile_network = _QuantileNetwork(**SIZES)

    def sample(self, y_pred: torch.Tensor, n_samples: int) -> torch.Tensor:
        """Return draws [..., n_samples] in the target's unit, of what the network gave [..., numbers].

        WORKAROUND pytorch-forecasting 1.8: its own draws one level for a whole batch, so that all paths of a network
        that goes on from its draws are one path, and their quantiles one line.
        """
        levels = torch.rand((*y_pred.shape[:-1], n_samples), device=y_pred.device, dtype=y_pred.dtype)
        drawn: torch.Tensor = self.to_quantiles(y_pred, quantiles=levels.clamp(EDGE, 1 - EDGE))
        return drawn


class _QuantileNetwork(ImplicitQuantileNetwork):  # type: ignore[misc]
    """The library's, which also takes levels [..., n] that differ from forecast to forecast."""

    def forward(self, x: torch.Tensor, quantiles: torch.Tensor) -> torch.Tensor:
        """Return quantiles [..., n] on the network's scale, of numbers [..., inputs] and levels [n] or [..., n]."""
        waves = torch.cos(quantiles[..., None] * self.cos_multipliers)
        modulated = x.unsqueeze(-2) * (1.0 + self.quantile_layer(waves))
        found: torch.Tensor = self.output_layer(modulated).squeeze(-1)
        return found
