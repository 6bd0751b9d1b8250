"""Phases: series whose steps are equally long and begin at other moments, such as meters read at the hour and at half past.
Each keeps its own times. Must not know tables or models."""

import numpy as np

from engine.families.forecasting.frequency import Frequency, Ints


def lateness(frequency: Frequency, values: Ints, series: Ints) -> Ints | None:
    """Return by how much the series of each time comes after the steps of the grid: what most of its times leave.

    `series` has each time's series, counted from 0. None where every series is on the grid, or on no grid at all.
    """
    rests = frequency.rests(values)
    if not rests.any():
        return None
    found, place = np.unique(rests, return_inverse=True)
    pairs, counts = np.unique(series * len(found) + place, return_counts=True)
    number, rest = np.divmod(pairs, len(found))
    is_most = counts * 2 > np.bincount(series)[number]
    late = np.zeros(int(series.max()) + 1, dtype=np.int64)
    late[number[is_most]] = found[rest[is_most]]
    return late[series] if late.any() else None


def anchored(frequency: Frequency, late: Ints) -> tuple[Frequency, Ints | None]:
    """Return a grid that most times are on, and by how much each time's series comes after it."""
    found, counts = np.unique(late, return_counts=True)
    most = int(found[np.argmax(counts)])
    rest = (late - most) % frequency.size
    moved = frequency.model_copy(update={"anchor": frequency.anchor + most})
    return moved, rest if rest.any() else None
