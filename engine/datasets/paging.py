"""Pages of a snapshot, sorted and filtered: any page of any size of table, soon. The order is kept between pages."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.datasets.database import connect, literal, quoted
from engine.datasets.filtering import parse_filter
from engine.datasets.previewing import cell
from engine.datasets.records import Dataset, DatasetError, Page
from engine.datasets.snapshots import load_dataset, parquet_path

KEPT_ORDERS = 8
_orders: OrderedDict[tuple[object, ...], NDArray[np.int64]] = OrderedDict()
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    """Return the one database that all pages are read through: opening one takes longer than reading a page."""
    return connect(memory="300MB")


def read_page(
    workspace: Path,
    dataset_id: str,
    offset: int = 0,
    limit: int = 200,
    sort: Sequence[tuple[str, bool]] = (),
    filter: str = "",
    columns: Sequence[str] | None = None,
) -> Page:
    """Return `limit` rows from `offset` on; `sort` is a list of (column, descending), `columns` names those wanted.

    Raises DatasetError.
    """
    dataset = load_dataset(workspace, dataset_id)
    path = parquet_path(workspace, dataset.id)
    known = [column.name for column in dataset.columns]
    names = known if columns is None else list(columns)
    if unknown := set(names) - set(known):
        raise DatasetError(f"The dataset “{dataset.name}” has no column “{min(unknown)}”.")
    try:
        with _database().cursor() as db:
            if not sort and not filter.strip():
                rows = _rows(db, path, names, np.arange(offset, min(offset + limit, dataset.rows)))
                matched = dataset.rows
            else:
                order = _order(db, path, dataset, tuple(sort), filter.strip())
                rows, matched = _rows(db, path, names, order[offset : offset + limit]), len(order)
    except duckdb.IOException as error:
        raise DatasetError(
            f"The data of “{dataset.name}” is no longer in the workspace. Import its file again."
        ) from error
    return Page(columns=tuple(names), rows=rows, offset=offset, total=dataset.rows, matched=matched)


def _rows(
    db: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str], positions: NDArray[np.int64]
) -> list[list[str | int | float | bool | None]]:
    """Return rows by their numbers, in that order. Only row groups that hold one of them are read."""
    if not len(positions):
        return []
    shown = ", ".join(quoted(name) for name in names)
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    low, high = int(positions.min()), int(positions.max())
    where = f"file_row_number BETWEEN {low} AND {high}"
    if high - low + 1 != len(positions):
        where = f"file_row_number IN ({', '.join(str(position) for position in positions.tolist())})"
    found = db.execute(f"SELECT file_row_number, {shown} FROM {source} WHERE {where}").fetchall()
    by_number = {row[0]: [cell(value) for value in row[1:]] for row in found}
    return [by_number[position] for position in positions.tolist()]


def _order(
    db: duckdb.DuckDBPyConnection, path: Path, dataset: Dataset, sort: tuple[tuple[str, bool], ...], filter: str
) -> NDArray[np.int64]:
    """Return the row numbers that pass the filter, in order; the last few orders are remembered."""
    key = (str(path), sort, filter)
    with _lock:
        if key in _orders:
            _orders.move_to_end(key)
            return _orders[key]
    known = {column.name for column in dataset.columns}
    if unknown := [name for name, _ in sort if name not in known]:
        raise DatasetError(f"There is no column “{unknown[0]}” to sort by.")
    condition = parse_filter(filter, dataset.columns)
    keys = [f"{quoted(name)} {'DESC' if descending else 'ASC'} NULLS LAST" for name, descending in sort]
    query = f"SELECT file_row_number FROM read_parquet({literal(str(path))}, file_row_number = true)"
    if condition is not None:
        query += f" WHERE {condition.sql}"
    query += f" ORDER BY {', '.join([*keys, 'file_row_number'])}"
    found = db.execute(query, list(condition.parameters) if condition else []).fetchnumpy()
    order = np.asarray(found["file_row_number"], dtype=np.int64)
    with _lock:
        _orders[key] = order
        while len(_orders) > KEPT_ORDERS:
            _orders.popitem(last=False)
    return order
