"""Which ghosts the tensors of a step are drawn with: repeats of what is broadcast, padding, dims that matmul adds."""

from math import prod

import numpy as np

from engine.tensors.ghosts import MAX_DRAWN, PADDING, Ghosts
from engine.tensors.operation import Kind
from engine.tensors.reach import NOWHERE, Along, ByAxes
from engine.tensors.reaches import Use
from engine.tensors.reaches_of_layers import Sliding, sliding_of
from engine.tensors.structures import reduced_dims

Shape = tuple[int, ...]
_PRODUCTS = ("matmul", "mv", "dot")


def ghosts_of(use: Use) -> list[Ghosts | None]:
    """Return for each operand and, last, for the result what is drawn beside its cells; None where there is nothing."""
    name = use.one.operation.name
    none: list[Ghosts | None] = [None] * (len(use.shapes) + 1)
    if 0 in use.result or any(0 in shape for shape in use.shapes):
        return none
    if name in _PRODUCTS:
        return _of_product(use)
    if name in ("conv1d", "conv2d"):
        padded = _padded(use)
        return [padded, *none[1:]]
    if use.one.operation.kind is Kind.REDUCED and len(use.shapes) == 1:
        return [None, _with_folded(use)]
    if use.one.operation.kind is Kind.EACH and name != "outer" and len(use.shapes) > 1:
        return [*(_stretched(shape, use.result) for shape in use.shapes), None]
    return none


def _stretched(shape: Shape, drawn: Shape) -> Ghosts | None:
    """A tensor cell by cell with the result, aligned from the right."""
    if shape == drawn or len(shape) > len(drawn) or prod(drawn) > MAX_DRAWN:
        return None
    added = len(drawn) - len(shape)
    axes = (*[NOWHERE] * added, *range(len(shape)))
    same = ByAxes(drawn, drawn, tuple(map(Along, range(len(drawn)))))
    return Ghosts(_broadcast(shape, drawn), axes, same)


def _broadcast(shape: Shape, drawn: Shape) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    own = np.arange(prod(shape), dtype=np.int32).reshape(shape)
    return np.ascontiguousarray(np.broadcast_to(own, drawn))


def _of_product(use: Use) -> list[Ghosts | None]:
    """A vector is a row on the left and a column on the right, for as long as it is multiplied; batches are stretched."""
    a, b = use.shapes[:2]
    flat = (len(a) == 1, len(b) == 1)
    batch = use.result[: len(use.result) - (not flat[0]) - (not flat[1])]
    cores = ((1, a[0]) if flat[0] else a[-2:], (b[0], 1) if flat[1] else b[-2:])
    places = ((NOWHERE, 0), (0, NOWHERE))
    row, column = (NOWHERE if flat[0] else len(batch), NOWHERE if flat[1] else len(use.result) - 1)
    reads = ((Along(row), Along()), (Along(), Along(column)))
    found: list[Ghosts | None] = []
    for shape, core, is_flat, ends, along in zip((a, b), cores, flat, places, reads, strict=True):
        drawn = (*batch, *core)
        if shape == drawn or prod(drawn) > MAX_DRAWN:
            found.append(None)
            continue
        own = (*shape[:-2], *core)
        own_axes = ends if is_flat else (len(shape) - 2, len(shape) - 1)
        leading = [axis - len(batch) + len(own) - 2 for axis in range(len(batch))]
        axes = (*(NOWHERE if axis < 0 or is_flat else axis for axis in leading), *own_axes)
        reach = ByAxes(drawn, use.result, (*map(Along, range(len(batch))), *along))
        found.append(Ghosts(_broadcast(own, drawn), axes, reach))
    return [*found, *[None] * (len(use.shapes) - 2), _with_ones(use.result, len(batch), flat)]


def _with_ones(result: Shape, batch: int, flat: tuple[bool, bool]) -> Ghosts | None:
    """The result with the dims that are removed again."""
    if flat == (False, False) or prod(result) > MAX_DRAWN:
        return None
    core = [NOWHERE if flat[0] else batch, NOWHERE if flat[1] else len(result) - 1]
    axes = (*range(batch), *core)
    shape = tuple(1 if axis == NOWHERE else result[axis] for axis in axes)
    return Ghosts(np.arange(prod(result), dtype=np.int32).reshape(shape), axes)


def _with_folded(use: Use) -> Ghosts | None:
    """The result of a reduction where the lanes were, with the dims that are gone."""
    (shape,) = use.shapes
    dims, keeps = reduced_dims(use.one.operation.name, len(shape), use.one.arguments[1:], use.one.keywords)
    gone = {dim % len(shape) for dim in dims} if shape else set()
    kept = [axis for axis in range(len(shape)) if axis not in gone]
    if keeps or not kept or not gone or len(kept) != len(use.result) or prod(use.result) > MAX_DRAWN:
        return None
    axes = tuple(kept.index(axis) if axis in kept else NOWHERE for axis in range(len(shape)))
    drawn = tuple(1 if axis in gone else length for axis, length in enumerate(shape))
    return Ghosts(np.arange(prod(use.result), dtype=np.int32).reshape(drawn), axes)


def _padded(use: Use) -> Ghosts | None:
    x = use.shapes[0]
    ways = sliding_of(use)
    first = len(x) - len(ways)
    ends = [(way.before, way.after) for way in ways]
    drawn = (*x[:first], *(length + sum(pair) for length, pair in zip(x[first:], ends, strict=True)))
    if not any(map(any, ends)) or prod(drawn) > MAX_DRAWN:
        return None
    own = np.arange(prod(x), dtype=np.int32).reshape(x)
    places = np.pad(own, [(0, 0)] * first + ends, constant_values=PADDING)
    reach = _under_kernel(use, drawn, first, ways)
    return None if reach is None else Ghosts(places, tuple(range(len(x))), reach)


def _under_kernel(use: Use, drawn: Shape, first: int, ways: list[Sliding]) -> ByAxes | None:
    groups, outs, ins = use.given(6, "groups", 1), use.shapes[1][0], drawn[first - 1]
    of_out, of_in = np.arange(outs) // max(outs // groups, 1), np.arange(ins) // max(ins // groups, 1)
    axes = [*([Along(0)] if first == 2 else []), Along(first - 1, of_out[:, None] == of_in)]
    for axis, way in enumerate(ways, first):
        starts = np.arange(use.result[axis])[:, None] * way.stride
        read = starts + np.arange(way.kernel) * way.dilation
        links = np.zeros((use.result[axis], drawn[axis]), dtype=bool)
        np.put_along_axis(links, read, True, axis=1)
        axes.append(Along(axis, links))
    return ByAxes(drawn, use.result, tuple(axes))
