"""The gradient of a loss on every tensor of a chain, and in words where none arrives."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.tensors.calls import TORCH_REFUSES
from engine.tensors.chain import Chain, edited, own_chance
from engine.tensors.operation import Kind
from engine.tensors.refusal import Refused

LOSSES: dict[str, Callable[[Tensor], Tensor]] = {"sum": torch.sum, "mean": torch.mean}
_BLOCKING = {"argmax", "argmin", "count_nonzero", "all", "any", "max.indices", "min.indices"}


@dataclass(frozen=True)
class Gradients:
    """`values` by number: how the loss changes with each cell; `blocked` by number: why nothing arrives there."""

    values: dict[int, Tensor]
    blocked: dict[int, str]


def gradients(chain: Chain, loss: str = "sum", cell: tuple[int, ...] | None = None) -> Gradients:
    """Return the gradients of the sum, the mean or one cell of the result. Raises `Refused` for complex results."""
    result = chain.program.result
    if result is None or chain.tensors[result].is_complex():
        raise Refused("A loss is made of real numbers.")
    tensors = _again(chain)
    end = tensors[result]
    if end.requires_grad:
        total = end[cell] if cell is not None else LOSSES[loss](end)
        try:
            total.backward()
        except TORCH_REFUSES as error:
            raise Refused(f"The gradient cannot be worked out: {str(error).splitlines()[0][:160]}.") from None
    values = {number: one.grad for number, one in enumerate(tensors) if one.requires_grad and one.grad is not None}
    blocked = {number: _why(chain, number, result) for number in range(len(tensors)) if number not in values}
    return Gradients(values, blocked)


def _again(chain: Chain) -> list[Tensor]:
    """Work the chain out once more with the same chance, this time keeping what leads to each tensor."""
    program = chain.program
    tensors = [one.clone().requires_grad_(one.is_floating_point()) for one in chain.tensors[: len(program.inputs)]]
    with own_chance(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.default_generator.manual_seed(program.seed)
        for one in program.instructions:
            with torch.set_grad_enabled(one.operation.kind is not Kind.MADE):
                tensors.append(one.run(tensors))
            if one.operation.kind is Kind.MADE:
                edited(tensors[-1], program.label(len(tensors) - 1), chain.edits)
                tensors[-1].requires_grad_(tensors[-1].is_floating_point())
            elif tensors[-1].requires_grad:
                tensors[-1].retain_grad()
    return tensors


def _why(chain: Chain, number: int, result: int) -> str:
    """Say why nothing arrives: whole numbers, or an operation on the way that has no slope."""
    tensor, first = chain.tensors[number], len(chain.program.inputs)
    for later in range(max(number + 1, first), result + 1):
        one = chain.program.instructions[later - first]
        if any(ref.number == number for ref in one.operands()) and one.operation.name in _BLOCKING:
            return f"{one.operation.name} blocks the gradient: its result jumps, and has no slope between the jumps."
    if not tensor.is_floating_point():
        return "Whole numbers and truth have no gradient."
    return "The loss does not depend on this tensor in a way that has a slope."
