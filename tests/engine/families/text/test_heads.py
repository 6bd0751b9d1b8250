"""What heads are fed: hidden places, aligned tags, windows over contexts, noise, and batches of like lengths."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.text.heads import IGNORED
from engine.families.text.heads.collating import answers_batch, choices_batch, sequences_batch, tags_batch
from engine.families.text.heads.denoising import Noise, corrupt
from engine.families.text.heads.features import answer_features, tag_features
from engine.families.text.heads.masking import Vocabulary, mask_tokens
from engine.families.text.heads.packing import blocks, bucketed, padding_share
from engine.families.text.tokenizing import train_tokenizer
from engine.spec.nlp import TokenizerSpec

VOCABULARY = Vocabulary(size=50, mask=4, special=(0, 1, 2, 3, 4))


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def tokenizer():
    text = "the unbelievable tower of paris stands in the city of paris and it is tall"
    return train_tokenizer([[text]], TokenizerSpec(kind="wordpiece", vocabulary=62, min_frequency=1)).tokenizer


def test_that_a_share_of_tokens_is_hidden_as_bert_does() -> None:
    ids = torch.randint(5, 50, (200, 100), generator=chance(1))
    ids[:, 0] = 2
    found = mask_tokens(ids, VOCABULARY, chance())
    hidden = found.labels != IGNORED
    assert float(hidden.float().mean()) == pytest.approx(0.15, abs=0.01)
    assert not hidden[:, 0].any()
    assert torch.equal(found.labels[hidden], ids[hidden]) and torch.equal(found.ids[~hidden], ids[~hidden])
    assert float((found.ids[hidden] == 4).float().mean()) == pytest.approx(0.8, abs=0.03)
    assert float((found.ids[hidden] == ids[hidden]).float().mean()) == pytest.approx(0.1, abs=0.03)


def test_that_every_row_with_a_token_has_one_hidden() -> None:
    ids = torch.tensor([[2, 7, 3], [2, 3, 0]])
    found = mask_tokens(ids, VOCABULARY, chance(), share=0.0)
    assert (found.labels != IGNORED).tolist() == [[False, True, False], [False, False, False]]


def test_that_whole_words_are_hidden() -> None:
    words = torch.tensor([[-1, 0, 0, 0, 1, 2, 2, -1]]).repeat(300, 1)
    ids = torch.tensor([[2, 5, 6, 7, 8, 9, 10, 3]]).repeat(300, 1)
    hidden = mask_tokens(ids, VOCABULARY, chance(), share=0.4, words=words).labels != IGNORED
    for word in range(3):
        its = hidden[:, (words[0] == word).nonzero()[:, 0]]
        assert torch.equal(its.all(1), its.any(1)) and 0.3 < float(its.float().mean()) < 0.7
    assert not hidden[:, [0, -1]].any()


TEXT = st.lists(st.integers(5, 40), min_size=1, max_size=30)


@given(TEXT, st.sampled_from(["infilling", "masking", "deletion", "permutation"]), st.integers(0, 99))
def test_that_noise_only_takes_away_hides_or_moves(ids: list[int], noise: Noise, seed: int) -> None:
    found = corrupt(ids, noise, mask=4, source=chance(seed), ends=(5, 6))
    assert found
    if noise == "permutation":
        assert sorted(found) == sorted(ids)
    if noise == "masking":
        assert all(one in (4, token) for one, token in zip(found, ids, strict=True))
    if noise in {"infilling", "deletion"}:
        rest = iter(ids)
        assert all(token in rest for token in found if token != 4)  # what stays keeps its order
    if noise == "infilling":
        gone = len(ids) - sum(token != 4 for token in found)
        assert gone == round(len(ids) * 0.3)


def test_that_tags_stand_at_the_first_piece_of_their_words(tokenizer) -> None:
    (feature,) = tag_features(tokenizer, [["the", "unbelievable", "tower"]], [[7, 8, 9]], 64)
    assert [label for label in feature.labels if label != IGNORED] == [7, 8, 9]
    assert feature.labels[0] == feature.labels[-1] == IGNORED
    assert len(feature.ids) == len(feature.labels) == len(feature.words)
    assert 1 not in feature.ids and len(feature.ids) > 5
    (cut,) = tag_features(tokenizer, [["the", "unbelievable", "tower"]], [[7, 8, 9]], 3)
    assert cut.labels == [IGNORED, 7, IGNORED]
    batch = tags_batch([feature, cut], 0)
    assert batch["labels"].shape == batch["input_ids"].shape and batch["attention_mask"][1].sum() == 3


def test_that_an_answer_is_found_in_some_window_and_marked_absent_in_others(tokenizer) -> None:
    context = "the tower of paris stands in the city of paris and it is unbelievable tall"
    start = context.index("unbelievable")
    features = answer_features(tokenizer, ["it is tall"], [context], [(start, "unbelievable")], 20, 4)
    assert len(features) > 1 and all(len(one.ids) <= 20 for one in features)
    holding = [one for one in features if one.start]
    assert holding and features[0].start == features[0].end == 0
    for one in holding:
        first, last = one.offsets[one.start], one.offsets[one.end]
        assert first is not None and last is not None and context[first[0] : last[1]] == "unbelievable"
    (never,) = answer_features(tokenizer, ["it"], ["the city"], [None], 40, 6)
    assert (never.start, never.end) == (0, 0)
    batch = answers_batch(features, 0)
    assert batch["start_positions"].shape == (len(features),) and batch["token_type_ids"].max() == 1


def test_that_choices_and_sequences_are_padded_alike() -> None:
    batch = choices_batch([[[5, 6], [5]], [[7], [8, 9, 9]]], 0, torch.tensor([0, 1]))
    assert batch["input_ids"].shape == (2, 2, 3) and batch["attention_mask"].sum() == 7
    assert sequences_batch([[5]], [[6, 7]], 0)["labels"].tolist() == [[6, 7]]
    assert sequences_batch([[5], [5]], [[6, 7], [6]], 0)["labels"].tolist() == [[6, 7], [6, IGNORED]]


def test_that_a_stream_is_packed_into_equal_blocks() -> None:
    assert blocks(torch.arange(7), 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="fewer than one block"):
        blocks(torch.arange(2), 3)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=200), st.integers(1, 9), st.integers(0, 5))
def test_that_every_text_comes_once_an_epoch(lengths: list[int], size: int, epoch: int) -> None:
    batches = bucketed(np.array(lengths), size, seed=3, epoch=epoch)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert max(map(len, batches)) <= size
    again = bucketed(np.array(lengths), size, seed=3, epoch=epoch)
    assert [one.tolist() for one in again] == [one.tolist() for one in batches]


def test_that_texts_of_like_length_waste_little_padding() -> None:
    lengths = np.random.default_rng(0).integers(5, 120, 2000)
    plain = [np.arange(at, at + 16) for at in range(0, 2000, 16)]
    assert padding_share(lengths, plain) > 0.4
    assert padding_share(lengths, bucketed(lengths, 16, 0, 0)) < 0.05
