"""From a wide table, one column a series, to a long one: time, series, value. The wide one stays as it is."""

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from engine.datasets.conversion import ROW_GROUP
from engine.datasets.database import column_type, connect, in_words, literal, quoted
from engine.datasets.placing import Progress, os_words, put_in_place, watched
from engine.datasets.previewing import cell
from engine.datasets.records import Column, Dataset, DatasetError, Melt, MeltPreview, Origin
from engine.datasets.snapshots import load_dataset, parquet_path

ID_DIGITS = 20
BLOCK = 256
"""Columns that one statement turns: a whole table of thousands at once takes a multiple of the memory and the time."""
_WHOLE = {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"}
_NUMBERS = ("integer", "number")


def melt(
    workspace: Path,
    dataset_id: str,
    wanted: Melt,
    *,
    name: str = "",
    progress: Progress = lambda _share, _stage: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Dataset:
    """Make a long dataset of a wide one and return it; the same made twice is one. Raises DatasetError in words."""
    wide = load_dataset(workspace, dataset_id)
    wanted = checked(wide, wanted)
    root = Path(workspace) / "datasets"
    source = parquet_path(workspace, wide.id)
    try:
        with TemporaryDirectory(prefix=".melting-", dir=root) as folder:
            scratch = Path(folder)
            with (
                connect(scratch) as db,
                watched(db, progress, cancelled, "Turning columns", "Cancelled; nothing was made."),
            ):
                db.execute("SET threads = 1")  # faster than two, which wait for each other, and in half the memory
                query = _query(db, source, wanted, [column.name for column in wide.columns])
                target = scratch / "data.parquet"
                how = f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP})"
                db.execute(f"COPY ({query}) TO {literal(str(target))} {how}")
                made = _described(db, target, wide, wanted, name)
            if cancelled():
                raise DatasetError("Cancelled; nothing was made.")
            put_in_place(Path(workspace), made, scratch)
            progress(1.0, "Done")
            return load_dataset(workspace, made.id)
    except OSError as error:
        raise os_words(root, error) from error
    except duckdb.Error as error:
        raise in_words(Path(wide.name), error) from error


def melt_preview(workspace: Path, dataset_id: str, wanted: Melt, rows: int = 12) -> MeltPreview:
    """Return the first rows of what `melt` would make: the first times of the first columns. Raises DatasetError."""
    wide = load_dataset(workspace, dataset_id)
    wanted = checked(wide, wanted)
    few = wanted.model_copy(update={"columns": wanted.columns[:rows]})
    left = set(wanted.columns[rows:])
    names = [column.name for column in wide.columns if column.name not in left]
    try:
        with connect() as db:
            query = f"{_query(db, parquet_path(workspace, wide.id), few, names, rows)} LIMIT {int(rows)}"
            described = db.execute(f"DESCRIBE {query}").fetchall()
            found = db.execute(query).fetchall()
    except duckdb.Error as error:
        raise in_words(Path(wide.name), error) from error
    columns = tuple(Column(name=name, type=column_type(kind)) for name, kind, *_ in described)  # type: ignore[arg-type]
    return MeltPreview(melt=wanted, columns=columns, rows=[[cell(value) for value in row] for row in found])


def checked(wide: Dataset, wanted: Melt) -> Melt:
    """Return what is wanted with its columns named and in the table's order. Raises DatasetError in words."""
    types = {column.name: column.type for column in wide.columns}
    for name in (wanted.time, *wanted.columns):
        if name not in types:
            raise DatasetError(f"“{wide.name}” has no column “{name}”; there are {_shown(list(types))}.")
    if wanted.time in wanted.columns:
        raise DatasetError(f"“{wanted.time}” is the time, and cannot be a series too.")
    if twice := {name for name in wanted.columns if wanted.columns.count(name) > 1}:
        raise DatasetError(f"{_shown(sorted(twice))} is named twice.")
    numbers = [name for name, kind in types.items() if kind in _NUMBERS and name != wanted.time]
    chosen = set(wanted.columns or numbers)
    columns = tuple(name for name in types if name in chosen)
    if len(columns) < 2:
        raise DatasetError(
            f"“{wide.name}” has {len(columns)} column(s) of numbers beside “{wanted.time}”; two or more become series."
        )
    if wrong := [f"“{name}” ({types[name]})" for name in columns if types[name] not in _NUMBERS]:
        raise DatasetError(
            f"Series hold numbers, and {_shown(wrong, '')} of “{wide.name}” cannot be one; leave out what holds no numbers."
        )
    _check_names(wanted, [name for name in types if name not in chosen])
    return wanted.model_copy(update={"columns": columns})


def _check_names(wanted: Melt, kept: Sequence[str]) -> None:
    """Refuse names of new columns that are empty or taken; upper and lower case are the same."""
    names = {"series": wanted.series_name.strip(), "value": wanted.value_name.strip()}
    for what, name in names.items():
        if not name:
            raise DatasetError(f"Name the new column of the {what}.")
    if names["series"].lower() == names["value"].lower():
        raise DatasetError(f"“{names['value']}” cannot name both new columns, of the series and of the value.")
    taken = {name.lower(): name for name in kept}
    for what, name in names.items():
        if name.lower() in taken:
            raise DatasetError(
                f"There is a column “{taken[name.lower()]}” already, which stays; choose another name for the {what}."
            )


def _query(db: duckdb.DuckDBPyConnection, source: Path, wanted: Melt, names: Sequence[str], limit: int = 0) -> str:
    """Return the statement that turns the columns, a block of them after the other."""
    table = f"read_parquet({literal(str(source))})"
    types = {name: kind for name, kind, *_ in db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
    kind = "BIGINT" if all(types[name] in _WHOLE for name in wanted.columns) else "DOUBLE"
    chosen = set(wanted.columns)
    kept = [wanted.time, *(name for name in names if name not in chosen and name != wanted.time)]
    series, value = quoted(wanted.series_name.strip()), quoted(wanted.value_name.strip())
    beside = ", ".join(quoted(name) for name in kept[1:])
    shown = f"{quoted(wanted.time)}, {series}, {value}" + (f", {beside}" if beside else "")
    nulls = "INCLUDE NULLS " if wanted.keep_empty else ""
    first = f" LIMIT {int(limit)}" if limit else ""
    parts = []
    for begin in range(0, len(wanted.columns), BLOCK):
        block = [quoted(name) for name in wanted.columns[begin : begin + BLOCK]]
        read = ", ".join([*(quoted(name) for name in kept), *(f"{name}::{kind} AS {name}" for name in block)])
        parts.append(
            f"SELECT {shown} FROM (SELECT {read} FROM {table}{first}) "
            f"UNPIVOT {nulls}({value} FOR {series} IN ({', '.join(block)}))"
        )
    return " UNION ALL ".join(parts)


def _described(db: duckdb.DuckDBPyConnection, target: Path, wide: Dataset, wanted: Melt, name: str) -> Dataset:
    table = f"read_parquet({literal(str(target))})"
    rows = int(db.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
    if not rows:
        raise DatasetError(f"{_shown(wanted.columns)} of “{wide.name}” have no value at all.")
    described = db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    digest = hashlib.sha256(f"{wide.id} {wanted.model_dump_json()}".encode()).hexdigest()
    return Dataset(
        id=digest[:ID_DIGITS],
        name=name or f"{wide.name} as series",
        source=wide.source,
        rows=rows,
        columns=tuple(Column(name=one, type=column_type(kind)) for one, kind, *_ in described),  # type: ignore[arg-type]
        rejected=0,
        created=time.time(),
        options=wide.options,
        bytes=target.stat().st_size,
        origin=Origin(dataset=wide.id, name=wide.name, melt=wanted),
    )


def _shown(names: Sequence[str], quote: str = "“{}”", most: int = 6) -> str:
    """Return the first names, and how many more there are."""
    told = ", ".join((quote or "{}").format(name) for name in names[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most:,} more"
