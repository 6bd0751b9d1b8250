"""Models go on with texts and fill masks in: as they are told, the same again with the same seed, however long."""

from collections.abc import Callable

import pytest
import torch

from engine.families.text.generating import chosen, context_of, fill_masks, filled, go_on, go_on_from, readable
from engine.families.text.language_samples import of_language
from engine.families.text.trained import TrainedText
from engine.runs.texts import Decoding
from engine.training.failures import RunFailed
from engine.training.randomness import generator

Models = Callable[[str], TrainedText]
GREEDY = Decoding(tokens=6, greedy=True)
LOGITS = torch.tensor([0.1, 3.0, 2.0, -1.0, 2.5]).log_softmax(0)


def drawn(decoding: Decoding, count: int = 300) -> set[int]:
    chance = generator(0, 0)
    return {chosen(LOGITS.clone(), decoding, chance) for _ in range(count)}


def test_that_only_the_tokens_that_a_setting_leaves_are_drawn() -> None:
    assert drawn(Decoding(greedy=True)) == {1}
    assert drawn(Decoding(top_k=2)) == {1, 4}
    assert drawn(Decoding(temperature=0.01)) == {1}
    assert drawn(Decoding(temperature=50)) == {0, 1, 2, 3, 4}
    shares = LOGITS.exp().sort(descending=True).values
    assert drawn(Decoding(top_p=float(shares[0]) + 0.01)) == {1, 4}


def test_that_logits_which_are_no_numbers_are_refused() -> None:
    with pytest.raises(RunFailed, match="not a number"):
        chosen(torch.tensor([0.0, float("nan")]), Decoding(), generator(0, 0))


@pytest.mark.parametrize("kind", ["gpt", "lstm"])
def test_that_a_text_is_gone_on_with_as_the_whole_model_would(model_of: Models, kind: str) -> None:
    model = model_of(kind)
    given = model.encoder.encode(["the film was"])[0].values.tolist()
    found, special = (
        [*given],
        sorted({*model.encoder.tokenizer.all_special_ids} - {model.encoder.tokenizer.eos_token_id}),
    )
    with torch.no_grad():
        for _ in range(GREEDY.tokens):
            ids = torch.tensor([found])
            batch = {"input_ids": ids, "mask": torch.ones_like(ids, dtype=torch.bool)}
            logits = (model.network(batch)["logits"] if kind == "gpt" else model.network(ids)[0])[0, -1]
            logits[special] = -torch.inf
            found.append(int(logits.argmax()))
            if found[-1] == model.encoder.tokenizer.eos_token_id:
                break
    made = go_on(model, "the film was", GREEDY)
    assert [*given, *made.ids] == found[: len(given) + len(made.ids)]
    assert made.ended == (found[-1] == model.encoder.tokenizer.eos_token_id)


@pytest.mark.parametrize("kind", ["gpt", "lstm"])
def test_that_a_seed_draws_the_same_again_and_moves_no_other_source_of_chance(model_of: Models, kind: str) -> None:
    model, decoding = model_of(kind), Decoding(tokens=12, temperature=3.0, top_p=0.95)
    before = torch.get_rng_state()
    made = [go_on(model, "the film", decoding.model_copy(update={"seed": seed})).ids for seed in (0, 0, 1)]
    assert made[0] == made[1] != made[2]
    assert torch.equal(before, torch.get_rng_state())


def test_that_a_text_longer_than_the_context_is_gone_on_with_and_told(model_of: Models) -> None:
    model = model_of("gpt")
    assert context_of(model) == 16
    given = model.encoder.tokenizer.backend_tokenizer.encode("the film was fine and " * 8).ids
    made = go_on_from(model, given, Decoding(tokens=30, temperature=2.0))
    assert made.ids
    assert "forgot" in made.notes[0]
    assert not go_on_from(model, given[:4], GREEDY).notes


def test_that_masks_get_their_likeliest_tokens(model_of: Models) -> None:
    model = model_of("bert")
    ids = model.encoder.encode(["the [MASK] was [MASK]"])[0].values
    blanks = fill_masks(model, ids, count=3)
    assert len(blanks) == 2
    for one in blanks:
        assert len(one) == 3
        assert 1 > one[0].probability >= one[1].probability >= one[2].probability > 0
    said = readable(model.encoder, filled(model, ids))
    assert said.split()[1] == blanks[0][0].label or blanks[0][0].label.startswith("##")
    assert readable(model.encoder, ids) == "the [MASK] was [MASK]"


def test_that_a_model_of_another_kind_says_what_it_cannot_do(model_of: Models) -> None:
    with pytest.raises(RunFailed, match="goes on"):
        go_on(model_of("bert"), "the", GREEDY)
    with pytest.raises(RunFailed, match="fills masks"):
        fill_masks(model_of("gpt"), torch.tensor([4]))


def test_that_words_which_a_model_does_not_know_are_seen_in_what_it_is_shown_going_on_with(model_of: Models) -> None:
    model = model_of("lstm")
    (sample,) = of_language(lambda: model, ["the zebra was fine and the zebra too"])()
    assert (sample.given, sample.wanted) == ("the [UNK] was fine", "and the [UNK] too")
    assert "[UNK]" not in sample.made
