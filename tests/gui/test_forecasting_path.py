"""A forecaster's path through the real window: own CSV with dates → two targets → windows → trained → predicted."""

import csv
import datetime
import math
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.runs import RunStatus

DAYS = 90


def write_shops(path: Path, days: int = DAYS) -> Path:
    """Two shops with a weekly wave, and a price that moves the sales; visitors come whatever it is."""
    source = random.Random(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "shop", "cost", "visitors", "sales"])
        for place, shop in enumerate(("north", "south")):
            for day in range(days):
                date = datetime.date(2024, 1, 1) + datetime.timedelta(days=day)
                cost = source.gauss(5, 0.5)
                visitors = 80 + 9 * math.cos(2 * math.pi * day / 7) + source.gauss(0, 2)
                sales = 20 + 5 * place + 4 * math.sin(2 * math.pi * day / 7) - cost + source.gauss(0, 0.3)
                writer.writerow([date, shop, f"{cost:.2f}", f"{visitors:.0f}", f"{sales:.2f}"])
    return path


@pytest.mark.timeout(400)
def test_that_a_csv_with_dates_becomes_a_trained_forecaster_of_two_targets_that_predicts(
    tmp_path: Path, user: Any, qtbot: QtBot
) -> None:
    window = user.open_window()
    window.openPaths([write_shops(tmp_path / "shops.csv")])
    user.press(window, "data.import.start")
    user.press(window, "data.next")
    page = window.train
    user.until(lambda: page.spec() is not None and page.spec().family == "forecasting")
    # The series themselves say that the shop tells them apart, and how far to look.
    user.until(lambda: page.spec().data.roles.group == ("shop",))
    user.until(lambda: page.spec().forecasting.windows.horizon == 7)
    assert page.spec().data.roles.target == ("sales",)
    page.form.setCurrentIndex(4)
    user.until(lambda: bool(page.form.windows.close_up.bands()))
    page.form.series.changed.emit("data.roles.target.further", ["visitors"])
    user.until(lambda: page.form.windows.drawn.isVisible())
    qtbot.keyClick(page.form.windows.drawn, Qt.Key.Key_Down)
    user.until(lambda: min(value for _, value in page.form.windows.close_up.numbers()[1]) > 60)
    qtbot.keyClick(page.form.windows, Qt.Key.Key_Right)
    user.until(lambda: page.form.windows._name.text().startswith("south"))
    page.form.setCurrentIndex(0)
    user.press(window, "train.preset.small")
    page._edit("trainer.epochs", 2)
    page._edit("trainer.threads", 1)
    user.press(window, "train.start")
    user.until(lambda: window.runs.run.isVisible())
    shown: list[str] = []
    window.engine.seriesGrew.connect(lambda _run, series: shown.extend(series))
    user.until(lambda: "train/loss" in shown and "valid/mae/visitors" in shown)
    user.until(lambda: user.only_run().status.is_over)
    run = user.only_run()
    assert run.status is RunStatus.FINISHED, run.outcome
    user.until(lambda: not window.statusBar_.activeRuns())

    window.runs.openPredict(run.id)
    window.runs.predict.setFile(write_shops(tmp_path / "new.csv", DAYS + 20))
    user.until(lambda: window.runs.predict.report() is not None)
    target = tmp_path / "forecast.csv"
    window.runs.predict.saveTo(target)
    user.until(target.exists)
    with target.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert {line["shop"] for line in lines} == {"north", "south"}
    assert all(float(line["predicted sales"]) < 60 < float(line["predicted visitors"]) for line in lines)
    # The worker says that it is done a little before its process is gone.
    user.until(lambda: not any(one.name.startswith("watch-") for one in threading.enumerate()))
    window.close()
