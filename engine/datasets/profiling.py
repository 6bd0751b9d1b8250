"""What is known about a column, computed when somebody looks at it. Only distinct counts may be estimates."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from engine.datasets.database import connect, literal, quoted
from engine.datasets.records import Column, ColumnProfile, DatasetError, Histogram
from engine.datasets.snapshots import load_dataset, parquet_path

BINS = 30
TOP = 20
EXACT_ROWS = 1_000_000
LOOKED_AT = 200
SENTENCE = 40.0  # letters in the mean
_NUMERIC = {"integer", "number"}


def profile(workspace: Path, dataset_id: str, column: str) -> ColumnProfile:
    """Return a column's profile. Raises DatasetError where there is no such column or dataset."""
    dataset = load_dataset(workspace, dataset_id)
    found = next((known for known in dataset.columns if known.name == column), None)
    if found is None:
        raise DatasetError(f"The dataset “{dataset.name}” has no column “{column}”.")
    try:
        with connect() as db:
            return _profile(db, f"read_parquet({literal(str(parquet_path(workspace, dataset.id)))})", found)
    except duckdb.IOException as error:
        raise DatasetError(
            f"The data of “{dataset.name}” is no longer in the workspace. Import its file again."
        ) from error


def _may_name_rows(db: duckdb.DuckDBPyConnection, source: str, column: Column) -> bool:
    """Whether a column may hold identifiers: sentences differ too, and name no row."""
    if column.type != "text":
        return column.type == "integer"
    mean = _one(db, f"SELECT avg(length({quoted(column.name)})) FROM (SELECT * FROM {source} LIMIT {LOOKED_AT})")[0]
    return float(mean or 0.0) < SENTENCE


def _profile(db: duckdb.DuckDBPyConnection, source: str, column: Column) -> ColumnProfile:
    name = quoted(column.name)
    rows, present = _one(db, f"SELECT count(*), count({name}) FROM {source}")
    approximate = rows > EXACT_ROWS
    counted = f"approx_count_distinct({name})" if approximate else f"count(DISTINCT {name})"
    distinct = min(int(_one(db, f"SELECT {counted} FROM {source}")[0]), present)
    details: dict[str, Any] = {}
    if column.type in _NUMERIC:
        details = _numbers(db, source, name, column.type == "integer")
    elif column.type in {"date", "datetime"}:
        low, high = _one(db, f"SELECT min({name})::VARCHAR, max({name})::VARCHAR FROM {source}")
        details = {"earliest": low, "latest": high}
    if column.type in {"text", "boolean"} or distinct <= TOP:
        details["top"] = _top(db, source, name, distinct)
    return ColumnProfile(
        name=column.name,
        type=column.type,
        count=rows,
        missing=rows - present,
        distinct=distinct,
        distinct_is_approximate=approximate,
        constant=distinct <= 1,
        identifier_like=present > 20 and distinct >= present * 0.98 and _may_name_rows(db, source, column),
        **details,
    )


def _top(db: duckdb.DuckDBPyConnection, source: str, name: str, distinct: int) -> tuple[tuple[str, int], ...]:
    """Return the most frequent values with their counts. Of a million different ones the most frequent are guessed in
    one pass, so that not every value is held in memory; their counts are exact all the same."""
    among = f"{name} IS NOT NULL"
    if distinct > EXACT_ROWS:
        among = f"{name} IN (SELECT unnest(approx_top_k({name}, {TOP})) FROM {source})"
    found = db.execute(
        f"SELECT {name}::VARCHAR, count(*) AS n FROM {source} WHERE {among} GROUP BY 1 ORDER BY n DESC, 1 LIMIT {TOP}"
    ).fetchall()
    return tuple((value, count) for value, count in found)


def _numbers(db: duckdb.DuckDBPyConnection, source: str, name: str, whole: bool) -> dict[str, Any]:
    finite = f"FROM {source} WHERE isfinite({name}::DOUBLE)"
    low, high, mean, std = _one(
        db, f"SELECT min({name})::DOUBLE, max({name})::DOUBLE, avg({name}), stddev_samp({name}::DOUBLE) {finite}"
    )
    if low is None:
        return {}
    histogram = _histogram(db, name, finite, low, high, whole)
    return {"min": low, "max": high, "mean": mean, "std": std, "histogram": histogram}


def _histogram(
    db: duckdb.DuckDBPyConnection, name: str, finite: str, low: float, high: float, whole: bool
) -> Histogram:
    """Count rows by bins of one width; bins of whole numbers hold equally many of them, so that none looks rare."""
    if not high > low or not np.isfinite(high - low):
        return Histogram(edges=(low - 0.5, high + 0.5), counts=(_one(db, f"SELECT count(*) {finite}")[0],))
    start, width, bins = low, (high - low) / BINS, BINS
    if whole:
        width = float(np.ceil((high - low + 1) / BINS))
        start, bins = low - 0.5, int(np.ceil((high - low + 1) / width))
    counts = [0] * bins
    query = f"SELECT least({bins - 1}, floor(({name} - ?) / ?))::INTEGER AS bin, count(*) {finite} GROUP BY bin"
    for place, count in db.execute(query, [start, width]).fetchall():
        counts[max(0, place)] += count
    return Histogram(edges=tuple((start + width * np.arange(bins + 1)).tolist()), counts=tuple(counts))


def _one(db: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = db.execute(query).fetchone()
    assert row is not None
    return tuple(row)
