"""Reads a time column: dates, times or whole numbers become numbers that can be counted. Refuses, in a sentence, what
cannot be read. Must not know frequencies."""

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.training.failures import Fault, FaultKind, RunFailed

if TYPE_CHECKING:
    from engine.families.frames import Values

SHOWN = 5
LOOKED_AT, NEARLY_ALL = 200, 0.9
_LIKE_A_DATE = re.compile(
    r"\d{1,4}\s?[-/.]\s?\w+\s?[-/.]\s?\d{1,4}|\d{1,4},? \w{3,} \d{1,4}|\w{3,} \d{1,2},? \d{4}|\d{8}"
)
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")


@dataclass(frozen=True)
class Times:
    """The times of all rows: nanoseconds since 1970 where `is_date`, else whole numbers."""

    values: NDArray[np.int64]
    is_date: bool


def rows_text(marks: NDArray[np.bool_]) -> str:
    """Return the marked rows for a sentence, counted from 1 below the header: “row 7”, “rows 2, 5 and 40 more”."""
    places = (np.flatnonzero(marks) + 1).tolist()
    if len(places) == 1:
        return f"row {places[0]:,}"
    shown = ", ".join(f"{place:,}" for place in places[:SHOWN])
    more = len(places) - SHOWN
    return f"rows {shown} and {more:,} more" if more > 0 else f"rows {shown}"


def may_be_dates(column: "Values") -> bool:
    """Whether nearly all texts of a column, of which a few are looked at, are dates, however they are written."""
    texts = column.dropna().astype(str).str.strip()
    texts = texts.iloc[:: max(1, len(texts) // LOOKED_AT)]
    if texts.empty or not texts.str.contains(_LIKE_A_DATE).mean() >= NEARLY_ALL:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # days before months, and the other way round, are both dates here
        read = pd.to_datetime(texts, errors="coerce", utc=True, format="mixed")
    return bool(read.notna().mean() >= NEARLY_ALL)


def read_times(column: "Values", name: str) -> Times:
    """Read a time column. Raises RunFailed naming the column and the rows that cannot be read."""
    missing = column.isna().to_numpy()
    if missing.any():
        raise _refused(name, f"Column “{name}” has no time in {rows_text(missing)}.", "Mend the file.")
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return Times(_nanoseconds(column.dt.tz_convert("UTC").dt.tz_localize(None)), True)
    if pd.api.types.is_datetime64_any_dtype(column):
        return Times(_nanoseconds(column), True)
    if pd.api.types.is_bool_dtype(column):
        raise _refused(name, f"Column “{name}” holds true and false, which is no time.", "Choose another time column.")
    if pd.api.types.is_numeric_dtype(column):
        return Times(_whole(np.asarray(column, dtype=np.float64), column, name), False)
    return _read_text(column, name)


def _nanoseconds(column: "Values") -> NDArray[np.int64]:
    return np.asarray(column.astype("datetime64[ns]").astype("int64"), dtype=np.int64)


def _whole(numbers: NDArray[np.float64], column: "Values", name: str) -> NDArray[np.int64]:
    broken = ~np.isfinite(numbers) | (numbers != np.floor(numbers))
    if broken.any():
        example = column.to_numpy()[broken][0]
        raise _refused(
            name,
            f"Column “{name}” has times that are neither dates nor whole numbers in {rows_text(broken)}, such as {example}.",
            "Choose another time column, or number the steps.",
        )
    return np.asarray(column, dtype=np.int64)


def _read_text(column: "Values", name: str) -> Times:
    texts = column.astype(str).str.strip()
    if _one_zone(texts, name):
        texts = texts.str.replace(_OFFSET.pattern, "", regex=True)  # times stay as the clock there shows them
    first = texts.iloc[0]
    read = _dates_of(texts)
    unread = read.isna().to_numpy()
    if unread.all():
        raise _refused(
            name,
            f"No date can be read in column “{name}”: its first value is “{first[:40]}”.",
            "Choose another time column, or write dates as 2024-01-31 or 2024-01-31 15:00.",
        )
    if unread.any():
        example = texts.to_numpy()[unread][0][:40]
        raise _refused(
            name,
            f"Column “{name}” is not written in one way: {rows_text(unread)} (such as “{example}”) cannot be read like "
            f"the first row (“{first[:40]}”).",
            "Write all dates in one way, such as 2024-01-31 15:00.",
        )
    return Times(_nanoseconds(read.dt.tz_localize(None)), True)


def _dates_of(texts: "Values") -> "Values":
    """Return the date of each text, or none, all read in the way of the first one. Where its day may stand before its month
    or behind it, that way is taken which more texts can be read in, then the one of more even steps."""
    readings = [pd.to_datetime(texts, errors="coerce", utc=True, format=one) for one in _formats_of(texts.iloc[0])]
    return min(readings, key=lambda read: (read.isna().sum(), _unevenness(read)))


def _formats_of(text: str) -> list[str]:
    """Return in which ways a text may be a date, the likelier first: days stand before months where there are dots."""
    from pandas.tseries.api import guess_datetime_format

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a way that this text alone excludes
        guessed = [
            guess_datetime_format(text, dayfirst=is_first) for is_first in sorted((False, True), reverse="." in text)
        ]
    return list(dict.fromkeys(one or "ISO8601" for one in guessed))


def _unevenness(read: "Values") -> float:
    """Return how many times the shortest gap between dates goes into the longest one."""
    gaps = np.diff(np.unique(_nanoseconds(read.dropna().dt.tz_localize(None))))
    return float(gaps.max() / gaps.min()) if len(gaps) else 1.0


def _one_zone(texts: "Values", name: str) -> bool:
    """Whether times carry an offset from UTC. More than one is refused: steps would not be evenly spaced any more."""
    if not texts.str.contains(r"\d:\d{2}.*" + _OFFSET.pattern, regex=True).any():
        return False
    zones = texts.str.extract(r"\d:\d{2}.*?(Z|[+-]\d{2}:?\d{2})$")[0].fillna("")
    usual = zones.mode().iloc[0]
    other = (zones != usual).to_numpy()
    if other.any():
        raise _refused(
            name,
            f"Column “{name}” mixes time zones: another one than “{usual or 'none'}” is in {rows_text(other)}.",
            "Write all times in one zone, UTC for example.",
        )
    return True


def _refused(name: str, cause: str, advice: str) -> RunFailed:
    return RunFailed(cause, advice, Fault(FaultKind.TEXT, (name,), "time"))
