"""JointNormals: the library's multivariate normal loss, for batches in which several steps are told apart.
Salinas et al., High-dimensional multivariate forecasting with low-rank Gaussian copula processes, 2019 (DeepVAR)."""

import math
from collections.abc import Sequence

import torch
from pytorch_forecasting.data.encoders import TorchNormalizer
from pytorch_forecasting.metrics import MultivariateNormalDistributionLoss
from torch import distributions

CENTRE, SCALE, LOC, DIAGONAL, FACTORS = 0, 1, 2, 3, slice(4, None)
"""Where `rescale_parameters` puts its numbers."""


class JointNormals(MultivariateNormalDistributionLoss):  # type: ignore[misc]
    """Series that are forecast for the same step have one normal distribution; its covariance is a diagonal and a few
    factors, whose loads on a series its own network output gives.

    The library takes a whole batch for one moment. Here `joint_loss` is told which windows belong together, and
    everything else, quantiles and draws, is each series' own part of the distribution.
    """

    def map_x_to_distribution(self, x: torch.Tensor) -> distributions.Distribution:
        """Return each series' own distribution in the target's unit, of numbers [..., 4 + rank]."""
        spread = (x[..., DIAGONAL] + x[..., FACTORS].square().sum(dim=-1)).sqrt()
        own = distributions.Normal(x[..., LOC], spread, validate_args=False)
        to_unit: list[distributions.Transform] = [distributions.AffineTransform(x[..., CENTRE], x[..., SCALE])]
        if self._transformation is not None:
            to_unit.append(TorchNormalizer.get_transform(self._transformation)["inverse_torch"])
        return distributions.TransformedDistribution(own, to_unit, validate_args=False)

    def sample(self, y_pred: torch.Tensor, n_samples: int) -> torch.Tensor:
        """Return draws [..., n_samples] in the target's unit: of each series for itself, from its own distribution.

        WORKAROUND pytorch-forecasting 1.8: its own draws all rows of a batch together, and of a network that goes on from
        its draws these are paths, which would all share their shocks.
        """
        drawn: torch.Tensor = self.map_x_to_distribution(y_pred).sample((n_samples,))
        return drawn.movedim(0, -1)

    def joint_loss(
        self, prediction: torch.Tensor, target: torch.Tensor, together: Sequence[torch.Tensor] | None = None
    ) -> torch.Tensor:
        """Return the mean negative log-likelihood of a window and step, in nats.

        `prediction`: [n, horizon, 4 + rank] as `rescale_parameters` gives it; `target`: [n, horizon] in its unit;
        `together`: each [groups, most], the places of the windows of the same steps, and n where a group has fewer; all n
        windows are of the same steps where it is None.
        """
        errors, larger = self._standardised(prediction, target)
        precise = torch.float32 if prediction.device.type == "mps" else torch.float64
        errors, prediction = errors.to(precise), prediction.to(precise)
        diagonal, factors = prediction[..., DIAGONAL], prediction[..., FACTORS]
        alone = errors.square() / diagonal + diagonal.log()
        parts: Sequence[torch.Tensor | None] = [None] if together is None else together
        total = sum((_shared(factors, diagonal, errors, part) for part in parts), alone.sum())
        loss = 0.5 * (total / target.numel() + math.log(2 * math.pi)) + larger.to(precise).mean()
        return loss.to(target.dtype)

    def _standardised(self, prediction: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return how far targets are from their means on the network's scale, and the logarithm of how much larger numbers
        are in the target's unit, both [n, horizon]."""
        before, larger = target, prediction[..., SCALE].log()
        if self._transformation is not None:
            turn = TorchNormalizer.get_transform(self._transformation)
            before = turn["forward"](target)
            larger = larger + turn["inverse_torch"].log_abs_det_jacobian(before, target)
        standard = (before - prediction[..., CENTRE]) / prediction[..., SCALE]
        return standard - prediction[..., LOC], larger


def _shared(
    factors: torch.Tensor, diagonal: torch.Tensor, errors: torch.Tensor, together: torch.Tensor | None
) -> torch.Tensor:
    """Return what factors [n, horizon, rank] that series share add to the squared errors and the logarithm of the
    determinant of their groups; NaN, which training tells of, where that cannot be decomposed.

    By the lemmas of Woodbury and of the determinant: a few by a few numbers, however many series there are.
    """
    over = _grouped(factors / diagonal[..., None], together)
    eye = torch.eye(factors.shape[-1], dtype=factors.dtype, device=factors.device)
    root, failed = torch.linalg.cholesky_ex(torch.einsum("gmhr,gmhs->ghrs", over, _grouped(factors, together)) + eye)
    weighted = torch.einsum("gmhr,gmho->ghro", over, _grouped(errors[..., None], together))
    explained = torch.linalg.solve_triangular(root, weighted, upper=False).square().sum()
    added = 2 * root.diagonal(dim1=-2, dim2=-1).log().sum() - explained
    return torch.where((failed == 0).all(), added, torch.nan)


def _grouped(values: torch.Tensor, together: torch.Tensor | None) -> torch.Tensor:
    """Return values [n, …] by groups [groups, most, …], with zeros where a group has fewer."""
    if together is None:
        return values[None]
    return torch.cat([values, values.new_zeros(1, *values.shape[1:])])[together]
