"""Replay: what a resumed run records a second time. Points that are already there are not written again.

A run that goes on from a checkpoint repeats the steps between that and its end. Where it gives the same values, nothing
is written; from the first value that differs on (a setting was changed, or the device is not exact), all of them are,
as another pass of the same curve: what was shown before stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.runs import Points, RunStore

BY_THE_CLOCK = ("_per_second", "device/memory")
"""Metrics that are measured now and then, and never twice alike."""


@dataclass
class _Tail:
    """The points of a series behind the checkpoint, by step."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]


class Replay:
    """Knows what was recorded behind a checkpoint."""

    def __init__(self, tails: Mapping[str, _Tail]) -> None:
        self._tails = dict(tails)

    @classmethod
    def of(cls, store: RunStore, run_id: str, step: int, prefix: str = "", over: Sequence[str] = ()) -> "Replay":
        """Read what a run has recorded after an optimizer step in the series whose keys begin with `prefix`, and all of
        those that begin neither with it nor with one that is `over`.
        """
        tails = {}
        for info in store.series_keys(run_id):
            after = step if info.key.startswith(prefix) else -1
            if info.last_step > after and not info.key.startswith(tuple(over)):
                series = store.series(run_id, info.key, axes=())
                steps = series.steps
                behind = steps > after
                tails[info.key] = _Tail(steps[behind], series.values[behind])
        return cls(tails)

    def news(self, key: str, points: Points) -> Points:
        """Return those points that were not recorded before."""
        tail = self._tails.get(key)
        if tail is None:
            return points
        last, kept = int(tail.steps[-1]), 0
        clocked = key.endswith(BY_THE_CLOCK)
        for step, value in zip(points.steps, points.values, strict=True):
            if step > last or not (clocked or self._is_known(tail, step, value)):
                # Whatever follows is new: the series has gone beyond its end, or another way.
                del self._tails[key]
                break
            kept += 1
        return Points(points.steps[kept:], points.values[kept:], points.times[kept:], points.epochs[kept:])

    @staticmethod
    def _is_known(tail: _Tail, step: int, value: float) -> bool:
        found = tail.values[tail.steps == step]
        return bool(((found == value) | (np.isnan(found) & np.isnan(value))).any())
