"""Inputs that know what is to be forecast: columns said to be known ahead that are the target itself in other words, and
columns whose past already tells the next target. Warnings, never refusals; must not change data."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from engine.families.findings import Finding
from engine.families.forecasting.series import Floats, Series, forecasting_of
from engine.spec import RunSpec

NEARLY_ONE = 0.995
CHANGES_TOO = 0.98
LEAST_ROWS = 20
LOOKED_AT = 200_000


def leaks(series: Series, spec: RunSpec) -> Iterator[Finding]:
    """Yield a warning for each number column that is nearly the target at the same step, though said to be known ahead,
    or nearly the target of the step after, though its past alone is shown."""
    own, cut = forecasting_of(spec), slice(0, LOOKED_AT)
    places = series.series[cut]
    same_series = places[1:] == places[:-1]
    pairs = product(zip(spec.data.roles.target, series.targets, strict=True), series.reals.items())
    for (target_name, truth), (name, values) in pairs:
        if name in own.inputs.static:
            continue
        column, target = values[cut], truth[cut]
        which = f"the target “{target_name}”" if series.others else "the target"
        if name in own.inputs.known and _is_same(column, target, same_series):
            yield _warning(
                f"“{name}” is nearly {which} itself, and said to be known ahead.",
                "forecasting.inputs.known",
                "If it is only measured with the target, let its past alone be seen.",
            )
        elif _is_same(column[:-1][same_series], target[1:][same_series], None):
            yield _warning(
                f"“{name}” is nearly {which} of the step after: it knows the future.",
                "forecasting.inputs",
                "Leave it out, unless it is really known one step earlier.",
            )


def _is_same(column: Floats, target: Floats, same_series: "np.ndarray | None") -> bool:
    """Whether two columns go together in their values and in their changes from row to row."""
    changes = np.diff(column), np.diff(target)
    if same_series is not None:
        changes = changes[0][same_series], changes[1][same_series]
    return _correlation(column, target) > NEARLY_ONE and _correlation(*changes) > CHANGES_TOO


def _correlation(one: Floats, other: Floats) -> float:
    usable = np.isfinite(one) & np.isfinite(other)
    one, other = one[usable], other[usable]
    if len(one) < LEAST_ROWS or not np.ptp(one) or not np.ptp(other):
        return 0.0
    return abs(float(np.corrcoef(one, other)[0, 1]))


def _warning(text: str, field: str, fix: str) -> Finding:
    return Finding(severity="warning", field=field, text=text, fix=fix)
