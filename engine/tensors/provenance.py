"""Which cells made a cell and what a cell touches, through a whole chain."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.tensors.asking import program_of
from engine.tensors.by_gradient import ByGradient
from engine.tensors.chain import Chain
from engine.tensors.parts import parts_of
from engine.tensors.relation import Relation
from engine.tensors.structures import is_known

Cell = tuple[int, ...]


class Provenance:
    """Answers for a chain. What an instruction needs is made at its first question and kept.

    Answers map a tensor's number (inputs first, then instructions) to a mask of its shape; tensors with no
    cell are left out. Asked is what a cell *could* depend on, whatever the numbers; with `did`, what it did depend on with
    these numbers: the winner of a max, the branch of a where, what relu and dropout let through.
    """

    def __init__(self, chain: Chain, did: bool = False) -> None:
        self.chain = chain
        self.did = did
        self._relations: dict[int, Relation | ByGradient] = {}

    def of_part(self, number: int, place: int, cell: Cell) -> tuple[dict[int, Tensor], dict[int, Tensor]]:
        """Return the cells of every earlier tensor that a cell of a part of step `number` can depend on, and those of the
        step's result and of later tensors that can depend on it."""
        part = parts_of(self.chain, number)[place]
        one = self.chain.program.instructions[number - len(self.chain.program.inputs)]
        mark = np.zeros(tuple(part.tensor.shape), dtype=bool)
        mark[cell] = True
        found: dict[int, Tensor] = {}
        for ref, reach in zip(one.operands(), part.made, strict=True):
            mask = torch.from_numpy(reach.sources(mark))
            if mask.any():
                found[ref.number] = found[ref.number] | mask if ref.number in found else mask
        touched = torch.from_numpy(part.reach.touched(mark))
        after = {number: touched, **self.touched(number, touched)} if touched.any() else {}
        return self._back(found, number - 1), after

    def sources(self, number: int, cell: Cell | Tensor) -> dict[int, Tensor]:
        """Return the cells of every earlier tensor that a cell (or a mask) of tensor `number` can depend on."""
        found = self._back({number: self._mask(number, cell)}, number)
        del found[number]
        return found

    def _back(self, found: dict[int, Tensor], last: int) -> dict[int, Tensor]:
        """Follow masks of tensors, up to the one with number `last`, back to everything before."""
        first = len(self.chain.program.inputs)
        for later in range(last, first - 1, -1):
            if later in found:
                for operand, mask in self._relation(later).sources(found[later]).items():
                    if mask.any():
                        found[operand] = found[operand] | mask if operand in found else mask
        return found

    def touched(self, number: int, cell: Cell | Tensor) -> dict[int, Tensor]:
        """Return the cells of every later tensor that can depend on a cell (or a mask) of tensor `number`."""
        found = {number: self._mask(number, cell)}
        first = len(self.chain.program.inputs)
        for later in range(max(number + 1, first), len(self.chain.tensors)):
            one = self.chain.program.instructions[later - first]
            marked = {ref.number: found[ref.number] for ref in one.operands() if ref.number in found}
            if marked:
                mask = self._relation(later).touched(marked)
                if mask.any():
                    found[later] = mask
        del found[number]
        return found

    def _relation(self, number: int) -> Relation | ByGradient:
        if number not in self._relations:
            one = self.chain.program.instructions[number - len(self.chain.program.inputs)]
            result = self.chain.tensors[number] if self.did else None
            known = is_known(one.operation)
            self._relations[number] = (
                Relation(one, self.chain.tensors, result) if known else ByGradient(one, self.chain.tensors)
            )
        return self._relations[number]

    def _mask(self, number: int, cell: Cell | Tensor) -> Tensor:
        if isinstance(cell, Tensor):
            return cell
        mask = torch.zeros(self.chain.tensors[number].shape, dtype=torch.bool)
        mask[cell] = True
        return mask


def provenance(operation: str, *shapes: Cell, cell: Cell, **keywords: Any) -> tuple[Tensor, ...]:
    """Return for each operand the mask of cells that a cell of the result can depend on.

    `provenance("matmul", (2, 3), (3, 4), cell=(0, 1))` marks row 0 and column 1. Raises `Refused` for shapes that clash.
    """
    program = program_of(operation, shapes, keywords)
    chain = Chain(program, tuple(torch.ones(one.shape, dtype=one.dtype) for one in program.shapes))
    found: Mapping[int, Tensor] = Provenance(chain).sources(len(shapes), cell)
    empty = (torch.zeros(shape, dtype=torch.bool) for shape in shapes)
    return tuple(found.get(number, none) for number, none in enumerate(empty))
