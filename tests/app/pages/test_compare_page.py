"""The Compare page: curves of several runs, the settings they differ in, what the metric came to, seeds and a baseline."""

import csv
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QTabWidget

from app.pages.compare import ComparePage
from app.pages.runs import RunsPage
from app.theme import theme
from engine.runs import Outcome, Points
from engine.spec import DataSpec, RunSpec, TrainerSpec


@pytest.fixture
def page(engine, shown):
    return shown(ComparePage(engine), 1100, 720)


@pytest.fixture
def make_run(engine):
    """Records a finished run of ten steps whose loss falls to `last`."""

    def make(name: str, last: float, seed: int = 1, epochs: int = 5) -> str:
        spec = RunSpec(name=name, data=DataSpec(dataset="x"), trainer=TrainerSpec(seed=seed, epochs=epochs))
        run = engine.store.create_run(spec).id
        engine.store.claim(run, 1, 0.0)
        steps = list(range(1, 11))
        values = np.linspace(1.0, last, 10).tolist()
        points = Points(steps, values, [1000.0 + step for step in steps], [step / 5 for step in steps])
        engine.store.append(run, {"valid/loss": points})
        engine.store.finish(run, Outcome.finished())
        return run

    return make


def cell(page: ComparePage, row: int, name: str) -> str:
    model = page.table.model()
    titles = [
        model.headerData(place, Qt.Orientation.Horizontal).split("\n")[-1] for place in range(model.columnCount())
    ]
    return str(model.index(row, titles.index(name)).data())


def choose(page: ComparePage, path: str, value: str) -> None:
    combo = page.findChild(QComboBox, path)
    combo.setCurrentIndex(combo.findData(value))
    page.redraw()


def test_that_runs_are_drawn_over_each_other_with_what_differs_below(page, make_run):
    first, second = make_run("short", 0.5), make_run("long", 0.25, epochs=9)
    page.setRuns([first, second])
    page.redraw()
    assert sorted(page.curves.keys()) == sorted([first, second])
    assert [cell(page, row, "epochs") for row in (0, 1)] == ["5", "9"]
    assert cell(page, 0, "final") == "0.5000"
    assert cell(page, 1, "final") == "★ 0.2500"


def test_that_a_baseline_shows_differences_and_a_tick_hides_a_curve(page, make_run, tmp_path):
    first, second = make_run("a", 0.5), make_run("b", 0.25, epochs=9)
    page.setRuns([first, second])
    page.redraw()
    page.table.chooseRun(first)
    page.findChild(QPushButton, "compare.baseline").click()
    assert "(−0.250)" in cell(page, 1, "final")
    page.table.model().setData(page.table.model().index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    page.redraw()
    assert page.curves.keys() == [second]
    page.exportTable(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["run"], row["trainer.epochs"], float(row["valid/loss best"])) for row in rows] == [
        ("a", "5", 0.5),
        ("b", "9", 0.25),
    ]


def test_that_other_seeds_become_a_mean_with_its_interval(page, make_run):
    runs = [make_run("a", last, seed) for seed, last in enumerate((0.2, 0.4, 0.6))]
    page.setRuns(runs)
    page.redraw()
    page.findChild(QCheckBox, "compare.seeds").setChecked(True)
    page.redraw()
    assert page.curves.keys() == [runs[0]]
    mean = page.curves.curveData(runs[0])[1]
    assert mean[-1] == pytest.approx(0.4)
    _, rows = page.curves.numbers()
    low = [y for run, _, x, y in rows if run == f"{runs[0]}/low" and x == 10]
    assert low[0] < 0.2


def test_that_axes_and_colours_are_chosen(page, make_run):
    first, second = make_run("a", 0.5), make_run("b", 0.25, epochs=9)
    page.setRuns([first, second])
    page.redraw()
    for axis, last in (("step", 10), ("epoch", 2)):
        choose(page, "compare.axis", axis)
        assert page.curves.curveData(first)[0][-1] == pytest.approx(last)
    choose(page, "compare.axis", "clock")
    choose(page, "compare.colour", "trainer.epochs")
    assert {page.curves._curves[run].colour for run in (first, second)} == {0, 1}


def test_that_settings_and_result_lie_on_parallel_axes(page, make_run):
    first, second = make_run("a", 0.5), make_run("b", 0.25, epochs=9)
    page.setRuns([first, second])
    page.redraw()
    page.findChild(QTabWidget, "compare.tabs").setCurrentWidget(page.fields)
    assert page.fields.parallel.place("trainer.epochs", 5) == 0.0
    assert page.fields.parallel.place("trainer.epochs", 9) == 1.0
    assert page.fields.parallel.place("valid/loss", 0.25) == 0.0
    header, rows = page.fields.parallel.numbers()
    assert header == ["run", "trainer.epochs", "valid/loss"] and len(list(rows)) == 2


def test_that_the_baseline_is_drawn_as_dark_as_text_and_thicker_and_so_is_the_chosen_run(page, make_run):
    first, second = make_run("a", 0.5), make_run("b", 0.25, epochs=9)
    page.setRuns([first, second])
    page.redraw()
    pin = page.findChild(QPushButton, "compare.baseline")
    assert not pin.isEnabled()
    page.table.chooseRun(first)
    pin.click()
    page.table.chooseRun(second)
    curves = page.curves._curves
    assert curves[first].inkColour() == QColor(theme().text) and "Baseline" in curves[first].label
    assert curves[first].is_strong and curves[second].is_strong
    page.table.chooseRun(first)
    pin.click()
    assert curves is page.curves._curves and curves[first].inkColour() == theme().seriesColor(0)


def test_that_the_colours_of_a_setting_are_told_and_shades_stand_for_many_values(page, make_run):
    runs = [make_run(f"r{epochs}", 0.5, epochs=epochs) for epochs in range(1, 12)]
    page.setRuns(runs)
    page.redraw()
    choose(page, "compare.colour", "trainer.epochs")
    legend = page.findChild(QLabel, "compare.legend")
    assert legend.isVisibleTo(page) and ">■</span>&nbsp;11" in legend.text()
    assert len({page.curves._curves[run].inkColour().name() for run in runs}) == len(runs)
    choose(page, "compare.colour", "")
    assert not legend.isVisibleTo(page)


def test_that_the_wall_clock_is_written_along_the_axis(page, make_run):
    first, second = make_run("a", 0.5), make_run("b", 0.25)
    page.setRuns([first, second])
    page.redraw()
    choose(page, "compare.axis", "clock")
    axis = page.curves.item.getAxis("bottom")
    began = page._runs[first].began
    assert axis.words(0.0).endswith(time.strftime("%H:%M:%S", time.localtime(began)))


def test_that_more_metrics_stand_in_the_table_and_a_header_sorts(page, engine, make_run):
    first, second = make_run("a", 0.5), make_run("b", 0.25, epochs=9)
    engine.store.append(first, {"valid/accuracy": Points([1], [0.9], [1001.0], [0.2])})
    page.setRuns([first, second])
    page.redraw()
    menu = page.findChild(QPushButton, "compare.metrics").menu()
    action = next(action for action in menu.actions() if action.data() == "valid/accuracy")
    action.trigger()
    model = page.table.model()
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
    assert "Accuracy, valid\nbest" in titles and "Loss, valid\nbest" in titles
    page.table.sortByColumn(titles.index("Loss, valid\nbest"), Qt.SortOrder.AscendingOrder)
    assert [model.index(row, 0).data() for row in (0, 1)] == ["b", "a"]


def test_that_pictures_hold_the_band_as_shapes(page, make_run, tmp_path):
    runs = [make_run("a", last, seed) for seed, last in enumerate((0.2, 0.4, 0.6))]
    page.setRuns(runs)
    page.redraw()
    page.findChild(QCheckBox, "compare.seeds").setChecked(True)
    page.redraw()
    page.curves.exportImage(tmp_path / "curves.svg")
    page.curves.exportImage(tmp_path / "curves.png")
    drawing = (tmp_path / "curves.svg").read_text()
    assert 'fill-opacity="0.2' in drawing and "<image" not in drawing
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_that_news_of_a_run_are_drawn_and_that_leaving_follows_no_longer(page, engine, make_run, qtbot):
    first, second = make_run("a", 0.5), make_run("b", 0.25)
    page.setRuns([first, second])
    page.redraw()
    engine.store.append(first, {"valid/loss": Points([11], [0.1], [1011.0], [2.2])})
    engine.tell()
    qtbot.waitUntil(lambda: len(page.curves.curveData(first)[0]) == 11)
    page.leave()
    assert engine.watched == {}


def test_that_two_chosen_runs_are_handed_to_the_comparison(engine, qtbot, make_run):
    runs = [make_run("a", 0.5), make_run("b", 0.25)]
    listed = RunsPage(engine)
    qtbot.addWidget(listed)
    listed.show()
    engine.tell()
    compare = listed.findChild(QPushButton, "runs.compare")
    assert not compare.isEnabled()
    listed._table.selectAll()
    with qtbot.waitSignal(listed.compareRequested) as asked:
        compare.click()
    assert sorted(asked.args[0]) == sorted(runs)
