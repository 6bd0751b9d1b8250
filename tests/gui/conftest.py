"""A user at the real window: opens it, presses its buttons, and looks at the one run of the workspace."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.main_window import MainWindow
from app.settings import Settings
from app.theme import apply
from engine.runs import RunRecord, RunStore

SLOW = 120_000  # ms that anything may take: a worker that has to import its libraries on a busy machine


class User:
    """Somebody who sits at the window of one workspace."""

    def __init__(self, workspace: Path, qtbot: QtBot) -> None:
        self.workspace = workspace
        self.store = RunStore(workspace)
        self._qtbot = qtbot
        self._windows: list[MainWindow] = []

    def open_window(self) -> MainWindow:
        """Open a window on the workspace; the test closes it."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply(application, "light")
        window = MainWindow(self.workspace, Settings(), warm_up=False)
        self._windows.append(window)
        window.show()
        self._qtbot.waitExposed(window)
        return window

    def leave(self) -> None:
        """Close what a test that failed has left open: its threads would end the tests after it."""
        for window in self._windows:
            if isValid(window):
                window.close()
        self.store.close()

    def press(self, window: MainWindow, name: str) -> None:
        """Click the button of this path with the mouse, as soon as it can be clicked."""
        button = window.findChild(QAbstractButton, name)
        assert button is not None, name
        self.until(lambda: button.isVisible() and button.isEnabled())
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, while the window goes on."""
        self._qtbot.waitUntil(holds, timeout=SLOW)

    def only_run(self) -> RunRecord:
        """Return the workspace's one run as it is recorded now."""
        (run,) = self.store.runs()
        return run


@pytest.fixture
def user(workspace: Path, qtbot: QtBot) -> Iterator[User]:
    """Somebody at the window of an empty workspace."""
    one = User(workspace, qtbot)
    yield one
    one.leave()
