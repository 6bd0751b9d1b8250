"""What a forecasting model is shown: each column, and whether its past, its future or both. Pure data and functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.catalog.models import model
from engine.catalog.schema import CatalogError, ModelInfo
from engine.spec import ForecastingSpec, RunSpec

SeenKind = Literal[
    "target", "lag", "past", "known", "static", "calendar", "holidays", "series", "relative time", "target scales"
]

# No name of the library's tells these: networks that read the decoder alone, and the encoder alone.
_NO_PAST = frozenset({"decoder_mlp"})
_NO_FUTURE = frozenset({"timexer", "xlstm"})
_NO_CATEGORIES = frozenset({"timexer", "xlstm"})


@dataclass(frozen=True)
class Seen:
    """One input: a column's name, or what is made for the model, and where in a window it is seen."""

    name: str
    kind: SeenKind
    past: bool
    future: bool


def seen_inputs(spec: RunSpec) -> tuple[Seen, ...]:
    """Return all that the model of a specification is given, the target first."""
    own = spec.forecasting or ForecastingSpec()
    try:
        info = model(spec.model.name)
    except CatalogError:
        return ()
    past, future = info.name not in _NO_PAST, info.name not in _NO_FUTURE
    target = tuple(Seen(name, "target", past, False) for name in spec.data.roles.target)
    if not info.inputs or not info.losses:
        return target
    found = (Seen(one.name, one.kind, one.past and past, one.future and future) for one in _inputs(spec, own))
    return (*target, *found)


def left_out(info: ModelInfo, spec: RunSpec) -> int:
    """Return how many of the inputs that a specification has now a model could not be given."""
    own, roles = spec.forecasting, spec.data.roles
    columns = (*roles.continuous, *roles.categorical)
    if own is None:
        return 0
    if not info.inputs or not info.losses:
        return len(columns)
    if info.name in _NO_CATEGORIES:
        return len(roles.categorical)
    if info.unknown_inputs:
        return 0
    told = {*own.inputs.known, *own.inputs.static}
    return sum(name not in told for name in columns)


def _inputs(spec: RunSpec, own: ForecastingSpec) -> Iterator[Seen]:
    roles, inputs = spec.data.roles, own.inputs
    numbers_only = spec.model.name in _NO_CATEGORIES
    for name in (*roles.continuous, *(() if numbers_only else roles.categorical)):
        if name in inputs.static:
            yield Seen(name, "static", True, True)
        elif name in inputs.known:
            yield Seen(name, "known", True, True)
        else:
            yield Seen(name, "past", True, False)
    for name, lags in inputs.lags.items():
        for lag in lags:
            yield Seen(f"{name} −{lag}", "lag", True, lag >= own.windows.horizon or name in inputs.known)
    for feature in inputs.calendar:
        yield Seen(feature, "calendar", True, True)
    if inputs.holidays:
        yield Seen(f"holidays ({inputs.holidays})", "holidays", True, True)
    if inputs.series and not numbers_only:
        yield Seen("series", "series", True, True)
    if inputs.relative_time:
        yield Seen("relative time", "relative time", True, True)
    if inputs.target_scales:
        yield Seen("target scales", "target scales", True, True)
