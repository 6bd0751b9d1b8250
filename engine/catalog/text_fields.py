"""Which settings of a text specification come first in a form, which do not matter for it, and what can be watched. Pure
data and functions."""

from collections.abc import Iterator

from engine.catalog.models import model
from engine.catalog.schema import CatalogError
from engine.catalog.text_checks import denoises, has_classes
from engine.spec import CLASSIC, LABELLED, RunSpec, TextSpec

# By dotted key; every other field of a group is folded away.
COMMON_TEXT_FIELDS = frozenset(
    {
        "text.task",
        "text.labels",
        "text.checkpoint",
        "text.max_length",
        "text.stride",
        *(
            f"text.columns.{name}"
            for name in (
                "text",
                "second",
                "labels",
                "tokens",
                "tags",
                "context",
                "question",
                "answers",
                "choices",
                "answer",
                "source",
                "target",
            )
        ),
        "text.tokenizer.folder",
        "text.tokenizer.kind",
        "text.tokenizer.vocabulary",
        "text.tokenizer.lowercase",
        "text.masking.probability",
        "text.masking.whole_words",
        "text.denoising.infilling",
        "text.denoising.span",
        "text.freezing.head_only",
        "text.freezing.embeddings",
        "text.freezing.layers",
        "text.lora.enabled",
        "text.lora.rank",
        "text.lora.alpha",
        "text.prompt",
        "text.words",
        "text.similarity_file",
    }
)

TEXT_COLUMNS = (
    "text",
    "second",
    "labels",
    "tokens",
    "tags",
    "context",
    "question",
    "answers",
    "answer_starts",
    "choices",
    "answer",
    "source",
    "target",
)
_READ = {
    "sequence-classification": {"text", "second", "labels"},
    "text-classifier": {"text", "second", "labels"},
    "token-classification": {"tokens", "tags"},
    "question-answering": {"context", "question", "answers", "answer_starts"},
    "multiple-choice": {"context", "question", "choices", "answer"},
    "seq2seq": {"source", "target"},
}
_SMOOTHED = {"sequence-classification", "text-classifier", "token-classification", "multiple-choice", "seq2seq"}
_STREAMED = {"causal-lm", "rnn-lm", "word2vec"}
"""Tasks that read the texts as one stream, so that none is longer than another."""


def text_metrics(spec: RunSpec) -> tuple[str, ...]:
    """Return the metric keys that can be watched for this task, the usual one first."""
    own = spec.text or TextSpec()
    match own.task:
        case "masked-lm":
            return ("valid/loss", "valid/pseudo_perplexity")
        case "causal-lm" | "rnn-lm":
            return ("valid/loss", "valid/perplexity")
        case "token-classification":
            return ("valid/loss", "valid/f1", "valid/accuracy")
        case "question-answering":
            return ("valid/loss", "valid/exact_match", "valid/f1")
        case "multiple-choice":
            return ("valid/loss", "valid/accuracy")
        case "seq2seq":
            return ("valid/loss", "valid/perplexity", "valid/rouge1", "valid/rouge2", "valid/rougeL", "valid/rougeLsum")
        case "word2vec":
            return ("valid/loss",)
    if own.labels == "number":
        return ("valid/loss", "valid/mae", "valid/rmse", "valid/r2")
    if own.labels == "many":
        return ("valid/loss", "valid/f1_micro", "valid/f1_macro", "valid/accuracy")
    return ("valid/loss", "valid/accuracy", "valid/f1_macro")


def text_idle(spec: RunSpec) -> Iterator[str]:
    """Yield the dotted keys that change nothing about this run."""
    own = spec.text or TextSpec()
    yield from _task_idle(own)
    yield from _start_idle(spec, own)
    yield from _weight_idle(spec, own)
    if not has_classes(own):
        yield "split.stratified"


def _task_idle(own: TextSpec) -> Iterator[str]:
    read = _READ.get(own.task, {"text"})
    if denoises(own) and not own.columns.source:
        read = {"text", *read}
    yield from (f"text.columns.{name}" for name in TEXT_COLUMNS if name not in read)
    if own.task not in LABELLED:
        yield "text.labels"
    if own.task != "question-answering":
        yield "text.stride"
    if own.task != "masked-lm":
        yield "text.masking"
    if not denoises(own):
        yield "text.denoising"
    if own.task not in _SMOOTHED or (own.task in LABELLED and own.labels != "one"):
        yield "text.label_smoothing"
    if own.task in _STREAMED:
        yield "text.length_buckets"
    if own.task in ("rnn-lm", "word2vec"):
        yield "text.max_length"
    if own.task not in ("causal-lm", "rnn-lm"):
        yield "text.prompt"
    if own.task != "word2vec":
        yield from ("text.words", "text.similarity_file")
    else:
        yield "text.tokenizer.min_frequency"  # the model's least_count says it


def _start_idle(spec: RunSpec, own: TextSpec) -> Iterator[str]:
    if own.checkpoint:
        yield "text.tokenizer"
        try:
            yield from (f"model.params.{one.name}" for one in model(spec.model.name).params if "drop" not in one.name)
        except CatalogError:
            return
    if not own.checkpoint and own.tokenizer.kind != "words":
        yield "text.tokenizer.punctuation"
    if own.tokenizer.folder and not own.checkpoint:
        yield from (
            f"text.tokenizer.{name}" for name in ("kind", "vocabulary", "min_frequency", "lowercase", "punctuation")
        )
        yield "text.tokenizer.special_tokens"


def _weight_idle(spec: RunSpec, own: TextSpec) -> Iterator[str]:
    """Yield what says which weights learn, where all of them do or adapters stand in for them."""
    try:
        ours = not model(spec.model.name).config_class
    except CatalogError:
        ours = own.task in CLASSIC
    if ours:
        yield from ("text.checkpoint", "text.freezing", "text.lora", "text.activation_checkpointing")
    elif own.lora.enabled:
        yield "text.freezing"
    else:
        yield from (f"text.lora.{name}" for name in ("rank", "alpha", "dropout", "merge"))
    if own.freezing.head_only:
        yield from ("text.freezing.embeddings", "text.freezing.layers")
