"""Column names and types for a text table: names made usable, types guessed from the head. Reads no file."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from engine.datasets.records import DatasetError, ReadOptions

MOST_COLUMNS = 20_000
SQL_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "text": "VARCHAR",
}
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?")


def column_names(first: Sequence[str], options: ReadOptions) -> tuple[list[str], list[str]]:
    """Return usable, unique names for the fields of a file's first row, and notes about what was changed.

    Raises DatasetError where there are too many columns.
    """
    if len(first) > MOST_COLUMNS:
        raise DatasetError(f"The file has {len(first):,} columns; the most that can be used is {MOST_COLUMNS:,}.")
    if not options.header:
        return [f"column_{number}" for number in range(1, len(first) + 1)], []
    names: list[str] = []
    taken: set[str] = set()
    empty = repeated = 0
    for number, field in enumerate(first, 1):
        name = field.replace("\0", "").strip()
        if not name:
            name, empty = f"column_{number}", empty + 1
        unique, suffix = name, 2
        # DuckDB does not tell upper from lower case in names.
        while unique.lower() in taken:
            unique, suffix = f"{name}_{suffix}", suffix + 1
        repeated += unique != name
        taken.add(unique.lower())
        names.append(unique)
    notes = []
    if empty:
        notes.append(f"{empty} column(s) had no name and were called column_N.")
    if repeated:
        notes.append(f"{repeated} column name(s) stood there more than once and got a number.")
    return names, notes


def guess_types(rows: Sequence[Sequence[str]], width: int, options: ReadOptions) -> list[str]:
    """Return a type a column that fits every value of these rows."""
    missing = set(options.missing)
    types = []
    for place in range(width):
        values = [row[place] for row in rows if len(row) == width and row[place] not in missing]
        types.append(_type_of(values, options))
    return types


def _type_of(values: Sequence[str], options: ReadOptions) -> str:
    if not values:
        return "text"
    if all(value.lower() in {"true", "false"} for value in values):
        return "boolean"
    if all(_INTEGER.fullmatch(value) and not _is_code(value) for value in values):
        return "integer"
    plain = [value.replace(",", ".", 1) for value in values] if options.decimal == "," else values
    if all(_NUMBER.fullmatch(value) and not _is_code(value) for value in plain):
        return "number"
    if all(_DATE.fullmatch(value) and _reads(date, value) for value in values):
        return "date"
    if all(_DATETIME.fullmatch(value) and _reads(datetime, value) for value in values):
        return "datetime"
    return "text"


def _is_code(value: str) -> bool:
    """Digits with a leading zero are a code, such as a postcode; as a number they would lose it."""
    digits = value.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits.isdigit()


def _reads(kind: type[date], value: str) -> bool:
    try:
        kind.fromisoformat(value)
    except ValueError:
        return False
    return True


def wider(name: str) -> str:
    """Return the next type that takes more values: integer → number → text, everything else → text."""
    return "number" if name == "integer" else "text"
