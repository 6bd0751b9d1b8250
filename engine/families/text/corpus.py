"""The texts of a language model's run: which rows can be used, how they are split, and as token ids.
Must not know which network learns from them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from engine.families.findings import counted, named
from engine.families.frames import read_snapshot
from engine.families.supervised.splitting import Fold, Rows, cut
from engine.families.text.blocks import cut_up
from engine.families.text.encoder import TextEncoder
from engine.families.text.labelled import as_texts
from engine.families.text.networks import text_of
from engine.families.text.ragged import Ragged
from engine.families.text.tokens import tokenizer_for
from engine.spec import RunSpec
from engine.training.failures import RunFailed


@dataclass(frozen=True)
class Corpus:
    """The rows of a run's dataset, its folds, and sentences about rows that are left out."""

    spec: RunSpec
    frame: pd.DataFrame
    folds: list[Fold]
    notes: tuple[str, ...]

    def texts(self, rows: Rows) -> list[str]:
        """Return the texts of rows, in file order."""
        return as_texts(self.frame[text_of(self.spec).columns.text].iloc[rows])

    def encoder(self, fold: Fold, told: list[str]) -> TextEncoder:
        """Return the encoder of a fold, whose tokenizer is trained on its training rows where it has to be."""
        own = text_of(self.spec)
        tokenizer, notes = tokenizer_for(self.spec, self.texts(fold.train))
        told.extend(notes)
        if own.task == "masked-lm" and tokenizer.mask_token_id is None:
            raise RunFailed(
                "The tokenizer has no mask token, and a masked language model needs one.", "Choose another tokenizer."
            )
        return TextEncoder(tokenizer, own.max_length, framed=own.task == "masked-lm")

    def tokens(self, rows: Rows, encoder: TextEncoder) -> tuple[Ragged, Ragged]:
        """Return the ids of rows without special tokens, whole, and of which word of its row each token is."""
        backend = encoder.tokenizer.backend_tokenizer
        found = backend.encode_batch(self.texts(rows), add_special_tokens=False)
        ids = Ragged.of([one.ids for one in found])
        words = Ragged.of([[-1 if word is None else word for word in one.word_ids] for one in found])
        return ids, words


def read_corpus(workspace: Path, spec: RunSpec) -> Corpus:
    """Return the texts of a run. Raises RunFailed where a column is gone or too little is left."""
    own = text_of(spec)
    column = getattr(spec.split, "column", "")
    frame = read_snapshot(workspace, spec, list(dict.fromkeys(one for one in (own.columns.text, column) if one)))
    blank = np.array([not text.strip() for text in as_texts(frame[own.columns.text])], dtype=bool)
    usable = np.flatnonzero(~blank)
    if len(usable) < 3:
        raise RunFailed(
            f"Only {len(usable)} of {counted(len(frame), 'row')} of {named([own.columns.text])} have text; at least 3 "
            "are needed.",
            "Choose another column, or import the text by line or paragraph.",
        )
    notes = (f"{counted(int(blank.sum()), 'row')} without text left out.",) if blank.any() else ()
    return Corpus(spec, frame, cut(frame, usable, spec, "regression"), notes)


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
    import torch

    if not len(words.values):
        return words
    lengths = torch.from_numpy(words.lengths)
    first = words.values[torch.from_numpy(words.starts[:-1]).clamp(max=len(words.values) - 1)]
    shift = torch.repeat_interleave(first.clamp(min=0), lengths)
    return Ragged(torch.where(words.values >= 0, words.values - shift, words.values), words.starts)


def _framed(ids: Ragged, begin: int, end: int) -> Ragged:
    import torch

    count = len(ids)
    lengths = torch.from_numpy(ids.lengths)
    starts = ids.starts + 2 * np.arange(count + 1)
    whole = torch.full((int(starts[-1]),), end, dtype=torch.long)
    whole[torch.from_numpy(starts[:-1])] = begin
    of = torch.repeat_interleave(torch.arange(count), lengths)
    whole[torch.arange(len(ids.values)) + 2 * of + 1] = ids.values
    return Ragged(whole, starts)
