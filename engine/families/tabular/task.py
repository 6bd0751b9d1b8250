"""What the loop asks of a pytorch-tabular network: the loss of a batch, and the metrics of an epoch."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from engine.families.supervised.measures import Measures
from engine.families.supervised.objective import Objective
from engine.training.loader import Batch, EpochLoader
from engine.training.loop import Task


class TabularTask(Task[Batch]):
    """A network, what its output means, and the rows that it is validated on."""

    def __init__(self, network: nn.Module, objective: Objective, valid: EpochLoader[Batch]) -> None:
        self._network, self._objective, self._valid = network, objective, valid
        self._trained = Measures(objective, ranked=False)
        self._validated = Measures(objective)

    @property
    def network(self) -> nn.Module:
        """Return what is trained."""
        return self._network

    def rows(self, batch: Batch) -> int:
        """Return how many rows a batch has."""
        return len(batch["target"]) if batch else 0

    def loss(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch, with what the network adds to it of its own."""
        raw, loss = loss_of(self._network, self._objective, batch)
        self._trained.add(raw, batch["target"])
        return loss

    def validate(self) -> dict[str, float]:
        """Return loss and metrics of the validation rows, measured as a whole."""
        for batch in self._valid:
            self._validated.add(self._objective.raw(self._network(batch)), batch["target"])
        valid = self._validated.compute()
        extra = penalty(self._network)
        return valid if extra is None else {**valid, "loss": valid["loss"] + float(extra)}

    def trained(self) -> dict[str, float]:
        """Return the metrics of the epoch's batches but for their loss, which is recorded by step; the mean over an epoch
        whose weights move would tell less.
        """
        return {key: value for key, value in self._trained.compute().items() if key.split("/")[0] != "loss"}

    def state(self) -> Mapping[str, Any]:
        """Return what was gathered of the epoch so far."""
        return self._trained.state()

    def restore(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on from another task's state."""
        self._trained.restore(state, device)


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
