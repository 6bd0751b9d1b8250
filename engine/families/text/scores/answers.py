"""Exact match and F1 of answers by the rules of SQuAD's own evaluation (Rajpurkar et al. 2016, 2018). Knows no model."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class AnswerScores:
    """Shares of 1. `answered` and `unanswerable` are F1 of questions with and without an answer, None without any."""

    exact: float
    f1: float
    answered: float | None
    unanswerable: float | None


def normalise(text: str) -> str:
    """Return an answer in lower case without punctuation, English articles and superfluous spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(predicted: str, answer: str) -> float:
    """Whether two answers are one when normalised, as 0 or 1."""
    return float(normalise(predicted) == normalise(answer))


def overlap(predicted: str, answer: str) -> float:
    """Return the F1 of two answers' words; where either has none, whether both have none."""
    ours, theirs = normalise(predicted).split(), normalise(answer).split()
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))


def score_answers(predicted: Sequence[str], answers: Sequence[Sequence[str]]) -> AnswerScores:
    """Score each prediction (empty: no answer) by the best of its question's answers (none: unanswerable).

    Answers of which normalising leaves nothing are passed over, as SQuAD does. Raises ValueError for no questions.
    """
    if not predicted:
        raise ValueError("There is nothing to score.")
    exact = 0.0
    with_answer: list[float] = []
    without: list[float] = []
    for ours, theirs in zip(predicted, answers, strict=True):
        usable = [one for one in theirs if normalise(one)] or [""]
        exact += max(exact_match(ours, one) for one in usable)
        best = max(overlap(ours, one) for one in usable)
        (with_answer if usable != [""] else without).append(best)
    total = (sum(with_answer) + sum(without)) / len(predicted)
    return AnswerScores(exact / len(predicted), total, _mean(with_answer), _mean(without))


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
