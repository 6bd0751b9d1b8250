"""DuckDB connections that stay small, touch no network, and speak in sentences. The one place that opens one."""

import errno
import re
from pathlib import Path

import duckdb

from engine.datasets.records import DatasetError

TYPES = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "SMALLINT": "integer",
    "TINYINT": "integer",
    "HUGEINT": "integer",
    "UBIGINT": "integer",
    "UINTEGER": "integer",
    "USMALLINT": "integer",
    "UTINYINT": "integer",
    "DOUBLE": "number",
    "FLOAT": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIMESTAMP_NS": "datetime",
    "TIMESTAMP_S": "datetime",
    "TIMESTAMP_MS": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}


def connect(folder: Path | None = None, memory: str = "560MB") -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that may spill into `folder`."""
    db = duckdb.connect()
    db.execute("SET autoinstall_known_extensions = false")
    db.execute("SET autoload_known_extensions = false")
    db.execute("SET enable_progress_bar = false")
    db.execute(f"SET memory_limit = '{memory}'")
    if folder is not None:
        db.execute(f"SET temp_directory = {literal(str(folder))}")
    return db


def literal(text: str) -> str:
    """Return an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def column_type(sql_type: str) -> str:
    """Return our name of an SQL type; decimals are numbers, everything unknown is text."""
    return "number" if sql_type.startswith("DECIMAL") else TYPES.get(sql_type, "text")


def is_disk_full(error: Exception) -> bool:
    """Whether an error of the system or the database says that no more can be written: disk, quota or file limit."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return True
    text = str(error).lower()
    return any(words in text for words in ("no space left", "disk is full", "disk full", "file too large", "quota"))


def in_words(path: Path, error: Exception) -> DatasetError:
    """Put a database error about a file into a sentence."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    lower = str(error).lower()
    if is_disk_full(error):
        return DatasetError("The disk is full. Free some space and import again; nothing half-written was kept.")
    if "out of memory" in lower or "memory limit" in lower:
        return DatasetError(f"{path.name} needs more memory than the import may use. Split it into smaller files.")
    if "maximum line size" in lower:
        return DatasetError(
            f"{path.name} has a line of more than 16 MB: a quote may be unterminated. Check the quote mark."
        )
    if "parquet" in lower and ("too small" in lower or "magic bytes" in lower or "footer" in lower):
        return DatasetError(f"{path.name} is not a Parquet file, or it is cut short. Fetch or export it again.")
    if "invalid state" in lower:
        return DatasetError(f"{path.name} mixes kinds of line ends. Save it again with one kind.")
    text = re.sub(r"^[\w ]+Error: ", "", text)
    return DatasetError(f"{path.name} cannot be read: {text}")
