"""The cards of what a network tells of itself."""

from typing import Any

import numpy as np
import pytest

from app import theme
from app.pages.run.forecast_insight import InsightCards, PartsCard
from app.pages.run.plot_card import PlotCard
from app.plots import CurvePlot
from engine.runs.forecasts import ForecastInsight, ForecastParts, Weight


@pytest.fixture
def cards(qtbot: Any, qapp: Any) -> Any:
    theme.apply(qapp, "light")

    def made(insight: ForecastInsight) -> InsightCards:
        view = InsightCards(insight)
        qtbot.addWidget(view)
        view.resize(1000, 600)
        view.show()
        return view

    return made


def test_that_weights_and_attention_are_shown_in_per_cent(cards: Any) -> None:
    past = tuple(Weight(name=f"input {place}", share=0.05) for place in range(20))
    view = cards(ForecastInsight(windows=9, past=past, attention={1: (0.25, 0.75), 4: (0.5, 0.5)}))
    shown = view.findChild(PlotCard, "run.results.inputs.past")
    assert "The 16 largest of 20." in shown.hint()
    assert shown.plot.numbers()[1][0][1] == pytest.approx(5.0)
    attention = view.findChild(PlotCard, "run.results.attention").plot
    assert attention.keys() == ["+1", "+4"]
    np.testing.assert_allclose(attention.curveData("+1"), ([-1.0, 0.0], [25.0, 75.0]))
    assert view.findChild(PlotCard, "run.results.inputs.static") is None


def test_that_the_parts_of_the_chosen_window_are_drawn_with_their_sum(cards: Any) -> None:
    parts = tuple(
        ForecastParts(
            series=name,
            origin="2024-01-01 00:00:00",
            centre=5.0,
            names=("trend", "season"),
            parts=((1.0, 2.0), (level, level)),
            total=(1.0 + level, 2.0 + level),
        )
        for name, level in (("north", 0.5), ("south", 0.25))
    )
    view = cards(ForecastInsight(windows=2, parts=parts))
    card = view.findChild(PartsCard)
    plot = card.findChild(CurvePlot)
    assert plot.keys() == ["forecast", "trend", "season"]
    assert card.chooser.currentText() == "north · 2024-01-01"
    card.chooser.setCurrentIndex(1)
    np.testing.assert_allclose(plot.curveData("forecast")[1], [1.25, 2.25])
