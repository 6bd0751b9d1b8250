"""Whether torch takes a call: asked of the meta device, and of the CPU where the meta device takes more than others do."""

import warnings
from collections.abc import Sequence
from itertools import combinations, product

import torch
from torch import Tensor

from engine.tensors.operation import Kind
from engine.tensors.program import Instruction
from engine.tensors.seeding import own_chance
from engine.tensors.sizes import TooLarge, Watch

TORCH_REFUSES = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, ArithmeticError, AttributeError)
MAX_TRIED = 1 << 16
"""Cells of a tensor that is tried on the CPU; larger ones are left to their turn."""
MAX_ASKED = 1 << 12
"""Cells of an operand of a call that is tried there although its result is not known."""
_COMMON = {torch.float32, torch.float64}
_OTHERS = (torch.float32, torch.bool, torch.int64, torch.complex64)
_MOST_CHANGED = 5


def _on_meta(one: Instruction, shapes: Sequence[Tensor]) -> Tensor:
    """Return the meta result of an instruction. Raises `TooLarge` or what torch raises."""
    makes = one.operation.kind is Kind.MADE and not one.operation.name.endswith("_like")
    with Watch(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        result = one.run(list(shapes), **({"device": "meta"} if makes else {}))
    if not isinstance(result, Tensor):
        raise TypeError(f"{one.operation.name} does not give one tensor with these arguments")
    return result


def tried(one: Instruction, shapes: Sequence[Tensor]) -> Tensor:
    """Return the meta result of an instruction. Raises `TooLarge` or what torch raises on the CPU, whose word counts about
    dtypes and about the bias of `linear` (seen with torch 2.13); it is asked with ones, of nothing large.
    """
    operands = [shapes[ref.number] for ref in one.operands()]
    is_doubtful = _is_doubtful(one, operands)
    try:
        result = _on_meta(one, shapes)
    except TORCH_REFUSES:
        if not is_doubtful or max(map(_extent, operands), default=0) > MAX_ASKED:
            raise
        return _on_cpu(one, shapes).to("meta")
    if is_doubtful and max(map(_extent, (*operands, result))) <= MAX_TRIED:
        _on_cpu(one, shapes)
    return result


def _is_doubtful(one: Instruction, operands: Sequence[Tensor]) -> bool:
    bias = one.operation.name == "linear" and len(operands) == 3 and operands[2].shape != operands[1].shape[:1]
    return "dtype" in one.keywords or bias or any(part.dtype not in _COMMON for part in operands)


def _on_cpu(one: Instruction, shapes: Sequence[Tensor]) -> Tensor:
    with own_chance(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        return one.run_with(lambda ref: _ones(shapes[ref.number]))


def fitting_dtypes(one: Instruction, shapes: Sequence[Tensor]) -> dict[int, torch.dtype]:
    """Return the dtypes of operands, by their places, with which a call that is refused would be taken: one dtype for as
    few operands as can be. Empty where no dtype helps.
    """
    numbers = [ref.number for ref in one.operands()]
    given = sorted((shapes[number].dtype for number in numbers), key=lambda dtype: not dtype.is_floating_point)
    wanted = list(dict.fromkeys([*given, *_OTHERS]))
    for count in range(1, min(len(numbers), _MOST_CHANGED) + 1):
        for dtype, places in product(wanted, combinations(range(len(numbers)), count)):
            if all(shapes[numbers[place]].dtype != dtype for place in places):
                changed = {numbers[place] for place in places}
                other = [_as(shape, dtype) if number in changed else shape for number, shape in enumerate(shapes)]
                if is_taken(one, other):
                    return dict.fromkeys(places, dtype)
    return {}


def is_taken(one: Instruction, shapes: Sequence[Tensor]) -> bool:
    """Whether torch takes a call of these operands."""
    try:
        tried(one, shapes)
    except (TooLarge, *TORCH_REFUSES):
        return False
    return True


def _as(shape: Tensor, dtype: torch.dtype) -> Tensor:
    return torch.empty_strided(shape.shape, shape.stride(), dtype=dtype, device="meta")


def _extent(shape: Tensor) -> int:
    """How many places in memory a tensor reaches over."""
    if not shape.numel():
        return 0
    return 1 + sum((length - 1) * step for length, step in zip(shape.shape, shape.stride(), strict=True))


def _ones(shape: Tensor) -> Tensor:
    return torch.ones(_extent(shape), dtype=shape.dtype).as_strided(shape.shape, shape.stride())
