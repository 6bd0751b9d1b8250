"""Where something is: the next number that is not finite, the smallest, the largest, the farthest from zero."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.arrays import Index, Readable
from engine.inspecting.kinds import Numbers
from engine.inspecting.summary import parts_of

Wanted = Literal["nan", "inf", "any"]
Extreme = Literal["min", "max", "magnitude"]


def next_odd(array: Readable, after: Index | None, wanted: Wanted, cancelled: Callable[[], bool]) -> Index | None:
    """Return where the next NaN or infinity lies, in the order of cells; behind the last one it begins anew.

    `after` is None to begin with the first cell. Returns None where there is none. Raises Cancelled.
    """
    begin = 0 if after is None else _flat(after, array.shape) + 1
    first: int | None = None
    place = 0
    for part in parts_of(array, cancelled, in_order=True):
        size = part.size
        if place + size > begin or first is None:
            odd = _odd(part, wanted)
            if odd is not None:
                found = np.flatnonzero(odd) + place
                later = found[found >= begin]
                if later.size:
                    return _index(int(later[0]), array.shape)
                first = int(found[0]) if first is None else first
        place += size
    return None if first is None else _index(first, array.shape)


def extreme(array: Readable, wanted: Extreme, cancelled: Callable[[], bool]) -> Index | None:
    """Return where the smallest, the largest or the finite number farthest from zero lies first; None without one."""
    best, found, place = -math.inf, None, 0
    for part in parts_of(array, cancelled, in_order=True):
        score = -part if wanted == "min" else np.abs(part) if wanted == "magnitude" else part
        flat = np.where(np.isfinite(score), score, -np.inf).ravel()
        at = int(flat.argmax())
        if flat[at] > best:
            best, found = float(flat[at]), place + at
        place += part.size
    return None if found is None else _index(found, array.shape)


def _odd(part: Numbers, wanted: Wanted) -> NDArray[np.bool_] | None:
    """Return which numbers are wanted; None where all are finite, which is quickest to tell."""
    if math.isfinite(part.min()) and math.isfinite(part.max()):
        return None
    odd = np.isnan(part) if wanted == "nan" else np.isinf(part) if wanted == "inf" else ~np.isfinite(part)
    return odd.ravel() if odd.any() else None


def _flat(index: Index, shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(index, shape)) if shape else 0


def _index(flat: int, shape: tuple[int, ...]) -> Index:
    return tuple(int(place) for place in np.unravel_index(flat, shape)) if shape else ()
