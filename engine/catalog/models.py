"""The catalogue of models: derived parameters and hand-written cards, joined. No model is built here."""

import difflib
from collections.abc import Mapping
from functools import cache
from typing import get_args

from pydantic import JsonValue

from engine.catalog import forecasting_gallery, text_classic, text_details, text_gallery
from engine.catalog.derive import FILE
from engine.catalog.derive_forecasting import FILE as FORECASTING_FILE
from engine.catalog.derive_forecasting import DerivedForecasting
from engine.catalog.derive_text import FILE as TEXT_FILE
from engine.catalog.derive_text import DerivedText
from engine.catalog.details import COMMON, DEFAULTS, DETAILS, DETAILS_OF, Detail
from engine.catalog.gallery import CARDS, Card
from engine.catalog.schema import CatalogError, DerivedCatalog, DerivedParam, ModelInfo, Param, Preset
from engine.spec import DISTRIBUTIONS, LossName, ModelSpec, RunSpec


@cache
def tabular_models() -> tuple[ModelInfo, ...]:
    """Return every model that can be trained on a table, in the gallery's order."""
    derived = DerivedCatalog.model_validate_json(FILE.read_text(encoding="utf-8"))
    return tuple(_model(card, derived.configs[card.config_class]) for card in CARDS)


@cache
def forecasting_models() -> tuple[ModelInfo, ...]:
    """Return every model that can forecast series, in the gallery's order; baselines are the last."""
    derived = DerivedForecasting.model_validate_json(FORECASTING_FILE.read_text(encoding="utf-8"))
    return tuple(_forecasting_model(card, derived) for card in forecasting_gallery.CARDS)


@cache
def text_models() -> tuple[ModelInfo, ...]:
    """Return every model that learns from text, in the gallery's order: transformers first, then the small ones of ours."""
    derived = DerivedText.model_validate_json(TEXT_FILE.read_text(encoding="utf-8"))
    return (
        *(_text_model(card, derived) for card in text_gallery.CARDS),
        *(_classic_model(card) for card in text_classic.CARDS),
    )


def model(name: str) -> ModelInfo:
    """Return one model of any family. Raises CatalogError, naming the closest one there is."""
    known = {info.name: info for info in (*tabular_models(), *forecasting_models(), *text_models())}
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f"did you mean “{close[0]}”?" if close else f"there are {', '.join(known)}"
    raise CatalogError(f"there is no model “{name}”; {hint}")


def title_of(name: str) -> str:
    """Return a model's title, or its bare name where there is no such model."""
    try:
        return model(name).title
    except CatalogError:
        return name


def run_name(spec: RunSpec) -> str:
    """Return what a run is called: as its specification says, else by its model and its data."""
    return spec.name or f"{title_of(spec.model.name)} • {spec.data.name or spec.data.dataset[:8]}"


def settings(spec: ModelSpec) -> dict[str, JsonValue]:
    """Return what the library's config is to be given: our defaults where its own do not work, then the spec's values.

    For text it is every parameter, since a small transformer stands in for the library's own sizes, and numbers that
    must be fractions are fractions. Raises CatalogError for a model that does not exist.
    """
    info = model(spec.name)
    if info.family == "text":
        given = {**{one.name: one.default for one in info.params}, **spec.params}
        return {name: _as_kind(info.param(name), value) for name, value in given.items()}
    if info.family == "forecasting":
        card = next(one for one in forecasting_gallery.CARDS if one.name == info.name)
        return {**(card.defaults or {}), **spec.params}
    return {**DEFAULTS.get(info.name, {}), **spec.params}


def preset_of(info: ModelInfo, params: dict[str, JsonValue]) -> Preset | None:
    """Return which preset these parameters are, or None when they are the user's own."""
    changed = changed_params(info, params)
    return next((name for name, values in info.presets.items() if changed_params(info, values) == changed), None)


def changed_params(info: ModelInfo, params: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parameters that differ from the model's defaults, in the catalogue's order; unknown ones are kept."""
    unknown = {name: value for name, value in params.items() if info.param(name) is None}
    known = {
        one.name: params[one.name] for one in info.params if one.name in params and params[one.name] != one.default
    }
    return {**known, **unknown}


def _model(card: Card, derived: tuple[DerivedParam, ...]) -> ModelInfo:
    order = COMMON[card.name]
    params = [_param(card.name, one) for one in derived]
    params.sort(key=lambda param: order.index(param.name) if param.name in order else len(order))
    return ModelInfo(
        name=card.name,
        title=card.title,
        description=card.description,
        paper=card.paper,
        paper_url=card.paper_url,
        tasks=("regression",) if card.regression_only else ("classification", "regression"),
        params=tuple(params),
        presets=card.presets(),
        config_class=card.config_class,
        needs_categorical=card.needs_categorical,
        several_targets=card.several_targets,
        notes=card.notes,
    )


def _forecasting_model(card: forecasting_gallery.ForecastingCard, derived: DerivedForecasting) -> ModelInfo:
    details, defaults = forecasting_gallery.DETAILS_OF.get(card.name, {}), card.defaults or {}
    params = [
        _joined(
            one,
            details.get(one.name) or forecasting_gallery.DETAILS.get(one.name, Detail()),
            defaults,
            one.name in card.common,
        )
        for one in derived.configs.get(card.config_class, ())
    ]
    params.sort(key=lambda param: card.common.index(param.name) if param.common else len(card.common))
    tags = derived.tags.get(card.config_class, {})
    return ModelInfo(
        name=card.name,
        title=card.title,
        description=card.description,
        paper=card.paper,
        paper_url=card.paper_url,
        tasks=(),
        params=tuple(params),
        presets=card.presets(),
        config_class=card.config_class,
        # A baseline has no tags, and forecasts each target by itself.
        several_targets=card.several_targets and bool(tags.get("capability:multivariate", not tags)),
        notes=card.notes,
        family="forecasting",
        losses=tuple(one for one in _losses(tags.get("info:pred_type", [])) if one not in card.no_losses),
        inputs=bool(tags.get("capability:exogenous", False)),
        unknown_inputs=card.unknown_inputs,
        relative_time=card.relative_time,
        needs_known=card.needs_known,
    )


def _text_model(card: text_gallery.TextCard, derived: DerivedText) -> ModelInfo:
    details = {**text_details.DETAILS, **text_details.DETAILS_OF.get(card.name, {})}
    params = [
        _joined(one, details.get(one.name, Detail()), card.small, one.name in card.common)
        for one in derived.configs[card.config_class]
    ]
    params.sort(key=lambda param: card.common.index(param.name) if param.common else len(card.common))
    weights = {name: derived.weights[card.name][name] for name in card.presets()}
    small, usual, large = (f"{count / 1e6:,.1f}" for count in weights.values())
    counted = f"Tiny has {small}, small {usual} and base {large} million weights, with 8,000 tokens."
    return ModelInfo(
        name=card.name,
        title=card.title,
        description=card.description,
        paper=card.paper,
        paper_url=card.paper_url,
        tasks=(),
        params=tuple(params),
        presets=card.presets(),
        config_class=card.config_class,
        notes=(*card.notes, counted),
        family="text",
        text_tasks=card.tasks,
        weights=weights,
    )


def _classic_model(card: text_classic.ClassicCard) -> ModelInfo:
    return ModelInfo(
        name=card.name,
        title=card.title,
        description=card.description,
        paper=card.paper,
        paper_url=card.paper_url,
        tasks=(),
        params=card.params,
        presets=card.presets(),
        config_class="",
        notes=card.notes,
        family="text",
        text_tasks=(card.task,),
    )


def _as_kind(param: Param | None, value: JsonValue) -> JsonValue:
    """Return a whole number as a fraction where the parameter is one: transformers' configs tell them apart."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and param is not None and param.kind == "float" else value  # type: ignore[arg-type]


def _losses(kinds: JsonValue) -> tuple[LossName, ...]:
    """Return the losses of what the library's tags call point, quantile and distribution forecasts."""
    assert isinstance(kinds, list)
    found: list[LossName] = []
    for loss in get_args(LossName):
        kind = "distr" if loss in DISTRIBUTIONS else "quantile" if loss == "quantile" else "point"
        found += [loss] if kind in kinds else []
    return tuple(found)


def _param(model_name: str, one: DerivedParam) -> Param:
    detail = DETAILS_OF.get(model_name, {}).get(one.name) or DETAILS.get(one.name, Detail())
    return _joined(one, detail, DEFAULTS.get(model_name, {}), one.name in COMMON[model_name])


def _joined(one: DerivedParam, detail: Detail, defaults: Mapping[str, JsonValue], common: bool) -> Param:
    choices = detail.choices or one.choices
    default = defaults.get(one.name, one.default)
    return Param(
        name=one.name,
        kind="choice" if choices else one.kind,
        default=default,
        help=detail.help or one.help,
        choices=choices,
        minimum=detail.minimum,
        maximum=detail.maximum,
        common=common,
        nullable=one.nullable and not (default is not None and one.name in defaults),
    )
