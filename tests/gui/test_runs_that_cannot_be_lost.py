"""The life of a run through the real window: begun, left alone by a closed window, found again, paused, resumed, killed."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.settings import Settings
from app.theme import apply
from engine import datasets
from engine.runs import RunRecord, RunStatus, RunStore
from engine.spec import CheckpointSpec, DataSpec, EarlyStoppingSpec, RunSpec, TrainerSpec

SLOW = 90_000


def open_window(workspace: Path, qtbot: QtBot) -> MainWindow:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply(application, "light")
    window = MainWindow(workspace, Settings(), warm_up=False)
    window.show()
    qtbot.waitExposed(window)
    return window


def press(window: MainWindow, name: str, qtbot: QtBot) -> None:
    button = window.findChild(QAbstractButton, name)
    assert button is not None, name
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=SLOW)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def long_spec(workspace: Path) -> RunSpec:
    sample = datasets.import_sample(workspace, "wine")
    trainer = TrainerSpec(
        epochs=100_000,
        batch_size=32,
        threads=1,
        early_stopping=EarlyStoppingSpec(enabled=False),
        checkpoints=CheckpointSpec(every_steps=50),
    )
    roles = datasets.infer_roles(workspace, sample.id)
    return RunSpec(data=DataSpec(dataset=sample.id, name="wine", roles=roles), trainer=trainer)


def only_run(workspace: Path) -> RunRecord:
    with RunStore(workspace) as store:
        (run,) = store.runs()
    return run


def steps(workspace: Path) -> list[int]:
    with RunStore(workspace) as store:
        return store.series(only_run(workspace).id, "train/loss").steps.tolist()


@pytest.mark.timeout(300)
def test_that_a_run_outlives_its_window_is_paused_resumed_killed_and_resumed(workspace: Path, qtbot: QtBot) -> None:
    window = open_window(workspace, qtbot)
    window.train.startRequested.emit(long_spec(workspace))
    qtbot.waitUntil(lambda: bool(steps_or_none(workspace)), timeout=SLOW)
    window._asked_to_close = True
    window.close()
    last = steps(workspace)[-1]

    window = open_window(workspace, qtbot)
    qtbot.waitUntil(lambda: len(window.statusBar_.activeRuns()) == 1, timeout=SLOW)
    qtbot.waitUntil(lambda: steps(workspace)[-1] > last, timeout=SLOW)
    window._open_run(only_run(workspace).id)
    press(window, "run.pause", qtbot)
    qtbot.waitUntil(lambda: only_run(workspace).status is RunStatus.PAUSED, timeout=SLOW)
    last = steps(workspace)[-1]
    press(window, "run.resume", qtbot)
    qtbot.waitUntil(lambda: steps(workspace)[-1] > last + 100, timeout=SLOW)
    pid = only_run(workspace).pid
    assert pid is not None
    os.kill(pid, 9)
    qtbot.waitUntil(lambda: only_run(workspace).status is RunStatus.CRASHED, timeout=SLOW)
    last = steps(workspace)[-1]
    press(window, "run.resume", qtbot)
    qtbot.waitUntil(lambda: steps(workspace)[-1] > last, timeout=SLOW)
    assert steps(workspace) == list(range(1, len(steps(workspace)) + 1))
    press(window, "run.stop", qtbot)
    qtbot.waitUntil(lambda: only_run(workspace).status is RunStatus.STOPPED, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.statusBar_.activeRuns(), timeout=SLOW)
    assert window.engine._supervisor.wait(only_run(workspace).id, 30)
    window.close()


def steps_or_none(workspace: Path) -> list[int]:
    with RunStore(workspace) as store:
        runs = store.runs()
        return store.series(runs[0].id, "train/loss").steps.tolist() if runs else []
