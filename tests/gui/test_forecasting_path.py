"""A forecaster's path through the real window: own CSV with dates → Forecast → windows looked at → trained → predicted."""

import csv
import datetime
import math
import random
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.settings import Settings
from app.theme import apply
from engine.runs import RunRecord, RunStatus, RunStore

SLOW = 120_000
DAYS = 90


def write_shops(path: Path, days: int = DAYS) -> Path:
    """Two shops with a weekly wave, and a price that moves the sales."""
    source = random.Random(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "shop", "cost", "sales"])
        for place, shop in enumerate(("north", "south")):
            for day in range(days):
                date = datetime.date(2024, 1, 1) + datetime.timedelta(days=day)
                cost = source.gauss(5, 0.5)
                sales = 20 + 5 * place + 4 * math.sin(2 * math.pi * day / 7) - cost + source.gauss(0, 0.3)
                writer.writerow([date, shop, f"{cost:.2f}", f"{sales:.2f}"])
    return path


def open_window(workspace: Path, qtbot: QtBot) -> MainWindow:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply(application, "light")
    window = MainWindow(workspace, Settings(), warm_up=False)
    window.show()
    qtbot.waitExposed(window)
    return window


def press(window: MainWindow, name: str, qtbot: QtBot) -> None:
    """Click the button of this path with the mouse, as soon as it can be clicked."""
    button = window.findChild(QAbstractButton, name)
    assert button is not None, name
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=SLOW)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def only_run(workspace: Path) -> RunRecord:
    with RunStore(workspace) as store:
        (run,) = store.runs()
    return run


@pytest.mark.timeout(400)
def test_that_a_csv_with_dates_becomes_a_trained_forecaster_that_predicts(
    workspace: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(workspace, qtbot)
    window.openPaths([write_shops(tmp_path / "shops.csv")])
    press(window, "data.import.start", qtbot)
    press(window, "data.next", qtbot)
    page = window.train
    qtbot.waitUntil(lambda: page.spec() is not None and page.spec().family == "forecasting", timeout=SLOW)
    # The series themselves say that the shop tells them apart, and how far to look.
    qtbot.waitUntil(lambda: page.spec().data.roles.group == ("shop",), timeout=SLOW)
    qtbot.waitUntil(lambda: page.spec().forecasting.windows.horizon == 7, timeout=SLOW)
    assert page.spec().data.roles.target == ("sales",)
    page.form.setCurrentIndex(4)
    qtbot.waitUntil(lambda: bool(page.form.windows.close_up.bands()), timeout=SLOW)
    qtbot.keyClick(page.form.windows, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page.form.windows._name.text().startswith("south"), timeout=SLOW)
    page.form.setCurrentIndex(0)
    press(window, "train.preset.small", qtbot)
    page._edit("trainer.epochs", 2)
    page._edit("trainer.threads", 1)
    press(window, "train.start", qtbot)
    qtbot.waitUntil(lambda: window.runs.run.isVisible(), timeout=SLOW)
    shown: list[str] = []
    window.engine.seriesGrew.connect(lambda _run, series: shown.extend(series))
    qtbot.waitUntil(lambda: "train/loss" in shown and "valid/mae" in shown, timeout=SLOW)
    qtbot.waitUntil(lambda: only_run(workspace).status.is_over, timeout=SLOW)
    run = only_run(workspace)
    assert run.status is RunStatus.FINISHED, run.outcome
    qtbot.waitUntil(lambda: not window.statusBar_.activeRuns(), timeout=SLOW)

    window.runs.openPredict(run.id)
    window.runs.predict.setFile(write_shops(tmp_path / "new.csv", DAYS + 20))
    qtbot.waitUntil(lambda: window.runs.predict.report() is not None, timeout=SLOW)
    target = tmp_path / "forecast.csv"
    window.runs.predict.saveTo(target)
    qtbot.waitUntil(target.exists, timeout=SLOW)
    with target.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert {line["shop"] for line in lines} == {"north", "south"}
    # The worker says that it is done a little before its process is gone.
    qtbot.waitUntil(lambda: not any(one.name.startswith("watch-") for one in threading.enumerate()), timeout=SLOW)
    window.close()
