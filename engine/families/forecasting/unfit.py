"""What a specification asks of series that these cannot give: a target outside what its loss or transformation is for, a
model that would see nothing. Must not change data."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.catalog import model
from engine.families.findings import counted, named
from engine.families.forecasting import calendar
from engine.families.forecasting.series import Floats, Series, forecasting_of
from engine.spec import ForecastingSpec, RunSpec
from engine.training.failures import RunFailed


class _Range(NamedTuple):
    """The numbers that something is for, and what else can be chosen."""

    holds: Callable[[Floats], NDArray[np.bool_]]
    text: str
    fix: str


_LOSSES = {
    "negative_binomial": _Range(
        lambda y: (y >= 0) & (y == np.round(y)), "whole numbers from 0 on", "Choose the normal distribution."
    ),
    "poisson": _Range(lambda y: y >= 0, "counts, from 0 on", "Choose mae or rmse."),
    "tweedie": _Range(lambda y: y >= 0, "numbers from 0 on", "Choose mae or rmse."),
    "beta": _Range(lambda y: (y >= 0) & (y <= 1), "shares between 0 and 1", "Choose the normal distribution."),
}
_TRANSFORMATIONS = {
    "log": _Range(lambda y: y > 0, "numbers above 0", "Choose log1p where there are zeros, or none."),
    "log1p": _Range(lambda y: y > -1, "numbers above −1", "Choose none."),
    "softplus": _Range(lambda y: y > 0, "numbers above 0", "Choose relu where there are zeros, or none."),
    "logit": _Range(lambda y: (y >= 0) & (y <= 1), "shares between 0 and 1", "Choose none."),
}


def refuse(series: Series, spec: RunSpec) -> None:
    """Raise RunFailed where a target is outside its range, or where a model would see nothing."""
    own, info = forecasting_of(spec), model(spec.model.name)
    if not info.losses:
        return  # a baseline
    for key, name, found in _ranges(own):
        for target, values in zip(spec.data.roles.target, series.targets, strict=True):
            _check(series, target, values, key, name, found)
    inputs = own.inputs
    told = {*calendar.names(inputs, series.frequency), *inputs.known}
    if info.needs_known and not (told or inputs.static or inputs.series or inputs.relative_time):
        _nothing(f"{info.title} sees only what is known ahead", own, series)
    columns = (*spec.data.roles.continuous, *spec.data.roles.categorical)
    moves = told or inputs.lags or set(columns) - set(inputs.static)
    if info.name == "nhits" and (inputs.static or inputs.series or inputs.target_scales) and not moves:
        _nothing("N-HiTS needs an input that varies with time beside those that do not", own, series)


def _ranges(own: ForecastingSpec) -> Iterator[tuple[str, str, _Range]]:
    """Yield where something is set that has a range, what it is called, and the range."""
    if own.loss in _LOSSES:
        yield "forecasting.loss", f"the {own.loss.replace('_', ' ')} loss", _LOSSES[own.loss]
    transformation = own.scaling.transformation
    if transformation in _TRANSFORMATIONS:
        name = f"the transformation {transformation}"
        yield "forecasting.scaling.transformation", name, _TRANSFORMATIONS[transformation]


def _check(series: Series, target: str, values: Floats, key: str, name: str, found: _Range) -> None:
    outside = ~found.holds(values) & ~np.isnan(values)
    if not outside.any():
        return
    row = int(np.flatnonzero(outside)[0])
    where = f"{series.names_of(series.series[row : row + 1])[0]}, {series.moment(row)}"
    raise RunFailed(
        f"{key}: {name} is for {found.text}, and column “{target}” has {counted(int(outside.sum()), 'step')} with others, "
        f"the first {values[row]:.10g} ({where}).",
        found.fix,
    )


def _nothing(what: str, own: ForecastingSpec, series: Series) -> None:
    parts = named(own.inputs.calendar)
    raise RunFailed(
        f"forecasting.inputs.calendar: {what}, and {parts} tell nothing where steps are {series.frequency.words} apart.",
        "Name inputs that are known ahead, or choose other parts of the date.",
    )
