"""The least that training steps of N-HiTS can be: a bound for what leaves everything else out."""

from collections.abc import Callable
from typing import Any


def bare_steps(network: Any, batch: int, steps: int) -> Callable[[], None]:
    """Return what does so many training steps' products of a network's blocks' layers, forwards and backwards, into memory
    that is kept, and the optimizer's steps; neither windows, losses, activations nor records. Weights stay.
    """
    import torch

    blocks = [[one for one in block.layers.layers if hasattr(one, "weight")] for block in network.model.blocks]
    begins = {sum(map(len, blocks[:place])) for place in range(len(blocks))}
    weights = [torch.nn.Parameter(one.weight.detach().clone()) for block in blocks for one in block]
    for one in weights:
        one.grad = torch.zeros_like(one)
    optimizer = torch.optim.Adam(weights, lr=0.0, fused=True)
    given = [torch.randn(batch, one.shape[1]) for one in weights]
    made = [torch.randn(batch, one.shape[0]) for one in weights]
    back = [torch.empty_like(one) for one in given]

    @torch.no_grad()
    def run() -> None:
        for _ in range(steps):
            for one, x, y in zip(weights, given, made, strict=True):
                torch.mm(x, one.T, out=y)
            for place, (one, x, y) in enumerate(zip(weights, given, made, strict=True)):
                torch.mm(y.T, x, out=one.grad)
                if place not in begins:
                    torch.mm(y, one, out=back[place])
            optimizer.step()

    return run
