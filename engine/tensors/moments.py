"""What is seen at one moment while an operation is played: which cells are read, which are written, what is there so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Partial:
    """What has been worked out so far, row by row; None where nothing stands yet. `name` is `result` or that of a stage."""

    name: str
    shape: tuple[int, ...]
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Moment:
    """`reads` maps a tensor's number in the chain to its cells; `writes` are cells of the partial result."""

    text: str
    reads: Mapping[int, tuple[Cell, ...]]
    writes: tuple[Cell, ...]
    partial: Partial


@dataclass(frozen=True)
class Steps:
    """An operation to be played in `count` moments, seen one way (`view`) of several (`views`).

    Moments are worked out when they are asked for, so that a page can scrub: `steps.at(3)`.
    """

    view: str
    views: tuple[str, ...]
    count: int
    moment: Callable[[int], Moment]

    def at(self, index: int) -> Moment:
        """Return a moment; raises `IndexError` outside 0 … count − 1."""
        if not 0 <= index < self.count:
            raise IndexError(f"There are {self.count} moments and {index} is none of them.")
        return self.moment(index)


def cells_of(mask: Tensor) -> tuple[Cell, ...]:
    """Return the cells that a mask marks, row by row."""
    if not mask.ndim:
        return ((),) if bool(mask) else ()
    return tuple(tuple(cell) for cell in mask.nonzero().tolist())


def whole(shape: Sequence[int]) -> Tensor:
    """Return a mask of every cell."""
    return torch.ones(tuple(shape), dtype=torch.bool)


def partial(values: Tensor, done: Tensor | None = None, name: str = "result") -> Partial:
    """Return what is there, only where `done` marks it."""
    flat = values.detach().reshape(-1)
    numbers = flat.real.tolist() if flat.is_complex() else flat.tolist()
    there = [True] * len(numbers) if done is None else done.reshape(-1).tolist()
    shown = tuple(number if here else None for number, here in zip(numbers, there, strict=True))
    return Partial(name, tuple(values.shape), shown)
