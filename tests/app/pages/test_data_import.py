"""A file is shown before it is imported; options can be changed with a live preview; errors are said in place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.pages.data import DataPage
from app.pages.data.import_panel import ImportPanel

OPTIONS = {
    "format": "csv",
    "encoding": "utf-8",
    "delimiter": ",",
    "quote": '"',
    "header": True,
    "decimal": ".",
    "missing": ["", "NA"],
    "sheet": "",
}


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> Iterator[None]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    yield


def preview(rejects: int = 0, **options: Any) -> dict[str, Any]:
    return {
        "options": {**OPTIONS, **options},
        "columns": [{"name": "age", "type": "integer"}, {"name": "city", "type": "text"}],
        "rows": [["31", "Paris"], ["40", None]],
        "rejects": [{"line": 3 + place, "text": "1,2,3", "reason": "Expected 2 values"} for place in range(rejects)],
        "notes": [],
    }


def dataset(dataset_id: str = "abc", name: str = "people", created: float = 1.0, rejected: int = 0) -> dict[str, Any]:
    columns = [{"name": "age", "type": "integer"}, {"name": "city", "type": "text"}]
    known = {"id": dataset_id, "name": name, "source": "people.csv", "rows": 2, "columns": columns, "bytes": 10}
    return {**known, "rejected": rejected, "created": created, "options": OPTIONS}


def answer(engine: Any, method: str, value: object) -> dict[str, Any]:
    """Answer the newest request of a kind; returns its parameters."""
    ticket, params = engine.pending(method)[-1]
    engine.asked = [request for request in engine.asked if request[0] != ticket]
    engine.answered.emit(ticket, value)
    return dict(params)


def refuse(engine: Any, method: str, sentence: str) -> None:
    ticket, _ = engine.pending(method)[-1]
    engine.asked = [request for request in engine.asked if request[0] != ticket]
    engine.failed.emit(ticket, sentence)


@pytest.fixture
def panel(engine: Any, qtbot: QtBot) -> ImportPanel:
    panel = ImportPanel(engine)
    qtbot.addWidget(panel)
    panel.setFile(Path("/data/people.csv"))
    return panel


@pytest.fixture
def page(engine: Any, qtbot: QtBot) -> DataPage:
    page = DataPage(engine)
    qtbot.addWidget(page)
    return page


def test_that_a_workbooks_sheets_are_offered_and_hidden_ones_marked(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview(format="excel"))
    assert panel.form.value()["sheet"] == ""
    sheets = [{"name": "Lists", "hidden": True}, {"name": "Wine", "hidden": False}, {"name": "Tea", "hidden": False}]
    answer(engine, "sheets", sheets)
    combo = panel.form.sheet
    assert [combo.itemText(place) for place in range(combo.count())] == ["Lists  (hidden)", "Wine", "Tea"]
    assert combo.currentText() == "Wine"
    assert not engine.pending("preview")  # what is shown is what was read
    combo.setCurrentIndex(2)
    combo.activated.emit(2)
    panel.askPreview()
    assert answer(engine, "preview", preview(format="excel", sheet="Tea"))["options"]["sheet"] == "Tea"
    assert (combo.currentText(), combo.count()) == ("Tea", 3)
    assert not engine.pending("sheets")


def test_that_nothing_can_be_imported_before_it_was_seen(panel: ImportPanel, engine: Any) -> None:
    assert not panel.start.isEnabled()
    answer(engine, "preview", preview())
    assert panel.start.isEnabled()
    assert panel.form.value() == OPTIONS


def test_that_a_changed_option_asks_for_a_new_preview_and_waits_for_it(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview())
    panel.form.delimiter.setCurrentIndex(1)
    panel.form.delimiter.activated.emit(1)
    assert not panel.start.isEnabled()
    panel.askPreview()
    assert answer(engine, "preview", preview(delimiter=";"))["options"]["delimiter"] == ";"
    assert panel.start.isEnabled()


def offered(panel: ImportPanel) -> list[str]:
    return [str(panel.form.format.itemData(place)) for place in range(panel.form.format.count())]


def test_that_a_text_can_be_cut_into_rows_in_every_way(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview(format="lines"))
    assert offered(panel) == ["csv", "lines", "paragraphs", "document", "conll", "squad"]
    assert panel.form.format.currentText() == "Text, a row a line"
    panel.form.format.setCurrentIndex(2)
    panel.form.format.activated.emit(2)
    panel.askPreview()
    assert answer(engine, "preview", preview(format="paragraphs"))["options"]["format"] == "paragraphs"
    assert panel.start.isEnabled()


def test_that_a_folder_is_read_as_plain_text_alone(panel: ImportPanel, engine: Any, tmp_path: Path) -> None:
    panel.setFile(tmp_path)
    answer(engine, "preview", preview(format="document"))
    assert offered(panel) == ["lines", "paragraphs", "document"]
    assert panel.form.value()["format"] == "document"


def test_that_an_answer_for_older_options_is_dropped(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview())
    panel.askPreview()
    older = engine.pending("preview")[-1][0]
    panel.askPreview()
    engine.answered.emit(older, {**preview(), "columns": [], "rows": []})
    assert panel._tabs.rows.columnCount() == 2


def test_that_what_is_typed_is_not_taken_away_by_the_preview(panel: ImportPanel, engine: Any, qtbot: QtBot) -> None:
    answer(engine, "preview", preview())
    panel.form.missing.clear()
    qtbot.keyClicks(panel.form.missing, "NA, none,")
    panel.askPreview()
    asked = answer(engine, "preview", preview(missing=["", "NA", "none"]))
    assert asked["options"]["missing"] == ["", "NA", "none"]
    assert panel.form.missing.text() == "NA, none,"


def test_that_a_parquet_file_shows_no_text_options(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview(format="parquet"))
    assert panel.form.isEmpty()
    assert panel.start.isEnabled()


def test_that_the_preview_counts_the_lines_it_rejects(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview(rejects=3))
    assert panel._tabs.tabText(1) == "Rejected lines (3)"
    assert panel._tabs.rejects.rowCount() == 3


def test_that_a_file_that_cannot_be_read_says_why_and_can_be_read_otherwise(panel: ImportPanel, engine: Any) -> None:
    refuse(engine, "preview", "The file is empty.")
    assert panel._error_text.text() == "The file is empty."
    assert not panel._error.isHidden()
    assert not panel.start.isEnabled()
    answer(engine, "sniff", OPTIONS)
    panel.form.encoding.setCurrentText("gbk")
    panel.form.encoding.edited.emit()
    panel.askPreview()
    assert answer(engine, "preview", preview(encoding="gbk"))["options"]["encoding"] == "gbk"
    assert panel._error.isHidden()


def test_that_an_import_shows_its_progress_and_can_be_cancelled(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview())
    panel.startImport()
    ticket = engine.pending("import")[0][0]
    engine.progressed.emit(ticket, {"fraction": 0.4, "stage": "Reading lines"})
    assert panel._progress.value() == 40
    assert panel._said.text() == "Reading lines"
    panel.giveUp()
    assert engine.pending("import") == []
    assert panel.start.isEnabled()
    engine.answered.emit(ticket, dataset())
    assert "cancelled" in panel._said.text()


def test_that_a_failed_import_says_why_and_can_be_tried_again(panel: ImportPanel, engine: Any) -> None:
    answer(engine, "preview", preview())
    panel.startImport()
    refuse(engine, "import", "The disk is full: 40 MB are needed, 3 MB are free.")
    assert "disk is full" in panel._error_text.text()
    assert panel.start.isEnabled()


def test_that_an_imported_file_opens_as_a_dataset(page: DataPage, engine: Any) -> None:
    page.openPath("/data/people.csv")
    answer(engine, "preview", preview())
    page.importer.startImport()
    assert answer(engine, "import", dataset())["name"] == "people"
    assert page._stack.currentWidget() is page.dataset
    answer(engine, "datasets", [dataset()])
    assert not page.list.isHidden()


def test_that_several_dropped_files_are_offered_one_after_the_other(page: DataPage, engine: Any) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/data/one.csv"), QUrl.fromLocalFile("/data/two.csv")])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys))
    assert answer(engine, "preview", preview())["path"] == "/data/one.csv"
    page.importer.giveUp()
    assert answer(engine, "preview", preview())["path"] == "/data/two.csv"
    assert page._settings.recentFiles[:2] == ["/data/two.csv", "/data/one.csv"]


def test_that_a_sample_is_one_click_away(page: DataPage, engine: Any) -> None:
    answer(engine, "samples", [{"name": "wine", "title": "Wine", "description": "Wines", "task": "classification"}])
    page.openSample("wine")
    assert answer(engine, "import_sample", dataset(name="wine"))["name"] == "wine"
    assert page._stack.currentWidget() is page.dataset


def test_that_a_deleted_dataset_can_be_brought_back(page: DataPage, engine: Any) -> None:
    answer(engine, "datasets", [dataset("a", "first", 1.0), dataset("b", "second", 2.0)])
    page.list.view.setCurrentIndex(page.list.model.index(0))
    page.list.deleteCurrent()
    assert page.list.model.rowOf("b") == -1
    assert page._stack.currentWidget() is page.start
    page.list.undoDeletion()
    assert page.list.model.rowOf("b") == 0
    assert engine.pending("delete_dataset") == []


def test_that_a_deletion_is_done_when_the_time_to_undo_is_over(page: DataPage, engine: Any) -> None:
    answer(engine, "datasets", [dataset("a"), dataset("b")])
    page.list.view.setCurrentIndex(page.list.model.index(0))
    gone = page.list.model.dataset(0)["id"]
    page.list.deleteCurrent()
    page.list.confirmDeletion()
    assert [params for _, params in engine.pending("delete_dataset")] == [{"id": gone}]


def test_that_rejected_lines_are_shown_with_number_reason_and_text(page: DataPage, engine: Any) -> None:
    page.openDataset(dataset(rejected=1))
    answer(engine, "rejects", [{"line": 7, "text": "a,b,c", "reason": "Expected 2 values, found 3"}])
    model = page.dataset.rejects.model
    assert [model.data(model.index(0, field)) for field in range(3)] == ["7", "Expected 2 values, found 3", "a,b,c"]
    assert page.dataset.rejected.text() == "1 line rejected"
    page.dataset.rejects.exportTo("/tmp/out.csv")
    assert answer(engine, "export_rejects", "/tmp/out.csv") == {"id": "abc", "path": "/tmp/out.csv"}


NAMED = (
    "add", "columns", "columns.redo", "columns.search", "columns.undo", "datasets", "filter", "import.cancel",
    "import.decimal", "import.delimiter", "import.encoding", "import.format", "import.header", "import.missing",
    "import.name", "import.other", "import.preview", "import.quote", "import.sheet", "import.start", "next", "open",
    "open_folder", "rejects", "rejects.export", "sample.wine", "table",
)  # fmt: skip


def test_that_every_control_has_a_name_for_tests_and_assistive_tools(page: DataPage, engine: Any) -> None:
    answer(engine, "samples", [{"name": "wine", "title": "Wine", "description": "Wines", "task": "classification"}])
    controls = {name: page.findChild(QWidget, f"data.{name}") for name in NAMED}
    assert [name for name, widget in controls.items() if widget is None] == []
    assert [name for name, widget in controls.items() if not widget.accessibleName()] == []


def test_that_several_opened_files_are_told_and_the_preview_keeps_its_place(
    page: DataPage, engine: Any, qtbot: QtBot
) -> None:
    page.resize(1000, 700)
    with qtbot.waitExposed(page):
        page.show()
    page.openPaths([Path("/data/one.csv"), Path("/data/two.csv")])
    assert "1 more file after this one" in page.importer._where.text()
    qtbot.waitUntil(lambda: page.importer._tabs.x() > 0)
    place = page.importer._tabs.geometry()
    answer(engine, "preview", preview())
    page.importer.layout().activate()
    assert page.importer._tabs.geometry() == place
    page.importer.giveUp()
    assert answer(engine, "preview", preview())["path"] == "/data/two.csv"
    assert "more" not in page.importer._where.text()
