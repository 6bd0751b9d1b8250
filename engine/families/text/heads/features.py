"""Texts as features of heads that point into them: labels of tokens for words, and windows over long contexts with where
the answer begins and ends. Through the tokenizer's own offsets; knows no model."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast

from engine.families.text.heads import IGNORED


@dataclass(frozen=True)
class TaggedFeature:
    """`ids` with special tokens, and a label a token: the word's at its first piece, elsewhere IGNORED."""

    ids: list[int]
    labels: list[int]
    words: list[int]
    """Each token's word, -1 for special tokens."""


@dataclass(frozen=True)
class AnswerFeature:
    """A window over a question's context. `start` and `end` are the answer's first and last token, or both 0 (the first
    special token) where this window does not hold it. `offsets` are characters of the context, None elsewhere."""

    question: int
    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int] | None]
    start: int
    end: int


def tag_features(
    tokenizer: PreTrainedTokenizerFast, tokens: Sequence[Sequence[str]], tags: Sequence[Sequence[int]], max_length: int
) -> list[TaggedFeature]:
    """Align tags with pieces. Words beyond `max_length` have no piece and no label."""
    encoded = tokenizer([list(one) for one in tokens], is_split_into_words=True, truncation=True, max_length=max_length)
    features = []
    for place, its in enumerate(tags):
        words = [-1 if word is None else word for word in encoded.word_ids(place)]
        before = [-1, *words[:-1]]
        labels = [
            its[word] if word >= 0 and word != last else IGNORED for word, last in zip(words, before, strict=True)
        ]
        features.append(TaggedFeature(encoded["input_ids"][place], labels, words))
    return features


def answer_features(
    tokenizer: PreTrainedTokenizerFast,
    questions: Sequence[str],
    contexts: Sequence[str],
    answers: Sequence[tuple[int, str] | None],
    max_length: int,
    stride: int,
) -> list[AnswerFeature]:
    """Cut contexts into windows that share `stride` tokens; an answer is where it begins in its context, and its text."""
    encoded = tokenizer(
        list(questions),
        list(contexts),
        truncation="only_second",
        max_length=max_length,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    features = []
    for place, question in enumerate(encoded["overflow_to_sample_mapping"]):
        parts = encoded.sequence_ids(place)
        pairs = zip(parts, encoded["offset_mapping"][place], strict=True)
        offsets = [(int(first), int(last)) if part == 1 else None for part, (first, last) in pairs]
        start, end = _placed(offsets, answers[question])
        ids, types = encoded["input_ids"][place], encoded["token_type_ids"][place]
        features.append(AnswerFeature(question, ids, types, offsets, start, end))
    return features


def _placed(offsets: list[tuple[int, int] | None], answer: tuple[int, str] | None) -> tuple[int, int]:
    if answer is None:
        return 0, 0
    begins, ends = answer[0], answer[0] + len(answer[1])
    inside = [
        (place, one) for place, one in enumerate(offsets) if one is not None and one[1] > begins and one[0] < ends
    ]
    if not inside or inside[0][1][0] > begins or inside[-1][1][1] < ends:
        return 0, 0  # the window begins after the answer's beginning, or ends before its end
    return inside[0][0], inside[-1][0]
