"""The first rows of a file as they would be imported, from its head alone, so that settings can be tried live."""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from engine.datasets.conversion import convert, counted, widened
from engine.datasets.database import connect, in_words, literal
from engine.datasets.guessing import guess_options
from engine.datasets.reasons import rejected_lines
from engine.datasets.records import Cell, Column, DatasetError, Preview, ReadOptions, Reject
from engine.datasets.text_conversion import convert_text
from engine.datasets.text_sniffing import TEXT_FORMATS
from engine.datasets.text_source import TextSource, open_text

FIRST_REJECTS = 100


def preview(path: Path, options: ReadOptions | None = None, rows: int = 200) -> Preview:
    """Return the first rows of a file. Raises DatasetError where these settings give none."""
    path = Path(path)
    options = options or guess_options(path)
    try:
        with TemporaryDirectory(prefix="tensorbench-") as folder, connect(Path(folder)) as db:
            if options.format == "csv":
                with open_text(path, options, Path(folder), head_only=True, cancelled=lambda: False) as source:
                    return _preview_text(db, source, rows)
            return _preview_other(db, path, options, rows, Path(folder))
    except duckdb.Error as error:
        raise in_words(path, error) from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}).") from error


def _preview_text(db: duckdb.DuckDBPyConnection, source: TextSource, rows: int) -> Preview:
    types = list(source.types)
    while True:
        # The whole head is read, without LIMIT: a scan that stops early fills no table of rejected lines.
        found = db.execute(f"SELECT * FROM {source.sql(tuple(types))}").fetchall()[:rows]
        if not widened(db, source, types):
            break
    columns = tuple(Column(name=name, type=kind) for name, kind in zip(source.names, types, strict=True))  # type: ignore[arg-type]
    bad = db.execute(rejected_lines(source.options.quote, FIRST_REJECTS)).fetchall()
    rejects = tuple(Reject(line=line, text=text or "", reason=reason) for line, text, reason in bad)
    if not found and not rejects:
        raise DatasetError("No row can be read with these settings. Check delimiter, quote and header.")
    return Preview(
        options=source.options,
        columns=columns,
        rows=[[cell(value) for value in row] for row in found],
        rejects=rejects,
        notes=source.notes,
    )


def _preview_other(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, rows: int, folder: Path) -> Preview:
    if options.format == "parquet":
        query = f"SELECT * FROM read_parquet({literal(str(path))}) LIMIT {int(rows)}"
        db.execute(f"COPY ({query}) TO {literal(str(folder / 'head.parquet'))} (FORMAT parquet)")
        converted = convert(db, folder / "head.parquet", options, folder, lambda: False)
    elif options.format in TEXT_FORMATS:
        convert_text(db, path, options, folder, lambda: False, limit=rows)
        converted = counted(db, path, options, folder)
    else:
        converted = convert(db, path, options, folder, lambda: False)
    found = db.execute(f"SELECT * FROM read_parquet({literal(str(converted.parquet))}) LIMIT {int(rows)}").fetchall()
    bad: list[tuple[int, str, str]] = []
    if converted.rejected:
        source = literal(str(folder / "rejects.parquet"))
        bad = db.execute(f"SELECT line, text, reason FROM read_parquet({source}) LIMIT {FIRST_REJECTS}").fetchall()
    return Preview(
        options=options,
        columns=converted.columns,
        rows=[[cell(value) for value in row] for row in found],
        rejects=tuple(Reject(line=line, text=text, reason=reason) for line, text, reason in bad),
    )


def cell(value: object) -> Cell:
    """Return a database value as JSON can carry it; dates become ISO text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat(*([" "] if hasattr(value, "hour") else []))) if isoformat else str(value)
