"""A new user's path through the real window: own CSV → train → close → reopen → predict on a second file."""

import csv
import random
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.settings import Settings
from app.theme import apply
from engine import datasets
from engine.runs import RunRecord, RunStatus, RunStore

SLOW = 90_000


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


def open_window(workspace: Path, qtbot: QtBot) -> MainWindow:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply(application, "light")
    window = MainWindow(workspace, Settings(), warm_up=False)
    window.show()
    qtbot.waitExposed(window)
    return window


def press(window: MainWindow, name: str, qtbot: QtBot) -> None:
    """Click the button of this path with the mouse, as soon as it can be clicked."""
    button = window.findChild(QAbstractButton, name)
    assert button is not None, name
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=SLOW)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def only_run(workspace: Path) -> RunRecord:
    with RunStore(workspace) as store:
        (run,) = store.runs()
    return run


@pytest.mark.timeout(300)
def test_that_a_new_user_gets_from_a_csv_to_predictions_on_a_second_file(
    workspace: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(workspace, qtbot)
    window.openPaths([write_flowers(tmp_path / "flowers.csv", 240, seed=1)])
    press(window, "data.import.start", qtbot)
    press(window, "data.next", qtbot)
    assert window.train.isVisible()
    assert window.train.spec().data.roles.target == ("species",)
    press(window, "train.start", qtbot)
    qtbot.waitUntil(lambda: window.runs.run.isVisible(), timeout=SLOW)
    shown: list[str] = []
    window.engine.seriesGrew.connect(lambda _run, series: shown.extend(series))
    qtbot.waitUntil(lambda: "train/loss" in shown and "valid/accuracy" in shown, timeout=SLOW)
    qtbot.waitUntil(lambda: only_run(workspace).status.is_over, timeout=SLOW)
    assert only_run(workspace).status is RunStatus.FINISHED
    qtbot.waitUntil(lambda: not window.statusBar_.activeRuns(), timeout=SLOW)
    window.close()

    window = open_window(workspace, qtbot)
    run_id = only_run(workspace).id
    qtbot.waitUntil(lambda: window.runs.list.findChild(object, "runs.table").model().rowCount() == 1, timeout=SLOW)
    window.runs.openRun(run_id)
    window.showRuns()
    window.runs.openPredict(run_id)
    window.runs.predict.setFile(write_flowers(tmp_path / "new.csv", 50, seed=2))
    qtbot.waitUntil(lambda: window.runs.predict.report() is not None, timeout=SLOW)
    report = window.runs.predict.report()
    assert report is not None
    assert report.rows == 50
    assert report.metrics["accuracy"] > 0.6
    target = tmp_path / "predictions.csv"
    window.runs.predict.saveTo(target)
    qtbot.waitUntil(target.exists, timeout=SLOW)
    with target.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 50
    assert {"petal length", "predicted species"} <= set(lines[0])
    window.close()


@pytest.mark.timeout(200)
def test_that_a_run_started_elsewhere_appears_and_can_be_stopped_from_the_window(workspace: Path, qtbot: QtBot) -> None:
    from engine.jobs.supervisor import Supervisor
    from engine.spec import DataSpec, EarlyStoppingSpec, RunSpec, TrainerSpec

    sample = datasets.import_sample(workspace, "wine")
    window = open_window(workspace, qtbot)
    spec = RunSpec(
        data=DataSpec(dataset=sample.id, name="wine", roles=datasets.infer_roles(workspace, sample.id)),
        trainer=TrainerSpec(epochs=100_000, batch_size=32, threads=1, early_stopping=EarlyStoppingSpec(enabled=False)),
    )
    with RunStore(workspace) as store:
        run_id = store.create_run(spec).id
    elsewhere = Supervisor(workspace)
    elsewhere.start_alone(run_id)
    qtbot.waitUntil(lambda: any(run.id == run_id for run in window.statusBar_.activeRuns()), timeout=SLOW)
    window._open_run(run_id)
    qtbot.waitUntil(lambda: only_run(workspace).progress.step > 0, timeout=SLOW)
    press(window, "run.stop", qtbot)
    qtbot.waitUntil(lambda: only_run(workspace).status is RunStatus.STOPPED, timeout=SLOW)
    elsewhere.wait(run_id, 30)
    elsewhere.close()
    qtbot.waitUntil(lambda: not window.statusBar_.activeRuns(), timeout=SLOW)
    window.close()


def test_that_the_train_page_takes_the_dataset_on_show(workspace: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(workspace, qtbot)
    window.showTrain()
    assert window.train.spec() is None
    window.openPaths([write_flowers(tmp_path / "flowers.csv", 60, seed=1)])
    press(window, "data.import.start", qtbot)
    following = window.findChild(QAbstractButton, "data.next")
    qtbot.waitUntil(lambda: following.isVisible() and following.isEnabled(), timeout=SLOW)
    window.showTrain()
    assert window.train.spec().data.roles.target == ("species",)
    window.close()


def test_that_a_file_dialog_opens_where_the_last_table_lies(workspace: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(workspace, qtbot)
    window.openPaths([write_flowers(tmp_path / "flowers.csv", 60, seed=1)])
    window.data.chooseFile()
    dialog = window.findChild(QFileDialog, "data.open.dialog")
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.reject()
    window.close()
