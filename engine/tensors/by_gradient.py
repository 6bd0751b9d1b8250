"""Which cells depend on which where no stand-in is known: derivatives at random numbers, which are 0 by chance alone."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from engine.tensors.program import Instruction

POINTS = 3
NOISE = 1e-9  # what rounding leaves of a derivative that is 0


class ByGradient:
    """As `Relation`, from the operation itself in float64 at `POINTS` sets of random numbers between 0.5 and 1.5.

    An operation that cannot be differentiated there says that everything depends on everything.
    """

    def __init__(self, one: Instruction, tensors: Sequence[Tensor]) -> None:
        self.one = one
        self.tensors = tensors
        self.numbers = tuple(dict.fromkeys(ref.number for ref in one.operands()))
        self._chance = torch.Generator().manual_seed(20)
        self._points = [self._point() for _ in range(POINTS)]

    def sources(self, cells: Tensor) -> dict[int, Tensor]:
        """Return for each operand the mask of cells that those marked in `cells` (a mask of the result) depend on."""
        found = {number: torch.zeros(self.tensors[number].shape, dtype=torch.bool) for number in self.numbers}
        for leaves, result in self._points:
            if not result.requires_grad:
                return {number: mask | bool(cells.any()) for number, mask in found.items()}
            weights = cells.to(torch.float64) * self._random(result)
            grads = torch.autograd.grad(result, list(leaves.values()), weights, retain_graph=True, allow_unused=True)
            for number, grad in zip(leaves, grads, strict=True):
                found[number] = found[number] | (grad.abs() > NOISE if grad is not None else False)
        return found

    def touched(self, cells: Mapping[int, Tensor]) -> Tensor:
        """Return the mask of the result's cells that depend on the marked cells of operands."""
        _, shape = self._points[0]
        total = torch.zeros(shape.shape, dtype=torch.bool)
        for leaves, result in self._points:
            if not result.requires_grad:
                return total | any(bool(mask.any()) for mask in cells.values())
            probe = torch.zeros(result.shape, dtype=torch.float64, requires_grad=True)
            marked = [number for number in cells if number in leaves]
            back = torch.autograd.grad(
                result, [leaves[number] for number in marked], probe, create_graph=True, allow_unused=True
            )
            for number, grad in zip(marked, back, strict=True):
                if grad is not None and grad.requires_grad:
                    weights = cells[number].to(torch.float64) * self._random(grad)
                    (pushed,) = torch.autograd.grad(grad, probe, weights, retain_graph=True, allow_unused=True)
                    total = total if pushed is None else total | (pushed.abs() > NOISE)
        return total

    def _point(self) -> tuple[dict[int, Tensor], Tensor]:
        leaves = {number: self._random(self.tensors[number]).requires_grad_() for number in self.numbers}
        with torch.enable_grad():
            return leaves, self.one.run_with(lambda ref: leaves[ref.number])

    def _random(self, like: Tensor) -> Tensor:
        return torch.rand(like.shape, dtype=torch.float64, generator=self._chance) + 0.5
