"""A machine without a display gets the window's main job in the terminal, and its plots as pictures."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app import __main__ as start
from app import terminal
from engine.runs import Points, RunStore
from engine.runs.evaluation import ClassificationReport, Evaluation
from engine.spec import DataSpec, RunSpec

PNG = b"\x89PNG"


def recorded_run(workspace: Path) -> str:
    """A run with two loss curves and a confusion matrix, as if it had been trained."""
    report = ClassificationReport(target="kind", classes=("no", "yes"), confusion=((8, 1), (2, 9)))
    evaluation = Evaluation(task="classification", split="test", rows=20, metrics={}, classification=(report,))
    with RunStore(workspace) as store:
        run_id = store.create_run(RunSpec(data=DataSpec(dataset="d" * 16))).id
        steps = list(range(50))
        falling = np.linspace(1, 0.1, 50).tolist()
        for key in ("train/loss", "valid/loss"):
            store.append(run_id, {key: Points(steps, falling, [0.0] * 50, [0.0] * 50)})
        results = store.run_folder(run_id) / "evaluation.json"
        results.write_text(evaluation.model_dump_json(), encoding="utf-8")
    return run_id


def test_that_a_runs_plots_are_drawn_into_its_folder(workspace: Path) -> None:
    run_id = recorded_run(workspace)
    drawn = terminal.pictures(workspace, run_id)
    assert [path.name for path in drawn] == ["01-loss.png", "02-confusion.png"]
    assert all(path.is_relative_to(workspace / "runs" / run_id) and path.read_bytes()[:4] == PNG for path in drawn)


def test_that_pictures_that_cannot_be_drawn_are_simply_not_there(workspace: Path) -> None:
    assert terminal.pictures(workspace, "nothing") == []


def test_that_without_a_display_the_terminal_does_the_job(monkeypatch: pytest.MonkeyPatch, workspace: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    asked: list[Path] = []
    monkeypatch.setattr(terminal, "demo", lambda where, _pictures: asked.append(where) or 0)
    assert start.main(["--workspace", str(workspace)]) == 0
    assert asked == [workspace]


def test_that_the_terminals_job_needs_no_qt() -> None:
    code = "import sys; sys.modules.update(dict.fromkeys(('PySide6', 'shiboken6', 'pyqtgraph'))); import app.terminal"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2], timeout=60)
