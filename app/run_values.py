"""RunValues: what the engine thread keeps of the settings and metrics that the Runs page wants to see as columns.

It lives on the engine thread. Column ids: `spec:` a setting, `last:` a metric's last value, `min:` and `max:` its best.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine.runs import RunStore

SLICE = 250  # runs whose whole series are read in one turn, so that commands and news never wait for long
NAN = math.nan

Told = dict[str, dict[str, Any]]  # by column and run


class RunValues:
    """Which columns are wanted, and what is still to be read for them."""

    def __init__(self) -> None:
        self._wanted: list[str] = []
        self._unread: deque[tuple[str, list[str]]] = deque()
        self._read: Told = {}
        self._settings: set[str] = set()
        self._settings_end = 0
        self._fields_asked = False
        self._seen: dict[tuple[str, str], tuple[int, float]] = {}

    @property
    def waiting(self) -> bool:
        """Whether something is still to be read."""
        return bool(self._unread) or self._fields_asked

    def want(self, store: RunStore, columns: Sequence[str]) -> Told:
        """Say which columns are wanted from now on; returns the values of new ones, as far as they are quickly read."""
        new = [column for column in columns if column not in self._wanted]
        self._wanted = list(columns)
        self._unread = deque((column, ids) for column, ids in self._unread if column in self._wanted)
        told: Told = {}
        for column in new:
            kind, _, name = column.partition(":")
            if kind in {"min", "max"}:
                self._read_later(store, column)
            else:
                told[column] = _values(store, kind, name, None)
        return told

    def changed(self, store: RunStore, ids: Sequence[str]) -> Told:
        """Return the wanted columns of runs that changed."""
        told: Told = {}
        for column in self._wanted if ids else ():
            kind, _, name = column.partition(":")
            if kind not in {"min", "max"}:
                told[column] = _values(store, kind, name, ids)
                continue
            told[column] = self._best(store, column, ids)
            if column in self._read:
                self._read[column].update(told[column])
        return {column: values for column, values in told.items() if values}

    def go_on(self, store: RunStore) -> Told:
        """Read one slice of what is unread; returns the values of a column that was thereby finished."""
        if not self._unread:
            return {}
        column, ids = self._unread.popleft()
        kind, _, name = column.partition(":")
        self._read.setdefault(column, {}).update(store.best_values(name, kind == "min", ids))
        finished = all(column != other for other, _ in self._unread)
        return {column: self._read.pop(column)} if finished else {}

    def ask_fields(self) -> None:
        """Have the settings and metrics read that there are."""
        self._fields_asked = True

    def go_on_fields(self, store: RunStore) -> tuple[list[str], list[str]] | None:
        """Read on which settings there are; returns settings and metrics when that is done and was asked."""
        if not self._fields_asked:
            return None
        found, end = store.more_spec_fields(self._settings_end, SLICE)
        self._settings |= found
        if end != self._settings_end:
            self._settings_end = end
            return None
        self._fields_asked = False
        return sorted(self._settings), store.metric_keys()

    def _read_later(self, store: RunStore, column: str) -> None:
        ids = store.run_ids()
        parts = [ids[first : first + SLICE] for first in range(0, len(ids), SLICE)]
        self._unread.extend((column, part) for part in parts)

    def _best(self, store: RunStore, column: str, ids: Iterable[str]) -> dict[str, float]:
        """Look at the new points alone of runs whose series grew."""
        kind, _, name = column.partition(":")
        told: dict[str, float] = {}
        for run_id in ids:
            count, best = self._seen.get((column, run_id), (0, NAN))
            series = store.series(run_id, name, count, axes=())
            if not count and not len(series.values):
                told |= store.best_values(name, kind == "min", [run_id])  # a metric of the summary alone
                continue
            known = np.append(series.values[np.isfinite(series.values)], [] if math.isnan(best) else [best])
            if len(known):
                told[run_id] = float(known.min() if kind == "min" else known.max())
                self._seen[column, run_id] = (count + len(series.values), told[run_id])
        return told


def _values(store: RunStore, kind: str, name: str, ids: Sequence[str] | None) -> dict[str, Any]:
    return store.spec_values(name, ids) if kind == "spec" else store.last_values(name, ids)
