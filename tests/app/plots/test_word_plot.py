"""The map of words draws over its view, however late that gets its place."""

import numpy as np
import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.plots.word_plot import WordPlot


@pytest.mark.parametrize("before", [True, False])
def test_that_words_are_drawn_over_the_view_whether_they_come_before_it_is_shown_or_after(qtbot, before):
    page = QWidget()
    layout, plot = QVBoxLayout(page), WordPlot(page)
    layout.addWidget(plot)
    qtbot.addWidget(page)
    page.resize(600, 400)
    words, points = [f"w{n}" for n in range(50)], np.random.default_rng(1).normal(size=(50, 2))
    if before:
        plot.setWords(words, points)
    page.show()
    qtbot.waitExposed(page)
    if not before:
        plot.setWords(words, points)
    qtbot.waitUntil(lambda: plot._layer.geometry() == plot.area().toRect() and plot.area().width() > 400)
    page.resize(900, 500)
    qtbot.waitUntil(lambda: plot._layer.geometry() == plot.area().toRect() and plot.area().width() > 700)
    assert plot.named()
