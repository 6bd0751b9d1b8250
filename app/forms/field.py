"""One field of a form as data, made from a pydantic model or from a model of the catalogue. No widgets live here."""

import types
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.forms import forecasting_words, text_words
from engine.catalog import COMMON_FIELDS, ModelInfo, Param

FieldKind = Literal["int", "float", "bool", "choice", "text", "integers", "numbers", "words", "several", "list", "json"]


@dataclass(frozen=True)
class Field:
    """What an editor needs to know; `key` is the dotted key in the specification."""

    key: str
    kind: FieldKind
    default: JsonValue = None
    help: str = ""
    choices: tuple[JsonValue, ...] = ()
    free: bool = False  # a choice may also be typed
    minimum: float | None = None
    maximum: float | None = None
    above_minimum: bool = False
    below_maximum: bool = False
    nullable: bool = False
    common: bool = True
    label: str = ""  # in place of the key's usual name, marked for translation

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition(".")[2]


def with_choices(field: Field, choices: Sequence[JsonValue]) -> Field:
    """Return the field as a choice of these, in which another value may be typed."""
    return replace(field, kind="choice", choices=tuple(choices), free=True)


def fields_of_params(info: ModelInfo) -> tuple[Field, ...]:
    """Return a field for each parameter of a model of the catalogue."""
    names = {"forecasting": forecasting_words.PARAMS, "text": text_words.PARAMS}.get(info.family, {})
    return tuple(_of_param(param, str(names.get(param.name, "")), info.family) for param in info.params)


def fields_of(model: type[BaseModel], prefix: str) -> tuple[Field, ...]:
    """Return a field for each plain field of a pydantic model; nested models and constant fields are left out."""
    return tuple(
        _of_field(f"{prefix}.{name}", info)
        for name, info in model.model_fields.items()
        if nested_model(info) is None and len(_literals(info.annotation)) != 1
    )


def nested_model(info: FieldInfo) -> type[BaseModel] | None:
    """Return the pydantic model that a field holds, or None for a plain field."""
    hint = info.annotation
    return hint if isinstance(hint, type) and issubclass(hint, BaseModel) else None


def _of_param(param: Param, label: str, family: str) -> Field:
    # What the forecasters take beside single values are lists: a number, a word or yes and no for each stack.
    is_list = param.kind == "json" and family == "forecasting"
    return Field(
        key=f"model.params.{param.name}",
        kind="list" if is_list else param.kind,
        default=param.default,
        help=param.help,
        choices=param.choices,
        minimum=param.minimum,
        maximum=param.maximum,
        nullable=param.nullable,
        common=param.common,
        label=label,
    )


def _of_field(key: str, info: FieldInfo) -> Field:
    several = _literals_inside(info.annotation)
    choices = _literals(info.annotation)
    field = Field(
        key=key,
        kind="choice" if choices else "several" if several else _kind(info.annotation),
        default=_default(info.default),
        help=info.description or "",
        choices=choices or several,
        nullable=type(None) in get_args(info.annotation),
        common=key in COMMON_FIELDS,
    )
    for bound in info.metadata:
        field = _bounded(field, bound)
    return field


def _bounded(field: Field, bound: Any) -> Field:
    if isinstance(bound, annotated_types.Gt):
        return replace(field, minimum=_number(bound.gt), above_minimum=True)
    if isinstance(bound, annotated_types.Ge):
        return replace(field, minimum=_number(bound.ge))
    if isinstance(bound, annotated_types.Lt):
        return replace(field, maximum=_number(bound.lt), below_maximum=True)
    if isinstance(bound, annotated_types.Le):
        return replace(field, maximum=_number(bound.le))
    return field


def _number(value: Any) -> float:
    return float(value)


def _literals(hint: Any) -> tuple[JsonValue, ...]:
    return get_args(hint) if get_origin(hint) is Literal else ()


def _literals_inside(hint: Any) -> tuple[JsonValue, ...]:
    """Return what a tuple may hold, where that is one of a few values each."""
    return _literals(get_args(hint)[0]) if get_origin(hint) is tuple and get_args(hint) else ()


def _default(value: Any) -> JsonValue:
    if value is PydanticUndefined:
        return None
    return list(value) if isinstance(value, tuple) else value


def _kind(hint: Any) -> FieldKind:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(inner for inner in get_args(hint) if inner is not type(None))
    if get_origin(hint) is tuple and get_args(hint)[:1] == (int,):
        return "integers"
    if get_origin(hint) is tuple and get_args(hint)[:1] == (float,):
        return "numbers"
    if get_origin(hint) is tuple and get_args(hint)[:1] == (str,):
        return "words"
    kinds: dict[Any, FieldKind] = {int: "int", float: "float", bool: "bool", str: "text"}
    return kinds.get(hint, "json")
