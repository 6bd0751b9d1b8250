"""A step with the tensors in its arguments, and a `Part` of it: something that is worked out on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from engine.tensors.chain import Chain
from engine.tensors.program import Instruction, Ref, filled, refs
from engine.tensors.reach import Along, ByAxes, Nothing, Reach

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """One tensor on the way. `like` names for each of its axes an axis of an operand, as (operand, axis), or None for one
    that is new; `reach` leads from the result to it, `made` from it to each operand: what would change with a cell if
    everything that does not come of that cell were held; `earlier` leads to parts before it that it reads, by their places.
    """

    name: str
    text: str
    tensor: Tensor
    like: tuple[tuple[int, int] | None, ...]
    reach: Reach
    made: tuple[Reach, ...]
    earlier: tuple[tuple[int, Reach], ...] = ()


class Given:
    """An instruction with the tensors in its arguments."""

    def __init__(self, chain: Chain, number: int) -> None:
        self.chain, self.number = chain, number
        self.one: Instruction = chain.program.instructions[number - len(chain.program.inputs)]
        self.operands = [chain.tensors[ref.number] for ref in self.one.operands()]
        self.result = chain.tensors[number]

    def given(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name, tensors as they are."""
        arguments = self.one.arguments
        part = arguments[place] if place < len(arguments) else self.one.keywords.get(name, default)
        return filled(part, lambda ref: self.chain.tensors[ref.number])

    def label(self, place: int, name: str) -> str:
        """Return how the tensor in an argument is called, empty where none is given."""
        arguments = self.one.arguments
        part = arguments[place] if place < len(arguments) else self.one.keywords.get(name)
        return self.chain.program.label(part.number) if isinstance(part, Ref) else ""

    def made(self, part: Shape, of: Mapping[tuple[int, str], Reach]) -> tuple[Reach, ...]:
        """Return the reach from a part of this shape to each operand: of the arguments that are named by their places and
        names, nothing of the others."""
        found: list[Reach] = [nothing(tuple(one.shape), part) for one in self.operands]
        for (place, name), reach in of.items():
            operand = self._operand(place, name)
            if operand is not None:
                found[operand] = reach
        return tuple(found)

    def _operand(self, place: int, name: str) -> int | None:
        """Which of the operands stands in an argument."""
        arguments, keywords = self.one.arguments, self.one.keywords
        if place < len(arguments):
            before = sum(len(list(refs(part))) for part in arguments[:place])
            return before if isinstance(arguments[place], Ref) else None
        if not isinstance(keywords.get(name), Ref):
            return None
        names = list(keywords)
        first = [*arguments, *(keywords[one] for one in names[: names.index(name)])]
        return sum(len(list(refs(part))) for part in first)


def nothing(shape: Shape, result: Shape) -> Nothing:
    """Return the reach of what does not count."""
    return Nothing(shape, result)


def each_own(shape: Shape) -> ByAxes:
    """Return the reach of cells that go with their own."""
    return ByAxes(shape, shape, tuple(map(Along, range(len(shape)))))
