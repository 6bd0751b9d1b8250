"""From a table to evenly spaced series: rows sorted by series and step, none twice, none missing, none unreadable.
What cannot be mended by the specification's policies is refused in a sentence. Must not know windows or models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.forecasting import repairs
from engine.families.forecasting.frequency import Frequency, detected, named, sorted_order
from engine.families.forecasting.phases import anchored, lateness
from engine.families.forecasting.times import read_times, rows_text
from engine.families.frames import Values, numbers
from engine.families.labels import texts_of
from engine.spec import ForecastingSpec, RunSpec
from engine.training.failures import Fault, FaultKind, RunFailed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
MISSING = "(missing)"


@dataclass(frozen=True)
class Series:
    """Series one after the other. All arrays have one entry a row, rows are sorted by series and step, and within a
    series each step is the one before plus one. A target is NaN in future rows alone, which stand at a series' end.
    `target` is the first target; `others` has the further ones by name, which are forecast with it.
    """

    frequency: Frequency
    identifiers: pd.DataFrame  # a row a series: the values of the columns that name it
    series: Ints
    step: Ints
    target: Floats
    reals: dict[str, Floats]
    texts: dict[str, Texts]
    notes: tuple[str, ...] = ()
    title: str = "the series"  # of a single one, that no column names
    others: dict[str, Floats] = field(default_factory=dict)
    filled: int = 0  # steps that the table did not have
    apart: int = 1  # steps from one row of the table to the next, mostly
    late: Ints | None = None  # by how much each row's series is behind the steps of the grid, where one is

    def __len__(self) -> int:
        return len(self.series)

    @property
    def count(self) -> int:
        """How many series there are."""
        return len(self.identifiers)

    @cached_property
    def names(self) -> list[str]:
        """Each series' name for people: the values of its identifiers."""
        if not len(self.identifiers.columns):
            return [self.title] * self.count
        return self.names_of(np.arange(self.count))

    def names_of(self, numbers: Ints) -> list[str]:
        """Return the names of some series; of a hundred thousand, all take half a second."""
        if not len(self.identifiers.columns):
            return [self.title] * len(numbers)
        some = self.identifiers.iloc[numbers]
        columns = [some[name].astype(str) for name in some.columns]
        return [" · ".join(values) for values in zip(*columns, strict=True)]

    @property
    def starts(self) -> Ints:
        """The first row of each series, and the number of rows at the end."""
        return np.searchsorted(self.series, np.arange(self.count + 1))

    @property
    def lengths(self) -> Ints:
        """The rows of each series."""
        return np.diff(self.starts)

    @property
    def targets(self) -> list[Floats]:
        """All targets, the first one first."""
        return [self.target, *self.others.values()]

    def with_targets(self, targets: Sequence[Floats]) -> "Series":
        """Return the same with these in place of all targets, in the same order."""
        return replace(self, target=targets[0], others=dict(zip(self.others, targets[1:], strict=True)))

    def of_target(self, place: int) -> "Series":
        """Return the same with a single target: the first one (0), or a further one."""
        return replace(self, target=self.targets[place], others={})

    def times(self, rows: Ints | slice = slice(None)) -> Any:
        """Return the times of rows as datetime64[ns], or as whole numbers."""
        return self.frequency.times(self.step[rows], 0 if self.late is None else self.late[rows])

    @property
    def are_days(self) -> bool:
        """Whether all times are whole days."""
        return self.frequency.are_days(0 if self.late is None else self.late)

    def moment(self, row: int) -> str:
        """Return the time of a row for people."""
        return self.frequency.text_of(int(self.step[row]), 0 if self.late is None else int(self.late[row]))

    def lateness(self, number: int) -> int:
        """Return by how much the steps of a series come after those of the grid."""
        return 0 if self.late is None else int(self.late[self.starts[number]])

    def rows(self, keep: NDArray[np.bool_] | Ints) -> "Series":
        """Return these rows, in the same order, with the same series even where one has no row any more."""
        return replace(
            self,
            series=self.series[keep],
            step=self.step[keep],
            target=self.target[keep],
            reals={name: values[keep] for name, values in self.reals.items()},
            texts={name: values[keep] for name, values in self.texts.items()},
            others={name: values[keep] for name, values in self.others.items()},
            late=None if self.late is None else self.late[keep],
        )

    def noted(self, *notes: str) -> "Series":
        """Return the same with more sentences about what was mended."""
        return replace(self, notes=(*self.notes, *notes))


def columns_of(spec: RunSpec) -> list[str]:
    """Return the columns that a run reads."""
    own, roles = forecasting_of(spec), spec.data.roles
    wanted = [own.timeline.column, *roles.group, *roles.target, *roles.continuous, *roles.categorical]
    return list(dict.fromkeys(name for name in wanted if name))


def forecasting_of(spec: RunSpec) -> ForecastingSpec:
    """Return a run's own part."""
    return spec.forecasting or ForecastingSpec()


def prepare(frame: pd.DataFrame, spec: RunSpec, frequency: Frequency | None = None) -> Series:
    """Make even series of a table; rows at a series' end without a target stay, as its future.

    `frequency` is the one of a trained model. Raises RunFailed with a sentence that names columns and rows.
    """
    if not len(frame):
        raise RunFailed("The dataset has no rows.", "Import a file that has rows below its header.")
    series, rows, off = read_rows(frame, spec, frequency)
    own = forecasting_of(spec).timeline
    raw = repairs.without_irregular(series, rows, off, own)
    series = repairs.without_duplicates(raw, rows, own.duplicates)
    series = repairs.without_gaps(series, own.missing_steps)
    return repairs.with_target(series, own.missing_target, spec.data.roles.target, raw, rows)


def read_rows(frame: pd.DataFrame, spec: RunSpec, known: Frequency | None) -> tuple[Series, Ints, NDArray[np.bool_]]:
    """Return the table as sorted rows, which may be twice or missing yet, each one's row in the table, and which of them
    lie between two steps and count for the one before."""
    own, roles = forecasting_of(spec), spec.data.roles
    times = read_times(frame[own.timeline.column], own.timeline.column)
    codes, identifiers = _identified(frame, roles.group)
    frequency = known or _frequency(times.values, codes, times.is_date, own.timeline.frequency)
    if frequency.is_date != times.is_date:
        raise RunFailed(
            f"Column “{own.timeline.column}” holds {'dates' if times.is_date else 'whole numbers'}, and the model "
            f"learned from {'dates' if frequency.is_date else 'whole numbers'}.",
            "Give it the same kind of times.",
        )
    late = lateness(frequency, times.values, codes)
    if late is not None and known is None:
        frequency, late = anchored(frequency, late)
    off = frequency.rests(times.values, 0 if late is None else late) != 0
    steps = frequency.steps(times.values, 0 if late is None else late)
    order = sorted_order(steps, codes)
    series = Series(
        frequency=frequency,
        identifiers=identifiers,
        series=codes[order],
        step=steps[order],
        target=read_numbers(frame[roles.target[0]], roles.target[0])[order],
        reals={name: read_numbers(frame[name], name)[order] for name in roles.continuous},
        texts={name: _texts(frame[name])[order] for name in roles.categorical},
        title=" · ".join(roles.target),
        others={name: read_numbers(frame[name], name)[order] for name in roles.target[1:]},
        late=None if late is None else late[order],
    )
    rows = np.arange(len(frame)) if isinstance(order, slice) else order
    return series, rows, off[order]


def _frequency(values: Ints, codes: Ints, is_date: bool, text: str) -> Frequency:
    if not text:
        return detected(values, codes, is_date)
    try:
        return named(text, values, is_date)
    except ValueError as error:
        raise RunFailed(f"forecasting.timeline.frequency: {error}.", "Leave it empty to have it detected.") from error


def _identified(frame: pd.DataFrame, columns: tuple[str, ...]) -> tuple[Ints, pd.DataFrame]:
    """Return each row's series, numbered in the order of their names, and the series' identifiers."""
    if not columns:
        return np.zeros(len(frame), dtype=np.int64), pd.DataFrame(index=pd.RangeIndex(1))
    codes = np.zeros(len(frame), dtype=np.int64)
    own: list[tuple[list[str], Ints]] = []
    for name in columns:
        raw, texts = texts_of(frame[name])
        names = sorted({*texts, MISSING})
        place = {text: number for number, text in enumerate(names)}
        column = np.array([*(place[text] for text in texts), place[MISSING]], dtype=np.int64)[raw]
        codes = _numbered(codes * len(names) + column if own else column)
        own.append((names, column))
    begins = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1])[::-1]  # where another series begins, last first
    first = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    first[codes[begins]] = begins
    known = {
        name: np.array(names, dtype=object)[column[first]] for name, (names, column) in zip(columns, own, strict=True)
    }
    return codes, pd.DataFrame(known)


def _numbered(codes: Ints) -> Ints:
    """Return codes without holes, in the same order."""
    most = int(codes.max()) + 1
    if most > 2 * len(codes):
        return np.unique(codes, return_inverse=True)[1].astype(np.int64)
    used = np.zeros(most, dtype=bool)
    used[codes] = True
    if used.all():
        return codes
    numbers: Ints = (np.cumsum(used) - 1)[codes]
    return numbers


def read_numbers(column: Values, name: str) -> Floats:
    """Return a column as numbers, NaN where there is none. Raises RunFailed for text."""
    if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
        wrong = (pd.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
        if wrong.any():
            example = str(column.to_numpy()[wrong][0])[:40]
            raise RunFailed(
                f"Column “{name}” holds no number in {rows_text(wrong)}, such as “{example}”.",
                "Mend the file, or give the column the role categorical or ignore.",
                Fault(FaultKind.TEXT, (name,), "continuous"),
            )
    return numbers(column)


def _texts(column: Values) -> Texts:
    codes, texts = texts_of(column)
    return np.array([*texts, MISSING], dtype=object)[codes]


def described(series: Series) -> Mapping[str, Any]:
    """Return what there is, for the log."""
    lengths = series.lengths
    return {
        "series": series.count,
        "rows": len(series),
        "frequency": series.frequency.text,
        "shortest": int(lengths.min()),
        "longest": int(lengths.max()),
    }
