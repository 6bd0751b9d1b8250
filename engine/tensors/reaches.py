"""The `Reach` of every operand of an instruction, read off its shapes and arguments. Where an operation has no rule here
its reach is None, and `provenance` is to be asked."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
from torch import Tensor

from engine.tensors.index_map import index_map
from engine.tensors.lettered import terms_of
from engine.tensors.operation import Kind
from engine.tensors.program import Instruction
from engine.tensors.reach import NOWHERE, Along, ByAxes, ByPlace, Mask, Nothing, Reach
from engine.tensors.reaches_of_layers import LAYERS, MAX_LINKS, Axes
from engine.tensors.structures import NOTHING_OF_ONE, reduced_dims

MAX_PLACES, MOST_NUMBERED = 1 << 18, 1 << 23
Shape = tuple[int, ...]
Rule = Callable[["Use"], Axes | None]


class Use:
    """An instruction with the shapes of its operands and of its result."""

    def __init__(self, one: Instruction, shapes: Sequence[Tensor], result: Tensor) -> None:
        self.one = one
        self.shapes = [tuple(shapes[ref.number].shape) for ref in one.operands()]
        self.result: Shape = tuple(result.shape)

    def given(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name."""
        arguments = self.one.arguments
        return arguments[place] if place < len(arguments) else self.one.keywords.get(name, default)


def reaches(one: Instruction, shapes: Sequence[Tensor], result: Tensor) -> list[Reach | None]:
    """Return the reach of each operand, in the order in which the instruction reads them; only shapes are read."""
    use = Use(one, shapes, result)
    numbers = [ref.number for ref in one.operands()]
    if one.operation.kind is Kind.MADE:
        return [Nothing(shape, use.result) for shape in use.shapes]
    if one.operation.kind is Kind.MOVED:
        return _moved(use, numbers, shapes)
    rule = _rule(one)
    is_empty = one.operation.kind is Kind.PRODUCT and any(0 in shape for shape in use.shapes)
    axes = rule(use) if rule is not None and not is_empty else None
    if axes is None:
        return [None] * len(numbers)
    return [
        Nothing(shape, use.result) if along is None else ByAxes(shape, use.result, along)
        for shape, along in zip(use.shapes, axes, strict=True)
    ]


def _rule(one: Instruction) -> Rule | None:
    name = one.operation.name
    return _RULES.get(name) or LAYERS.get(name) or _OF_KIND.get(one.operation.kind)


def _moved(use: Use, numbers: list[int], shapes: Sequence[Tensor]) -> list[Reach | None]:
    if prod(use.result) > MAX_PLACES or any(prod(shape) > MOST_NUMBERED for shape in use.shapes):
        return [None] * len(numbers)
    source, places = index_map(use.one, shapes)
    own = places.numpy().astype(np.int32)
    return [
        ByPlace(shape, np.where(source.numpy() == number, own, np.int32(NOWHERE)))
        for shape, number in zip(use.shapes, numbers, strict=True)
    ]


def stretched(shape: Shape, result: Shape, from_right: int = 0) -> tuple[Along, ...]:
    """Axes aligned from the right, those of length 1 stretched; `from_right` axes of the result are left out there."""
    end = len(result) - from_right
    first = end - len(shape)
    return tuple(
        Along(first + axis, reads_all=length == 1 and result[first + axis] != 1) for axis, length in enumerate(shape)
    )


def _each(use: Use) -> Axes | None:
    return [stretched(shape, use.result) for shape in use.shapes]


def _outer(_use: Use) -> Axes:
    return [(Along(0),), (Along(1),)]


def _asked(_use: Use) -> None:
    """Provenance is asked."""


def _dropout(use: Use) -> Axes | None:
    return None if use.given(1, "p", 0.5) == 1 else _each(use)


def _product(use: Use) -> Axes:
    """matmul and its relatives: a vector has no row (left) or no column (right)."""
    a, b = use.shapes[:2]
    kept = (len(a) > 1) + (len(b) > 1)
    row = len(use.result) - kept
    batch = use.result[:row]
    left = (*stretched(a[:-2], batch), *([Along(row)] if len(a) > 1 else []), Along())
    right = (*stretched(b[:-2], batch), Along(), *([Along(len(use.result) - 1)] if len(b) > 1 else []))
    return [left, right]


def _einsum(use: Use) -> Axes | None:
    found = terms_of(str(use.given(0, "equation", "")), len(use.shapes))
    if found is None:
        return None
    terms, right = found
    return [_of_letters(term, right, shape, use.result) for term, shape in zip(terms, use.shapes, strict=True)]


def _of_letters(term: str, right: str, shape: Shape, result: Shape) -> tuple[Along, ...]:
    return tuple(
        Along(right.index(letter), reads_all=length == 1 and result[right.index(letter)] != 1)
        if letter in right
        else Along()
        for letter, length in zip(term, shape, strict=True)
    )


def _reduced(use: Use) -> Axes | None:
    if len(use.shapes) != 1:
        return None
    (shape,) = use.shapes
    dims, keeps = reduced_dims(use.one.operation.name, len(shape), use.one.arguments[1:], use.one.keywords)
    lane = np.prod([shape[dim] for dim in dims], dtype=np.int64) if shape else 1
    if lane == 1 and use.one.operation.name in NOTHING_OF_ONE:
        return None
    gone = {dim % len(shape) for dim in dims} if shape else set()
    axes, place = [], 0
    for axis in range(len(shape)):
        axes.append(Along(place if keeps or axis not in gone else NOWHERE, reads_all=axis in gone))
        place += keeps or axis not in gone
    return [tuple(axes)]


def _lanes(use: Use) -> Axes | None:
    """softmax and its relatives: the whole lane."""
    place = 3 if use.one.operation.name == "gumbel_softmax" else 1
    return _along_lane(use, use.given(place, "dim", -1), None)


def _prefixes(use: Use) -> Axes | None:
    dim = use.given(1, "dim")
    length = use.shapes[0][dim] if use.shapes[0] and isinstance(dim, int) else 0
    if length**2 > MAX_LINKS:
        return None
    return _along_lane(use, dim, np.tri(length, dtype=bool), alone=True)


def _along_lane(use: Use, dim: Any, links: Mask | None, alone: bool = False) -> Axes | None:
    (shape,) = use.shapes
    if not shape or not isinstance(dim, int) or (shape[dim] == 1 and not alone):
        return None
    lane = dim % len(shape)
    return [
        tuple(
            Along(axis, links if axis == lane else None, axis == lane and links is None) for axis in range(len(shape))
        )
    ]


_OF_KIND: dict[Kind, Rule] = {Kind.EACH: _each, Kind.REDUCED: _reduced, Kind.LANES: _lanes}
_RULES: dict[str, Rule] = {
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot"), _product),
    "outer": _outer,
    "dropout": _dropout,
    "einsum": _einsum,
    "multinomial": _asked,
    "cumsum": _prefixes,
    "cumprod": _prefixes,
}
