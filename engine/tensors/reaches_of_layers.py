"""Reaches of norms, linear layers, convolutions and attention."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.tensors.program import Ref
from engine.tensors.reach import Along, Mask, any_along

if TYPE_CHECKING:
    from engine.tensors.reaches import Rule, Use

Axes = list[tuple[Along, ...] | None]
"""For each operand how its axes go with those of the result, None where it is not read."""
MAX_LINKS = 1 << 20


@dataclass(frozen=True)
class Sliding:
    """How a kernel slides along one axis; `before` and `after` are the cells of padding."""

    kernel: int
    stride: int
    dilation: int
    before: int
    after: int


def _linear(use: "Use") -> Axes | None:
    x, weight = use.shapes[:2]
    if len(weight) != 2 or not x:
        return None
    last = len(use.result) - 1
    return [
        (*map(Along, range(last)), Along()),
        (Along(last), Along()),
        *([(Along(last),)] if len(use.shapes) > 2 else []),
    ]


def _layer_norm(use: "Use") -> Axes | None:
    shape = use.given(1, "normalized_shape")
    first = len(use.result) - len(shape)
    if np.prod(shape, dtype=np.int64) <= 1:
        return None
    x = tuple(Along(axis, reads_all=axis >= first) for axis in range(len(use.result)))
    return [x, *[tuple(Along(first + axis) for axis in range(len(shape)))] * (len(use.shapes) - 1)]


def _group_norm(use: "Use") -> Axes | None:
    x, groups = use.shapes[0], use.given(1, "num_groups")
    if not isinstance(groups, int) or np.prod(x[1:], dtype=np.int64) <= groups or x[1] ** 2 > MAX_LINKS:
        return None
    channel = np.arange(x[1]) // max(x[1] // groups, 1)
    axes = (
        Along(0),
        Along(1, channel[:, None] == channel),
        *(Along(axis, reads_all=True) for axis in range(2, len(x))),
    )
    return [axes, *_channels(use, 1)]


def _batch_norm(use: "Use") -> Axes | None:
    return _tracked(use, 5, "training", (0,))


def _instance_norm(use: "Use") -> Axes | None:
    return _tracked(use, 5, "use_input_stats", ())


def _tracked(use: "Use", place: int, flag: str, with_batch: tuple[int, ...]) -> Axes | None:
    """By the batch's own statistics in training, by the running ones otherwise; in training those are not read."""
    x = use.shapes[0]
    if len(x) < 2:
        return None
    if use.given(place, flag, flag == "use_input_stats"):
        lane = {*with_batch, *range(2, len(x))}
        if np.prod([x[axis] for axis in lane], dtype=np.int64) <= 1:
            return None
        own = tuple(Along(axis, reads_all=axis in lane) for axis in range(len(x)))
        return [own, *(None if name.startswith("running") else (Along(1),) for name in _named(use)[1:])]
    return [tuple(map(Along, range(len(x)))), *_channels(use, 1)]


def _named(use: "Use") -> list[str]:
    """Return the names of the tensors that a norm with running statistics is given, in the order of its operands."""
    names = ("input", "running_mean", "running_var", "weight", "bias")
    given = [*zip(names, use.one.arguments, strict=False), *use.one.keywords.items()]
    return [name for name, part in given if isinstance(part, Ref)]


def _channels(use: "Use", first: int) -> Axes:
    return [(Along(1),)] * (len(use.shapes) - first)


def _convolved(use: "Use") -> Axes | None:
    x, weight = use.shapes[:2]
    batched = len(x) == len(weight)
    groups = use.given(6, "groups", 1)
    if len(use.result) != len(x):
        return None
    channel = int(batched)
    outs, ins = weight[0], x[channel]
    group_of_out = np.arange(outs) // max(outs // groups, 1)
    group_of_in = np.arange(ins) // max(ins // groups, 1)
    on_x = [*([Along(0)] if batched else []), Along(channel, group_of_out[:, None] == group_of_in)]
    on_weight = [Along(channel), Along()]
    for axis, way in enumerate(sliding_of(use), channel + 1):
        links = _slid(use.result[axis], x[axis], way)
        if links is None:
            return None
        on_x.append(Along(axis, any_along(links, (2,))))
        on_weight.append(Along(axis, any_along(links, (1,))))
    return [tuple(on_x), tuple(on_weight), *([(Along(channel),)] if len(use.shapes) > 2 else [])]


def _slid(out: int, length: int, way: Sliding) -> Mask | None:
    """[place of the result, place of the input, place in the kernel]; what falls on the padding is left out."""
    if out * length * way.kernel > MAX_LINKS:
        return None
    reads = np.arange(out)[:, None] * way.stride - way.before + np.arange(way.kernel) * way.dilation
    links: Mask = reads[:, None, :] == np.arange(length)[None, :, None]
    return links


def sliding_of(use: "Use") -> list[Sliding]:
    """Return how the kernel of a convolution slides along each of its ways."""
    kernels = use.shapes[1][2:]
    rank = len(kernels)
    strides, dilations = (each_way(use.given(place, name, 1), rank) for place, name in ((3, "stride"), (5, "dilation")))
    ends = paddings(use.given(4, "padding", 0), kernels, dilations)
    ways = zip(kernels, strides, dilations, ends, strict=True)
    return [Sliding(kernel, stride, dilation, *end) for kernel, stride, dilation, end in ways]


def paddings(padding: Any, kernels: tuple[int, ...], dilations: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the cells that are added before and after the input, each way; "same" adds the odd one after."""
    if padding == "same":
        totals = [dilation * (kernel - 1) for kernel, dilation in zip(kernels, dilations, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]
    return [(one, one) for one in each_way(0 if padding == "valid" else padding, len(kernels))]


def each_way(value: Any, rank: int) -> tuple[int, ...]:
    """Return a setting of a convolution for each of its ways, where one number may stand for all."""
    parts = tuple(value) if isinstance(value, tuple | list) else (value,)
    return parts * rank if len(parts) == 1 else parts


def _attention(use: "Use") -> Axes | None:
    """Without a mask, or causal: a query looks at the keys up to its own place."""
    if len(use.shapes) != 3 or use.given(7, "enable_gqa", False) or use.given(3, "attn_mask") is not None:
        return None
    q, k, v = use.shapes
    queries, keys, batch = q[-2], k[-2], use.result[:-2]
    if {q[:-2], k[:-2], v[:-2]} != {batch} or queries * keys > MAX_LINKS:
        return None
    allowed = np.tri(queries, keys, dtype=bool) if use.given(5, "is_causal", False) else np.ones((queries, keys), bool)
    several = allowed.sum(axis=1) > 1  # the weight of one allowed key is 1, whatever its score
    row, last = len(batch), len(batch) + 1
    before = tuple(map(Along, range(row)))
    return [
        (*before, Along(row, np.diag(several)), Along()),
        (*before, Along(row, allowed & several[:, None]), Along()),
        (*before, Along(row, allowed), Along(last)),
    ]


LAYERS: "dict[str, Rule]" = {
    "linear": _linear,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "conv1d": _convolved,
    "conv2d": _convolved,
    "scaled_dot_product_attention": _attention,
}
