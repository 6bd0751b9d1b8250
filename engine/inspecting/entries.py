"""What an opened file holds: its format, its tensors by name, and how it is told that it changed meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.inspecting.arrays import Readable
from engine.inspecting.unreadable import Unreadable

Load = Callable[[Callable[[], bool]], Readable]
"""Gives the numbers of an entry; asks now and then whether it is still wanted."""


@dataclass(frozen=True)
class Entry:
    """One tensor of a file. `problem` says why its numbers cannot be shown."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    size: int  # bytes
    problem: str = ""


@dataclass(frozen=True)
class Stamp:
    """What tells one version of a file from another."""

    size: int
    changed: int
    node: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """Return the stamp of now. Raises Unreadable where there is no such file."""
        try:
            told = path.stat()
        except OSError as error:
            raise Unreadable(f"{path.name}: this file cannot be opened ({error.strerror}).") from error
        return cls(told.st_size, told.st_mtime_ns, told.st_ino)


@dataclass(frozen=True)
class TensorFile:
    """An opened file. `loads` gives the numbers of each entry without a problem."""

    path: Path
    stamp: Stamp
    format: str
    entries: tuple[Entry, ...]
    loads: Mapping[str, Load] = field(repr=False)
    note: str = ""  # what is in the file beside tensors

    def load(self, name: str, cancelled: Callable[[], bool] = lambda: False) -> Readable:
        """Return a tensor's numbers.

        Raises:
            Unreadable: there is none of this name, it cannot be shown, or the file is another one by now.
        """
        self.check()
        entry = next((one for one in self.entries if one.name == name), None)
        if entry is None:
            raise Unreadable(f"{self.path.name}: there is no tensor “{name}”.")
        if entry.problem:
            raise Unreadable(f"“{name}”: {entry.problem}")
        return self.loads[name](cancelled)

    def check(self) -> None:
        """Raise Unreadable where the file was changed, exchanged or removed since it was opened."""
        if Stamp.of(self.path) != self.stamp:
            raise Unreadable(
                f"{self.path.name}: this file changed while it was open. Open it again to see what it holds now."
            )


def already(numbers: Readable) -> Load:
    """Return a loader of what is there already."""
    return lambda _cancelled: numbers
