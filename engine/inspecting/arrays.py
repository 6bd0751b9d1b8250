"""Arrays that are read in parts: as they lie in a file, several stacked, one minus another, one part of complex numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.kinds import KINDS, PARTS, Kind, Numbers
from engine.inspecting.unreadable import Unreadable

Where = tuple[int | slice, ...]
Index = tuple[int, ...]


class Readable(Protocol):
    """An array of any number of axes."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How long each axis is; empty for a single number."""

    @property
    def kind(self) -> Kind:
        """What its numbers are."""

    @property
    def fastest(self) -> int:
        """The axis along which neighbours lie next to each other in the file; 0 where there is no axis."""

    def part(self, where: Where) -> Numbers:
        """Return decoded numbers; `where` has a number or a slice with its ends for each axis."""

    def exact(self, index: Index) -> str:
        """Return one number as Python writes it."""


@dataclass(frozen=True)
class Stored:
    """An array as it lies in a file or in memory."""

    raw: NDArray[Any]
    kind: Kind

    @property
    def shape(self) -> tuple[int, ...]:
        """How long each axis is."""
        return self.raw.shape

    @property
    def fastest(self) -> int:
        """The axis of the smallest step, of equal ones the last."""
        steps = [(abs(step), -axis) for axis, step in enumerate(self.raw.strides) if self.raw.shape[axis] > 1]
        return -min(steps)[1] if steps else max(0, self.raw.ndim - 1)

    def part(self, where: Where) -> Numbers:
        """Return decoded numbers."""
        return np.asarray(self.kind.decode(np.asarray(self.raw[where])))

    def exact(self, index: Index) -> str:
        """Return one number as Python writes it."""
        raw = np.asarray(self.raw[index])
        if self.kind.is_whole:
            return str(raw.item())
        value = self.kind.decode(raw[np.newaxis])[0] if self.kind.table or self.kind.name == "bf16" else raw[()]
        return _written(value)

    def offset(self, index: Index) -> int:
        """Return a number's place in its storage, in elements from the array's first."""
        return sum(one * step for one, step in zip(index, self.raw.strides, strict=True)) // self.raw.itemsize


def _written(value: Any) -> str:
    """Return the shortest text that gives this number again in its own precision."""
    if isinstance(value, np.complexfloating):
        return f"{_written(value.real)} {'-' if np.signbit(value.imag) else '+'} {_written(abs(value.imag))}i"
    return str(value)


@dataclass(frozen=True)
class Stacked:
    """Arrays of one shape and kind on top of each other, such as a layer over checkpoints; their axis is the first."""

    layers: Sequence[Readable]

    @property
    def shape(self) -> tuple[int, ...]:
        """How long each axis is."""
        return (len(self.layers), *self.layers[0].shape)

    @property
    def kind(self) -> Kind:
        """What its numbers are."""
        return self.layers[0].kind

    @property
    def fastest(self) -> int:
        """The fastest axis of the layers."""
        return self.layers[0].fastest + 1

    def part(self, where: Where) -> Numbers:
        """Return decoded numbers."""
        first = where[0]
        if not isinstance(first, slice):
            return self.layers[first].part(where[1:])
        return np.stack([layer.part(where[1:]) for layer in self.layers[first]])

    def exact(self, index: Index) -> str:
        """Return one number as Python writes it."""
        return self.layers[index[0]].exact(index[1:])


@dataclass(frozen=True)
class Difference:
    """One array minus another of the same shape; or that as a share of the larger of the two magnitudes."""

    left: Readable
    right: Readable
    is_relative: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be subtracted."""
        if self.left.shape != self.right.shape:
            raise Unreadable(
                f"These two tensors cannot be subtracted: one is {shape_text(self.left.shape)}, "
                f"the other {shape_text(self.right.shape)}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """How long each axis is."""
        return self.left.shape

    @property
    def kind(self) -> Kind:
        """What its numbers are: single precision where both are that or narrower."""
        wide = np.result_type(self.left.kind.wide, self.right.kind.wide)
        if self.is_relative and wide.kind == "c":
            wide = np.dtype("f8")
        return KINDS[{"f4": "f32", "f8": "f64", "c8": "c64", "c16": "c128"}[wide.str[1:]]]

    @property
    def fastest(self) -> int:
        """The fastest axis of the left one."""
        return self.left.fastest

    def part(self, where: Where) -> Numbers:
        """Return left minus right; the same infinity on both sides, or no number on both, is no difference."""
        left, right = self.left.part(where), self.right.part(where)
        return subtract(left, right, self.is_relative).astype(self.kind.wide, copy=False)

    def exact(self, index: Index) -> str:
        """Return both numbers and their difference."""
        where = tuple(index)
        gap = self.part(where)
        return f"{_written(gap[()])} ({self.left.exact(index)} − {self.right.exact(index)})"


def subtract(left: Numbers, right: Numbers, is_relative: bool = False) -> Numbers:
    """Return left minus right, or its share of the larger magnitude; where both are the same, also NaN, it is 0."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        gap = np.asarray(left - right)
        if is_relative:
            gap = np.asarray(np.abs(gap) / np.maximum(np.abs(left), np.abs(right)))
        if not np.isfinite(gap).all():
            same = (left == right) | (np.isnan(left) & np.isnan(right))
            gap = np.where(same, gap.dtype.type(0), gap)
    return gap


@dataclass(frozen=True)
class Real:
    """One part of complex numbers: real, imag, abs or phase."""

    of: Readable
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """How long each axis is."""
        return self.of.shape

    @property
    def kind(self) -> Kind:
        """What its numbers are."""
        return KINDS["f64" if self.of.kind.wide.itemsize == 16 else "f32"]

    @property
    def fastest(self) -> int:
        """The fastest axis."""
        return self.of.fastest

    def part(self, where: Where) -> Numbers:
        """Return this part of the numbers."""
        return np.asarray(PARTS[self.name](self.of.part(where)))

    def exact(self, index: Index) -> str:
        """Return the whole number as Python writes it."""
        return self.of.exact(index)


def boxes(shape: tuple[int, ...], limit: int) -> Iterator[tuple[slice, ...]]:
    """Cut an array of this shape into parts of about `limit` numbers, in the order of its cells; none where it is empty."""
    if 0 in shape:
        return
    whole, size = len(shape), 1
    while whole and size * shape[whole - 1] <= limit:
        whole -= 1
        size *= shape[whole]
    rest = tuple(slice(0, length) for length in shape[whole:])
    if not whole:
        yield rest
        return
    step, cut = max(1, limit // size), whole - 1
    for outer in np.ndindex(*shape[:cut]):
        before = tuple(slice(place, place + 1) for place in outer)
        for start in range(0, shape[cut], step):
            yield (*before, slice(start, min(start + step, shape[cut])), *rest)


def quick_boxes(array: Readable, limit: int) -> Iterator[tuple[slice, ...]]:
    """Cut an array into parts of about `limit` numbers, in the order in which they are read soonest."""
    axes = [axis for axis in range(len(array.shape)) if axis != array.fastest]
    axes += [array.fastest] if array.shape else []
    for where in boxes(tuple(array.shape[axis] for axis in axes), limit):
        yield tuple(where[axes.index(axis)] for axis in range(len(axes)))


def shape_text(shape: Sequence[int]) -> str:
    """Write a shape: 3 × 4; a single number has none."""
    return " × ".join(f"{length:,}" for length in shape) or "a single number"
