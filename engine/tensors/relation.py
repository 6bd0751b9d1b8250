"""Which cells of one operation's result depend on which cells of its operands, both ways, for whole sets of cells."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from engine.tensors.choices import chosen_by
from engine.tensors.devices import on_cpu
from engine.tensors.operation import Kind
from engine.tensors.program import Instruction, Ref, filled
from engine.tensors.structures import Structure, structure_of

_MASKED = "scaled_dot_product_attention"


class Relation:
    """Made once for an instruction; each question is then one product with a sparse or structured matrix.

    `tensors` are those of the chain so far, by number; only the values of an attention mask are read. With a `result`
    it tells of operations that choose (max, relu, where, dropout …) what was chosen, not what could have been.
    """

    def __init__(self, one: Instruction, tensors: Sequence[Tensor], result: Tensor | None = None) -> None:
        self.one = one
        self._chosen = result
        self.tensors = tensors
        self.numbers = tuple(dict.fromkeys(ref.number for ref in one.operands()))
        self._leaves = {
            number: torch.ones(tensors[number].shape, dtype=torch.float64, requires_grad=True)
            for number in self.numbers
        }
        with torch.enable_grad():
            self._result = self._stand_in()

    def sources(self, cells: Tensor) -> dict[int, Tensor]:
        """Return for each operand the mask of cells that those marked in `cells` (a mask of the result) can depend on."""
        if not self._result.requires_grad:
            return {number: self._none(number) for number in self.numbers}
        found = torch.autograd.grad(
            self._result, list(self._leaves.values()), cells.to(torch.float64), retain_graph=True, allow_unused=True
        )
        pairs = zip(self.numbers, found, strict=True)
        return {number: self._none(number) if grad is None else grad > 0 for number, grad in pairs}

    def touched(self, cells: Mapping[int, Tensor]) -> Tensor:
        """Return the mask of the result's cells that can depend on the marked cells of operands."""
        probe, pulled = self._pulled
        total = torch.zeros(self._result.shape, dtype=torch.float64)
        for number, marked in cells.items():
            back = pulled.get(number)
            if back is not None and back.requires_grad:
                (pushed,) = torch.autograd.grad(
                    back, probe, marked.to(torch.float64), retain_graph=True, allow_unused=True
                )
                total = total if pushed is None else total + pushed
        return total > 0

    @cached_property
    def _pulled(self) -> tuple[Tensor, dict[int, Tensor | None]]:
        """The gradients as functions of the result's weights: the derivative of these is the way forward."""
        probe = torch.zeros(self._result.shape, dtype=torch.float64, requires_grad=True)
        if not self._result.requires_grad:
            return probe, {}
        leaves = list(self._leaves.values())
        back = torch.autograd.grad(self._result, leaves, probe, create_graph=True, allow_unused=True)
        return probe, dict(zip(self.numbers, back, strict=True))

    def _stand_in(self) -> Tensor:
        structure = self._of_choice() or structure_of(self.one.operation)
        arguments, keywords = self.one.arguments, dict(self.one.keywords)
        if self.one.operation.name == _MASKED:
            arguments, keywords = self._with_mask(arguments, keywords)
        elif self.one.operation.kind is Kind.MADE and not self.numbers:
            return torch.zeros(())
        return self.one.filled_call(structure, arguments, keywords, lambda ref: self._leaves[ref.number])

    def _of_choice(self) -> Structure | None:
        if self._chosen is None:
            return None
        values = filled(self.one.arguments, lambda ref: on_cpu(self.tensors[ref.number]))
        keywords = {
            key: filled(part, lambda ref: on_cpu(self.tensors[ref.number])) for key, part in self.one.keywords.items()
        }
        return chosen_by(self.one.operation, values, keywords, on_cpu(self._chosen))

    def _with_mask(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        def both(mask: Any) -> Any:
            if not isinstance(mask, Ref):
                return mask
            real = self.tensors[mask.number]  # what is on meta is taken to let everything through
            return mask, torch.ones(real.shape, dtype=torch.bool) if real.is_meta else real.cpu()

        if "attn_mask" in keywords:
            keywords["attn_mask"] = both(keywords["attn_mask"])
        return tuple(both(part) if place == 3 else part for place, part in enumerate(arguments)), keywords

    def _none(self, number: int) -> Tensor:
        return torch.zeros(self.tensors[number].shape, dtype=torch.bool)
