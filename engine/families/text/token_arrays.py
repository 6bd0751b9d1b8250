"""Texts as token ids: one long int32 array and where each text begins, both mapped from disk, and what they tell about
lengths and unknown tokens. Must not know what is learned from them."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Protocol

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.training.failures import RunFailed

IDS, OFFSETS = "ids.npy", "offsets.npy"
BATCH_LETTERS = 2 * 2**20
Progress = Callable[[int], None]


class Encode(Protocol):
    """Turns texts into token ids."""

    def __call__(self, texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the ids of all texts one after the other, and how many each has."""


@dataclass(frozen=True)
class TokenArray:
    """`ids` (tokens,) int32 and `offsets` (texts + 1,) int64: text i is ids[offsets[i]:offsets[i + 1]]."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def text(self, place: int) -> NDArray[np.int32]:
        """Return the ids of one text."""
        return self.ids[self.offsets[place] : self.offsets[place + 1]]

    def taken(self, rows: NDArray[np.int64]) -> "TokenArray":
        """Return the texts of rows, in memory unless they lie side by side."""
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and bool((np.diff(rows) == 1).all()):
            bounds = self.offsets[rows[0] : rows[-1] + 2]
            return TokenArray(self.ids[bounds[0] : bounds[-1]], bounds - bounds[0])
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        places = np.repeat(self.offsets[rows] - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
        return TokenArray(self.ids[places], np.concatenate([[0], ends]).astype(np.int64))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.offsets)

    @classmethod
    def open(cls, folder: Path) -> "TokenArray":
        """Map what `write_tokens` wrote. Raises OSError, ValueError."""
        ids = np.load(folder / IDS, mmap_mode="r")
        offsets = np.load(folder / OFFSETS)
        if ids.dtype != np.int32 or offsets.dtype != np.int64 or not len(offsets) or offsets[-1] != len(ids):
            raise ValueError(f"{folder} does not hold token ids.")
        return cls(ids, offsets)

    @classmethod
    def of(cls, texts: Iterable[list[int]]) -> "TokenArray":
        """Hold a few texts in memory."""
        listed = [np.asarray(text, dtype=np.int32) for text in texts]
        ends = np.cumsum([0, *(len(text) for text in listed)], dtype=np.int64)
        return cls(np.concatenate(listed) if listed else np.empty(0, np.int32), ends)


def write_tokens(
    batches: Iterable[list[str]],
    encode: Encode,
    folder: Path,
    progress: Progress = lambda _texts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> TokenArray:
    """Write the ids of all texts into `folder`, which appears whole or not at all, and map them.

    `progress` hears the number of texts done. Raises RunFailed when cancelled, OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=".tokens-", dir=folder.parent))
    try:
        lengths: list[NDArray[np.int64]] = []
        done = 0
        with (scratch / IDS).open("w+b") as file:
            _header(file, 0)
            for texts in _even(batches):
                if cancelled():
                    raise RunFailed("Tokenising was cancelled.")
                ids, counts = encode(texts)
                file.write(ids.astype("<i4", copy=False).tobytes())
                lengths.append(counts)
                done += len(texts)
                progress(done)
            offsets = np.cumsum(np.concatenate([np.zeros(1, np.int64), *lengths]), dtype=np.int64)
            _header(file, int(offsets[-1]))
        np.save(scratch / OFFSETS, offsets)
        if not folder.exists():
            scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return TokenArray.open(folder)


def _header(file: IO[bytes], count: int) -> None:
    """Write the array's header; numpy leaves room in it for a longer length, so that it can be written again."""
    file.seek(0)
    npy.write_array_header_1_0(file, {"descr": "<i4", "fortran_order": False, "shape": (count,)})


def _even(batches: Iterable[list[str]]) -> Iterator[list[str]]:
    """Deal texts anew into batches of some megabytes, so that short texts are quick and long ones fit into memory."""
    held: list[str] = []
    letters = 0
    for batch in batches:
        for text in batch:
            held.append(text)
            letters += len(text)
            if letters >= BATCH_LETTERS:
                yield held
                held, letters = [], 0
    if held:
        yield held
