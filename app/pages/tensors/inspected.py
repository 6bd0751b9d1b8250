"""What the lab answers about tensors in files, as the inspector keeps it. No widgets here."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.asked import Named, Source
from engine.inspecting.checkpoints import NETWORK


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

    def title_beside(self, own: "Opened") -> str:
        """Return what it is called beside another: of the same run, only what it is there."""
        return self.short_title if self.group == own.group else self.title

    def entry(self, name: str) -> Entry | None:
        """Return the tensor of this name."""
        return next((one for one in self.entries if one.name == name), None)


@dataclass(frozen=True)
class Chosen:
    """A tensor of what is opened, to be looked at."""

    opened: Opened
    entry: Entry

    @property
    def source(self) -> Source:
        """What to ask for to see it."""
        return Source(tensor=Named(path=self.opened.path, name=self.entry.name), over=self.opened.over)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is seen: over checkpoints, these are the first axis."""
        over = self.opened.over
        return (len(over), *self.entry.shape) if over else self.entry.shape


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


def files_of_run(title: str, title_of_all: str, checkpoints: list[dict[str, Any]]) -> list[Opened]:
    """Return the checkpoints of a run that can be read, and before them all of them as one; nothing where none can."""
    known = [(one["label"], Opened.of(one["file"])) for one in checkpoints if one["file"] is not None]
    if not known:
        return []
    files = [replace(opened, title=f"{title} · {label}", group=title) for label, opened in known]
    # The state that a run is resumed from has more than the weights: others name what there is to compare.
    weights = [one for _, one in reversed(known) if not any(NETWORK in entry.name for entry in one.entries)]
    model = weights[0] if weights else known[-1][1]
    paths, labels = tuple(one.path for one in files), tuple(label for label, _ in known)
    words, size = title_of_all.format(title, len(known)), sum(one.size for one in files)
    return [replace(model, title=words, over=paths, labels=labels, size=size, note="", group=title), *files]


def to_show(files: list[Opened], before: Opened | None, name: str) -> tuple[Opened, str | None]:
    """Return which of these files to show, and which of its tensors: what was on show before where it is there, else the
    first with rows and columns; None where nothing can be shown."""
    same = next((one for one in files if before and (one.path, one.title) == (before.path, before.title)), None)
    opened = same or files[0]
    usable = [entry.name for entry in opened.entries if not entry.problem]
    planes = [entry.name for entry in opened.entries if not entry.problem and len(entry.shape) > 1]
    return opened, name if same and name in usable else next(iter([*planes, *usable]), None)


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
