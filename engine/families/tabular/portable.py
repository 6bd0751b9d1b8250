"""A tabular model for other programs: a network of plain tensors. What makes numbers and codes of a table's cells stays in
model.json."""

import torch
from torch import nn

from engine.families.portable import Inputs, Portable
from engine.families.supervised.objective import Objective
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.trained import TrainedModel
from engine.training.randomness import generator

TRACED_LIKE = 32
"""Rows more than asked for: some networks measure a batch."""


class _ByPlace(nn.Module):
    """A network that takes numbers [rows, columns] and codes [rows, columns] by place, and returns its raw output."""

    def __init__(self, network: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.network, self._objective = network, objective

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the raw output."""
        continuous, categorical = inputs
        return self._objective.raw(self.network({"continuous": continuous, "categorical": categorical}))


def portable(model: TrainedModel) -> Portable:
    """Return a tabular model as a network of plain tensors: float32 numbers and int64 codes to its raw output."""
    encoder: Encoder = model.encoder

    def example(rows: int) -> Inputs:
        chance = generator(0, rows)
        numbers = torch.randn(rows + TRACED_LIKE, len(encoder.continuous), generator=chance)
        codes = torch.zeros(rows + TRACED_LIKE, len(encoder.categorical), dtype=torch.int64)
        return numbers, codes

    model.network.eval()
    for one in model.network.modules():
        if hasattr(type(one), "_jit_is_scripting"):
            # A LightningModule refuses to show its trainer, which tracing asks for, unless it knows that it is traced.
            one._jit_is_scripting = True  # type: ignore[assignment]
    network = _ByPlace(model.network, Objective.of(encoder))
    return Portable(network, ("continuous", "categorical"), ((0,), (0,)), example)
