"""Excel workbooks: which sheets there are, and one sheet as a text table. Knows nothing of types or Parquet."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from engine.datasets.records import DatasetError, ReadOptions, Sheet


def sheets(path: Path) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook that hold cells, in its order; none for other formats. Raises DatasetError."""
    from engine.datasets.sniffing import SUFFIXES

    path = Path(path)
    if SUFFIXES.get(path.suffix.lower()) != "excel":
        return ()
    with _opened(path) as book:
        return _sheets(book)


def excel_as_csv(path: Path, options: ReadOptions, scratch: Path) -> Path:
    """Write one sheet of a workbook as CSV: the one named, or the first that is not hidden. Raises DatasetError."""
    with _opened(path) as book:
        found = _sheets(book)
        shown = [one.name for one in found if not one.hidden] or [one.name for one in found]
        sheet = options.sheet or next(iter(shown), "")
        if sheet not in {one.name for one in found}:
            names = ", ".join(f"“{one.name}”" for one in found)
            raise DatasetError(f"{path.name} has no sheet “{sheet}”; it has {names or 'none'}.")
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
    if len(rows) < 1 + options.header:
        others = [name for name in shown if name != sheet]
        hint = f" Choose another sheet: {', '.join(others[:8])}." if others else ""
        raise DatasetError(f"The sheet “{sheet}” of {path.name} has no rows below a header.{hint}")
    target = scratch / "sheet.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[_cell(value) for value in row] for row in rows])
    return target


def as_text_options(options: ReadOptions) -> ReadOptions:
    """Return how the written sheet is read: the header and the marks of missing values are the user's."""
    return ReadOptions(header=options.header, missing=options.missing)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        yield CalamineWorkbook.from_path(str(path))
    except DatasetError:
        raise
    except PasswordError as error:
        raise DatasetError(f"{path.name} is locked by a password. Save it without one first.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise DatasetError(f"{path.name} is not an Excel workbook, or it is damaged ({error}).") from error


def _sheets(book: Any) -> tuple[Sheet, ...]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return tuple(
        Sheet(name=one.name, hidden=one.visible != SheetVisibleEnum.Visible)
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet
    )


def _cell(value: object) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
