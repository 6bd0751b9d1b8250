"""Where a language model is surprised most: the tokens and the texts that it expected least, of those kept for the test."""

import heapq
import math
from collections.abc import Iterator

import numpy as np

from engine.families.supervised.splitting import Rows
from engine.families.text import networks
from engine.families.text.corpus import Corpus
from engine.families.text.generating import readable
from engine.families.text.language_task import exponential
from engine.families.text.surprises import Guesses, guesses_of, is_masked
from engine.families.text.trained import TrainedText
from engine.runs.evaluation import LanguageReport, Surprise, SurprisingText
from engine.runs.texts import TokenLoss

MOST_TEXTS = 1_000
MOST_WORK = 5e11
"""Operations that may go into looking: about ten seconds on two cores; a masked model guesses each token with a pass of its
own, so that of a large one few texts are looked at.
"""
TOKENS, WORST = 50, 30
AROUND = 12
"""Tokens before and behind a surprising one that are shown."""
LETTERS = 400
SHOWN = 120
"""Tokens of a text whose losses are kept."""
FEWEST = 4
"""Tokens of a text whose mean says anything."""


def language_report(model: TrainedText, corpus: Corpus, rows: Rows) -> LanguageReport:
    """Return what surprised a model in rows of a corpus: in all of them, or in as many as are quickly looked at."""
    tokens: list[tuple[float, int, int]] = []
    texts: list[SurprisingText] = []
    guessed: dict[int, Guesses] = {}
    for row, text, found in _looked_at(model, corpus, rows):
        guessed[row] = found
        tokens += [(loss, row, place) for place, loss in zip(found.places, found.losses.tolist(), strict=True)]
        tokens = heapq.nlargest(TOKENS, tokens)
        mean = float(found.losses.mean()) if len(found.losses) else math.nan
        if len(found.losses) >= FEWEST and math.isfinite(mean):
            texts.append(
                SurprisingText(
                    text=text[:LETTERS],
                    tokens=len(found.losses),
                    loss=mean,
                    perplexity=exponential(mean),
                    row=row + 1,
                )
            )
    worst = [_in_pieces(model, guessed[one.row - 1], one) for one in sorted(texts, key=lambda one: -one.loss)[:WORST]]
    shown = tuple(
        _surprise(model, guessed[row], row, place, loss) for loss, row, place in tokens if math.isfinite(loss)
    )
    return LanguageReport(texts=len(guessed), tokens=shown, worst=tuple(worst))


def _looked_at(model: TrainedText, corpus: Corpus, rows: Rows) -> Iterator[tuple[int, str, Guesses]]:
    """Yield rows with their texts and guesses, evenly drawn in an order of their own, until enough work is done."""
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(MOST_TEXTS, len(rows))).round().astype(np.int64))
    order = np.random.default_rng(0).permutation(chosen)
    each, left = 2.0 * networks.work_parameters(model.network), MOST_WORK
    for row, text in zip(rows[order].tolist(), corpus.texts(rows[order]), strict=True):
        found = guesses_of(model, text)
        yield row, text, found
        left -= each * len(found.ids) * (max(1, len(found.places)) if is_masked(model) else 1)
        if left < 0:
            return


def _in_pieces(model: TrainedText, found: Guesses, text: SurprisingText) -> SurprisingText:
    """Return a text with the loss of each of its first tokens, which read together as the text does."""
    ids = found.ids[:SHOWN]
    ends = [len(readable(model.encoder, ids[:until])) for until in range(len(ids) + 1)]
    whole = readable(model.encoder, ids)
    losses = dict(zip(found.places, found.losses.tolist(), strict=True))
    pieces = tuple(
        TokenLoss(token=whole[ends[place] : ends[place + 1]], loss=losses.get(place, 0.0)) for place in range(len(ids))
    )
    return text.model_copy(update={"pieces": tuple(one for one in pieces if one.token)})


def _surprise(model: TrainedText, found: Guesses, row: int, place: int, loss: float) -> Surprise:
    def words(first: int, last: int) -> str:
        return readable(model.encoder, found.ids[max(0, first) : last])

    return Surprise(
        token=str(model.encoder.tokenizer.decode([found.ids[place]])),
        before=words(place - AROUND, place),
        after=words(place + 1, place + 1 + AROUND),
        loss=loss,
        row=row + 1,
    )
