"""Parts of the date that training does not see go round once. Warnings, never refusals."""

from collections.abc import Iterator

from engine.families.findings import Finding, counted
from engine.families.forecasting.calendar import lasting, period, usable
from engine.families.forecasting.folds import Span
from engine.families.forecasting.frequency import DAY, HOUR
from engine.families.forecasting.library import BASELINES
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import RunSpec

_ROUNDS = {HOUR: "an hour", DAY: "a day", 7 * DAY: "a week", 28 * DAY: "a month"}
_NAMES = {"day": "day of the month", "year_day": "day of the year"}


def half_seen(series: Series, spec: RunSpec, train: Span) -> Iterator[Finding]:
    """Yield a warning for each part of the date that takes longer to come again than the stretch to learn from."""
    if spec.model.name in BASELINES:
        return
    lasts = lasting(series.frequency, max(train.first, int(series.step.min())), train.last)
    for part in usable(forecasting_of(spec).inputs.calendar, series.frequency):
        if lasts >= period(part):
            continue
        known = counted(lasts // DAY, "day") if lasts >= 2 * DAY else counted(lasts // HOUR, "hour")
        yield Finding(
            severity="warning",
            field="forecasting.inputs.calendar",
            text=f"The {_NAMES.get(part, part)} takes {_ROUNDS.get(period(part), 'a year')} to come again, and the model "
            f"learns from {known}: it has not seen all of what it is told later.",
            fix="Leave that part of the date out.",
        )
