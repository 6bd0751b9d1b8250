"""Fixtures that every test may use; the offscreen platform is chosen before Qt is first imported."""

import gc
import itertools
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtCore import QThread

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["TENSORBENCH_WORKSPACE"] = "/nonexistent/tests-must-name-their-workspace"


ENDING_S = 2.0
SLOW = ("tests/soak", "tests/gui", "tests/engine/jobs", "tests/engine/commands", "tests/engine/families")
"""What takes longest begins first, so that two processes end at the same time and not one after the other."""
_settings = itertools.count()


def pytest_sessionstart() -> None:
    """Let the garbage collector rest while tests and libraries are imported: all that stays."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests with real processes, windows and trainings before the others, each file as it is."""
    folders = [item.path.relative_to(ROOT).as_posix() for item in items]
    places = [next((place for place, slow in enumerate(SLOW) if name.startswith(slow)), len(SLOW)) for name in folders]
    items[:] = [items[index] for index in sorted(range(len(items)), key=places.__getitem__)]


def pytest_collection_finish() -> None:
    """From now on the garbage collector looks at what the tests make, and never again at what was imported."""
    gc.freeze()
    gc.enable()


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

        folder = str(tmp_path_factory.getbasetemp() / f"settings-{next(_settings)}")  # made when something is saved
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
    new = [thread for thread in threading.enumerate() if thread.ident not in before and not _is_foreign(thread)]
    for thread in new:
        thread.join(ENDING_S)  # transformers lets the threads that read weights end by themselves
    leaked = [thread.name for thread in new if thread.is_alive()]
    assert not leaked, f"threads left running: {leaked}"


def _is_foreign(thread: threading.Thread) -> bool:
    """Whether a thread is a library's own for as long as the process lives."""
    return thread.name.startswith(("Dummy", "pytest", "asyncio", "tqdm"))


def _fail_on_leaked_widgets() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent, QThread
    from PySide6.QtWidgets import QApplication
    from shiboken6.Shiboken import getAllValidWrappers

    if QApplication.instance() is None:
        return
    # Qt's own list: asking Python for all its objects takes a tenth of a second a test once torch is imported.
    running = [thread for thread in getAllValidWrappers() if isinstance(thread, QThread) and _runs(thread)]
    assert not running, f"QThreads left running: {running}"
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    names = [f"{type(widget).__name__} “{widget.objectName()}”" for widget in left]
    for widget in left:
        widget.close()
        widget.deleteLater()
    assert not names, f"windows left open: {names}"


def _runs(thread: "QThread") -> bool:
    from PySide6.QtCore import QThread

    return thread is not QThread.currentThread() and thread.isRunning()
