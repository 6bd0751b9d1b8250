"""Inputs that are said to be static and change within a series. Warnings, never refusals; must not change data."""

from collections.abc import Iterator

import numpy as np

from engine.families.findings import Finding, counted
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import RunSpec


def unsteady(series: Series, spec: RunSpec) -> Iterator[Finding]:
    """Yield a warning for each static input that is not the same in all rows of a series."""
    inside = series.series[1:] == series.series[:-1]
    for name in forecasting_of(spec).inputs.static:
        values = series.reals[name] if name in series.reals else series.texts[name]
        changes = np.append(False, inside & np.asarray(values[1:] != values[:-1], dtype=np.bool_))
        if not changes.any():
            continue
        first = int(np.flatnonzero(changes)[0])
        affected = np.unique(series.series[changes])
        where = f"{series.names_of(affected[:1])[0]} at {series.moment(first)}"
        yield Finding(
            severity="warning",
            field="forecasting.inputs.static",
            text=f"“{name}” is said to be static, but changes within {counted(len(affected), 'series', 'series')}, "
            f"first in {where}.",
            fix="Let its past be seen, or say that it is known ahead.",
        )
