"""What a forecasting run needs beyond the shared parts: time, windows, what is known ahead, scaling and the loss."""

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from engine.spec.base import SpecModel

CalendarFeature = Literal["minute", "hour", "weekday", "day", "week", "month", "year_day"]
LossName = Literal[
    "quantile",
    "mae",
    "rmse",
    "smape",
    "mase",
    "poisson",
    "tweedie",
    "normal",
    "lognormal",
    "negative_binomial",
    "beta",
    "implicit_quantile",
    "multivariate_normal",
    "mqf2",
]
DISTRIBUTIONS: tuple[LossName, ...] = (
    "normal",
    "lognormal",
    "negative_binomial",
    "beta",
    "implicit_quantile",
    "multivariate_normal",
    "mqf2",
)
EXPONENTIAL: tuple[LossName, ...] = ("poisson", "tweedie")
"""Losses that take the exponential of what a network gives."""
JOINT: tuple[LossName, ...] = ("multivariate_normal",)
"""Losses that look at all series at once: they are given windows of the same steps together."""


LONGEST_CODE = 3


class TimelineSpec(SpecModel):
    """How rows become evenly spaced series: the time column, its steps, and what is done where they are not even."""

    column: str = Field(default="", description="The column of dates, times or whole numbers that orders each series.")
    frequency: str = Field(
        default="",
        description="The distance of two steps, such as h, 15min, D, W, MS, QS, YS, or a whole number; empty: detected.",
    )
    missing_steps: Literal["forward", "interpolate", "zero", "refuse"] = Field(
        default="forward",
        description="The target in a gap: the last value, a line across (it looks ahead), zero; or refuse the data.",
    )
    duplicates: Literal["refuse", "mean", "sum", "last"] = Field(
        default="refuse", description="Several rows for one series and time step become one, or are refused."
    )
    missing_target: Literal["refuse", "forward", "interpolate", "zero"] = Field(
        default="refuse", description="What stands in where the target is missing within a series."
    )
    short_series: Literal["drop", "pad", "refuse"] = Field(
        default="drop",
        description="Series without a single window are left out, lengthened at their beginning with their first value, "
        "or refused.",
    )

    @field_validator("frequency")
    @classmethod
    def _readable(cls, value: str) -> str:
        if re.fullmatch(r"\d{0,6}(s|min|h|D|W|MS|QS|YS)?", value) is None:
            raise ValueError("must be such as h, 15min, D, W, MS, QS, YS, or a whole number")
        return value


class WindowSpec(SpecModel):
    """What one sample is: so many steps to look back on, so many to forecast, and how far apart samples begin."""

    encoder_length: int = Field(default=30, ge=1, le=100_000, description="Steps that the model looks back on.")
    horizon: int = Field(default=1, ge=1, le=10_000, description="Steps that are forecast.")
    step: int = Field(default=1, ge=1, le=100_000, description="Steps between the beginnings of two training windows.")
    evaluation_step: int = Field(
        default=1, ge=1, le=100_000, description="Steps between two windows of validation and test."
    )


class InputSpec(SpecModel):
    """What the model is shown beside the target's past. Columns that are neither static nor known ahead have a past only."""

    static: tuple[str, ...] = Field(default=(), description="Inputs that do not change within a series.")
    known: tuple[str, ...] = Field(
        default=(), description="Inputs whose future is known, such as promotions or prices."
    )
    lags: dict[str, tuple[int, ...]] = Field(
        default_factory=dict, description="Columns that are also shown as they were so many steps before."
    )
    calendar: tuple[CalendarFeature, ...] = Field(
        default=(), description="Parts of the date as points on a circle, which are always known ahead."
    )
    holidays: str = Field(
        default="",
        description="A country whose public holidays the model is told of, such as DE, or a part of it, such as DE-BY; "
        "they are always known ahead. Empty: none.",
    )
    series: bool = Field(default=False, description="Tell the model which series it sees.")
    relative_time: bool = Field(default=False, description="Tell the model each step's place in the window.")
    target_scales: bool = Field(default=False, description="Tell the model the target's own centre and scale.")

    @field_validator("holidays", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        country, dash, part = value.strip().partition("-")
        if not re.fullmatch(r"([A-Za-z]{2,3}(-\S.{0,80})?)?", value.strip()):
            raise ValueError(
                "must be a country’s code of two or three letters, such as DE, or a part of it, such as DE-BY"
            )
        # Parts have codes too, or names such as Bayern.
        return f"{country.upper()}{dash}{part.upper() if len(part) <= LONGEST_CODE else part}"

    @model_validator(mode="after")
    def _not_both(self) -> "InputSpec":
        if both := sorted(set(self.static) & set(self.known)):
            raise ValueError(f"column “{both[0]}” is both static and known ahead; name it once")
        return self


class ScalingSpec(SpecModel):
    """How the target is scaled for the network; forecasts, loss and metrics are in its own unit all the same."""

    normaliser: Literal["auto", "encoder", "last", "series", "all", "none"] = Field(
        default="auto",
        description="By each window's past (encoder), around its last value (last), by series, over all; auto chooses "
        "encoder for windows that look back on more than 20 steps, else series.",
    )
    method: Literal["standard", "robust"] = Field(
        default="standard", description="Mean and standard deviation, or median and quartiles."
    )
    center: bool = Field(default=True, description="Take the centre away before scaling.")
    transformation: Literal["none", "log", "log1p", "softplus", "relu", "logit", "count"] = Field(
        default="none", description="What is done to the target first; the forecast is turned back."
    )


class ForecastingSpec(SpecModel):
    """A forecasting run's own part. The target, the inputs and the series' identifiers are roles of the data."""

    timeline: TimelineSpec = TimelineSpec()
    windows: WindowSpec = WindowSpec()
    inputs: InputSpec = InputSpec()
    scaling: ScalingSpec = ScalingSpec()
    loss: LossName = Field(
        default="quantile",
        description="What training makes small. An implicit quantile network learns the quantile of any level at once "
        "(Gouttes et al. 2021); a multivariate normal distribution learns how series move together (Salinas et al. 2019); "
        "MQF2 learns whole paths over the horizon, whatever their distribution (Kan et al. 2022).",
    )
    quantiles: tuple[float, ...] = Field(
        default=(0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98),
        min_length=1,
        description="Shares of the future that are to lie below the forecast; 0.5 is the median.",
    )
    season: int = Field(
        default=0, ge=0, le=1_000_000, description="Steps of a season, for the seasonal naive; 0: by the frequency."
    )

    @field_validator("quantiles")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 < one < 1 for one in value) or sorted(set(value)) != list(value):
            raise ValueError("must be rising numbers between 0 and 1")
        if 0.5 not in value:
            raise ValueError("must contain 0.5, the median, which is the forecast that is scored")
        return value
