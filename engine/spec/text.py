"""Specifications as JSON and TOML, both ways, with errors that a person can act on."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, get_args

import tomli_w
from pydantic import BaseModel, ValidationError

from engine.spec.run import SCHEMA_VERSION, RunSpec
from engine.spec.tabular import TabularSpec


class SpecError(ValueError):
    """A specification that cannot be used; `problems` has one plain sentence a fault, naming its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def to_json(spec: RunSpec) -> str:
    """Return the whole specification as indented JSON."""
    return spec.model_dump_json(indent=2)


def to_toml(spec: RunSpec) -> str:
    """Return the whole specification as TOML; what is None is left out, as TOML has no null.

    The part about tables is left out of another family's run that says nothing there.
    """
    content = spec.model_dump(mode="json")
    if spec.family != "tabular" and spec.tabular == TabularSpec():
        del content["tabular"]
    return tomli_w.dumps(_without_none(content))


def from_json(text: str) -> RunSpec:
    """Read a specification from JSON. Raises SpecError."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SpecError([f"line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})"]) from error
    return parse(content)


def from_toml(text: str) -> RunSpec:
    """Read a specification from TOML. Raises SpecError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError([f"this is not TOML: {error}"]) from error
    return parse(_with_texts(content))


def read(path: Path) -> RunSpec:
    """Read a `.toml` or `.json` file. Raises SpecError, whose sentences begin with the file's name."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SpecError([f"{path}: cannot be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise SpecError([f"{path}: is not a UTF-8 text file"]) from error
    try:
        return from_json(text) if path.suffix == ".json" else from_toml(text)
    except SpecError as error:
        raise SpecError([f"{path.name}: {problem}" for problem in error.problems]) from error


def parse(content: object) -> RunSpec:
    """Turn plain data into a RunSpec. Raises SpecError naming each wrong key and, where one is close, the right one."""
    if not isinstance(content, Mapping):
        raise SpecError(["a specification is a table of keys, such as data, model and trainer"])
    version = content.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise SpecError(
            [
                f"schema_version: this specification is of version {version}, and this program reads up to "
                f"{SCHEMA_VERSION}; open it with a newer Tensorbench"
            ]
        )
    try:
        return RunSpec.model_validate(content)
    except ValidationError as error:
        raise SpecError([_sentence(dict(problem)) for problem in error.errors()]) from error


def with_settings(spec: RunSpec, settings: Mapping[str, str]) -> RunSpec:
    """Return a copy with dotted keys replaced, as `--set trainer.epochs=5` gives them.

    A value is read as TOML where it can be (numbers, booleans, lists), otherwise taken as a string. Raises SpecError.
    """
    content = spec.model_dump(mode="json")
    for key, text in settings.items():
        *path, last = key.split(".")
        place: Any = content
        for part in path:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise SpecError([f"{key}: there is nothing to set inside “{'.'.join(path)}”"])
        place[last] = _value(text)
    return parse(content)


def _value(text: str) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return text if isinstance(value, date | time) else _with_texts(value)


def _sentence(problem: dict[str, Any]) -> str:
    location = [str(part) for part in problem["loc"]]
    # A discriminated union puts the chosen kind into the location: split.random.valid is split.valid in the file.
    kind = location.pop(1) if len(location) > 1 and location[0] == "split" else ""
    key = ".".join(location) or "specification"
    if problem["type"] == "union_tag_invalid":
        kinds = str(problem["ctx"]["expected_tags"]).replace("'", "")
        return f"{key}.kind: must be one of {kinds}, not {problem['ctx']['tag']!r}"
    if problem["type"] == "extra_forbidden" and kind and location[-1] in _keys_at(location[:-1]):
        return f"{key}: a split of the kind “{kind}” has no such key"
    if problem["type"] == "extra_forbidden":
        known = list(dict.fromkeys(_keys_at(location[:-1])))
        close = difflib.get_close_matches(location[-1], known, n=1, cutoff=0.6)
        there_are = f"; there are {', '.join(known)}" if known else ""
        return f"{key}: unknown key" + (f"; did you mean “{close[0]}”?" if close else there_are)
    if problem["type"] == "missing":
        return f"{key}: is missing"
    message = str(problem["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = problem.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    return f"{key}: {message}{shown}"


def _keys_at(location: list[str]) -> Iterator[str]:
    models: list[type[BaseModel]] = [RunSpec]
    for part in location:
        models = [
            inner
            for model in models
            if part in model.model_fields
            for inner in _models_in(model.model_fields[part].annotation)
        ]
    for model in models:
        yield from model.model_fields


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _with_texts(value: Any) -> Any:
    """Return TOML's content with dates and times as texts, as a specification has them."""
    if isinstance(value, dict):
        return {key: _with_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_texts(inner) for inner in value]
    return str(value) if isinstance(value, date | time) else value


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_none(inner) for inner in value]
    return value
