"""Batches of token sequences in an order that depends on seed and epoch alone, with texts of like length together.
Must not know what is learned from them."""

from collections.abc import Callable

import numpy as np
import torch

from engine.families.text.ragged import Ints
from engine.training.loader import Batch, BatchPlan, EpochLoader
from engine.training.randomness import generator

CHUNK = 50
"""Batches whose rows are sorted by length together: enough to leave little padding, few enough to stay random."""

Collate = Callable[[Ints, torch.Generator], Batch]


class SequenceLoader(EpochLoader[Batch]):
    """Gives each batch's rows to `collate`, with a source of chance of its own, so that a resumed epoch draws the same.

    With `lengths` rows of like length come together; how they are drawn together differs from epoch to epoch.
    """

    def __init__(
        self, rows: int, plan: BatchPlan, collate: Collate, seed: int | None = None, lengths: Ints | None = None
    ) -> None:
        super().__init__(rows, plan, seed)
        self._collate, self._lengths = collate, lengths
        self._ordered = 0

    def nothing(self) -> Batch:
        """Return no tensors at all."""
        return {}

    def take(self, positions: slice | torch.Tensor) -> Batch:
        """Return the batch of these rows."""
        rows = np.arange(self._count)[positions] if isinstance(positions, slice) else positions.numpy()
        # By epoch and first row, so that a batch draws the same wherever a resumed run begins; validation always does.
        place = 0 if self._seed is None else self._ordered * self._count
        return self._collate(rows, generator(self._seed or 0, place + int(rows[0])))

    def order(self, epoch: int) -> torch.Tensor | None:
        """Return the rows' positions in the order in which they come; None is their own order."""
        self._ordered = epoch
        order = super().order(epoch)
        if order is None or self._lengths is None:
            return order
        return torch.from_numpy(bucketed(order.numpy(), self._lengths, self.plan.sizes, self._seed or 0, epoch))


def bucketed(order: Ints, lengths: Ints, sizes: tuple[int, ...], seed: int, epoch: int) -> Ints:
    """Return an order in which each batch has rows of like length, and the batches themselves come at random.

    The last batch, which may have another size, stays the last.
    """
    size = sizes[0]
    chunks = [order[first : first + CHUNK * size] for first in range(0, len(order), CHUNK * size)]
    by_length = np.concatenate([chunk[np.argsort(-lengths[chunk], kind="stable")] for chunk in chunks])
    whole = len(sizes) - 1 if sizes[-1] != size else len(sizes)
    batches = torch.randperm(whole, generator=generator(seed, epoch)).numpy()
    shuffled = [by_length[batch * size : (batch + 1) * size] for batch in batches]
    return np.concatenate([*shuffled, by_length[whole * size :]])
