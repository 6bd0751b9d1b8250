"""A look at the texts of a specification before training: how they are split, how long they are in tokens, and what the
tokenizer does not know. What was looked at last is kept. Must not train a network."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

import numpy as np
import torch

from engine.catalog.text_view import Lengths, TokenizerView
from engine.families.supervised.splitting import Fold, Rows
from engine.families.text.corpus import Corpus, read_corpus
from engine.families.text.encoder import TextEncoder
from engine.families.text.encoding import PlainEncoder
from engine.families.text.labelled import LabelledRows, read_rows
from engine.families.text.networks import text_of
from engine.families.text.ragged import Ragged
from engine.families.text.reading import snapshot
from engine.families.text.scores.rouge import words
from engine.families.text.tasks.head import Head
from engine.families.text.tasks.heads import folds_of, head_of
from engine.families.text.tasks.writing import SpoiltSamples
from engine.families.text.word_vectors import with_least_count
from engine.spec import (
    LABELLED,
    RUNNING,
    FreezingSpec,
    LoraSpec,
    MaskingSpec,
    ModelSpec,
    RunSpec,
    TextSpec,
    TrainerSpec,
)
from engine.training.failures import RunFailed

MOST_TEXTS = 20_000
"""Texts that a tokenizer is trained on for a look, and that are measured."""
WHOLE = 1 << 30
"""More tokens than a text has."""
KEPT = 4
COUNTED, COUNTED_LETTERS = 1_000, 300
"""Texts, and letters of each, whose words are counted."""
Source = LabelledRows | Corpus | Head
_kept: "OrderedDict[tuple[Path, str], Looked]" = OrderedDict()
_one_at_a_time = RLock()


@dataclass(frozen=True)
class Looked:
    """What was seen: the first fold, an encoder like the run's own, and the measures of at most 20,000 training texts.

    `rows` are those of the fold that were measured; `is_whole` says whether they are all; else the run's tokenizer may
    learn more tokens. `mean_length` is without special tokens. Shares are of 1, and None without an unknown token.
    """

    source: Source
    fold: Fold
    folds: int
    rows: Rows
    encoder: TextEncoder
    lengths: Lengths
    mean_length: float
    is_whole: bool
    unknown_train: float | None
    unknown_valid: float | None
    per_word: float
    notes: tuple[str, ...]


@contextmanager
def looking(cancelled: Callable[[], bool]) -> Iterator[None]:
    """Look alone: a tokenizer's settings are changed while it is used. Raises RunFailed once nobody waits for it."""
    with _one_at_a_time:
        if cancelled():
            raise RunFailed("Cancelled.")
        yield


def look(workspace: Path, spec: RunSpec) -> Looked:
    """Return what is seen of a specification's texts. Raises RunFailed where they cannot be used."""
    with _one_at_a_time:
        key = (workspace, _key(spec))
        if key not in _kept:
            _kept[key] = _look(workspace, spec)
            if len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        found = _kept[key]
    source = found.source if isinstance(found.source, Head) else replace(found.source, spec=spec)
    return replace(found, source=source, encoder=replace(found.encoder, max_length=text_of(spec).max_length))


def cuts(own: TextSpec) -> bool:
    """Whether longer texts lose their ends; elsewhere they become several samples."""
    return own.task not in RUNNING and own.task != "question-answering"


def tokenizer_view(looked: Looked, spec: RunSpec) -> TokenizerView:
    """Return the tokenizer's figures; one that was read from a folder has no size that was allowed."""
    own = text_of(spec)
    folder = own.tokenizer.folder or own.checkpoint
    return TokenizerView(
        kind="" if folder else own.tokenizer.kind,
        folder=folder,
        vocabulary=looked.encoder.vocabulary,
        allowed=None if folder else own.tokenizer.vocabulary,
        unknown_train=looked.unknown_train,
        unknown_valid=looked.unknown_valid,
        per_word=looked.per_word,
    )


def _key(spec: RunSpec) -> str:
    """Return what a look depends on: not what becomes of a sample later."""
    shaped = {
        "max_length": 128,
        "masking": MaskingSpec(),
        "freezing": FreezingSpec(),
        "lora": LoraSpec(),
        "label_smoothing": 0.0,
        "activation_checkpointing": False,
        "words": (),
        "similarity_file": "",
        "length_buckets": True,
    }
    own = text_of(spec).model_copy(update=shaped)
    # The rarest words that have a vector are the model's setting.
    model = spec.model if own.task == "word2vec" else ModelSpec(name=spec.model.name)
    seed = TrainerSpec(seed=spec.trainer.seed)
    relevant = RunSpec(family="text", data=spec.data, split=spec.split, trainer=seed, model=model)
    return relevant.model_dump_json() + own.model_dump_json()


def _look(workspace: Path, spec: RunSpec) -> Looked:
    """Look at the data. Snapshots never change, so the same question has the same answer."""
    source, folds = _source(workspace, spec)
    rows = _some(folds[0].train, MOST_TEXTS)
    told: list[str] = []
    encoder = source.encoder(replace(folds[0], train=rows), told)
    ids, lengths = measured(source, rows, encoder)
    unknown_train, real = _unknown(ids, encoder)
    valid, _ = measured(source, _some(folds[0].valid, MOST_TEXTS // 10), encoder)
    return Looked(
        source=source,
        fold=folds[0],
        folds=len(folds),
        rows=rows,
        encoder=encoder,
        lengths=Lengths.of(lengths),
        mean_length=real / max(1, len(ids)),
        is_whole=len(rows) == len(folds[0].train),
        unknown_train=unknown_train,
        unknown_valid=_unknown(valid, encoder)[0],
        per_word=_per_word(encoder, source.texts(_some(rows, COUNTED))[:COUNTED]),
        notes=(*source.notes, *told),
    )


def _source(workspace: Path, spec: RunSpec) -> tuple[Source, list[Fold]]:
    own = text_of(spec)
    if own.task in LABELLED and own.labels != "many":
        labelled = read_rows(workspace, spec)
        return labelled, labelled.folds
    if own.task in RUNNING:
        corpus = read_corpus(workspace, with_least_count(spec) if own.task == "word2vec" else spec)
        return corpus, corpus.folds
    head = head_of(snapshot(workspace, spec.data.dataset), spec)
    return head, folds_of(workspace, spec, head)


def measured(source: Source, rows: Rows, encoder: TextEncoder) -> tuple[Ragged, np.ndarray]:
    """Return the ids of rows, uncut, and how many tokens each row would have."""
    if not isinstance(source, Head):
        return _plain(source, rows, encoder)
    whole = replace(encoder, max_length=WHOLE)
    samples = source.samples(rows, whole, torch.device("cpu"))
    if isinstance(samples, SpoiltSamples):
        return samples.targets, samples.targets.lengths + len(samples.begin)
    ids = getattr(samples, "ids")  # noqa: B009 - every other kind of samples has them, each under its own type
    return ids, ids.lengths if len(ids) == len(samples.lengths) and source.own.task == "seq2seq" else samples.lengths


def _plain(source: LabelledRows | Corpus, rows: Rows, encoder: TextEncoder) -> tuple[Ragged, np.ndarray]:
    """Measure texts word by word: the library takes a minute for a line of megabytes."""
    encode = PlainEncoder(encoder.tokenizer)
    ids, lengths = encode(source.texts(rows))
    seconds = source.seconds(rows) if isinstance(source, LabelledRows) else None
    if seconds is not None:
        more, others = encode(seconds)
        ids, lengths = np.concatenate([ids, more]), lengths + others
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    added = encoder.tokenizer.backend_tokenizer.num_special_tokens_to_add(seconds is not None)
    return Ragged(torch.from_numpy(ids.astype(np.int64)), starts), lengths + (added if encoder.framed else 0)


def _unknown(ids: Ragged, encoder: TextEncoder) -> tuple[float | None, int]:
    """Return the share of tokens that are unknown, and how many tokens are no special ones."""
    unknown = encoder.tokenizer.unk_token_id
    others = [one for one in encoder.tokenizer.all_special_ids if one != unknown]
    real = int((~torch.isin(ids.values, torch.tensor(others, dtype=torch.long))).sum())
    if not isinstance(unknown, int):
        return None, real
    return float((ids.values == unknown).sum()) / max(1, real), real


def _per_word(encoder: TextEncoder, texts: Sequence[str]) -> float:
    shown = [text[:COUNTED_LETTERS] for text in texts]
    found = encoder.tokenizer.backend_tokenizer.encode_batch_fast(shown, add_special_tokens=False)
    return sum(len(one.ids) for one in found) / max(1, sum(len(words(text)) for text in shown))


def _some(rows: Rows, most: int) -> Rows:
    """Return rows, of many a part that is spread evenly."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
