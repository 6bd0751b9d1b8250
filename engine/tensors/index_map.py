"""Where each cell of a moved tensor comes from, exactly: the operation itself is run on the cells' own numbers."""

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.tensors.operation import Kind
from engine.tensors.program import Instruction, Ref

FILL = -1


def index_map(one: Instruction, tensors: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return for each cell of the result the tensor it comes from (its number) and its place there, counted row by row.

    Both are int64 of the result's shape and `FILL` where the operation put in a cell of its own (triu, tril). `tensors`
    are those of the chain, of which only shapes are read. Raises `ValueError` for operations that compute.
    """
    if one.operation.kind is not Kind.MOVED:
        raise ValueError(f"{one.operation.name} does not only move cells")
    numbers = list(dict.fromkeys(ref.number for ref in one.operands()))
    sizes = torch.tensor([0, *(tensors[number].numel() for number in numbers)])
    starts = sizes.cumsum(0)

    def numbered(ref: Ref) -> Tensor:
        place = numbers.index(ref.number)
        return torch.arange(int(starts[place]), int(starts[place + 1])).add(1).view(tensors[ref.number].shape)

    moved = one.run_with(numbered).contiguous() - 1  # bucketize warns about what does not lie in one piece
    source = torch.bucketize(moved, starts[1:], right=True)
    empty = moved < 0
    numbered_sources = torch.tensor([*numbers, FILL])[source]
    places = moved - starts[source.clamp(max=len(numbers) - 1)]
    return numbered_sources.masked_fill(empty, FILL), places.masked_fill(empty, FILL)
