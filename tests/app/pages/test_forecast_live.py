"""Forecasts on the run page while a run learns: drawn as the engine tells them, each window where it was chosen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox

from app import theme
from app.pages.run.forecast_panel import FanCard, ForecastPanel
from app.pages.run.page import RunPage
from engine.runs.forecasts import LIVE_EVENT, LIVE_FILE, ForecastWindow, LiveForecasts

LEVELS = (0.1, 0.5, 0.9)


def a_window(name: str, level: float = 0.0, steps: int = 4) -> ForecastWindow:
    ahead = np.full(steps, 10.0 + level)
    return ForecastWindow(
        series=name,
        origin="2024-01-01 11:00:00",
        is_date=True,
        times=tuple(1_704_067_200.0 + 3600.0 * np.arange(12 + steps)),
        past=tuple(10 + np.sin(np.arange(12.0))),
        actual=(10.0,) * steps,
        forecast=tuple(ahead),
        quantiles=(tuple(ahead - 1), tuple(ahead), tuple(ahead + 1)),
    )


def live(epoch: int = 1, windows: int = 6, fold: str = "") -> LiveForecasts:
    shown = tuple(a_window(f"shop {place}", 0.1 * epoch) for place in range(windows))
    return LiveForecasts(target="sales", fold=fold, epoch=epoch, step=10 * epoch, levels=LEVELS, windows=shown)


@pytest.fixture
def page(engine: Any, qtbot: Any, qapp: Any) -> RunPage:
    theme.apply(qapp, "light")
    page = RunPage(engine)
    qtbot.addWidget(page)
    page.resize(1192, 760)
    page.show()
    return page


@pytest.fixture
def tell(engine: Any) -> Any:
    """Writes forecasts beside a run as its worker does, and lets the engine tell them."""

    def told(run_id: str, forecasts: LiveForecasts) -> None:
        folder: Path = engine.store.run_folder(run_id)
        (folder / LIVE_FILE).write_text(forecasts.model_dump_json())
        engine.store.append(run_id, events=[(0.0, LIVE_EVENT, {"epoch": forecasts.epoch})])
        engine.tell()

    return told


def panel(page: RunPage) -> ForecastPanel:
    found = page.findChild(ForecastPanel)
    assert isinstance(found, ForecastPanel)
    return found


def medians(cards: list[FanCard]) -> list[float]:
    return [float(fan.median[0]) for card in cards if (fan := card.fan.fan()) is not None]


def test_that_forecasts_are_redrawn_at_each_validation(page: RunPage, samples: Any, tell: Any) -> None:
    run_id = samples.running()
    page.setRun(run_id)
    assert panel(page).isHidden()
    tell(run_id, live(1))
    assert panel(page).title() == "“sales” of validation windows, forecast after epoch 1"
    cards = panel(page).cards()
    assert len(cards) == 2 and medians(cards) == [10.1, 10.1]
    tell(run_id, live(2, fold="fold3"))
    assert medians(cards) == [10.2, 10.2]
    assert panel(page).title().endswith("after epoch 2 of fold 3")


def test_that_a_chosen_window_stays_chosen(page: RunPage, samples: Any, tell: Any) -> None:
    run_id = samples.running()
    page.setRun(run_id)
    tell(run_id, live(1))
    chooser = page.findChild(QComboBox, "run.live.forecast1.window")
    assert chooser.currentText() == "shop 0 · 2024-01-01 11:00"
    chooser.setCurrentIndex(5)
    tell(run_id, live(2))
    assert chooser.currentText().startswith("shop 5")
    tell(run_id, live(3, windows=3))
    assert chooser.currentText().startswith("shop 0")


def test_that_wide_pages_show_four_and_no_more_than_there_are(
    page: RunPage, samples: Any, tell: Any, qtbot: Any
) -> None:
    run_id = samples.running()
    page.setRun(run_id)
    page.resize(1900, 900)
    tell(run_id, live(1))
    qtbot.waitUntil(lambda: len(panel(page).cards()) == 4)
    tell(run_id, live(2, windows=1))
    assert len(panel(page).cards()) == 1
    tell(run_id, live(3, windows=0))
    assert panel(page).isHidden()


def test_that_another_run_begins_without_forecasts(page: RunPage, samples: Any, tell: Any) -> None:
    first, second = samples.running("first"), samples.running("second")
    page.setRun(first)
    tell(first, live(1))
    page.setRun(second)
    assert panel(page).isHidden()
    tell(first, live(2))
    assert panel(page).isHidden()
    page.setRun(first)
    assert medians(panel(page).cards()) == [10.2, 10.2]


def test_that_of_several_targets_the_chosen_one_is_drawn(page: RunPage, samples: Any, tell: Any) -> None:
    run_id = samples.running()
    page.setRun(run_id)
    for epoch in (1, 2):
        shown = live(epoch)
        further = {"visitors": tuple(a_window(f"shop {place}", 500.0 + epoch) for place in range(6))}
        tell(run_id, shown.model_copy(update={"further": further}))
        if epoch == 1:
            assert "“sales”" in panel(page).title()
            panel(page).target.setCurrentIndex(1)
        assert "“visitors” of validation windows, forecast after epoch" in panel(page).title()
        assert panel(page).cards()[0].fan.fan().median[0] == 510.0 + epoch
