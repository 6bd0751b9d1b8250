"""Span F1 of tagged tokens by seqeval's default rule (https://github.com/chakki-works/seqeval): a span counts when its type
and both ends are right. Spans are read from tags as conlleval does. Knows no tokenizer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[str, int, int]


@dataclass(frozen=True)
class SpanScore:
    """Precision, recall and F1 (0 where undefined); `support` is the number of true spans."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class SpanScores:
    """Over all spans, and by type."""

    overall: SpanScore
    f1_macro: float
    by_type: dict[str, SpanScore]
    token_accuracy: float


def score_spans(truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> SpanScores:
    """Score tags of sentences, one a token. Raises ValueError where lengths differ."""
    there: Counter[str] = Counter()
    told: Counter[str] = Counter()
    right: Counter[str] = Counter()
    tokens = equal = 0
    for number, (its, ours) in enumerate(zip(truth, predicted, strict=True), 1):
        if len(its) != len(ours):
            raise ValueError(f"Sentence {number} has {len(its)} tags and {len(ours)} predicted ones.")
        wanted, found = set(spans(its)), set(spans(ours))
        there.update(kind for kind, _, _ in wanted)
        told.update(kind for kind, _, _ in found)
        right.update(kind for kind, _, _ in wanted & found)
        tokens += len(its)
        equal += sum(one == other for one, other in zip(its, ours, strict=True))
    by_type = {kind: _score(right[kind], told[kind], there[kind]) for kind in sorted({*there, *told})}
    macro = sum(one.f1 for one in by_type.values()) / len(by_type) if by_type else 0.0
    overall = _score(right.total(), told.total(), there.total())
    return SpanScores(overall, macro, by_type, equal / tokens if tokens else 0.0)


def spans(tags: Sequence[str]) -> list[Span]:
    """Return (type, first, last) of every span in IOB1, IOB2, IOE or IOBES tags, in order.

    A tag without a hyphen that is not O is a span of the type “_” as in seqeval.
    """
    found: list[Span] = []
    start, before, kind_before = 0, "O", ""
    for place, tag in enumerate([*tags, "O"]):
        prefix, kind = _parts(tag)
        if _ends(before, prefix, kind_before, kind):
            found.append((kind_before, start, place - 1))
        if _starts(before, prefix, kind_before, kind):
            start = place
        before, kind_before = prefix, kind
    return found


def _parts(tag: str) -> tuple[str, str]:
    prefix, kind = tag[:1], tag[1:].split("-", maxsplit=1)[-1]
    return prefix, kind or "_"


def _ends(before: str, now: str, kind_before: str, kind: str) -> bool:
    if before in {"E", "S"}:
        return True
    if before in {"B", "I"} and now in {"B", "S", "O"}:
        return True
    return before not in {"O", "."} and kind_before != kind


def _starts(before: str, now: str, kind_before: str, kind: str) -> bool:
    if now in {"B", "S"}:
        return True
    if before in {"E", "S", "O"} and now in {"E", "I"}:
        return True
    return now not in {"O", "."} and kind_before != kind


def _score(right: int, told: int, there: int) -> SpanScore:
    precision = right / told if told else 0.0
    recall = right / there if there else 0.0
    both = precision + recall
    return SpanScore(precision, recall, 2 * precision * recall / both if both else 0.0, there)
