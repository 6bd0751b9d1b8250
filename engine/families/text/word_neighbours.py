"""What vectors of words tell: the nearest words of a word, and all words as points in a plane. Must not train."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.encoder import TextEncoder
from engine.families.text.trained import TrainedText
from engine.runs.text_samples import TextSample
from engine.runs.texts import Chance

SHOWN, NEIGHBOURS = 6, 8
FREQUENT_FROM, LETTERS = 30, 4
"""The words that are shown unasked: long ones, after the most frequent, which stand beside anything."""
PREDICTED = 5
POINTS = 50_000
AT_ONCE = 1_000


def word_id(encoder: TextEncoder, word: str) -> int | None:
    """Return a word's number as the tokenizer reads it, or None where it has no vector."""
    ids = encoder.tokenizer.backend_tokenizer.encode(word, add_special_tokens=False).ids
    if len(ids) != 1 or ids[0] in encoder.tokenizer.all_special_ids:
        return None
    return int(ids[0])


def shown_words(encoder: TextEncoder, counts: torch.Tensor, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the words whose neighbours are shown: those wanted that have a vector, else a few frequent ones."""
    known = tuple(word for word in wanted if word_id(encoder, word) is not None)
    if known:
        return known
    special = set(encoder.tokenizer.all_special_ids)
    order = [place for place in counts.argsort(descending=True).tolist() if place not in special]
    names = encoder.tokenizer.convert_ids_to_tokens(order[: 50 * SHOWN])
    long = [name for name in names[FREQUENT_FROM:] if len(name) >= LETTERS and name.isalpha()]
    return tuple((long or names)[:SHOWN])


def samples_of(model: TrainedText, words: Sequence[str]) -> tuple[TextSample, ...]:
    """Return words with their nearest ones."""
    ids = [place for word in words if (place := word_id(model.encoder, word)) is not None]
    found = nearest(model, vectors_of(model)[torch.tensor(ids, dtype=torch.long)], [{one} for one in ids], NEIGHBOURS)
    return tuple(
        TextSample(
            given=word,
            made=", ".join(name for name, _ in near),
            chances=tuple(Chance(label=name, probability=value) for name, value in near),
        )
        for word, near in zip(words, found, strict=True)
    )


def neighbours_of(model: TrainedText, texts: Sequence[str]) -> dict[str, pd.Series]:
    """Return for each text the words nearest to the mean of its words' vectors, as columns; none where it has no vector."""
    vectors, found, own = vectors_of(model), [], []
    for text in texts:
        ids = [word_id(model.encoder, word) for word in text.split()]
        known = [one for one in ids if one is not None]
        own.append(set(known))
        found.append(vectors[known].mean(dim=0) if known else torch.full_like(vectors[0], torch.nan))
    listed: list[list[tuple[str, float]]] = []
    for first in range(0, len(found), AT_ONCE):
        part = torch.stack(found[first : first + AT_ONCE])
        listed += nearest(model, part, own[first : first + AT_ONCE], PREDICTED)
    columns: dict[str, pd.Series] = {}
    for place in range(PREDICTED):
        some = [
            one[place] if own_ids and place < len(one) else (None, np.nan)
            for one, own_ids in zip(listed, own, strict=True)
        ]
        columns[f"neighbour {place + 1}"] = pd.Series([name for name, _ in some], dtype="object")
        columns[f"similarity {place + 1}"] = pd.Series([value for _, value in some], dtype="float64")
    return columns


def nearest(
    model: TrainedText, points: torch.Tensor, left_out: Sequence[set[int]], count: int
) -> list[list[tuple[str, float]]]:
    """Return for each of the points [n, dimension] the words of the nearest vectors by cosine, the nearest first."""
    if not len(points):
        return []
    unit = functional.normalize(vectors_of(model), dim=1)
    similarity = functional.normalize(points, dim=1) @ unit.T
    similarity[:, model.encoder.tokenizer.all_special_ids] = -torch.inf
    for row, ids in enumerate(left_out):
        similarity[row, list(ids)] = -torch.inf
    best = similarity.nan_to_num(nan=-torch.inf).topk(min(count, similarity.shape[1]), dim=1)
    names = model.encoder.tokenizer
    return [
        [
            (name, value)
            for name, value in zip(names.convert_ids_to_tokens(ids), values, strict=True)
            if value > -torch.inf
        ]
        for ids, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def projection(model: TrainedText, counts: torch.Tensor) -> pd.DataFrame:
    """Return the most frequent words with their counts and places x, y: the first two principal components of the vectors
    of length one.
    """
    special = set(model.encoder.tokenizer.all_special_ids)
    ids = [one for one in counts.argsort(descending=True).tolist() if one not in special and counts[one] > 0][:POINTS]
    unit = functional.normalize(vectors_of(model)[torch.tensor(ids, dtype=torch.long)].double(), dim=1)
    middle = unit - unit.mean(dim=0)
    axes = torch.linalg.eigh(middle.T @ middle).eigenvectors[:, -2:].flip(1)
    # An axis may point either way: its largest number is made positive, so that a picture does not flip.
    axes = axes * axes.gather(0, axes.abs().argmax(dim=0, keepdim=True)).sign()
    places = (middle @ axes).numpy()
    return pd.DataFrame(
        {
            "word": model.encoder.tokenizer.convert_ids_to_tokens(ids),
            "count": counts[ids].numpy(),
            "x": places[:, 0],
            "y": places[:, -1],
        }
    )


def vectors_of(model: TrainedText) -> torch.Tensor:
    """Return the vectors of all words [vocabulary, dimension], on the host."""
    network = model.network
    assert isinstance(network, SkipGram)
    return network.vectors.weight.detach().cpu()
