"""The texts of a language model's run: which rows can be used, how they are split, and as token ids.
Must not know which network learns from them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from engine.families.findings import counted, named
from engine.families.frames import read_snapshot
from engine.families.supervised.splitting import Fold, Rows, cut
from engine.families.text.blocks import cut_up
from engine.families.text.corpus_tokens import AT_ONCE, LETTERS_KEPT, BigColumn, Heard, heard_by, tokens_of, unheard
from engine.families.text.encoder import TextEncoder
from engine.families.text.labelled import as_texts
from engine.families.text.networks import text_of
from engine.families.text.ragged import Ragged
from engine.families.text.token_arrays import TokenArray
from engine.families.text.tokens import tokenizer_for
from engine.spec import OrderSplit, RandomSplit, RunSpec
from engine.training.failures import RunFailed
from engine.training.recorder import Recorder

LONG_TEXT = 100_000
"""Letters of a line that is more than a sentence or a paragraph."""


@dataclass(frozen=True)
class Corpus:
    """The rows of a run's dataset, those `usable`, its folds, and sentences about them. `big` is the column where it is
    worth keeping its tokens, and `hear` is told when they are made.
    """

    spec: RunSpec
    frame: pd.DataFrame
    usable: Rows
    folds: list[Fold]
    notes: tuple[str, ...]
    big: BigColumn | None = None
    hear: Heard = unheard

    def texts(self, rows: Rows) -> list[str]:
        """Return the texts of rows, in file order."""
        return as_texts(self.frame[text_of(self.spec).columns.text].iloc[rows])

    def encoder(self, fold: Fold, told: list[str]) -> TextEncoder:
        """Return the encoder of a fold, whose tokenizer is trained on its training rows where it has to be."""
        own = text_of(self.spec)
        texts = self.texts(fold.train)
        if self.big is not None and not (own.checkpoint or own.tokenizer.folder):
            made = self.big.tokenizer(texts, own.tokenizer, self.hear)
            tokenizer, notes = made.tokenizer, made.notes
        else:
            tokenizer, notes = tokenizer_for(self.spec, texts)
        told.extend(notes)
        if own.task == "masked-lm" and tokenizer.mask_token_id is None:
            raise RunFailed(
                "The tokenizer has no mask token, and a masked language model needs one.", "Choose another tokenizer."
            )
        return TextEncoder(tokenizer, own.max_length, framed=own.task == "masked-lm")

    def ids(self, rows: Rows, encoder: TextEncoder) -> TokenArray:
        """Return the ids of rows without special tokens, whole. Raises RunFailed, OSError, Stopped."""
        if self.big is not None:
            found = self.big.tokens(encoder.tokenizer, self.hear)
            if len(found) == len(self.usable):
                return found.taken(np.searchsorted(self.usable, rows))
        return tokens_of(self.texts(rows), encoder.tokenizer)

    def tokens(self, rows: Rows, encoder: TextEncoder) -> tuple[Ragged, Ragged]:
        """Return the ids of rows as `ids` does, and of which word of its row each token is; where nobody asks for whole
        words, each is one.
        """
        if text_of(self.spec).masking.whole_words:
            return self._tokens_by_word(rows, encoder)
        found = self.ids(rows, encoder)
        ids = Ragged(torch.from_numpy(found.ids.astype(np.int64)), found.offsets)
        return ids, Ragged(torch.arange(len(found.ids)), found.offsets)

    def _tokens_by_word(self, rows: Rows, encoder: TextEncoder) -> tuple[Ragged, Ragged]:
        backend = encoder.tokenizer.backend_tokenizer
        ids, words = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        lengths = [0]
        for first in range(0, len(rows), AT_ONCE):
            self.hear("making tokens", first / len(rows))
            for one in backend.encode_batch(self.texts(rows[first : first + AT_ONCE]), add_special_tokens=False):
                ids.append(np.array(one.ids, np.int64))
                words.append(np.array([-1 if word is None else word for word in one.word_ids], np.int64))
                lengths.append(len(ids[-1]))
        starts = np.cumsum(lengths)
        return Ragged(torch.from_numpy(np.concatenate(ids)), starts), Ragged(
            torch.from_numpy(np.concatenate(words)), starts
        )


def read_corpus(workspace: Path, spec: RunSpec, hear: Heard = unheard) -> Corpus:
    """Return the texts of a run. Raises RunFailed where a column is gone or too little is left."""
    own = text_of(spec)
    column = getattr(spec.split, "column", "")
    frame = read_snapshot(workspace, spec, list(dict.fromkeys(one for one in (own.columns.text, column) if one)))
    texts = as_texts(frame[own.columns.text])
    blank = np.array([not text.strip() for text in texts], dtype=bool)
    usable = np.flatnonzero(~blank)
    if len(usable) < 3:
        longest = max(map(len, texts), default=0)
        has_one_line = longest >= LONG_TEXT and not any("\n" in text for text in texts)
        raise RunFailed(
            f"{named([own.columns.text])} has text in {len(usable)} of {counted(len(frame), 'row')}; at least 3 are needed.",
            f"The text stands in one line of {longest:,} letters: break it into lines, one a sentence or paragraph, and "
            "import it again."
            if has_one_line
            else "Choose another column, or import the text by line or paragraph.",
        )
    notes = (f"{counted(int(blank.sum()), 'row')} without text left out.",) if blank.any() else ()
    is_big = frame[own.columns.text].dtype == object and sum(map(len, texts)) >= LETTERS_KEPT
    big = BigColumn(workspace, spec.data.dataset, own.columns.text, len(usable)) if is_big else None
    folds = cut(frame, usable, spec, "regression")
    return Corpus(spec, frame, usable, folds, (*notes, *_told_of(spec)), big, hear)


def corpus_of(recorder: Recorder, spec: RunSpec) -> Corpus:
    """Return the texts that a run learns from in one go, and tell what is particular about them.

    Raises RunFailed where they cannot be learned from, or are split into folds.
    """
    corpus = read_corpus(recorder.workspace, spec, heard_by(recorder))
    for note in corpus.notes:
        recorder.log(note)
    if len(corpus.folds) > 1:
        raise RunFailed("Running text is learned once, not in folds.", "Choose another split.")
    return corpus


def _told_of(spec: RunSpec) -> tuple[str, ...]:
    """Return a sentence about a split that is not what a text that runs on from row to row asks for, or is."""
    if isinstance(spec.split, OrderSplit):
        return ("Texts are dealt out in their order: the first train, those after them validate, the last test.",)
    if isinstance(spec.split, RandomSplit):
        return (
            "Texts are dealt out at random, so that a text that validates may stand between two that train; where text "
            "runs on from row to row, deal it out in its order (split.kind = order).",
        )
    return ()


def samples(ids: Ragged, words: Ragged, encoder: TextEncoder) -> tuple[Ragged, Ragged]:
    """Return texts as samples of a masked model: cut up where they are too long, between begin and end; and the words'
    numbers within each sample, -1 for what frames it.
    """
    begin, end = encoder.tokenizer.cls_token_id, encoder.tokenizer.sep_token_id
    frame = [one for one in (begin, end) if isinstance(one, int)]
    parts, of = cut_up(ids, encoder.max_length - len(frame)), cut_up(words, encoder.max_length - len(frame))
    if len(frame) < 2:
        return parts, _from_zero(of)
    return _framed(parts, int(frame[0]), int(frame[1])), _framed(_from_zero(of), -1, -1)


def _from_zero(words: Ragged) -> Ragged:
    """Return words counted from 0 in every sample."""
    if not len(words.values):
        return words
    lengths = torch.from_numpy(words.lengths)
    first = words.values[torch.from_numpy(words.starts[:-1]).clamp(max=len(words.values) - 1)]
    shift = torch.repeat_interleave(first.clamp(min=0), lengths)
    return Ragged(torch.where(words.values >= 0, words.values - shift, words.values), words.starts)


def _framed(ids: Ragged, begin: int, end: int) -> Ragged:
    count = len(ids)
    lengths = torch.from_numpy(ids.lengths)
    starts = ids.starts + 2 * np.arange(count + 1)
    whole = torch.full((int(starts[-1]),), end, dtype=torch.long)
    whole[torch.from_numpy(starts[:-1])] = begin
    of = torch.repeat_interleave(torch.arange(count), lengths)
    whole[torch.arange(len(ids.values)) + 2 * of + 1] = ids.values
    return Ragged(whole, starts)
