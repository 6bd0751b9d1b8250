"""How alike people find words, read from a file of pairs, and how far a model's vectors agree (Spearman)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.trained import TrainedText
from engine.families.text.word_neighbours import word_id
from engine.training.failures import RunFailed


@dataclass(frozen=True)
class Judged:
    """Two words and how alike people find them."""

    first: str
    second: str
    score: float


def read_judgements(path: str) -> tuple[Judged, ...]:
    """Return the pairs of a file of lines “word, word, number”, set apart by tabs, commas or semicolons; nothing without a
    path. A first line without a number is a heading; lines that begin with # are remarks. Raises RunFailed.
    """
    if not path:
        return ()
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunFailed(
            f"The word-similarity file {path} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}.",
            "Choose another file (text.similarity_file), or none.",
        ) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        pair = _pair(line)
        if pair is not None:
            found.append(pair)
        elif number > 1:
            raise RunFailed(
                f"Line {number:,} of {Path(path).name} is no pair of words with a number: “{line[:80]}”.",
                "Each line needs two words and a number, set apart by tabs or commas.",
            )
    if not found:
        raise RunFailed(f"{Path(path).name} has no pairs of words.", "Choose another file (text.similarity_file).")
    return tuple(found)


def judged(model: TrainedText, judgements: tuple[Judged, ...]) -> tuple[float, int]:
    """Return Spearman's correlation over the pairs whose words have vectors, and how many those are; NaN below three."""
    from scipy.stats import spearmanr

    network = model.network
    assert isinstance(network, SkipGram)
    ours, theirs = [], []
    for one in judgements:
        first, second = word_id(model.encoder, one.first), word_id(model.encoder, one.second)
        if first is not None and second is not None:
            ours.append(network.similarity(first, second))
            theirs.append(one.score)
    if len(ours) < 3 or np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return float("nan"), len(ours)
    return float(spearmanr(ours, theirs).statistic), len(ours)


def _pair(line: str) -> Judged | None:
    for mark in ("\t", ",", ";", None):
        parts = [one.strip() for one in line.split(mark)]
        if len(parts) >= 3:
            try:
                return Judged(parts[0], parts[1], float(parts[2]))
            except ValueError:
                return None
    return None
