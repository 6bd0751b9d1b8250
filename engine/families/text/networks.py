"""From a specification to a network for text, ours or transformers'. Must not train."""

from threading import Lock
from typing import Any

import torch
from torch import nn

from engine.catalog import settings
from engine.families.text import transformers_models
from engine.families.text.adapters import prepared
from engine.families.text.classic.classifiers import TextCnn, TextRnn, WordAverage
from engine.families.text.classic.language_model import RnnLanguageModel
from engine.families.text.classic.seq2seq import AttentionSeq2Seq
from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.encoder import TextEncoder
from engine.spec import CLASSIC, RunSpec, TextSpec
from engine.training.failures import RunFailed
from engine.training.loader import Batch
from engine.training.optimizers import takes_sparse
from engine.training.randomness import seed_everything

_BUILDING = Lock()
"""A lab's threads build one after the other: transformers imports its parts when they are first used, which two threads
at once break, and the seed is one for all threads.
"""


class ClassicNetwork(nn.Module):
    """A classifier of our own, asked in the words of our batches."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return the logits under “logits”."""
        return {"logits": self.inner(batch["input_ids"], batch["mask"])}


def text_of(spec: RunSpec) -> TextSpec:
    """Return a text run's own part."""
    assert spec.text is not None
    return spec.text


def config_of(spec: RunSpec, encoder: TextEncoder) -> dict[str, Any]:
    """Return what a network is made from, as plain data; nothing for those of our own. Raises RunFailed."""
    from pathlib import Path

    own = text_of(spec)
    if own.task in CLASSIC or spec.model.name == "seq2seq_attention":
        return {}
    if own.checkpoint:
        return transformers_models.read_config(Path(own.checkpoint), encoder)
    return transformers_models.make_config(spec, encoder)


def build(spec: RunSpec, encoder: TextEncoder, config: dict[str, Any]) -> nn.Module:
    """Return a new network whose weights depend on the seed alone. Raises RunFailed where it cannot be made."""
    with _BUILDING:
        return _build(spec, encoder, config)


def _build(spec: RunSpec, encoder: TextEncoder, config: dict[str, Any]) -> nn.Module:
    seed_everything(spec.trainer.seed)
    own = text_of(spec)
    if config:
        return prepared(transformers_models.build(config, own.task), own)
    name = spec.model.name
    given: dict[str, Any] = dict(settings(spec.model))
    try:
        if name in {"lstm_lm", "gru_lm"}:
            given.pop("bptt", None)
            return RnnLanguageModel(encoder.vocabulary, cell=name.removesuffix("_lm"), **given)
        if name == "word2vec":
            size, negatives = int(given["dimension"]), int(given["negatives"])
            return SkipGram(torch.ones(encoder.vocabulary), size, negatives, sparse=takes_sparse(spec.trainer))
        if name == "seq2seq_attention":
            return AttentionSeq2Seq(encoder.vocabulary, int(encoder.tokenizer.cls_token_id or 0), **given)
        outputs = transformers_models.outputs_of(encoder)
        if name == "word_average":
            return ClassicNetwork(WordAverage(encoder.vocabulary, outputs, **given))
        if name == "text_cnn":
            return ClassicNetwork(TextCnn(encoder.vocabulary, outputs, **given))
        if name in {"text_lstm", "text_gru"}:
            return ClassicNetwork(TextRnn(encoder.vocabulary, outputs, cell=name.removeprefix("text_"), **given))
    except (TypeError, ValueError, RuntimeError) as error:
        raise RunFailed(f"{name} cannot be made with these parameters: {error}.", "Correct them.") from error
    raise RunFailed(f"{name} does not learn {own.task}.", "Choose another model.")


def parameter_count(network: nn.Module) -> int:
    """Return how many numbers are trained."""
    return sum(one.numel() for one in network.parameters() if one.requires_grad)


def trainable_share(network: nn.Module) -> float:
    """Return which share of a network's numbers is trained."""
    return parameter_count(network) / max(1, sum(one.numel() for one in network.parameters()))


def work_parameters(network: nn.Module) -> int:
    """Return how many weights a token meets: all but the tables in which it is looked up."""
    tables = {id(one.weight) for one in network.modules() if isinstance(one, nn.Embedding)}
    return sum(one.numel() for one in network.parameters() if id(one) not in tables)
