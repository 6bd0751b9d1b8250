"""What can be wrong with texts, from the terminal: each is told in one clear sentence, or is no fault at all."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.families.text.tokenizing import save_tokenizer, train_tokenizer
from engine.spec.nlp import TokenizerSpec
from tests.engine.commands.conftest import Answer, call

MOODS = "text,label,part\n" + "".join(
    f"text number {place},{'very good' if place % 2 else 'quite bad'},{'train' if place < 20 else 'valid'}\n"
    for place in range(30)
)
LABELLED = ("--task", "sequence-classification", "--target", "label")
BY_PART = ("split.kind=column", "split.column=part")


@dataclass(frozen=True)
class Desk:
    """A workspace, a folder for files, and the command line on them."""

    folder: Path

    def __call__(self, *arguments: object) -> Answer:
        """Call `tensorbench`."""
        return call("--workspace", self.folder / "workspace", *arguments)

    def new(self, name: str, content: str | bytes, *asked: object) -> Answer:
        """Make a specification for a file."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self("new", "text", "--data", path, *asked, "-o", self.folder / "spec.toml")

    def check(self, *settings: str) -> Answer:
        """Check the specification that was made last."""
        return self("check", self.folder / "spec.toml", *(part for one in settings for part in ("--set", one)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An empty workspace for all that is only checked."""
    return Desk(tmp_path_factory.mktemp("texts"))


def question(answer: str) -> dict[str, object]:
    answers = [{"text": answer, "answer_start": 3}]
    return {"id": answer, "question": "Where?", "answers": answers}


def squad(*answers: str) -> str:
    paragraph = {"context": "In Paris.", "qas": [question(answer) for answer in answers]}
    return json.dumps({"data": [{"title": "", "paragraphs": [paragraph]}]})


@pytest.mark.parametrize("content", ["", "\n  \n\n"])
def test_that_a_file_without_text_is_refused(desk: Desk, content: str) -> None:
    answer = desk.new("empty.txt", content, "--task", "rnn-lm")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "empty.txt is empty" in answer.err


def test_that_a_column_without_text_is_refused(desk: Desk) -> None:
    assert desk.new("blank.csv", 'text,n\n"  ",1\n" ",2\n', "--task", "rnn-lm", "--text", "text").code == 0
    answer = desk.check()
    assert answer.code == 2
    assert "at least 3 are needed" in answer.err and answer.err.count("\n") == 1


def test_that_a_file_of_one_long_line_says_what_to_do(desk: Desk) -> None:
    assert desk.new("long.txt", "one two three " * 10_000, "--task", "rnn-lm").code == 0
    answer = desk.check()
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert "one line of 140,000 letters" in answer.err and "break it into lines" in answer.err


@pytest.mark.parametrize(
    ("name", "content", "task", "words"),
    [
        (
            "a.txt",
            "good ünü\n".encode() * 60 + b"bad \xff line\n",
            "rnn-lm",
            "Line 61: Byte 5 is not UTF-8 text",
        ),
        (
            "a.conll",
            "It O\n\nNew X B-LOC\n\nYork B-LOC\n\nRome O\n\nNice O\n\nParis O\n",
            "token-classification",
            "3 columns",
        ),
        (
            "a.json",
            squad("Paris", "Rome", "Paris", "Paris", "Paris"),
            "question-answering",
            "“Rome” is not in its context",
        ),
    ],
    ids=["invalid UTF-8", "another width", "answer elsewhere"],
)
def test_that_what_cannot_be_read_is_left_out_and_told(
    desk: Desk, name: str, content: str | bytes, task: str, words: str
) -> None:
    answer = desk.new(name, content, "--task", task)
    assert answer.code == 0
    assert words in answer.err and answer.err.count("\n") == 1
    assert answer.err.startswith("1 line could not be read")
    assert desk.check().code == 0


def test_that_another_encoding_than_utf8_is_told(desk: Desk) -> None:
    answer = desk.new("old.txt", b"good\nbad \xff\ngood\n", "--task", "rnn-lm")
    assert answer.code == 0
    assert "old is no UTF-8 text and was read as latin-1" in answer.err


def test_that_an_answer_outside_its_context_is_refused_in_a_table(desk: Desk) -> None:
    rows = "question,context,answers\n" + "Where?,In Paris.,Paris\n" * 3 + "Where?,In Paris.,Rome\n"
    assert desk.new("questions.csv", rows, "--task", "question-answering").code == 0
    answer = desk.check("text.columns.answer_starts=")
    assert answer.code == 2
    assert "Row 4: the answer “Rome” is not in its context. Mend or remove the row." in answer.err


@pytest.mark.parametrize(
    "content",
    ["word " * 300_000 + "\nshort\nother\nthird\n", "😀 fine\nשלום עולם\nمرحبا بالعالم\nplain\nmore 😀\n"],
    ids=["a line of megabytes", "emoji and right to left"],
)
def test_that_unusual_text_is_no_fault(desk: Desk, content: str) -> None:
    assert desk.new("unusual.txt", content, "--task", "rnn-lm").err == ""
    answer = desk.check()
    assert answer.code == 0
    assert "in their order" in answer.out


def test_that_labels_may_hold_spaces_and_a_new_one_in_validation_is_told(desk: Desk) -> None:
    more = MOODS + "new text,never seen,valid\n"
    assert desk.new("moods.csv", more, *LABELLED).code == 0
    answer = desk.check(*BY_PART)
    assert answer.code == 0
    wanted = "1 row of the validation part with labels that no training row has (“never seen”): each counts as wrong."
    assert wanted in answer.out and "very good" not in answer.out


def test_that_a_vocabulary_larger_than_the_corpus_is_told(desk: Desk) -> None:
    assert desk.new("moods.csv", MOODS, *LABELLED, "--vocabulary", 90_000).code == 0
    assert "fewer than the 90,000 that were allowed" in desk.check().out


def test_that_a_text_longer_than_the_positions_is_refused(desk: Desk) -> None:
    assert desk.new("moods.csv", MOODS, *LABELLED, "--max-length", 600).code == 0
    answer = desk.check("model.params.max_position_embeddings=512")
    assert answer.code == 2
    assert "600 tokens do not fit into the 512 positions" in answer.err and answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("pytorch_model.bin", "Convert it once where you trust it: model.save_pretrained"),
        ("model.safetensors", "Take the tokenizer that was saved with the model."),
    ],
    ids=["only pickled", "another tokenizer"],
)
def test_that_a_models_folder_that_cannot_be_begun_with_is_refused(desk: Desk, weights: str, words: str) -> None:
    folder = desk.folder / weights.partition(".")[0]
    save_tokenizer(train_tokenizer([["a few words of a text"] * 3], TokenizerSpec(kind="words")).tokenizer, folder)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "vocab_size": 4}), encoding="utf-8")
    (folder / weights).write_bytes(b"")
    assert desk.new("moods.csv", MOODS, *LABELLED, "--checkpoint", folder).code == 0
    answer = desk.check()
    assert answer.code == 2
    assert words in answer.err and answer.err.count("\n") == 1


def test_that_a_hubs_name_without_a_network_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    asked = (*LABELLED, "--checkpoint", "owner/model")
    refused = desk.new("moods.csv", MOODS, *asked)
    assert refused.code == 2 and "fetched only with --allow-network" in refused.err
    answer = desk.new("moods.csv", MOODS, *asked, "--allow-network")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "“owner/model” could not be fetched" in answer.err and "whether there is a network" in answer.err
