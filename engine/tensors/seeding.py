"""Random numbers that leave no trace outside."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def own_chance() -> Iterator[None]:
    """Leave torch's source of random numbers as it was; `torch.random.fork_rng` also looks for devices, which takes 5 ms."""
    before = torch.default_generator.get_state()
    try:
        yield
    finally:
        torch.default_generator.set_state(before)
