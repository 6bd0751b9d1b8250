"""A text that somebody types is answered as the model's task has it: from the lab and from the terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import cli
from engine.families.prediction import predict
from engine.families.text.trained import TrainedText
from engine.families.text.typed import answer_of
from engine.jobs.model_requests import METHODS
from engine.jobs.requests import Call
from engine.runs.texts import TextAnswer

Runs = Callable[[str], str]


@pytest.fixture
def ask(texts: Any, run_of: Runs, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Asks a run on the command line; returns the answer, or the line on standard error."""

    def asked(kind: str, *arguments: str) -> Any:
        run_id = run_of(kind)
        capsys.readouterr()
        given = ["predict", run_id, *arguments, "--workspace", str(texts.workspace), "--json"]
        code = cli.main(given)
        told = capsys.readouterr()
        return json.loads(told.out) if code == 0 else told.err

    return asked


def test_that_a_classifier_says_labels_with_their_probabilities(ask: Callable[..., Any]) -> None:
    (target,) = ask("judge", "--text", "the film was lovely")["targets"]
    assert target["target"] == "mood"
    assert {one["label"] for one in target["chances"]} == {"good", "bad"}
    shares = [one["probability"] for one in target["chances"]]
    assert sum(shares) == pytest.approx(1) and shares == sorted(shares, reverse=True)


def test_that_a_label_told_for_no_text_is_said_to_mean_nothing(
    ask: Callable[..., Any], texts: Any, run_of: Runs, tmp_path: Path
) -> None:
    assert "no text" in ask("cnn", "--text", " ")["notes"][0]
    assert not ask("cnn", "--text", "fine")["notes"]
    (tmp_path / "new.csv").write_text('text\n"the film was fine"\n""\n" "\n', encoding="utf-8")
    report = predict(texts.workspace, run_of("cnn"), tmp_path / "new.csv")
    assert report.notes == ("2 rows have no text in “text”; what is told for them means nothing.",)


@pytest.mark.parametrize("kind", ["gpt", "lstm"])
def test_that_a_language_model_goes_on_and_says_how_surprised_it_is(ask: Callable[..., Any], kind: str) -> None:
    found = ask(kind, "--text", "the film was", "--tokens", "5", "--seed", "3")
    assert found == ask(kind, "--text", "the film was", "--tokens", "5", "--seed", "3")
    assert found["continuation"] is not None and found["generated"] <= 5
    assert found["perplexity_name"] == "perplexity" and found["perplexity"] > 1
    assert len(found["tokens"]) >= 2
    searched = ask(
        kind, "--text", "the film", "--tokens", "4", "--beams", "3", "--length-penalty", "0.5", "--early-stopping"
    )
    assert len(searched["beams"]) == 3 and searched["beams"][0]["text"] == searched["continuation"]


def test_that_a_masked_model_tells_candidates_or_its_pseudo_perplexity(ask: Callable[..., Any]) -> None:
    found = ask("bert", "--text", "the [MASK] was fine")
    assert len(found["blanks"]) == 1 and len(found["blanks"][0]) == 10
    assert "[MASK]" not in found["filled"]
    plain = ask("bert", "--text", "the film was fine")
    assert plain["perplexity_name"] == "pseudo-perplexity" and plain["perplexity"] > 1 and not plain["blanks"]


def test_that_the_lab_answers_as_the_terminal_does(texts: Any, run_of: Runs, ask: Callable[..., Any]) -> None:
    call = Call(texts.workspace, lambda _told: None, lambda: False)
    found = METHODS["text"](call, run=run_of("gpt"), text="the", decoding={"tokens": 4, "greedy": True})
    assert isinstance(found, TextAnswer)
    assert json.loads(found.model_dump_json()) == ask(
        "gpt", "--text", "the", "--tokens", "4", "--greedy", "--top-k", "0"
    )


@pytest.mark.parametrize(
    ("kind", "text"), [("gpt", ""), ("lstm", "\u05e9\u05dc\u05d5\u05dd \U0001f600"), ("bert", ""), ("judge", "")]
)
def test_that_no_text_and_unknown_letters_are_answered(
    model_of: Callable[[str], TrainedText], kind: str, text: str
) -> None:
    found = answer_of(model_of(kind), text)
    assert found.targets or found.continuation is not None or found.notes


def test_that_what_a_model_does_not_read_is_refused(ask: Callable[..., Any]) -> None:
    assert "reads one text alone" in ask("gpt", "--text", "the", "--pair", "what was fine?")
    assert "--choice is for" in ask("gpt", "--text", "the", "--choice", "fine")


def test_that_bad_settings_and_a_file_beside_a_text_are_refused(ask: Callable[..., Any]) -> None:
    assert "--text stands alone" in ask("gpt", "some.csv", "--text", "the")
    assert "draw no text" in ask("gpt", "--text", "the", "--temperature", "0")
