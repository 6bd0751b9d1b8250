"""Faults of a text specification that can be seen without its data: task, columns, lengths, sizes, what is for transformers
alone. Pure functions of a RunSpec."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from engine.catalog.models import settings
from engine.catalog.schema import ModelInfo
from engine.spec import LABELLED, HoldoutSplit, RollingOriginSplit, RunSpec, StratifiedSplit, TextSpec

POSITIONS = ("max_position_embeddings", "n_positions")
"""Parameters that bound the length of a text; a model without either takes any length."""
NOT_FOR_TEXT = {"roberta": 2}
"""Positions that a model keeps for itself."""
LAYERS = ("num_hidden_layers", "n_layers", "n_layer", "num_layers", "encoder_layers")
BYTES, SPECIAL_TOKENS = 256, 5
# Heads, and the width that is dealt out to them; T5's heads have a width of their own.
_HEADS = (
    ("num_attention_heads", "hidden_size"),
    ("n_heads", "dim"),
    ("n_head", "n_embd"),
    ("encoder_attention_heads", "d_model"),
    ("decoder_attention_heads", "d_model"),
)


def text_problems(info: ModelInfo, spec: RunSpec) -> Iterator[str]:
    """Yield one sentence a fault, beginning with the key it is about."""
    own = spec.text or TextSpec()
    if wrong := text_unsuited(info, own.task):
        yield f"model.name: {wrong}"
    yield from _column_problems(info, own)
    if own.checkpoint:
        yield from _checkpoint_problems(info, spec, own)
    else:
        yield from _length_problems(info, own, spec.model.params)
        yield from _size_problems(info, own, settings(spec.model))
    yield from _option_problems(info, own)
    yield from _split_problems(spec, own)


def text_unsuited(info: ModelInfo, task: str) -> str:
    """Return why this model cannot do a text task, in words, or nothing when it can."""
    if task in info.text_tasks:
        return ""
    return f"{info.title} cannot be trained for {task}; it can for {', '.join(info.text_tasks)}"


def has_classes(own: TextSpec) -> bool:
    """Whether every text has exactly one class, by which rows can be dealt out."""
    return own.task in LABELLED and own.labels == "one"


def denoises(own: TextSpec) -> bool:
    """Whether a model learns to mend spoilt text, since no target is named."""
    return own.task == "seq2seq" and not own.columns.target


def _column_problems(info: ModelInfo, own: TextSpec) -> Iterator[str]:
    for key, what in _needed(info, own):
        if not getattr(own.columns, key):
            yield f"text.columns.{key}: say which column holds {what}"
    columns = own.columns
    if own.task in LABELLED:
        yield from _label_problems(own)
    if own.task == "multiple-choice" and len(columns.choices) < 2:
        yield f"text.columns.choices: name a column for each choice, two or more, not {len(columns.choices)}"
    if own.task == "seq2seq" and columns.target and columns.source == columns.target:
        yield f"text.columns.target: “{columns.target}” is read as well; what is written must be another column"


def _needed(info: ModelInfo, own: TextSpec) -> tuple[tuple[str, str], ...]:
    """Return the columns without which a task has nothing to learn from, each with what it holds."""
    match own.task:
        case "token-classification":
            return (("tokens", "the tokens"), ("tags", "the tag of each token"))
        case "question-answering":
            return (("context", "the text with the answers"), ("question", "the questions"), ("answers", "the answers"))
        case "multiple-choice":
            return (("answer", "the right choice"),)
        case "seq2seq":
            if own.columns.target or not info.config_class:
                return (("source", "the text that is read"), ("target", "the text that is written"))
            return () if own.columns.source else (("text", "the text"),)
        case _:
            return (("text", "the text"),)


def _label_problems(own: TextSpec) -> Iterator[str]:
    names = own.columns.labels
    if not names:
        yield "text.columns.labels: no column holds the label; name one"
    elif own.labels != "many" and len(names) > 1:
        kind = "a class" if own.labels == "one" else "a number"
        yield f"text.columns.labels: {kind} comes from one column, not {len(names)}; for many labels set text.labels"
    for name in names:
        if name and name in (own.columns.text, own.columns.second):
            yield f"text.columns.labels: “{name}” is the text; the label must be another column"
    if own.columns.second and own.columns.second == own.columns.text:
        yield f"text.columns.second: “{own.columns.second}” is the first text already; name another column, or none"
    if own.labels == "number" and own.label_smoothing:
        yield "text.label_smoothing: it takes certainty from classes, and numbers have none; set it to 0"


def _checkpoint_problems(info: ModelInfo, spec: RunSpec, own: TextSpec) -> Iterator[str]:
    if not info.config_class:
        yield f"text.checkpoint: {info.title} is trained from scratch; a checkpoint is for transformers"
        return
    if own.tokenizer.folder:
        yield "text.tokenizer.folder: the checkpoint has a tokenizer of its own; leave this empty"
    for name in spec.model.params:
        if "drop" not in name:
            yield f"model.params.{name}: the checkpoint decides it; leave it out"


def _size_problems(info: ModelInfo, own: TextSpec, values: Mapping[str, JsonValue]) -> Iterator[str]:
    for heads_name, width_name in _HEADS:
        heads, width = _whole(values, heads_name), _whole(values, width_name)
        if heads and width % heads and not _whole(values, "head_dim"):
            key = f"model.params.{width_name}"
            yield f"{key}: must be a multiple of {heads_name}; {width} is not a multiple of {heads}"
    heads, shared = _whole(values, "num_attention_heads"), _whole(values, "num_key_value_heads")
    if shared and heads % shared:
        yield f"model.params.num_key_value_heads: must divide num_attention_heads; {heads} is not a multiple of {shared}"
    if values.get("tied") and values["embedding_dim"] != values["hidden_size"]:
        yield (
            f"model.params.tied: tied weights need embedding_dim, {values['embedding_dim']}, to be hidden_size, "
            f"{values['hidden_size']}"
        )
    layers = next((_whole(values, name) for name in LAYERS if name in values), 0)
    if layers and own.freezing.layers > layers:
        yield f"text.freezing.layers: {info.title} has {layers} layers, so {own.freezing.layers} cannot keep still"
    widths = values.get("widths", [1])
    if not isinstance(widths, list) or not widths or not all(isinstance(one, int) and 0 < one < 100 for one in widths):
        yield "model.params.widths: needs a list of whole numbers from 1 to 99, such as [3, 4, 5]"


def _length_problems(info: ModelInfo, own: TextSpec, given: Mapping[str, JsonValue]) -> Iterator[str]:
    """Positions that are left as they are grow with the length; those that are given bound it."""
    for name in POSITIONS:
        positions = _whole(given, name) - NOT_FOR_TEXT.get(info.name, 0)
        if name in given and own.max_length > positions:
            yield (
                f"text.max_length: {own.max_length} tokens do not fit into the {positions} positions of {info.title}; "
                f"take fewer, or more {name}"
            )


def _option_problems(info: ModelInfo, own: TextSpec) -> Iterator[str]:
    made = own.tokenizer
    least = BYTES + SPECIAL_TOKENS + len(made.special_tokens)
    if not (own.checkpoint or made.folder) and made.kind == "byte-bpe" and made.vocabulary < least:
        yield f"text.tokenizer.vocabulary: bytes and special tokens alone are {least}; {made.vocabulary} are too few"
    if info.config_class:
        return
    frozen = own.freezing
    for key, used in (
        ("text.lora.enabled", own.lora.enabled),
        ("text.freezing", frozen.head_only or frozen.embeddings or frozen.layers > 0),
        ("text.activation_checkpointing", own.activation_checkpointing),
    ):
        if used:
            yield f"{key}: it is for transformers, and {info.title} is none; switch it off"


def _split_problems(spec: RunSpec, own: TextSpec) -> Iterator[str]:
    split = spec.split
    if isinstance(split, HoldoutSplit | RollingOriginSplit):
        ways = "random, stratified, order, group, time, column or kfold"
        yield f"split.kind: {split.kind} is for series; texts are split by {ways}"
    elif isinstance(split, StratifiedSplit) and not has_classes(own):
        yield "split.kind: stratified needs one class a text; choose random"


def _whole(values: Mapping[str, JsonValue], name: str) -> int:
    """Return a whole number, or 0 where there is none; what else is wrong with it is told elsewhere."""
    value = values.get(name)
    return value if isinstance(value, int) and value > 0 else 0
