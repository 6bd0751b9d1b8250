"""Corpora: running text is cut in its order, and what takes long with much of it is done once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import datasets
from engine.catalog import new_text, with_value
from engine.families.text import corpus as corpora
from engine.families.text import corpus_tokens
from engine.families.text.corpus import read_corpus
from engine.families.text.corpus_tokens import heard_by
from engine.families.text.tokenizing import train_tokenizer
from engine.runs import RunStore
from engine.spec import DataSpec, RunSpec
from engine.spec.nlp import TokenizerKind, TokenizerSpec
from engine.training.failures import Stopped
from engine.training.recorder import Recorder

TRAINED = """
import json, sys
from engine.families.text.tokenizing import train_tokenizer
from engine.spec.nlp import TokenizerSpec
kinds, texts = json.loads(sys.stdin.read())
for kind in kinds:
    spec = TokenizerSpec(kind=kind, vocabulary=400)
    print(train_tokenizer([texts], spec).tokenizer.backend_tokenizer.to_str().encode().hex())
"""


@pytest.fixture
def spec(tmp_path: Path) -> RunSpec:
    """A language model on 40 lines of a file, one of them blank in a table."""
    file = tmp_path / "book.csv"
    lines = ["text", *(f'"line {place}, after line {place - 1}"' if place != 7 else '"  "' for place in range(40))]
    file.write_text("\n".join(lines), encoding="utf-8")
    sample = datasets.import_file(tmp_path, file)
    return new_text(DataSpec(dataset=sample.id, name="book"), "rnn-lm", types={"text": "text"})


def test_that_tokenizers_are_the_same_from_one_process_to_the_next() -> None:
    draw = np.random.default_rng(0)
    letters = [chr(code) for code in (*range(97, 123), *range(0x4E00, 0x4E00 + 300), 0x130, 0x3A3)]
    texts = [" ".join("".join(draw.choice(letters, 3)) for _ in range(6)) + ", end." for _ in range(300)]
    kinds: list[TokenizerKind] = ["wordpiece", "bpe", "byte-bpe", "words", "characters"]
    own = [TokenizerSpec(kind=kind, vocabulary=400) for kind in kinds]
    mine = [train_tokenizer([texts], one).tokenizer.backend_tokenizer.to_str() for one in own]
    elsewhere = {**os.environ, "PYTHONHASHSEED": "1", "TOKENIZERS_PARALLELISM": "true"}
    called = [sys.executable, "-W", "ignore", "-c", TRAINED]
    asked = json.dumps([kinds, texts])
    told = subprocess.run(called, input=asked, capture_output=True, text=True, env=elsewhere, check=True).stdout
    assert [bytes.fromhex(one).decode() for one in told.split()] == mine
    pieces = json.loads(mine[0])
    assert any(one.startswith("##") for one in pieces["model"]["vocab"])
    assert [one["content"] for one in pieces["added_tokens"]] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def test_that_running_text_is_cut_in_its_order(tmp_path: Path, spec: RunSpec) -> None:
    assert spec.split.kind == "order"
    corpus = read_corpus(tmp_path, spec)
    fold = corpus.folds[0]
    assert [fold.train[0], fold.train[-1], fold.valid[0], fold.test[0], fold.test[-1]] == [0, 27, 28, 34, 39]
    assert 7 not in fold.train
    assert any("in their order" in note for note in corpus.notes)
    at_random = read_corpus(tmp_path, with_value(spec, "split.kind", "random"))
    assert any("split.kind = order" in note for note in at_random.notes)


def test_that_a_large_corpus_is_read_once_and_gives_the_same_ids(
    tmp_path: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = read_corpus(tmp_path, spec)
    fold = small.folds[0]
    encoder = small.encoder(fold, [])
    monkeypatch.setattr(corpora, "LETTERS_KEPT", 1)
    heard: list[tuple[str, float]] = []
    large = read_corpus(tmp_path, spec, lambda what, share: heard.append((what, share)))
    assert large.encoder(fold, []).description() == encoder.description()
    for rows in (fold.train, fold.valid, fold.test, fold.train[::3]):
        mine, theirs = large.ids(rows, encoder), small.ids(rows, encoder)
        assert mine.ids.tolist() == theirs.ids.tolist() and mine.offsets.tolist() == theirs.offsets.tolist()
    assert heard == [("training the tokenizer", 0.0), ("making tokens", 1.0)]
    heard.clear()
    again = read_corpus(tmp_path, spec, lambda what, share: heard.append((what, share)))
    again.ids(fold.train, again.encoder(fold, []))
    assert not heard


def test_that_a_run_can_be_stopped_while_its_corpus_is_read(
    tmp_path: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpora, "LETTERS_KEPT", 1)
    with RunStore(tmp_path) as store:
        run_id = store.create_run(spec).id
    with Recorder(tmp_path, run_id) as recorder:
        corpus = read_corpus(tmp_path, spec, heard_by(recorder))
        encoder = corpus.encoder(corpus.folds[0], [])
        recorder.stop_requested = True
        with pytest.raises(Stopped):
            corpus.ids(corpus.folds[0].train, encoder)
    assert not list((tmp_path / corpus_tokens.FOLDER).glob("*/ids.npy"))
