"""Predictions of heads as texts whose stretches are marked right, wrong or missed. Must not ask a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.families.text.scores.answers import overlap
from engine.families.text.scores.spans import spans
from engine.runs.text_samples import Mark, TextPiece

AROUND = 100
"""Letters of a context that are shown on each side of an answer."""
GAP = " … "


@dataclass(frozen=True)
class _Stretch:
    first: int
    last: int
    """Behind its end."""
    mark: Mark
    label: str = ""
    wanted: str = ""


def tag_pieces(tokens: Sequence[str], truth: Sequence[str], told: Sequence[str]) -> tuple[TextPiece, ...]:
    """Return a sentence with its spans: those that were told, and true ones that none of them touches."""
    true, own = spans(list(truth)), spans(list(told))
    found = []
    for kind, first, last in own:
        touched = [one for one in true if one[1] <= last and one[2] >= first]
        is_right = (kind, first, last) in true
        wanted = "" if is_right else ", ".join(f"{name}: {' '.join(tokens[a : b + 1])}" for name, a, b in touched)
        found.append(_Stretch(first, last + 1, "right" if is_right else "wrong", kind, wanted))
    for kind, first, last in true:
        if not any(one[1] <= last and one[2] >= first for one in own):
            found.append(_Stretch(first, last + 1, "missed", kind))
    pieces, end = [], 0
    for one in sorted(found, key=lambda one: one.first):
        between = " ".join(tokens[end : one.first])
        pieces.append(TextPiece(text=f"{' ' if end else ''}{between}{' ' if between else ''}"))
        words = " ".join(tokens[one.first : one.last])
        pieces.append(TextPiece(text=words, mark=one.mark, label=one.label, wanted=one.wanted))
        end = one.last
    rest = " ".join(tokens[end:])
    pieces.append(TextPiece(text=f" {rest}" if end and rest else rest))
    return tuple(one for one in pieces if one.text)


def answer_pieces(
    context: str, told: tuple[int, str], answers: Sequence[str], starts: Sequence[int]
) -> tuple[TextPiece, ...]:
    """Return the parts of a context around the answer that was told (where it begins, and its text; empty: none) and, where
    that is not right, the first true one.
    """
    place, text = told
    is_right = any(overlap(text, one) == 1.0 for one in answers or [""])
    found = []
    if text:
        found.append(
            _Stretch(place, place + len(text), "right" if is_right else "wrong", "", answers[0] if answers else "")
        )
    if answers and not is_right:
        first, last = starts[0], starts[0] + len(answers[0])
        if not text or last <= place or first >= place + len(text):
            found.append(_Stretch(first, last, "missed"))
    found.sort(key=lambda one: one.first)
    pieces, end = [], 0
    for one in found:
        pieces.append(TextPiece(text=_gap(context[end : one.first], end == 0, False)))
        wanted = one.wanted if one.mark == "wrong" else ""
        pieces.append(TextPiece(text=context[one.first : one.last], mark=one.mark, wanted=wanted))
        end = one.last
    pieces.append(TextPiece(text=_gap(context[end:], not found, True)))
    return tuple(one for one in pieces if one.text)


def written_pieces(made: str, wanted: str) -> tuple[TextPiece, ...]:
    """Return what was written, with the words that stand in the reference in the same order marked right."""
    ours, theirs = made.split(), wanted.split()
    pieces: list[TextPiece] = []
    end = 0
    for first, _, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        for is_right, words in ((False, ours[end:first]), (True, ours[first : first + size])):
            if words:
                if pieces:
                    pieces.append(TextPiece(text=" "))
                pieces.append(TextPiece(text=" ".join(words), mark="right" if is_right else ""))
        end = first + size
    return tuple(pieces)


def _gap(text: str, is_first: bool, is_last: bool) -> str:
    """Return what stands between two stretches, without what is far from both."""
    most = (0 if is_first else AROUND) + (0 if is_last else AROUND) or 2 * AROUND
    if len(text) <= most + len(GAP):
        return text
    head = "" if is_first and not is_last else text[:AROUND]
    tail = "" if is_last else text[-AROUND:]
    return f"{head}{GAP}{tail}".lstrip() if not head else f"{head}{GAP}{tail}"
