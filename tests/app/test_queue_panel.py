"""The queue drawer over a real engine thread and store: what waits, in which order, and what can be done about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QAbstractButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from app.queue_panel import QueuePanel
from engine.runs import RunStatus, RunStore
from engine.spec import DataSpec, RunSpec

BUSY = "busy"


@pytest.fixture
def engine(workspace: Path, qtbot: QtBot) -> Iterator[EngineThread]:
    """A thread in a workspace where a run is at work already, so that nothing of the queue is started."""
    import os

    from engine.jobs.processes import start_time

    with RunStore(workspace) as store:
        run = store.create_run(RunSpec(name=BUSY, data=DataSpec(dataset="x")))
        store.claim(run.id, os.getpid(), start_time(os.getpid()) or 0.0)
        store.set_status(run.id, RunStatus.RUNNING)
    thread = EngineThread(workspace)
    thread.start()
    yield thread
    thread.stop()


@pytest.fixture
def panel(engine: EngineThread, qtbot: QtBot) -> QueuePanel:
    made = QueuePanel(engine)
    qtbot.addWidget(made)
    made.resize(340, 600)
    made.show()
    return made


def fill(panel: QueuePanel, engine: EngineThread, qtbot: QtBot, count: int) -> list[str]:
    for number in range(count):
        engine.enqueue(RunSpec(name=f"run {number}", data=DataSpec(dataset="x", name="wine")))
    qtbot.waitUntil(lambda: panel.model.waiting.rowCount() == count, timeout=10_000)
    return panel.model.waiting.ids()


def choose(panel: QueuePanel, row: int) -> None:
    index = panel.model.waiting.index(row)
    panel.waiting.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def order_in_store(workspace: Path) -> list[str]:
    with RunStore(workspace) as store:
        return [run.id for run in store.queue()]


def test_that_an_empty_queue_says_what_to_do(panel: QueuePanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: panel.model.working.rowCount() == 1, timeout=10_000)
    assert panel._empty.isVisible() and not panel.waiting.isVisible()
    assert panel.model.working.entryAt(0).record.name == BUSY


def test_that_runs_are_put_into_another_order(
    panel: QueuePanel, engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    first, second, third = fill(panel, engine, qtbot, 3)
    model = panel.model.waiting
    assert model.dropMimeData(model.mimeData([model.index(2)]), None, 0, 0, model.index(-1, 0))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: order_in_store(workspace) == [third, first, second], timeout=10_000)
    qtbot.waitUntil(lambda: model.ids() == [third, first, second])
    choose(panel, 2)
    panel.findChild(QAbstractButton, "queue.first").click()
    qtbot.waitUntil(lambda: order_in_store(workspace) == [second, third, first], timeout=10_000)
    choose(panel, 0)
    panel._move_down()
    qtbot.waitUntil(lambda: order_in_store(workspace) == [third, second, first], timeout=10_000)


def test_that_a_run_is_taken_out_and_the_limit_is_kept(
    panel: QueuePanel, engine: EngineThread, qtbot: QtBot, workspace: Path
) -> None:
    first, second = fill(panel, engine, qtbot, 2)
    choose(panel, 0)
    panel.findChild(QAbstractButton, "queue.remove").click()
    qtbot.waitUntil(lambda: panel.model.waiting.ids() == [second], timeout=10_000)
    with RunStore(workspace) as store:
        assert store.run(first).status is RunStatus.STOPPED
        store.trash([second])
    qtbot.waitUntil(lambda: panel.model.waiting.rowCount() == 0, timeout=10_000)
    panel.findChild(QSpinBox, "queue.limit").setValue(3)
    qtbot.waitUntil(lambda: panel.model.state.limit == 3, timeout=10_000)
