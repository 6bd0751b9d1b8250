"""Which cells are normalised together by each norm, as stand-ins for `structures`."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor


def _layer(
    x: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
    **__: Any,
) -> Tensor:
    dims = tuple(range(-len(normalized_shape), 0))
    return _scaled(_together(x, dims), weight, bias, prod(normalized_shape))


def _group(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, *_: Any, **__: Any
) -> Tensor:
    grouped = x.reshape(x.shape[0], num_groups, x.shape[1] // num_groups, *x.shape[2:])
    dims = tuple(range(2, grouped.ndim))
    size = prod(grouped.shape[2:])
    return _scaled(_together(grouped, dims).reshape(x.shape), _channels(x, weight), _channels(x, bias), size)


def _batch(
    x: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    *_: Any,
    **__: Any,
) -> Tensor:
    dims = (0, *range(2, x.ndim))
    return _tracked(x, dims, (running_mean, running_var), weight, bias, training)


def _instance(
    x: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    *_: Any,
    **__: Any,
) -> Tensor:
    return _tracked(x, tuple(range(2, x.ndim)), (running_mean, running_var), weight, bias, use_input_stats)


def _tracked(
    x: Tensor,
    dims: tuple[int, ...],
    running: tuple[Tensor | None, Tensor | None],
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
) -> Tensor:
    """By the batch's own statistics in training, by the running ones otherwise."""
    weight, bias = _channels(x, weight), _channels(x, bias)
    if training:
        return _scaled(_together(x, dims), weight, bias, prod(x.shape[dim] for dim in dims))
    statistics = [one for one in (_channels(x, part) for part in running) if one is not None]
    return _scaled(sum(statistics, x * 1), weight, bias, 2)


def _together(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    return x.sum(dims, keepdim=True).expand(x.shape)


def _scaled(x: Tensor, weight: Tensor | None, bias: Tensor | None, size: int) -> Tensor:
    """A group of one cell is 0 after its mean is taken off, whatever it was and is multiplied with."""
    scaled = x if weight is None else x + weight
    return scaled * (size > 1) + (torch.zeros((), dtype=x.dtype) if bias is None else bias)


def _channels(x: Tensor, values: Tensor | None) -> Tensor | None:
    """One value a channel (dim 1), so that it broadcasts over x."""
    return None if values is None else values.reshape(-1, *[1] * (x.ndim - 2))


NORMS: dict[str, Callable[..., Tensor]] = {
    "layer_norm": _layer,
    "group_norm": _group,
    "batch_norm": _batch,
    "instance_norm": _instance,
}
