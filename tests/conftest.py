"""Fixtures that every test may use; the offscreen platform is chosen before Qt is first imported."""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["TENSORBENCH_WORKSPACE"] = "/nonexistent/tests-must-name-their-workspace"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace folder."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a test from reading or writing the user's settings file."""
    if "PySide6.QtCore" in sys.modules:
        from PySide6.QtCore import QSettings

        folder = str(tmp_path_factory.mktemp("settings"))
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Fail a test that leaves a window, a thread of Qt or a thread of Python behind, and name it.

    Set up before and so torn down after qtbot, which closes the widgets that it was given.
    """
    before = {thread.ident for thread in threading.enumerate()}
    yield
    if "PySide6.QtWidgets" in sys.modules:
        _fail_on_leaked_widgets()
    leaked = [
        thread.name
        for thread in threading.enumerate()
        if thread.ident not in before
        and thread.is_alive()
        and not thread.name.startswith(("Dummy", "pytest", "asyncio"))
    ]
    assert not leaked, f"threads left running: {leaked}"


def _fail_on_leaked_widgets() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent, QThread
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        return
    # By type: asking an object for its class wakes the lazy attributes of some libraries' modules.
    running = [thread for thread in gc.get_objects() if issubclass(type(thread), QThread) and _runs(thread)]
    assert not running, f"QThreads left running: {running}"
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    names = [f"{type(widget).__name__} “{widget.objectName()}”" for widget in left]
    for widget in left:
        widget.close()
        widget.deleteLater()
    assert not names, f"windows left open: {names}"


def _runs(thread: object) -> bool:
    from PySide6.QtCore import QThread
    from shiboken6 import isValid

    return (
        isinstance(thread, QThread) and isValid(thread) and thread is not QThread.currentThread() and thread.isRunning()
    )
