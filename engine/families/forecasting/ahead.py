"""Inputs that are known ahead and end too early: how far they go, and how they go on: as the user says, by the calendar
where they followed it, else with their last value. Must not read files."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.findings import Finding, counted, named
from engine.families.forecasting.repairs import carried, is_future
from engine.families.forecasting.series import MISSING, Ints, Series, forecasting_of
from engine.runs.forecasts import KnownAhead
from engine.spec import RunSpec
from engine.training.failures import RunFailed

MOST_ROWS = 1_000
"""Rows of a table that a person may fill in; more belong in a file."""
MOST_OTHERS = 0.05
"""The share of steps that may have another value than the calendar tells."""
MOST_VALUES = 100
Row = Sequence[object]


def given_ahead(series: Series, name: str, ahead: Ints) -> Ints:
    """Return for how many of its `ahead` future steps each series has a column's value."""
    values = series.reals.get(name)
    empty = np.isnan(values) if values is not None else series.texts[name] == MISSING
    return np.minimum(np.bincount(series.series[is_future(series) & ~empty], minlength=series.count), ahead)


def lacking(series: Series, known: Sequence[str], horizon: int) -> list[str]:
    """Return the names of the series that lack a value of a known column within the horizon."""
    ahead = np.bincount(series.series[is_future(series)], minlength=series.count)
    short = np.zeros(series.count, dtype=bool)
    for name in known:
        short |= given_ahead(series, name, ahead) < horizon
    return series.names_of(np.flatnonzero(short))


def ends_early(series: Series, spec: RunSpec) -> Iterator[Finding]:
    """Yield a warning for each column that is known ahead and has no value in a series' last rows with a target."""
    past = ~is_future(series)
    for name in forecasting_of(spec).inputs.known:
        values = series.reals.get(name)
        empty = np.isnan(values) if values is not None else series.texts[name] == MISSING
        places = np.arange(len(series))
        last = np.full(series.count, -1, dtype=np.int64)
        np.maximum.at(last, series.series[past & ~empty], places[past & ~empty])
        behind = past & (places > last[series.series])
        if not behind.any():
            continue
        rows, first = int(behind.sum()), int(np.flatnonzero(behind)[0])
        affected = counted(len(np.unique(series.series[behind])), "series", "series")
        where = series.names[series.series[first]]
        goes_on = "The last value goes on there." if values is not None else "They count as missing there."
        yield Finding(
            severity="warning",
            field="forecasting.inputs.known",
            text=f"“{name}” is known ahead, but ends before the target in {affected}, with {counted(rows, 'row')}: in "
            f"{where} it has no value from {series.moment(first)} on.",
            fix=f"{goes_on} Fill these rows in, or let the past alone be seen.",
        )


def too_short(series: Series, known: Sequence[str], horizon: int) -> list[str]:
    """Return a sentence for the known columns that lack values within the horizon; those that end alike share one."""
    ahead = np.bincount(series.series[is_future(series)], minlength=series.count)
    alike: dict[tuple[int, int, int], list[str]] = {}
    for name in known:
        given = given_ahead(series, name, ahead)
        short = np.flatnonzero(given < horizon)
        if len(short):
            first = int(short[0])
            alike.setdefault((len(short), first, int(given[first])), []).append(name)
    found = []
    for (count, first, given_steps), names in alike.items():
        last = int(series.step[series.starts[first + 1] - 1] - ahead[first])
        late = series.lateness(first)
        are, them = ("is", "it") if len(names) == 1 else ("are", "them")
        found.append(
            f"{named(names)} {are} known ahead for the model, but not far enough in {counted(count, 'series', 'series')}: "
            f"{series.names[first]} has {them} until {series.frequency.text_of(last + given_steps, late)}, and the "
            f"forecast goes to {series.frequency.text_of(last + horizon, late)}."
        )
    return found


def filled(series: Series, known: Sequence[str], horizon: int, given: Sequence[Row] = ()) -> Series:
    """Return series whose last rows, so many as the horizon has steps, have every known column that can be told.

    `given` are rows of series, time and the known columns' values; an empty value says nothing. Numbers of
    which there is none before stay NaN. Raises RunFailed for a value that is no number, or a row beside the horizon.
    """
    future = np.arange(len(series)) >= series.starts[1:][series.series] - horizon
    reals, texts = dict(series.reals), dict(series.texts)
    said = _said(series, horizon, given)
    followed: list[str] = []
    for place, name in enumerate(known):
        is_real = name in reals
        values: NDArray[Any] = (reals[name] if is_real else texts[name]).copy()
        for row, told in said.items():
            if (value := _value(told[place], name, told, is_real)) is not None:
                values[row] = value
        empty = np.isnan(values) if is_real else values == MISSING
        gaps = future & empty
        if gaps.any() and series.frequency.is_date and _by_calendar(series, values, ~future & ~empty, gaps):
            followed.append(name)
        if is_real:
            reals[name] = np.where(gaps, carried(values, series.series), values)
        else:
            texts[name] = _carried(values, series, gaps)
    filled_up = replace(series, reals=reals, texts=texts)
    if not followed:
        return filled_up
    return filled_up.noted(f"Beyond the end of the file the calendar goes on as it did before in {named(followed)}.")


def table_of(series: Series, known: Sequence[str], horizon: int, names: Sequence[str]) -> KnownAhead | None:
    """Return the known columns over the horizon of the series of these names, or None where there are none.

    `series` end with so many rows as the horizon has steps.
    """
    wanted = set(names)
    numbers = [number for number, name in enumerate(series.names) if name in wanted]
    if not known or not numbers:
        return None
    shown = numbers[: max(1, MOST_ROWS // horizon)]
    ends, found = series.starts[1:], []
    for number in shown:
        for row in range(int(ends[number]) - horizon, int(ends[number])):
            values = [series.reals[one][row] if one in series.reals else series.texts[one][row] for one in known]
            time = series.moment(row)
            found.append((series.names[number], time, *(_told(value) for value in values)))
    return KnownAhead(columns=tuple(known), rows=tuple(found), left_out=len(numbers) - len(shown))


def _said(series: Series, horizon: int, given: Sequence[Row]) -> dict[int, Row]:
    """Return what was given for which row: the values behind series and time, and these two at the end."""
    numbers = {name: number for number, name in enumerate(series.names)}
    ends = series.starts[1:]
    found: dict[int, Row] = {}
    for name, time, *values in given:
        number = numbers.get(str(name), -1)
        end = int(ends[number])
        step = series.frequency.of(time, series.lateness(number)) if number >= 0 else 0
        row = end - 1 - int(series.step[end - 1]) + step
        if not end - horizon <= row < end or number < 0:
            raise RunFailed(
                f"{name} at {time} is not among the steps that are forecast.",
                "Choose the file again, and fill in anew.",
            )
        found[row] = (*values, name, time)
    return found


def _value(value: object, name: str, told: Row, is_real: bool) -> object:
    """Return a given value as its column takes it, None where there is none."""
    text = "" if value is None else str(value).strip()
    if not text or not is_real:
        return text or None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RunFailed(
            f"“{text}” is no number, and “{name}” of {told[-2]} at {told[-1]} must be one.", "Write it such as 3.5."
        )
    return number


def _by_calendar(series: Series, values: NDArray[Any], past: NDArray[np.bool_], gaps: NDArray[np.bool_]) -> bool:
    """Fill gaps where one part of the date has nearly always told the value; whether that was so."""
    seen = pd.Series(values[past])
    if not 2 <= seen.nunique() <= MOST_VALUES:
        return False
    rare = len(seen) - int(seen.value_counts().iloc[0])
    times = pd.DatetimeIndex(series.times())
    weekdays, hours = np.asarray(times.weekday), np.asarray(times.hour)
    for part in (weekdays, hours, weekdays * 24 + hours, np.asarray(times.month), np.asarray(times.day)):
        table = pd.crosstab(part[past], seen)
        counts = table.to_numpy()
        others = int((counts.sum(axis=1) - counts.max(axis=1)).sum())
        # Steps that were missing have the input of the step before, so that not all need to agree.
        is_told = others <= MOST_OTHERS * len(seen) and others * 4 <= rare and (counts.sum(axis=1) > 1).all()
        if is_told and np.isin(part[gaps], table.index.to_numpy()).all():
            usual = table.columns.to_numpy()[counts.argmax(axis=1)]
            values[gaps] = usual[np.searchsorted(table.index.to_numpy(), part[gaps])]
            return True
    return False


def _carried(values: NDArray[Any], series: Series, gaps: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Let the last text before a gap go on."""
    texts = pd.Series(values.astype(object)).replace(MISSING, np.nan)
    carried = texts.groupby(series.series).ffill().fillna(MISSING).to_numpy()
    result: NDArray[np.object_] = np.where(gaps, carried, values)
    return result


def _told(value: object) -> str | float | None:
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return None if value == MISSING else str(value)
