"""What a model's raw output means: its loss and its predictions, for classes, numbers and mixtures of normals.
Works on tensors on any device without a copy to the host; must not know how they were made."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import nn
from torch.nn import functional

from engine.families.supervised.targets import TargetEncoding

_HALF_LOG_2PI = 0.9189385332046727


class Targeted(Protocol):
    """What knows the targets of a model."""

    @property
    def task(self) -> str:
        """Return classification or regression."""

    @property
    def targets(self) -> tuple[TargetEncoding, ...]:
        """Return the targets, in the order of the outputs."""


class Objective(nn.Module):
    """The loss of a task over all its targets, whose losses are averaged.

    Classes: cross-entropy. Numbers: mean squared error on the training scale. Mixture density network: negative
    log-likelihood, Bishop 1994, exactly rather than through the library's random draw of a component.
    """

    def __init__(self, task: str, targets: Sequence[TargetEncoding], weights: Sequence[torch.Tensor] = ()) -> None:
        """`weights` holds a weight a class for each target, or nothing."""
        super().__init__()
        self.task = task
        self.targets = tuple(targets)
        self.sizes = [len(target.classes) for target in targets]
        for place, weight in enumerate(weights):
            self.register_buffer(f"weight_{place}", weight, persistent=False)
        self._weighted = bool(weights)

    @classmethod
    def of(cls, encoder: Targeted, weights: Sequence[torch.Tensor] = ()) -> "Objective":
        """Return the objective of an encoder's targets."""
        return cls(encoder.task, encoder.targets, weights)

    def raw(self, output: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return a model's output as one tensor [n, outputs]: logits, numbers, or pi, sigma and mu side by side."""
        if "pi" in output:
            return torch.cat([output["pi"], output["sigma"], output["mu"]], dim=1)
        return output["logits"]

    def loss(self, raw: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the mean loss of a batch, for the gradient."""
        if self.task == "classification":
            if len(self.sizes) == 1:
                return functional.cross_entropy(raw, target[:, 0], self._weight(0))
            parts = [
                functional.cross_entropy(logits, target[:, place], self._weight(place))
                for place, logits in enumerate(raw.split(self.sizes, dim=1))
            ]
            return torch.stack(parts).mean()
        if self.is_mixture(raw):
            return _mixture_losses(raw, target).mean()
        return functional.mse_loss(raw, target)

    def sums(self, raw: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return [targets, 2]: summed loss and summed weight, so that means over any number of batches are exact."""
        rows = []
        if self.task == "classification":
            for place, logits in enumerate(raw.split(self.sizes, dim=1)):
                labels, weight = target[:, place], self._weight(place)
                total = functional.cross_entropy(logits, labels, weight, reduction="sum", ignore_index=-1)
                known = labels >= 0
                mass = known.sum() if weight is None else weight[labels[known]].sum()
                rows.append(torch.stack([total.double(), mass.double()]))
        elif self.is_mixture(raw):
            losses = _mixture_losses(raw, target)
            rows.append(torch.stack([losses.double().sum(), losses.new_tensor(len(losses)).double()]))
        else:
            squares = (raw - target).double().square().sum(dim=0)
            return torch.stack([squares, torch.full_like(squares, len(raw))], dim=1)
        return torch.stack(rows)

    def probabilities(self, raw: torch.Tensor) -> list[torch.Tensor]:
        """Return for each target the probabilities of its classes [n, classes]."""
        return [functional.softmax(logits.float(), dim=1) for logits in raw.split(self.sizes, dim=1)]

    def values(self, raw: torch.Tensor) -> torch.Tensor:
        """Return numbers on the training scale [n, targets]; of a mixture, its mean."""
        if not self.is_mixture(raw):
            return raw
        pi, _, mu = raw.chunk(3, dim=1)
        return (functional.softmax(pi, dim=1) * mu).sum(dim=1, keepdim=True)

    def is_mixture(self, raw: torch.Tensor) -> bool:
        """Whether an output holds the parameters of a mixture rather than a number a target."""
        return self.task == "regression" and raw.shape[1] != len(self.targets)

    def _weight(self, place: int) -> torch.Tensor | None:
        return getattr(self, f"weight_{place}") if self._weighted else None


def balanced_weights(target: torch.Tensor, sizes: Sequence[int]) -> list[torch.Tensor]:
    """Return for each target a weight a class, n / (classes × count): rare classes weigh more, the mean row weighs 1."""
    weights = []
    for place, size in enumerate(sizes):
        labels = target[:, place]
        counts = torch.bincount(labels[labels >= 0], minlength=size).float()
        weights.append(counts.sum() / (size * counts.clamp(min=1)))
    return weights


def _mixture_losses(raw: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    pi, sigma, mu = raw.float().chunk(3, dim=1)
    sigma = sigma.clamp(min=1e-6)
    log_density = -sigma.log() - _HALF_LOG_2PI - 0.5 * ((target - mu) / sigma).square()
    return -torch.logsumexp(functional.log_softmax(pi, dim=1) + log_density, dim=1)
