"""What the loop asks of a language model: its loss by token, and how surprised it is by text that it did not learn from."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from engine.families.text.classic.language_model import RnnLanguageModel, State
from engine.families.text.encoder import tokens_in
from engine.families.text.logits import logits_at
from engine.families.text.masking import IGNORED
from engine.families.text.transformers_models import TransformersNetwork
from engine.training.loader import Batch, EpochLoader
from engine.training.loop import Task

Sums = tuple[torch.Tensor, torch.Tensor]


class LanguageTask(Task[Batch]):
    """A language model, and the batches that it is validated on. `perplexity` is what exp(loss) is called."""

    def __init__(self, network: nn.Module, valid: EpochLoader[Batch], perplexity: str) -> None:
        self._network, self._valid, self._name = network, valid, perplexity
        self._surprise: torch.Tensor | None = None
        self._tokens = 0
        self._behind: State | None = None

    @property
    def network(self) -> nn.Module:
        """Return what is trained."""
        return self._network

    def rows(self, batch: Batch) -> int:
        """Return how many sequences a batch has."""
        return len(batch["input_ids"]) if batch else 0

    def amount(self, batch: Batch) -> int | torch.Tensor:
        """Return how many tokens a batch has."""
        return tokens_in(batch)

    def loss(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch's tokens."""
        logits, labels, self._behind = asked(self._network, batch, self._behind)
        loss = functional.cross_entropy(logits.float(), labels)
        own = loss.detach().double() * len(labels)
        self._surprise = own if self._surprise is None else self._surprise + own
        self._tokens += len(labels)
        return loss

    def validate(self) -> dict[str, float]:
        """Return the mean loss over all tokens of the validation texts, and its exponential."""
        loss, _ = surprise(self._network, self._valid)
        return {"loss": loss, self._name: exponential(loss)}

    def trained(self) -> dict[str, float]:
        """Return the exponential of the mean loss over the epoch, whose weights moved meanwhile."""
        if self._surprise is None or not self._tokens:
            return {}
        mean = float(self._surprise) / self._tokens
        self._surprise, self._tokens = None, 0
        return {self._name: exponential(mean)}

    def state(self) -> Mapping[str, Any]:
        """Return what was summed of the epoch so far, and what a recurrent network remembers."""
        behind = None if self._behind is None else list(self._behind)
        return {"surprise": self._surprise, "tokens": self._tokens, "behind": behind}

    def restore(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on from another task's state."""
        summed, behind = state["surprise"], state["behind"]
        self._surprise = None if summed is None else summed.to(device)
        self._tokens = int(state["tokens"])
        self._behind = None if behind is None else tuple(one.to(device) for one in behind)


def asked(network: nn.Module, batch: Batch, behind: State | None) -> tuple[torch.Tensor, torch.Tensor, State | None]:
    """Return the logits [k, vocabulary] and labels [k] of the places of a batch that are asked for, and what a recurrent
    network remembers after it.
    """
    if isinstance(network, RnnLanguageModel):
        given = None if behind is None or bool(batch["first"]) else tuple(one.detach() for one in behind)
        logits, after = network(batch["input_ids"], given)
        return logits.flatten(0, 1), batch["labels"].flatten(), after
    assert isinstance(network, TransformersNetwork)
    wanted = batch["labels"] != IGNORED
    return logits_at(network.model, batch, wanted), batch["labels"][wanted], None


def surprise(network: nn.Module, loader: EpochLoader[Batch]) -> tuple[float, int]:
    """Return the mean loss over all tokens of a loader, in natural units, and their number."""
    total, tokens, behind = None, 0, None
    for batch in loader:
        logits, labels, behind = asked(network, batch, behind)
        own = functional.cross_entropy(logits.float(), labels, reduction="sum").double()
        total = own if total is None else total + own
        tokens += len(labels)
    return (float(total) / max(1, tokens) if total is not None else math.nan), tokens


def exponential(loss: float) -> float:
    """Return exp(loss), infinite where that is too large for a number."""
    return math.exp(loss) if loss < 700 else math.inf
