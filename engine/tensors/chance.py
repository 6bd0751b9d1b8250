"""The random numbers that an instruction of a chain drew, drawn again."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from engine.tensors.chain import Chain
from engine.tensors.seeding import own_chance, seed


@contextmanager
def chance_of(chain: Chain, number: int) -> Iterator[None]:
    """Give torch's source of chance the state that it had when tensor `number` was worked out."""
    first = len(chain.program.inputs)
    tensors = list(chain.tensors)
    with own_chance(chain.program.devices), torch.no_grad():
        seed(chain.program.seed, chain.program.devices)
        for one in chain.program.instructions[: number - first]:
            if one.operation.random:
                one.run(tensors)
        yield


def gumbel_noise(chain: Chain, number: int, x: Tensor) -> Tensor:
    """Return the noise that `gumbel_softmax` added to x: −log of exponential numbers, as torch draws them."""
    with chance_of(chain, number):
        return -torch.empty_like(x, memory_format=torch.legacy_contiguous_format).exponential_().log()
