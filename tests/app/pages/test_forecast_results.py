"""Results of a forecasting run: the model beside the baselines, and every series and origin by keyboard."""

import json
import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSlider

from app import theme
from app.pages.run.baseline_table import BaselineTable
from app.pages.run.forecast_browser import ForecastBrowser
from app.pages.run.page import RunPage
from app.pages.run.plot_card import PlotCard
from app.pages.run.rows_table import RowsTable
from engine.runs.evaluation import Evaluation, FoldScore, ForecastReport, SeriesScore
from engine.runs.forecasts import ForecastWindow, SeriesForecasts, SeriesNames

NAMES = ("east", "north", "west")


def an_evaluation(**more: Any) -> dict[str, Any]:
    steps = tuple({"mae": 1.0 + place, "coverage_80": 0.8} for place in range(4))
    report = ForecastReport(
        frequency="h",
        horizon=4,
        season=24,
        quantiles=(0.1, 0.5, 0.9),
        baselines={"last_value": {"mae": 2.0, "smape": 0.2}, "seasonal_naive": {"mae": 3.0, "smape": 0.3}},
        steps=steps,
        baseline_steps={"last_value": tuple({"mae": 2.0} for _ in range(4))},
        series=tuple(
            SeriesScore(series=name, metrics={"mae": mae}) for name, mae in zip(NAMES[::-1], (3, 2, 1), strict=True)
        ),
        series_count=3,
    )
    metrics = {"test": {"mae": 1.5, "smape": 0.31, "coverage_80": 0.784}}
    evaluation = Evaluation(task="forecasting", split="test", rows=90, metrics=metrics, forecast=report, **more)
    return dict(json.loads(evaluation.model_dump_json()))


def names() -> dict[str, Any]:
    return SeriesNames(target="sales", levels=(0.1, 0.5, 0.9), names=NAMES, windows=(30, 20, 1)).model_dump()


def a_window(series: int, place: int) -> dict[str, Any]:
    line = (float(series), float(place), 0.0, 1.0)
    return ForecastWindow(
        series=NAMES[series],
        origin=f"2024-01-{place + 1:02d} 00:00:00",
        is_date=True,
        times=tuple(1_704_067_200.0 + 3600.0 * np.arange(16)),
        past=(5.0,) * 12,
        actual=(6.0,) * 4,
        forecast=line,
        quantiles=(line, line, line),
        baselines={"last_value": (5.0,) * 4},
    ).model_dump(mode="json")


def a_series(number: int) -> dict[str, Any]:
    return SeriesForecasts(
        series=NAMES[number],
        is_date=True,
        metrics={"mae": 1.0},
        baselines={"last_value": {"mae": 2.0}},
        origins=(0.0, 1.0),
        errors=(1.0, 1.0),
        times=(0.0, 3600.0),
        residuals=(0.5, -0.5),
        low=(0.0, -1.0),
        high=(1.0, 0.0),
    ).model_dump(mode="json")


@pytest.fixture
def page(engine: Any, samples: Any, qtbot: Any, qapp: Any) -> RunPage:
    """A finished run whose results have come, as far as the names of the series."""
    theme.apply(qapp, "light")
    page = RunPage(engine)
    qtbot.addWidget(page)
    page.resize(1192, 760)
    page.show()
    page.setRun(samples.finished())
    engine.answered.emit(engine.pending("evaluation")[-1][0], an_evaluation())
    engine.answered.emit(engine.pending("forecast_names")[-1][0], names())
    return page


def test_that_each_of_several_targets_has_its_own_figures_and_forecasts(
    engine: Any, samples: Any, qtbot: Any, qapp: Any
) -> None:
    theme.apply(qapp, "light")
    page = RunPage(engine)
    qtbot.addWidget(page)
    page.resize(1192, 760)
    page.show()
    page.setRun(samples.finished())
    both = an_evaluation()
    first = {**both["forecast"], "target": "sales"}
    metrics = {"smape": 0.3, "mae/sales": 1.5, "smape/sales": 0.31, "mae/visitors": 250.0, "smape/visitors": 0.29}
    both |= {"forecast": first, "further_forecasts": [{**first, "target": "visitors"}], "metrics": {"test": metrics}}
    engine.answered.emit(engine.pending("evaluation")[-1][0], both)
    targets = ("sales", "visitors")
    engine.answered.emit(engine.pending("forecast_names")[-1][0], {**names(), "targets": targets})
    ticket, params = engine.pending("forecast_window")[-1]
    assert "target" not in params
    chooser = page.findChild(QComboBox, "run.results.target")
    assert [chooser.itemText(place) for place in range(2)] == list(targets)
    chooser.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(page.findChildren(ForecastBrowser)) == 1)
    table = page.findChild(BaselineTable, "run.results.baselines")
    assert table.text(0, 1) == "250.0"
    engine.answered.emit(ticket, a_window(0, 0))  # of the other target: too late
    assert browser(page).plot.fan() is None
    asked, params = engine.pending("forecast_names")[-1]
    assert params["target"] == 1
    engine.answered.emit(asked, {**names(), "target": "visitors", "targets": targets})
    asked, params = engine.pending("forecast_window")[-1]
    assert params["target"] == 1
    engine.answered.emit(asked, a_window(params["series"], params["place"]))
    assert browser(page).plot.fan() is not None


def answer(engine: Any) -> tuple[int, int]:
    """Answer the newest question for a window; returns which one was wanted."""
    ticket, params = engine.pending("forecast_window")[-1]
    engine.answered.emit(ticket, a_window(params["series"], params["place"]))
    return params["series"], params["place"]


def browser(page: RunPage) -> ForecastBrowser:
    found = page.findChild(ForecastBrowser)
    assert isinstance(found, ForecastBrowser)
    return found


def test_that_the_model_stands_beside_the_baselines_and_the_best_is_bold(page: RunPage) -> None:
    table = page.findChild(BaselineTable, "run.results.baselines")
    assert [table.text(row, 0) for row in range(3)] == ["model", "last value", "seasonal naive"]
    assert [table.text(0, column) for column in (1, 2, 3)] == ["1.500", "31.0\u00a0%", "78.4\u00a0%"]
    assert table.text(1, 3) == "–"
    bold = [(row, column) for row in range(3) for column in (1, 2, 3) if table.item(row, column).font().bold()]
    weights = [(row, c) for row in range(3) for c in (1, 2, 3) if table.item(row, c).font().weight() >= 600]
    assert (bold or weights) == [(0, 1), (1, 2)]


def test_that_arrow_keys_go_through_origins_and_series(page: RunPage, engine: Any, qtbot: Any) -> None:
    plot = browser(page).plot
    assert answer(engine) == (0, 0)
    for key, expected in (
        (Qt.Key.Key_Right, (0, 1)),
        (Qt.Key.Key_Right, (0, 2)),
        (Qt.Key.Key_Down, (1, 2)),
        (Qt.Key.Key_Left, (1, 1)),
        (Qt.Key.Key_Down, (2, 0)),
        (Qt.Key.Key_Up, (1, 0)),
    ):
        qtbot.keyClick(plot, key)
        assert answer(engine) == expected
        assert plot.fan().median.tolist()[:2] == [float(one) for one in expected]
    told = page.findChild(QLabel, "run.results.forecast.told").text()
    assert told == "2024-01-01  ·  1 of 20"


def test_that_a_key_held_down_asks_for_one_window_at_a_time_and_ends_at_the_last(
    page: RunPage, engine: Any, qtbot: Any
) -> None:
    plot = browser(page).plot
    for _ in range(40):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert len(engine.pending("forecast_window")) == 1
    assert answer(engine) == (0, 0)
    assert answer(engine) == (0, 29)
    assert browser(page).place() == (0, 29)


def test_that_a_ranked_series_is_gone_to(page: RunPage, engine: Any) -> None:
    answer(engine)
    ranking = page.findChild(RowsTable, "run.results.ranking")
    ranking.selectRow(0)
    assert browser(page).place() == (2, 0)
    page.findChild(QComboBox, "run.results.ranking.order").setCurrentIndex(1)
    ranking.selectRow(0)
    assert browser(page).place() == (0, 0)
    assert page.findChild(QComboBox, "run.results.forecast.series").currentText() == "east"


def test_that_a_series_own_metrics_and_residuals_follow_it(page: RunPage, engine: Any) -> None:
    ticket, params = engine.pending("forecast_series")[-1]
    engine.answered.emit(ticket, a_series(params["series"]))
    table = page.findChild(BaselineTable, "run.results.series")
    assert [table.text(row, 1) for row in range(2)] == ["1.000", "2.000"]
    assert any(label.text() == "east alone" for label in page.findChildren(QLabel))
    browser(page).setSeries(1)
    assert engine.pending("forecast_series")[-1][1]["series"] == 1


def test_that_baselines_are_drawn_when_wanted_and_a_lonely_origin_cannot_slide(page: RunPage, engine: Any) -> None:
    answer(engine)
    browser(page)._baselines.setChecked(True)
    assert list(browser(page).plot.fan().others) == ["last value"]
    browser(page).setSeries(2)
    assert not page.findChild(QSlider, "run.results.forecast.origin").isEnabled()


def test_that_missing_forecasts_are_said_where_they_would_be(page: RunPage, engine: Any) -> None:
    ticket, _ = engine.pending("forecast_window")[-1]
    engine.failed.emit(ticket, "There are no forecasts of this run to look at.")
    assert browser(page).plot.fan() is None
    assert browser(page).plot._empty.text() == "There are no forecasts of this run to look at."
    browser(page).setSeries(1)
    assert answer(engine) == (1, 0)
    assert browser(page).plot.fan() is not None


def test_that_an_answer_for_another_run_is_dropped(page: RunPage, engine: Any, samples: Any) -> None:
    ticket, _ = engine.pending("forecast_window")[-1]
    page.setRun(samples.finished("another"))
    assert engine.pending("forecast_window") == []
    engine.answered.emit(ticket, a_window(0, 0))
    assert page.findChild(ForecastBrowser) is None or browser(page).plot.fan() is None


def test_that_what_is_a_mean_over_folds_says_so(page: RunPage, engine: Any, samples: Any) -> None:
    assert page.findChild(PlotCard, "run.results.steps").hint() == ""
    page.setRun(samples.finished("backtest"))
    score = FoldScore(metric="test/mae", values=(1.0, 2.0), mean=1.5, std=0.7, standard_error=0.5)
    engine.answered.emit(engine.pending("evaluation")[-1][0], an_evaluation(folds=(score,)))
    hints = [card.hint() for card in page.findChildren(PlotCard, "run.results.steps")]
    assert hints[-1] == "Means over the folds."
    assert any(label.text() == "Means over the folds." for label in page.findChildren(QLabel))


def test_that_a_hundred_thousand_names_do_not_hold_the_window(page: RunPage, qtbot: Any, qapp: Any) -> None:
    many = [f"item {number}" for number in range(100_000)]
    content = {**names(), "names": many, "windows": [3] * len(many)}
    browser(page).setNames(SeriesNames.model_validate(content))
    began = time.process_time()
    theme.apply(qapp, "dark")
    assert time.process_time() - began < 1.0


def test_that_a_series_that_there_is_not_gives_way_to_the_one_on_show(page: RunPage, qtbot: Any) -> None:
    series = page.findChild(QComboBox, "run.results.forecast.series")
    shown = series.currentText()
    series.setFocus()
    qtbot.keyClicks(series, "zz")
    assert series.currentText() != shown
    qtbot.keyClick(series, Qt.Key.Key_Return)
    assert series.currentText() == shown
