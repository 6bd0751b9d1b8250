"""Changes of a specification as a form makes them: each takes a RunSpec and returns another. Pure functions."""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from engine.catalog.gallery import PRETRAINABLE
from engine.catalog.models import changed_params, model
from engine.catalog.schema import CatalogError, Preset
from engine.catalog.text_edits import with_text_model
from engine.spec import DataSpec, Roles, RunSpec, Task, TrainerSpec, parse

# A whole-number target with at most this many distinct values is taken for classes.
MOST_CLASSES = 20


def with_value(spec: RunSpec, key: str, value: JsonValue) -> RunSpec:
    """Return the specification with one dotted key replaced. Raises SpecError when the value does not fit."""
    content: dict[str, Any] = spec.model_dump(mode="json")
    if key == "split.kind":
        content["split"] = _split(content["split"], str(value))
    elif key.startswith("model.params."):
        content["model"]["params"][key.removeprefix("model.params.")] = value
        content["model"]["params"] = _changed(spec.model.name, content["model"]["params"])
    else:
        *path, last = key.split(".")
        place = content
        for part in path:
            place = place[part]
        place[last] = value
    if key == "text.labels" and value != "one" and spec.split.kind == "stratified":  # which needs a class a text
        content["split"] = _split(content["split"], "random")
    return parse(content)


def with_model(spec: RunSpec, name: str) -> RunSpec:
    """Return the specification with another model at its default settings."""
    if spec.family == "text":
        return with_text_model(spec, name)
    content = spec.model_dump(mode="json")
    content["model"] = {"name": name, "params": {}}
    if name not in PRETRAINABLE:
        content["tabular"]["pretrain"]["enabled"] = False
    return parse(content)


def with_preset(spec: RunSpec, preset: Preset) -> RunSpec:
    """Return the specification with a preset's parameters and no other changes to the model."""
    content = spec.model_dump(mode="json")
    content["model"]["params"] = dict(model(spec.model.name).presets[preset])
    return parse(content)


def with_dataset(
    spec: RunSpec | None, data: DataSpec, types: Mapping[str, str], rows: int = 0, rows_before: int = 0
) -> RunSpec:
    """Return a specification for a dataset that keeps every setting of the old one that still fits.

    `types` has each column's type. The task follows from the target unless the target is the same as before, the
    batch size from the number of rows unless it is not the one that the rows before asked for.
    """
    if spec is None:
        fresh = with_value(RunSpec(data=data), "trainer.batch_size", batch_size_for(rows))
        return with_value(fresh, "tabular.task", task_of(data.roles, types))
    content = spec.model_dump(mode="json")
    if content["trainer"]["batch_size"] == batch_size_for(rows_before):
        content["trainer"]["batch_size"] = batch_size_for(rows)
    content["data"] = data.model_dump(mode="json")
    column = content["split"].get("column")
    if column is not None and column not in types:
        content["split"] = {"kind": "random", **_shares(content["split"])}
    if data.roles.target != spec.data.roles.target or data.dataset != spec.data.dataset:
        content["tabular"]["task"] = task_of(data.roles, types)
    if content["tabular"]["task"] == "regression":
        content["tabular"]["balance"] = {"class_weights": "none", "balanced_sampling": False}
        if content["split"]["kind"] == "stratified":
            content["split"] = {"kind": "random", **_shares(content["split"])}
    return parse(content)


def batch_size_for(rows: int) -> int:
    """Return a batch size with which an epoch has some twenty steps or more: a power of two from 16 to 256.

    Without a number of rows it is the specification's own default.
    """
    default = TrainerSpec().batch_size
    if rows <= 0:
        return default
    return min(default, max(16, 1 << int(math.log2(max(1, rows / 20)))))


def task_of(roles: Roles, types: Mapping[str, str], distinct: int | None = None) -> Task:
    """Return what the target's type asks for: numbers are regressed, all else is classified.

    Whole numbers are classes while `distinct`, where it is known, is at most 20.
    """
    kinds = {types.get(column, "text") for column in roles.target}
    if not kinds or kinds & {"text", "boolean"}:
        return "classification"
    if kinds == {"integer"} and (distinct is None or distinct <= MOST_CLASSES):
        return "classification"
    return "regression"


def _split(old: dict[str, Any], kind: str) -> dict[str, Any]:
    new: dict[str, Any] = {"kind": kind}
    if kind in ("group", "time", "column"):
        new["column"] = old.get("column") or ""
    if kind in ("kfold", "rolling"):
        return new
    return new if kind == "column" else {**new, **_shares(old)}


def _shares(old: dict[str, Any]) -> dict[str, Any]:
    # Cross-validation usually keeps no test rows; a plain split does.
    if old["kind"] == "kfold":
        return {}
    return {name: old[name] for name in ("valid", "test") if name in old}


def _changed(name: str, params: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        return changed_params(model(name), params)
    except CatalogError:
        return params
