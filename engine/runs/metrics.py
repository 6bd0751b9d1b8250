"""Metric series as blobs of about a thousand points. Nothing is thinned, rounded or dropped on the way in or out."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.records import Series, SeriesInfo
from engine.runs.steps import joined

CHUNK_POINTS = 1024


@dataclass
class Points:
    """Points of one metric that wait to be written; the four lists have one length."""

    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)

    def add(self, step: int, value: float, epoch: float, when: float | None = None) -> None:
        """Add one point; `when` is seconds since the epoch and defaults to now."""
        self.steps.append(step)
        self.values.append(value)
        self.times.append(time.time() if when is None else when)
        self.epochs.append(epoch)

    def extend(self, later: "Points") -> None:
        """Add all points of another batch behind these."""
        self.steps.extend(later.steps)
        self.values.extend(later.values)
        self.times.extend(later.times)
        self.epochs.extend(later.epochs)


@dataclass
class _Tail:
    """Where a series' next points go: its id, its length and the small chunks at its end that are not merged yet."""

    series: int
    count: int
    small_chunks: int
    small_points: int


class MetricTable:
    """Writes and reads the metric series of a workspace over one connection; transactions are the caller's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._tails: dict[tuple[str, str], _Tail] = {}

    def append(self, run: str, key: str, points: Points) -> None:
        """Append points to a series, which is made where it is new."""
        steps = np.asarray(points.steps, dtype=np.int64)
        values = np.asarray(points.values, dtype=np.float64)
        times = np.asarray(points.times, dtype=np.float64)
        epochs = np.asarray(points.epochs, dtype=np.float32)
        tail = self._tail(run, key)
        for first in range(0, len(steps), CHUNK_POINTS):
            part = slice(first, first + CHUNK_POINTS)
            self._insert(tail, steps[part], values[part], times[part], epochs[part])
        if len(steps):
            last = values[-1]
            self._db.execute(
                "UPDATE series SET count = ?, last_step = ?, last_value = ? WHERE id = ?",
                (tail.count, int(steps[-1]), None if np.isnan(last) else float(last), tail.series),
            )
        if tail.small_points >= CHUNK_POINTS and tail.small_chunks > 1:
            self._merge(tail)

    def forget_tails(self) -> None:
        """Drop what is remembered about the series' ends, as after a transaction that was rolled back."""
        self._tails.clear()

    def keys(self, run: str) -> list[SeriesInfo]:
        """Return a run's series, by key."""
        rows = self._db.execute(
            "SELECT key, count, last_step, last_value FROM series WHERE run = ? ORDER BY key", (run,)
        )
        return [
            SeriesInfo(key, count, step, float("nan") if value is None else value) for key, count, step, value in rows
        ]

    def read(self, run: str, key: str, start: int = 0, axes: Sequence[str] = ()) -> Series:
        """Return a series' points from index `start` on; `axes` names what to read beside the steps: times, epochs."""
        found = self._db.execute("SELECT id, count FROM series WHERE run = ? AND key = ?", (run, key)).fetchone()
        wanted = [axis for axis in ("times", "epochs") if axis in axes]
        if found is None:
            return _assemble(key, start, 0, (), wanted)
        series, count = found
        return _assemble(key, start, count, self._chunks(series, start, wanted), wanted)

    def _chunks(self, series: int, start: int, axes: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        columns = ", ".join(['start, count, first_step, stride, "values", steps', *axes])
        return self._db.execute(
            f"SELECT {columns} FROM chunks WHERE series = ? AND start + count > ? ORDER BY start", (series, start)
        )

    def _tail(self, run: str, key: str) -> _Tail:
        tail = self._tails.get((run, key))
        if tail is None:
            self._db.execute("INSERT OR IGNORE INTO series (run, key) VALUES (?, ?)", (run, key))
            series, count = self._db.execute(
                "SELECT id, count FROM series WHERE run = ? AND key = ?", (run, key)
            ).fetchone()
            tail = self._tails[(run, key)] = _Tail(series, count, 0, 0)
        return tail

    def _insert(
        self,
        tail: _Tail,
        steps: NDArray[np.int64],
        values: NDArray[np.float64],
        times: NDArray[np.float64],
        epochs: NDArray[np.float32],
    ) -> None:
        stride = int(steps[1] - steps[0]) if len(steps) > 1 else 0
        even = len(steps) < 2 or bool(np.all(np.diff(steps) == stride))
        self._db.execute(
            'INSERT INTO chunks (series, start, count, first_step, stride, "values", steps, times, epochs) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                tail.series,
                tail.count,
                len(steps),
                int(steps[0]),
                stride,
                values.tobytes(),
                None if even else steps.tobytes(),
                times.tobytes(),
                epochs.tobytes(),
            ),
        )
        tail.count += len(steps)
        if len(steps) == CHUNK_POINTS:
            tail.small_chunks = tail.small_points = 0
        else:
            tail.small_chunks += 1
            tail.small_points += len(steps)

    def _merge(self, tail: _Tail) -> None:
        start = tail.count - tail.small_points
        axes = ["times", "epochs"]
        whole = _assemble("", start, tail.count, self._chunks(tail.series, start, axes), axes)
        self._db.execute("DELETE FROM chunks WHERE series = ? AND start >= ?", (tail.series, start))
        tail.count = start
        assert whole.times is not None and whole.epochs is not None
        self._insert(tail, whole.steps, whole.values, whole.times, whole.epochs)
        tail.small_chunks = tail.small_points = 0


def _assemble(key: str, start: int, end: int, rows: Iterable[tuple[Any, ...]], axes: Sequence[str]) -> Series:
    """Join chunks into the points from index `start` to before `end`; chunks are read one at a time, as they come."""
    total = max(0, end - start)
    steps: list[NDArray[np.int64] | range] = []
    values = np.empty(total, dtype=np.float64)
    extra: dict[str, NDArray[Any]] = {
        axis: np.empty(total, dtype=np.float64 if axis == "times" else np.float32) for axis in axes
    }
    for row in rows:
        begin, count, first, stride = row[:4]
        skip = max(0, start - begin)
        part = slice(begin + skip - start, begin + count - start)
        values[part] = np.frombuffer(row[4], dtype=np.float64)[skip:]
        steps.append(_steps(first, stride, count, row[5])[skip:])
        for place, axis in enumerate(axes):
            extra[axis][part] = np.frombuffer(row[6 + place], dtype=extra[axis].dtype)[skip:]
    return Series(key, start, joined(steps), values, extra.get("times"), extra.get("epochs"))


def _steps(first: int, stride: int, count: int, blob: bytes | None) -> NDArray[np.int64] | range:
    if blob is not None:
        return np.frombuffer(blob, dtype=np.int64)
    if stride > 0 or count == 1:
        return range(first, first + count * (stride or 1), stride or 1)
    return first + stride * np.arange(count, dtype=np.int64)
