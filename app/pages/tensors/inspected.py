"""What the lab answers about tensors in files, as the inspector keeps it. No widgets here."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.asked import Named, Source


@dataclass(frozen=True)
class Entry:
    """One tensor of a file; `problem` says why it cannot be shown."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    size: int
    problem: str = ""

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Entry":
        """Read it from an answer."""
        return cls(told["name"], tuple(told["shape"]), told["dtype"], told["size"], told["problem"])

    @property
    def is_whole(self) -> bool:
        """Whether its numbers are integers or truth values."""
        return self.dtype == "bool" or self.dtype[:1] in "iu"

    @property
    def is_complex(self) -> bool:
        """Whether its numbers have two parts."""
        return self.dtype in {"c64", "c128"}


@dataclass(frozen=True)
class Opened:
    """An opened file, or all checkpoints of a run, which then are in `over` with their names."""

    title: str
    path: Path
    format: str
    size: int
    entries: tuple[Entry, ...]
    note: str = ""
    over: tuple[Path, ...] = ()
    labels: tuple[str, ...] = ()
    group: str = ""  # the run that it belongs to

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Opened":
        """Read it from an answer."""
        path = Path(told["path"])
        entries = tuple(Entry.of(one) for one in told["entries"])
        return cls(path.name, path, told["format"], told["size"], entries, told["note"])

    @property
    def short_title(self) -> str:
        """The title without the run, under which it is listed."""
        return self.title.removeprefix(f"{self.group} · ") if self.group else self.title

    def entry(self, name: str) -> Entry | None:
        """Return the tensor of this name."""
        return next((one for one in self.entries if one.name == name), None)

    def source(self, entry: Entry) -> Source:
        """Return what to ask for to see a tensor."""
        return Source(tensor=Named(path=self.path, name=entry.name), over=self.over)

    def shape(self, entry: Entry) -> tuple[int, ...]:
        """Return the shape of what is seen: over checkpoints, these are the first axis."""
        return (len(self.over), *entry.shape) if self.over else entry.shape


@dataclass(frozen=True)
class Stats:
    """Statistics of finite numbers, None where there is none, and how many are not finite."""

    count: int
    finite: int
    nan: int
    plus_inf: int
    minus_inf: int
    low: float | None
    high: float | None
    mean: float | None
    std: float | None

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Stats":
        """Read it from an answer."""
        return cls(**told)


@dataclass(frozen=True)
class Bars:
    """A histogram; `is_sample` where it counts a few evenly spaced numbers only."""

    edges: NDArray[np.float64]
    counts: NDArray[np.float64]
    is_sample: bool = False


@dataclass(frozen=True)
class Gap:
    """How two tensors differ."""

    count: int
    different: int
    odd: int
    largest: float
    largest_at: tuple[int, ...] | None
    relative: float
    relative_at: tuple[int, ...] | None
    mean: float

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Gap":
        """Read it from an answer."""
        places = {key: None if told[key] is None else tuple(told[key]) for key in ("largest_at", "relative_at")}
        return cls(**{**told, **places})


@dataclass(frozen=True)
class NamedGap:
    """How the tensors of one name differ between two files, or why they were not compared."""

    name: str
    shape: tuple[int, ...]
    gap: Gap | None
    reason: str

    @classmethod
    def of(cls, told: dict[str, Any]) -> "NamedGap":
        """Read it from an answer."""
        gap = None if told["gap"] is None else Gap.of(told["gap"])
        return cls(told["name"], tuple(told["shape"]), gap, told["reason"])


@dataclass
class Shelf:
    """All that is open, in the order of opening."""

    files: list[Opened] = field(default_factory=list)

    def put(self, opened: Opened) -> None:
        """Add a file, in place of what was open under its path and title."""
        self.files = [one for one in self.files if (one.path, one.title) != (opened.path, opened.title)] + [opened]

    def take(self, opened: Opened) -> None:
        """Close a file."""
        self.files = [one for one in self.files if one is not opened]


def bytes_text(size: int) -> str:
    """Write a number of bytes: 48 B, 1.2 MiB."""
    amount, units = float(size), ["B", "KiB", "MiB", "GiB", "TiB"]
    while amount >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f"{amount:.0f} {units[0]}" if units[0] == "B" or amount >= 100 else f"{amount:.1f} {units[0]}"


def form_text(dtype: str, shape: tuple[int, ...]) -> str:
    """Write what a tensor is: f32[3, 4]."""
    return f"{dtype}[{', '.join(map(str, shape))}]"
