"""Mean and variance on the way of each norm, and the running statistics after it."""

import numpy as np
import torch
from torch import Tensor

from engine.tensors.given import Given, Part, Shape, each_own, nothing
from engine.tensors.reach import Along, ByAxes

Like = tuple[tuple[int, int] | None, ...]
Axes = tuple[Along, ...]


def layer(step: Given) -> list[Part]:
    """μ and σ² of each group of the last dims."""
    x, first = step.operands[0], step.operands[0].ndim - len(step.given(1, "normalized_shape"))
    dims = tuple(range(first, x.ndim))
    kept = (*range(first), *([first] if first == x.ndim - 1 else []))
    like = tuple((0, axis) if axis < first else None for axis in kept)
    reads = tuple(Along(axis) if axis < first else Along() for axis in kept)
    of_x = tuple(Along(axis) if axis < first else Along() for axis in range(x.ndim))
    return _moments(step, x, dims, [part for part in range(x.ndim) if part in kept], like, (reads, of_x))


def batch(step: Given) -> list[Part]:
    """μ and σ² of each channel of the batch in training, and the running ones after it."""
    x = step.operands[0]
    if not step.given(5, "training", False):
        return []
    of_x = tuple(Along(0) if axis == 1 else Along() for axis in range(x.ndim))
    found = _moments(step, x, (0, *range(2, x.ndim)), [1], ((0, 1),), ((Along(1),), of_x))
    mean, variance = step.given(1, "running_mean"), step.given(2, "running_var")
    share = step.given(6, "momentum", 0.1)
    if isinstance(mean, Tensor) and isinstance(variance, Tensor) and isinstance(share, float | int):
        count = x.numel() // x.shape[1]
        unbiased = found[1].tensor * (count / max(count - 1, 1))
        text, shape = f"after: {1 - share:g}·old + {share:g}·new", tuple(mean.shape)
        after = ((mean, found[0].tensor, "μ", 1, "running_mean"), (variance, unbiased, "σ²", 2, "running_var"))
        for old, new, what, place, name in after:
            kept = (1 - share) * old + share * new
            is_new = share and (count > 1 or what == "μ")
            reach = ByAxes(tuple(x.shape), shape, of_x) if is_new else nothing(tuple(x.shape), shape)
            own = each_own(shape) if share != 1 else nothing(shape, shape)
            made = step.made(shape, {(0, "input"): reach, (place, name): own})
            none = nothing(shape, tuple(step.result.shape))
            earlier = ((("μ", "σ²").index(what), each_own(shape)),) if is_new else ()
            found.append(Part(f"running {what}", text, kept, ((0, 1),), none, made, earlier))
    return found


def instance(step: Given) -> list[Part]:
    """μ and σ² of each channel of each sample."""
    x = step.operands[0]
    if not step.given(5, "use_input_stats", True):
        return []
    own = (Along(0), Along(1))
    of_x = (*own, *[Along()] * (x.ndim - 2))
    return _moments(step, x, tuple(range(2, x.ndim)), [0, 1], ((0, 0), (0, 1)), (own, of_x))


def group(step: Given) -> list[Part]:
    """μ and σ² of each group of channels of each sample."""
    x, groups = step.operands[0], step.given(1, "num_groups")
    size = x.shape[1] // groups
    grouped = x.reshape(x.shape[0], groups, size, *x.shape[2:])
    links = np.arange(x.shape[1])[:, None] // size == np.arange(groups)
    reads = (Along(0), Along(1, links))
    of_x = (Along(0), Along(1, np.ascontiguousarray(links.T)), *[Along()] * (x.ndim - 2))
    return _moments(step, grouped, tuple(range(2, grouped.ndim)), [0, 1], ((0, 0), None), (reads, of_x))


def _moments(
    step: Given, x: Tensor, dims: tuple[int, ...], kept: list[int], like: Like, axes: tuple[Axes, Axes]
) -> list[Part]:
    """Mean and variance over dims, in the shape of the axes that are kept, those of them that are folded as 1; `axes` say
    how those of a part go with the result's, and the operand's with the part's."""
    cells = x if x.is_floating_point() else x.to(torch.float32)
    shape: Shape = tuple(1 if axis in dims else x.shape[axis] for axis in kept)
    mean = cells.mean(dims).reshape(shape)
    variance = cells.var(dims, correction=0).reshape(shape)
    of_x, result = tuple(step.operands[0].shape), tuple(step.result.shape)
    reach, reaches_x = ByAxes(shape, result, axes[0]), ByAxes(of_x, shape, axes[1])
    made = step.made(shape, {(0, "input"): reaches_x})
    found = [Part("μ", "mean", mean, like, reach, made)]
    if x[(0,) * x.ndim].numel() and all(x.shape[axis] == 1 for axis in dims):  # a cell alone does not vary
        return [*found, Part("σ²", "variance", variance, like, nothing(shape, result), step.made(shape, {}))]
    return [*found, Part("σ²", "variance", variance, like, reach, made, ((0, each_own(shape)),))]
