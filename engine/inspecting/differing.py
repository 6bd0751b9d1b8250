"""How much two tensors, or two files, differ: by how much, where, and in how many numbers."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.arrays import Index, Readable, Stored, boxes, shape_text, subtract
from engine.inspecting.entries import Entry, TensorFile
from engine.inspecting.kinds import Numbers
from engine.inspecting.summary import PART
from engine.inspecting.unreadable import Cancelled, Unreadable


@dataclass(frozen=True)
class Gap:
    """The difference of two arrays. NaN on both sides is the same, on one side it differs. `largest` and `relative` are
    the largest finite absolute difference and its largest share of the larger magnitude, with their places.
    """

    count: int
    different: int
    odd: int  # differ by NaN or infinity
    largest: float
    largest_at: Index | None
    relative: float
    relative_at: Index | None
    mean: float  # of the finite absolute differences


def gap(left: Readable, right: Readable, cancelled: Callable[[], bool], told: Callable[[float], None]) -> Gap:
    """Compare two arrays of one shape. Raises Unreadable where the shapes differ, Cancelled."""
    if left.shape != right.shape:
        raise Unreadable(
            f"These two tensors cannot be compared: one is {shape_text(left.shape)}, the other {shape_text(right.shape)}."
        )
    total, place, different, odd, amount = math.prod(left.shape), 0, 0, 0, 0.0
    largest, relative = _Largest(), _Largest()
    for where in boxes(left.shape, PART):
        if cancelled():
            raise Cancelled
        first, second = left.part(where), right.part(where)
        unequal = _unequal(left, right, where, first, second)
        if unequal.any():
            exact: tuple[Numbers, Numbers] = first.astype(_double(first)), second.astype(_double(second))
            absolute, share = np.abs(subtract(*exact)), subtract(*exact, is_relative=True)
            finite = np.isfinite(absolute)
            different += int(np.count_nonzero(unequal))
            odd += int(np.count_nonzero(unequal & ~finite))
            amount += float(np.sum(absolute, where=finite))
            largest.offer(absolute, place)
            relative.offer(share, place)
        place += first.size
        told(place / total)
    mean = amount / max(1, total - odd)
    where_of = (largest.index(left.shape), relative.index(left.shape))
    return Gap(total, different, odd, largest.value, where_of[0], relative.value, where_of[1], mean)


class _Largest:
    """The largest finite number so far, and its place."""

    def __init__(self) -> None:
        self.value = 0.0
        self._flat: int | None = None

    def offer(self, numbers: Numbers, place: int) -> None:
        flat = np.where(np.isfinite(numbers), numbers, -1.0).ravel()
        at = int(flat.argmax())
        if flat[at] > self.value:
            self.value, self._flat = float(flat[at]), place + at

    def index(self, shape: tuple[int, ...]) -> Index | None:
        if self._flat is None:
            return None
        return tuple(int(one) for one in np.unravel_index(self._flat, shape)) if shape else ()


def _double(numbers: Numbers) -> type:
    return np.complex128 if numbers.dtype.kind == "c" else np.float64


def _unequal(
    left: Readable, right: Readable, where: tuple[slice, ...], first: Numbers, second: Numbers
) -> NDArray[np.bool_]:
    """Return which numbers differ; integers are compared as they are, which doubles could not hold."""
    if isinstance(left, Stored) and isinstance(right, Stored) and left.kind.is_whole and right.kind.is_whole:
        return np.asarray(left.raw[where] != right.raw[where])
    return np.asarray((first != second) & ~(np.isnan(first) & np.isnan(second)))


@dataclass(frozen=True)
class NamedGap:
    """One name of two files: a gap, or a sentence why there is none."""

    name: str
    shape: tuple[int, ...]
    gap: Gap | None = None
    reason: str = ""


def file_gaps(
    left: TensorFile, right: TensorFile, cancelled: Callable[[], bool], told: Callable[[float], None]
) -> Iterator[NamedGap]:
    """Compare two files name by name, in the order of the first. Raises Cancelled, Unreadable where a file changed."""
    others = {entry.name: entry for entry in right.entries}
    todo = sum(entry.size for entry in left.entries) or 1
    done = 0
    for entry in left.entries:
        yield _named(entry, others.pop(entry.name, None), left, right, cancelled)
        done += entry.size
        told(done / todo)
    for entry in others.values():
        yield NamedGap(entry.name, entry.shape, reason=f"only in {right.path.name}")


def _named(
    entry: Entry, other: Entry | None, left: TensorFile, right: TensorFile, cancelled: Callable[[], bool]
) -> NamedGap:
    if other is None:
        return NamedGap(entry.name, entry.shape, reason=f"only in {left.path.name}")
    if entry.problem or other.problem:
        return NamedGap(entry.name, entry.shape, reason=entry.problem or other.problem)
    if entry.shape != other.shape:
        return NamedGap(entry.name, entry.shape, reason=f"other shape: {shape_text(other.shape)}")
    numbers = left.load(entry.name, cancelled), right.load(entry.name, cancelled)
    return NamedGap(entry.name, entry.shape, gap(*numbers, cancelled, lambda _share: None))
