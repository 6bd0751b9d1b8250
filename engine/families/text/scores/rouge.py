"""ROUGE-1, -2, -L and -Lsum (Lin 2004) over words of any script: letters and digits make words, and each character of a
script without spaces is a word of its own. Stems nothing."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without spaces between words.
_SCRIPTS = ("CJK ", "HIRAGANA", "KATAKANA", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "BOPOMOFO", "IDEOGRAPHIC ITERATION")


@dataclass(frozen=True)
class Rouge:
    """Precision, recall and F1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class RougeScores:
    """Mean scores over all pairs."""

    rouge1: Rouge
    rouge2: Rouge
    rouge_l: Rouge
    rouge_lsum: Rouge


def words(text: str) -> list[str]:
    """Return the words in lower case; letters that look alike in compatible forms are one."""
    found: list[str] = []
    held = ""
    for letter in unicodedata.normalize("NFKC", text).lower():
        kind = _kind(letter)
        if kind == "word":
            held += letter
            continue
        if held:
            found.append(held)
            held = ""
        if kind == "alone":
            found.append(letter)
        elif kind == "mark" and found:
            found[-1] += letter
    return [*found, held] if held else found


@lru_cache(maxsize=20_000)
def _kind(letter: str) -> str:
    category = unicodedata.category(letter)
    if unicodedata.name(letter, "").startswith(_SCRIPTS):
        return "mark" if category[0] == "M" else "alone" if category[0] in "LN" else "gap"
    return "word" if category[0] in "LNM" else "gap"


def rouge(predicted: str, reference: str) -> RougeScores:
    """Score one text against its reference; sentences, for Lsum, are lines."""
    ours, theirs = words(predicted), words(reference)
    summary = _union_score(predicted, reference)
    common = _lcs_length(ours, theirs)
    return RougeScores(
        _of_grams(ours, theirs, 1), _of_grams(ours, theirs, 2), _score(common, len(ours), len(theirs)), summary
    )


def score_texts(predicted: Sequence[str], references: Sequence[str]) -> RougeScores:
    """Return the mean over all pairs. Raises ValueError for none."""
    if not predicted:
        raise ValueError("There is nothing to score.")
    each = [rouge(ours, theirs) for ours, theirs in zip(predicted, references, strict=True)]
    return RougeScores(
        _mean([one.rouge1 for one in each]),
        _mean([one.rouge2 for one in each]),
        _mean([one.rouge_l for one in each]),
        _mean([one.rouge_lsum for one in each]),
    )


def _mean(scores: list[Rouge]) -> Rouge:
    table = np.array([(one.precision, one.recall, one.f1) for one in scores]).mean(0).tolist()
    return Rouge(*table)


def _of_grams(ours: list[str], theirs: list[str], size: int) -> Rouge:
    grams, wanted = _grams(ours, size), _grams(theirs, size)
    return _score((grams & wanted).total(), grams.total(), wanted.total())


def _grams(listed: list[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(listed[place : place + size]) for place in range(len(listed) - size + 1))


def _score(common: int, ours: int, theirs: int) -> Rouge:
    if not ours or not theirs:
        return Rouge(0.0, 0.0, 0.0)
    precision, recall = common / ours, common / theirs
    both = precision + recall
    return Rouge(precision, recall, 2 * precision * recall / both if both else 0.0)


def _lcs_table(ours: list[str], theirs: list[str]) -> np.ndarray:
    """Return the lengths of the longest common subsequences of all beginnings, (ours + 1, theirs + 1)."""
    codes = {word: place for place, word in enumerate(dict.fromkeys([*ours, *theirs]))}
    wanted = np.array([codes[word] for word in theirs], dtype=np.int64)
    table = np.zeros((len(ours) + 1, len(theirs) + 1), dtype=np.int32)
    for place, word in enumerate(ours, 1):
        above = table[place - 1]
        diagonal = above[:-1] + (wanted == codes[word])
        # A cell is the best of above, left and diagonal; the best of what is left is a running maximum.
        table[place, 1:] = np.maximum.accumulate(np.maximum(above[1:], diagonal))
    return table


def _lcs_length(ours: list[str], theirs: list[str]) -> int:
    return int(_lcs_table(ours, theirs)[-1, -1]) if ours and theirs else 0


def _lcs_places(ours: list[str], theirs: list[str]) -> set[int]:
    """Return the places in `theirs` of one longest common subsequence."""
    table = _lcs_table(ours, theirs)
    row, column = len(ours), len(theirs)
    places: set[int] = set()
    while row and column:
        if ours[row - 1] == theirs[column - 1]:
            places.add(column - 1)
            row, column = row - 1, column - 1
        elif table[row - 1, column] > table[row, column - 1]:
            row -= 1
        else:
            column -= 1
    return places


def _union_score(predicted: str, reference: str) -> Rouge:
    """Score by what of each reference sentence is found in any sentence of ours; no word counts more often than it stands
    in either text."""
    ours = [words(line) for line in predicted.splitlines()]
    theirs = [words(line) for line in reference.splitlines()]
    left = [Counter(word for line in text for word in line) for text in (ours, theirs)]
    common = 0
    for wanted in theirs:
        places = set().union(*(_lcs_places(line, wanted) for line in ours)) if ours else set()
        for place in sorted(places):
            word = wanted[place]
            if all(one[word] > 0 for one in left):
                common += 1
                for one in left:
                    one[word] -= 1
    return _score(common, sum(map(len, ours)), sum(map(len, theirs)))
