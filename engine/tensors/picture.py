"""A chain as a window shows it: plain values and numpy arrays. Knows no torch, so that the window may read it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tensors.ghosts import Ghosts, ghosts_from_wire
from engine.tensors.reach import Reach, from_wire

MAX_CELLS = 1 << 18
"""Of a larger tensor only a corner is shown."""


@dataclass(frozen=True)
class TensorPicture:
    """One tensor. `values` are its cells, or a corner of them: float32, float64, whole numbers, truth or complex; `axes`
    numbers its axes, the same where they are the same axis; `rounding` says what its dtype did to its cells, where it was
    cast or asked for; `device` is where it is, of the `devices` that there are; without `has_values`, as on meta, its
    `values` are 0 and mean nothing; the statistics are of its finite cells, None without any."""

    name: str
    text: str
    kind: str
    shape: tuple[int, ...]
    dtype: str
    strides: tuple[int, ...]
    offset: int
    contiguous: bool
    shares: tuple[str, ...]
    verdict: str
    logical_bytes: int
    physical_bytes: int
    axes: tuple[int, ...]
    values: NDArray[Any]
    rounding: str
    device: str
    devices: tuple[str, ...]
    has_values: bool
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    nans: int
    infinities: int

    @property
    def is_whole(self) -> bool:
        """Whether all cells are here."""
        return self.values.shape == self.shape

    @property
    def is_complex(self) -> bool:
        """Whether its cells have two parts."""
        return self.values.dtype.kind == "c"

    @property
    def is_made(self) -> bool:
        """Whether it is made of numbers alone, so that its cells can be changed."""
        return self.kind == "made" and self.has_values


@dataclass(frozen=True)
class PartPicture:
    """What is worked out on the way to a result, such as the noise of a sample: a tensor whose text says what it is, which
    of its cells the result's read, for each operand which its own cells are made of, and the parts before it that it reads,
    by their places in the step."""

    tensor: TensorPicture
    reach: Reach
    made: tuple[Reach, ...]
    earlier: tuple[tuple[int, Reach], ...] = ()


@dataclass(frozen=True)
class StepPicture:
    """One operation: the numbers of its result and operands, and for each operand its reach (None: to be asked); `place`
    is where it is written, as line, first column and column after the last; `dtypes` says why a mix of dtypes gave that of
    the result, where there was one; `notes` are sentences beside it; `letters` name the axes of operands and result where
    an einsum does; `ghosts`, of operands and result, are what is drawn beside their cells; `parts` stand between them.
    """

    number: int
    operation: str
    torch_name: str
    kind: str
    text: str
    place: tuple[int, int, int]
    operands: tuple[int, ...]
    reaches: tuple[Reach | None, ...]
    dtypes: str
    notes: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    ghosts: tuple[Ghosts | None, ...] = ()
    parts: tuple[PartPicture, ...] = ()


@dataclass(frozen=True)
class ChainPicture:
    """Everything of a chain: tensors by number, one step for each. Numbers go on with the parts of the steps."""

    tensors: tuple[TensorPicture, ...]
    steps: tuple[StepPicture, ...]
    result: int | None

    @cached_property
    def parts(self) -> tuple[tuple[StepPicture, int], ...]:
        """Every part, as its step and its place there."""
        return tuple((step, place) for step in self.steps for place in range(len(step.parts)))

    def part(self, number: int) -> tuple[StepPicture, int] | None:
        """Return the step of which this number is a part, and its place there; None where it is a tensor's."""
        return None if number < len(self.tensors) else self.parts[number - len(self.tensors)]

    def first_part(self, step: StepPicture) -> int:
        """Return the number of the first part of a step; the others follow."""
        return len(self.tensors) + sum(len(one.parts) for one in self.steps if one.number < step.number)

    def holds(self, number: int) -> bool:
        """Whether there is a tensor or a part with this number."""
        return 0 <= number < len(self.tensors) + len(self.parts)

    def tensor(self, number: int) -> TensorPicture:
        """Return a tensor, or a part as one."""
        found = self.part(number)
        return self.tensors[number] if found is None else found[0].parts[found[1]].tensor

    def step_of(self, number: int) -> int:
        """Return the number of the step that makes a tensor or a part."""
        found = self.part(number)
        return number if found is None else found[0].number


@dataclass(frozen=True)
class FixPicture:
    """What can be written instead of what is refused."""

    text: str
    shape: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class RefusalPicture:
    """Why an expression is not worked out: a sentence, where (line, column, end), the operands as (text, shape), the
    (operand, dim) pairs that clash, fixes, the whole expression with each of them, and what torch says."""

    sentence: str
    place: tuple[int, int, int]
    operation: str
    operands: tuple[tuple[str, tuple[int, ...]], ...]
    dims: tuple[tuple[int, int], ...]
    hidden: str
    fixes: tuple[FixPicture, ...]
    raw: str


def chain_picture(value: Mapping[str, Any]) -> ChainPicture:
    """Read a chain as it came through a pipe."""
    return ChainPicture(
        tuple(_read(TensorPicture, one) for one in value["tensors"]),
        tuple(_read(StepPicture, {**one, **_with_reaches(one)}) for one in value["steps"]),
        value["result"],
    )


def _with_reaches(step: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reaches": [from_wire(part) for part in step["reaches"]],
        "ghosts": [ghosts_from_wire(part) for part in step["ghosts"]],
        "parts": [_part(one) for one in step["parts"]],
    }


def _part(value: Mapping[str, Any]) -> PartPicture:
    reach, *made = (found for found in map(from_wire, [value["reach"], *value["made"]]) if found is not None)
    earlier = tuple((place, found) for place, one in value["earlier"] if (found := from_wire(one)) is not None)
    return PartPicture(_read(TensorPicture, value["tensor"]), reach, tuple(made), earlier)


def refusal_picture(value: Mapping[str, Any]) -> RefusalPicture:
    """Read a refusal as it came through a pipe."""
    operands = tuple((text, tuple(shape)) for text, shape in value["operands"])
    fixes = tuple(_read(FixPicture, one) for one in value["fixes"])
    found: RefusalPicture = _read(RefusalPicture, {**value, "operands": operands, "fixes": fixes})
    return found


def _read(kind: Any, value: Mapping[str, Any]) -> Any:
    """Make a picture of values whose tuples have become lists."""
    return kind(**{one.name: _tuple(value[one.name]) for one in fields(kind)})


def _tuple(value: Any) -> Any:
    return tuple(_tuple(part) for part in value) if isinstance(value, list) else value


def corner(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of what is shown of a tensor: as much of its last two axes as fits, of the others the first."""
    if np.prod(shape, dtype=np.float64) <= MAX_CELLS:
        return shape
    room, kept = float(MAX_CELLS), []
    for place, length in enumerate(reversed(shape)):
        most = room if len(shape) == 1 or place else room**0.5
        kept.append(max(1, min(length, int(most if place < 2 else 1))))
        room = max(1.0, room / kept[-1])
    return tuple(reversed(kept))
