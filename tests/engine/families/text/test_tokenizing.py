"""Tokenizers of every kind are trained, saved, loaded and give their text back; ids are made once and mapped."""

import json
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets import import_file
from engine.families.text import token_cache
from engine.families.text.encoding import PlainEncoder
from engine.families.text.token_arrays import write_tokens
from engine.families.text.token_cache import column_tokens
from engine.families.text.tokenizing import load_tokenizer, save_tokenizer, train_tokenizer
from engine.spec.nlp import TokenizerKind, TokenizerSpec
from engine.training.failures import RunFailed

TEXTS = ["The cat sat on the mat.", "the dog sat too", "שלום עולם", "猫坐在垫子上 😀", "a very very long story"] * 3
KINDS: list[TokenizerKind] = ["wordpiece", "bpe", "byte-bpe", "unigram", "words", "characters"]


def trained(kind: TokenizerKind = "words", **settings: object):
    spec = TokenizerSpec.model_validate({"kind": kind, "vocabulary": 400, "min_frequency": 1, **settings})
    return train_tokenizer([TEXTS], spec).tokenizer


def encoded(texts: list[list[int]]):
    return np.array([one for text in texts for one in text], np.int32), np.array(
        [len(text) for text in texts], np.int64
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lowercase", [True, False])
def test_that_words_which_are_looked_up_give_the_librarys_ids(kind: TokenizerKind, lowercase: bool) -> None:
    made = trained(kind, lowercase=lowercase, special_tokens=("<|user|>",))
    encode = PlainEncoder(made)
    pieces = [
        "The",
        "cat",
        " ",
        " ",
        "  ",
        "\n",
        "\t",
        "mat.",
        "don't",
        "סוף",
        "猫",
        "é",
        "e\u0301",
        "\u0301",
        "[MASK]",
    ]
    pieces += ["<|user|>", "…", "´", "\u00a0", "\u200b", "\x1c", "ΣΑΣ", "😀", "12", "▁", "\0"]

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(st.sampled_from(pieces), max_size=8).map("".join), max_size=6))
    def whatever_is_written(texts: list[str]) -> None:
        ids, lengths = encode(texts)
        expected = [one.ids for one in made.backend_tokenizer.encode_batch(texts, add_special_tokens=False)]
        assert [part.tolist() for part in np.split(ids, np.cumsum(lengths)[:-1])][: len(texts)] == expected

    whatever_is_written()


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_trained_tokenizer_comes_back_from_its_folder(tmp_path: Path, kind: TokenizerKind) -> None:
    made = trained(kind)
    save_tokenizer(made, tmp_path)
    back = load_tokenizer(tmp_path)
    assert back(TEXTS)["input_ids"] == made(TEXTS)["input_ids"]
    assert [back.pad_token_id, back.unk_token_id, back.cls_token_id, back.sep_token_id, back.mask_token_id] == [
        0,
        1,
        2,
        3,
        4,
    ]
    first = back("the dog sat too")["input_ids"]
    assert (first[0], first[-1]) == (back.cls_token_id, back.sep_token_id)
    assert back.decode(first, skip_special_tokens=True) == "the dog sat too"


def test_that_bytes_know_every_text() -> None:
    made = trained("byte-bpe", lowercase=False)

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
    def whatever_is_written(text: str) -> None:
        import unicodedata

        plain = unicodedata.normalize("NFC", text)
        ids = PlainEncoder(made)([plain])[0]
        assert made.decode(ids) == plain

    whatever_is_written()


def test_that_upper_case_is_kept_where_it_is_wanted() -> None:
    assert trained(lowercase=True).tokenize("The") == ["the"]
    assert trained(lowercase=False).tokenize("The") == ["The"]


def test_that_special_tokens_of_ones_own_are_never_split() -> None:
    assert "<|user|>" in trained("wordpiece", special_tokens=("<|user|>",)).tokenize("cat<|user|>dog")


def test_that_a_vocabulary_larger_than_the_corpus_is_told() -> None:
    (note,) = train_tokenizer([TEXTS], TokenizerSpec(kind="words", vocabulary=5000, min_frequency=1)).notes
    assert note.startswith("The text gives ") and "fewer than the 5,000" in note


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_corpus_without_text_is_refused(kind: TokenizerKind) -> None:
    with pytest.raises(RunFailed, match="no text to train a tokenizer on"):
        train_tokenizer([["", "  "]], TokenizerSpec(kind=kind, vocabulary=300))


def test_that_one_endless_word_does_not_stop_a_tokenizer_from_being_trained() -> None:
    made = train_tokenizer([["ab" * 60_000]], TokenizerSpec(kind="bpe", vocabulary=40)).tokenizer
    assert len(PlainEncoder(made)(["ab" * 200])[0]) < 200


def test_that_a_folder_without_a_tokenizer_or_with_a_broken_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match=r"no tokenizer\.json"):
        load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"model": 3}', encoding="utf-8")
    with pytest.raises(RunFailed, match="is not a tokenizer, or it is damaged"):
        load_tokenizer(tmp_path)


def test_that_a_folder_that_asks_for_code_of_its_own_is_read_without_it(tmp_path: Path) -> None:
    save_tokenizer(trained(), tmp_path)
    (tmp_path / "evil.py").write_text("raise SystemExit('code ran')", encoding="utf-8")
    config = tmp_path / "tokenizer_config.json"
    asked = json.loads(config.read_text(encoding="utf-8")) | {"auto_map": {"AutoTokenizer": ["evil.Evil", None]}}
    config.write_text(json.dumps(asked), encoding="utf-8")
    assert load_tokenizer(tmp_path).tokenize("the cat") == ["the", "cat"]


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=6), max_size=6))
def test_that_ids_come_back_from_disk(tmp_path_factory: pytest.TempPathFactory, texts: list[list[int]]) -> None:
    folder = tmp_path_factory.mktemp("ids") / "array"
    array = write_tokens(
        [[str(place) for place in range(len(texts))]], lambda some: encoded([texts[int(one)] for one in some]), folder
    )
    assert [array.text(place).tolist() for place in range(len(array))] == texts
    assert array.lengths.tolist() == [len(text) for text in texts]


def test_that_a_column_is_tokenised_once_for_each_tokenizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n".join(TEXTS), encoding="utf-8")
    dataset = import_file(tmp_path, file).id
    heard: list[int] = []
    first = column_tokens(tmp_path, dataset, "text", trained(), heard.append)
    wanted = first.ids.tolist()
    assert heard == [len(TEXTS)] and isinstance(first.ids, np.memmap)
    again = column_tokens(tmp_path, dataset, "text", trained(), heard.append)
    assert len(heard) == 1 and again.ids.tolist() == wanted
    column_tokens(tmp_path, dataset, "text", trained("characters"), heard.append)
    assert len(heard) == 2
    for ids in (tmp_path / token_cache.FOLDER).glob("*/ids.npy"):
        ids.write_bytes(b"damaged")
    assert column_tokens(tmp_path, dataset, "text", trained(), heard.append).ids.tolist() == wanted


def test_that_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="cancelled"):
        write_tokens(
            [["a"]], lambda texts: encoded([[1] for _ in texts]), tmp_path / "kept" / "x", cancelled=lambda: True
        )
    assert not list((tmp_path / "kept").iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_same_texts_give_the_same_tokenizer(kind: TokenizerKind) -> None:
    texts = [text.replace("1", str(number)) for number, text in enumerate(topics["assert"].splitlines())]
    spec = TokenizerSpec(kind=kind, vocabulary=100, lowercase=False)
    made = {train_tokenizer([texts], spec).tokenizer.backend_tokenizer.to_str() for _ in range(4)}
    assert len(made) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_corpus_own_mark_of_unknown_words_stands_for_them(kind: TokenizerKind, tmp_path: Path) -> None:
    made = trained(kind, special_tokens=("<unk>", "<|user|>"))
    save_tokenizer(made, tmp_path)
    for one in (made, load_tokenizer(tmp_path)):
        assert one.unk_token == "<unk>" and one.unk_token_id == 1 and "[UNK]" not in one.get_vocab()
        assert 1 in one("the <unk> sat", add_special_tokens=False)["input_ids"]
        assert one.pad_token == "[PAD]" and "<|user|>" in one.get_vocab()


def test_that_begin_and_end_may_have_the_corpus_own_names() -> None:
    made = trained(special_tokens=("</s>", "<s>"))
    assert made("the cat")["input_ids"][0] == made.convert_tokens_to_ids("<s>") == made.bos_token_id
    assert made("the cat")["input_ids"][-1] == made.convert_tokens_to_ids("</s>") == made.eos_token_id


@pytest.mark.parametrize("kind", KINDS)
def test_that_special_tokens_in_the_corpus_are_no_words_of_it(kind: TokenizerKind) -> None:
    spec = TokenizerSpec(kind=kind, vocabulary=400, min_frequency=1, special_tokens=("<unk>",))
    made = train_tokenizer([["the <unk> sat", "a <unk>, too"]], spec).tokenizer
    assert sorted(made.get_vocab().values()) == list(range(len(made)))
    assert not any("unk" in one for one in made.get_vocab() if one != "<unk>")
