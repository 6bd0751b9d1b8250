"""Blocks: numbers gathered so that a large plane fits on a screen, and nothing that matters is lost.

Each block keeps its smallest, largest and mean finite number, and whether there is a NaN or an infinity in it.
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.kinds import Numbers

Shown = Literal["extreme", "far", "mean", "min", "max"]
SHOWN: tuple[Shown, ...] = ("extreme", "far", "mean", "min", "max")
"""Of a block: the number farthest from zero, that farthest from the mean of the plane, its mean, smallest, largest."""


class Flag(IntFlag):
    """What is in a block beside finite numbers."""

    NAN = 1
    PLUS_INF = 2
    MINUS_INF = 4
    NOTHING = 8  # not a single finite number


@dataclass(frozen=True)
class Blocks:
    """Rows × columns of blocks. Where a block has no finite number, `low` is +∞, `high` −∞ and `total` 0."""

    low: Numbers
    high: Numbers
    total: NDArray[np.float64]
    count: NDArray[np.int64]  # of finite numbers
    flags: NDArray[np.uint8]

    @property
    def shape(self) -> tuple[int, int]:
        """How many blocks there are, down and across."""
        rows, columns = self.low.shape
        return rows, columns

    def shown(self, what: Shown, mean: float = 0.0) -> Numbers:
        """Return a number for each block, 0 where it has none; `mean` is that of the whole plane."""
        with np.errstate(invalid="ignore", over="ignore"):
            if what == "mean":
                found = self.total / np.maximum(self.count, 1)
            elif what in ("extreme", "far"):
                middle = self.low.dtype.type(mean if what == "far" else 0.0)
                found = np.where(np.abs(self.low - middle) > np.abs(self.high - middle), self.low, self.high)
            else:
                found = self.low if what == "min" else self.high
        return np.where(self.count == 0, 0, found).astype(self.low.dtype, copy=False)

    def part(self, rows: slice, columns: slice) -> "Blocks":
        """Return some of the blocks."""
        at = (rows, columns)
        return Blocks(self.low[at], self.high[at], self.total[at], self.count[at], self.flags[at])

    def merged(self, down: int, across: int) -> "Blocks":
        """Return blocks of `down` × `across` of these."""
        return Blocks(
            _along_both(np.minimum, self.low, down, across),
            _along_both(np.maximum, self.high, down, across),
            _along_both(np.add, self.total, down, across),
            _along_both(np.add, self.count, down, across),
            _all_empty(_along_both(np.bitwise_or, self.flags, down, across), self.flags, down, across),
        )


def gather(numbers: Numbers, down: int, across: int) -> Blocks:
    """Return the blocks of a plane of real numbers; those at the lower and right edge may be smaller."""
    with np.errstate(invalid="ignore", over="ignore"):
        low = _along_both(np.minimum, numbers, down, across)  # NaN goes through both, so that nothing else looks for it
        high = _along_both(np.maximum, numbers, down, across)
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            return _gather_marked(numbers, down, across)
        total = _totals(numbers, down, across)
    rows, columns = numbers.shape
    count = np.outer(_sizes(rows, down), _sizes(columns, across))
    return Blocks(low, high, total, count, np.zeros(low.shape, np.uint8))


def joined(parts: list[Blocks]) -> Blocks:
    """Return blocks one below the other."""
    fields = [(one.low, one.high, one.total, one.count, one.flags) for one in parts]
    return Blocks(*(np.concatenate(field) for field in zip(*fields, strict=True)))


def _gather_marked(numbers: Numbers, down: int, across: int) -> Blocks:
    finite = np.isfinite(numbers)
    low = _along_both(np.minimum, np.where(finite, numbers, np.inf).astype(numbers.dtype, copy=False), down, across)
    high = _along_both(np.maximum, np.where(finite, numbers, -np.inf).astype(numbers.dtype, copy=False), down, across)
    total = _totals(np.where(finite, numbers, 0).astype(numbers.dtype, copy=False), down, across)
    count = _along_both(np.add, finite.astype(np.int64), down, across)
    marks = _along_both(np.bitwise_or, flags_of(numbers), down, across)
    marks[count == 0] |= np.uint8(Flag.NOTHING)
    return Blocks(low, high, total, count, marks)


def flags_of(numbers: Numbers) -> NDArray[np.uint8]:
    """Return the flag of each number that is not finite, else 0."""
    flags = np.zeros(numbers.shape, np.uint8)
    flags[np.isnan(numbers)] = Flag.NAN
    flags[np.isposinf(numbers)] = Flag.PLUS_INF
    flags[np.isneginf(numbers)] = Flag.MINUS_INF
    return flags


def _all_empty(merged: NDArray[np.uint8], flags: NDArray[np.uint8], down: int, across: int) -> NDArray[np.uint8]:
    """Leave the flag of nothing only where none of the merged blocks has a finite number."""
    every = _along_both(np.bitwise_and, flags, down, across) & Flag.NOTHING
    return np.asarray((merged & ~np.uint8(Flag.NOTHING)) | every, dtype=np.uint8)


def _totals(numbers: Numbers, down: int, across: int) -> NDArray[np.float64]:
    """Sum in single precision within a few numbers, beyond that in double."""
    rows = _along(np.add, numbers, down, 0) if down <= 64 else _along(np.add, numbers.astype(np.float64), down, 0)
    sums = _along(np.add, rows.astype(np.float64), across, 1)
    if not np.isfinite(sums).all() and numbers.dtype != np.float64:  # a sum that single precision cannot hold
        return _totals(numbers.astype(np.float64), down, across)
    return np.asarray(sums, dtype=np.float64)


def _along_both(function: np.ufunc, numbers: NDArray[Any], down: int, across: int) -> NDArray[Any]:
    return _along(function, _along(function, numbers, down, 0), across, 1)


def _along(function: np.ufunc, numbers: NDArray[Any], size: int, axis: int) -> NDArray[Any]:
    """Reduce each `size` neighbours along an axis to one; what is left at the end makes one of its own."""
    if size == 1:
        return numbers
    length = numbers.shape[axis]
    size = min(size, length) or 1
    whole = length // size
    front = numbers[: whole * size] if axis == 0 else numbers[:, : whole * size]
    shape = (whole, size, -1) if axis == 0 else (len(numbers), whole, size)
    done = function.reduce(front.reshape(shape), axis=axis + 1)
    if whole * size == length:
        return np.asarray(done)
    rest = numbers[whole * size :] if axis == 0 else numbers[:, whole * size :]
    return np.concatenate([done, function.reduce(rest, axis=axis, keepdims=True)], axis=axis)


def _sizes(length: int, size: int) -> NDArray[np.int64]:
    edges = np.append(np.arange(0, length, size), length)
    return np.diff(edges)
