"""Pausing, resuming, ending, changing, extending and forking runs from the command line, with real workers."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.runs import RunRecord, RunStatus, RunStore
from engine.training.changes import EPOCHS
from tests.engine.commands.conftest import train_here

Call = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[3]
LONG = ("--set", "trainer.epochs=100000", "--set", "trainer.early_stopping.enabled=false")
NEVER = threading.Event()
LOOK_EVERY_S = 0.02  # who looks all the time takes the core from the worker that is waited for


@pytest.fixture
def wine(tensorbench: Call, tmp_path: Path) -> Path:
    """A specification for the wine sample."""
    path = tmp_path / "wine.toml"
    assert tensorbench("new", "tabular", "--data", "wine", "-o", path).code == 0
    return path


def detached(workspace: Path, *arguments: object) -> None:
    """Call a command that leaves a worker behind, in a process of its own."""
    command = [sys.executable, "-m", "engine.cli", "--workspace", workspace, *arguments, "--detach"]
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, timeout=100)


def until(workspace: Path, holds: Callable[[RunRecord, int], bool]) -> RunRecord:
    """Return the newest run when something holds of it and of its number of recorded steps."""
    deadline = time.monotonic() + 90
    with RunStore(workspace) as store:
        while time.monotonic() < deadline:
            run = store.runs()[0]
            steps = {info.key: info.count for info in store.series_keys(run.id)}.get("train/loss", 0)
            if holds(run, steps):
                return run
            assert run.outcome is None, run.outcome
            NEVER.wait(LOOK_EVERY_S)
    raise AssertionError("that did not come within 90 s")


def test_that_a_run_is_paused_changed_resumed_and_ended_from_the_terminal(
    tensorbench: Call, wine: Path, workspace: Path
) -> None:
    assert tensorbench("pause", "last").code == 2
    detached(workspace, "train", wine, *LONG)
    until(workspace, lambda _run, steps: steps > 5)
    assert json.loads(tensorbench("pause", "last", "--json").out)["status"] == "pausing"
    paused = until(workspace, lambda run, _steps: run.status is RunStatus.PAUSED)
    assert paused.outcome is None and paused.pid is None and paused.progress.step > 0
    assert tensorbench("kill", "last").code == tensorbench("pause", "last").code == 2

    refused = tensorbench("change", "last", "--learning-rate", "-1")
    assert refused.code == 2 and "learning_rate" in refused.err
    assert tensorbench("change", "last").code == 2
    assert "when it goes on" in tensorbench("change", "last", "--learning-rate", "0.002").out
    detached(workspace, "resume", "last")
    again = tensorbench("resume", "last")
    assert again.code == 2 and "nothing to resume" in again.err
    gone_on = until(workspace, lambda run, steps: steps > paused.progress.step + 5)
    assert (
        gone_on.attempt == 2
        and gone_on.started == paused.started
        and [change.value for change in gone_on.changes] == [0.002]
    )
    assert tensorbench("kill", "last").code == 0
    with RunStore(workspace) as store:
        ended = store.runs()[0]
        assert ended.status is RunStatus.STOPPED and ended.outcome is not None and "Resume" in ended.outcome.advice
        steps = store.series(ended.id, "train/loss").steps.tolist()
        assert steps == list(range(1, len(steps) + 1))


def test_that_a_finished_run_is_extended_and_forked_from_the_terminal(
    tensorbench: Call, wine: Path, workspace: Path
) -> None:
    train_here(workspace, wine, "trainer.epochs=2", "trainer.threads=1")
    trained = json.loads(tensorbench("show", "last", "--json").out)
    assert tensorbench("extend", "last", "--epochs", "2").code == 2
    assert tensorbench("resume", "last").code == 2
    extended = json.loads(tensorbench("extend", "last", "--epochs", "2.5", "--json").out)
    assert extended["id"] == trained["id"] and extended["status"] == "finished" and extended["epoch"] == 2.5
    with RunStore(workspace) as store:
        assert [change.field for change in store.run(trained["id"]).changes] == [EPOCHS]
        assert store.series(trained["id"], "valid/loss").values.size == 3
    assert tensorbench("fork", trained["id"], "--checkpoint", "nothing").code == 2
    folds = tensorbench("fork", trained["id"], "--set", "split.kind=kfold")
    assert folds.code == 2 and "folds cannot begin" in folds.err
    forked = json.loads(tensorbench("fork", trained["id"], "--set", "trainer.epochs=1", "--json").out)
    assert forked["id"] != trained["id"] and forked["status"] == "finished"
    assert forked["spec"]["origin"] == {"run": trained["id"], "checkpoint": "model"}
    assert forked["spec"]["trainer"]["epochs"] == 1
    use = json.loads(tensorbench("show", trained["id"], "--json").out)["disk"]
    assert use["total"] > use["checkpoints"] > 0 and use["state"] > 0
    freed = json.loads(tensorbench("clear", trained["id"], "--state", "--json").out)["freed"]
    assert freed == use["checkpoints"] + use["state"]
    assert (Path(trained["folder"]) / "model.safetensors").exists()
    refused = tensorbench("extend", trained["id"], "--epochs", "5")
    assert refused.code == 2 and "kept no checkpoint" in refused.err
