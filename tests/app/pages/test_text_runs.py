"""Runs of texts on the Run, Runs and Predict pages: perplexity, settings in words, and a text to type."""

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTabWidget,
    QTextEdit,
)

from app.pages.predict import PredictPage
from app.pages.predict.beam_list import BeamList
from app.pages.run.page import RunPage
from app.pages.run.plot_groups import rank
from app.pages.run.wording import is_smaller_better, metric_title
from engine.catalog import new_text
from engine.runs import Outcome, Points, RunStatus
from engine.runs.evaluation import Evaluation
from engine.spec import DataSpec


@pytest.fixture
def text_run(engine):
    """Makes finished runs of texts, for a task."""

    def make(task="rnn-lm"):
        spec = new_text(DataSpec(dataset="0" * 16, name="book"), task, "", {"text": "text", "label": "text"})
        run = engine.store.create_run(spec.model_copy(update={"name": task}))
        engine.store.claim(run.id, 1, 1.0)
        engine.store.set_status(run.id, RunStatus.RUNNING)
        points = {key: Points() for key in ("train/loss", "valid/loss", "train/perplexity", "valid/perplexity")}
        for key, series in points.items():
            series.add(1, 5.0 if "loss" in key else 148.4, 1.0)
        engine.store.append(run.id, metrics=points, summary={"test/loss": 5.0, "test/perplexity": 148.4})
        engine.store.finish(run.id, Outcome.finished("The model of epoch 1 is kept: its perplexity is 148.4."))
        return run.id

    return make


def texts_in(page):
    return {label.text() for label in page.findChildren(QLabel)}


@pytest.mark.parametrize(
    ("name", "title"),
    [("spearman", "Spearman correlation"), ("pairs", "Pairs"), ("words", "Words"), ("new_one", "New one")],
)
def test_that_every_metric_has_a_title_with_a_capital(name, title):
    assert metric_title(name) == title


def test_that_perplexity_stands_beside_the_loss_and_is_better_the_smaller():
    assert sorted(("accuracy", "perplexity", "loss"), key=rank) == ["loss", "perplexity", "accuracy"]
    assert metric_title("pseudo_perplexity") == "Pseudo-perplexity"
    assert is_smaller_better("perplexity")


def test_that_a_language_model_shows_its_perplexity_and_says_what_it_means(engine, shown, text_run):
    page = shown(RunPage(engine), 1100, 700)
    page.setRun(text_run())
    assert {"loss", "perplexity"} <= set(page._live.plots())
    metrics = {"test": {"loss": 5.0, "perplexity": 148.4, "tokens": 900.0}, "valid": {"loss": 4.9, "perplexity": 134.3}}
    told = Evaluation(task="rnn-lm", split="test", rows=40, metrics=metrics)
    engine.answered.emit(engine.pending("evaluation")[0][0], json.loads(told.model_dump_json()))
    texts = texts_in(page.findChild(QTabWidget, "run.tabs").widget(1))
    assert "On 40 test texts, which the model never saw" in texts
    assert {"Perplexity", "148.4", "valid 134.3"} <= texts
    assert any(text.startswith("Perplexity: among how many") for text in texts)


def test_that_the_settings_of_texts_are_told_in_words_and_only_where_they_differ(engine, shown, text_run):
    page = shown(RunPage(engine), 1100, 700)
    page.setRun(text_run())
    table = page.findChild(QTableWidget, "run.settings.table")
    rows = {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())}
    assert rows["What is learned"] == "Continue text"
    assert rows["Text is cut into"] == "whole words"
    assert "Longest sample" not in rows
    assert "Seen at least" not in rows
    assert "Rank" not in rows


@pytest.fixture
def predict(engine, shown):
    return shown(PredictPage(engine), 1100, 700)


def typed(page, engine, run_id, text, answer):
    page.takeRuns([engine.store.run(run_id)])
    page.setRun(run_id)
    page.findChild(QPlainTextEdit, "predict.text").setPlainText(text)
    page.findChild(QPushButton, "predict.text.go").click()
    ticket, params = engine.pending("text")[-1]
    assert params | {"decoding": {}} == {"run": run_id, "text": text, "decoding": {}}
    engine.answered.emit(ticket, answer)


def test_that_a_typed_text_gets_its_label_with_all_chances(predict, engine, text_run):
    chances = [{"label": "good", "probability": 0.9}, {"label": "bad", "probability": 0.1}]
    answer = {"task": "text-classifier", "text": "A bright film", "targets": [{"target": "label", "chances": chances}]}
    typed(predict, engine, text_run("text-classifier"), "A bright film", answer)
    assert predict._typed.answer() == "good"
    assert predict._typed.bars() == [("good", "90.0\u00a0%"), ("bad", "10.0\u00a0%")]


CONTINUED = {
    "task": "rnn-lm",
    "text": "A bright film",
    "continuation": " it is",
    "perplexity_name": "perplexity",
    "perplexity": 7.389,
    "tokens": [{"token": "bright", "loss": 2.0}, {"token": "film", "loss": 2.0}],
}


def test_that_a_typed_text_is_gone_on_with_and_its_perplexity_told(predict, engine, text_run):
    typed(predict, engine, text_run(), "A bright film", CONTINUED)
    assert predict._typed.answer() == "… it is"
    assert "Perplexity 7.389 over 2 tokens" in predict.findChild(QLabel, "predict.text.note").text()


def test_that_a_text_can_be_typed_only_for_models_of_texts(predict, engine, samples, text_run):
    table, book = samples.finished(), text_run()
    predict.takeRuns([engine.store.run(table), engine.store.run(book)])
    predict.setRun(table)
    assert not predict._typed.isVisible()
    predict.setRun(book)
    assert predict._typed.isVisible()
    assert not predict.findChild(QPushButton, "predict.text.go").isEnabled()


def test_that_another_model_forgets_the_answer_and_keeps_the_text(predict, engine, text_run):
    typed(predict, engine, text_run(), "A bright film", CONTINUED)
    before = predict._typed.answer()
    predict.setFile(Path("new.csv"))
    assert before
    assert predict._typed.answer() == before
    predict.setRun(text_run("text-classifier"))
    assert predict._typed.answer() == ""
    assert predict.findChild(QPlainTextEdit, "predict.text").toPlainText() == "A bright film"


def test_that_a_text_that_cannot_be_judged_says_why(predict, engine, text_run):
    typed(predict, engine, text_run(), "A", {"task": "rnn-lm", "text": "A"})
    predict.findChild(QPushButton, "predict.text.go").click()
    engine.failed.emit(engine.pending("text")[-1][0], "The text is too short.")
    assert predict.findChild(QLabel, "predict.text.note").text() == "The text is too short."


def test_that_a_candidate_is_put_in_the_place_of_its_mask(predict, engine, text_run):
    candidates = [[{"label": name, "probability": 0.5} for name in two] for two in (("fine", "dull"), ("end", "##s"))]
    text = "The film was [MASK] and so was its [MASK] \U0001f600."
    answer = {"task": "masked-lm", "text": text, "blanks": candidates, "filled": "The film was fine and so was its end"}
    typed(predict, engine, text_run("masked-lm"), text, answer)
    assert predict._typed.bars() == [("fine", "50.0\u00a0%"), ("dull", "50.0\u00a0%")]
    predict.findChild(QPushButton, "predict.text.candidate.dull").click()
    predict.findChild(QComboBox, "predict.text.mask").setCurrentIndex(1)
    box = predict.findChild(QPlainTextEdit, "predict.text")
    assert box.toPlainText() == text.replace("[MASK]", "dull", 1)
    predict.findChild(QPushButton, "predict.text.candidate.##s").click()
    assert box.toPlainText() == "The film was dull and so was itss \U0001f600."
    predict.findChild(QPushButton, "predict.text.blank").click()
    assert box.toPlainText().count("[MASK]") == 1


def test_that_the_texts_of_a_beam_search_stand_below_each_other_with_their_scores(predict, engine, text_run):
    run_id = text_run("causal-lm")
    typed(predict, engine, run_id, "A", CONTINUED)
    how = predict.findChild(QComboBox, "predict.text.how")
    assert predict.findChild(QDoubleSpinBox, "predict.text.temperature").isVisible()
    how.setCurrentIndex(1)
    assert not predict.findChild(QDoubleSpinBox, "predict.text.temperature").isVisible()
    predict.findChild(QSpinBox, "predict.text.beams").setValue(2)
    predict.findChild(QDoubleSpinBox, "predict.text.penalty").setValue(0.5)
    predict.findChild(QCheckBox, "predict.text.early").setChecked(True)
    predict.findChild(QPushButton, "predict.text.go").click()
    ticket, params = engine.pending("text")[-1]
    assert params["decoding"] == {"beams": 2, "length_penalty": 0.5, "early_stopping": True}
    beams = [
        {"text": " film was <good>", "score": -0.5, "total": -1.5, "tokens": 4, "ended": True},
        {"text": " film was bad", "score": -0.75, "total": -3.0, "tokens": 3, "ended": False},
    ]
    engine.answered.emit(ticket, {**CONTINUED, "beams": beams})
    kept = predict.findChild(BeamList)
    assert kept.isVisible() and kept.texts() == ["film was <good>", "film was bad"]
    first, second = kept._texts
    assert ">film was</span> &lt;good&gt;" in first.text() and first.text().endswith("&gt;")
    assert second.text().endswith("…</span>") and "−3" in second.toolTip().replace("-", "−")
    predict.findChild(QPushButton, "predict.text.go").click()
    engine.answered.emit(engine.pending("text")[-1][0], CONTINUED)
    assert not kept.isVisible()


def test_that_a_text_is_written_while_one_looks_and_can_be_stopped(predict, engine, text_run):
    run_id = text_run("causal-lm")
    typed(predict, engine, run_id, "A", CONTINUED)
    predict.findChild(QDoubleSpinBox, "predict.text.temperature").setValue(0)
    predict.findChild(QSpinBox, "predict.text.tokens").setValue(9)
    predict.findChild(QPushButton, "predict.text.go").click()
    ticket, params = engine.pending("text")[-1]
    assert params["decoding"] == {"tokens": 9, "greedy": True, "top_k": 20}
    engine.progressed.emit(ticket, " bright film")
    assert predict._typed.answer() == "… bright film"
    stop = predict.findChild(QPushButton, "predict.text.stop")
    assert stop.isVisible()
    stop.click()
    engine.answered.emit(ticket, CONTINUED)
    assert predict._typed.answer() == "… bright film" and not stop.isVisible()


def test_that_a_question_needs_both_texts_and_its_answer_is_marked(predict, engine, text_run):
    predict.takeRuns([engine.store.run(text_run("question-answering"))])
    predict.setRun(engine.store.runs()[0].id)
    predict.findChild(QPlainTextEdit, "predict.text").setPlainText("\U0001f600 It is red.")
    go, question = (
        predict.findChild(QPushButton, "predict.text.go"),
        predict.findChild(QLineEdit, "predict.text.second"),
    )
    assert not go.isEnabled()
    question.setText("Which colour?")
    go.click()
    ticket, params = engine.pending("text")[-1]
    assert params["second"] == "Which colour?"
    told = [{"target": "answers", "chances": [{"label": "red", "probability": 0.9}]}]
    span = [{"start": 8, "end": 11, "label": ""}]
    engine.answered.emit(ticket, {"task": "question-answering", "text": params["text"], "targets": told, "spans": span})
    assert predict._typed.answer().startswith("red")
    document = predict.findChild(QTextEdit, "predict.text.marked").document()
    cursor = QTextCursor(document)
    marked = ""
    for place in range(1, len(document.toPlainText()) + 2):
        cursor.setPosition(place)
        marked += document.characterAt(place - 1) if cursor.charFormat().fontUnderline() else ""
    assert marked == "red"


def test_that_choices_are_lines_and_words_have_neighbours(predict, engine, text_run):
    typed_card = predict._typed
    predict.takeRuns([engine.store.run(text_run("multiple-choice"))])
    predict.setRun(engine.store.runs()[0].id)
    go, box = (
        predict.findChild(QPushButton, "predict.text.go"),
        predict.findChild(QPlainTextEdit, "predict.text.choices"),
    )
    box.setPlainText("red\n\n")
    assert not go.isEnabled()
    box.setPlainText("red\nblue\n")
    go.click()
    assert engine.pending("text")[-1][1]["choices"] == ["red", "blue"]
    near = [{"word": "queen", "similarity": 0.8}]
    typed(predict, engine, text_run("word2vec"), "king - man + woman", {"task": "word2vec", "text": "", "near": near})
    assert typed_card.bars() == [("queen", "0.8000")]
    assert not box.isVisible()


def test_that_the_tokens_of_all_texts_are_counted_apart_and_cleared_when_ticked(engine, shown, text_run):
    page = shown(RunPage(engine), 1100, 700)
    run_id = text_run()
    kept = engine.store.workspace / "tokens" / "abc"
    kept.mkdir(parents=True)
    (kept / "ids.npy").write_bytes(b"x" * 7000)
    page.setRun(run_id)
    assert "tokens kept for all texts: 7.0 kB" in page.findChild(QLabel, "run.disk").text()
    page.findChild(QPushButton, "run.disk.clear").click()
    assert page.findChild(QCheckBox, "run.disk.tokens").isChecked()
    assert page.findChild(QPushButton, "run.disk.confirm").text() == "Free 7.0 kB"
    page.findChild(QPushButton, "run.disk.confirm").click()
    assert not kept.exists() and "tokens" not in page.findChild(QLabel, "run.disk").text()
