"""What a text specification will do, before it does it: texts, steps, parameters, and what looks wrong. Must not train."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from engine.amounts import percent
from engine.catalog import common_metrics
from engine.catalog.text_view import TokenFacts
from engine.families.findings import Finding, Preflight, Severity, sorted_findings
from engine.families.text import networks
from engine.families.text.language_modelling import bptt_of
from engine.families.text.looking import Looked, cuts, look, looking, tokenizer_view
from engine.families.text.networks import text_of
from engine.families.text.tasks.answering import AnswerHead
from engine.families.text.transformers_models import TransformersNetwork
from engine.families.trainer_checks import check_catalogue, check_checkpoints, check_monitors, check_steps
from engine.spec import RunSpec
from engine.training.failures import RunFailed
from engine.training.loader import BatchPlan

COUNTED = 500
"""Questions that are cut into windows, to know how many there will be."""
MUCH = 0.05
"""A share of cut texts or unknown tokens from which it is worth a warning."""


def preflight(workspace: Path, spec: RunSpec) -> Preflight:
    """Look at a specification and its data. Never raises for what a user could have got wrong: it becomes a finding."""
    findings = list(_setting_findings(spec))
    looked: Looked | None = None
    parameters = None
    if not any(one.severity == "error" for one in findings):
        try:
            looked = look(workspace, spec)
            findings += _told(looked, spec)
            parameters = _parameters(looked, spec)
        except RunFailed as failure:
            findings.append(_finding("error", "data", failure.cause, failure.advice))
    batches = 0 if looked is None else _batches(looked, spec)
    steps = -(-batches // spec.trainer.accumulate_grad_batches)
    rows = {}
    if looked is not None:
        rows = {"train": len(looked.fold.train), "valid": len(looked.fold.valid), "test": len(looked.fold.test)}
        plan = BatchPlan((spec.trainer.batch_size,) * batches)
        findings += check_steps(spec, plan, max(rows["train"], spec.trainer.batch_size * batches), steps)
    return Preflight(
        parameters=parameters,
        memory_bytes=None,
        steps_per_epoch=batches,
        optimizer_steps=spec.trainer.steps(steps),
        trainings=0 if looked is None else looked.folds,
        rows=rows,
        warnings=sorted_findings(findings),
        tokens=None if looked is None else _tokens(looked, spec),
    )


def _tokens(looked: Looked, spec: RunSpec) -> TokenFacts:
    own = text_of(spec)
    return TokenFacts.of(looked.lengths, own.max_length, cuts(own), tokenizer_view(looked, spec))


def _setting_findings(spec: RunSpec) -> Iterator[Finding]:
    yield from check_catalogue(spec)
    metrics = frozenset(common_metrics(spec))
    yield from check_monitors(spec, metrics, text_of(spec).task)
    yield from check_checkpoints(spec, metrics)


def _told(looked: Looked, spec: RunSpec) -> Iterator[Finding]:
    own = text_of(spec)
    for note in looked.notes:
        yield _finding("info", "data", note)
    cut, unknown = looked.lengths.share_above(own.max_length), looked.unknown_valid or 0.0
    if cut > 0 and cuts(own):
        severity: Severity = "warning" if cut > MUCH else "info"
        longest = f"The longest has {looked.lengths.longest:,}."
        text = f"{percent(cut, 1)} of the texts have more than {own.max_length:,} tokens and are cut. {longest}"
        yield _finding(severity, "text.max_length", text, "Allow more tokens, at the price of time and memory.")
    if unknown > MUCH:
        text = f"The tokenizer does not know {percent(unknown, 1)} of the tokens of the validation texts."
        yield _finding(
            "warning", "text.tokenizer", text, "Allow more tokens, or cut words into pieces (WordPiece, BPE)."
        )


def _parameters(looked: Looked, spec: RunSpec) -> int:
    """Return how many numbers are trained; where only a part was looked at, with the largest vocabulary allowed."""
    from engine.families.text.freezing import freeze

    with torch.device("meta"):
        config = networks.config_of(spec, looked.encoder)
        network = networks.build(spec, looked.encoder, config)
    freeze(network, spec)
    missing = 0 if looked.is_whole else max(0, text_of(spec).tokenizer.vocabulary - looked.encoder.vocabulary)
    width = _embedding_width(network) if missing else 0
    return networks.parameter_count(network) + missing * width


def _embedding_width(network: torch.nn.Module) -> int:
    if isinstance(network, TransformersNetwork):
        base: torch.nn.Embedding = network.model.get_input_embeddings()  # type: ignore[operator]
        return int(base.embedding_dim)
    return next((one.embedding_dim for one in network.modules() if isinstance(one, torch.nn.Embedding)), 0)


def _batches(looked: Looked, spec: RunSpec) -> int:
    """Return the batches of an epoch; of a language model's text as many as its mean length makes probable."""
    own, batch, rows = text_of(spec), spec.trainer.batch_size, len(looked.fold.train)
    tokens = rows * (looked.mean_length + 1)
    if own.task == "rnn-lm":
        return max(1, round(tokens / batch / bptt_of(spec)))
    if own.task == "word2vec":
        return len(BatchPlan.of(max(1, round(tokens)), batch, spec.trainer.drop_last).sizes)
    if own.task == "causal-lm":
        rows = max(1, round(tokens / own.max_length))
    elif own.task == "masked-lm":
        rows = max(rows, round(tokens / max(1, own.max_length - 2)))
    elif isinstance(looked.source, AnswerHead):
        rows = _windows(looked, looked.source)
    return len(BatchPlan.of(rows, batch, spec.trainer.drop_last).sizes)


def _windows(looked: Looked, head: AnswerHead) -> int:
    """Return into how many windows the questions are cut, by an even part of them where there are many."""
    train = looked.fold.train
    some = train[np.unique(np.linspace(0, len(train) - 1, min(len(train), COUNTED)).round().astype(np.int64))]
    with looking(lambda: False):
        found = head.samples(some, looked.encoder, torch.device("cpu"))
    return round(len(found.lengths) * len(train) / len(some))


def _finding(severity: Severity, field: str, text: str, fix: str = "") -> Finding:
    return Finding(severity=severity, field=field, text=text, fix=fix)
