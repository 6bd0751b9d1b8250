"""Derives the shipped forecasting.json from the signatures, docstrings and capability tags of pytorch-forecasting's
models: `python -m engine.catalog.derive_forecasting`. The library is imported here only; the window reads the file."""

import inspect
import re
import warnings
from importlib import metadata
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, JsonValue

from engine.catalog.schema import DerivedParam, ParamKind

FILE = Path(__file__).with_name("forecasting.json")
CLASSES = (
    "NHiTS",
    "TemporalFusionTransformer",
    "NBeats",
    "NBeatsKAN",
    "TiDEModel",
    "DecoderMLP",
    "DeepAR",
    "RecurrentNetwork",
    "TimeXer",
    "xLSTMTime",
)
# What the data, the specification or the trainer decides, and what only the library's own trainer and plots read.
_LEFT_OUT = re.compile(
    r"self|kwargs|loss|target|target_lags|output_size|input_size|learning_rate|weight_decay|optimizer|optimizer_params|"
    r"(static|time_varying)_(categoricals|reals).*|x_(reals|categoricals)|categorical_groups|embedding_.*|log_.*|"
    r"logging_metrics|reduce_on_plateau_.*|(prediction|context|(in|out)put_chunk)_length|max_encoder_length|"
    r"n_(plotting|validation)_samples|monotone_constraints|hidden_continuous_sizes|task_name|features|enc_in|embed_type|"
    r"freq|base_fun|mask_bias"
)
_TAGS = (
    "info:pred_type",
    "capability:exogenous",
    "capability:multivariate",
    "capability:pred_int",
    "capability:flexible_history_length",
)


class DerivedForecasting(BaseModel):
    """Parameters and capability tags of every class of the library; this is what the shipped file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    library: str
    configs: dict[str, tuple[DerivedParam, ...]]
    tags: dict[str, dict[str, JsonValue]]


def derive() -> DerivedForecasting:
    """Read every model of the installed library. Takes seconds: it imports torch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pytorch_forecasting import models

    found = {name: getattr(models, name) for name in CLASSES}
    return DerivedForecasting(
        library=f"pytorch-forecasting {metadata.version('pytorch-forecasting')}",
        configs={name: tuple(_params(one)) for name, one in found.items()},
        tags={name: {tag: one.pkg._tags[tag] for tag in _TAGS} for name, one in found.items()},
    )


def text(catalog: DerivedForecasting) -> str:
    """Return the catalogue as the file holds it."""
    return catalog.model_dump_json(indent=1) + "\n"


def _params(model: type[Any]) -> list[DerivedParam]:
    signature = inspect.signature(model.__init__)
    hints = get_type_hints(model.__init__)
    told = _told(f"{inspect.getdoc(model) or ''}\n\n{inspect.getdoc(model.__init__) or ''}")
    return [
        _param(one, hints.get(name, type(one.default)), told.get(name, ""))
        for name, one in signature.parameters.items()
        if not _LEFT_OUT.fullmatch(name)
    ]


def _param(declared: inspect.Parameter, hint: Any, told: str) -> DerivedParam:
    default = None if declared.default is inspect.Parameter.empty else declared.default
    hints = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    choices = next((get_args(one) for one in hints if get_origin(one) is Literal), ())
    return DerivedParam(
        name=declared.name,
        kind="choice" if choices else _kind(hints),
        default=list(default) if isinstance(default, tuple) else default,
        help=told,
        choices=choices,
        nullable=not choices and (default is None or type(None) in hints),
    )


def _kind(hints: tuple[Any, ...]) -> ParamKind:
    kinds: dict[Any, ParamKind] = {bool: "bool", int: "int", float: "float", str: "text"}
    plain = [one for one in hints if one is not type(None)]
    return kinds.get(plain[0], "json") if len(plain) == 1 else "json"


def _told(docstring: str) -> dict[str, str]:
    """Return what a docstring says of each parameter, in either of the two styles that the library mixes."""
    head = re.compile(r"^( *)(\w+) *(?:\([^)]*\) *:|:[^\n]*(?:\n|$)|\([^)]*\):)", re.MULTILINE)
    found: dict[str, str] = {}
    heads = [one for one in head.finditer(docstring) if one[2] not in {"Args", "Returns", "Parameters", "Note"}]
    for place, one in enumerate(heads):
        end = heads[place + 1].start() if place + 1 < len(heads) else len(docstring)
        body = docstring[one.end() : end].split("\n\n", maxsplit=1)[0]
        line = one[0].strip()
        if re.match(r"\w+: (?!int|float|str|bool|list|dict|Literal|nn\.)", line):
            body = f"{line.split(':', 1)[1]} {body}"  # “name: what it is” on one line
        found.setdefault(one[2], _sentence(body))
    return found


def _sentence(help_text: str) -> str:
    """Return the library's help on one line, without its types, links and the default that the form shows anyway."""
    one_line = re.sub(r":py:\w+:`~?([^`]*)`|:\w+:", r"\1", " ".join(help_text.split())).replace("`", "")
    plain = re.sub(r"\s*Defaults? (?:to|is)\s+.*$", "", one_line).strip().rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}." if plain else ""


if __name__ == "__main__":
    FILE.write_text(text(derive()), encoding="utf-8")
