"""Losses of distributions whose quantiles the library draws, a hundred numbers for each: here they are worked out."""

import numpy as np
import torch
from pytorch_forecasting.metrics import BetaDistributionLoss, NegativeBinomialDistributionLoss
from scipy import special, stats

MEAN, SHAPE = 0, 1
"""Where both keep their numbers."""


class ExactBeta(BetaDistributionLoss):  # type: ignore[misc]
    """The library's loss; quantiles by the inverse of the incomplete beta function."""

    def to_quantiles(self, y_pred: torch.Tensor, quantiles: list[float] | None = None) -> torch.Tensor:
        """Return quantiles [n, horizon, levels] of what the network gave [n, horizon, 2], rescaled. Nothing is drawn."""
        mean, shape = _numbers(y_pred)
        levels = np.asarray(self.quantiles if quantiles is None else quantiles)
        found = special.betaincinv((mean * shape)[..., None], ((1 - mean) * shape)[..., None], levels)
        return torch.from_numpy(found).to(y_pred)


class ExactNegativeBinomial(NegativeBinomialDistributionLoss):  # type: ignore[misc]
    """The library's loss; quantiles are the smallest counts that are reached with each level's chance."""

    def to_quantiles(self, y_pred: torch.Tensor, quantiles: list[float] | None = None) -> torch.Tensor:
        """Return quantiles [n, horizon, levels] of what the network gave [n, horizon, 2], rescaled. Nothing is drawn."""
        mean, shape = _numbers(y_pred)
        levels = np.asarray(self.quantiles if quantiles is None else quantiles)
        failures = 1 / shape
        found = stats.nbinom.ppf(levels, failures[..., None], (failures / (failures + mean))[..., None])
        return torch.from_numpy(found).to(y_pred)


def _numbers(y_pred: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    numbers = y_pred.detach().double().cpu().numpy()
    return numbers[..., MEAN], numbers[..., SHAPE]
