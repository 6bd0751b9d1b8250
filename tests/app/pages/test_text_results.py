"""Samples of a text run while it learns, and what its results show, from a recorded run's files."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSlider, QTextBrowser, QToolButton

from app import theme
from app.pages.run.example_browser import ExampleBrowser
from app.pages.run.page import RunPage
from app.pages.run.samples_panel import SamplesPanel
from app.pages.run.text_results import worst_browser
from engine.catalog import new_text
from engine.runs import Outcome, RunStatus
from engine.runs.evaluation import Evaluation, WorstRows
from engine.runs.text_samples import HISTORY_FILE, SAMPLES_EVENT, SAMPLES_FILE, TextPiece, TextSample, TextSamples
from engine.runs.texts import Chance
from engine.spec import DataSpec


@pytest.fixture
def page(engine, shown, qapp):
    theme.apply(qapp, "light")
    return shown(RunPage(engine), 1192, 760)


@pytest.fixture
def run(engine):
    """A run of a masked language model at work."""
    spec = new_text(DataSpec(dataset="0" * 16, name="book"), "masked-lm", "", {"text": "text"})
    made = engine.store.create_run(spec)
    engine.store.claim(made.id, 1, 1.0)
    engine.store.set_status(made.id, RunStatus.RUNNING)
    return made.id


def filled(epoch, word, fold=""):
    mark = "right" if word == "film" else "wrong"
    chances = (Chance(label=word, probability=0.4), Chance(label="book", probability=0.002))
    pieces = (TextPiece(text="the "), TextPiece(text=word, mark=mark, wanted="film", chances=chances))
    one = TextSample(given="the [MASK]", made=f"the {word}", wanted="the film", pieces=pieces)
    return TextSamples(task="masked-lm", fold=fold, epoch=epoch, step=10 * epoch, samples=(one,))


@pytest.fixture
def tell(engine, run):
    """Writes samples beside the run as its worker does, kept or only for now."""

    def told(samples, kept=True):
        folder = engine.store.run_folder(run)
        line = samples.model_dump_json()
        (folder / SAMPLES_FILE).write_text(line)
        if kept:
            with (folder / HISTORY_FILE).open("a") as file:
                file.write(f"\n{line}\n")
        engine.store.append(run, events=[(0.0, SAMPLES_EVENT, {"epoch": samples.epoch})])
        engine.tell()

    return told


def test_that_samples_are_redrawn_and_can_be_gone_back_over(page, run, tell):
    page.setRun(run)
    panel = page.findChild(SamplesPanel)
    slider = page.findChild(QSlider, "run.live.samples.evaluation")
    assert panel.isHidden()
    tell(filled(1, "dog"))
    assert "the dog ✗ (film)" in panel.text() and "film: dog 40 % · book < 1 %" in " ".join(panel.text().split())
    assert panel.summary() == "0 of 1 hidden words right"
    assert not slider.isEnabled()
    height = panel.height()
    tell(filled(2, "film"))
    assert "the film ✓" in panel.text()
    assert panel.summary() == "1 of 1 hidden words right (0 after epoch 1)   1 of 1 changed"
    assert panel.height() == height
    assert panel.minimumSizeHint().width() < 600  # a long summary is cut, it does not push the card out of sight
    page.findChild(QToolButton, "run.live.samples.back").click()
    assert "dog" in panel.text() and panel.shown().epoch == 1
    tell(filled(3, "film"))
    assert panel.shown().epoch == 1  # who looks back is left alone
    slider.setValue(slider.maximum())
    assert panel.shown().epoch == 3 and "0 of 1 changed" in panel.summary()


def test_that_what_is_not_kept_makes_way_and_another_run_begins_without(page, run, tell, engine, samples):
    for epoch, kept in ((1, True), (2, False), (3, False)):
        tell(filled(epoch, "dog"), kept)
    page.setRun(run)
    panel = page.findChild(SamplesPanel)
    assert [one.step for one in panel._walk.book] == [10, 30]
    tell(filled(4, "film"), kept=False)
    assert [one.step for one in panel._walk.book] == [10, 40]
    page.setRun(samples.running())
    assert panel.isHidden() and panel.shown() is None


def results(page, engine, run, **parts):
    engine.store.finish(run, Outcome.finished())
    page.setRun(run)
    told = Evaluation.model_validate({"split": "test", "rows": 3, "metrics": {"test": {"f1": 0.5}}, **parts})
    engine.answered.emit(engine.pending("evaluation")[0][0], json.loads(told.model_dump_json()))


def test_that_surprising_tokens_stand_in_their_context_and_texts_are_browsed_by_keys(page, run, engine, qtbot):
    tokens = [{"token": "dog", "before": "a film about a", "after": "and more", "loss": 7.5, "row": 4}]
    worst = [
        {"text": f"text {row}", "tokens": 2, "loss": 5.0, "perplexity": 148.4, "row": row}
        | {"pieces": [{"token": "text", "loss": 0.0}, {"token": f" {row}", "loss": 9.0}]}
        for row in (8, 9)
    ]
    results(page, engine, run, task="masked-lm", language={"texts": 12, "tokens": tokens, "worst": worst})
    told = page.findChild(QTextBrowser, "run.results.surprises")
    assert "a film about a" in told.toPlainText() and "background-color" in told.toHtml()
    browser = page.findChild(ExampleBrowser, "run.results.worst")
    assert "text 8" in browser.text.toPlainText()
    qtbot.keyClick(browser.table, Qt.Key.Key_Down)
    assert "text 9" in browser.text.toPlainText() and "Largest losses: 9 9.00" in browser.text.toPlainText()


def test_that_spans_are_scored_by_kind_and_examples_are_marked(page, run, engine):
    pieces = [{"text": "a "}, {"text": "red", "mark": "missed", "label": "COLOUR"}]
    one = {"row": 3, "text": "a red", "reference": "O B-COLOUR", "predicted": "O O", "error": 2.0, "pieces": pieces}
    by_class = {"COLOUR": {"precision": 0.5, "recall": 0.25, "f1": 1 / 3, "support": 8.0}}
    report = {"error": "loss", "worst": [one], "examples": [one | {"row": 1, "text": "b"}], "by_class": by_class}
    results(page, engine, run, task="token-classification", text=report)
    browser = page.findChild(ExampleBrowser, "run.results.worst")
    assert "a red COLOUR ○" in browser.text.toPlainText()
    classes = page.findChild(type(browser.table), "run.results.classes").model()
    lines = [[classes.index(row, column).data() for column in range(5)] for row in range(classes.rowCount())]
    assert lines[0] == ["COLOUR", "0.5000", "0.2500", "0.3333", "8"]
    assert lines[1][0] == "all together (micro)" and lines[1][3] == "0.5000"
    page.findChild(QComboBox, "run.results.examples.which").setCurrentIndex(1)
    assert browser.table.model().index(0, 2).data() == "b"


def test_that_the_scores_of_classes_come_from_the_confusion(page, run, engine):
    target = {"target": "mood", "classes": ["bad", "good"], "confusion": [[3, 1], [0, 4]]}
    results(page, engine, run, task="classification", classification=[target])
    assert Evaluation.model_validate(
        {"task": "classification", "split": "test", "rows": 8, "metrics": {}, "classification": [target]}
    ).classification[0].by_class["good"] == {"precision": 0.8, "recall": 1.0, "f1": 8 / 9, "support": 4.0}
    assert page.findChild(QLabel) is not None


def test_that_long_cells_of_the_worst_rows_are_read_beside_the_list(qtbot, qapp):
    theme.apply(qapp, "light")
    from PySide6.QtWidgets import QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    short = WorstRows(columns=("row", "text"), rows=(("1", "short"),))
    assert worst_browser(short, parent) is None
    long = WorstRows(columns=("row", "text"), rows=(("1", "long " * 20),))
    browser = worst_browser(long, parent)
    assert browser is not None and ("long " * 20).strip() in browser.text.toPlainText()


def test_that_a_question_is_headed_as_one(page, run, engine):
    one = {"row": 1, "text": "Who?", "reference": "Ann", "predicted": "Bob", "error": 1.0}
    results(page, engine, run, task="question-answering", text={"error": "1 − F1", "worst": [one], "examples": [one]})
    assert page.findChild(ExampleBrowser, "run.results.worst").text.toPlainText().startswith("Question\nWho?")
