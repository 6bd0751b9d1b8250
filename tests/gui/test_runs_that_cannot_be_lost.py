"""The life of a run through the real window: begun, left alone by a closed window, found again, paused, resumed, killed."""

import os
from pathlib import Path
from typing import Any

import pytest

from engine import datasets
from engine.runs import RunStatus
from engine.spec import CheckpointSpec, DataSpec, EarlyStoppingSpec, RunSpec, TrainerSpec


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


def steps(user: Any) -> list[int]:
    return user.store.series(user.only_run().id, "train/loss").steps.tolist()


@pytest.mark.timeout(300)
def test_that_a_run_outlives_its_window_is_paused_resumed_killed_and_resumed(workspace: Path, user: Any) -> None:
    window = user.open_window()
    window.train.startRequested.emit(long_spec(workspace))
    user.until(lambda: bool(user.store.runs() and steps(user)))
    window._asked_to_close = True
    window.close()
    last = steps(user)[-1]

    window = user.open_window()
    user.until(lambda: len(window.statusBar_.activeRuns()) == 1)
    user.until(lambda: steps(user)[-1] > last)
    window._open_run(user.only_run().id)
    user.press(window, "run.pause")
    user.until(lambda: user.only_run().status is RunStatus.PAUSED)
    last = steps(user)[-1]
    user.press(window, "run.resume")
    user.until(lambda: steps(user)[-1] > last + 100)
    pid = user.only_run().pid
    assert pid is not None
    os.kill(pid, 9)
    user.until(lambda: user.only_run().status is RunStatus.CRASHED)
    last = steps(user)[-1]
    user.press(window, "run.resume")
    user.until(lambda: steps(user)[-1] > last)
    shown = steps(user)
    assert shown == list(range(1, len(shown) + 1))
    user.press(window, "run.stop")
    user.until(lambda: user.only_run().status is RunStatus.STOPPED)
    user.until(lambda: not window.statusBar_.activeRuns())
    assert window.engine._supervisor.wait(user.only_run().id, 30)
    window.close()
