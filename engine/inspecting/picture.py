"""A picture of a plane of any size: a first look at once, then exact tiles of blocks at every zoom."""

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.blocks import Blocks, Flag, Shown, flags_of, gather, joined
from engine.inspecting.kinds import Numbers
from engine.inspecting.plane import Plane
from engine.inspecting.summary import PART, Summary
from engine.inspecting.unreadable import Cancelled

TILE = 256  # blocks a side
MOST_BLOCKS = 1 << 20  # that are kept of a large plane
SMALL = 1 << 22  # numbers of a plane whose tiles are gathered when they are asked for, each by itself


@dataclass(frozen=True)
class Place:
    """Which tile: how many rows and columns make a block (powers of two), and its place among the tiles of that size."""

    down: int
    across: int
    row: int
    column: int


@dataclass(frozen=True)
class Tile:
    """A number for each block, 0 where it has none, and `Flag`s, empty where there are none."""

    values: Numbers
    flags: NDArray[np.uint8]


class Picture:
    """Tiles of one plane. Of a large plane, blocks are gathered in one pass, from which all coarser tiles are made."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.summary: Summary | None = None
        self._base: Blocks | None = None
        self._lock = threading.Lock()
        self._read = plane.turned() if plane.is_turned else plane  # as it is read quickest
        self._down, self._across = _block_size(*self._read.shape)

    @property
    def is_small(self) -> bool:
        """Whether every tile can be had without a pass over the whole plane."""
        return self.plane.size <= SMALL

    def first_look(self) -> Numbers:
        """Return a few of the rows and columns, evenly spaced, one number each: what can be had at once."""
        rows, columns = self.plane.shape
        return self.plane.read(slice(0, rows, math.ceil(rows / TILE)), slice(0, columns, math.ceil(columns / TILE)))

    def gather(self, cancelled: Callable[[], bool], told: Callable[[float], None]) -> Summary:
        """Go through the whole plane once; then tiles of every size can be had. Raises Cancelled."""
        with self._lock:
            if self.summary is None:
                self._gather(cancelled, told)
            assert self.summary is not None
            return self.summary

    def tile(self, place: Place, shown: Shown, cancelled: Callable[[], bool] = lambda: False) -> Tile | None:
        """Return a tile; None where it must wait until the plane is gathered, or lies outside. Raises Cancelled."""
        if self.plane.is_turned:
            place = Place(place.across, place.down, place.column, place.row)
        if shown == "far" and self.summary is None and (place.down, place.across) != (1, 1):
            return None
        rows, columns = self._read.shape
        top, left = place.row * TILE * place.down, place.column * TILE * place.across
        if top >= rows or left >= columns or min(top, left) < 0:
            return None
        blocks = self._blocks(place, slice(top, min(rows, top + TILE * place.down)), left, columns, cancelled)
        if blocks is None:
            return None
        mean = self.summary.mean if shown == "far" and self.summary is not None else None
        values, flags = (
            blocks.shown(shown, mean or 0.0),
            blocks.flags if blocks.flags.any() else np.empty((0, 0), np.uint8),
        )
        return Tile(values.T, flags.T) if self.plane.is_turned else Tile(values, flags)

    def _blocks(
        self, place: Place, rows: slice, left: int, columns: int, cancelled: Callable[[], bool]
    ) -> Blocks | None:
        across = slice(left, min(columns, left + TILE * place.across))
        is_coarse = place.down >= self._down and place.across >= self._across
        if self.is_small or not is_coarse:
            return self._direct(place, rows, across, cancelled)
        if self._base is None:
            return None
        part = self._base.part(
            slice(rows.start // self._down, math.ceil(rows.stop / self._down)),
            slice(across.start // self._across, math.ceil(across.stop / self._across)),
        )
        return part.merged(place.down // self._down, place.across // self._across)

    def _direct(self, place: Place, rows: slice, across: slice, cancelled: Callable[[], bool]) -> Blocks:
        """Gather the blocks of a tile from its numbers, which may be many where blocks are long and thin."""
        parts = []
        for piece in _pieces(rows.stop - rows.start, PART // (across.stop - across.start), place.down):
            if cancelled():
                raise Cancelled
            strip = slice(rows.start + piece.start, rows.start + piece.stop)
            parts.append(gather(self._read.read(strip, across), place.down, place.across))
        return parts[0] if len(parts) == 1 else joined(parts)

    def _gather(self, cancelled: Callable[[], bool], told: Callable[[float], None]) -> None:
        rows, columns = self._read.shape
        summary, parts = Summary(), []
        for strip in self._strips():
            wide = []
            for piece in _pieces(columns, max(self._across, PART // (strip.stop - strip.start)), self._across):
                if cancelled():
                    raise Cancelled
                numbers = self._read.read(strip, piece)
                if self.is_small:
                    summary = summary.joined(Summary.of(numbers))
                else:
                    wide.append(gather(numbers, self._down, self._across))
                    summary = summary.joined(_summary(numbers, wide[-1]))
            if wide:
                parts.append(wide[0] if len(wide) == 1 else _beside(wide))
            told(strip.stop / rows)
        if parts:
            self._base = joined(parts)
        self.summary = summary

    def _strips(self) -> Iterator[slice]:
        """Cut the rows into strips of whole blocks and of about as many numbers as are read at once."""
        rows, columns = self._read.shape
        return _pieces(rows, PART // max(1, columns), self._down)


def sample_tile(numbers: Numbers) -> Tile:
    """Return single numbers as a tile."""
    flags = flags_of(numbers)
    finite = np.where(flags == 0, numbers, 0).astype(numbers.dtype, copy=False)
    flags[flags > 0] |= np.uint8(Flag.NOTHING)
    return Tile(finite, flags if flags.any() else np.empty((0, 0), np.uint8))


def _summary(numbers: Numbers, blocks: Blocks) -> Summary:
    """Return the statistics of numbers, most of which their blocks know already."""
    if blocks.flags.any():
        return Summary.of(numbers)
    return Summary.of_finite(numbers, float(blocks.low.min()), float(blocks.high.max()), float(blocks.total.sum()))


def _pieces(length: int, wanted: int, multiple: int) -> Iterator[slice]:
    step = max(1, wanted // multiple) * multiple
    for start in range(0, length, step):
        yield slice(start, min(length, start + step))


def _beside(parts: list[Blocks]) -> Blocks:
    fields = [(one.low, one.high, one.total, one.count, one.flags) for one in parts]
    return Blocks(*(np.concatenate(field, axis=1) for field in zip(*fields, strict=True)))


def _block_size(rows: int, columns: int) -> tuple[int, int]:
    """Return powers of two that leave at most `MOST_BLOCKS` blocks, as even on both sides as it goes."""
    down = across = 1
    while math.ceil(rows / down) * math.ceil(columns / across) > MOST_BLOCKS:
        if rows / down >= columns / across:
            down *= 2
        else:
            across *= 2
    return down, across
