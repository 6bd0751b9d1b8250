"""A call whose shapes clash, as rules see it, and what they say about it. Rules read shapes, never torch's message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Operand:
    """A tensor in a call: its shape and strides and how it is written."""

    shape: Shape
    text: str
    strides: Shape = ()
    dtype: str = "float32"

    def __repr__(self) -> str:
        return self.text

    def to(self, text: str) -> "Operand":
        """Return the same written otherwise: `{}` stands for what it is now."""
        return Operand(self.shape, text.format(self.text))


@dataclass(frozen=True)
class Call:
    """One call. `infix` is its sign between two operands, `method` whether it is asked of its first."""

    name: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    infix: str = ""
    method: bool = False

    @property
    def operands(self) -> list[Operand]:
        """The tensors, lists opened."""
        parts = [*self.arguments, *self.keywords.values()]
        listed = [one for part in parts for one in (part if isinstance(part, tuple | list) else [part])]
        return [one for one in listed if isinstance(one, Operand)]

    def given(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name."""
        return self.arguments[place] if place < len(self.arguments) else self.keywords.get(name, default)

    def giving(self, place: int, name: str, value: Any) -> "Call":
        """Return the call with another argument, given as it was: by its place or by its name."""
        if place < len(self.arguments):
            return replace(self, arguments=(*self.arguments[:place], value, *self.arguments[place + 1 :]))
        return replace(self, keywords={**self.keywords, name: value})

    def written(self, *arguments: Any, name: str = "", changed: Mapping[str, Any] | None = None) -> str:
        """Return the call as text with its first arguments, name or keywords changed."""
        parts = [*map(repr, arguments), *map(repr, self.arguments[len(arguments) :])]
        if self.infix and not name:
            return f" {self.infix} ".join(parts)
        keywords = [f"{key}={value!r}" for key, value in {**self.keywords, **(changed or {})}.items()]
        if self.method:
            return f"{parts[0]}.{name or self.name}({', '.join([*parts[1:], *keywords])})"
        return f"{name or self.name}({', '.join([*parts, *keywords])})"


@dataclass(frozen=True)
class Try:
    """What might be meant instead, not yet tried; `note` warns of what it does."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Clash:
    """Why a call is refused: a sentence, the (operand, dim) pairs that clash, and what might be meant, best first;
    `operation` and `operands` are those of the call."""

    sentence: str
    dims: tuple[tuple[int, int], ...] = ()
    tries: tuple[Try, ...] = ()
    operation: str = ""
    operands: tuple[Operand, ...] = ()


def counted(number: int, what: str = "dimension") -> str:
    """Return 1 dimension, 2 dimensions."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def outside(dim: int, operand: Operand, extra: int = 0) -> str:
    """Return the sentence about a dim that a tensor does not have, empty where it has it."""
    most = max(len(operand.shape) + extra, 1)
    if -most <= dim < most:
        return ""
    return f"dim {dim} is outside [{-most}, {most - 1}]: {operand.text} has {counted(len(operand.shape))}."


def broadcast(shapes: Sequence[Shape]) -> tuple[int, tuple[int, int]] | None:
    """Return the first clash from the right as (distance from the right, the two operands), None if all go together."""
    for back in range(1, max(map(len, shapes), default=0) + 1):
        sizes = [
            (number, shape[-back]) for number, shape in enumerate(shapes) if back <= len(shape) and shape[-back] != 1
        ]
        for number, size in sizes[1:]:
            if size != sizes[0][1]:
                return back, (sizes[0][0], number)
    return None


def stretches(shape: Shape, into: Shape) -> bool:
    """Whether a shape goes into another one by stretching dims of size 1 and putting dims before."""
    pairs = zip(reversed(shape), reversed(into), strict=False)
    return len(shape) <= len(into) and all(one in (1, other) for one, other in pairs)


def firsts(operand: Operand, number: int, dim: int, what: str) -> tuple[tuple[Operand, str], ...]:
    """Return an operand cut to this number of cells along a dim, with what to mind; nothing where it has no more."""
    if not 0 < number < (operand.shape[dim] if dim < len(operand.shape) else 0):
        return ()
    before, after = (":, " * dim, "") if dim < 2 else ("..., ", ", :" * (len(operand.shape) - dim - 1))
    text = f"{{}}[{before}:{number}{after}]"
    return ((operand.to(text), f"only the first {what if number == 1 else f'{number} {what}s'}"),)
