"""An expression that was understood: a list of instructions in order, each one operation. Made by `planning`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.tensors.operation import Operation
from engine.tensors.refusal import Place


@dataclass(frozen=True)
class Ref:
    """A tensor by its number: the inputs come first, then one for each instruction."""

    number: int


@dataclass(frozen=True)
class Spot:
    """Where a tensor is; `is_hollow`: its cells have no values, since it is on meta or was worked out of such."""

    device: str = "cpu"
    is_hollow: bool = False


@dataclass(frozen=True)
class Instruction:
    """One operation on earlier tensors. Arguments are `Ref`, numbers, None, dtypes, slices, or tuples and lists of these."""

    operation: Operation
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    text: str
    place: Place
    name: str = ""

    def operands(self) -> list[Ref]:
        """Return the tensors that are read, in their order, each time they are named."""
        return [*refs(self.arguments), *refs(tuple(self.keywords.values()))]

    def run(self, tensors: list[Tensor], **more: Any) -> Tensor:
        """Work it out on the tensors so far."""
        return self.run_with(lambda ref: tensors[ref.number], **more)

    def run_with(self, of: Callable[[Ref], Any], **more: Any) -> Tensor:
        """Work it out with what `of` gives for each tensor that is read."""
        return self.filled_call(self.operation.run, self.arguments, {**self.keywords, **more}, of)

    @staticmethod
    def filled_call(
        run: Callable[..., Tensor], arguments: tuple[Any, ...], keywords: Mapping[str, Any], of: Callable[[Ref], Any]
    ) -> Tensor:
        """Call with each `Ref` in the arguments replaced by what `of` gives for it."""
        return run(*filled(arguments, of), **{key: filled(value, of) for key, value in keywords.items()})


@dataclass(frozen=True)
class Program:
    """Instructions over named inputs; `shapes` are tensors on the meta device and `spots` where they are, one
    for each number."""

    inputs: tuple[str, ...]
    instructions: tuple[Instruction, ...]
    shapes: tuple[Tensor, ...]
    names: Mapping[str, int] = field(default_factory=dict)
    result: int | None = None
    seed: int = 0
    spots: tuple[Spot, ...] = ()

    @property
    def devices(self) -> frozenset[str]:
        """The devices that its tensors are on."""
        return frozenset(spot.device for spot in self.spots)

    def is_hollow(self, number: int) -> bool:
        """Whether the cells of a tensor have no values; see `Spot`."""
        return number < len(self.spots) and self.spots[number].is_hollow

    def label(self, number: int) -> str:
        """Return how a tensor is called: the user's name for it, or a number."""
        if number < len(self.inputs):
            return self.inputs[number]
        return self.instructions[number - len(self.inputs)].name or f"#{number - len(self.inputs) + 1}"


def refs(argument: Any) -> Iterator[Ref]:
    """Every tensor inside an argument."""
    if isinstance(argument, Ref):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from refs(part)


def filled(argument: Any, of: Callable[[Ref], Any]) -> Any:
    """Return the argument with each `Ref` replaced."""
    if isinstance(argument, Ref):
        return of(argument)
    if isinstance(argument, tuple | list):
        return type(argument)(filled(part, of) for part in argument)
    return argument
