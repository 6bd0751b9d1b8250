"""Derives the shipped tabular.json from pytorch-tabular's own config classes: `python -m engine.catalog.derive`.
The library is imported here only, and only when asked; the window reads the file."""

import dataclasses
import re
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import JsonValue

from engine.catalog.schema import DerivedCatalog, DerivedParam, ParamKind

FILE = Path(__file__).with_name("tabular.json")

CONFIG_CLASSES = (
    "CategoryEmbeddingModelConfig",
    "AutoIntConfig",
    "DANetConfig",
    "FTTransformerConfig",
    "GANDALFConfig",
    "GatedAdditiveTreeEnsembleConfig",
    "NodeConfig",
    "TabTransformerConfig",
    "TabNetModelConfig",
    "MDNConfig",
    "StackingModelConfig",
)

# What the specification owns, what the task decides, and what the library does not read.
LEFT_OUT = {"task", "head", "learning_rate", "loss", "metrics", "metrics_prob_input", "metrics_params", "target_range"}
LEFT_OUT.add("seed")
# pytorch-tabular 1.2 declares these and never uses them (models/autoint, ft_transformer, tab_transformer).
WITHOUT_EFFECT = {
    "AutoIntConfig": {"share_embedding", "virtual_batch_size"},
    # The attention weights that it would keep are read by nothing here.
    "FTTransformerConfig": {"share_embedding", "attn_feature_importance"},
    "TabTransformerConfig": {"share_embedding", "transformer_head_dim"},
    "NodeConfig": {"head_config"},
    "TabNetModelConfig": {"head_config", "embedding_dropout", "batch_norm_continuous_input"},
    "MDNConfig": {"embedding_dims", "embedding_dropout", "batch_norm_continuous_input", "virtual_batch_size"},
    "StackingModelConfig": {"embedding_dropout", "batch_norm_continuous_input", "virtual_batch_size"},
}


def derive() -> DerivedCatalog:
    """Read every config class of the installed library. Takes seconds: it imports torch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pytorch_tabular import models
        from pytorch_tabular.config import ModelConfig

    inherited = {one.name for one in dataclasses.fields(ModelConfig)}
    configs = {name: tuple(_params(name, getattr(models, name), inherited)) for name in CONFIG_CLASSES}
    return DerivedCatalog(library=f"pytorch-tabular {metadata.version('pytorch-tabular')}", configs=configs)


def text(catalog: DerivedCatalog) -> str:
    """Return the catalogue as the file holds it."""
    return catalog.model_dump_json(indent=1) + "\n"


def _params(name: str, config: type[Any], inherited: set[str]) -> list[DerivedParam]:
    hints = get_type_hints(config)
    left_out = LEFT_OUT | WITHOUT_EFFECT.get(name, set())
    wanted = [one for one in dataclasses.fields(config) if not one.name.startswith("_") and one.name not in left_out]
    # A config's own parameters come before those that every config inherits.
    wanted.sort(key=lambda one: one.name in inherited)
    return [_param(one, hints[one.name]) for one in wanted]


def _param(declared: "dataclasses.Field[Any]", hint: Any) -> DerivedParam:
    choices = tuple(declared.metadata.get("choices", ()))
    default = _default(declared)
    return DerivedParam(
        name=declared.name,
        kind="choice" if choices else _kind(hint),
        default=default,
        help=_sentence(str(declared.metadata.get("help", ""))),
        choices=choices,
        nullable=None in choices or (not choices and (default is None or _optional(hint))),
    )


def _default(declared: "dataclasses.Field[Any]") -> JsonValue:
    if declared.default is not dataclasses.MISSING:
        found: JsonValue = declared.default
        return found
    if declared.default_factory is not dataclasses.MISSING:
        made: JsonValue = declared.default_factory()
        return made
    return None


def _optional(hint: Any) -> bool:
    return get_origin(hint) is Union and type(None) in get_args(hint)


def _kind(hint: Any) -> ParamKind:
    if _optional(hint):
        hint = next(inner for inner in get_args(hint) if inner is not type(None))
    kinds: dict[Any, ParamKind] = {int: "int", float: "float", bool: "bool", str: "text"}
    return kinds.get(hint, "json")


def _sentence(help_text: str) -> str:
    """Return the library's help on one line, without the default that the form shows anyway."""
    one_line = " ".join(help_text.split())
    plain = re.sub(r"\s*Defaults? (?:to|is)\s+[^.]*(?:\.\d+)?\.?$", "", one_line).strip()
    return plain[:1].upper() + plain[1:]


if __name__ == "__main__":
    FILE.write_text(text(derive()), encoding="utf-8")
