"""The fields of the Text tab as data: which part of a specification stands in which group."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.forms import Field, fields_of
from app.forms.field import with_choices
from engine.catalog import TEXT_COLUMNS, offered_tasks
from engine.spec import (
    DenoisingSpec,
    FreezingSpec,
    LoraSpec,
    MaskingSpec,
    RunSpec,
    TextColumns,
    TextSpec,
    TokenizerSpec,
)

_LABELS = ("text", "boolean", "integer", "number")
_MAY_BE_NONE = ("second", "context", "question", "answer_starts", "target")
_FOLDED = ("second", "answer_starts")
_SEVERAL = ("choices",)
# What a column may be of; every other one is of texts.
_TYPES = {"answer": _LABELS, "answer_starts": ("text", "integer")}
_ELSEWHERE = {"second", "labels"}


def subject_fields(own: TextSpec, types: Mapping[str, str]) -> list[Field]:
    """Return the task and the columns that it may read; which of them it does read is for the catalogue to say."""
    fields = {one.name: one for one in fields_of(TextSpec, "text")}
    columns = {one.name: one for one in fields_of(TextColumns, "text.columns")}
    task = replace(fields["task"], choices=offered_tasks(own.task))
    read = [_column_field(columns[name], own, types) for name in TEXT_COLUMNS if name not in _ELSEWHERE]
    return [task, *read, _label_field(own, types), fields["labels"], _column_field(columns["second"], own, types)]


def start_fields() -> list[Field]:
    """Return the folder of a trained model."""
    return [one for one in fields_of(TextSpec, "text") if one.name == "checkpoint"]


def token_fields() -> list[Field]:
    """Return how text becomes tokens, and how many of them a sample has."""
    made = {one.name: one for one in fields_of(TokenizerSpec, "text.tokenizer")}
    own = {one.name: one for one in fields_of(TextSpec, "text")}
    first = [made["kind"], made["vocabulary"], made["lowercase"], made["punctuation"], own["max_length"], own["stride"]]
    return [*first, made["min_frequency"], made["special_tokens"], own["length_buckets"]]


def folder_fields() -> list[Field]:
    """Return the folder of a tokenizer that others trained."""
    return [one for one in fields_of(TokenizerSpec, "text.tokenizer") if one.name == "folder"]


def masking_fields() -> list[Field]:
    """Return what is hidden from a masked model."""
    return list(fields_of(MaskingSpec, "text.masking"))


def spoiling_fields() -> list[Field]:
    """Return how text is spoilt that a model learns to mend."""
    return list(fields_of(DenoisingSpec, "text.denoising"))


def neighbour_fields() -> list[Field]:
    """Return the words whose neighbours are shown, and what people say of such pairs."""
    return [one for one in fields_of(TextSpec, "text") if one.name in ("words", "similarity_file")]


def weight_fields() -> list[Field]:
    """Return which weights learn."""
    return [*fields_of(FreezingSpec, "text.freezing"), *fields_of(LoraSpec, "text.lora")]


def training_fields() -> list[Field]:
    """Return what stands among the settings of the training, since those who train transformers look for it there."""
    return [
        replace(one, common=True)
        for one in fields_of(TextSpec, "text")
        if one.name in ("label_smoothing", "activation_checkpointing")
    ]


def idle_keys(fields: Iterable[Field], idle: Iterable[str]) -> set[str]:
    """Return the keys of fields that are idle, by themselves or with their group."""
    names = set(idle)
    return {one.key for one in fields if one.key in names or one.key.rpartition(".")[0] in names}


def flat(spec: RunSpec) -> dict[str, Any]:
    """Return the values of a text specification by dotted key; one label stands for itself."""
    assert spec.text is not None
    values: dict[str, Any] = {}
    for name, value in spec.text.model_dump(mode="json").items():
        if isinstance(value, dict):
            values |= {f"text.{name}.{inner}": its for inner, its in value.items()}
        else:
            values[f"text.{name}"] = value
    labels = spec.text.columns.labels
    values["text.columns.labels"] = list(labels) if spec.text.labels == "many" else (labels[0] if labels else "")
    return values


def _column_field(field: Field, own: TextSpec, types: Mapping[str, str]) -> Field:
    """Return the choice of a column, or of several, of the kinds that can hold what the field asks for."""
    chosen = getattr(own.columns, field.name)
    kinds = _TYPES.get(field.name, ("text",))
    fitting = [name for name, kind in types.items() if kind in kinds]
    if field.name in _SEVERAL:
        return replace(field, kind="several", choices=tuple(_with(fitting, *chosen)), default=[], free=True)
    names = _with(fitting, chosen)
    offered = ("", *names) if field.name in _MAY_BE_NONE else names
    return replace(with_choices(field, offered), common=field.name not in _FOLDED)


def _label_field(own: TextSpec, types: Mapping[str, str]) -> Field:
    """Return the choice of a column, or of several for texts with many labels."""
    key, names = "text.columns.labels", [name for name, kind in types.items() if kind in _LABELS]
    names = _with([name for name in names if name != own.columns.text], *own.columns.labels)
    if own.labels == "many":
        help = "For each class a column of 0 and 1."
        return Field(key=key, kind="several", default=[], help=help, choices=tuple(names), free=True)
    help = "The column that says what each text is."
    return Field(key=key, kind="choice", default="", help=help, choices=tuple(names), free=True)


def _with(names: Iterable[str], *others: str) -> list[str]:
    known = list(names)
    return [*known, *(one for one in others if one and one not in known)]
