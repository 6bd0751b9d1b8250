"""Steps of a series: a range where they are evenly spaced and rising, which takes no memory, else an array."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def spread(places: range) -> NDArray[np.int64]:
    """Return a range as an array."""
    return np.arange(places.start, places.stop, places.step, dtype=np.int64)


def joined(parts: Sequence[NDArray[np.int64] | range]) -> NDArray[np.int64] | range:
    """Return steps that follow each other as one range where they are evenly spaced, else as one array."""
    even: range | None = range(0)
    for part in parts:
        even = continued(even, part) if even is not None and isinstance(part, range) else None
        if even is None:
            return np.concatenate([spread(one) if isinstance(one, range) else one for one in parts])
    return range(0) if even is None else even


def continued(first: range, second: range) -> range | None:
    """Return two ranges as one, or None where together they are not evenly spaced and rising."""
    if not first or not second:
        whole = first or second
        return whole if whole.step > 0 else None
    step = first.step if len(first) > 1 else second[0] - first[0]
    if step < 1 or second[0] - first[-1] != step or (len(second) > 1 and second.step != step):
        return None
    return range(first[0], second[-1] + step, step)
