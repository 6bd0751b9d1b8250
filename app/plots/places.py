"""Places: where points lie on the x axis. Evenly spaced places are a range and take no memory; others are an array."""

import numpy as np
from numpy.typing import NDArray

from engine.runs.steps import continued

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Growing:
    """A float64 array that grows in place; appending is amortised."""

    def __init__(self) -> None:
        self._space: Floats = np.empty(0)
        self.size = 0

    @property
    def values(self) -> Floats:
        """What has been appended."""
        return self._space[: self.size]

    def append(self, more: Floats) -> None:
        """Add values at the end. The first array is held as it is, not copied: do not change it afterwards."""
        if not self.size:
            self._space, self.size = more, len(more)
            return
        needed = self.size + len(more)
        if needed > len(self._space):
            space = np.empty(max(needed, 2 * self.size))
            space[: self.size] = self.values
            self._space = space
        self._space[self.size : needed] = more
        self.size = needed


class Places:
    """A growing row of x; a range for as long as what is appended continues it."""

    def __init__(self) -> None:
        self._even: range | None = range(0)
        self._any = Growing()

    def __len__(self) -> int:
        return self._any.size if self._even is None else len(self._even)

    @property
    def even(self) -> range | None:
        """All places, where they are evenly spaced."""
        return self._even

    def append(self, more: Floats | range) -> None:
        """Add places at the end."""
        if not len(more):
            return
        if self._even is not None:
            whole = continued(self._even, more) if isinstance(more, range) else None
            if whole is not None:
                self._even = whole
                return
            if self._even:
                self._any.append(as_array(self._even))
            self._even = None
        self._any.append(as_array(more))

    def whole(self) -> Floats | range:
        """Return all places in the form in which they are held."""
        return self._any.values if self._even is None else self._even

    def part(self, first: int, last: int) -> Floats:
        """Return the places from one index to before another."""
        if self._even is None:
            return self._any.values[first:last]
        return as_array(self._even[first:last])

    def at(self, indices: Ints) -> Floats:
        """Return the places at some indices, none of them negative."""
        if self._even is None:
            return self._any.values[indices]
        return self._even.start + self._even.step * indices.astype(np.float64)

    def one(self, index: int) -> float:
        """Return the place at an index."""
        return float(self._any.values[index] if self._even is None else self._even[index])

    def search(self, x: Floats, first: int, last: int, after: bool = False) -> Ints:
        """Return where values would stand among the ascending places from `first` to before `last`, counted from there.

        Before equal places, or `after` them.
        """
        if self._even is None:
            found: Ints = np.searchsorted(self._any.values[first:last], x, "right" if after else "left")
            return found
        begin, step = float(self._even[first]) if last > first else 0.0, self._even.step
        share = (np.asarray(x, dtype=np.float64) - begin) / step
        rank = np.floor(share) + 1 if after else np.ceil(share)
        ranks: Ints = np.clip(rank, 0, last - first).astype(np.int64)
        return ranks


def as_array(places: Floats | range) -> Floats:
    """Return places as an array."""
    if isinstance(places, range):
        return np.arange(places.start, places.stop, places.step, dtype=np.float64)
    return places
