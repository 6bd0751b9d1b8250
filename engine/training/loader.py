"""EpochLoader: which rows come next, and how to go on in the middle of an epoch. ResidentLoader: rows that live on the
training device, so that a batch is one gather a tensor. Must not copy rows one by one or depend on a family."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch

from engine.training.randomness import generator, permutation

Batch = dict[str, torch.Tensor]
T = TypeVar("T")


@dataclass(frozen=True)
class BatchPlan:
    """How rows are cut into batches: sizes of all batches of an epoch, and what was done about the last one."""

    sizes: tuple[int, ...]
    note: str = ""

    @classmethod
    def of(cls, rows: int, batch_size: int, drop_last: bool = False, merge_single: bool = True) -> "BatchPlan":
        """Cut `rows` into batches; a last batch of one row, which batch normalisation cannot use, joins the one before.

        Without any full batch `drop_last` keeps the one that there is, since nothing could be learned otherwise.
        """
        whole, rest = divmod(rows, batch_size)
        if not rest:
            return cls((batch_size,) * whole)
        if drop_last and whole:
            return cls((batch_size,) * whole, f"The last {rest} rows of each epoch's order are left out (drop_last).")
        if merge_single and rest == 1 and whole and batch_size > 1:
            sizes = (*(batch_size,) * (whole - 1), batch_size + 1)
            return cls(sizes, f"A last batch of 1 row joins the one before it, which has {batch_size + 1} rows.")
        return cls((*(batch_size,) * whole, rest))


class EpochLoader(ABC, Generic[T]):
    """Iterates over batches of rows that a family takes by their positions; each iteration is the next epoch.

    With a seed the order is a permutation that depends on (seed, epoch) alone; without one it is the rows' own. A loader
    whose state was loaded goes on in the middle of an epoch where the other one stood; its length is what is left.
    """

    def __init__(self, rows: int, plan: BatchPlan, seed: int | None = None) -> None:
        self._count = rows
        self.plan = plan
        self._seed = seed
        self.epoch = 0
        self._next_batch = 0
        self._begun_at = (0, 0)

    @abstractmethod
    def take(self, positions: slice | torch.Tensor) -> T:
        """Return the batch of these rows, in this order."""

    @abstractmethod
    def nothing(self) -> T:
        """Return what is given for an epoch of which nothing is left; loops must pass over it."""

    def __len__(self) -> int:
        first = self._begun_at[1] if self.epoch == self._begun_at[0] else 0
        return max(1, len(self.plan.sizes) - first)

    def __iter__(self) -> Iterator[T]:
        if self._next_batch == len(self.plan.sizes):
            # An epoch of which nothing is left: an empty batch says so, since loops pass over an empty loader.
            self.epoch, self._next_batch = self.epoch + 1, 0
            yield self.nothing()
            return
        order = self.order(self.epoch)
        start = sum(self.plan.sizes[: self._next_batch])
        for size in self.plan.sizes[self._next_batch :]:
            self._next_batch += 1
            if self._next_batch == len(self.plan.sizes):
                # Before the last batch is given: whoever knows the length does not come back for the end.
                self.epoch, self._next_batch = self.epoch + 1, 0
            part = slice(start, start + size)
            yield self.take(part if order is None else order[part])
            start += size

    def order(self, epoch: int) -> torch.Tensor | None:
        """Return the positions of an epoch's rows in the order in which they come; None is their own order."""
        return None if self._seed is None else permutation(self._count, self._seed, epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return where the loader stands."""
        return {"epoch": self.epoch, "batch": self._next_batch}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another loader of the same data stood; a position at an epoch's end gives one empty batch."""
        self.epoch, self._next_batch = self._begun_at = int(state["epoch"]), int(state["batch"])


class ResidentLoader(EpochLoader[Batch]):
    """Batches of tensors of equal length.

    With `balance`, class codes of the rows, rows are drawn with replacement so that classes come equally often.
    """

    def __init__(
        self,
        tensors: Mapping[str, torch.Tensor],
        plan: BatchPlan,
        seed: int | None = None,
        balance: torch.Tensor | None = None,
    ) -> None:
        self._tensors = dict(tensors)
        first = next(iter(self._tensors.values()))
        super().__init__(len(first), plan, seed)
        self._device = first.device
        self._balance = None if balance is None else _ByClass.of(balance)

    def take(self, positions: slice | torch.Tensor) -> Batch:
        """Return the rows' tensors by name."""
        if isinstance(positions, slice):
            return {name: tensor[positions] for name, tensor in self._tensors.items()}
        return {name: tensor.index_select(0, positions) for name, tensor in self._tensors.items()}

    def nothing(self) -> Batch:
        """Return no tensors at all."""
        return {}

    def order(self, epoch: int) -> torch.Tensor | None:
        """Return the positions of an epoch's rows in the order in which they come; None is their own order."""
        if self._balance is not None and self._seed is not None:
            return self._balance.draw(self._count, generator(self._seed, epoch)).to(self._device)
        order = super().order(epoch)
        return None if order is None else order.to(self._device)


@dataclass(frozen=True)
class _ByClass:
    """Rows sorted by class, so that a row of a class is found by its place."""

    order: torch.Tensor
    starts: torch.Tensor
    counts: torch.Tensor

    @classmethod
    def of(cls, codes: torch.Tensor) -> "_ByClass":
        codes = codes.cpu()
        order = torch.argsort(codes, stable=True)
        _, counts = torch.unique(codes, return_counts=True)
        return cls(order, torch.cumsum(counts, 0) - counts, counts)

    def draw(self, rows: int, source: torch.Generator) -> torch.Tensor:
        chosen = torch.randint(len(self.counts), (rows,), generator=source)
        counts = self.counts[chosen]
        within = (torch.rand(rows, generator=source, dtype=torch.float64) * counts).long()
        return self.order[self.starts[chosen] + torch.minimum(within, counts - 1)]
