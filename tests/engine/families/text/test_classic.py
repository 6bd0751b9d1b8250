"""Classic models learn what tiny data has to teach; padding changes nothing; loaders go on where they were left."""

from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.text.classic.pairs import PairMaker
from engine.families.text.classic.portable import without_packing
from engine.families.text.classic.reading_rows import UnpackedReader, read_rows
from engine.families.text.classic.seq2seq import AttentionSeq2Seq
from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.ragged import Ragged
from engine.families.text.tasks.generation import greedy
from engine.families.text.tasks.writing import PairSamples
from engine.families.text.token_arrays import TokenArray

LISTS = st.lists(st.lists(st.integers(5, 30), max_size=9), min_size=1, max_size=8)


def test_that_a_reversing_model_learns_to_reverse() -> None:
    torch.manual_seed(0)
    draw = np.random.default_rng(0)
    sources = [draw.integers(5, 9, draw.integers(1, 4)).tolist() for _ in range(100)]
    samples = PairSamples(Ragged.of(sources), Ragged.of([[*one[::-1], 3] for one in sources]), pad=0)
    model = AttentionSeq2Seq(10, begin=2, embedding_dim=16, hidden_size=24, dropout=0.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(35):
        for rows in draw.permutation(100).reshape(5, 20):
            batch = samples.batch(rows)
            labels = batch["labels"]
            given = torch.cat([torch.full((20, 1), 2), labels[:, :-1].clamp(min=0)], dim=1)
            logits = model({**batch, "decoder_ids": given})["logits"]
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten()).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        found = greedy(model, samples.batch(np.arange(60)), end=3, most=6)
    assert np.mean([ours == one[::-1] for ours, one in zip(found, sources, strict=False)]) > 0.9


def pairs_by_hand(texts: list[list[int]], window: int) -> Counter[tuple[int, int]]:
    return Counter(
        (text[place], text[near])
        for text in texts
        for place in range(len(text))
        for near in range(max(0, place - window), min(len(text), place + window + 1))
        if near != place
    )


@settings(deadline=None, max_examples=50)
@given(LISTS.filter(lambda texts: any(len(text) > 1 for text in texts)), st.integers(1, 3), st.integers(1, 7))
def test_that_pairs_stand_within_a_window_of_one_text(texts: list[list[int]], window: int, centers: int) -> None:
    maker = PairMaker(TokenArray.of(texts), 31, centers, window, subsample=0, seed=3)
    found = Counter(
        pair for batch in maker for pair in zip(batch.centers.tolist(), batch.contexts.tolist(), strict=True)
    )
    everything = pairs_by_hand(texts, window)
    assert found <= everything
    if window == 1:
        assert found == everything


def test_that_frequent_words_are_left_out_as_often_as_word2vec_does() -> None:
    words = np.random.default_rng(0).permutation([5] * 9000 + [6] * 1000).tolist()
    maker = PairMaker(TokenArray.of([words]), 7, 1000, window=1, subsample=0.1, seed=0)
    drawn = torch.cat([batch.centers for batch in maker])
    chance = [min(1.0, np.sqrt(0.1 / share) + 0.1 / share) for share in (0.9, 0.1)]
    expected = 0.9 * chance[0] / (0.9 * chance[0] + 0.1 * chance[1])
    assert float((drawn == 5).float().mean()) == pytest.approx(expected, abs=0.02)


def test_that_pairs_go_on_where_they_were_left() -> None:
    def made() -> PairMaker:
        return PairMaker(TokenArray.of([list(range(5, 25))] * 4), 25, 16, subsample=0.05, seed=4)

    whole = [batch.contexts.tolist() for batch in made()]
    first = made()
    begun = [batch.contexts.tolist() for batch in islice(iter(first), 2)]
    second = made()
    second.load_state_dict(first.state_dict())
    assert begun + [batch.contexts.tolist() for batch in second] == whole
    assert [batch.contexts.tolist() for batch in second] != whole  # the next epoch has a chance of its own


def test_that_words_in_like_places_become_neighbours() -> None:
    torch.manual_seed(0)
    draw = np.random.default_rng(0)
    groups = ([5, 6, 7], [8, 9, 10], [11, 12, 13])
    texts = [draw.choice(groups[place % 3], 6).tolist() for place in range(300)]
    maker = PairMaker(TokenArray.of(texts), 14, 200, window=3, subsample=0, seed=0)
    model = SkipGram(maker.counts, dim=8)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.3)
    with torch.sparse.check_sparse_tensor_invariants(enable=False):
        for _ in range(6):
            for batch in maker:
                optimizer.zero_grad()
                model.loss(batch).backward()
                optimizer.step()
    assert {word for word, _ in model.neighbours(5, 2)} == {6, 7}
    assert model.similarity(8, 9) > model.similarity(8, 12)


def test_that_shared_negatives_expect_the_loss_of_single_ones() -> None:
    torch.manual_seed(0)
    counts = torch.tensor([0, 3, 5, 2])
    model = SkipGram(counts, dim=4, negatives=5, shared=20_000)
    torch.nn.init.normal_(model.contexts.weight)
    torch.nn.init.normal_(model.vectors.weight)
    maker = PairMaker(TokenArray.of([[1, 2], [3, 2]]), 4, 4, window=1, subsample=0)
    (batch,) = list(maker)
    noise = counts.double().pow(0.75) / counts.double().pow(0.75).sum()
    vectors, contexts = model.vectors.weight.double(), model.contexts.weight.double()
    false = torch.nn.functional.softplus(vectors[batch.centers] @ contexts.T) @ noise
    true = torch.nn.functional.softplus(-(vectors[batch.centers] * contexts[batch.contexts]).sum(1))
    assert float(model.loss(batch).detach()) == pytest.approx(float((true + 5 * false).mean().detach()), rel=0.02)


@pytest.mark.parametrize("kind", [torch.nn.LSTM, torch.nn.GRU])
@pytest.mark.parametrize(("layers", "bidirectional"), [(2, True), (1, True), (2, False)])
def test_that_rows_read_unpacked_tell_what_they_tell_packed(kind: Any, layers: int, bidirectional: bool) -> None:
    torch.manual_seed(0)
    reader = kind(3, 4, layers, batch_first=True, bidirectional=bidirectional)
    vectors, lengths = torch.randn(6, 9, 3), torch.tensor([9, 1, 4, 9, 2, 7])
    with torch.no_grad():
        for packed, unpacked in zip(
            read_rows(reader, vectors, lengths), read_rows(UnpackedReader(reader), vectors, lengths), strict=True
        ):
            torch.testing.assert_close(unpacked, packed, atol=1e-6, rtol=0)


@pytest.mark.parametrize("layers", [1, 2])
def test_that_the_form_of_a_writer_for_files_scores_as_it_does(layers: int) -> None:
    torch.manual_seed(0)
    model = AttentionSeq2Seq(20, begin=2, embedding_dim=6, hidden_size=7, layers=layers).eval()
    mask = torch.arange(8) < torch.tensor([[8], [3], [0], [1]])
    batch = {"input_ids": torch.randint(20, (4, 8)), "mask": mask, "decoder_ids": torch.randint(20, (4, 5))}
    with torch.no_grad():
        torch.testing.assert_close(without_packing(model)(batch), model(batch), atol=1e-6, rtol=0)
