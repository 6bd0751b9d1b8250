"""Saving a model in the window: formats that a model cannot take are off, and what was written is measured and told."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QLabel, QRadioButton

from app.pages.run.page import RunPage
from app.pages.run.save_model_dialog import SaveModelDialog
from engine.catalog import new_text
from engine.runs import Outcome, RunStatus
from engine.spec import DataSpec

REPORT = {
    "path": "/models/mine.onnx",
    "bytes": 2_500_000,
    "number_format": "float16",
    "beside": ["/models/mine.onnx.tokenizer.json", "/models/mine.onnx.about.json"],
    "difference": 0.0005,
    "speed_up": 1.7,
    "half_difference": 0.002,
}


@pytest.fixture
def opened(engine, shown):
    """Opens the dialog from the menu of a run of texts with this model."""

    def open_for(task, model=""):
        spec = new_text(DataSpec(dataset="0" * 16, name="book"), task, model, {"text": "text", "label": "text"})
        run = engine.store.create_run(spec)
        engine.store.claim(run.id, 1, 1.0)
        engine.store.set_status(run.id, RunStatus.RUNNING)
        engine.store.finish(run.id, Outcome.finished())
        page = shown(RunPage(engine), 1100, 720)
        page.setRun(run.id)
        page.findChild(QAction, "run.save").trigger()
        return page, page.findChild(SaveModelDialog)

    return open_for


def test_that_a_written_model_is_measured_and_told(engine, opened):
    _, dialog = opened("masked-lm", "bert")
    assert dialog.format() == "folder"
    dialog.findChild(QRadioButton, "run.save.onnx").setChecked(True)
    dialog.findChild(QCheckBox, "run.save.half").setChecked(True)
    dialog.saveTo(Path("/models/mine"))
    ticket, params = engine.pending("export_model")[-1]
    assert params["path"] == "/models/mine.onnx" and params["kind"] == "onnx" and params["half"]
    assert not dialog._save.isEnabled()
    engine.answered.emit(ticket, REPORT)
    for part in ("/models/mine.onnx, 2.5 MB", "0.0005", "1.7", "float16", "0.002", "mine.onnx.about.json"):
        assert part in dialog.told()
    dialog.saveTo(Path("/models/mine.onnx"))
    engine.answered.emit(engine.pending("export_model")[-1][0], {**REPORT, "speed_up": 0.5616})
    assert "slower on this machine, 0.56 times as fast" in dialog.told()
    dialog.saveTo(Path("/models/mine.onnx"))
    engine.failed.emit(engine.pending("export_model")[-1][0], "There is no room.")
    assert dialog.told() == "There is no room." and dialog._save.isEnabled()
    dialog.close()


def test_that_all_that_is_told_of_a_written_model_has_room(engine, opened, qtbot):
    _, dialog = opened("seq2seq", "seq2seq_attention")
    dialog.saveTo(Path("/models/mine"))
    engine.answered.emit(engine.pending("export_model")[-1][0], {**REPORT, "notes": ["To write, ask again. " * 12] * 2})
    label = dialog.findChild(QLabel, "run.save.told")
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    dialog.close()


def test_that_what_a_model_cannot_be_written_as_is_off_and_says_why(opened):
    _, dialog = opened("rnn-lm", "lstm_lm")
    folder = dialog.findChild(QRadioButton, "run.save.folder")
    assert not folder.isEnabled() and "network of our own" in folder.accessibleDescription()
    half = dialog.findChild(QCheckBox, "run.save.half")
    half.setChecked(True)
    dialog.findChild(QRadioButton, "run.save.onnx").setChecked(True)
    assert not half.isEnabled() and not half.isChecked() and "full precision" in half.toolTip()
    dialog.close()


@pytest.mark.parametrize(("task", "model"), [("text-classifier", "text_lstm"), ("seq2seq", "seq2seq_attention")])
def test_that_networks_that_read_packed_are_offered_in_every_format_but_the_folder(opened, task, model):
    _, dialog = opened(task, model)
    offered = {kind for kind, button in dialog._buttons.items() if button.isEnabled()}
    assert offered == {"torchscript", "torch_export", "onnx"}
    dialog.close()


def test_that_a_closed_dialog_lets_the_model_be_written_and_says_so(engine, opened, qtbot):
    page, dialog = opened("masked-lm", "bert")
    dialog.saveTo(Path("/models/mine"))
    dialog.close()
    with qtbot.waitSignal(page.told) as told:
        engine.answered.emit(engine.pending("export_model")[-1][0], REPORT)
    assert "/models/mine.onnx" in told.args[0]
