"""How a text is spoilt that a model is to mend: spans, tokens or the order of sentences (Lewis et al. 2020). Works on ids
without special tokens. Must not know a network."""

import numpy as np
from transformers import PreTrainedTokenizerFast

from engine.families.text.ragged import Ints
from engine.spec import DenoisingSpec

ENDS = (".", "!", "?", "。", "！", "？")


def spoilt(ids: Ints, settings: DenoisingSpec, mask: int, ends: Ints, rng: np.random.Generator) -> Ints:
    """Return spoilt ids; `mask` stands for what is hidden, `ends` are the ids with which sentences end."""
    if settings.permute_sentences:
        ids = permuted(ids, ends, rng)
    if settings.deletion:
        kept = rng.random(len(ids)) >= settings.deletion
        ids = ids[kept] if kept.any() else ids[:1]
    if settings.masking:
        ids = np.where(rng.random(len(ids)) < settings.masking, mask, ids)
    if settings.infilling:
        ids = infilled(ids, settings.infilling, settings.span, mask, rng)
    return ids


def infilled(ids: Ints, share: float, span: float, mask: int, rng: np.random.Generator) -> Ints:
    """Return ids in which spans, of Poisson length and together a share of all, are one mask each; a span of nothing is a
    mask where nothing is missing.
    """
    wanted = round(len(ids) * share)
    lengths: list[int] = []
    while sum(lengths) < wanted:
        lengths.append(min(int(rng.poisson(span)), wanted - sum(lengths)))
    left = len(ids) - sum(lengths)
    # Two spans never touch where there is room: one mask would stand for both.
    starts = np.sort(rng.choice(left + 1, len(lengths), replace=len(lengths) > left + 1))
    parts: list[Ints] = []
    place = kept = 0
    for start, length in zip(starts.tolist(), lengths, strict=True):
        parts += [ids[place : place + start - kept], np.array([mask], dtype=np.int64)]
        place, kept = place + start - kept + length, start
    return np.concatenate([*parts, ids[place:]]).astype(np.int64)


def permuted(ids: Ints, ends: Ints, rng: np.random.Generator) -> Ints:
    """Return ids with their sentences in another order."""
    cuts = np.flatnonzero(np.isin(ids, ends)) + 1
    sentences = [one for one in np.split(ids, cuts) if len(one)]
    return np.concatenate([sentences[place] for place in rng.permutation(len(sentences))]) if sentences else ids


def sentence_ends(tokenizer: PreTrainedTokenizerFast) -> Ints:
    """Return the ids of tokens with which a sentence ends."""
    tokens = tokenizer.get_vocab().items()
    # Where tokens are bytes, only what they stand for shows an end that is no ASCII.
    found = [number for token, number in tokens if tokenizer.convert_tokens_to_string([token]).rstrip().endswith(ENDS)]
    return np.array(sorted(found), dtype=np.int64)
