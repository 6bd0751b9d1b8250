"""Forecasting specifications with sensible settings: for new series, and for another model. Pure functions."""

from typing import Any

from engine.catalog.edits import batch_size_for
from engine.catalog.models import model
from engine.catalog.schema import CatalogError
from engine.spec import CalendarFeature, DataSpec, LossName, RunSpec, parse

PAST_OF_HORIZON = 4
"""How many times the horizon a window looks back, where the series are long enough."""
USUAL_LOSSES: tuple[LossName, ...] = ("quantile", "normal", "mae")


def new_forecasting(
    data: DataSpec,
    time: str,
    horizon: int,
    frequency: str = "",
    season: int = 1,
    length: int = 0,
    rows: int = 0,
    calendar: tuple[CalendarFeature, ...] = (),
    known: tuple[str, ...] = (),
    static: tuple[str, ...] = (),
    model_name: str = "nhits",
) -> RunSpec:
    """Return a specification for series whose longest has `length` steps; 0 where that is not known. Raises SpecError."""
    past = max(PAST_OF_HORIZON * horizon, min(season, 10 * horizon))
    if length:
        past = max(1, min(past, length // 4))
    content: dict[str, Any] = {
        "family": "forecasting",
        "data": data.model_dump(mode="json"),
        "model": {"name": model_name},
        "split": _split(horizon, length),
        "forecasting": {
            "timeline": {"column": time, "frequency": frequency},
            "windows": {"encoder_length": past, "horizon": horizon},
            "inputs": {"calendar": list(calendar), "known": list(known), "static": list(static)},
        },
        "trainer": {"batch_size": batch_size_for(rows), "gradient_clip": 1.0},
    }
    return fitted_to_model(parse(content))


def fitted_to_model(spec: RunSpec) -> RunSpec:
    """Return the specification without what its model cannot take: a loss, inputs. Nothing changes where all fits."""
    try:
        info = model(spec.model.name)
    except CatalogError:
        return spec
    if spec.forecasting is None or not info.losses:
        return spec
    content: dict[str, Any] = spec.model_dump(mode="json")
    own, roles = content["forecasting"], content["data"]["roles"]
    if own["loss"] not in info.losses:
        own["loss"] = next(one for one in (*USUAL_LOSSES, *info.losses) if one in info.losses)
    inputs = own["inputs"]
    if not info.inputs:
        _ignore(content, [*roles["continuous"], *roles["categorical"]])
        own["inputs"] = {}
        return parse(content)
    if not info.unknown_inputs:
        told = {*inputs["known"], *inputs["static"]}
        _ignore(content, [name for name in (*roles["continuous"], *roles["categorical"]) if name not in told])
    inputs["relative_time"] = inputs["relative_time"] and info.relative_time
    ahead = inputs["known"] or inputs["static"] or inputs["calendar"] or inputs["holidays"] or inputs["series"]
    if info.needs_known and not ahead:
        inputs["relative_time"] = info.relative_time
    return parse(content)


def _ignore(content: dict[str, Any], names: list[str]) -> None:
    """Give columns the role ignore, and forget what else is said of them."""
    roles, inputs = content["data"]["roles"], content["forecasting"]["inputs"]
    for role in ("continuous", "categorical"):
        roles[role] = [name for name in roles[role] if name not in names]
    roles["ignore"] = [*roles["ignore"], *names]
    for key in ("known", "static"):
        inputs[key] = [name for name in inputs[key] if name not in names]
    inputs["lags"] = {name: lags for name, lags in inputs["lags"].items() if name not in names}


def _split(horizon: int, length: int) -> dict[str, Any]:
    """Return a hold-out whose parts take at least one horizon each."""
    split: dict[str, Any] = {"kind": "holdout"}
    if length and 0.1 * length < horizon:
        split["valid_steps"] = horizon
    if length and 0.2 * length < horizon:
        split["test_steps"] = horizon
    return split
