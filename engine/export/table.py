"""All metrics of a run as one CSV: a line for each point, every digit of it."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.export.errors import in_words
from engine.runs import RunStore

COLUMNS = ("metric", "step", "epoch", "time", "value")
LINES_AT_ONCE = 50_000


def write_csv(store: RunStore, run_id: str, path: Path, progress: Callable[[float], None] | None = None) -> int:
    """Write every point of every metric; the file appears whole or not at all. Returns the number of points.

    Times are seconds since the epoch; a value that is not a number is written as `nan`. Raises ExportError.
    """
    keys = [info.key for info in store.series_keys(run_id)]
    unfinished = path.with_name(f".{path.name}.part")
    written = 0
    with in_words(path):
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                for number, key in enumerate(keys):
                    written += _write_series(writer, store, run_id, key)
                    if progress is not None:
                        progress((number + 1) / len(keys))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return written


def _write_series(writer: Any, store: RunStore, run_id: str, key: str) -> int:
    series = store.series(run_id, key)
    assert series.times is not None and series.epochs is not None
    # Epochs are recorded in 32 bits: more digits than those would be noise.
    columns = [series.steps, series.epochs.astype(float).round(6), series.times, series.values]
    for start in range(0, len(series.steps), LINES_AT_ONCE):
        part = [column[start : start + LINES_AT_ONCE].tolist() for column in columns]
        writer.writerows((key, *point) for point in zip(*part, strict=True))
    return len(series.steps)
