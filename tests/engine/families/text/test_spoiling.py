"""Texts are spoilt by the shares that are asked for; long contexts are cut so that every answer is found again."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.text.encoder import TextEncoder
from engine.families.text.tasks.noise import infilled, permuted, sentence_ends, spoilt
from engine.families.text.tasks.tagging import tagged_samples
from engine.families.text.tasks.windows import best_spans, windows_of
from engine.families.text.tokenizing import train_tokenizer
from engine.spec import DenoisingSpec
from engine.spec.nlp import TokenizerSpec

MASK, END = 4, 9
WORDS = [f"word{place}" for place in range(30)]


def encoder(kind: str = "wordpiece", longest: int = 16) -> TextEncoder:
    spec = TokenizerSpec(kind=kind, vocabulary=300, min_frequency=1)  # type: ignore[arg-type]
    return TextEncoder(train_tokenizer([[" ".join(WORDS), "who is it"]], spec).tokenizer, longest)


@given(st.integers(1, 60), st.floats(0, 0.9), st.integers(0, 99))
def test_that_spans_hide_their_share_and_keep_the_rest_in_order(count: int, share: float, seed: int) -> None:
    ids = np.arange(10, 10 + count)
    found = infilled(ids, share, 3.0, MASK, np.random.default_rng(seed))
    kept = found[found != MASK]
    assert (np.diff(kept) > 0).all()
    assert len(kept) == count - round(count * share)


def test_that_sentences_change_places_whole() -> None:
    ids = np.array([1, 2, END, 3, END, 5])
    found = {tuple(permuted(ids, np.array([END]), np.random.default_rng(seed)).tolist()) for seed in range(40)}
    assert len(found) == 6 and all(sorted(one) == sorted(ids.tolist()) for one in found)


def test_that_deletion_and_masking_take_their_shares() -> None:
    ids = np.full(10_000, 7)
    wish = DenoisingSpec(infilling=0, masking=0.2, deletion=0.5)
    found = spoilt(ids, wish, MASK, np.array([END]), np.random.default_rng(0))
    assert len(found) == pytest.approx(5_000, abs=150)
    assert float((found == MASK).mean()) == pytest.approx(0.2, abs=0.02)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 29), st.integers(0, 2), st.integers(0, 20))
def test_that_an_answer_is_found_again_in_some_window(first: int, more: int, stride: int) -> None:
    own = _ENCODER
    context = " ".join(WORDS)
    answer = " ".join(WORDS[first : first + more + 1])
    start = context.find(answer + (" " if answer in WORDS else ""))
    start = context.find(answer) if start < 0 else start
    windows = windows_of(own, ["who is it"], [context], stride, [(start, start + len(answer))], torch.device("cpu"))
    assert int(windows.lengths.max()) <= own.max_length
    told = {
        context[windows.place(place, begin)[0] : windows.place(place, end)[1]].strip()
        for place, (begin, end) in enumerate(windows.span.tolist())
        if begin
    }
    assert told <= {answer}
    assert told or stride < more + 1


_ENCODER = encoder(longest=24)


def test_that_the_best_span_lies_within_the_context_and_runs_forward() -> None:
    start, end = torch.zeros(1, 6), torch.zeros(1, 6)
    start[0, 1] = start[0, 4] = 9.0  # 1 is of the question
    end[0, 3], end[0, 5] = 8.0, 5.0
    found = best_spans(start, end, torch.tensor([[False, False, True, True, True, True]]))
    assert (found.begin[0], found.end[0], found.score[0]) == (4, 5, 14.0)


@pytest.mark.parametrize("kind", ["wordpiece", "bpe", "byte-bpe", "unigram", "words", "characters"])
def test_that_every_token_has_its_first_piece(kind: str) -> None:
    tokens = ["word1", "is", "word12", "(word3)", "it"]
    own = encoder(kind, 64)
    samples = tagged_samples(own, [tokens], [[0, 1, 2, 3, 4]], torch.device("cpu"))
    batch = samples.batch(np.array([0]))
    firsts, labels = batch["firsts"][0].tolist(), batch["labels"][0].tolist()
    assert [one for one in firsts if one >= 0] == [0, 1, 2, 3, 4] == [one for one in labels if one >= 0]
    assert all((one < 0) == (label < 0) for one, label in zip(firsts, labels, strict=True))


def test_that_sentences_end_in_chinese_too_where_tokens_are_bytes() -> None:
    spec = TokenizerSpec(kind="byte-bpe", vocabulary=300, min_frequency=1)
    tokenizer = train_tokenizer([["山水。人天。 Fine. Over!"] * 3], spec).tokenizer
    ends = sentence_ends(tokenizer)
    found = tokenizer("水。人天！ yes. no")["input_ids"]
    assert [tokenizer.decode([one]).strip()[-1:] for one in found if one in ends] == ["。", "."]
