"""What can be asked about tensors in files, as plain data that a window sends: which numbers, which plane of them."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Part = Literal["abs", "real", "imag", "phase"]
ENDINGS = (".safetensors", ".npy", ".npz", ".pt", ".pth", ".ckpt")
"""What files of tensors are called; what is in them decides how they are read."""
PARTS: tuple[Part, ...] = ("abs", "real", "imag", "phase")


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(_Asked):
    """A tensor in a file."""

    path: Path
    name: str


class Source(_Asked):
    """Numbers to look at: a tensor; or it over checkpoints (`over`, the first axis); or it minus another."""

    tensor: Named
    over: tuple[Path, ...] = ()
    minus: Named | None = None
    relative: bool = False
    part: Part = "abs"  # of complex numbers


class Computed(_Asked):
    """A tensor of an expression, by its number; `edits` are cells given by hand, as (name, cell, value)."""

    text: str
    seed: int
    edits: tuple[tuple[str, tuple[int, ...], float], ...]
    number: int
    part: Part = "abs"  # of complex numbers
    over: tuple[()] = ()
    minus: None = None


class PlaneSpec(_Asked):
    """Which axes are rows and columns (None: there is none for it), and the place on each of the others."""

    rows: int | None
    columns: int | None
    at: tuple[int, ...] = Field(default=())


def axes_of(shape: tuple[int, ...]) -> tuple[int | None, int | None]:
    """Return which axes are rows and columns at first: the last two; of a vector, its only one runs across."""
    count = len(shape)
    if count < 2:
        return None, (0 if count else None)
    return count - 2, count - 1
