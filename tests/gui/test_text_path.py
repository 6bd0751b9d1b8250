"""Three paths of texts through the real window: own CSV → classifier → a typed text; own text → language model; a folder
of texts → masked language model → a word that is put in."""

import csv
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from app.main_window import MainWindow
from engine.runs import RunRecord, RunStatus

GOOD = ("wonderful", "moving", "bright", "clever")
BAD = ("dull", "clumsy", "tedious", "hollow")


def sentence(source: random.Random, words: tuple[str, ...]) -> str:
    """Return a sentence of some sixty letters that these words colour."""
    part = source.choice(("story", "music", "cast"))
    return f"The film was {source.choice(words)} and the {part} felt {source.choice(words)} to everybody."


def write_reviews(path: Path, rows: int = 120) -> Path:
    """Reviews with their verdicts."""
    source = random.Random(5)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "verdict"])
        for place in range(rows):
            writer.writerow([sentence(source, (BAD, GOOD)[place % 2]), ("bad", "good")[place % 2]])
    return path


def write_book(path: Path, lines: int = 120) -> Path:
    """A text, one sentence a line."""
    source = random.Random(6)
    path.write_text("\n".join(sentence(source, (BAD, GOOD)[line % 2]) for line in range(lines)), encoding="utf-8")
    return path


def to_train_page(window: MainWindow, user: Any, file: Path) -> Any:
    """Import a file and go on to the Train page, which offers Text by itself."""
    window.openPaths([file])
    user.press(window, "data.import.start")
    user.press(window, "data.next")
    page = window.train
    user.until(lambda: page.spec() is not None and page.spec().family == "text")
    return page


def train(window: MainWindow, user: Any, keys: set[str]) -> RunRecord:
    """Train two epochs and see these curves grow; returns the run, which is over."""
    page = window.train
    page._edit("trainer.epochs", 2)
    page._edit("trainer.threads", 1)
    user.press(window, "train.start")
    user.until(lambda: window.runs.run.isVisible())
    user.until(lambda: user.only_run().status.is_over)
    run: RunRecord = user.only_run()
    assert run.status is RunStatus.FINISHED, run.outcome
    user.until(lambda: keys <= drawn(window))
    user.until(lambda: not window.statusBar_.activeRuns())
    return run


def drawn(window: MainWindow) -> set[str]:
    """Return the names under which curves know each other, of all curves on the Run page."""
    return {key for plot in window.runs.run._live.plots().values() for key in plot.names}


def try_text(window: MainWindow, user: Any, run: RunRecord, text: str) -> Any:
    """Type a text on the Predict page; returns its card with the answer."""
    window.runs.openPredict(run.id)
    card = window.runs.predict._typed
    user.until(card.isVisible)
    box = window.findChild(QPlainTextEdit, "predict.text")
    assert box is not None
    box.setPlainText(text)
    user.press(window, "predict.text.go")
    user.until(lambda: bool(card.answer()) or not card.inputs.isBusy())
    assert card.answer(), card.findChild(QLabel, "predict.text.note").text()
    return card


def close(window: MainWindow, user: Any) -> None:
    """Close the window once its worker is gone, which is a little after it says that it is done."""
    user.until(lambda: not any(one.name.startswith("watch-") for one in threading.enumerate()))
    window.close()


@pytest.mark.timeout(400)
def test_that_a_csv_of_reviews_becomes_a_classifier_that_judges_a_typed_text(tmp_path: Path, user: Any) -> None:
    window = user.open_window()
    page = to_train_page(window, user, write_reviews(tmp_path / "reviews.csv"))
    assert page.spec().text.task == "text-classifier"
    assert page.spec().text.columns.labels == ("verdict",)
    run = train(window, user, {"train/loss", "valid/loss", "valid/accuracy"})
    card = try_text(window, user, run, "The film was dull and the music felt hollow.")
    assert {name for name, _ in card.bars()} == {"good", "bad"}
    window.runs.predict.setFile(tmp_path / "reviews.csv")
    user.until(lambda: window.runs.predict.report() is not None)
    assert window.runs.predict.report().metrics["accuracy"] > 0
    close(window, user)


@pytest.mark.timeout(400)
def test_that_a_text_becomes_a_language_model_that_says_how_much_a_text_surprises_it(tmp_path: Path, user: Any) -> None:
    window = user.open_window()
    page = to_train_page(window, user, write_book(tmp_path / "book.txt"))
    assert page.spec().text.task == "rnn-lm"
    assert page.spec().model.name == "lstm_lm"
    page.draft.choosePreset("small")
    page._edit("trainer.batch_size", 4)
    run = train(window, user, {"train/loss", "valid/perplexity", "train/perplexity"})
    card = try_text(window, user, run, "The film was dull and the music felt hollow to everybody.")
    note = card.findChild(QLabel, "predict.text.note")
    assert note is not None
    user.until(lambda: "Perplexity" in note.text())
    close(window, user)


@pytest.mark.timeout(400)
def test_that_a_folder_of_texts_becomes_a_masked_model_that_fills_a_word_in(tmp_path: Path, user: Any) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    for number in range(30):
        write_book(folder / f"{number}.txt", 4)
    window = user.open_window()
    page = to_train_page(window, user, folder)
    page._edit("text.task", "masked-lm")
    user.until(lambda: page.spec().text.task == "masked-lm")
    assert page.spec().model.name == "bert"
    for key, value in (
        ("hidden_size", 32),
        ("num_hidden_layers", 1),
        ("num_attention_heads", 2),
        ("intermediate_size", 32),
    ):
        page._edit(f"model.params.{key}", value)
    page._edit("text.tokenizer.vocabulary", 200)
    page._edit("text.max_length", 32)
    run = train(window, user, {"train/loss", "valid/loss", "valid/pseudo_perplexity"})
    card = try_text(window, user, run, "The film was [MASK] and the music felt hollow.")
    user.until(lambda: len(card.bars()) == 10)
    token = card.bars()[0][0]
    user.press(window, f"predict.text.candidate.{token}")
    assert (
        card.text.toPlainText() == f"The film was {token.removeprefix('##')} and the music felt hollow."
        or "##" in token
    )
    close(window, user)
