"""What is uneven about series as the file has them: missing steps, rows of one time, times between steps, no target. In
sentences that name column, series and rows, and marked on one series. Must not mend anything."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.catalog.series_view import Irregular, IrregularKind
from engine.families.findings import counted
from engine.families.forecasting.repairs import is_future, whose
from engine.families.forecasting.series import Ints, Series, forecasting_of
from engine.families.forecasting.times import rows_text
from engine.spec import RunSpec

MOST_MARKS = 400
Marks = NDArray[np.bool_]
_KEYS: dict[IrregularKind, str] = {
    "missing_steps": "forecasting.timeline.missing_steps",
    "duplicates": "forecasting.timeline.duplicates",
    "off_grid": "forecasting.timeline.frequency",
    "missing_target": "forecasting.timeline.missing_target",
}


@dataclass(frozen=True)
class Uneven:
    """One kind of unevenness: a mark a sorted row, and a sentence about all series."""

    kind: IrregularKind
    marks: Marks
    text: str


def uneven(rows: Series, places: Ints, off: Marks, spec: RunSpec) -> tuple[Uneven, ...]:
    """Return what is uneven about sorted rows; `places` are their rows in the table, `off` those between steps."""
    same = np.zeros(len(rows), dtype=bool)
    same[1:] = (np.diff(rows.series) == 0) & (np.diff(rows.step) == 0)
    jumps = np.zeros(len(rows), dtype=np.int64)
    jumps[1:] = np.where(np.diff(rows.series) == 0, np.diff(rows.step) - 1, 0)
    empty = np.isnan(rows.target) & ~is_future(rows)
    time, target = forecasting_of(spec).timeline.column, spec.data.roles.target[0]
    found: list[Uneven] = []
    if (gaps := jumps > 0).any():
        text = f"{counted(int(jumps[gaps].sum()), 'step')} missing in column “{time}”, {whose(rows, gaps)}."
        found.append(Uneven("missing_steps", gaps, text))
    if same.any():
        text = (
            f"{counted(int(same.sum()), 'row')} of a time in column “{time}” that was there already, "
            f"{whose(rows, same)}: {_rows(places, same)}."
        )
        found.append(Uneven("duplicates", same, text))
    if off.any():
        text = (
            f"{counted(int(off.sum()), 'time')} in column “{time}” between two steps of {rows.frequency.words}, "
            f"{whose(rows, off)}: {_rows(places, off)}."
        )
        found.append(Uneven("off_grid", off, text))
    if empty.any():
        text = (
            f"{counted(int(empty.sum()), 'row')} without a value in column “{target}”, "
            f"{whose(rows, empty)}: {_rows(places, empty)}."
        )
        found.append(Uneven("missing_target", empty, text))
    return tuple(found)


def marked(found: tuple[Uneven, ...], rows: Series, index: int) -> tuple[tuple[Irregular, Ints], ...]:
    """Return the same with the steps of one series that they concern: the first few hundred."""
    begin, end = (int(one) for one in np.searchsorted(rows.series, [index, index + 1]))
    result = []
    for one in found:
        places = begin + np.flatnonzero(one.marks[begin:end])
        irregular = Irregular(kind=one.kind, field=_KEYS[one.kind], text=one.text, here=len(places))
        result.append((irregular, np.asarray(rows.step[places[:MOST_MARKS]], dtype=np.int64)))
    return tuple(result)


def _rows(places: Ints, marks: Marks) -> str:
    in_table = np.zeros(len(places), dtype=bool)
    in_table[places[marks]] = True
    return rows_text(in_table)
