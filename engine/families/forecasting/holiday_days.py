"""Public holidays of a country or a part of it, by the day, from the library `holidays`, which is imported when used.
Must not know series."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.forecasting.frequency import DAY, Frequency
from engine.training.failures import RunFailed

NAME = "holiday"
"""The input's name: 1 on a public holiday, else 0."""


def usable(code: str, frequency: Frequency) -> bool:
    """Whether steps lie within days: of a week or a month nobody can say that it is a holiday."""
    return bool(code) and frequency.is_date and frequency.unit == "ns" and frequency.size <= DAY


def are_holidays(code: str, times: pd.DatetimeIndex) -> NDArray[np.float64]:
    """Return 1 for times on a public holiday, else 0. `code` is a country such as DE, or a part of one such as DE-BY.

    Raises RunFailed for one that the library does not know.
    """
    days, places = np.unique(times.normalize().to_numpy(), return_inverse=True)
    if not len(days):
        return np.zeros(0)
    dates = pd.DatetimeIndex(days)
    known = _calendar(code, range(int(dates[0].year), int(dates[-1].year) + 1))
    marks = np.array([day in known for day in dates.date], dtype=np.float64)
    return marks[places]


def check(code: str) -> None:
    """Raise RunFailed where a code names no country that is known, or no part of it."""
    _calendar(code, range(0))


def _calendar(code: str, years: range) -> Any:
    import holidays

    country, _, part = code.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError as error:
        parts = holidays.list_supported_countries().get(country)
        if parts is None:
            raise RunFailed(
                f"forecasting.inputs.holidays: no holidays of “{country}” are known.",
                "Give a country’s code, such as DE, FR or US, with a part of it where there is one, such as DE-BY.",
            ) from error
        known = f"one of {', '.join(parts)}, or {country} alone" if parts else f"{country} alone"
        raise RunFailed(
            f"forecasting.inputs.holidays: {country} has no part “{part}” whose holidays are known.", f"Give {known}."
        ) from error
