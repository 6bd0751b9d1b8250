"""The Run page: live curves, progress, outcome, settings, log and results of one run."""

import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAction, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTabWidget,
)

from app.pages.run.change_dialog import ChangeDialog
from app.pages.run.disk_bar import ClearDialog
from app.pages.run.live_tab import LiveTab
from app.pages.run.page import RunPage
from engine.runs import Fix, Outcome, Points, Progress, RunStatus
from engine.runs.evaluation import ClassificationReport, Curve, Evaluation, FoldScore, Importance, WorstRows
from engine.spec import from_toml


@pytest.fixture
def page(engine, shown):
    return shown(RunPage(engine), 1100, 720)


def plots_in(page: RunPage):
    return page.findChild(LiveTab).plots()


def button(page: RunPage, path: str) -> QPushButton:
    return page.findChild(QPushButton, path)


def text(page: RunPage, path: str) -> str:
    return page.findChild(QLabel, path).text()


def an_evaluation(**more) -> dict:
    curve = Curve(label="malignant", x=(0.0, 0.1, 1.0), y=(0.0, 0.95, 1.0), area=0.97)
    report = ClassificationReport(
        target="diagnosis", classes=("benign", "malignant"), confusion=((50, 2), (3, 30)), roc=(curve,), pr=(curve,)
    )
    evaluation = Evaluation(
        task="classification",
        split="test",
        rows=85,
        metrics={"test": {"accuracy": 0.9412, "log_loss": 0.18}, "valid": {"accuracy": 0.95}},
        classification=(report,),
        importance_metric="log_loss",
        importance=(Importance(column="mean radius", mean=0.2, std=0.03),),
        worst=WorstRows(columns=("row", "actual", "loss"), rows=(("7", "benign", "4.2"), ("9", None, "3.1"))),
        **more,
    )
    return json.loads(evaluation.model_dump_json())


def test_that_training_and_validation_of_a_metric_share_a_plot(page, engine, samples):
    page.setRun(samples.running())
    plots = plots_in(page)
    assert set(plots) == {"loss", "accuracy", "lr", "grad_norm", "rows_per_second"}
    assert set(plots["loss"].names) == {"train/loss", "valid/loss"}


def test_that_new_points_are_drawn_when_the_thread_tells_them(page, engine, samples):
    run_id = samples.running(epochs=2)
    page.setRun(run_id)
    before, _ = plots_in(page)["loss"].curves.curveData("train/loss")
    more = Points()
    more.add(81, 0.25, 2.025)
    engine.store.append(run_id, metrics={"train/loss": more})
    engine.tell()
    x, y = plots_in(page)["loss"].curves.curveData("train/loss")
    assert len(x) == len(before) + 1
    assert x[-1] == 81 and y[-1] == 0.25


def test_that_every_point_is_drawn_whatever_the_axis(page, engine, samples):
    run_id = samples.running(epochs=3)
    page.setRun(run_id)
    axis = page.findChild(QComboBox, "run.live.axis")
    recorded = engine.store.series(run_id, "train/loss")
    began = engine.store.run(run_id).started
    expected = (recorded.steps, recorded.epochs, recorded.times - began)
    for place, positions in enumerate(expected):
        axis.setCurrentIndex(place)
        x, y = plots_in(page)["loss"].curves.curveData("train/loss")
        np.testing.assert_allclose(x, positions)
        np.testing.assert_array_equal(y, recorded.values)


def test_that_a_second_look_at_a_run_draws_no_point_twice(page, engine, samples):
    first, second = samples.running("first"), samples.running("second", epochs=3)
    for run_id in (first, second, first):
        page.setRun(run_id)
    x, _ = plots_in(page)["loss"].curves.curveData("train/loss")
    assert len(x) == 320
    engine.watch(first)
    x, _ = plots_in(page)["loss"].curves.curveData("train/loss")
    assert len(x) == 320


def test_that_small_plots_tell_their_newest_value_and_memory_in_mib(page, engine, samples):
    run_id = samples.running(epochs=1)
    points = Points()
    points.add(40, 312.5 * 2**20, 1.0)
    engine.store.append(run_id, metrics={"device/memory": points})
    page.setRun(run_id)
    assert plots_in(page)["device/memory"].value() == "312.5"
    assert plots_in(page)["loss"].value() == ""


def test_that_the_best_epoch_of_the_watched_metric_is_marked(page, engine, samples):
    run_id = samples.running(epochs=1)
    points = Points()
    for epoch, value in enumerate((0.5, 0.1, 0.4), start=2):
        points.add(40 * epoch, value, float(epoch))
    engine.store.append(run_id, metrics={"valid/loss": points})
    page.setRun(run_id)
    marks = plots_in(page)["loss"].curves._markers
    assert [(mark.x, mark.label, mark.kind) for mark in marks] == [(120.0, "best: epoch 3", "best")]


def test_that_a_nan_is_named_with_its_step(page, engine, samples):
    run_id = samples.running(epochs=1)
    points = Points()
    points.add(41, float("nan"), 1.025)
    engine.store.append(run_id, metrics={"train/loss": points})
    page.setRun(run_id)
    assert plots_in(page)["loss"].hint() == "train/loss is not a number at 1 of 41 points, first at step 41."


def test_that_progress_is_written_in_full(page, engine, samples):
    run_id = samples.running()
    engine.store.set_progress(run_id, Progress("training", 1320, 4000, 6.6, 20, 412_345.0, 95.0))
    page.setRun(run_id)
    told = text(page, "run.figures")
    assert "epoch 7 of 20" in told and "step 1,320 of 4,000" in told
    assert "412,345 rows/s" in told and "1 min 35 s left" in told


def test_that_stop_asks_nothing_and_stops_this_run(page, engine, samples):
    run_id = samples.running()
    page.setRun(run_id)
    button(page, "run.stop").click()
    assert engine.stopped == [run_id]
    engine.store.set_status(run_id, RunStatus.STOPPING)
    engine.tell()
    assert not button(page, "run.stop").isEnabled()


def test_that_a_failure_shows_cause_advice_and_folds_out_the_traceback(page, engine, samples):
    page.setRun(samples.ended(Outcome.failed("The loss became NaN.", "Lower the learning rate.", "Traceback: boom")))
    card = page.findChild(QPlainTextEdit, "run.traceback")
    shown = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert {"Failed", "The loss became NaN.", "Lower the learning rate."} <= set(shown)
    assert not card.isVisible()
    button(page, "run.details").click()
    assert card.isVisible() and card.toPlainText() == "Traceback: boom"
    assert not button(page, "run.predict").isVisible()


def test_that_nothing_is_offered_that_the_folds_of_a_cross_validation_refuse(page, engine, samples):
    page.setRun(samples.finished("folds", folds=5))
    assert button(page, "run.predict").isVisible() and not button(page, "run.extend").isVisible()
    page.setRun(samples.finished("one model"))
    assert button(page, "run.extend").isVisible()
    page.setRun(samples.running("folds", folds=5))
    assert not button(page, "run.change").isVisible()


def test_that_a_run_is_paused_and_resumed_by_its_buttons(page, engine, samples):
    run_id = samples.running()
    page.setRun(run_id)
    assert not button(page, "run.resume").isVisible()
    button(page, "run.pause").click()
    engine.store.set_status(run_id, RunStatus.PAUSED)
    engine.tell()
    assert not button(page, "run.pause").isVisible()
    assert button(page, "run.resume").property("primary")
    button(page, "run.resume").click()
    assert engine.wished == [("pause", run_id), ("resume", run_id)]


@pytest.mark.parametrize("outcome", [Outcome.failed("Why."), Outcome.crashed(-9), Outcome.interrupted()])
def test_that_a_run_that_ended_badly_offers_to_resume(page, engine, samples, outcome):
    run_id = samples.ended(outcome)
    page.setRun(run_id)
    button(page, "run.resume").click()
    assert engine.wished == [("resume", run_id)]


def test_that_settings_are_changed_in_flight_and_epochs_added_after(page, engine, samples):
    run_id = samples.running()
    page.setRun(run_id)
    button(page, "run.change").click()
    dialog = page.findChild(ChangeDialog)
    rate = dialog.findChild(QLineEdit, "trainer.optimizer.learning_rate")
    rate.clear()
    rate.insert("3e-4")
    rate.textEdited.emit("3e-4")
    button(dialog, "run.change.apply").click()
    assert engine.wished == [("change", run_id, "trainer.optimizer.learning_rate", 3e-4)]
    page.setRun(other := samples.finished())
    button(page, "run.extend").click()
    dialog = next(one for one in page.findChildren(ChangeDialog) if one.isVisible())
    assert not dialog.findChild(QLineEdit, "trainer.optimizer.learning_rate").isVisible()
    button(dialog, "run.change.apply").click()
    assert engine.wished[-1] == ("extend", other, 30)


def test_that_a_run_may_be_begun_from_this_ones_model(page, engine, samples, qtbot):
    run_id = samples.finished()
    page.setRun(run_id)
    with qtbot.waitSignal(page.trainAgainRequested) as asked:
        page.findChild(QAction, "run.fork").trigger()
    assert asked.args[0].origin.run == run_id


def test_that_what_would_mend_a_failure_is_one_click_away(page, engine, samples, record_of):
    fix = Fix(label="Halve the batch", changes={"trainer.batch_size": 32, "trainer.accumulate_grad_batches": 2})
    run_id = samples.ended(Outcome.failed("The machine ran out of memory.", "Take less.", fixes=(fix,)))
    page.setRun(run_id)
    offered = button(page, "run.fix1")
    assert offered.text() == "Halve the batch"
    offered.click()
    (started,) = engine.started
    trainer = record_of(run_id).spec.trainer
    assert started.trainer == trainer.model_copy(update={"batch_size": 32, "accumulate_grad_batches": 2})
    page.setRun(samples.ended(Outcome.failed("Something else.")))
    assert page.findChild(QPushButton, "run.fix1") is None or not button(page, "run.fix1").isVisible()


def test_that_changes_in_flight_are_marked_on_the_curves_on_every_axis(page, engine, samples):
    run_id = samples.finished()
    with closing(sqlite3.connect(engine.store.workspace / "workspace.db")) as database:
        change = {"step": 2, "epoch": 1.0, "field": "trainer.optimizer.learning_rate", "value": 3e-4, "time": 0.0}
        database.execute("UPDATE runs SET changes = ? WHERE id = ?", (json.dumps([change]), run_id))
        database.commit()
    page.setRun(run_id)
    engine.tell()
    plots = page.findChild(LiveTab).plots()
    marks = [(mark.x, mark.label) for mark in plots["loss"].curves._markers if mark.kind == "info"]
    assert marks == [(2.0, "learning rate 0.000300")]
    combo = page.findChild(QComboBox, "run.live.axis")
    combo.setCurrentIndex(combo.findData("epoch"))
    assert [mark.x for mark in plots["loss"].curves._markers if mark.kind == "info"] == [1.0]


def test_that_another_run_is_shown_from_its_beginning(page, samples):
    page.setRun(samples.finished())
    bar = page.findChild(QScrollArea, "run.live.plots").verticalScrollBar()
    bar.setRange(0, 100)
    bar.setValue(50)
    page.findChild(LiveTab).setRun(None, None)
    assert bar.value() == 0


def test_that_a_finished_run_offers_prediction_and_training_again(page, engine, samples, qtbot, record_of):
    run_id = samples.finished()
    page.setRun(run_id)
    with qtbot.waitSignal(page.predictRequested) as asked:
        button(page, "run.predict").click()
    assert asked.args == [run_id]
    with qtbot.waitSignal(page.trainAgainRequested) as again:
        button(page, "run.again").click()
    assert again.args == [record_of(run_id).spec]
    assert not button(page, "run.stop").isVisible()


def test_that_the_copied_specification_is_the_runs_own(page, engine, samples, record_of):
    run_id = samples.finished(precision="bf16-mixed")
    page.setRun(run_id)
    page.findChild(QAction, "run.copy").trigger()
    assert from_toml(QGuiApplication.clipboard().text()) == record_of(run_id).spec


def test_that_settings_of_long_names_can_be_told_apart(page):
    table = page.findChild(QTableWidget, "run.settings.table")
    keys = ("forecasting.timeline.missing_steps", "forecasting.timeline.missing_target")
    room = table.fontMetrics().horizontalAdvance("forecasting.timeline.missing_")
    shown = [table.fontMetrics().elidedText(key, table.textElideMode(), room) for key in keys]
    assert shown[0] != shown[1] and all("…" in text for text in shown)


def test_that_the_settings_name_only_what_differs(page, engine, samples):
    page.setRun(samples.finished(precision="bf16-mixed"))
    table = page.findChild(QTableWidget, "run.settings.table")
    rows = {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())}
    assert rows["trainer.precision"] == "bf16-mixed"
    assert rows["model.params.layers"] == "128-64"
    assert "trainer.epochs" not in rows
    assert 'precision = "bf16-mixed"' in page.findChild(QPlainTextEdit, "run.settings.toml").toPlainText()


def test_that_the_log_is_shown_whole_and_can_be_copied(page, engine, samples):
    run_id = samples.running()
    engine.store.append(run_id, log=[(0.0, "info", f"line {n}") for n in range(1_200)] + [(0.0, "warning", "careful")])
    page.setRun(run_id)
    log = page.findChild(QPlainTextEdit, "run.log")
    button(page, "run.log.copy").click()
    copied = QGuiApplication.clipboard().text()
    assert copied.count("\n") == 1_201 and copied.endswith("WARNING: careful")
    assert "line 0" in log.toPlainText()


def test_that_the_log_stays_where_the_user_scrolled_to(page, engine, samples, qtbot):
    run_id = samples.running()
    engine.store.append(run_id, log=[(0.0, "info", f"line {n}") for n in range(300)])
    page.setRun(run_id)
    page.findChild(QTabWidget, "run.tabs").setCurrentIndex(3)
    log = page.findChild(QPlainTextEdit, "run.log")
    bar = log.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(3)
    engine.store.append(run_id, log=[(0.0, "info", "more")])
    engine.tell()
    assert bar.value() == 3
    button(page, "run.log.end").click()
    engine.store.append(run_id, log=[(0.0, "info", "and more")])
    engine.tell()
    assert bar.value() == bar.maximum()


def test_that_results_are_asked_for_when_the_run_finishes(page, engine, samples):
    run_id = samples.running()
    page.setRun(run_id)
    tabs = page.findChild(QTabWidget, "run.tabs")
    assert not tabs.isTabEnabled(1) and engine.pending("evaluation") == []
    engine.store.finish(run_id, Outcome.finished())
    engine.tell()
    ticket, params = engine.pending("evaluation")[0]
    assert params == {"run": run_id}
    engine.answered.emit(ticket, an_evaluation())
    labels = {label.text() for label in tabs.widget(1).findChildren(QLabel)}
    assert "On 85 test rows, which the model never saw" in labels
    assert {"Accuracy", "0.9412", "valid 0.9500"} <= labels
    assert {"Confusion matrix", "ROC", "Precision and recall", "Calibration", "Importance of columns"} <= labels


def test_that_folds_tell_deviation_from_standard_error(page, engine, samples):
    score = FoldScore(metric="valid/accuracy", values=(0.9, 0.95, 1.0), mean=0.95, std=0.05, standard_error=0.02887)
    naive = score.model_copy(update={"metric": "last_value/mae"})
    page.setRun(samples.finished(folds=3))
    engine.answered.emit(engine.pending("evaluation")[0][0], an_evaluation(folds=(score, naive)))
    table = page.findChild(QTableWidget, "run.results.folds")
    heads = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    row = [table.item(0, column).text() for column in range(table.columnCount())]
    told = dict(zip(heads, row, strict=True))
    assert told["Standard deviation"] == "0.05000" and told["Standard error"] == "0.02887"
    assert told["Mean"] == "0.9500" and told["Fold 3"] == "1.000"
    assert [table.item(place, 0).text() for place in (0, 1)] == ["Accuracy (valid)", "Mean absolute error (last value)"]


def test_that_a_run_without_results_says_why(page, engine, samples):
    page.setRun(samples.finished())
    engine.failed.emit(engine.pending("evaluation")[0][0], "This run has no results.")
    assert text(page, "run.results.message") == "This run has no results."


def test_that_the_curves_of_folds_are_grouped_by_colour(page, engine, samples, series_of):
    run_id = samples.queued(folds=2)
    for fold in (1, 2):
        engine.store.append(run_id, metrics=series_of(1, seed=fold, fold=f"fold{fold}/"))
    page.setRun(run_id)
    names = plots_in(page)["loss"].names
    assert {key: name.colour for key, name in names.items()} == {
        "fold1/train/loss": 0,
        "fold1/valid/loss": 0,
        "fold2/train/loss": 1,
        "fold2/valid/loss": 1,
    }
    assert [name.label for name in names.values() if name.split == "valid"] == ["fold 1", "fold 2"]


def test_that_a_deleted_run_leaves_an_empty_page(page, engine, samples):
    run_id = samples.finished()
    page.setRun(run_id)
    engine.trashRuns([run_id])
    assert page.runId() == ""


def checkpoints_of(engine, run_id: str):
    folder = engine.store.run_folder(run_id)
    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    sizes = {"checkpoints/best-1.safetensors": 3000, "checkpoints/last.7.safetensors": 5000, "model.safetensors": 2000}
    for name, count in sizes.items():
        (folder / name).write_bytes(b"x" * count)
    (folder / "checkpoints/last.state.json").write_bytes(b"{}")
    return folder


def test_that_the_settings_say_what_a_run_takes_on_disk_and_clear_its_best_checkpoints(page, engine, samples):
    run_id = samples.finished()
    folder = checkpoints_of(engine, run_id)
    page.setRun(run_id)
    assert "of which 8.0 kB are checkpoints" in text(page, "run.disk")
    button(page, "run.disk.clear").click()
    dialog = page.findChild(ClearDialog)
    assert "trained model" in " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert dialog.findChild(QPushButton, "run.disk.confirm").text() == "Free 3.0 kB"
    dialog.findChild(QPushButton, "run.disk.confirm").click()
    kept = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert "best-1.safetensors" not in kept
    assert {"last.7.safetensors", "last.state.json", "model.safetensors"} <= set(kept)
    assert "of which 5.0 kB are checkpoints" in text(page, "run.disk")


def test_that_the_state_goes_only_when_it_is_ticked_and_then_nothing_is_left_to_clear(page, engine, samples):
    run_id = samples.finished()
    folder = checkpoints_of(engine, run_id)
    page.setRun(run_id)
    button(page, "run.disk.clear").click()
    page.findChild(QCheckBox, "run.disk.state").setChecked(True)
    page.findChild(QPushButton, "run.disk.confirm").click()
    assert not list((folder / "checkpoints").iterdir())
    assert not button(page, "run.disk.clear").isEnabled()


def test_that_a_run_at_work_keeps_its_checkpoints(page, engine, samples):
    run_id = samples.running()
    checkpoints_of(engine, run_id)
    page.setRun(run_id)
    assert not button(page, "run.disk.clear").isEnabled()
    assert not page.findChild(QAction, "run.clear").isEnabled()


def test_that_which_model_is_kept_stands_in_full_below_a_finished_runs_name(page, samples):
    cause = "The model of epoch 17 is kept: valid/loss was 0.0714. " * 4
    page.setRun(samples.ended(Outcome.finished(cause)))
    assert text(page, "run.kept") == cause
    assert page.findChild(QLabel, "run.kept").wordWrap()
    assert page.findChild(QLabel, "run.figures").isHidden()


def test_that_the_second_click_of_a_double_click_does_nothing(page, engine, samples):
    run_id = samples.running()
    page.setRun(run_id)
    pause = button(page, "run.pause")
    middle = QPointF(pause.rect().center())
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):
        left = Qt.MouseButton.LeftButton
        QApplication.sendEvent(
            pause,
            QMouseEvent(kind, middle, pause.mapToGlobal(middle), left, left, Qt.KeyboardModifier.NoModifier),
        )
    assert engine.wished == []


def test_that_a_run_that_goes_on_begins_where_it_was_left(page, engine, samples):
    run_id = samples.running()
    engine.store.set_progress(run_id, Progress("training", 600, 800, 15.0, 20))
    engine.store.set_status(run_id, RunStatus.STARTING)
    page.setRun(run_id)
    assert page.findChild(QProgressBar, "run.progress").value() == 750
    assert text(page, "run.figures") == "Starting …"
