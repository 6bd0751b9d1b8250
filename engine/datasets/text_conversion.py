"""Text, CoNLL and SQuAD turned into Parquet with natural columns, a chunk of rows at a time. Knows no tokenizer."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

import duckdb

from engine.datasets.conll import conll_names, conll_rows
from engine.datasets.corpus import Row, document_rows, line_rows, paragraph_rows, text_files
from engine.datasets.database import literal, quoted
from engine.datasets.records import DatasetError, ReadOptions, Reject
from engine.datasets.squad import NAMES as SQUAD_NAMES
from engine.datasets.squad import squad_rows

CHUNK_ROWS, CHUNK_LETTERS = 20_000, 8 * 2**20
ROW_GROUP = 61_440
Reader = Callable[[Path, ReadOptions], Iterator[Row | Reject]]
PLAIN: dict[str, Reader] = {"lines": line_rows, "paragraphs": paragraph_rows, "document": document_rows}

FOLDER = "folder"
"""The column of the folder that a file lay in."""


def convert_text(
    db: duckdb.DuckDBPyConnection,
    path: Path,
    options: ReadOptions,
    scratch: Path,
    cancelled: Callable[[], bool],
    limit: int | None = None,
) -> None:
    """Write `data.parquet` and, for what could not be read, `rejects.parquet`; at most `limit` rows. Raises DatasetError.

    Columns: text (and file, folder for folders); tokens … tags; SQuAD's. What is a list is kept as JSON.
    """
    names, rows = _source(path, options)
    kinds = {"is_impossible": "BOOLEAN"}
    columns = ", ".join(f"{quoted(name)} {kinds.get(name, 'VARCHAR')}" for name in names)
    db.execute(f"CREATE TEMP TABLE text_rows (place BIGINT, {columns})")
    db.execute("CREATE TEMP TABLE text_rejects (line BIGINT, text VARCHAR, reason VARCHAR)")
    count = 0
    for good, bad in _chunks(rows, limit):
        if cancelled():
            raise DatasetError("The import was cancelled.")
        _insert(db, "text_rows", [(count + place, *row) for place, row in enumerate(good)])
        _insert(db, "text_rejects", [(one.line, one.text, one.reason) for one in bad])
        count += len(good)
    _write(db, scratch)


def _source(path: Path, options: ReadOptions) -> tuple[tuple[str, ...], Iterator[Row | Reject]]:
    if options.format == "conll":
        return conll_names(path, options), conll_rows(path, options)
    if options.format == "squad":
        return SQUAD_NAMES, squad_rows(path, options)
    read = PLAIN[options.format]
    if not path.is_dir():
        return ("text",), read(path, options)
    files = text_files(path)
    is_deep = any(file.parent != path for file in files)
    names = ("text", "file", FOLDER) if is_deep else ("text", "file")
    return names, chain.from_iterable(_of_folder(path, file, read, options, is_deep) for file in files)


def _of_folder(folder: Path, file: Path, read: Reader, options: ReadOptions, is_deep: bool) -> Iterator[Row | Reject]:
    """A file's rows with its name and, for what lies deeper, its folder, which is often the text's class."""
    below = file.relative_to(folder)
    place = (below.name, "" if below.parent == Path() else below.parent.as_posix())
    for row in read(file, options):
        if isinstance(row, Reject):
            yield row.model_copy(update={"reason": f"{below.as_posix()}: {row.reason}"})
        else:
            yield (*row, *place[: 1 + is_deep])


def _chunks(rows: Iterator[Row | Reject], limit: int | None) -> Iterator[tuple[list[Row], list[Reject]]]:
    good: list[Row] = []
    bad: list[Reject] = []
    letters = 0
    for row in islice(rows, limit):
        if isinstance(row, Reject):
            bad.append(row)
            continue
        good.append(row)
        letters += len(str(row[0]))
        if len(good) >= CHUNK_ROWS or letters >= CHUNK_LETTERS:
            yield good, bad
            good, bad, letters = [], [], 0
    yield good, bad


def _insert(db: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    import pandas as pd

    if not rows:
        return
    frame = pd.DataFrame({f"c{place}": list(column) for place, column in enumerate(zip(*rows, strict=True))})
    db.register("chunk", frame)
    db.execute(f"INSERT INTO {table} SELECT * FROM chunk")
    db.unregister("chunk")


def _write(db: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    kind = f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP})"
    target = literal(str(scratch / "data.parquet"))
    db.execute(f"COPY (SELECT * EXCLUDE place FROM text_rows ORDER BY place) TO {target} {kind}")
    if db.execute("SELECT count(*) FROM text_rejects").fetchall()[0][0]:
        target = literal(str(scratch / "rejects.parquet"))
        db.execute(f"COPY (SELECT * FROM text_rejects ORDER BY line) TO {target} (FORMAT parquet)")
