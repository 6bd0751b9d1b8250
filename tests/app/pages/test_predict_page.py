"""The Predict page: what it asks the lab, and how it shows matches, trouble and predictions."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTableView, QTableWidget

from app.pages.predict import PredictPage

ANSWER = {
    "rows": 3,
    "matched": ["age", "city"],
    "missing_columns": [],
    "extra_columns": ["note"],
    "unseen": {"city": {"Ghent": 2, "Bruges": 1}},
    "predicted_columns": ["prediction", "p(yes)"],
    "columns": ["age", "city", "note", "prediction", "p(yes)"],
    "preview": [[41, "Ghent", "a", "yes", 0.91], [23, "Paris", None, "no", 0.12], [35, "Bruges", "c", "no", 0.3]],
    "path": None,
    "metrics": {"accuracy": 0.667},
}


@pytest.fixture
def page(engine, shown):
    return shown(PredictPage(engine), 1100, 700)


def states_in(page: PredictPage) -> dict[str, str]:
    table = page.findChild(QTableWidget, "predict.columns")
    return {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())}


def answer(engine, value) -> None:
    ticket, _ = engine.pending("predict")[-1]
    engine.answered.emit(ticket, value)


def predicted(page, engine, run_id, value):
    page.setRun(run_id)
    page.setFile(Path("new.csv"))
    answer(engine, value)


def test_that_nothing_is_asked_before_there_is_a_run_and_a_file(page, engine, samples):
    page.setFile(Path("new.csv"))
    assert engine.pending("predict") == []
    page.setRun(samples.finished())
    assert len(engine.pending("predict")) == 1


def test_that_the_lab_is_asked_for_the_first_rows_of_the_run_and_file(page, engine, samples):
    run_id = samples.finished()
    page.setRun(run_id)
    page.setFile(Path("/data/new.csv"))
    _, params = engine.pending("predict")[-1]
    assert params == {"run": run_id, "path": "/data/new.csv", "limit": 200, "allow_missing": True}


def test_that_each_column_says_what_became_of_it(page, engine, samples):
    predicted(page, engine, samples.finished(), ANSWER)
    states = states_in(page)
    assert states["age"] == "matched"
    assert states["note"] == "not used by the model"
    assert states["city"] == "unseen: “Ghent” × 2, “Bruges” × 1"


def test_that_values_never_seen_are_told_with_what_becomes_of_them(page, engine, samples):
    predicted(page, engine, samples.finished(), ANSWER)
    told = page.findChild(QLabel, "predict.unseen")
    assert told.isVisible()
    assert told.text().startswith("“city” has values that were not in the training data, such as “Ghent”, in 3 rows.")
    assert "train again" in told.text()
    answer_again = {**ANSWER, "unseen": {}}
    predicted(page, engine, samples.finished(), answer_again)
    assert not told.isVisible()


def test_that_predictions_stand_beside_the_input_with_the_metrics(page, engine, samples):
    predicted(page, engine, samples.finished(), ANSWER)
    model = page.findChild(QTableView, "predict.rows").model()
    assert [model.index(0, column).data() for column in range(5)] == ["yes", "0.9100", "41", "Ghent", "a"]
    assert "Accuracy 0.667" in page.findChild(QLabel, "predict.metrics").text()


def test_that_missing_columns_are_named_and_can_be_filled_on_request(page, engine, samples):
    predicted(page, engine, samples.finished(), {**ANSWER, "missing_columns": ["income"]})
    rows = page.findChild(QTableView, "predict.rows").model()
    assert states_in(page)["income"] == "missing in the file" and rows.rowCount() == 0
    assert "“income”" in page.findChild(QLabel, "predict.problem").text()
    assert not page.findChild(QPushButton, "predict.save").isEnabled()
    page.findChild(QPushButton, "predict.anyway").click()
    assert rows.rowCount() == 3
    assert page.findChild(QPushButton, "predict.save").isEnabled()
    assert "trust the result less" in page.findChild(QLabel, "predict.problem").text()


def test_that_an_error_is_shown_as_the_sentence_it_is(page, engine, samples):
    page.setRun(samples.finished())
    page.setFile(Path("bad.csv"))
    ticket, _ = engine.pending("predict")[-1]
    engine.failed.emit(ticket, "The file is empty: bad.csv has no rows.")
    problem = page.findChild(QLabel, "predict.problem")
    assert problem.isVisible() and problem.text() == "The file is empty: bad.csv has no rows."


def test_that_the_answer_about_an_earlier_file_is_dropped(page, engine, samples):
    page.setRun(samples.finished())
    page.setFile(Path("first.csv"))
    early, _ = engine.pending("predict")[-1]
    page.setFile(Path("second.csv"))
    engine.answered.emit(early, ANSWER)
    assert page.report() is None


def test_that_saving_asks_for_all_rows_and_says_where_they_went(page, engine, samples):
    run_id = samples.finished()
    predicted(page, engine, run_id, ANSWER)
    page.saveTo(Path("/data/out.parquet"))
    _, params = engine.pending("predict")[-1]
    assert params["out"] == "/data/out.parquet" and params["run"] == run_id
    answer(engine, {**ANSWER, "path": "/data/out.parquet"})
    assert page.findChild(QLabel, "predict.saved").text() == "Saved 3 rows to /data/out.parquet"


def test_that_only_runs_with_a_model_can_be_chosen(page, engine, samples, qtbot):
    samples.running("at work")
    done = samples.finished("done")
    engine.tell()
    box = page.findChild(QComboBox, "predict.run")
    qtbot.waitUntil(lambda: box.count() == 1)
    assert box.itemText(0) == "done"
    box.activated.emit(0)
    page.setFile(Path("new.csv"))
    assert engine.pending("predict")[-1][1]["run"] == done


def test_that_runs_of_one_name_can_be_told_apart_and_typed(page, engine, samples, qtbot):
    twins = [samples.finished("twin") for _ in range(2)]
    samples.finished("single")
    engine.tell()
    box = page.findChild(QComboBox, "predict.run")
    qtbot.waitUntil(lambda: box.count() == 3)
    texts = [box.itemText(place) for place in range(3)]
    assert "single" in texts and len(set(texts)) == 3
    assert all(any(twin in text for text in texts) for twin in twins)
