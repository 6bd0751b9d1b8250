"""The products that a convolution sums for one cell: what lies under the kernel times the kernel."""

from itertools import product
from typing import Any

from torch import Tensor

from engine.tensors.reaches_of_layers import each_way, paddings

Cell = tuple[int, ...]
_NAMES = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
MAX_PRODUCTS = 4096


def under_kernel(
    arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell
) -> tuple[list[tuple[Tensor, Tensor]], Tensor | None]:
    """Return the pairs (input, weight) that are multiplied and summed, and what is added; those on the padding are left
    out. Without pairs where there are too many.
    """
    given = dict(zip(_NAMES, arguments, strict=False)) | keywords
    x, weight, bias = given["input"], given["weight"], given.get("bias")
    rank = weight.ndim - 2
    if weight[0].numel() > MAX_PRODUCTS:
        return [], None
    stride, dilation = (each_way(given.get(name, 1), rank) for name in ("stride", "dilation"))
    padding = [before for before, _ in paddings(given.get("padding", 0), tuple(weight.shape[2:]), dilation)]
    sample = x[cell[0]] if x.ndim == rank + 2 else x
    out, at = cell[-rank - 1], cell[-rank:]
    first = out // max(weight.shape[0] // given.get("groups", 1), 1) * weight.shape[1]
    pairs = []
    for channel, *place in product(*map(range, weight.shape[1:])):
        read = [at[way] * stride[way] - padding[way] + place[way] * dilation[way] for way in range(rank)]
        if all(0 <= one < length for one, length in zip(read, sample.shape[1:], strict=True)):
            pairs.append((sample[(first + channel, *read)], weight[(out, channel, *place)]))
    return pairs, None if bias is None else bias[out]
