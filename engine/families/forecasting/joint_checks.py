"""What a loss that looks at series together cannot learn from these series or inputs. Warnings, never refusals."""

from collections.abc import Iterator

from engine.families.findings import Finding
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import JOINT, RunSpec


def of_strangers(series: Series, spec: RunSpec) -> Iterator[Finding]:
    """Yield a warning where a loss is to learn how series move together and there is one, or all look alike; and say where
    they are too many to be looked at together."""
    own = forecasting_of(spec)
    if own.loss not in JOINT:
        return
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
    if series.count > spec.trainer.batch_size:
        yield Finding(
            severity="info",
            field="trainer.batch_size",
            text=f"At most {spec.trainer.batch_size:,} of {series.count:,} series are learned together, as a batch has no "
            "more windows; which ones is drawn anew for each step of time.",
            fix="Larger batches see more of them at once.",
        )
