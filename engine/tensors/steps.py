"""Operations with an inner loop, moment by moment: matmul's dot products, the sliding kernel, the stages of softmax."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.tensors.chain import Chain
from engine.tensors.moments import Moment, Steps, cells_of, partial
from engine.tensors.program import Instruction, filled
from engine.tensors.refusal import Refused
from engine.tensors.relation import Relation
from engine.tensors.stages import STAGES, Stage

MAX_CELLS = 1 << 14
_PRODUCTS = ("matmul", "mm", "bmm", "mv", "dot", "linear")
_PREFIXES = ("cumsum", "cumprod")
_SLIDING = ("conv1d", "conv2d", "einsum", "outer")
_DIMS = {"row": -2, "column": -1}


def steps(chain: Chain, number: int, view: str = "") -> Steps | None:
    """Return how tensor `number` of a chain is worked out, None where its operation has no inner loop.

    Views: products `dot`, `row`, `column`, `outer`; convolutions and einsum `cell`; cumsum `prefix`; softmax, norms and
    attention `stages`. The first is taken where `view` is none of them. Raises `Refused` beyond `MAX_CELLS` cells.
    """
    first = len(chain.program.inputs)
    if number < first:
        return None
    one = chain.program.instructions[number - first]
    made = _views(one, chain.tensors[number])
    if not made:
        return None
    if max(tensor.numel() for tensor in (chain.tensors[number], *_operands(chain, one))) > MAX_CELLS:
        raise Refused(f"{one.operation.name} has more than {MAX_CELLS:,} cells here, too many to be played.")
    chosen = view if view in made else made[0]
    count, moment = _player(chain, one, number, chosen)
    return Steps(chosen, made, count, moment)


def _views(one: Instruction, result: Tensor) -> tuple[str, ...]:
    name = one.operation.name
    if name in _PRODUCTS:
        lanes = ("dot", "row", "column", "outer") if result.ndim > 1 else ("dot", "outer")
        return lanes if result.numel() else ()
    if name in _SLIDING:
        return ("cell",) if result.numel() else ()
    if name in _PREFIXES:
        return ("prefix",) if result.numel() else ()
    return ("stages",) if name in STAGES else ()


def _player(chain: Chain, one: Instruction, number: int, view: str) -> tuple[int, Callable[[int], Moment]]:
    result = chain.tensors[number]
    if view == "stages":
        stages = STAGES[one.operation.name](*_given(chain, one))
        return len(stages), lambda index: _of_stage(chain, one, stages[index])
    if view == "outer":
        return _outer(chain, one)
    relation = Relation(one, chain.tensors)
    if view == "prefix":
        dim = _dim(one) % max(result.ndim, 1)
        return result.shape[dim] if result.ndim else 1, lambda index: _along(relation, result, dim, index, prefix=True)
    if view in _DIMS:
        kept = [size for place, size in enumerate(result.shape) if place != result.ndim + _other(view)]
        return int(torch.tensor(kept).prod()), lambda index: _lane(relation, result, _other(view), index)
    return result.numel(), lambda index: _cell(relation, result, index)


def _other(view: str) -> int:
    """A row is written along the columns, a column along the rows."""
    return -1 if view == "row" else -2


def _cell(relation: Relation, result: Tensor, index: int) -> Moment:
    mask, done = torch.zeros(result.numel(), dtype=torch.bool), torch.zeros(result.numel(), dtype=torch.bool)
    mask[index], done[: index + 1] = True, True
    return _moment(relation, result, mask.view(result.shape), done.view(result.shape))


def _lane(relation: Relation, result: Tensor, along: int, index: int) -> Moment:
    """One row or column of one matrix at a time."""
    mask, done = torch.zeros(result.shape, dtype=torch.bool), torch.zeros(result.shape, dtype=torch.bool)
    for marked, upto in ((mask, slice(index, index + 1)), (done, slice(0, index + 1))):
        lanes = marked.movedim(along, -1)
        flat = lanes.reshape(-1, lanes.shape[-1])
        flat[upto] = True
        marked.copy_(flat.view(lanes.shape).movedim(-1, along))
    return _moment(relation, result, mask, done)


def _along(relation: Relation, result: Tensor, dim: int, index: int, *, prefix: bool) -> Moment:
    """All lanes at once, one place further."""
    mask, done = torch.zeros(result.shape, dtype=torch.bool), torch.zeros(result.shape, dtype=torch.bool)
    if not result.ndim:
        return _moment(relation, result, ~mask, ~done)
    mask.select(dim, index).fill_(True)
    done.narrow(dim, 0, index + 1).fill_(prefix)
    return _moment(relation, result, mask, done)


def _moment(relation: Relation, result: Tensor, mask: Tensor, done: Tensor) -> Moment:
    reads = {number: cells_of(found) for number, found in relation.sources(mask).items() if found.any()}
    cells = cells_of(mask)
    text = (
        f"{relation.one.operation.name}: cell {cells[0]}"
        if len(cells) == 1
        else f"{relation.one.operation.name}: {len(cells)} cells"
    )
    return Moment(text, reads, cells, partial(result, done))


def _outer(chain: Chain, one: Instruction) -> tuple[int, Callable[[int], Moment]]:
    """Column k of A times row k of B, added up."""
    arguments, keywords = _given(chain, one)
    turned = one.operation.name == "linear"
    a, b = arguments[0], (arguments[1].mT if turned and arguments[1].ndim > 1 else arguments[1])
    numbers = [ref.number for ref in one.operands()]
    bias = (arguments[2] if len(arguments) > 2 else keywords.get("bias")) if turned else None

    def moment(index: int) -> Moment:
        upto = index + 1
        sums = torch.matmul(a[..., :upto], b[:upto] if b.ndim == 1 else b[..., :upto, :])
        sums = sums + bias if bias is not None and upto == a.shape[-1] else sums
        left, right = torch.zeros(a.shape, dtype=torch.bool), torch.zeros(b.shape, dtype=torch.bool)
        left[..., index] = True
        right[(index,) if b.ndim == 1 else (..., index, slice(None))] = True
        right = right.mT if turned and b.ndim > 1 else right
        reads = {numbers[0]: cells_of(left)}
        reads[numbers[1]] = (*reads.get(numbers[1], ()), *cells_of(right)) if numbers[1] in reads else cells_of(right)
        text = f"column {index} of the first times row {index} of the second, added"
        return Moment(text, reads, cells_of(torch.ones(sums.shape, dtype=torch.bool)), partial(sums))

    return max(a.shape[-1], 0), moment


def _of_stage(chain: Chain, one: Instruction, stage: Stage) -> Moment:
    numbers = [ref.number for ref in one.operands()]
    reads = {
        numbers[place]: cells_of(torch.ones(chain.tensors[numbers[place]].shape, dtype=torch.bool))
        for place in stage.reads
    }
    shape = stage.values.shape
    return Moment(
        stage.text, reads, cells_of(torch.ones(shape, dtype=torch.bool)), partial(stage.values, name=stage.name)
    )


def _given(chain: Chain, one: Instruction) -> tuple[tuple[Any, ...], dict[str, Any]]:
    arguments = filled(one.arguments, lambda ref: chain.tensors[ref.number])
    return arguments, {key: filled(part, lambda ref: chain.tensors[ref.number]) for key, part in one.keywords.items()}


def _operands(chain: Chain, one: Instruction) -> list[Tensor]:
    return [chain.tensors[ref.number] for ref in one.operands()]


def _dim(one: Instruction) -> int:
    return int(one.arguments[1] if len(one.arguments) > 1 else one.keywords["dim"])
