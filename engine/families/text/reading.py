"""Columns of a snapshot as they are: whole, or a batch of texts at a time. Knows no task; reading_examples does."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.datasets import parquet_path
from engine.training.failures import Fault, FaultKind, RunFailed

BATCH_ROWS = 8_192


def snapshot(workspace: Path, dataset: str) -> Path:
    """Return where a snapshot's rows lie. Raises RunFailed where it is gone."""
    path = parquet_path(workspace, dataset)
    if not path.is_file():
        raise RunFailed(
            f"The data of this run ({dataset}) is no longer in the workspace.",
            "Import the file again; the same content gets the same name, and the run can then be repeated.",
        )
    return path


def read_columns(path: Path, names: Sequence[str]) -> dict[str, list[str | None]]:
    """Return columns in file order, as text, None where a value is missing. Raises RunFailed naming missing columns."""
    found: dict[str, list[str | None]] = {name: [] for name in names}
    for rows in _batches(path, names):
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            found[name].extend(values)
    return found


def iterate_texts(path: Path, name: str, limit: int | None = None) -> Iterator[list[str]]:
    """Give a column's texts a batch at a time, blank ones left out, so that memory stays small. Raises RunFailed."""
    for rows in _batches(path, [name], limit):
        yield [row[0] for row in rows if row[0] is not None and row[0].strip()]


def as_list(cell: str | None) -> list[str] | None:
    """Return a cell that holds a JSON list as its texts, or None where it holds none."""
    try:
        found = json.loads(cell or "")
    except ValueError:
        return None
    return [str(one) for one in found] if isinstance(found, list) else None


def _batches(path: Path, names: Sequence[str], limit: int | None = None) -> Iterator[list[tuple[str | None, ...]]]:
    import duckdb

    with duckdb.connect() as db:
        present = [row[0] for row in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()]
        gone = [name for name in names if name not in present]
        if gone:
            listed = ", ".join(f"“{name}”" for name in gone)
            raise RunFailed(
                f"The data has no column {listed}; it has {', '.join(f'“{name}”' for name in present[:12])}.",
                "Say which columns hold what the task reads.",
                Fault(FaultKind.COLUMN_GONE, tuple(gone)),
            )
        shown = ", ".join('"' + name.replace('"', '""') + '"::VARCHAR' for name in names)
        db.execute("SET preserve_insertion_order = true")
        end = "" if limit is None else f" LIMIT {int(limit)}"
        answer = db.execute(f"SELECT {shown} FROM read_parquet(?){end}", [str(path)])
        while rows := answer.fetchmany(BATCH_ROWS):
            yield rows
