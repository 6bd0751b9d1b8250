"""A look at the texts of a specification before training: how they are split, how long they are in tokens, what the
tokenizer does not know, and what the model will be shown. What was looked at last is kept. Must not train a network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.families.supervised.splitting import Fold
from engine.families.supervised.targets import TargetEncoding
from engine.families.text.corpus import read_corpus
from engine.families.text.corpus_tokens import tokens_of
from engine.families.text.encoder import TextEncoder
from engine.families.text.labelled import read_rows
from engine.families.text.networks import text_of
from engine.families.text.reading import snapshot
from engine.families.text.tasks.heads import folds_of, head_of
from engine.families.text.token_arrays import LengthReport, TokenArray, report_lengths
from engine.families.text.tokens import tokenizer_for
from engine.runs.texts import TextExample, TextLook
from engine.spec import LABELLED, RUNNING, RunSpec, TrainerSpec, from_json, to_json

MOST_TEXTS = 20_000
"""Texts that a tokenizer is trained on for a look, and that are measured."""
SHOWN = 8
MOST_LETTERS = 2_000
LETTERS_A_TOKEN = 50
"""More than a token has in the mean, so that the beginning of a text is enough for its first tokens."""


@dataclass(frozen=True)
class Looked:
    """What was seen: the first fold, an encoder like the run's own, and the measures of at most 20,000 training texts.

    `is_whole` says whether those are all; else the run's tokenizer may learn more tokens.
    """

    fold: Fold
    folds: int
    encoder: TextEncoder
    lengths: LengthReport
    mean_length: float
    is_whole: bool
    unknown_valid: float
    notes: tuple[str, ...]
    examples: tuple[TextExample, ...]

    def shown(self) -> TextLook:
        """Return what a page shows of it."""
        return TextLook(
            edges=self.lengths.edges,
            counts=self.lengths.counts,
            longest=self.lengths.longest,
            share_truncated=self.lengths.share_truncated,
            share_unknown=self.unknown_valid,
            vocabulary=self.encoder.vocabulary,
            is_whole=self.is_whole,
            examples=self.examples,
        )


def look(workspace: Path, spec: RunSpec) -> Looked:
    """Return what is seen of a specification's texts. Raises RunFailed where they cannot be used."""
    relevant = RunSpec(
        family="text", data=spec.data, split=spec.split, text=spec.text, trainer=TrainerSpec(seed=spec.trainer.seed)
    )
    return _look(workspace, to_json(relevant))


@lru_cache(maxsize=4)
def _look(workspace: Path, relevant: str) -> Looked:
    """Look at the data. Snapshots never change, so the same question has the same answer."""
    spec = from_json(relevant)
    own = text_of(spec)
    found = _found(workspace, spec)
    fold = found.folds[0]
    rows = _some(fold.train)
    texts = [*found.texts(rows)]
    tokenizer, told = tokenizer_for(spec, texts)
    framed = own.task not in {"causal-lm", "rnn-lm", "word2vec"}
    encoder = TextEncoder(tokenizer, own.max_length, *found.targets, framed=framed)
    tokens = _tokens(encoder, texts)
    valid = _tokens(encoder, [*found.texts(_some(fold.valid)[: MOST_TEXTS // 10])])
    unknown = tokenizer.unk_token_id
    lengths = report_lengths(tokens, own.max_length, _id(unknown), added=2 if framed else 0)
    surely_unknown = report_lengths(valid, own.max_length, _id(unknown)).share_unknown
    return Looked(
        fold=fold,
        folds=len(found.folds),
        encoder=encoder,
        lengths=lengths,
        mean_length=float(tokens.lengths.mean()) if len(tokens) else 0.0,
        is_whole=len(rows) == len(fold.train),
        unknown_valid=surely_unknown,
        notes=(*found.notes, *told),
        examples=tuple(example(encoder, text) for text in texts[:SHOWN]),
    )


@dataclass(frozen=True)
class _Found:
    folds: list[Fold]
    texts: Callable[[np.ndarray], Sequence[str]]
    notes: tuple[str, ...]
    targets: tuple[str, tuple[TargetEncoding, ...]] = ("", ())


def _found(workspace: Path, spec: RunSpec) -> _Found:
    own = text_of(spec)
    if own.task in LABELLED and own.labels != "many":
        labelled = read_rows(workspace, spec)
        return _Found(labelled.folds, labelled.texts, labelled.notes)
    if own.task in RUNNING:
        corpus = read_corpus(workspace, spec)
        return _Found(corpus.folds, corpus.texts, corpus.notes)
    head = head_of(snapshot(workspace, spec.data.dataset), spec)
    return _Found(folds_of(workspace, spec, head), head.texts, head.notes, head.targets())


def example(encoder: TextEncoder, text: str) -> TextExample:
    """Return a text with its tokens as the model is shown them, special ones included."""
    # A tokenizer reads a text to its end before it cuts it.
    ids = encoder.encode([text[: LETTERS_A_TOKEN * encoder.max_length]])[0].values.tolist()
    return TextExample(text=text[:MOST_LETTERS], tokens=tuple(encoder.tokenizer.convert_ids_to_tokens(ids)))


def _some(rows: np.ndarray) -> np.ndarray:
    """Return rows, of many a part that is spread evenly."""
    if len(rows) <= MOST_TEXTS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_TEXTS).round().astype(np.int64)]


def _tokens(encoder: TextEncoder, texts: list[str]) -> TokenArray:
    return tokens_of(texts, encoder.tokenizer)


def _id(token: object) -> int | None:
    return token if isinstance(token, int) else None
