"""What the loop asks of a pytorch-tabular network: its loss has parts of its own."""

from typing import Any

import torch
from torch import nn

from engine.families.supervised.objective import Objective
from engine.families.supervised.task import SupervisedTask
from engine.training.loader import Batch


class TabularTask(SupervisedTask):
    """A network of the library, which may add to its loss: for its weights, or for what it looked at."""

    def outputs(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the raw output [n, outputs] of a batch, and its mean loss with its graph."""
        return loss_of(self._network, self._objective, batch)

    def constant(self) -> torch.Tensor | None:
        """Return what the network adds to its loss whatever the rows are."""
        return penalty(self._network)


def loss_of(network: nn.Module, objective: Objective, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a network's raw output for a batch [n, outputs], and the loss with its graph."""
    output = network(batch)
    raw = objective.raw(output)
    loss = objective.loss(raw, batch["target"])
    for key, value in output.items():
        if "regularization" in key:
            loss = loss + value
    extra = penalty(network)
    return raw, loss if extra is None else loss + extra


def penalty(model: nn.Module) -> torch.Tensor | None:
    """Return what a model adds to its loss whatever the rows are: the weight decay of a mixture density head."""
    head: Any = getattr(model, "head", None)
    if not hasattr(head, "sigma") or not hasattr(head, "pi"):
        return None
    settings = head.hparams
    if settings.weight_regularization is None:
        return None
    parts = [
        strength * torch.cat([one.reshape(-1) for one in layer.parameters()]).norm(settings.weight_regularization)
        for strength, layer in (
            (settings.lambda_sigma, head.sigma),
            (settings.lambda_pi, head.pi),
            (settings.lambda_mu, head.mu),
        )
        if strength
    ]
    return torch.stack(parts).sum() if parts else None
