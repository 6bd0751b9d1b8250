"""Operations that choose among cells, as stand-ins of what was chosen: what a cell did depend on, with these numbers."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from torch import Tensor

from engine.tensors.operation import Operation

Chosen = Callable[..., Tensor]


def chosen_by(operation: Operation, values: Sequence[Any], keywords: dict[str, Any], result: Tensor) -> Chosen | None:
    """Return the stand-in of an operation that chooses, None for others; `values` are the real operands in their places.

    It takes the operation's arguments, tensors as float64, as `structures` do.
    """
    name = operation.name
    if name in _LANES:
        return _winner(
            values, keywords, smallest="min" in name, place=name.startswith("arg") or name.endswith("indices")
        )
    maker = _CHOOSING.get(name)
    return maker(values, keywords, result) if maker else None


def _relu(_: Sequence[Any], __: dict[str, Any], result: Tensor) -> Chosen:
    return lambda x, *_, **__: x * (result > 0)


def _dropout(_: Sequence[Any], __: dict[str, Any], result: Tensor) -> Chosen:
    """What came out as 0 was dropped (or was 0, and what it was cannot be seen)."""
    return lambda x, *_, **__: x * (result != 0)


def _larger(values: Sequence[Any], _: dict[str, Any], result: Tensor) -> Chosen:
    first, second = values[0] == result, values[1] == result
    return lambda a, b: a * first + b * second


def _where(values: Sequence[Any], _: dict[str, Any], result: Tensor) -> Chosen:
    condition = values[0].expand(result.shape) != 0

    def work(asked: Tensor, yes: Any, no: Any) -> Tensor:
        parts = [part * mask for part, mask in ((yes, condition), (no, ~condition)) if isinstance(part, Tensor)]
        whole: Tensor = sum(parts, asked.expand(result.shape) * 1)
        return whole

    return work


def _masked_fill(values: Sequence[Any], _: dict[str, Any], __: Tensor) -> Chosen:
    kept = ~values[1]
    return lambda x, mask, *_, **__: x * kept + mask


def _clamp(values: Sequence[Any], _: dict[str, Any], result: Tensor) -> Chosen:
    inside = values[0] == result

    def work(x: Tensor, *bounds: Any, **named: Any) -> Tensor:
        parts = [part * ~inside for part in (*bounds, *named.values()) if isinstance(part, Tensor)]
        whole: Tensor = sum(parts, x * inside)
        return whole

    return work


def _winner(values: Sequence[Any], keywords: dict[str, Any], *, smallest: bool, place: bool) -> Chosen:
    """The largest cells of each lane: all of them where several are. The place in a lane of one cell is always 0."""
    x = values[0]
    given = dict(zip(("dim", "keepdim"), values[1:], strict=False)) | keywords
    dim, keep = given.get("dim"), bool(given.get("keepdim", False))
    dims = tuple(range(x.ndim)) if dim in (None, (), []) else (dim,) if isinstance(dim, int) else tuple(dim or ())
    ends = (x.amin if smallest else x.amax)(dims, keepdim=True) if x.ndim else x
    lane = prod(x.shape[one] for one in dims) if x.ndim else 1
    won = (x == ends) & (lane > 1 or not place)
    if not x.ndim:
        return lambda leaf, *_, **__: leaf * won
    return lambda leaf, *_, **__: (leaf * won).sum(dims, keep)


_LANES = {"amax", "amin", "argmax", "argmin", "max", "min", "max.values", "max.indices", "min.values", "min.indices"}
_CHOOSING: dict[str, Callable[[Sequence[Any], dict[str, Any], Tensor], Chosen]] = {
    "relu": _relu,
    "dropout": _dropout,
    "maximum": _larger,
    "minimum": _larger,
    "where": _where,
    "masked_fill": _masked_fill,
    "clamp": _clamp,
}
