"""Where the values of a setting stand beside each other."""

import pytest

from app.plots.dot_plot import DotPlot, Spot
from app.plots.scale import scale_of


def test_that_numbers_far_apart_stand_by_magnitude_and_near_ones_by_size():
    far = scale_of([1e-4, 1e-3, 1e-2])
    assert far.kind == "log" and far.share(1e-3) == pytest.approx(0.5)
    near = scale_of([1, 2, 5])
    assert near.kind == "linear" and near.share(2) == pytest.approx(0.25)


def test_that_words_and_switches_stand_in_even_steps():
    words = scale_of([True, False, True])
    assert words.kind == "words" and [words.share(False), words.share(True)] == [0.0, 1.0]


def test_that_a_run_without_a_number_has_a_place_below_the_numbers():
    found = scale_of([None, 2, 4])
    assert found.share(None) == 0.0 and found.share(2) > 0.1 and found.share(4) == 1.0
    assert ("–", 0.0) in found.ticks()


def test_that_dots_of_a_setting_in_words_have_its_words_below(qtbot):
    plot = DotPlot()
    qtbot.addWidget(plot)
    plot.setSpots([Spot("a", 0, "relu", 0.5), Spot("b", 1, "gelu", 0.4), Spot("c", 2, None, float("nan"))], "x", "y")
    assert [plot.place("gelu"), plot.place("relu")] == [0.0, 1.0]
    header, rows = plot.numbers()
    assert header == ["run", "x", "y"] and [row[0] for row in rows] == ["a", "b"]
