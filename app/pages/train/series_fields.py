"""The fields of the Series tab as data: which part of a specification stands in which group."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel
from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.forms import Field, fields_of
from app.forms.field import with_choices
from engine.catalog.series_view import IrregularKind
from engine.spec import (
    ForecastingSpec,
    HoldoutSplit,
    InputSpec,
    RollingOriginSplit,
    ScalingSpec,
    TimelineSpec,
    WindowSpec,
)

SPLITS: dict[str, type[BaseModel]] = {"holdout": HoldoutSplit, "rolling": RollingOriginSplit}
FREQUENCIES = ("", "s", "min", "15min", "30min", "h", "D", "W", "MS", "QS", "YS")
_LAGS = Field(
    key="forecasting.inputs.lags",
    kind="integers",
    default=[],
    help="How many steps before its own time each target is shown as well, such as 24, 168.",
)
_TARGET = Field(key="data.roles.target", kind="choice", help="The column that is forecast; it holds numbers.")
_FURTHER = Field(
    key="data.roles.target.further",
    kind="several",
    default=[],
    free=True,
    help="Further columns of numbers that the same model forecasts at the same time.",
)
_GROUP = Field(
    key="data.roles.group",
    kind="several",
    default=[],
    free=True,
    help="Columns that together name the series a row belongs to; none where there is one series alone.",
)
SPLIT_KIND = Field(
    key="split.kind",
    kind="choice",
    default="holdout",
    help="Which stretch of time is learned from, which validates, and which tests. Never by chance.",
    choices=tuple(SPLITS),
    label=str(QT_TRANSLATE_NOOP("Fields", "What is held back")),
)


def subject_fields(
    times: Sequence[str], targets: Sequence[str], taken: Sequence[str], groups: Sequence[str]
) -> list[Field]:
    """Return time, frequency, target, further targets and identifiers, with the columns that may be each.

    `taken` are columns that cannot be further targets: the time and the first target.
    """
    timeline = {one.name: one for one in fields_of(TimelineSpec, "forecasting.timeline")}
    column = replace(timeline["column"], kind="choice", choices=tuple(times))
    frequency = with_choices(timeline["frequency"], FREQUENCIES)
    target = replace(_TARGET, choices=tuple(targets))
    further = replace(_FURTHER, choices=tuple(one for one in targets if one not in taken))
    return [column, frequency, target, *([further] if further.choices else []), replace(_GROUP, choices=tuple(groups))]


def window_fields() -> list[Field]:
    """Return what a window is."""
    return list(fields_of(WindowSpec, "forecasting.windows"))


def made_input_fields() -> list[Field]:
    """Return the inputs that are made for the model, rather than found in a column."""
    made = {one.name: one for one in fields_of(InputSpec, "forecasting.inputs")}
    rest = [made[name] for name in ("series", "relative_time", "target_scales")]
    return [replace(one, common=True) for one in (made["calendar"], made["holidays"], _LAGS, *rest)]


def repair_fields() -> list[Field]:
    """Return what is done about gaps, repeats and series that are too short."""
    names = ("missing_steps", "duplicates", "missing_target", "short_series")
    return [replace(one, common=True) for one in fields_of(TimelineSpec, "forecasting.timeline") if one.name in names]


def irregular_field(kind: IrregularKind) -> Field:
    """Return what is chosen where a series is uneven in this way; times between steps ask for another step."""
    own = {one.name: one for one in fields_of(TimelineSpec, "forecasting.timeline")}
    return with_choices(own["frequency"], FREQUENCIES) if kind == "off_grid" else own[kind]


def loss_fields(losses: Sequence[str]) -> list[Field]:
    """Return the loss, of those that a model takes, and how the target is scaled for it."""
    own = {one.name: one for one in fields_of(ForecastingSpec, "forecasting")}
    loss = replace(own["loss"], choices=tuple(losses) or own["loss"].choices)
    return [loss, own["quantiles"], *fields_of(ScalingSpec, "forecasting.scaling"), own["season"]]


def split_fields(kind: str) -> list[Field]:
    """Return the fields of a kind of split."""
    return list(fields_of(SPLITS[kind], "split"))
