"""Frequency: how far two steps of a series are apart, and so which step a time is. Knows nothing of tables or models."""

import re
from string import ascii_letters
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from engine.families.findings import counted

Ints = NDArray[np.int64]
SECOND = 1_000_000_000
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
_SIZES = {"s": SECOND, "min": 60 * SECOND, "h": HOUR, "D": DAY, "W": 7 * DAY}
_MONTHS = {"MS": 1, "QS": 3, "YS": 12}
_WORDS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "D": "day",
    "W": "week",
    "MS": "month",
    "QS": "quarter",
    "YS": "year",
}
MONDAY = 4 * DAY  # the first one after 1970-01-01, from which times are counted
MOST_OF_A_SEASON = 2_000


class Frequency(BaseModel):
    """The distance of two steps. `size` counts nanoseconds, months or whole numbers; steps are counted from `anchor`."""

    model_config = ConfigDict(frozen=True)

    unit: Literal["ns", "month", "number"]
    size: int
    anchor: int = 0

    @property
    def is_date(self) -> bool:
        """Whether times are dates rather than whole numbers."""
        return self.unit != "number"

    @property
    def text(self) -> str:
        """The frequency as a specification writes it, such as h, 15min or MS."""
        if self.unit == "number":
            return str(self.size)
        sizes = _MONTHS if self.unit == "month" else _SIZES
        for name, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
            if self.size % size == 0:
                count = self.size // size
                return name if count == 1 else f"{count}{name}"
        return f"{self.size}ns"

    @property
    def words(self) -> str:
        """The frequency as people say it, such as 1 hour, 15 minutes or 1 month; a number as it is."""
        number = self.text.rstrip(ascii_letters)
        unit = _WORDS.get(self.text[len(number) :])
        return counted(int(number or 1), unit) if unit else self.text

    @property
    def season(self) -> int:
        """The usual season in steps: a day of hours, a week of days, a year of weeks, months or quarters; else 1."""
        if self.unit == "number":
            return 1
        if self.unit == "month":
            return max(1, 12 // self.size)
        if self.size >= 7 * DAY:
            return max(1, round(364 * DAY / self.size))
        if self.size >= DAY:
            return max(1, 7 * DAY // self.size)
        return next((period // self.size for period in (DAY, HOUR) if period // self.size <= MOST_OF_A_SEASON), 60)

    def steps(self, values: Ints, late: Ints | int = 0) -> Ints:
        """Return the step of each time, rounded down. Times are nanoseconds since 1970, or whole numbers.

        Here and below, `late` is by how much the steps of a time's series come after those of the grid.
        """
        return (self._counted(values) - self.anchor - late) // self.size

    def rests(self, values: Ints, late: Ints | int = 0) -> Ints:
        """Return how far each time lies behind its step: 0 on it. Any day of a month is, where steps are months."""
        return (self._counted(values) - self.anchor - late) % self.size

    def times(self, steps: Ints, late: Ints | int = 0) -> Any:
        """Return the times of steps as datetime64[ns], or as whole numbers."""
        counted = steps * self.size + self.anchor + late
        if self.unit == "number":
            return counted
        if self.unit == "month":
            return counted.astype("datetime64[M]").astype("datetime64[ns]")
        return counted.astype("datetime64[ns]")

    def are_days(self, late: Ints | int = 0) -> bool:
        """Whether all steps are whole days, so that a date alone tells them."""
        if self.unit == "month":
            return True
        return self.unit == "ns" and self.size % DAY == 0 and not np.any((self.anchor + late) % DAY)

    def text_of(self, step: int, late: int = 0) -> str:
        """Return the time of one step for people: a date alone where all steps are at midnight."""
        time = self.times(np.array([step]), late)[0]
        if self.unit == "number":
            return str(time)
        return str(pd.Timestamp(time).date() if self.are_days(late) else pd.Timestamp(time))

    def _counted(self, values: Ints) -> Ints:
        return _months(values) if self.unit == "month" else values

    def of(self, value: Any, late: int = 0) -> int:
        """Return the step of a date or number as text. Raises ValueError."""
        number = int(value) if self.unit == "number" else pd.Timestamp(value).value
        return int(self.steps(np.array([number]), late)[0])


def named(text: str, values: Ints, is_date: bool) -> Frequency:
    """Return the frequency that a specification names. Raises ValueError where dates and numbers are mixed up."""
    found = re.fullmatch(r"(\d*)(s|min|h|D|W|MS|QS|YS)?", text)
    if found is None or (found[2] is None) == is_date:
        examples = "such as h, 15min, D, W, MS, QS or YS" if is_date else "a whole number"
        raise ValueError(f"the frequency “{text}” does not fit the column; it must be {examples}")
    count = int(found[1] or 1)
    if count < 1:
        raise ValueError("the frequency must be at least 1")
    if not is_date:
        return Frequency(unit="number", size=count, anchor=_rest(values, count, 0))
    if found[2] in _MONTHS:
        size = count * _MONTHS[found[2]]
        return Frequency(unit="month", size=size, anchor=_rest(_months(values), size, 0))
    size = count * _SIZES[found[2]]
    return Frequency(unit="ns", size=size, anchor=_rest(values, size, MONDAY if found[2] == "W" else 0))


def detected(values: Ints, series: Ints, is_date: bool) -> Frequency:
    """Return the distance that two neighbouring times of a series most often have.

    `series` has each row's series. Without two times in any series it is a day, or 1.
    """
    order = sorted_order(values, series)
    gaps = np.diff(values[order])[np.diff(series[order]) == 0]
    if (gaps <= 0).any():
        gaps = gaps[gaps > 0]
    if not len(gaps):
        return (
            Frequency(unit="ns", size=DAY, anchor=_rest(values, DAY, 0))
            if is_date
            else Frequency(unit="number", size=1)
        )
    sizes, counts = _counted(gaps)
    usual = int(sizes[np.argmax(counts)])
    if not is_date:
        return Frequency(unit="number", size=usual, anchor=_rest(values, usual, 0))
    for months, (least, most) in {1: (28, 31), 3: (89, 92), 12: (365, 366)}.items():
        if least * DAY <= usual <= most * DAY and _is_by_months(gaps, months):
            return Frequency(unit="month", size=months, anchor=_rest(_months(values), months, 0))
    return Frequency(unit="ns", size=usual, anchor=_rest(values, usual, 0))


def sorted_order(values: Ints, series: Ints) -> Ints | slice:
    """Return the order of rows by series and value, rows of the same in the order they have. Files are often sorted: all
    rows are then a slice, so that no column need be copied."""
    change = np.diff(series)
    if ((change > 0) | ((change == 0) & (np.diff(values) >= 0))).all():
        return slice(None)
    return np.lexsort((values, series)).astype(np.int64)


def _counted(values: Ints) -> tuple[Ints, Ints]:
    """Return the different values in order, and how often each is there; a single one is seen without sorting."""
    if (values == values[0]).all():
        return values[:1], np.array([len(values)])
    found, counts = np.unique(values, return_counts=True)
    return found, counts


def _is_by_months(gaps: Ints, months: int) -> bool:
    """Whether gaps differ as months do: four weeks each time are no months."""
    least, most = {1: (28, 31), 3: (89, 92), 12: (365, 366)}[months]
    near = gaps[(gaps >= least * DAY) & (gaps <= most * DAY)]
    return len(near) == 1 or len(np.unique(near)) > 1


def _months(values: Ints) -> Ints:
    months: Ints = values.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    return months


def _rest(values: Ints, size: int, otherwise: int) -> int:
    """Return where steps are counted from: what most times leave when they are divided by a step, if nearly all do."""
    if not len(values):
        return otherwise
    rests, counts = _counted(values % size)
    most = int(np.argmax(counts))
    return int(rests[most]) if counts[most] * 2 > len(values) else otherwise
