"""The gradient of a loss on every tensor of a chain, and where on its way back it stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from engine.tensors.blocking import Blocked, cuts, why, why_not
from engine.tensors.chain import Chain, run_all
from engine.tensors.operation import Kind
from engine.tensors.program import Instruction
from engine.tensors.refusal import Refused
from engine.tensors.trying import TORCH_REFUSES

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Loss:
    """A single number made of the result: the sum or mean of its cells, or one `cell`; of their squares if `squared`."""

    kind: Literal["sum", "mean", "cell"] = "sum"
    cell: Cell = ()
    squared: bool = False

    def of(self, result: Tensor) -> Tensor:
        """Return the loss, 0-d. Raises `Refused` for a cell that is not there and for complex numbers."""
        if result.is_complex():
            raise Refused("A loss is a real number and the result is complex; take .real or .abs() of it.")
        if not result.is_floating_point():
            result = result.to(torch.float64)
        result = result.square() if self.squared else result
        if self.kind == "cell":
            if len(self.cell) != result.ndim or not _inside(self.cell, result):
                raise Refused(f"There is no cell {self.cell} in a result of shape {tuple(result.shape)}.")
            return result[self.cell]
        return result.mean() if self.kind == "mean" else result.sum()

    def written(self, name: str) -> str:
        """Return it as code: `(y ** 2).mean()`."""
        whole = f"({name} ** 2)" if self.squared else name
        return f"{whole}[{', '.join(map(str, self.cell))}]" if self.kind == "cell" and self.cell else (
            whole if self.kind == "cell" else f"{whole}.{self.kind}()"
        )  # fmt: skip


_NAMED = {"sum": Loss("sum"), "mean": Loss("mean")}


@dataclass(frozen=True)
class Gradients:
    """`values` by number: how the loss changes with each cell, of the tensor's shape and dtype; `blocked` by number: why
    nothing arrives there; `stops`: where on its way back the gradient stops, nearest to the loss first."""

    values: dict[int, Tensor]
    blocked: dict[int, str]
    stops: tuple[Blocked, ...]
    loss: float


def gradients(chain: Chain, loss: str | Loss = "sum", cell: Cell | None = None, number: int | None = None) -> Gradients:
    """Return the gradients of a loss of the result, or of tensor `number`: its sum, mean or one cell, or a `Loss`.

    The chain is worked out again with the same numbers, chance and edits included, and nothing of it is changed. Raises
    `Refused` for complex results, cells that are not there and derivatives that torch does not know.
    """
    end = chain.program.result if number is None else number
    if end is None:
        raise Refused("The expression gives no tensor.")
    if chain.program.is_hollow(end):
        raise Refused(
            "The result has no values, so that there are none of its gradients: it is made of what is on meta."
        )
    asked = loss if isinstance(loss, Loss) else Loss("cell", cell) if cell is not None else _NAMED[loss]
    first = len(chain.program.inputs)
    with torch.enable_grad():
        tensors, _ = run_all(chain.program, tuple(map(_leaf, chain.tensors[:first])), chain.edits, _kept)
        value = asked.of(tensors[end])
    made = _made_of(chain, end)
    values = _arriving(value, tensors, [one for one in made if tensors[one].requires_grad])
    stops = tuple(_stops(chain, tensors, made))
    blocked = {one: _why(chain, one, stops) for one in range(len(tensors)) if one not in values}
    return Gradients(values, blocked, stops, float(value.detach()))


def _arriving(value: Tensor, tensors: Sequence[Tensor], wanted: list[int]) -> dict[int, Tensor]:
    if not value.requires_grad:
        return {}
    try:
        found = torch.autograd.grad(value, [tensors[one] for one in wanted], allow_unused=True)
    except TORCH_REFUSES as error:
        raise Refused(f"The gradient cannot be worked out: {str(error).splitlines()[0][:160]}.") from None
    return {one: grad.detach() for one, grad in zip(wanted, found, strict=True) if grad is not None}


def _why(chain: Chain, number: int, stops: Sequence[Blocked]) -> str:
    """Say why nothing arrives: what it is made into stops it, or it has no part in the loss."""
    for stop in reversed(stops):
        if stop.number == number or number in _made_of(chain, stop.number):
            return stop.sentence
    if not (chain.tensors[number].is_floating_point() or chain.tensors[number].is_complex()):
        return why_not(chain.tensors[number])
    return "The loss does not depend on this tensor in a way that has a slope."


def _leaf(tensor: Tensor) -> Tensor:
    """A tensor of its own at which a gradient can arrive; whole numbers as they are."""
    copied = tensor.detach()
    return copied.requires_grad_() if copied.is_floating_point() or copied.is_complex() else copied


def _kept(one: Instruction, result: Tensor) -> Tensor:
    """A gradient arrives at what is made, drawn or worked out of whole numbers, and goes no further."""
    begins = one.operation.kind is Kind.MADE or cuts(one.operation) or not result.requires_grad
    return _leaf(result) if begins else result


def _made_of(chain: Chain, number: int) -> list[int]:
    """A tensor and all that it was made of, last first."""
    first, found = len(chain.program.inputs), {number}
    for later in range(number, first - 1, -1):
        if later in found:
            found |= {ref.number for ref in chain.program.instructions[later - first].operands()}
    return sorted(found, reverse=True)


def _stops(chain: Chain, tensors: tuple[Tensor, ...], made: list[int]) -> list[Blocked]:
    first, found = len(chain.program.inputs), []
    for number in made:
        tensor, label = tensors[number], chain.program.label(number)
        one = chain.program.instructions[number - first] if number >= first else None
        numbers = {ref.number for ref in one.operands()} if one else set()
        if one is None or not numbers:
            if not tensor.requires_grad:
                found.append(Blocked(number, label, why_not(tensor)))
        elif any(tensors[operand].requires_grad for operand in numbers) and (
            cuts(one.operation) or not tensor.requires_grad
        ):
            found.append(Blocked(number, label, why(one.operation, tensor)))
    return found


def _inside(cell: Cell, result: Tensor) -> bool:
    return all(-size <= place < size for place, size in zip(cell, result.shape, strict=True))
