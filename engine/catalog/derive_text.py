"""Derives the shipped text.json from the signatures and docstrings of transformers' config classes, and counts the weights
of every size: `python -m engine.catalog.derive_text`. The library is imported here only; the window reads the file."""

import inspect
import re
import warnings
from importlib import metadata
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from engine.catalog.schema import DerivedParam, ParamKind
from engine.catalog.text_gallery import CARDS, TextCard, Values

FILE = Path(__file__).with_name("text.json")
VOCABULARY = 8_000
"""Tokens of the models whose weights are counted; as many as a tokenizer has that is trained with our defaults."""
# What the data, the tokenizer or the task decides, and what no head that is offered reads.
_LEFT_OUT = re.compile(
    r"vocab_size|type_vocab_size|use_cache|.*token_ids?|is_(encoder_)?decoder|is_encoder_decoder|add_cross_attention|"
    r"pretraining_tp|reorder_and_upcast_attn|"
    r"summary_(type|use_proj|activation|proj_to_labels|first_dropout)"
)
_LEFT_OUT_OF = {"T5Config": {"classifier_dropout"}}
_HEADS = {
    "masked-lm": "AutoModelForMaskedLM",
    "causal-lm": "AutoModelForCausalLM",
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "multiple-choice": "AutoModelForMultipleChoice",
    "seq2seq": "AutoModelForSeq2SeqLM",
}


class DerivedText(BaseModel):
    """Parameters of every config class, and the weights of every model's presets; this is what the shipped file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    library: str
    configs: dict[str, tuple[DerivedParam, ...]]
    weights: dict[str, dict[str, int]]


def derive() -> DerivedText:
    """Read every config class of the installed library. Takes seconds: it imports torch."""
    import transformers

    return DerivedText(
        library=f"transformers {metadata.version('transformers')}",
        configs={card.config_class: tuple(_params(getattr(transformers, card.config_class))) for card in CARDS},
        weights={card.name: _weights(card) for card in CARDS},
    )


def text(catalog: DerivedText) -> str:
    """Return the catalogue as the file holds it."""
    return catalog.model_dump_json(indent=1) + "\n"


def weights_of(card: TextCard, task: str, params: Values) -> int:
    """Build a model for a task from its small size and these parameters, without memory for it, and count its weights."""
    import torch
    import transformers

    special = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
    config = getattr(transformers, card.config_class)(vocab_size=VOCABULARY, **special, **{**card.small, **params})
    with warnings.catch_warnings(), torch.device("meta"):
        warnings.simplefilter("ignore")
        model = getattr(transformers, _HEADS[task]).from_config(config)
    return sum(one.numel() for one in model.parameters())


def _weights(card: TextCard) -> dict[str, int]:
    return {name: weights_of(card, card.tasks[0], values) for name, values in card.presets().items()}


def _params(config: type[Any]) -> list[DerivedParam]:
    told = _told(inspect.getdoc(config) or "")
    own = [one for one in inspect.signature(config).parameters.values() if one.kind is inspect.Parameter.KEYWORD_ONLY]
    left_out = _LEFT_OUT_OF.get(config.__name__, set())
    return [
        _param(one, told.get(one.name, ""))
        for one in own
        if not _LEFT_OUT.fullmatch(one.name) and one.name not in left_out
    ]


def _param(declared: inspect.Parameter, told: str) -> DerivedParam:
    hint = declared.annotation
    hints = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return DerivedParam(
        name=declared.name,
        kind=_kind({one for one in hints if one is not type(None)}),
        default=declared.default,
        help=told,
        # BART's hints allow None everywhere, and the network fails with it; only what begins as None may be None.
        nullable=declared.default is None,
    )


def _kind(hints: set[Any]) -> ParamKind:
    kinds: dict[Any, ParamKind] = {bool: "bool", int: "int", float: "float", str: "text"}
    if hints == {int, float}:
        return "float"
    return kinds.get(next(iter(hints)), "json") if len(hints) == 1 else "json"


def _told(docstring: str) -> dict[str, str]:
    """Return what a docstring says of each parameter: the lines below “name (type):”, up to the next one."""
    arguments = docstring.partition("Args:\n")[2].partition("\n\n")[0]
    heads = list(re.finditer(r"^ {4}(\w+) \([^\n]*\):\n", arguments, re.MULTILINE))
    ends = [*(one.start() for one in heads[1:]), len(arguments)]
    return {one[1]: _sentence(arguments[one.end() : end]) for one, end in zip(heads, ends, strict=True)}


def _sentence(help_text: str) -> str:
    """Return the library's help on one line, without quotes and links."""
    one_line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(help_text.split())).replace("`", "").strip()
    return f"{one_line[:1].upper()}{one_line[1:].rstrip('.')}." if one_line else ""


if __name__ == "__main__":
    FILE.write_text(text(derive()), encoding="utf-8")
