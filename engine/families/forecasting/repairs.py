"""Mends series by the specification's policies, or refuses them: rows that stand twice, steps and targets that are
missing, series that are too short. Everything is counted and told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.findings import counted, named
from engine.families.forecasting.times import rows_text
from engine.spec import TimelineSpec
from engine.training.failures import Fault, FaultKind, RunFailed

if TYPE_CHECKING:
    from engine.families.forecasting.series import Floats, Ints, Series

SHOWN = 4
MOST_APART = 1_000_000
MOST_GROWTH = 50
"""How many times as many rows filling gaps may make: one wrong century would fill the memory."""


def without_irregular(series: "Series", rows: "Ints", off: NDArray[np.bool_], timeline: TimelineSpec) -> "Series":
    """Refuse times between the steps, unless a coarser frequency was chosen on purpose; it is told then. `rows` are the
    rows of the table that these were."""
    if not off.any():
        return series
    if timeline.frequency and timeline.duplicates != "refuse":
        between = f"{counted(int(off.sum()), 'row')} between two steps of {series.frequency.words}"
        return series.noted(f"{between} count for the step before.")
    marks = np.zeros(len(off), dtype=bool)
    marks[rows[off]] = True
    step, where = series.frequency.words, rows_text(marks)
    few = off.sum() * 2 < len(off)
    told = f"most are {step} apart, those in {where} are not" if few else f"with steps of {step}, {where} lie between"
    which = f" {whose(series, off)}" if series.count > 1 else ""
    raise RunFailed(
        f"Column “{timeline.column}” has irregular times{which}: {told}.",
        "Mend them, or choose a frequency (such as h or D) and let several rows of a step become one "
        "(forecasting.timeline.duplicates = mean, sum or last).",
    )


def without_duplicates(series: "Series", rows: "Ints", policy: str) -> "Series":
    """Let there be one row for each series and step. `rows` are the rows of the table that these were."""
    same = (np.diff(series.series) == 0) & (np.diff(series.step) == 0)
    if not same.any():
        return series
    twice = np.zeros(len(series), dtype=bool)
    twice[1:] |= same
    twice[:-1] |= same
    if policy == "refuse":
        marks = np.zeros(len(series), dtype=bool)
        marks[rows[twice]] = True
        first = int(np.flatnonzero(twice)[0])
        raise RunFailed(
            f"{counted(int(twice.sum()), 'row')} share their series and time with another: {rows_text(marks)} "
            f"({series.names[series.series[first]]}, {series.moment(first)}).",
            "Name the columns that tell the series apart (data.roles.group), or let several rows of a step become one "
            "(forecasting.timeline.duplicates = mean, sum or last).",
        )
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    ends = np.append(starts[1:], len(series)) - 1
    kept = series.rows(ends.astype(np.int64))
    if policy != "last":
        targets = [_joined(values, starts, policy) for values in series.targets]
        reals = {name: _joined(values, starts, "mean") for name, values in series.reals.items()}
        kept = replace(kept.with_targets(targets), reals=reals)
    how = {"mean": "their mean", "sum": "their sum", "last": "the last of them"}[policy]
    return kept.noted(f"{counted(int(same.sum()), 'row')} stood for a series and time that had one: {how} is taken.")


def without_gaps(series: "Series", policy: str) -> "Series":
    """Let each step of a series be the one before plus one. Inputs of a step that was missing are those before it."""
    jumps = np.where(np.diff(series.series) == 0, np.diff(series.step), 1)
    if not (jumps > 1).any():
        return series
    missing = int((jumps - 1).sum())
    worst = int(np.argmax(jumps))
    where = f"{series.names[series.series[worst]]}: {series.moment(worst)} to {series.moment(worst + 1)}"
    if policy == "refuse":
        raise RunFailed(
            f"{counted(missing, 'step')} are missing in {counted(_affected(series, jumps > 1), 'series', 'series')}; the "
            f"longest gap is {counted(int(jumps[worst]) - 1, 'step')} ({where}).",
            "Mend the file, or have gaps filled (forecasting.timeline.missing_steps = forward, interpolate or zero).",
            Fault(FaultKind.GAPS, (), "time"),
        )
    if missing > MOST_GROWTH * len(series) + 100_000:
        raise RunFailed(
            f"Filling the gaps would add {missing:,} rows to {len(series):,}; the longest gap is {where}.",
            "Look for a wrong date there, or choose a coarser frequency (forecasting.timeline.frequency).",
        )
    times = np.append(jumps, 1).astype(np.int64)
    source = np.repeat(np.arange(len(series)), times)
    filled = series.rows(source)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(times) - times, times)
    usual = int(np.bincount(np.minimum(jumps[jumps > 0], MOST_APART)).argmax())
    filled = replace(filled, step=filled.step + offset, filled=missing, apart=usual)
    filled = filled.with_targets([np.where(offset > 0, np.nan, values) for values in filled.targets])
    # A gap among future rows stays without a target.
    inside = (offset > 0) & ~is_future(filled)
    filled = filled.with_targets([_filled(filled, values, inside, policy) for values in filled.targets])
    affected = counted(_affected(series, jumps > 1), "series", "series")
    return filled.noted(
        f"{counted(missing, 'missing step')} in {affected} were filled (forecasting.timeline.missing_steps = {policy})."
    )


def with_target(series: "Series", policy: str, names: Sequence[str], raw: "Series", rows: "Ints") -> "Series":
    """Let every row but the future ones at a series' end have all targets, whose names are given.

    `raw` is what the file had of these series, and `rows` the rows of the table that this was.
    """
    for place, name in enumerate(names):
        series = _with_one(series, policy, place, name, raw, rows)
    return series


def _with_one(series: "Series", policy: str, place: int, name: str, raw: "Series", rows: "Ints") -> "Series":
    values = series.targets[place]
    gaps = np.isnan(values) & ~is_future(series)
    if not gaps.any():
        return series
    count = counted(int(gaps.sum()), "row")
    affected = np.unique(series.series[gaps])
    if policy == "refuse":
        first = int(np.flatnonzero(gaps)[0])
        where = f"{series.names[series.series[first]]} at {series.moment(first)}"
        raise RunFailed(
            f"Column “{name}” has no value in {count} before a series’ end, first in {where}: "
            f"{rows_text(_in_table(series, gaps, raw, rows))}; series: "
            f"{named([series.names[one] for one in affected[:6]])}.",
            "Mend the file, or have them filled (forecasting.timeline.missing_target = forward, interpolate or zero).",
            Fault(FaultKind.GAPS, (name,), "target"),
        )
    targets = series.targets
    targets[place] = _filled(series, values, gaps, policy)
    filled = series.with_targets(targets)
    left = np.isnan(targets[place]) & ~is_future(filled)
    if left.any():  # before a series' first value there is nothing to go on from
        filled = filled.rows(~left)
    done = f"filled (forecasting.timeline.missing_target = {policy})"
    if left.any():
        done = f"{int(gaps.sum() - left.sum()):,} {done}, {int(left.sum()):,} left out before a series’ first one"
    return filled.noted(f"{count} of “{name}” had no value: {done}.")


def _in_table(series: "Series", marks: NDArray[np.bool_], raw: "Series", rows: "Ints") -> NDArray[np.bool_]:
    """Return which rows of the table stand for the series and steps that are marked."""
    least = int(raw.step.min())
    span = int(raw.step.max()) - least + 1
    marked = series.series[marks] * span + series.step[marks] - least
    result = np.zeros(len(rows), dtype=np.bool_)
    result[rows[np.isin(raw.series * span + raw.step - least, marked)]] = True
    return result


def long_enough(series: "Series", least: int, policy: str) -> "Series":
    """Let every series have so many rows: drop shorter ones, lengthen them at their beginning, or refuse them."""
    lengths = series.lengths
    short = np.flatnonzero(lengths < least)
    if not len(short):
        return series
    told = named([series.names[one] for one in short[:6]])
    words = f"{counted(len(short), 'series', 'series')} of {series.count:,} have fewer than {least:,} steps: {told}"
    if policy == "refuse" or (policy == "drop" and len(short) == series.count):
        raise RunFailed(
            f"{words}; the longest has {int(lengths.max()):,}. A window of past and horizon takes {least:,}.",
            "Look back on fewer steps (forecasting.windows.encoder_length), forecast fewer "
            "(forecasting.windows.horizon), or have short "
            "series dropped or padded (forecasting.timeline.short_series).",
        )
    if policy == "drop":
        kept = np.flatnonzero(lengths >= least)
        renumbered = np.full(series.count, -1, dtype=np.int64)
        renumbered[kept] = np.arange(len(kept))
        rest = series.rows(np.isin(series.series, kept))
        identifiers = series.identifiers.iloc[kept].reset_index(drop=True)
        rest = replace(rest, series=renumbered[rest.series], identifiers=identifiers)
        return rest.noted(f"{words}; they are left out.")
    starts = series.starts[:-1]
    times = np.ones(len(series), dtype=np.int64)
    has_rows = short[lengths[short] > 0]
    times[starts[has_rows]] += least - lengths[has_rows]
    source = np.repeat(np.arange(len(series)), times)
    padded = series.rows(source)
    last = np.cumsum(times)
    offset = np.arange(len(source)) - np.repeat(last, times) + 1  # …, -2, -1, 0 at a repeated first row
    return replace(padded, step=padded.step + offset).noted(f"{words}; their first value is repeated before them.")


def with_inputs(series: "Series", known: Sequence[str]) -> "Series":
    """Let every number among the inputs be one: the last known before it, else the column's mean, is taken. Told of all
    rows but those ahead, where only columns that are `known` there are looked at."""
    notes = []
    reals, future = dict(series.reals), is_future(series)
    for name, values in series.reals.items():
        gaps = np.isnan(values)
        if gaps.any():
            before = carried(values, series.series)
            rest = 0.0 if gaps.all() else float(np.nanmean(values))
            reals[name] = np.where(np.isnan(before), rest, before)
            seen = gaps if name in known else gaps & ~future
            notes += [taken_before(series, name, seen)] if seen.any() else []
    return replace(series, reals=reals).noted(*notes)


def taken_before(series: "Series", name: str, gaps: NDArray[np.bool_]) -> str:
    """Say of which rows of an input the last value before is taken."""
    first = int(np.flatnonzero(gaps)[0])
    where = f"{series.names[series.series[first]]} at {series.moment(first)}"
    rows = counted(int(gaps.sum()), "row")
    return f"{rows} of “{name}” had no value, first in {where}: the last one before is taken."


def is_future(series: "Series") -> NDArray[np.bool_]:
    """Return which rows stand at a series' end and have no target, of several none."""
    known = ~np.isnan(series.target)
    for values in series.others.values():
        known |= ~np.isnan(values)
    if known.all():
        return np.zeros(len(series), dtype=np.bool_)
    places = np.where(known, np.arange(len(series)), -1)
    starts = series.starts
    last = np.full(series.count, -1, dtype=np.int64)
    filled = series.lengths > 0
    if len(series):
        last[filled] = np.maximum.reduceat(places, starts[:-1][filled])
    future: NDArray[np.bool_] = np.arange(len(series)) > last[series.series]
    return future


def whose(series: "Series", marks: NDArray[np.bool_]) -> str:
    """Return in which series marked rows are, by name where there are several."""
    if series.count == 1:
        return "in the series"
    affected = np.unique(series.series[marks])
    told = named(series.names_of(affected[:SHOWN]))
    more = f" and {len(affected) - SHOWN:,} more" if len(affected) > SHOWN else ""
    return f"in {counted(len(affected), 'series', 'series')} ({told}{more})"


def _joined(values: "Floats", starts: NDArray[np.intp], how: str) -> "Floats":
    """Return mean or sum of the numbers between starts; NaN counts nothing, and is what there is where all are."""
    known = ~np.isnan(values)
    totals = np.add.reduceat(np.where(known, values, 0.0), starts)
    counts = np.add.reduceat(known.astype(np.float64), starts)
    result = totals if how == "sum" else totals / np.maximum(counts, 1)
    return np.where(counts > 0, result, np.nan)


def _filled(series: "Series", values: "Floats", gaps: NDArray[np.bool_], policy: str) -> "Floats":
    if policy == "zero":
        return np.where(gaps, 0.0, values)
    before = carried(values, series.series)
    if policy == "forward" or np.isnan(values).all():
        return np.where(gaps, before, values)
    places = np.arange(len(series), dtype=np.float64)
    known = ~np.isnan(values)
    between = np.interp(places, places[known], values[known])
    # Before a series' first value, and behind its last one, a line would come from another series.
    behind = np.isnan(carried(values[::-1], series.series[::-1])[::-1])
    return np.where(gaps & ~np.isnan(before), np.where(behind, before, between), values)


def carried(values: "Floats", series: "Ints") -> "Floats":
    """Return each number, or the last one before it in its series; NaN where there is none."""
    return np.asarray(pd.Series(values).groupby(series).ffill(), dtype=np.float64)


def _affected(series: "Series", marks: NDArray[np.bool_]) -> int:
    return len(np.unique(series.series[:-1][marks]))
