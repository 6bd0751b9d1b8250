"""Which axes of a chain are the same axis, as the i, k and j of a product: each gets a number of its own."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.tensors.reach import NOWHERE, ByAxes, ByPlace, Reach

Axis = tuple[int, int]  # tensor, axis
Shape = tuple[int, ...]


class Identities:
    """Joins axes as they are found to be the same; in the end every axis has a number, in the order of the tensors."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._shapes = shapes
        self._parents: dict[Axis, Axis] = {}

    def join(self, one: Axis, other: Axis) -> None:
        """Let two axes of the same length be one."""
        root, known = self._root(one), self._root(other)
        if root != known and self._length(one) == self._length(other) > 1:
            self._parents[root] = known

    def numbers(self) -> list[tuple[int, ...]]:
        """Return the number of every axis of every tensor."""
        known: dict[Axis, int] = {}
        return [
            tuple(known.setdefault(self._root((number, axis)), len(known)) for axis in range(len(shape)))
            for number, shape in enumerate(self._shapes)
        ]

    def _length(self, axis: Axis) -> int:
        return self._shapes[axis[0]][axis[1]]

    def _root(self, axis: Axis) -> Axis:
        while axis in self._parents:
            axis = self._parents[axis]
        return axis


def join_step(
    found: Identities, result: int, operands: Sequence[int], reaches: Sequence[Reach | None], summed: bool, links: bool
) -> None:
    """Join the axes of a step's operands with those of its result, and with each other those that a product sums over;
    with `links` also those that are read by links, as in a prefix sum."""
    rest: list[Axis] = []
    for number, reach in zip(operands, reaches, strict=True):
        if isinstance(reach, ByAxes):
            for axis, along in enumerate(reach.axes):
                if along.of != NOWHERE and (links or along.links is None):
                    found.join((number, axis), (result, along.of))
                elif along.of == NOWHERE:
                    rest.append((number, axis))
        elif isinstance(reach, ByPlace):
            for axis, of in enumerate(moved_axes(reach)):
                if of != NOWHERE:
                    found.join((number, axis), (result, of))
    if summed:
        for one, other in pairwise(rest):
            found.join(one, other)


def join_letters(found: Identities, tensors: Sequence[int], terms: Sequence[str]) -> None:
    """Join the axes that an einsum gives the same letter."""
    first: dict[str, Axis] = {}
    for number, term in zip(tensors, terms, strict=True):
        for axis, letter in enumerate(term):
            found.join((number, axis), first.setdefault(letter, (number, axis)))


def join_attention(found: Identities, shapes: Sequence[Shape], result: int, operands: Sequence[int]) -> None:
    """Join queries with the result's rows, keys with values, and the lengths that are multiplied."""
    q, k, v = operands[:3]
    rank = len(shapes[result])
    found.join((q, rank - 2), (result, rank - 2))
    found.join((k, rank - 2), (v, rank - 2))
    found.join((q, rank - 1), (k, rank - 1))


def moved_axes(reach: ByPlace) -> list[int]:
    """Return for each axis of the operand the axis of the result that walks along it, or `NOWHERE`."""
    steps = np.cumprod([1, *reach.shape[:0:-1]])[::-1] if reach.shape else np.empty(0)
    walked = {axis: _step(reach.places, axis) for axis in range(reach.places.ndim) if reach.places.shape[axis] > 1}
    return [next((axis for axis, step in walked.items() if step == own), NOWHERE) for own in steps.tolist()]


def _step(places: NDArray[np.int32], axis: int) -> int | None:
    """How far apart in the operand neighbours along an axis of the result lie; None where that differs."""
    ahead, behind = (
        np.take(places, range(1, places.shape[axis]), axis),
        np.take(places, range(places.shape[axis] - 1), axis),
    )
    both = (ahead >= 0) & (behind >= 0)
    steps = np.unique((ahead - behind)[both])
    return int(steps[0]) if len(steps) == 1 else None
