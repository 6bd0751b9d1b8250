"""Steps that a table does not have and that are filled in, where they are so many that they deserve a warning: a frequency
that was chosen too fine, a wrong date. Must not change data."""

from collections.abc import Iterator

from engine.families.findings import Finding, counted
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import RunSpec

MANY = 0.5
"""The share of steps that may be filled in without a warning."""


def invented(series: Series, spec: RunSpec) -> Iterator[Finding]:
    """Yield a warning where most steps are filled in, or where a frequency was chosen that rows do not have."""
    timeline = forecasting_of(spec).timeline
    is_finer = bool(timeline.frequency) and series.apart > 1
    if not series.filled or not (is_finer or series.filled > MANY * len(series)):
        return
    told = f"{counted(series.filled, 'step')} of {len(series):,} would be invented"
    where = f"column “{timeline.column}” has no row for them"
    if series.apart > 1:
        where = (
            f"rows of column “{timeline.column}” are mostly {series.apart:,} steps of {series.frequency.words} apart"
        )
    yield Finding(
        severity="warning",
        field="forecasting.timeline.frequency",
        text=f"{told}: {where}.",
        fix="Leave the frequency empty to have it detected."
        if is_finer
        else "Look for wrong dates, or choose a coarser frequency.",
    )
