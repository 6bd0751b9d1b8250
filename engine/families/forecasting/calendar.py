"""Parts of the date as inputs, each a point on a circle, so that 23 h is beside 0 h, and holidays. They are always known
ahead."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.forecasting import holiday_days
from engine.families.forecasting.frequency import DAY, HOUR, Frequency
from engine.spec import CalendarFeature, InputSpec

_PERIODS: dict[CalendarFeature, int] = {"minute": HOUR, "hour": DAY, "weekday": 7 * DAY, "day": 28 * DAY}
"""After what time a part of the date comes again, a year where there is none. Steps must be shorter: what is the same at
every step tells nothing."""


def usable(features: Iterable[CalendarFeature], frequency: Frequency) -> list[CalendarFeature]:
    """Return the parts that differ from step to step at this frequency; none where times are numbers."""
    if not frequency.is_date:
        return []
    if frequency.unit == "month":
        return [one for one in features if one in {"month", "year_day"} and frequency.size < 12]
    return [one for one in features if frequency.size < period(one)]


def period(feature: CalendarFeature) -> int:
    """Return after how many nanoseconds a part of the date comes again, the shortest month for a day of the month."""
    return _PERIODS.get(feature, 365 * DAY)


def lasting(frequency: Frequency, first: int, last: int) -> int:
    """Return how many nanoseconds steps `first` to `last` last, both of them and of dates."""
    begin, end = frequency.times(np.array([first, last + 1])).tolist()
    return int(end - begin)


def suggested(frequency: Frequency, steps: NDArray[np.int64]) -> tuple[CalendarFeature, ...]:
    """Return what one usually takes for a frequency, of what comes again at least twice in these steps: what comes once says
    no more than the date itself, and once it is new, a model can only guess."""
    if not frequency.is_date or not len(steps):
        return ()
    every: tuple[CalendarFeature, ...] = ("hour", "weekday", "month")
    if frequency.unit == "ns" and frequency.size >= 7 * DAY:
        every = ("month",)
    lasts = lasting(frequency, int(steps.min()), int(steps.max()))
    return tuple(one for one in usable(every, frequency) if lasts >= 2 * period(one))


def names(inputs: InputSpec, frequency: Frequency) -> list[str]:
    """Return the names of the inputs: two a part of the date, and one for holidays."""
    found = [f"{one}_{axis}" for one in usable(inputs.calendar, frequency) for axis in ("sin", "cos")]
    return [*found, *([holiday_days.NAME] if holiday_days.usable(inputs.holidays, frequency) else [])]


def values(
    inputs: InputSpec, frequency: Frequency, steps: NDArray[np.int64], late: NDArray[np.int64] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return the inputs' values at steps, each of which may come later than those of the grid.

    Raises RunFailed where holidays are asked for that nobody knows.
    """
    wanted, has_holidays = usable(inputs.calendar, frequency), holiday_days.usable(inputs.holidays, frequency)
    if not wanted and not has_holidays:
        return {}
    moments = steps if late is None else frequency.times(steps, late)
    distinct, places = np.unique(moments, return_inverse=True)
    times = pd.DatetimeIndex(frequency.times(distinct) if late is None else distinct)
    found = {}
    for one in wanted:
        angle = 2 * np.pi * _share(one, times)[places]
        found[f"{one}_sin"], found[f"{one}_cos"] = np.sin(angle), np.cos(angle)
    if has_holidays:
        found[holiday_days.NAME] = holiday_days.are_holidays(inputs.holidays, times)[places]
    return found


def _share(feature: CalendarFeature, times: pd.DatetimeIndex) -> NDArray[np.float64]:
    """Return how much of its period a part of the date has gone, from 0 up to 1."""
    share: Any
    if feature == "minute":
        share = times.minute / 60
    elif feature == "hour":
        share = (times.hour + times.minute / 60) / 24
    elif feature == "weekday":
        share = (times.weekday + times.hour / 24) / 7
    elif feature == "day":
        share = (times.day - 1) / times.days_in_month
    elif feature == "week":
        share = (times.isocalendar().week.to_numpy(np.float64) - 1) / 53
    elif feature == "month":
        share = (times.month - 1) / 12
    else:
        share = (times.dayofyear - 1) / 366
    return np.asarray(share, dtype=np.float64)
