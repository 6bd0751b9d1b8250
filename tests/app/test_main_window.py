"""What the window itself tells."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app import main_window
from app.main_window import MainWindow
from app.settings import Settings
from engine.runs import RunStore


def test_that_a_refusal_goes_away_and_trouble_with_the_workspace_stays(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_window, "LONGER_MS", 1)
    RunStore(tmp_path).close()
    window = MainWindow(tmp_path, Settings(), warm_up=False)
    qtbot.addWidget(window)
    window.engine.refused.emit("“a” is finished: there is nothing to resume.")
    assert "nothing to resume" in window.statusBar_.currentMessage()
    qtbot.waitUntil(lambda: not window.statusBar_.currentMessage())
    window.engine.storeFailed.emit("The workspace is gone.")
    window.runs.told.emit("Written: a.csv")
    qtbot.waitUntil(lambda: not window.statusBar_.currentMessage())
    window.engine.storeFailed.emit("The workspace is gone.")
    assert window.statusBar_.currentMessage() == "The workspace is gone."
    window.close()


def test_that_the_theme_in_use_is_ticked_in_the_menu(tmp_path: Path, qtbot: QtBot) -> None:
    RunStore(tmp_path).close()
    settings = Settings()
    settings.theme = "light"
    window = MainWindow(tmp_path, settings, warm_up=False)
    qtbot.addWidget(window)
    themes = {name: window.findChild(QAction, f"view.{name}") for name in ("system", "light", "dark")}
    assert [name for name, action in themes.items() if action.isChecked()] == ["light"]
    themes["dark"].trigger()
    assert [name for name, action in themes.items() if action.isChecked()] == ["dark"]
    window.close()
