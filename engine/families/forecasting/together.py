"""TogetherLoader: batches of whole groups of windows that forecast the same steps, as a loss that looks at series together
needs them. Must not know how windows are cut or what becomes of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.families.forecasting.window_loader import WindowBatch
from engine.training.loader import BatchPlan, EpochLoader
from engine.training.randomness import permutation

TOGETHER = "together"
"""A name beside a batch's inputs: groups about as large as each other, each [groups, most], the places in the batch of
windows that forecast the same steps, and the number of windows where a group has fewer."""


@dataclass(frozen=True)
class Groups:
    """Windows of a data set's index that forecast the same steps: `order` names all, group after group; `starts` where
    each group begins, and the end."""

    order: torch.Tensor
    starts: torch.Tensor

    @classmethod
    def of(cls, dataset: Any, most: int, seed: int | None = None) -> "Groups":
        """Find the groups of a data set, in the order of time. One of more than `most` windows is parted evenly; with a
        seed by chance, so that over time each series meets every other one."""
        time = dataset.index["time"].to_numpy()
        order = np.argsort(time, kind="stable")
        sizes = np.unique(time, return_counts=True)[1]
        windows = torch.from_numpy(order)
        cuts: list[int] = []
        for place, (size, end) in enumerate(zip(sizes.tolist(), sizes.cumsum().tolist(), strict=True)):
            parts = -(-size // most)
            if parts > 1 and seed is not None:
                part = slice(end - size, end)
                windows[part] = windows[part][permutation(size, seed, place)]
            cuts += [end - size + size * part // parts for part in range(parts)]
        return cls(windows, torch.tensor([*cuts, len(order)]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def plan(self, batch_size: int, drop_last: bool = False) -> BatchPlan:
        """Return how many groups each batch has, so that they have `batch_size` windows on average, or a group if one has
        more."""
        each = max(1, batch_size * len(self) // max(1, len(self.order)))
        return BatchPlan.of(len(self), each, drop_last, merge_single=False)

    def plan_in_order(self, most: int) -> BatchPlan:
        """Return how many groups each batch has, taken as they follow each other, so that none has more than `most` windows:
        neighbours in time are alike, and may all be larger than groups are on average."""
        counts: list[int] = []
        room = 0
        for size in self.starts.diff().tolist():
            if size > room:
                counts.append(0)
                room = most
            counts[-1] += 1
            room -= size
        return BatchPlan(tuple(counts))

    def take(self, positions: slice | torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return the windows of these groups, one group after the other, and the groups' places among them (`TOGETHER`).

        None is more than twice as large as another one beside it: were they all, a large group and thousands of
        small ones would have places for millions of windows.
        """
        begins = self.starts[:-1][positions]
        sizes = self.starts[1:][positions] - begins
        count = int(sizes.sum())
        firsts = sizes.cumsum(0) - sizes
        windows = self.order[torch.repeat_interleave(begins - firsts, sizes) + torch.arange(count)]
        magnitudes = torch.frexp((sizes - 1).double()).exponent
        together: list[torch.Tensor] = []
        for magnitude in magnitudes.unique():
            first, size = (one[magnitudes == magnitude, None] for one in (firsts, sizes))
            places = torch.arange(int(size.max()))
            together.append(torch.where(places < size, first + places, count))
        return windows, together


class TogetherLoader(EpochLoader[WindowBatch]):
    """Batches of whole groups; what another loader gives for their windows, and which belong together. With a seed groups
    come in another order each epoch."""

    def __init__(self, windows: EpochLoader[WindowBatch], groups: Groups, plan: BatchPlan, seed: int | None) -> None:
        super().__init__(len(groups), plan, seed)
        self._windows, self._groups = windows, groups

    def nothing(self) -> WindowBatch:
        """Return a batch without inputs."""
        return self._windows.nothing()

    def take(self, positions: slice | torch.Tensor) -> WindowBatch:
        """Return the windows of these groups."""
        windows, together = self._groups.take(positions)
        x, truth = self._windows.take(windows)
        return {**x, TOGETHER: [one.to(x["encoder_lengths"].device) for one in together]}, truth


def in_order_of_time(dataset: Any) -> None:
    """Put a data set's windows into the order in which groups follow each other, in place."""
    dataset.index = dataset.index.sort_values("time", kind="stable", ignore_index=True)
