"""What softmax, norms and attention work out one after the other, each stage a tensor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Given = tuple[tuple[Any, ...], Mapping[str, Any]]


@dataclass(frozen=True)
class Stage:
    """A tensor on the way, what it is called, what was done in words, and which operands (by place) were read for it."""

    name: str
    text: str
    values: Tensor
    reads: tuple[int, ...] = ()


def softmax(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """Subtract the largest, exp, sum, divide."""
    x, dim = arguments[0], arguments[1] if len(arguments) > 1 else keywords["dim"]
    x = x if x.is_floating_point() else x.float()
    largest = x.amax(dim, keepdim=True)
    less = x - largest
    powers = less.exp()
    total = powers.sum(dim, keepdim=True)
    return [
        Stage("largest", "the largest cell of each lane", largest, (0,)),
        Stage("subtract", "it is taken off, so that no power overflows", less, (0,)),
        Stage("exp", "e to the power of each cell", powers),
        Stage("sum", "the powers of a lane added up", total),
        Stage("divide", "each power by the sum of its lane", powers / total),
    ]


def log_softmax(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """As softmax, and the logarithm of the sum is taken off instead."""
    *before, _ = softmax(arguments, keywords)
    logarithm = before[3].values.log()
    last = Stage("difference", "the logarithm of the sum is taken off each cell", before[1].values - logarithm)
    return [*before, Stage("log", "the logarithm of each sum", logarithm), last]


def layer_norm(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """Mean and variance over the last dims."""
    named = _named(arguments[1:], keywords, ("normalized_shape", "weight", "bias", "eps"))
    dims = tuple(range(-len(named["normalized_shape"]), 0))
    return _normed(arguments[0], dims, named, lambda part: part)


def group_norm(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """Mean and variance over the channels of a group."""
    named = _named(arguments[1:], keywords, ("num_groups", "weight", "bias", "eps"))
    x = arguments[0]
    grouped = x.reshape(x.shape[0], named["num_groups"], -1, *x.shape[2:])
    spread = [grouped.shape[1], grouped.shape[2], *[1] * (x.ndim - 2)]
    return _normed(grouped, tuple(range(2, grouped.ndim)), named, lambda part: part.reshape(spread), x.shape)


def batch_norm(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """Mean and variance of a channel over the batch, or the running ones."""
    named = _named(
        arguments[1:], keywords, ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    )
    x = arguments[0]
    return _channels(x, (0, *range(2, x.ndim)), named, bool(named.get("training")))


def instance_norm(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """Mean and variance of a channel of one sample, or the running ones."""
    order = ("running_mean", "running_var", "weight", "bias", "use_input_stats", "momentum", "eps")
    named = _named(arguments[1:], keywords, order)
    x = arguments[0]
    return _channels(x, tuple(range(2, x.ndim)), named, bool(named.get("use_input_stats", True)))


def attention(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> list[Stage]:
    """Scores, mask, softmax, and the values by their weights."""
    order = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
    named = _named(arguments, keywords, order)
    q, k, v = (named[name] for name in order[:3])
    if named.get("enable_gqa"):
        k, v = (part.repeat_interleave(q.shape[-3] // part.shape[-3], -3) for part in (k, v))
    scale = named.get("scale") or q.shape[-1] ** -0.5
    scores = q @ k.mT * scale
    stages = [Stage("scores", f"each query with each key, times {scale:.4g}", scores, (0, 1))]
    mask = named.get("attn_mask")
    if named.get("is_causal"):
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else scores + mask
        read = (3,) if named.get("attn_mask") is not None else ()
        stages.append(Stage("mask", "what a query may not look at becomes −inf", scores, read))
    weights = scores.softmax(-1).nan_to_num(0.0) if mask is not None else scores.softmax(-1)
    stages.append(Stage("softmax", "the scores of a query become weights that add up to 1", weights))
    return [*stages, Stage("out", "the values, each by its weight, added up", weights @ v, (2,))]


def _channels(x: Tensor, dims: tuple[int, ...], named: Mapping[str, Any], own: bool) -> list[Stage]:
    def along(part: Tensor) -> Tensor:
        return part.reshape(-1, *[1] * (x.ndim - 2))

    if own:
        return _normed(x, dims, named, along)
    mean, variance = along(named["running_mean"]), along(named["running_var"])
    return _scaled(x, mean, variance, named, along, x.shape, "running ")


def _normed(
    x: Tensor, dims: tuple[int, ...], named: Mapping[str, Any], along: Callable[[Tensor], Tensor], shape: Any = None
) -> list[Stage]:
    mean, variance = x.mean(dims, keepdim=True), x.var(dims, correction=0, keepdim=True)
    return _scaled(x, mean, variance, named, along, x.shape if shape is None else shape, "")


def _scaled(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    named: Mapping[str, Any],
    along: Callable[[Tensor], Tensor],
    shape: Any,
    which: str,
) -> list[Stage]:
    eps = named.get("eps", 1e-5)
    normal = (x - mean) / (variance + eps).sqrt()
    out = normal
    for name, work in (("weight", torch.mul), ("bias", torch.add)):
        if named.get(name) is not None:
            out = work(out, along(named[name]))
    stages = [
        Stage("mean", f"the {which}mean of each group", mean, (0,)),
        Stage("variance", f"the {which}variance of each group", variance, (0,)),
        Stage(
            "normalise", f"the mean taken off, divided by the root of variance + {eps:g}", normal.reshape(shape), (0,)
        ),
    ]
    if out is not normal:
        stages.append(Stage("scale", "times the weight, plus the bias", out.reshape(shape)))
    return stages


def _named(arguments: Sequence[Any], keywords: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return dict(zip(names, arguments, strict=False)) | dict(keywords)


STAGES: dict[str, Callable[[Sequence[Any], Mapping[str, Any]], list[Stage]]] = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "scaled_dot_product_attention": attention,
}
