"""What each operation's result is made of, as a stand-in: a sum of products of its operands with nothing subtracted.
A cell's derivative in the stand-in is positive exactly where the operation's cell can depend on the operand's cell."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

from engine.tensors.normalised import NORMS
from engine.tensors.operation import Kind, Operation

Structure = Callable[..., Tensor]
NOTHING_OF_ONE = {"argmax", "argmin", "std", "var", "max.indices", "min.indices"}
_ORDER = {"norm": ("p", "dim", "keepdim"), "std": ("dim", "unbiased", "keepdim"), "var": ("dim", "unbiased", "keepdim")}


def structure_of(operation: Operation) -> Structure:
    """Return the stand-in of an operation; it takes the operation's arguments, tensors as float64."""
    if operation.name in _SPECIAL:
        return _SPECIAL[operation.name]
    if operation.kind is Kind.REDUCED:
        return _reduced(operation.name)
    return {Kind.MADE: _made, Kind.EACH: _each}.get(operation.kind, operation.run)


def _made(*arguments: Any, **_: Any) -> Tensor:
    return torch.zeros_like(arguments[0]) if arguments and isinstance(arguments[0], Tensor) else torch.zeros(())


def _each(*arguments: Any, **keywords: Any) -> Tensor:
    tensors = [part for part in [*arguments, *keywords.values()] if isinstance(part, Tensor)]
    return sum(torch.broadcast_tensors(*tensors), torch.zeros((), dtype=torch.float64))


def _outer(x: Tensor, y: Tensor) -> Tensor:
    return x[:, None] + y


def _dropout(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    return x * 0 if training and p == 1 else x * 1


def reduced_dims(
    name: str, rank: int, arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[tuple[int, ...], bool]:
    """Return the dims that a reduction folds, all of them where none is named, and whether they are kept as 1."""
    given = dict(zip(_ORDER.get(name, ("dim", "keepdim")), arguments, strict=False)) | dict(keywords)
    dim, keep = given.get("dim"), bool(given.get("keepdim", False))
    if dim is None or isinstance(dim, bool) or dim in ((), []):  # a bool is std(unbiased)
        return tuple(range(rank)), keep
    return (dim,) if isinstance(dim, int) else tuple(dim), keep


def _reduced(name: str) -> Structure:
    def work(x: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
        dims, keep = reduced_dims(name, x.ndim, arguments, keywords)
        lane = prod(x.shape[one] for one in dims) if x.ndim else 1
        total = x.sum(dims, keep) if x.ndim else x * 1
        return total * 0 if lane == 1 and name in NOTHING_OF_ONE else total

    return work


def _softmax(x: Tensor, dim: int, *_: Any, **__: Any) -> Tensor:
    """Every cell of a lane depends on the whole lane; a lane of one cell is always 1."""
    if not x.ndim or x.shape[dim] == 1:
        return x * 0
    return x.sum(dim, keepdim=True).expand(x.shape) * 1


def _gumbel(x: Tensor, *arguments: Any, dim: int = -1, **_: Any) -> Tensor:
    return _softmax(x, arguments[3] if len(arguments) > 3 else dim)


def _cumulated(x: Tensor, dim: int, *_: Any, **__: Any) -> Tensor:
    return x.cumsum(dim)


def _attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    attn_mask: tuple[Tensor, Tensor] | None = None,
    *arguments: Any,
    is_causal: bool = False,
    enable_gqa: bool = False,
    **_: Any,
) -> Tensor:
    """`attn_mask` is the stand-in and the mask itself, since what a query may look at is in its values."""
    if enable_gqa:
        k, v = (x.repeat_interleave(q.shape[-3] // x.shape[-3], -3) for x in (k, v))
    scores = q.sum(-1)[..., :, None] + k.sum(-1)[..., None, :]
    allowed = torch.ones(scores.shape[-2:], dtype=torch.float64)
    if is_causal or arguments[1:2] == (True,):
        allowed = allowed.tril()
    if attn_mask is not None:
        stand_in, real = attn_mask
        allowed = (real if real.dtype == torch.bool else real > float("-inf")).to(torch.float64)
        scores = scores + stand_in
    several = (allowed.sum(-1, keepdim=True) > 1).to(torch.float64)  # one allowed key has weight 1, whatever its score
    weights = (scores * allowed).sum(-1, keepdim=True) * several
    if attn_mask is not None:
        weights = weights + attn_mask[0].expand_as(scores).sum(-1, keepdim=True)
    return weights + allowed @ v


_SPECIAL: dict[str, Structure] = {
    "outer": _outer,
    "dropout": _dropout,
    "softmax": _softmax,
    "log_softmax": _softmax,
    "gumbel_softmax": _gumbel,
    "cumsum": _cumulated,
    "cumprod": _cumulated,
    "scaled_dot_product_attention": _attention,
    **NORMS,
}
