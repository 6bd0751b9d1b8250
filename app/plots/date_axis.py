"""An axis of dates: ticks at whole hours, days, months and years, each written as shortly as its neighbours allow."""

import math
from datetime import UTC, datetime

from PySide6.QtCore import QLocale

from app.plots.axis import Axis

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
MONTH, YEAR = 30.44 * DAY, 365.25 * DAY
TICK_WIDTH = 68  # pixels from one tick to the next, at least
SHORT = [
    1,
    2,
    5,
    10,
    15,
    30,
    *(MINUTE * one for one in (1, 2, 5, 10, 15, 30)),
    *(HOUR * one for one in (1, 2, 3, 6, 12)),
]
LONG = [DAY, 2 * DAY, 7 * DAY, 14 * DAY]
MONTHS = (1, 2, 3, 6)
YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
FIRST, LAST = -62_135_596_800.0, 253_402_300_799.0  # of what a date can be


class DateAxis(Axis):
    """Seconds since 1970 as dates of no time zone, or plain numbers where `setDates(False)` was called."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self._are_dates = True

    def setDates(self, are_dates: bool) -> None:
        """Take values as seconds since 1970, or as numbers."""
        self._are_dates = are_dates
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return the ticks between two times, with their spacing."""
        if not self._are_dates or not FIRST <= low < high <= LAST:
            return list(super().tickValues(low, high, size))
        wanted = (high - low) / max(size / TICK_WIDTH, 1.5)
        spacing, ticks = _ticks(low, high, wanted)
        return [(spacing, [tick for tick in ticks if low <= tick <= high])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return what is written at ticks: the date with the first, and where a day, month or year begins."""
        if not self._are_dates or any(not FIRST <= value <= LAST for value in values):
            return super().tickStrings(values, scale, spacing)
        return [_text(value, values[place - 1] if place else None, spacing) for place, value in enumerate(values)]


def moment_text(seconds: float) -> str:
    """Return a time to the second, without what is zero: “2024-03-01”, “2024-03-01 06:00”."""
    if not FIRST <= seconds <= LAST:
        return f"{seconds:,.6g}"
    moment = _date(seconds)
    if not (moment.hour or moment.minute or moment.second):
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"


def _ticks(low: float, high: float, wanted: float) -> tuple[float, list[float]]:
    for step in (*SHORT, *LONG):
        if step >= wanted:
            origin = 4 * DAY if step >= 7 * DAY else 0.0  # weeks begin on Mondays
            first = math.ceil((low - origin) / step)
            last = math.floor((high - origin) / step)
            return float(step), [origin + place * step for place in range(first, last + 1)]
    months = next((one for one in MONTHS if one * MONTH >= wanted), 0)
    if not months:
        months = 12 * next((one for one in YEARS if one * YEAR >= wanted), YEARS[-1])
    begin = _date(low)
    place = (begin.year * 12 + begin.month - 1) // months * months
    ticks = []
    while place < 9999 * 12:
        at = datetime(max(1, place // 12), place % 12 + 1, 1, tzinfo=UTC).timestamp()
        if at > high:
            break
        ticks.append(at)
        place += months
    return months * MONTH, ticks


def _text(value: float, before: float | None, spacing: float) -> str:
    now, last = _date(value), None if before is None else _date(before)
    if spacing > 11 * MONTH:
        return str(now.year)
    new_year = last is None or last.year != now.year
    month = QLocale().monthName(now.month, QLocale.FormatType.ShortFormat)
    if spacing > 27 * DAY:
        return f"{month} {now.year}" if new_year else month
    day = f"{now.day} {month}"
    if spacing >= DAY:
        return f"{day} {now.year}" if new_year and last is not None else day
    clock = f"{now:%H:%M:%S}" if spacing < MINUTE else f"{now:%H:%M}"
    if last is None:
        return f"{day} {clock}" if value % DAY else day
    return day if last.date() != now.date() and not value % DAY else clock


def _date(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
