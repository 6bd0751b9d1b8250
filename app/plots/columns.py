"""Which points of a growing curve fall into which pixel column, and from which blocks of a pyramid each is read. No Qt.

It depends on x alone: curves of one length over the same steps are read alike, so the plan for evenly spaced x is kept.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.plots.places import Floats, Ints, Places

FIRST = 16  # values in a block of the lowest level
FACTOR = 4  # blocks of one level in a block of the next
FEW = 18  # blocks in a column, up to which it is faster to gather them


@dataclass(frozen=True)
class Part:
    """Neighbouring columns that are read from one level (−1 for single values): which ones, and from which blocks.

    `starts` are the first blocks of the columns, counted from `begin`. Where columns are of few blocks, `gathered` are the
    blocks of each one below each other, the last one repeated: it is several times faster to reduce.
    """

    level: int
    first: int
    last: int
    begin: int
    end: int
    starts: Ints
    gathered: Ints | None


@dataclass(frozen=True)
class Edges:
    """Indices that part columns, ascending, and the parts in which they are read."""

    edges: Ints
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Plan:
    """The points from `first` to before `last`; with edges, two a column at these x, otherwise every one."""

    first: int
    last: int
    edges: Edges | None
    x: Floats


def block_of(level: int) -> int:
    """Return how many values a block of a level covers."""
    return 1 if level < 0 else FIRST * FACTOR**level


@lru_cache(maxsize=32)
def even_plan(x: range, start: int, end: int, left: float, right: float, columns: int, levels: int) -> Plan:
    """Return the plan for evenly spaced x. Its arrays are shared: they must not be changed."""
    places = Places()
    places.append(x)
    plan = make_plan(places, start, end, left, right, columns, levels, gather=True)
    plan.x.flags.writeable = False
    return plan


def make_plan(
    x: Places, start: int, end: int, left: float, right: float, columns: int, levels: int, gather: bool = False
) -> Plan:
    """Return how to read the points `start` to before `end`, whose x ascend, between two x in so many columns."""
    after = start + int(x.search(np.array([right]), start, end, after=True)[0])
    first = max(start, start + int(x.search(np.array([left]), start, end)[0]) - 1)
    last = min(end, after + 1)
    if last - first <= 2 * columns:
        return Plan(first, last, None, np.empty(0))
    borders = x.search(np.linspace(left, right, columns + 1), start, end) + start
    borders[-1] = after
    # The points beyond the picture are ranges by themselves: their places must not draw others out of it.
    moved = moved_edges(np.concatenate([[first], borders, [last]]).astype(np.int64), levels, gather)
    begins, ends = x.at(moved.edges[:-1]), x.at(moved.edges[1:] - 1)
    middles = (begins + ends) / 2
    middles[0], middles[-1] = begins[0], ends[-1]
    return Plan(first, last, moved, np.repeat(middles, 2))


def moved_edges(edges: Ints, levels: int, gather: bool = False) -> Edges:
    """Move edges on to the borders of blocks and leave out columns that are empty.

    An edge moves by at most an eighth of the narrower column beside it, never inwards at the two ends. It is worth while to
    `gather` what is kept and used again.
    """
    widths = np.diff(edges)
    narrow = np.minimum(np.append(widths[:1], widths), np.append(widths, widths[-1:]))
    blocks = np.array([block_of(level) for level in range(-1, levels)], dtype=np.int64)
    level = np.searchsorted(blocks[1:] * 4, narrow, side="right")
    sizes = blocks[level]
    sizes[[0, -1]], level[[0, -1]] = 1, 0
    moved = (edges + sizes // 2) // sizes * sizes
    kept = np.append(True, np.diff(moved) > 0)
    moved, level = moved[kept], level[kept]
    between = np.minimum(level[:-1], level[1:]) - 1
    turns = (np.flatnonzero(np.diff(between)) + 1).tolist()
    ends = zip([0, *turns], [*turns, len(between)], strict=True)
    return Edges(moved, tuple(_part(int(between[first]), first, last, moved, gather) for first, last in ends))


def _part(level: int, first: int, last: int, edges: Ints, gather: bool) -> Part:
    blocks = edges[first : last + 1] // block_of(level)
    begin, end = int(blocks[0]), int(blocks[-1])
    blocks -= begin
    widest = int(np.diff(blocks).max())
    gathered = None
    if gather and widest <= FEW and last - first > FEW:
        gathered = np.minimum(blocks[:-1] + np.arange(widest)[:, np.newaxis], blocks[1:] - 1)
    return Part(level, first, last, begin, end, blocks[:-1], gathered)
