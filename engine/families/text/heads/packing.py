"""Batches without waste: equal blocks of one long stream for causal language models, and texts of like length together."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.training.randomness import generator

POOL = 50  # batches that are sorted together: more waste less padding, fewer mix more


def blocks(stream: torch.Tensor, length: int) -> torch.Tensor:
    """Return (blocks, length) of a stream; what does not fill a block is left out. Raises ValueError for none."""
    whole = len(stream) // length
    if not whole:
        raise ValueError(f"The text has {len(stream):,} tokens, fewer than one block of {length:,}.")
    return stream[: whole * length].view(whole, length)


def bucketed(lengths: NDArray[np.int64], batch_size: int, seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """Return an epoch's batches of positions, texts of like length together, in an order that depends on (seed, epoch).

    Texts are shuffled, sorted by length within pools, cut into batches, and those are shuffled.
    """
    source = generator(seed, epoch)
    order = torch.randperm(len(lengths), generator=source).numpy()
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), POOL * batch_size):
        pool = order[start : start + POOL * batch_size]
        pool = pool[np.argsort(-lengths[pool], kind="stable")]
        batches += [pool[at : at + batch_size] for at in range(0, len(pool), batch_size)]
    return [batches[place] for place in torch.randperm(len(batches), generator=source).tolist()]


def padding_share(lengths: NDArray[np.int64], batches: Sequence[NDArray[np.int64]]) -> float:
    """Return which share of all places in padded batches holds no token."""
    places = sum(int(lengths[one].max()) * len(one) for one in batches)
    return 1 - float(lengths.sum()) / places if places else 0.0
