"""`new text` makes a specification from a file and a task, and says what is wrong with either."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.spec import TextSpec, read

Call = Callable[..., Any]


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """A file of short titles, longer texts and a mood."""
    path = tmp_path / "reviews.csv"
    rows = [f'{place},Title {place},"It was a long evening, number {place}.",{place % 2}' for place in range(30)]
    path.write_text("\n".join(["id,title,body,mood", *rows]), encoding="utf-8")
    return path


def made(tensorbench: Call, tmp_path: Path, *arguments: object) -> TextSpec:
    """The text part of what `new text` writes."""
    answer = tensorbench("new", "text", *arguments, "-o", tmp_path / "spec.toml")
    assert answer.code == 0, answer.err
    own = read(tmp_path / "spec.toml").text
    assert own is not None
    return own


def test_that_the_longest_column_is_the_text(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    own = made(tensorbench, tmp_path, "--task", "text-classifier", "--data", reviews, "--target", "mood")
    assert (own.columns.text, own.columns.labels) == ("body", ("mood",))


def test_that_options_go_before_guesses(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    asked = ("--task", "masked-lm", "--data", reviews, "--text", "title", "--model", "roberta", "--preset", "small")
    own = made(tensorbench, tmp_path, *asked, "--tokenizer", "characters", "--vocabulary", 99, "--max-length", 16)
    assert own.columns.text == "title"
    assert (own.tokenizer.kind, own.tokenizer.vocabulary, own.max_length) == ("characters", 99, 16)
    spec = read(tmp_path / "spec.toml")
    assert (spec.model.name, spec.model.params["hidden_size"]) == ("roberta", 128)


def test_that_one_column_is_read_and_another_written(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    own = made(tensorbench, tmp_path, "--task", "seq2seq", "--data", reviews, "--text", "body", "--target", "title")
    assert (own.columns.source, own.columns.target) == ("body", "title")


def test_that_texts_of_many_labels_are_not_dealt_out_by_class(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    asked = ("--task", "sequence-classification", "--data", reviews, "--target", "title", "--set", "text.labels=many")
    assert made(tensorbench, tmp_path, *asked).labels == "many"
    assert read(tmp_path / "spec.toml").split.kind == "random"


def test_that_choices_are_columns(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    asked = ("--question", "id", "--choices", "title", "--choices", "body", "--answer", "mood")
    own = made(tensorbench, tmp_path, "--task", "multiple-choice", "--data", reviews, *asked)
    assert (own.columns.question, own.columns.choices, own.columns.answer) == ("id", ("title", "body"), "mood")


def test_that_a_folder_says_which_model_it_holds(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "distilbert"}), encoding="utf-8")
    own = made(tensorbench, tmp_path, "--task", "masked-lm", "--data", reviews, "--checkpoint", folder)
    assert Path(own.checkpoint) == folder
    assert read(tmp_path / "spec.toml").model.name == "distilbert"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--task: say what is to be learned; there are masked-lm, causal-lm"),
        (["--task", "regression"], "--task: text has no task “regression”; it has masked-lm"),
        (["--task", "masked-lm", "--text", "bode"], "reviews has no column “bode”; did you mean “body”?"),
        (["--task", "masked-lm", "--model", "gpt2"], "model.name: GPT-2 cannot be trained for masked-lm"),
        (["--task", "masked-lm", "--model", "berd"], "there is no model “berd”; did you mean “bert”?"),
        (["--task", "sequence-classification"], "text.columns.labels: no column holds the label; name one"),
        (["--task", "token-classification"], "text.columns.tokens: say which column holds the tokens"),
        (
            ["--task", "masked-lm", "--checkpoint", "nowhere"],
            "--checkpoint: “nowhere” is no folder here; a model of a hub is fetched only with --allow-network",
        ),
        (["--task", "masked-lm", "--max-length", "1"], "text.max_length"),
    ],
)
def test_that_wrong_arguments_are_said_in_a_line(
    tensorbench: Call, reviews: Path, arguments: list[str], words: str
) -> None:
    answer = tensorbench("new", "text", "--data", reviews, *arguments)
    assert answer.code == 2
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_that_any_setting_is_set_by_its_key(tensorbench: Call, tmp_path: Path, reviews: Path) -> None:
    asked = ("--task", "masked-lm", "--data", reviews)
    made(tensorbench, tmp_path, *asked, "--set", "trainer.validate_every_steps=50")
    assert read(tmp_path / "spec.toml").trainer.validate_every_steps == 50
    answer = tensorbench("new", "text", *asked, "--set", "trainer.validate_every_step=50")
    assert answer.code == 2 and "did you mean “validate_every_steps”" in answer.err


def test_that_a_table_has_no_text_task(tensorbench: Call, reviews: Path) -> None:
    answer = tensorbench("new", "tabular", "--data", reviews, "--task", "masked-lm")
    assert answer.code == 2
    assert "--task: tabular has no task “masked-lm”; it has classification, regression" in answer.err
