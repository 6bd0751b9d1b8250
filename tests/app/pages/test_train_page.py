"""The Train page over a stand-in for the labs, which answer when a test says so."""

import json
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from app.pages.train import TrainPage
from engine.spec import Roles, from_toml, parse, to_toml

CHECK = {
    "parameters": 12_482,
    "memory_bytes": 32 * 2**20,
    "steps_per_epoch": 7,
    "trainings": 1,
    "rows": {"train": 1399, "valid": 300, "test": 301},
    "warnings": [],
}
A_WARNING = {"severity": "warning", "field": "trainer.batch_size", "text": "One row is left over.", "fix": "Drop it."}
AN_ERROR = {"severity": "error", "field": "data.roles", "text": "“a” is constant.", "fix": "Ignore it."}


@pytest.fixture
def page(labs, shown):
    return shown(TrainPage(labs), 1200, 760)


def dataset(target="text", **more):
    types = {"a": "number", "b": "text", "y": target, **more}
    columns = [{"name": name, "type": kind} for name, kind in types.items()]
    return {"id": "d1", "name": "table", "rows": 2000, "columns": columns}


def roles(**more):
    return Roles(**{"target": ("y",), "continuous": ("a",), "categorical": ("b",), **more})


@pytest.fixture
def filled(page):
    page.setDataset(dataset(), roles())
    return page


def typed(qtbot, page, key, text):
    line = page.findChild(QLineEdit, key)
    line.selectAll()
    qtbot.keyClicks(line, text)
    return line


def checked(qtbot, page, labs, **changes):
    qtbot.waitUntil(lambda: bool(labs.of("preflight")))
    labs.answer("preflight", {**CHECK, **changes})


def test_that_an_empty_page_says_what_to_do_first_and_leads_there(qtbot, page):
    assert page.spec() is None
    button = page.findChild(QPushButton, "train.empty.data")
    assert button.isVisible() and not page.start.isVisible()
    with qtbot.waitSignal(page.dataRequested):
        button.click()


@pytest.mark.parametrize(("kind", "task"), [("text", "classification"), ("number", "regression")])
def test_that_the_task_follows_from_the_targets_type(page, kind, task):
    page.setDataset(dataset(kind), roles())
    assert page.spec().tabular.task == task


def test_that_a_whole_number_target_with_many_values_becomes_regression(page, labs):
    page.setDataset(dataset("integer"), roles())
    assert page.spec().tabular.task == "classification"
    labs.answer("profile", {"distinct": 500})
    assert page.spec().tabular.task == "regression"


def test_that_a_task_chosen_by_hand_is_not_changed_by_a_late_profile(page, labs):
    page.setDataset(dataset("integer"), roles())
    page.form.changed.emit("tabular.task", "classification")
    labs.answer("profile", {"distinct": 500})
    assert page.spec().tabular.task == "classification"


def test_that_a_second_dataset_keeps_the_settings(qtbot, filled):
    typed(qtbot, filled, "trainer.epochs", "3")
    filled.setDataset({**dataset(), "id": "d2"}, roles())
    assert filled.spec().trainer.epochs == 3
    assert filled.spec().data.dataset == "d2"
    assert filled.findChild(QLineEdit, "trainer.epochs").text() == "3"


def test_that_a_model_is_chosen_by_mouse_and_by_keyboard(qtbot, filled):
    qtbot.mouseClick(filled.gallery.card("gandalf"), Qt.MouseButton.LeftButton)
    assert filled.spec().model.name == "gandalf"
    assert filled.findChild(QWidget, "model.params.gflu_stages") is not None
    qtbot.keyClick(filled.gallery.card("gandalf").radio, Qt.Key.Key_Down)
    assert filled.spec().model.name == "tabnet"


def test_that_models_that_cannot_do_the_task_are_dimmed_with_the_reason(filled):
    card = filled.gallery.card("mdn")
    assert not card.radio.isEnabled()
    assert "not classes" in card.toolTip()
    filled.form.changed.emit("tabular.task", "regression")
    assert card.radio.isEnabled()
    filled.setDataset(dataset(), roles(categorical=()))
    assert "categorical" in filled.gallery.card("tab_transformer").toolTip()


def test_that_a_preset_fills_the_parameters_and_own_settings_leave_it(qtbot, filled):
    large = filled.findChild(QPushButton, "train.preset.large")
    large.click()
    assert filled.spec().model.params["layers"] == "512-256-128"
    assert large.isChecked()
    typed(qtbot, filled, "model.params.layers", "8")
    assert not large.isChecked()
    filled.findChild(QPushButton, "train.preset.default").click()
    assert filled.spec().model.params == {}


def test_that_typing_is_undone_at_once_and_the_field_shows_it(qtbot, filled):
    line = typed(qtbot, filled, "trainer.epochs", "123")
    assert filled.spec().trainer.epochs == 123
    filled.history.stack.undo()
    assert filled.spec().trainer.epochs == 20
    assert line.text() == "20"
    filled.history.stack.redo()
    assert line.text() == "123"


def test_that_undo_brings_back_a_model_with_its_parameters(qtbot, filled):
    typed(qtbot, filled, "model.params.layers", "8-4")
    filled.gallery.card("gandalf").radio.click()
    filled.history.stack.undo()
    assert filled.spec().model.params == {"layers": "8-4"}
    assert filled.gallery.card("category_embedding").radio.isChecked()


def test_that_an_error_is_said_beside_the_field_in_the_list_and_at_the_button(qtbot, filled):
    typed(qtbot, filled, "model.params.dropout", "2")
    assert filled.findChild(QLabel, "model.params.dropout.note").text() == "Must be at most 0.95"
    assert not filled.start.isEnabled()
    assert filled.reason.text() == "Dropout: must be at most 0.95"
    typed(qtbot, filled, "model.params.dropout", "0.2")
    assert filled.start.isEnabled()
    assert filled.reason.text() == ""


def test_that_a_value_the_specification_refuses_keeps_the_button_off_until_it_is_mended(qtbot, filled):
    box = filled.findChild(QComboBox, "trainer.device")
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "gpu")
    assert filled.spec().trainer.device == "auto"
    assert not filled.start.isEnabled()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "cpu")
    assert filled.spec().trainer.device == "cpu"
    assert filled.start.isEnabled()


def test_that_the_check_is_asked_once_after_several_changes_and_shown(qtbot, filled, labs):
    typed(qtbot, filled, "trainer.epochs", "12")
    checked(qtbot, filled, labs, warnings=[A_WARNING])
    assert labs.of("preflight") == []
    assert filled.findChild(QLabel, "train.preflight.train").text() == "1,399"
    assert filled.findChild(QLabel, "train.preflight.memory").text() == "32 MB"
    assert [row.finding.text for row in filled.preflight.rows()] == ["One row is left over."]
    assert filled.start.isEnabled()


def test_that_a_name_alone_asks_for_no_new_check(qtbot, filled, labs):
    checked(qtbot, filled, labs)
    typed(qtbot, filled, "train.name", "mine")
    assert filled.spec().name == "mine"
    assert filled.findChild(QLabel, "train.preflight.state").text().startswith("Ready")


def test_that_an_error_of_the_check_keeps_the_button_off(qtbot, filled, labs):
    checked(qtbot, filled, labs, warnings=[AN_ERROR, A_WARNING])
    assert not filled.start.isEnabled()
    assert filled.reason.text() == "“a” is constant."
    with qtbot.waitSignal(filled.dataRequested):
        qtbot.mouseClick(filled.preflight.rows()[0], Qt.MouseButton.LeftButton)


def test_that_a_finding_leads_to_its_field(qtbot, filled, labs):
    filled.form.setCurrentIndex(2)
    checked(qtbot, filled, labs, warnings=[A_WARNING])
    qtbot.keyClick(filled.preflight.rows()[0], Qt.Key.Key_Return)
    assert filled.form.currentIndex() == 1
    assert filled.findChild(QLineEdit, "trainer.batch_size").isVisible()


@pytest.mark.parametrize(
    "key",
    [
        "model.params.embedding_dropout",
        "model.params.head_config",
        "trainer.checkpoints.filename",
        "trainer.schedule.name",
        "trainer.early_stopping",
        "split",
        "split.valid",
        "tabular.task",
        "tabular.balance",
        "tabular.preprocess.max_categories",
    ],
)
def test_that_every_setting_can_be_gone_to(filled, key):
    filled.goTo(key)
    name = {
        "trainer.early_stopping": f"{key}.enabled",
        "split": "split.kind",
        "tabular.balance": f"{key}.class_weights",
    }
    assert filled.findChild(QWidget, name.get(key, key)).isVisible()


def test_that_a_check_that_fails_is_a_warning_and_no_dead_end(qtbot, filled, labs):
    qtbot.waitUntil(lambda: bool(labs.of("preflight")))
    labs.failed.emit(labs.of("preflight")[0][0], "The lab ended.")
    assert "The lab ended." in filled.preflight.rows()[0].finding.text
    assert filled.start.isEnabled()


def test_that_the_schedule_is_drawn_with_the_steps_of_the_check(qtbot, filled, labs):
    checked(qtbot, filled, labs)
    typed(qtbot, filled, "trainer.accumulate_grad_batches", "2")
    qtbot.waitUntil(lambda: any(one[2]["steps_per_epoch"] == 4 for one in labs.of("schedule")))
    labs.answer("schedule", {"steps": [0, 1, 2], "rates": [0.1, 0.2, 0.1], "note": ""})
    assert filled.form.training.preview.curve.points() == [(0, 0.1), (1, 0.2), (2, 0.1)]


def test_that_only_fields_that_matter_are_shown(filled):
    filled.form.setCurrentIndex(1)
    cycles = filled.findChild(QWidget, "trainer.schedule.num_cycles")
    assert not cycles.isVisible()
    filled.form.changed.emit("trainer.schedule.name", "cosine")
    assert cycles.isVisible()


def test_that_each_split_has_its_own_fields_with_the_datasets_columns(filled):
    filled.form.setCurrentIndex(2)
    filled.form.changed.emit("split.kind", "group")
    column = filled.findChild(QComboBox, "split.column")
    assert [column.itemText(index) for index in range(column.count())] == ["a", "b", "y"]
    assert filled.reason.text() == "A split by group needs a column."
    filled.form.changed.emit("split.column", "b")
    assert filled.spec().split.column == "b"


def test_that_a_found_learning_rate_is_written_into_the_form_as_one_step(qtbot, filled, labs):
    filled.form.training.finderRequested.emit()
    finder = filled.findChild(QWidget, "train.finder")
    labs.progressed.emit(labs.of("find_learning_rate")[0][0], {"rate": [1e-5, 1e-4], "loss": [1.0, 0.9]})
    assert finder.curve.points() == [(1e-5, 1.0), (1e-4, 0.9)]
    labs.answer("find_learning_rate", {"rates": [1e-4, 1e-3], "losses": [0.9, 0.5], "suggestion": 3.04e-5})
    use = finder.findChild(QPushButton, "train.finder.use")
    assert use.text() == "Use 3e-5"
    use.click()
    assert filled.spec().trainer.optimizer.learning_rate == 3e-5
    filled.history.stack.undo()
    assert filled.spec().trainer.optimizer.learning_rate == 1e-3


def test_that_a_closed_finder_gives_up_its_question(qtbot, filled, labs):
    filled.form.training.finderRequested.emit()
    filled.findChild(QWidget, "train.finder").reject()
    assert labs.of("find_learning_rate") == []


def test_that_train_carries_the_specification_that_is_shown(qtbot, filled, labs):
    typed(qtbot, filled, "trainer.epochs", "2")
    checked(qtbot, filled, labs)
    with qtbot.waitSignal(filled.startRequested) as started:
        filled.start.click()
    assert started.args[0] == filled.spec()
    assert started.args[0].trainer.epochs == 2


def test_that_train_pressed_during_the_check_starts_when_it_is_done(qtbot, filled, labs):
    filled.start.click()
    assert "Starts when the check is done" in filled.reason.text()
    with qtbot.waitSignal(filled.startRequested):
        checked(qtbot, filled, labs)
    assert filled.reason.text() == ""


def test_that_train_pressed_during_the_check_shows_its_errors_and_starts_nothing(qtbot, filled, labs):
    with qtbot.assertNotEmitted(filled.startRequested):
        filled.start.click()
        checked(qtbot, filled, labs, warnings=[AN_ERROR])
    assert filled.reason.text() == "“a” is constant." and not filled.start.isEnabled()


def test_that_train_pressed_twice_waits_for_no_check(qtbot, filled):
    filled.start.click()
    with qtbot.waitSignal(filled.startRequested):
        filled.start.click()


def test_that_a_changed_setting_takes_back_a_train_that_waits(qtbot, filled, labs):
    filled.start.click()
    typed(qtbot, filled, "trainer.epochs", "7")
    assert filled.reason.text() == ""
    with qtbot.assertNotEmitted(filled.startRequested):
        checked(qtbot, filled, labs)


def test_that_a_run_is_queued_as_it_is_shown_and_the_page_stays(qtbot, filled, labs):
    typed(qtbot, filled, "trainer.epochs", "3")
    checked(qtbot, filled, labs)
    with qtbot.waitSignal(filled.enqueueRequested) as asked:
        filled.enqueue.click()
    assert asked.args[0] == filled.spec()


def test_that_a_file_fills_the_form_and_can_be_undone(qtbot, filled, tmp_path):
    changed = parse({**json.loads(filled.spec().model_dump_json()), "trainer": {"epochs": 5}, "name": "from file"})
    path = tmp_path / "spec.toml"
    path.write_text(to_toml(changed))
    filled.loadFile(path)
    assert filled.spec() == changed
    assert filled.header.name.text() == "from file"
    filled.history.stack.undo()
    assert filled.spec().trainer.epochs == 20


def test_that_a_wrong_file_is_answered_with_sentences_and_changes_nothing(filled, tmp_path):
    before = filled.spec()
    path = tmp_path / "wrong.toml"
    path.write_text('[data]\ndataset = "d1"\n[trainer]\nepoch = 3\n[model]\nnam = "node"\n')
    filled.loadFile(path)
    box = filled.findChild(QMessageBox, "train.complaint")
    assert "did you mean “epochs”" in box.informativeText()
    assert "model.nam: unknown key" in box.informativeText()
    assert filled.spec() == before
    box.reject()


def test_that_a_loaded_model_that_does_not_exist_is_named_and_nothing_breaks(filled, tmp_path):
    path = tmp_path / "unknown.toml"
    path.write_text(to_toml(filled.spec()).replace("category_embedding", "gandolf"))
    filled.loadFile(path)
    assert "did you mean “gandalf”" in filled.reason.text()
    filled.gallery.card("gandalf").radio.click()
    assert filled.start.isEnabled()


def test_that_the_text_can_be_read_copied_and_saved(filled, tmp_path):
    filled.header.textRequested.emit()
    dialog = filled.findChild(QWidget, "train.toml")
    text = dialog.findChild(QPlainTextEdit, "train.toml.text")
    assert from_toml(text.toPlainText()) == filled.spec()
    dialog.copyText()
    assert QApplication.clipboard().text() == to_toml(filled.spec())
    dialog.accept()
    filled._files.save(filled.spec(), tmp_path / "saved.toml")
    assert from_toml((tmp_path / "saved.toml").read_text()) == filled.spec()
    filled._files.save(filled.spec(), tmp_path / "no such folder" / "saved.toml")
    box = filled.findChild(QMessageBox, "train.complaint")
    assert "No such file" in box.informativeText()
    box.reject()


def test_that_a_specification_from_a_run_finds_its_datasets_columns(page, labs):
    page.setDataset(dataset(), roles())
    spec = page.spec()
    page.setSpec(spec.model_copy(update={"data": spec.data.model_copy(update={"dataset": "d9"})}))
    labs.answer("datasets", [{**dataset(extra="text"), "id": "d9"}])
    page.form.changed.emit("split.kind", "group")
    column = page.findChild(QComboBox, "split.column")
    assert column.findText("extra") >= 0
    assert not page.history.stack.undoText().startswith("load")


def test_that_every_control_of_the_page_has_a_path_a_name_and_an_explanation(filled):
    controls = (QPushButton, QComboBox, QLineEdit, QPlainTextEdit)
    for kind in controls:
        for one in filled.findChildren(kind):
            if one.objectName().startswith("qt_") or isinstance(one.parent(), QComboBox):
                continue
            assert one.objectName(), one
            assert one.accessibleName(), one.objectName()
            assert one.toolTip(), one.objectName()


def test_that_the_page_needs_no_torch():
    code = "import sys, app.pages.train; print(sorted({'torch', 'transformers', 'pytorch_tabular'} & set(sys.modules)))"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"
