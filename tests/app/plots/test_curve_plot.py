"""The curve plot on a real window: what it shows, how it follows, zooms, exports and comes to rest."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor

from app import theme
from app.plots import CurvePlot
from app.plots.axis import duration, figures, power
from app.plots.export import NumbersJob


@pytest.fixture
def plot(qtbot, qapp):
    theme.apply(qapp, "light")
    widget = CurvePlot()
    qtbot.addWidget(widget)
    widget.resize(640, 400)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def drawn(plot):
    plot.redraw()
    return plot.grab().toImage()


def colours(picture, wanted, tolerance=40):
    found = 0
    for x in range(picture.width()):
        for y in range(picture.height()):
            pixel = picture.pixelColor(x, y)
            distance = abs(pixel.red() - wanted.red()) + abs(pixel.green() - wanted.green())
            found += distance + abs(pixel.blue() - wanted.blue()) <= tolerance
    return found


def line_of(plot, key):
    stroke = plot._strokes[key].raw
    return stroke.x, stroke.y


def view(plot):
    return plot.item.getViewBox().viewRange()


def test_that_what_is_on_show_follows_the_size_before_the_next_picture_is_drawn(plot, qtbot, monkeypatch):
    plot.setCurve("a", np.arange(9.0), np.arange(9.0))
    plot.redraw()
    monkeypatch.setattr(plot, "drawSome", lambda _deadline: True)
    plot.resize(640, 200)
    qtbot.waitUntil(lambda: plot.area().height() < 200)
    assert plot._layer.area == plot.area()


def test_that_an_empty_plot_says_so_and_a_point_replaces_the_words(plot):
    plot.setEmptyText("Press Train first")
    plot.redraw()
    assert plot._empty.isVisible()
    assert plot._empty.text() == "Press Train first"
    plot.setCurve("a", np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    plot.redraw()
    assert not plot._empty.isVisible()
    plot.clear()
    plot.redraw()
    assert plot._empty.isVisible()


def test_that_a_single_point_can_be_seen(plot):
    plot.setCurve("valid/loss", np.array([1.0]), np.array([0.6]), "", 1)
    picture = drawn(plot).copy(60, 20, 400, 330)  # without the name at the end
    assert colours(picture, theme.theme().seriesColor(1)) >= 4


def test_that_a_point_between_two_nan_can_be_seen_and_each_nan_is_marked(plot):
    y = np.ones(200)
    y[[50, 52, 120]] = np.nan
    y[51], y[160] = 3.0, np.inf
    plot.setCurve("a", np.arange(200.0), y)
    plot.redraw()
    kinds = [mark.kind for mark in plot._layer.marks]
    assert kinds.count("nan") == 3
    assert kinds.count("infinite") == 1
    assert len(plot._layer.dots) == 1


def test_that_a_million_nan_are_marked_once_a_pixel(plot):
    plot.setCurve("a", np.arange(1e6), np.full(1_000_000, np.nan))
    plot.redraw()
    assert 0 < len(plot._layer.marks) <= plot.width()


def test_that_at_most_two_points_a_pixel_column_are_drawn(plot):
    plot.setCurve("a", np.arange(300_000.0), np.random.default_rng(0).normal(size=300_000))
    plot.redraw()
    x, _ = line_of(plot, "a")
    assert len(x) <= 2 * plot.item.getViewBox().width() + 4


def test_that_zero_on_a_logarithmic_axis_falls_below_the_picture_and_hides_nothing(plot):
    y = np.full(10_000, 1e-3)
    y[::2] = 0.0
    plot.setAxisMode("log")
    plot.setCurve("a", np.arange(10_000.0), y)
    plot.redraw()
    _, places = line_of(plot, "a")
    assert np.isfinite(places).all()
    assert places.max() == pytest.approx(-3)
    assert places.min() < view(plot)[1][0]


def test_that_the_view_follows_new_points_until_the_user_zooms_and_again_after_a_reset(plot, qtbot):
    plot.setCurve("a", np.arange(10.0), np.arange(10.0))
    plot.redraw()
    plot.appendPoints("a", np.array([20.0]), np.array([5.0]))
    plot.redraw()
    assert view(plot)[0] == pytest.approx([0, 20])
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    zoomed = view(plot)[0]
    plot.appendPoints("a", np.array([40.0]), np.array([5.0]))
    plot.redraw()
    assert view(plot)[0] == pytest.approx(zoomed)
    qtbot.mouseDClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=plot.view.viewport().rect().center())
    plot.redraw()
    assert view(plot)[0] == pytest.approx([0, 40])


def test_that_many_appends_make_one_redraw(plot, qtbot, monkeypatch):
    plot.setCurve("a", np.arange(2.0), np.arange(2.0))
    qtbot.waitUntil(lambda: not plot._timer.isActive())
    asked = []
    plot._timer.timeout.connect(lambda: asked.append(1))
    for step in range(200):
        plot.appendPoints("a", np.array([2.0 + step]), np.array([1.0]))
    qtbot.waitUntil(lambda: not plot._timer.isActive())
    assert 1 <= len(asked) <= 3
    assert plot.curveData("a")[0][-1] == 201


def test_that_smoothing_keeps_the_raw_line_and_goes_on_with_new_points(plot):
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    plot.setCurve("a", np.arange(300.0), y[:300])
    plot.setSmoothing(0.9)
    plot.appendPoints("a", np.arange(300.0, 400), y[300:])
    plot.redraw()
    live = plot._curves["a"].smooth.y.values.copy()
    plot.setSmoothing(0)
    plot.setSmoothing(0.9)
    np.testing.assert_allclose(live, plot._curves["a"].smooth.y.values, rtol=1e-9)
    plot.redraw()
    assert len(line_of(plot, "a")[0]) == 400
    strokes = plot._strokes["a"]
    assert strokes.raw.colour.lightnessF() > strokes.smooth.colour.lightnessF() + 0.2


def test_that_names_at_the_ends_never_overlap(plot):
    for place in range(12):
        plot.setCurve(f"fold{place}", np.arange(5.0), np.full(5, 1 + place * 1e-4), f"fold {place}", place)
    plot.setCurve("far", np.arange(5.0), np.zeros(5), "far")
    plot.redraw()
    places = plot._layer.placed()
    assert len(places) == 13
    assert np.diff(places).min() >= 14
    assert places[-1] <= plot._layer.area.bottom()


def test_that_a_zoomed_views_names_tell_the_value_at_its_right_edge(plot):
    plot.setCurve("a", np.arange(101.0), np.arange(101.0), "a")
    plot.redraw()
    plot.item.getViewBox().sigRangeChangedManually.emit((True, True))
    plot.item.getViewBox().setRange(xRange=(0, 50), yRange=(0, 100), padding=0)
    plot.redraw()
    assert [label.text for label in plot._layer.labels] == ["a 50"]
    plot.setCurve("a", np.arange(101.0), -np.arange(101.0), "a")
    plot.item.getViewBox().setRange(xRange=(0, 50), yRange=(-100, 0), padding=0)
    plot.redraw()
    assert [label.text for label in plot._layer.labels] == ["a −50"]


def test_that_the_readout_tells_every_curves_value_under_the_pointer(plot):
    plot.setAxisLabel("step")
    plot.setCurve("train/loss", np.arange(11.0), np.arange(11.0) * 2, "train")
    plot.setCurve("valid/loss", np.array([0.0, 10.0]), np.array([7.0, np.nan]), "valid")
    plot.redraw()
    plot._read(plot.item.getViewBox().mapViewToScene(QPointF(9.8, 3)))
    reading = plot._layer.reading
    assert reading.title == "step 10"
    assert [text for text, _ in reading.lines] == ["train  20", "valid  nan"]
    plot._read(QPointF(-5, -5))
    assert plot._layer.reading is None


def test_that_a_resumed_curve_is_drawn_in_passes(plot):
    x = np.concatenate([np.arange(10.0), np.arange(5.0, 15)])
    plot.setCurve("a", x, np.arange(20.0))
    plot.redraw()
    _, ys = line_of(plot, "a")
    assert np.isnan(ys).sum() == 1
    assert view(plot)[0] == pytest.approx([0, 14])


def test_that_a_change_of_theme_recolours_at_once(plot, qapp):
    plot.setCurve("a", np.arange(50.0), np.arange(50.0))
    plot.redraw()
    light = plot._strokes["a"].raw.colour
    theme.apply(qapp, "dark")
    assert plot._strokes["a"].raw.colour != light
    assert plot.view.backgroundBrush().color().name() == theme.dark().base
    theme.apply(qapp, "light")


def test_that_a_hidden_plot_does_no_work_and_is_drawn_when_shown(plot, qtbot):
    plot.hide()
    plot.setCurve("a", np.arange(50.0), np.arange(50.0))
    assert not plot._timer.isActive()
    plot.show()
    qtbot.waitUntil(plot.isCurrent)
    assert len(line_of(plot, "a")[0]) == 50


def test_that_steps_are_written_as_whole_numbers_however_wide_the_plot(plot):
    axis = plot.item.getAxis("bottom")
    assert min(step for step, _ in axis.tickSpacing(1, 7, 1200)) < 1
    plot.setWholeAxis(True)
    assert min(step for step, _ in axis.tickSpacing(1, 7, 1200)) == 1
    assert axis.tickSpacing(1.2, 1.4, 1200) == [(1.0, 0.0)]


def test_that_no_timer_runs_after_the_plot_was_closed(plot, qtbot):
    plot.setCurve("a", np.arange(50.0), np.arange(50.0))
    plot.close()
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in plot.findChildren(QTimer)))


def test_that_pictures_and_numbers_are_exported(plot, tmp_path, qtbot):
    plot.setAxisLabel("step")
    plot.setCurve("train/loss", np.arange(3.0), np.array([1.5, np.nan, 0.1 + 0.2]))
    plot.redraw()
    plot.exportImage(tmp_path / "plot.png")
    plot.exportImage(tmp_path / "plot.svg")
    with qtbot.waitSignal(plot.exported):
        plot.writeNumbers(tmp_path / "plot.csv")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    drawing = (tmp_path / "plot.svg").read_text()
    assert "<path" in drawing or "<polyline" in drawing
    assert "<image" not in drawing
    with (tmp_path / "plot.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["curve", "step", "value"]
    assert [float(row[2]) for row in rows] == pytest.approx([1.5, np.nan, 0.1 + 0.2], nan_ok=True, rel=0, abs=0)


def test_that_a_file_that_cannot_be_written_is_told(plot, tmp_path):
    plot.setCurve("a", np.arange(3.0), np.arange(3.0))
    job = NumbersJob(plot.numbers(), tmp_path / "gone" / "plot.csv")
    told = []
    job.relay.failed.connect(told.append)
    job.run()
    assert "plot.csv" in told[0]
    with pytest.raises(OSError, match=r"plot\.png"):
        plot.exportImage(tmp_path / "gone" / "plot.png")


def test_that_ticks_are_written_alike():
    assert figures([0, 50_000, 100_000], 50_000) == ["0", "50k", "100k"]
    assert figures([654_320, 654_321], 1) == ["654,320", "654,321"]
    assert figures([-0.1, 0.0, 0.1], 0.1) == ["−0.1", "0.0", "0.1"]
    assert figures([0.0, 2e-5], 1e-5) == ["0", "2·10⁻⁵"]
    assert power(1e-4) == "10⁻⁴"
    assert [duration(seconds, 60) for seconds in (0, 150, 3750)] == ["0:00", "2:30", "1:02:30"]
    assert duration(45, 15) == "45 s"


def test_that_names_without_room_for_all_are_from_everywhere_and_a_strong_one_is_always_there(plot):
    for place in range(100):
        plot.setCurve(f"c{place}", np.arange(10.0), np.full(10, float(place)), f"c{place}")
    plot.setStrong({"c50"})
    plot.redraw()
    names = [label.text.split(" ")[0] for label in plot._layer._named()]
    assert "c50" in names and len(names) < 30
    numbers = [int(name[1:]) for name in names]
    assert max(numbers) > 90 and min(numbers) < 10
    plot.setStrong(())
    assert not plot._curves["c50"].is_strong


def test_that_a_ribbon_is_washed_around_its_curve_and_has_room(plot):
    x = np.arange(10.0)
    plot.setCurve("mean", x, np.ones(10))
    plot.setRibbon("mean", x, np.zeros(10), np.full(10, 2.0))
    picture = drawn(plot).copy(60, 20, 400, 330)
    (_, _), (low, high) = view(plot)
    assert low <= 1 <= high and [name for name, *_ in plot.numbers()[1]].count("mean/low") == 10
    base, ink = QColor(theme.theme().base), theme.theme().seriesColor(0)
    parts = zip(ink.getRgb()[:3], base.getRgb()[:3], strict=True)
    assert colours(picture, QColor(*(round(0.2 * one + 0.8 * other) for one, other in parts)), 12) > 1000


def test_that_no_word_of_a_marked_place_covers_another(plot):
    plot.setCurve("a", np.arange(100.0), np.arange(100.0))
    for x, word in (
        (90.0, "6000 epochs"),
        (93.0, "learning rate 0.01"),
        (95.0, "best: epoch 545"),
        (2.0, "best: epoch 2"),
    ):
        plot.addMarker(x, word, "best")
    plot.redraw()
    places = [place for _, place in plot._layer.words()]
    assert len(places) == 4
    assert not any(one.intersects(other) for number, one in enumerate(places) for other in places[:number])


def test_that_what_is_always_zero_is_not_drawn_as_if_it_could_be_negative(plot):
    plot.setCurve("coverage", np.array([1.0, 2.0, 3.0]), np.zeros(3))
    plot.redraw()
    low, high = view(plot)[1]
    assert -0.1 < low < 0.0 and 1.0 < high < 1.1
