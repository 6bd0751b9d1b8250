"""Perplexity from summed losses; word similarities against a file of human ones (Spearman). Must not know any model."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.training.failures import RunFailed


def perplexity(loss_sum: float, tokens: int) -> float:
    """Return exp of the mean loss a token (natural logarithm); infinite where it is too large for a number.

    Raises ValueError for no tokens: a text of one token has none to predict.
    """
    if tokens < 1:
        raise ValueError("There is no token to predict: perplexity needs texts of two tokens or more.")
    try:
        return math.exp(loss_sum / tokens)
    except OverflowError:
        return math.inf


@dataclass(frozen=True)
class Similarity:
    """Spearman's rank correlation over the pairs that both sides know; None for fewer than two of them."""

    spearman: float | None
    pairs: int
    unknown: int


def read_similarities(path: Path) -> list[tuple[str, str, float]]:
    """Read word, word, number in each line between tabs, commas or spaces; a first line of names is passed over.

    Raises RunFailed with file and line.
    """
    found: list[tuple[str, str, float]] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunFailed(f"{path.name} cannot be read as UTF-8 text ({error}).") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        mark = next((one for one in ("\t", ",", ";") if one in line), None)
        fields = [field.strip() for field in line.split(mark)]
        try:
            value = float(fields[2])
        except (IndexError, ValueError) as error:
            if number == 1:
                continue
            raise RunFailed(f"{path.name}, line {number}: two words and a number are needed.") from error
        found.append((fields[0], fields[1], value))
    if not found:
        raise RunFailed(f"{path.name} holds no pair of words with a number.")
    return found


def score_similarities(
    pairs: Sequence[tuple[str, str, float]], similarity: Callable[[str, str], float | None]
) -> Similarity:
    """Compare with what people say; `similarity` gives None for a pair with a word it does not know."""
    told = [(similarity(first, second), human) for first, second, human in pairs]
    known = [(ours, human) for ours, human in told if ours is not None]
    if len(known) < 2:
        return Similarity(None, len(known), len(told) - len(known))
    ours, human = np.array(known).T
    return Similarity(spearman(ours, human), len(known), len(told) - len(known))


def spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Return the correlation of ranks, equal values sharing the mean of theirs; None where one side is constant."""
    ranks = [_ranks(one) for one in (first, second)]
    centred = [one - one.mean() for one in ranks]
    spread = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum() / spread) if spread else None


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: NDArray[np.float64] = (ends - counts + ends + 1) / 2
    return means[place]
