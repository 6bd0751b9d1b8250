"""The letters of a corpus and how often each occurs, so that a tokenizer's trainer is told its alphabet: left to itself it
breaks ties, and numbers pieces, by the order of a hash table, which differs from one process to the next."""

import string
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
PREFIX = "##"
"""Begins WordPiece's pieces that go on with a word."""


class Alphabet:
    """Counts letters of texts in NFC, in lower case where it is told so."""

    def __init__(self, lowercase: bool) -> None:
        self._lowercase = lowercase
        self._all: Counts = np.zeros(0, dtype=np.int64)
        self._inside: Counts = np.zeros(0, dtype=np.int64)

    def add(self, texts: Iterable[str]) -> None:
        """Count the letters of texts."""
        joined = unicodedata.normalize("NFC", "\n".join(texts)) + "\n"
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
        cuts = _stands_alone(codes)
        self._all = _summed(self._all, np.bincount(codes))
        inside = codes[1:][~cuts[1:] & ~cuts[:-1]]
        self._inside = _summed(self._inside, np.bincount(inside))

    def letters(self, most: int) -> list[str]:
        """Return the most frequent letters but spaces and line ends; of those that are as frequent the first by number."""
        counts: dict[str, int] = defaultdict(int)
        for code in np.flatnonzero(self._all).tolist():
            for letter in self._lower(code):
                counts[letter] += int(self._all[code])
        for blank in (" ", "\n"):
            counts.pop(blank, None)
        return sorted(sorted(counts, key=lambda one: (-counts[one], one))[:most])

    def continuing(self, letters: Iterable[str]) -> list[str]:
        """Return WordPiece's pieces of single letters that occur behind the first of a word."""
        found = {letter for code in np.flatnonzero(self._inside).tolist() for letter in self._lower(code)}
        # One letter may become two in lower case.
        found |= {letter for code in np.flatnonzero(self._all).tolist() for letter in self._lower(code)[1:]}
        return [PREFIX + letter for letter in sorted(found & set(letters))]

    def _lower(self, code: int) -> str:
        return chr(code).lower() if self._lowercase else chr(code)


def _summed(one: Counts, other: Counts) -> Counts:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    longer = longer.copy()
    longer[: len(shorter)] += shorter
    return longer


def _stands_alone(codes: Counts) -> NDArray[np.bool_]:
    """Whether BERT's cutting makes each letter a word of its own, or none: punctuation and blanks."""
    known, places = np.unique(codes, return_inverse=True) if codes.max() >= len(_low()) else (None, codes)
    if known is None:
        found: NDArray[np.bool_] = _low()[places]
        return found
    return np.array([_cuts(code) for code in known.tolist()])[places]


@lru_cache(maxsize=1)
def _low() -> NDArray[np.bool_]:
    return np.array([_cuts(code) for code in range(0x3000)])


def _cuts(code: int) -> bool:
    letter = chr(code)
    return letter.isspace() or letter in string.punctuation or unicodedata.category(letter).startswith("P")
