"""Workspaces that cannot be used as usual: of another version, or on a folder that can only be read."""

import ctypes
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.runs import Outcome, Points, RunStore, StoreError
from engine.spec import DataSpec, RunSpec

Call = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[3]
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


@pytest.fixture
def run_id(workspace: Path) -> str:
    """A run that can be resumed, in a store that was closed."""
    with RunStore(workspace) as store:
        run = store.create_run(RunSpec(name="night", data=DataSpec(dataset="abc"))).id
        store.append(run, {"train/loss": Points([1, 2], [0.5, 0.25], [1.0, 2.0], [0.1, 0.2])})
        store.claim(run, 1, 1.0)
        store.finish(run, Outcome.crashed(-9))
    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def mark(workspace: Path, version: int) -> None:
    with closing(sqlite3.connect(workspace / "workspace.db")) as database:
        database.execute(f"PRAGMA user_version = {version}")


@pytest.mark.parametrize("cut_off", [False, True])
def test_that_a_newer_workspace_is_refused_by_every_command_and_left_as_it_was(
    tensorbench: Call, workspace: Path, run_id: str, cut_off: bool
) -> None:
    mark(workspace, 99)
    if cut_off:  # the newer program died: its log holds what the database has not yet
        with closing(sqlite3.connect(workspace / "workspace.db")) as database:
            database.execute("PRAGMA wal_autocheckpoint = 0")
            database.execute("UPDATE runs SET name = 'late'")
            database.commit()
            left = contents(workspace)
        for name, data in left.items():
            (workspace / name).write_bytes(data)
    before = contents(workspace)
    assert not cut_off or before["workspace.db-wal"]
    for command in (["runs"], ["show", run_id], ["resume", run_id], ["queue"], ["train", "x.toml"]):
        answer = tensorbench(*command)
        assert answer.code == 2 and len(answer.err.splitlines()) == 1, answer.err
        if command[0] != "train":
            assert "newer Tensorbench (store version 99" in answer.err
    after = contents(workspace)
    (
        after.pop("workspace.db-shm", None),
        before.pop("workspace.db-shm", None),
    )  # an index that is made anew at each opening
    assert after == before


def test_that_a_strangers_or_damaged_database_is_refused_and_left_as_it_was(tensorbench: Call, workspace: Path) -> None:
    path = workspace / "workspace.db"
    path.write_bytes(b"no database, but long enough to look at " * 40)
    before = path.read_bytes()
    answer = tensorbench("runs")
    assert answer.code == 2 and "damaged or is not a database" in answer.err
    assert path.read_bytes() == before


@pytest.fixture
def only_to_read(workspace: Path, run_id: str) -> Iterator[Path]:
    """A workspace whose folder and database may be read, not written."""
    places = [workspace, *workspace.rglob("*")]
    for path in places:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield workspace
    for path in places:
        path.chmod(0o755)


def _as_everybody() -> None:
    """Let what is started now be bound by permissions, though it be root's."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def bound(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        preexec_fn=_as_everybody,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.skipif(
    sys.platform != "linux", reason="root is bound by permissions only where capabilities can be dropped"
)
def test_that_a_workspace_that_cannot_be_written_is_shown_and_says_so(only_to_read: Path, run_id: str) -> None:
    before = contents(only_to_read)
    listed = bound("-m", "engine.cli", "--workspace", only_to_read, "runs", "--json")
    assert listed.returncode == 0, listed.stderr
    assert [run["id"] for run in json.loads(listed.stdout)] == [run_id]
    assert f"Read only: {only_to_read} cannot be written to" in listed.stderr and "Copy" not in listed.stdout
    metrics = bound("-m", "engine.cli", "--workspace", only_to_read, "metrics", run_id, "train/loss", "--csv")
    assert metrics.returncode == 0 and metrics.stdout.splitlines()[-1].endswith("0.25")
    refused = bound("-m", "engine.cli", "--workspace", only_to_read, "stop", run_id)
    assert refused.returncode == 2
    tagged = bound("-m", "engine.cli", "--workspace", only_to_read, "tag", run_id, "x")
    assert tagged.returncode == 2 and "Read only" in tagged.stderr
    assert contents(only_to_read) == before


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from app.engine_thread import EngineThread
application = QCoreApplication([])
engine = EngineThread(Path(sys.argv[1]))
engine.storeFailed.connect(print)
engine.runsChanged.connect(lambda runs: print("runs:", *[run.name for run in runs]))
engine.seriesGrew.connect(lambda run, grown: (print("series:", *grown), application.quit()))
engine.warmUpWorker()
engine.watch(sys.argv[2])
QTimer.singleShot(60_000, application.quit)
engine.start()
application.exec()
engine.stop()
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="root is bound by permissions only where capabilities can be dropped"
)
def test_that_the_window_shows_a_workspace_that_cannot_be_written(only_to_read: Path, run_id: str) -> None:
    window = bound("-c", WINDOW, only_to_read, run_id)
    assert window.returncode == 0, window.stderr
    said = window.stdout.splitlines()
    assert [line for line in said if "Read only" in line] == said[:1]  # it is told once
    assert "runs: night" in said and "series: train/loss" in said


@pytest.mark.skipif(
    sys.platform != "linux", reason="root is bound by permissions only where capabilities can be dropped"
)
def test_that_an_older_workspace_that_cannot_be_written_is_refused_in_words(workspace: Path, run_id: str) -> None:
    mark(workspace, 1)
    workspace.chmod(0o555)
    try:
        answer = bound("-m", "engine.cli", "--workspace", workspace, "runs")
    finally:
        workspace.chmod(0o755)
    assert answer.returncode == 2 and "older Tensorbench" in answer.stderr and "Copy the folder" in answer.stderr


def test_that_nothing_is_recorded_where_nothing_can_be_written(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RunStore(workspace).close()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with RunStore(workspace) as store, pytest.raises(StoreError, match="Read only"):
        store.create_run(RunSpec(data=DataSpec(dataset="abc")))
    assert not list((workspace / "runs").iterdir())
