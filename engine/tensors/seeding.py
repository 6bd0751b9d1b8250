"""Random numbers that leave no trace outside."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import torch


@contextmanager
def own_chance(on: Collection[str] = ()) -> Iterator[None]:
    """Leave torch's sources of random numbers as they were, on the CPU and on these devices; `torch.random.fork_rng` also
    looks for devices, which takes 5 ms."""
    cards = [device for device in on if device.startswith("cuda")]
    before, others = torch.default_generator.get_state(), [torch.cuda.get_rng_state(card) for card in cards]
    apple = torch.mps.get_rng_state() if "mps" in on else None
    try:
        yield
    finally:
        torch.default_generator.set_state(before)
        for card, state in zip(cards, others, strict=True):
            torch.cuda.set_rng_state(state, card)
        if apple is not None:
            torch.mps.set_rng_state(apple)


def seed(number: int, on: Collection[str] = ()) -> None:
    """Begin the random numbers of the CPU and of these devices as `torch.manual_seed` does."""
    torch.default_generator.manual_seed(number)
    for device in on:
        if device.startswith("cuda"):
            with torch.cuda.device(device):
                torch.cuda.manual_seed(number)
        elif device == "mps":
            torch.mps.manual_seed(number)
