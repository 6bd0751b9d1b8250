"""Beam search keeps what transformers' own keeps, and with enough beams the best of all texts."""

from collections.abc import Callable
from itertools import product

import pytest
import torch

from engine.families.text.beams import search
from engine.families.text.classic.seq2seq import AttentionSeq2Seq
from engine.families.text.generating import banned_of, beginning
from engine.families.text.language_beams import continuations
from engine.families.text.tasks.generation import beams, greedy
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import TransformersNetwork
from engine.families.text.typed import answer_of
from engine.runs.texts import Decoding
from engine.training.failures import RunFailed
from engine.training.randomness import generator

Models = Callable[[str], TrainedText]
END = 0


class Chain:
    """Writes by a table: what comes next depends on the token before alone."""

    def __init__(self, size: int, seed: int) -> None:
        self.table = torch.randn(size, size, generator=generator(seed, 0), dtype=torch.float64) * 2
        self.rows = torch.zeros(1, dtype=torch.long)

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        self.rows = ids
        return self.table[ids]

    def select(self, rows: torch.Tensor) -> None:
        self.rows = self.rows[rows]

    def total(self, ids: tuple[int, ...]) -> float:
        chances = self.table.log_softmax(1)
        return float(sum(chances[before, now] for before, now in zip((1, *ids), ids, strict=False)))


@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.0])
def test_that_with_enough_beams_the_best_of_all_texts_is_found(penalty: float) -> None:
    chain, tokens = Chain(3, 4), 4
    texts = [(*ids, END) for length in range(tokens) for ids in product((1, 2), repeat=length)]
    texts += [*product((1, 2), repeat=tokens)]
    best = max(texts, key=lambda ids: chain.total(ids) / len(ids) ** penalty)
    decoding = Decoding(tokens=tokens, beams=32, length_penalty=penalty)
    found = search(chain.table[1:2], chain, END, decoding)
    assert (*found[0].ids, *([END] if found[0].ended else [])) == best
    assert found[0].total == pytest.approx(chain.total(best))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_that_an_early_end_is_taken_and_a_stop_keeps_what_is_there() -> None:
    chain = Chain(6, 1)
    early = search(chain.table[1:2], chain, END, Decoding(tokens=30, beams=3, early_stopping=True))
    whole = search(chain.table[1:2], chain, END, Decoding(tokens=30, beams=3))
    assert len(early) == len(whole) == 3 and early[0].score <= whole[0].score
    stopped = search(chain.table[1:2], chain, None, Decoding(tokens=30, beams=3), cancelled=lambda: True)
    assert len(stopped) == 3 and all(len(one.ids) == 1 and not one.ended for one in stopped)
    chain.table[1, 2] = torch.nan
    with pytest.raises(RunFailed, match="not a number"):
        search(chain.table[1:2], chain, END, Decoding(beams=2))


def by_the_library(network: torch.nn.Module, decoding: Decoding, **given: object) -> list[tuple[list[int], float]]:
    """Return ids and scores of transformers' own beam search."""
    made = network.generate(  # type: ignore[operator]
        **given,
        num_beams=decoding.beams,
        num_return_sequences=decoding.beams,
        max_new_tokens=decoding.tokens,
        length_penalty=decoding.length_penalty,
        early_stopping=decoding.early_stopping,
        do_sample=False,
        return_dict_in_generate=True,
        output_scores=True,
    )
    return list(zip(made.sequences.tolist(), made.sequences_scores.tolist(), strict=True))


SETTINGS = [
    Decoding(tokens=8, beams=4),
    Decoding(tokens=8, beams=3, length_penalty=-1.0),
    Decoding(tokens=8, beams=5, length_penalty=2.0, early_stopping=True),
]


@pytest.mark.parametrize("decoding", SETTINGS)
def test_that_a_causal_model_keeps_what_transformers_keeps(model_of: Models, decoding: Decoding) -> None:
    model = model_of("gpt")
    assert isinstance(model.network, TransformersNetwork)
    given = beginning(model.encoder, "the film")
    found, notes = continuations(model, "the film", decoding)
    end = model.encoder.tokenizer.eos_token_id
    theirs = by_the_library(
        model.network.model,
        decoding,
        input_ids=torch.tensor([given]),
        attention_mask=torch.ones(1, len(given), dtype=torch.long),
        suppress_tokens=banned_of(model.encoder).tolist(),
        eos_token_id=end,
        pad_token_id=model.encoder.pad,
    )
    read = model.encoder.tokenizer.decode
    assert [one.text.split() for one in found] == [
        read(ids[len(given) :], skip_special_tokens=True).split() for ids, _ in theirs
    ]
    assert [one.score for one in found] == pytest.approx([score for _, score in theirs], abs=1e-4)
    assert notes == ()


@pytest.mark.parametrize("decoding", SETTINGS)
def test_that_an_encoder_decoder_keeps_what_transformers_keeps(decoding: Decoding) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    config = T5Config(vocab_size=12, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2, decoder_start_token_id=0)
    network = T5ForConditionalGeneration(config).eval()
    ids = torch.tensor([[3, 4, 5, 6]])
    found = beams(TransformersNetwork(network), {"input_ids": ids, "mask": torch.ones_like(ids).bool()}, 1, decoding)
    theirs = by_the_library(network, decoding, input_ids=ids, attention_mask=torch.ones_like(ids))
    assert [list(one.ids) for one in found] == [[part for part in made[1:] if part > 1] for made, _ in theirs]
    assert [one.score for one in found] == pytest.approx([score for _, score in theirs], abs=1e-4)


@torch.no_grad()
def test_that_one_beam_of_our_own_encoder_decoder_is_the_likeliest_token_each_time() -> None:
    torch.manual_seed(0)
    network = AttentionSeq2Seq(10, begin=2, embedding_dim=8, hidden_size=8).eval()
    ids = torch.tensor([[5, 6, 7]])
    batch = {"input_ids": ids, "mask": torch.ones_like(ids).bool()}
    (plain,) = greedy(network, batch, 3, 6)
    (alone,) = beams(network, batch, 3, Decoding(tokens=6))
    assert list(alone.ids) == plain
    found = beams(network, batch, 3, Decoding(tokens=6, beams=4))
    assert len({one.ids for one in found}) == 4 and found[0].score >= alone.score - 1e-6
    ids_of_best = [*found[0].ids, *([3] if found[0].ended else [])]
    again = network({**batch, "decoder_ids": torch.tensor([[2, *ids_of_best[:-1]]])})["logits"][0].log_softmax(1)
    total = sum(float(again[place, token]) for place, token in enumerate(ids_of_best))
    assert found[0].total == pytest.approx(total, abs=1e-4)


def test_that_a_recurrent_model_answers_with_its_beams(model_of: Models) -> None:
    heard: list[str] = []
    answer = answer_of(model_of("lstm"), "the film", None, Decoding(tokens=6, beams=3), heard=heard.append)
    assert answer.continuation == answer.beams[0].text and len(answer.beams) == 3
    assert len({one.text for one in answer.beams}) == 3
    alone = answer_of(model_of("lstm"), "the film", None, Decoding(tokens=6, greedy=True))
    assert alone.beams == () and alone.continuation is not None


def test_that_a_search_ends_where_the_model_looks_no_further(model_of: Models) -> None:
    found, notes = continuations(model_of("gpt"), "the film was fine and " * 8, Decoding(tokens=40, beams=2))
    assert found and "Only the last 8 tokens" in notes[0] and "16 tokens at most" in notes[1]
