"""The Predict page of a forecaster: its own data, the fan of each series, and the future of known columns."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTableView, QTableWidget

from app.pages.predict import PredictPage
from app.plots import FanPlot
from engine.runs import Outcome, RunStatus
from engine.spec import RunSpec

DAY = 86_400.0


def window_of(series: str, level: float) -> dict:
    return {
        "series": series,
        "origin": "1970-01-03 00:00:00",
        "is_date": True,
        "times": [0, DAY, 2 * DAY, 3 * DAY, 4 * DAY],
        "past": [1.0, 2.0, 3.0],
        "actual": [],
        "forecast": [level, level + 1],
        "quantiles": [[level - 1, level], [level, level + 1], [level + 1, level + 2]],
    }


ANSWER = {
    "rows": 4,
    "matched": ["day", "shop", "price", "sales"],
    "columns": ["shop", "day", "step", "predicted sales", "quantile 0.1", "quantile 0.5", "quantile 0.9"],
    "predicted_columns": ["predicted sales", "quantile 0.1", "quantile 0.5", "quantile 0.9"],
    "preview": [["north", "1970-01-04", 1, 4.0, 3.0, 4.0, 5.0], ["south", "1970-01-04", 1, 9.0, 8.0, 9.0, 10.0]],
    "outlook": {"levels": [0.1, 0.5, 0.9], "windows": [window_of("north", 4.0), window_of("south", 9.0)]},
    "ahead": {
        "columns": ["price"],
        "rows": [["north", "1970-01-04 00:00:00", 2.5], ["south", "1970-01-04 00:00:00", None]],
    },
}


@pytest.fixture
def page(engine, shown):
    return shown(PredictPage(engine), 1100, 700)


@pytest.fixture
def forecaster(engine, page, qtbot) -> str:
    """The id of a forecasting run that the page has heard of and uses."""
    roles = {"target": ["sales"], "group": ["shop"], "continuous": ["price"]}
    spec = RunSpec.model_validate(
        {
            "family": "forecasting",
            "name": "shops",
            "data": {"dataset": "shops-0123456789ab", "roles": roles},
            "model": {"name": "nhits"},
            "forecasting": {"timeline": {"column": "day"}, "windows": {"encoder_length": 3, "horizon": 2}},
        }
    )
    run_id: str = engine.store.create_run(spec).id
    engine.store.claim(run_id, 1, 1.0)
    engine.store.set_status(run_id, RunStatus.RUNNING)
    engine.store.finish(run_id, Outcome.finished())
    engine.tell()
    page.setRun(run_id)
    own = page.findChild(QPushButton, "predict.own")
    qtbot.waitUntil(own.isVisible)
    return run_id


def answer(engine, value=ANSWER) -> None:
    ticket, _ = engine.pending("predict")[-1]
    engine.answered.emit(ticket, value)


def test_that_a_forecaster_goes_on_from_its_own_data_without_a_file(page, engine, forecaster):
    assert engine.pending("predict") == []
    page.findChild(QPushButton, "predict.own").click()
    _, params = engine.pending("predict")[-1]
    assert params == {"run": forecaster, "path": "", "limit": 200, "allow_missing": True}


def test_that_a_model_of_rows_is_not_offered_its_own_data(page, engine, samples, forecaster, qtbot):
    run_id = samples.finished("rows")
    engine.tell()
    page.setOwnData()
    page.setRun(run_id)
    qtbot.waitUntil(lambda: not page.findChild(QPushButton, "predict.own").isVisible())
    assert all(params["run"] == forecaster for _, params in engine.pending("predict"))


def test_that_arrow_keys_go_through_the_fans_of_the_series(page, engine, forecaster, qtbot):
    page.setFile(Path("new.csv"))
    answer(engine)
    fan = page.findChild(FanPlot)
    assert fan.isVisible() and page.findChild(QComboBox, "predict.outlook.series").currentText() == "north"
    assert fan.fan().median.tolist() == [4.0, 5.0] and [band.percent for band in fan.fan().bands] == [80]
    qtbot.keyClick(fan, Qt.Key.Key_Right)
    assert fan.fan().median.tolist() == [9.0, 10.0]
    qtbot.keyClick(fan, Qt.Key.Key_Right)
    qtbot.keyClick(fan, Qt.Key.Key_Left)
    assert np.array_equal(fan.fan().bands[0].low, [3.0, 4.0])


def test_that_the_future_of_known_columns_is_filled_in_and_used(page, engine, forecaster):
    page.setFile(Path("new.csv"))
    answer(engine)
    rows, use = page.findChild(QTableWidget, "predict.ahead.rows"), page.findChild(QPushButton, "predict.ahead.use")
    save = page.findChild(QPushButton, "predict.save")
    assert rows.item(0, 2).text() == "2.5" and rows.item(1, 2).text() == "" and save.isEnabled()
    assert not use.isEnabled() and not rows.item(0, 1).flags() & Qt.ItemFlag.ItemIsEditable
    rows.item(1, 2).setText("7")
    assert not save.isEnabled()  # what would be saved is not what the table says
    use.click()
    _, params = engine.pending("predict")[-1]
    given = [["north", "1970-01-04 00:00:00", "2.5"], ["south", "1970-01-04 00:00:00", "7"]]
    assert params["ahead"] == given
    answer(engine)
    assert rows.horizontalHeader().length() == rows.viewport().width()  # the last column still takes what is left
    assert rows.item(0, 2).textAlignment() & Qt.AlignmentFlag.AlignRight
    page.saveTo(Path("out.csv"))
    assert engine.pending("predict")[-1][1]["ahead"] == given
    page.setFile(Path("other.csv"))
    assert "ahead" not in engine.pending("predict")[-1][1]


def test_that_a_value_that_cannot_be_read_can_be_mended(page, engine, forecaster):
    page.setFile(Path("new.csv"))
    answer(engine)
    page.findChild(QTableWidget, "predict.ahead.rows").item(0, 2).setText("dear")
    page.findChild(QPushButton, "predict.ahead.use").click()
    ticket, _ = engine.pending("predict")[-1]
    engine.failed.emit(ticket, "“dear” is no number.")
    assert page.findChild(QLabel, "predict.problem").text() == "“dear” is no number."
    assert page.findChild(QPushButton, "predict.ahead.use").isEnabled()


def test_that_a_table_of_rows_has_no_fan_and_no_future(page, engine, samples):
    page.setRun(samples.finished())
    page.setFile(Path("new.csv"))
    answer(engine, {**ANSWER, "outlook": None, "ahead": None})
    assert not page.findChild(FanPlot).isVisible()
    assert not page.findChild(QTableWidget, "predict.ahead.rows").isVisible()


def test_that_each_forecast_row_begins_with_its_series_and_time(page, engine, forecaster):
    page.setFile(Path("new.csv"))
    answer(engine)
    rows = page.findChild(QTableView, "predict.rows").model()
    assert [rows.index(1, column).data() for column in range(2)] == ["south", "1970-01-04"]


def test_that_a_files_own_values_are_compared_with_when_that_is_asked_for(engine, page, forecaster, tmp_path):
    row = page.findChild(QPushButton, "predict.score")
    assert not row.isVisible()
    page.setFile(tmp_path / "later.csv")
    answer(engine)
    assert row.isVisible()
    row.click()
    ticket, asked = engine.pending("score")[-1]
    assert asked == {"run": forecaster, "path": str(tmp_path / "later.csv")}
    baselines = {"last_value": {"mae": 3.0}, "seasonal_naive": {"mae": 2.5}}
    report = {
        "count": 8,
        "what": "8 windows of 2 series",
        "metrics": {"mae": 1.25},
        "baselines": baselines,
        "notes": [],
    }
    engine.answered.emit(ticket, report)
    said = page.findChild(QLabel, "predict.score.said")
    assert said.text() == "MAE 1.25 (last value 3, seasonal naive 2.5) over 8 windows of 2 series."
    row.click()
    several = {
        "metrics": {"loss": 4.0, "mae/sales": 1.25, "mae/visits": 9.5},
        "baselines": {"last_value": {"mae/visits": 8.0}},
    }
    engine.answered.emit(engine.pending("score")[-1][0], {**report, **several})
    assert said.text() == "MAE of sales 1.25; MAE of visits 9.5 (last value 8) over 8 windows of 2 series."
    row.click()
    engine.failed.emit(engine.pending("score")[-1][0], "The test has no window (forecasting.windows.horizon).")
    assert said.text() == "The test has no window (“Forecasts”)."
    page.setFile(tmp_path / "other.csv")
    assert said.text() == ""


def test_that_a_file_of_series_is_not_offered_to_a_model_of_rows(page, engine, samples, forecaster, qtbot):
    page.setFile(Path("new.csv"))
    rows = samples.finished("rows")
    engine.tell()
    box = page.findChild(QComboBox, "predict.run")
    qtbot.waitUntil(lambda: box.count() == 2)
    page.setRun(rows)
    assert page.findChild(QLineEdit, "predict.file").text() == ""
    assert [params["run"] for _, params in engine.pending("predict")] == []
    page.setFile(Path("rows.csv"))
    page.setRun(samples.finished("more rows"))
    assert page.findChild(QLineEdit, "predict.file").text() == "rows.csv"
