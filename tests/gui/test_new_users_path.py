"""A new user's path through the real window: own CSV → train → close → reopen → predict on a second file."""

import csv
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from engine.runs import Outcome, RunStatus
from engine.spec import DataSpec, RunSpec


def write_flowers(path: Path, rows: int, seed: int) -> Path:
    """A small table whose species follows from petal length and colour."""
    source = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["petal length", "petal width", "colour", "species"])
        for _ in range(rows):
            length, colour = source.uniform(1, 7), source.choice(["white", "violet"])
            species = "setosa" if length < 3 else "virginica" if colour == "violet" else "versicolor"
            writer.writerow([f"{length:.2f}", f"{source.uniform(0, 3):.2f}", colour, species])
    return path


@pytest.mark.timeout(300)
def test_that_a_new_user_gets_from_a_csv_to_predictions_on_a_second_file(tmp_path: Path, user: Any) -> None:
    window = user.open_window()
    window.openPaths([write_flowers(tmp_path / "flowers.csv", 240, seed=1)])
    user.press(window, "data.import.start")
    user.press(window, "data.next")
    assert window.train.isVisible()
    assert window.train.spec().data.roles.target == ("species",)
    user.press(window, "train.start")
    user.until(lambda: window.runs.run.isVisible())
    shown: list[str] = []
    window.engine.seriesGrew.connect(lambda _run, series: shown.extend(series))
    user.until(lambda: "train/loss" in shown and "valid/accuracy" in shown)
    user.until(lambda: user.only_run().status.is_over)
    assert user.only_run().status is RunStatus.FINISHED
    user.until(lambda: not window.statusBar_.activeRuns())
    window.close()

    window = user.open_window()
    run_id = user.only_run().id
    user.until(lambda: window.runs.list.findChild(object, "runs.table").model().rowCount() == 1)
    window.runs.openRun(run_id)
    window.showRuns()
    window.runs.openPredict(run_id)
    window.runs.predict.setFile(write_flowers(tmp_path / "new.csv", 50, seed=2))
    user.until(lambda: window.runs.predict.report() is not None)
    report = window.runs.predict.report()
    assert report is not None
    assert report.rows == 50
    assert report.metrics["accuracy"] > 0.6
    target = tmp_path / "predictions.csv"
    window.runs.predict.saveTo(target)
    user.until(target.exists)
    with target.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 50
    assert {"petal length", "predicted species"} <= set(lines[0])
    window.close()


def test_that_a_run_started_elsewhere_appears_and_can_be_stopped_from_the_window(workspace: Path, user: Any) -> None:
    window = user.open_window()
    # Somebody else's worker, which only listens: what a real one does about it is told elsewhere.
    worker = psutil.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        run_id = user.store.create_run(RunSpec(data=DataSpec(dataset="a" * 16, name="wine"))).id
        assert user.store.claim(run_id, worker.pid, worker.create_time())
        user.store.set_status(run_id, RunStatus.RUNNING)
        user.until(lambda: any(run.id == run_id for run in window.statusBar_.activeRuns()))
        window._open_run(run_id)
        user.press(window, "run.stop")
        user.until(lambda: user.only_run().status is RunStatus.STOPPING)
        assert [wish.kind for wish in user.store.take_commands(run_id)] == ["stop"]
        user.store.finish(run_id, Outcome.stopped())
        user.until(lambda: not window.statusBar_.activeRuns())
    finally:
        worker.communicate()
    window.close()


def test_that_the_train_page_takes_the_dataset_on_show(tmp_path: Path, user: Any) -> None:
    window = user.open_window()
    window.showTrain()
    assert window.train.spec() is None
    window.openPaths([write_flowers(tmp_path / "flowers.csv", 60, seed=1)])
    user.press(window, "data.import.start")
    following = window.findChild(QAbstractButton, "data.next")
    user.until(lambda: following.isVisible() and following.isEnabled())
    window.showTrain()
    assert window.train.spec().data.roles.target == ("species",)
    window.close()


def test_that_a_file_dialog_opens_where_the_last_table_lies(tmp_path: Path, user: Any) -> None:
    window = user.open_window()
    window.openPaths([write_flowers(tmp_path / "flowers.csv", 60, seed=1)])
    window.data.chooseFile()
    dialog = window.findChild(QFileDialog, "data.open.dialog")
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.reject()
    window.close()
