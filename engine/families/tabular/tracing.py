"""What one step of a pytorch-tabular network takes; on torch's meta device too, where nothing is computed."""

import torch
from torch import nn

from engine.families.tracing import Cost, cost_of

Batch = dict[str, torch.Tensor]


def training_cost(model: nn.Module, batch: Batch) -> Cost:
    """Return what a forward and a backward pass take. The gradients that it leaves are counted, and taken away."""

    def passes() -> None:
        output = model(batch)
        parts = [value for value in output.values() if isinstance(value, torch.Tensor) and value.requires_grad]
        torch.stack([part.float().sum() for part in parts]).sum().backward()

    model.train()
    try:
        return cost_of(passes, (*model.parameters(), *model.buffers(), *batch.values()))
    finally:
        model.zero_grad(set_to_none=True)
