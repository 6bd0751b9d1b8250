"""Each file format turned into Parquet with one DuckDB statement or two. Types are widened, never rows thrown away."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from engine.datasets.columns import wider
from engine.datasets.database import column_type, literal, quoted
from engine.datasets.reasons import rejected_lines
from engine.datasets.records import Column, DatasetError, ReadOptions
from engine.datasets.text_conversion import convert_text
from engine.datasets.text_sniffing import TEXT_FORMATS
from engine.datasets.text_source import TextSource, open_text
from engine.datasets.workbooks import as_text_options, excel_as_csv

ROW_GROUP = 61_440
WIDE, WIDE_MEMORY = 1_000, "4GB"
_PLAIN = ("integer", "number", "boolean", "date", "datetime")


@dataclass(frozen=True)
class Converted:
    """What a conversion made: a Parquet file, its columns, and how many lines were rejected."""

    parquet: Path
    rows: int
    columns: tuple[Column, ...]
    rejected: int


def convert(
    db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, scratch: Path, cancelled: Callable[[], bool]
) -> Converted:
    """Write `data.parquet` (and `rejects.parquet` where lines were rejected) into `scratch`. Raises DatasetError."""
    target = scratch / "data.parquet"
    if options.format == "parquet":
        _copy(db, f"SELECT * FROM read_parquet({literal(str(path))})", target)
    elif options.format == "jsonl":
        _convert_json(db, path, scratch, target)
    elif options.format in TEXT_FORMATS:
        convert_text(db, path, options, scratch, cancelled)
    else:
        text = path
        if options.format == "excel":
            text, options = excel_as_csv(path, options, scratch), as_text_options(options)
        with open_text(text, options, scratch, head_only=False, cancelled=cancelled) as source:
            _convert_text(db, source, scratch, target)
    return counted(db, path, options, scratch)


def _convert_text(db: duckdb.DuckDBPyConnection, source: TextSource, scratch: Path, target: Path) -> None:
    """Read with the guessed types; where a value further down does not fit, widen its column and read again."""
    if len(source.names) > WIDE:
        # A batch of 2,048 rows of so many columns takes hundreds of megabytes a thread.
        db.execute("SET threads = 1")
        db.execute(f"SET memory_limit = '{WIDE_MEMORY}'")
    types = list(source.types)
    while True:
        _copy(db, f"SELECT * FROM {source.sql(tuple(types))}", target)
        if not widened(db, source, types):
            break
    _keep_rejects(db, scratch, source.options.quote)


def widened(db: duckdb.DuckDBPyConnection, source: TextSource, types: list[str]) -> bool:
    """Widen in place the types of columns whose values did not fit in the last reading; whether there were any."""
    misfits = db.execute("SELECT DISTINCT column_name FROM reject_errors WHERE error_type = 'CAST'").fetchall()
    for (name,) in misfits:
        place = source.names.index(name)
        types[place] = wider(types[place])
    if misfits:
        _forget_rejects(db)
    return bool(misfits)


def _forget_rejects(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("DROP TABLE IF EXISTS reject_errors")
    db.execute("DROP TABLE IF EXISTS reject_scans")


def _keep_rejects(db: duckdb.DuckDBPyConnection, scratch: Path, quote: str) -> None:
    if db.execute("SELECT count(*) FROM reject_errors").fetchall()[0][0]:
        db.execute(f"COPY ({rejected_lines(quote)}) TO {literal(str(scratch / 'rejects.parquet'))} (FORMAT parquet)")


def _convert_json(db: duckdb.DuckDBPyConnection, path: Path, scratch: Path, target: Path) -> None:
    """Read one JSON object a line; lines that are none are rejected with their number."""
    lines = (
        f"SELECT row_number() OVER () AS line, text FROM read_csv({literal(str(path))}, "
        "columns = {'text': 'VARCHAR'}, auto_detect = false, delim = '\x01', quote = '', escape = '', "
        "header = false, nullstr = '\x02', max_line_size = 16777216)"
    )
    db.execute(f"CREATE TEMP TABLE lines AS {lines}")
    sound = "CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE false END"
    good = scratch / "good.jsonl"
    db.execute(
        f"COPY (SELECT text FROM lines WHERE {sound} ORDER BY line) TO {literal(str(good))} "
        "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
    )
    db.execute(
        "CREATE TEMP TABLE bad AS SELECT line, text, 'This line is not a JSON object.' AS reason FROM lines "
        f"WHERE NOT coalesce({sound}, false) AND trim(text) <> ''"
    )
    if good.stat().st_size == 0:
        raise DatasetError(f"{path.name} has no line that is a JSON object.")
    if db.execute("SELECT count(*) FROM bad").fetchall()[0][0]:
        db.execute(f"COPY bad TO {literal(str(scratch / 'rejects.parquet'))} (FORMAT parquet)")
    _copy(
        db,
        f"SELECT * FROM read_json({literal(str(good))}, format = 'newline_delimited', sample_size = -1)",
        target,
    )


def _copy(db: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Write a query as Parquet; what is nested or exotic becomes text."""
    described = db.execute(f"DESCRIBE {query}").fetchall()
    _forget_rejects(db)
    shown = ", ".join(_plain(name, sql_type) for name, sql_type, *_ in described)
    db.execute(
        f"COPY (SELECT {shown} FROM ({query})) TO {literal(str(target))} "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP})"
    )


def _plain(name: str, sql_type: str) -> str:
    kind = column_type(sql_type)
    if kind == "number" and sql_type.startswith("DECIMAL"):
        return f"{quoted(name)}::DOUBLE AS {quoted(name)}"
    if kind == "datetime" and sql_type != "TIMESTAMP":
        return f"{quoted(name)}::TIMESTAMP AS {quoted(name)}"
    if kind in _PLAIN or sql_type == "VARCHAR":
        return quoted(name)
    return f"{quoted(name)}::VARCHAR AS {quoted(name)}"


def counted(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, scratch: Path) -> Converted:
    """Return what lies in `scratch` after a conversion. Raises DatasetError where no row was read."""
    target = scratch / "data.parquet"
    source = f"read_parquet({literal(str(target))})"
    rows = db.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]
    described = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    columns = tuple(Column(name=name, type=column_type(kind)) for name, kind, *_ in described)  # type: ignore[arg-type]
    rejected, first = 0, ""
    if (scratch / "rejects.parquet").exists():
        bad = f"read_parquet({literal(str(scratch / 'rejects.parquet'))})"
        rejected = db.execute(f"SELECT count(*) FROM {bad}").fetchall()[0][0]
        first = db.execute(f"SELECT 'line ' || line || ': ' || reason FROM {bad} ORDER BY line LIMIT 1").fetchall()[0][
            0
        ]
    if rows == 0:
        hint = f" The first problem is in {first}" if first else ""
        advice = "" if options.format in TEXT_FORMATS else " Check delimiter and quote."
        raise DatasetError(f"No row of {path.name} can be read with these settings.{hint}{advice}")
    return Converted(target, rows, columns, rejected)
