"""What a loss will hardly learn from these series, scales or inputs. Warnings, never refusals."""

from collections.abc import Iterator

from engine.families.findings import Finding
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import EXPONENTIAL, JOINT, ForecastingSpec, RunSpec

LARGE = 50
"""A count from which a network that is shown counts as they are may well give a number whose exponential is none."""


def of_loss(series: Series, spec: RunSpec) -> Iterator[Finding]:
    """Yield a warning where a loss is to learn how series move together and there is one, or all look alike, or more than
    are looked at together; and where it takes the exponential of a network that is shown large numbers."""
    own = forecasting_of(spec)
    if own.loss in JOINT:
        yield from _of_strangers(series, own)
        yield from _of_many(series, spec.trainer.batch_size)
    if own.loss in EXPONENTIAL and own.scaling.transformation == "none":
        largest = max(float(one.max(initial=0)) for one in series.targets)
        if largest > LARGE:
            yield Finding(
                severity="warning",
                field="forecasting.scaling.transformation",
                text=f"The {own.loss} loss takes the exponential of what the network gives, and the target, as it is, goes "
                f"up to {largest:,.10g}: the loss may become infinite.",
                fix="Choose log1p, with a scale.",
            )


def _of_strangers(series: Series, own: ForecastingSpec) -> Iterator[Finding]:
    if series.count < 2:
        yield Finding(
            severity="warning",
            field="forecasting.loss",
            text="The multivariate normal loss learns how series move together, and there is one series.",
            fix="Choose the normal distribution.",
        )
    elif not (own.inputs.series or own.inputs.static):
        yield Finding(
            severity="warning",
            field="forecasting.inputs.series",
            text="The loss learns which series move together, and the model is not told which one it sees.",
            fix="Tell it the series, or name inputs that do not change within a series.",
        )


def _of_many(series: Series, batch_size: int) -> Iterator[Finding]:
    if series.count > batch_size:
        yield Finding(
            severity="info",
            field="trainer.batch_size",
            text=f"At most {batch_size:,} of {series.count:,} series are learned together, as a batch has no more windows; "
            "which ones is drawn anew for each step of time.",
            fix="Larger batches see more of them at once.",
        )
