"""What a model and its parameters are in the catalogue: pure data classes. Must not import a library of models."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from engine.spec import TextTask

ParamKind = Literal["int", "float", "bool", "choice", "text", "json"]
Preset = Literal["small", "default", "large"]


class CatalogError(ValueError):
    """A model that the catalogue does not know; the message says which one may have been meant."""


class Param(BaseModel):
    """One parameter of a model, by its library name."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: ParamKind
    default: JsonValue
    help: str
    choices: tuple[str | int | None, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    common: bool = False
    nullable: bool = False


class ModelInfo(BaseModel):
    """One model of the gallery: what it is, where it comes from, what it takes and what it cannot do.

    For forecasting: `losses` that it can be trained with (none for a baseline), whether it takes `inputs` beside the
    target at all, those whose future is unknown and the relative time, and whether it needs one that is known ahead.
    For text: its `text_tasks`, and for transformers the `weights` of each preset with 8,000 tokens; a network of ours has
    no `config_class`.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    description: str
    paper: str
    paper_url: str
    tasks: tuple[Literal["classification", "regression"], ...]
    params: tuple[Param, ...]
    presets: dict[Preset, dict[str, JsonValue]]
    config_class: str
    needs_categorical: bool = False
    several_targets: bool = True
    notes: tuple[str, ...] = ()
    family: Literal["tabular", "forecasting", "text"] = "tabular"
    losses: tuple[str, ...] = ()
    inputs: bool = True
    unknown_inputs: bool = True
    relative_time: bool = True
    needs_known: bool = False
    text_tasks: tuple[TextTask, ...] = ()
    weights: dict[Preset, int] = {}

    def param(self, name: str) -> Param | None:
        """Return the parameter of this name, or None."""
        return next((param for param in self.params if param.name == name), None)


class DerivedParam(BaseModel):
    """A parameter as the library's own config declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: ParamKind
    default: JsonValue
    help: str
    choices: tuple[str | int | None, ...] = ()
    nullable: bool = False


class DerivedCatalog(BaseModel):
    """All configs of the library, by class name; this is what the shipped file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    library: str
    configs: dict[str, tuple[DerivedParam, ...]]
