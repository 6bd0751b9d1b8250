"""What a run of a language model shows while it learns and leaves when it is done; being watched changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine import families
from engine.cli import main
from engine.families.files import read_evaluation
from engine.families.text.live_samples import LiveSamples
from engine.families.text.surprises import token_losses
from engine.families.text.tokenizing import train_tokenizer
from engine.families.text.trained import TrainedText
from engine.runs import RunStatus, RunStore
from engine.runs.text_samples import SAMPLES_EVENT, read_history, read_samples
from engine.training.failures import Stopped
from engine.training.recorder import Recorder
from engine.training.watch import Watch


@pytest.mark.parametrize("kind", ["bert", "gpt", "lstm", "judge", "cnn"])
def test_that_samples_of_the_last_epoch_lie_beside_the_run(texts: Any, run_of: Callable[[str], str], kind: str) -> None:
    run_id = run_of(kind)
    found = read_samples(texts.folder(run_id))
    assert found is not None
    assert (found.epoch, len(found.samples)) == (2, 6)
    with RunStore(texts.workspace) as store:
        told = [event.payload for event in store.events(run_id) if event.kind == SAMPLES_EVENT]
    assert told[-1]["epoch"] == 2
    for one in found.samples:
        assert one.given and one.wanted
        if kind == "bert":
            assert "[MASK]" in one.given and "[MASK]" not in one.wanted
            hidden = [piece for piece in one.pieces if piece.mark]
            assert hidden and "".join(piece.wanted or piece.text for piece in one.pieces) == one.wanted
            for piece in hidden:
                assert len(piece.chances) == 4 and (piece.mark == "right") == (piece.text == piece.wanted)
        elif kind in {"judge", "cnn"}:
            assert one.wanted in {"good", "bad"} and one.made == one.chances[0].label
            assert one.is_right == (one.made == one.wanted)
        else:
            assert one.pieces[0].text == one.given and one.pieces[1].text == one.made
    kept, _ = read_history(texts.folder(run_id))
    assert kept[0].epoch == 1 and kept[-1] == found


@pytest.mark.parametrize("kind", ["gpt", "lstm", "judge"])
def test_that_a_run_that_is_watched_and_left_goes_on_to_the_bit(
    texts: Any, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.families.text.tokens.train_tokenizer", once(train_tokenizer))
    with monkeypatch.context() as patched:
        patched.setattr(LiveSamples, "show", lambda *_: None)
        reference = texts.train(texts.spec(kind))
    run_id = texts.begin(texts.spec(kind))
    with monkeypatch.context() as patched:
        leave(patched, at=10)
        with Recorder(texts.workspace, run_id) as recorder, pytest.raises(Stopped):
            families.run(recorder)
    assert (texts.folder(run_id) / "text_samples.json").is_file() or kind == "lstm"  # its first epoch is longer
    monkeypatch.undo()  # the tokenizer would be trained again, and its numbers be others
    with RunStore(texts.workspace) as store:
        store.set_status(run_id, RunStatus.PAUSED)
        assert store.reopen(run_id)
    with Recorder(texts.workspace, run_id) as recorder:
        families.run(recorder)
    unwatched, watched = (load_file(texts.folder(one) / "model.safetensors") for one in (reference, run_id))
    assert all(torch.equal(weights, watched[name]) for name, weights in unwatched.items())


def test_that_a_run_which_begins_with_anothers_weights_reads_as_it_did(
    texts: Any, run_of: Callable[[str], str], model_of: Callable[[str], TrainedText]
) -> None:
    fork = texts.train(texts.spec("bert", origin={"run": run_of("bert")}))
    theirs = TrainedText.load(texts.folder(fork)).encoder.tokenizer
    assert theirs.get_vocab() == model_of("bert").encoder.tokenizer.get_vocab()


def once(made: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives what it gave first, so that two runs read alike."""
    found: list[Any] = []

    def give(*given: Any) -> Any:
        if not found:
            found.append(made(*given))
        return found[0]

    return give


def leave(patched: pytest.MonkeyPatch, at: int) -> None:
    """Let runs rest after a step."""
    boundary = Watch.boundary

    def left(watch: Watch, step: int) -> None:
        if step == at:
            watch.recorder.pause_requested = watch.recorder.has_wish = True
        boundary(watch, step)

    patched.setattr(Watch, "boundary", left)


@pytest.mark.parametrize("kind", ["bert", "gpt", "lstm"])
def test_that_the_most_surprising_tokens_and_texts_are_told(
    texts: Any, run_of: Callable[[str], str], model_of: Callable[[str], TrainedText], kind: str
) -> None:
    found = read_evaluation(texts.folder(run_of(kind)))
    assert found is not None and found.language is not None
    report = found.language
    assert report.texts == found.rows
    losses = [one.loss for one in report.tokens]
    assert losses == sorted(losses, reverse=True)
    worst = report.worst[0]
    assert worst.loss == max(one.loss for one in report.worst)
    assert worst.loss == pytest.approx(float(token_losses(model_of(kind), worst.text).mean()), rel=1e-5)
    assert report.tokens[0].token and (report.tokens[0].before or report.tokens[0].after)


def test_that_the_tokens_of_a_surprising_text_read_as_it_does(texts: Any, run_of: Callable[[str], str]) -> None:
    found = read_evaluation(texts.folder(run_of("gpt")))
    assert found is not None and found.language is not None
    for one in found.language.worst:
        assert one.text.startswith("".join(piece.token for piece in one.pieces))
        losses = [piece.loss for piece in one.pieces[1:]]
        assert sum(losses) / one.tokens == pytest.approx(one.loss, rel=1e-5)


def test_that_a_prompt_of_the_run_is_gone_on_with_first(texts: Any) -> None:
    run_id = texts.train(texts.spec("lstm", text__prompt="the song", trainer__epochs=1))
    found = read_samples(texts.folder(run_id))
    assert found is not None and len(found.samples) == 6
    assert found.samples[0].given == "the song" and found.samples[0].wanted == ""


@pytest.mark.parametrize(
    ("kind", "words"), [("judge", ("by class of mood", "confusion")), ("bert", ("most surprising tokens",))]
)
def test_that_the_command_line_tells_what_the_results_tell(
    texts: Any, run_of: Callable[[str], str], kind: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = run_of(kind)
    assert main(["--workspace", str(texts.workspace), "metrics", run_id, "--report"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words)
    assert main(["--workspace", str(texts.workspace), "metrics", run_id]) == 0
    told = capsys.readouterr().out
    assert "tokens_per_second\t" in told and "evaluation/test/" in told
