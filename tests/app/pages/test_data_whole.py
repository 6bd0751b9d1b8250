"""The Data page over the real engine thread and data lab: from a file on disk to a dataset with roles."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from app.pages.data import DataPage
from app.pages.data.columns_model import Field
from engine.spec import Role

PATIENCE_MS = 30_000


@pytest.fixture
def thread(workspace: Path, tmp_path: Path, qapp: object) -> Iterator[EngineThread]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    thread = EngineThread(workspace)
    thread.start()
    yield thread
    thread.stop()


@pytest.fixture
def page(thread: EngineThread, qtbot: QtBot) -> DataPage:
    page = DataPage(thread)
    qtbot.addWidget(page)
    page.resize(1200, 740)
    with qtbot.waitExposed(page):
        page.show()
    return page


def shown(page: DataPage, row: int, column: int) -> str:
    model = page.dataset.table.model
    return str(model.data(model.index(row, column)))


def until(qtbot: QtBot, true: Callable[[], bool]) -> None:
    qtbot.waitUntil(true, timeout=PATIENCE_MS)


def test_that_a_file_becomes_a_dataset_that_is_sorted_filtered_and_passed_on(
    page: DataPage, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    cities = ("Paris", "Rome", "Oslo", "NA")
    lines = [f"{place % 60};{place / 8};{cities[place % 4]};{'yes' if place % 3 else 'no'}" for place in range(1_000)]
    lines[500] = "1;2;3;4;5;6;7"
    path.write_text("\n".join(["age;height;city;bought", *lines]) + "\n", encoding="utf-8")

    page.openPath(path)
    until(qtbot, page.importer.start.isEnabled)
    assert page.importer.form.value()["delimiter"] == ";"
    assert page.importer._tabs.rejects.rowCount() == 1
    page.importer.start.click()
    until(qtbot, lambda: page._stack.currentWidget() is page.dataset and page.dataset.next.isEnabled())

    until(qtbot, lambda: shown(page, 0, 2) == "Paris")
    assert page.dataset.table.model.rowCount() == 999
    until(qtbot, lambda: page.dataset.rejects.model.rowCount() == 1)

    page.dataset.table.filter.setText("age >= 57 and city = Rome")
    page.dataset.table.applyFilter()
    until(qtbot, lambda: 0 < page.dataset.table.model.rowCount() < 100)
    assert {shown(page, row, 2) for row in range(page.dataset.table.model.rowCount())} == {"Rome"}
    page.dataset.table.sortBy("height", True)
    until(qtbot, lambda: page.dataset.table.model.query.descending)
    heights = [float(shown(page, row, 1)) for row in range(page.dataset.table.model.rowCount())]
    assert heights == sorted(heights, reverse=True)

    columns = page.dataset.columns
    until(qtbot, lambda: columns.model.profile("city") is not None)
    assert columns.model.data(columns.model.index(2, Field.MISSING)) == "25\u00a0%"
    columns.select("age")
    columns.setRole(Role.TARGET)
    with qtbot.waitSignal(page.datasetChosen) as told:
        page.dataset.next.click()
    dataset, roles = told.args
    assert dataset["rows"] == 999
    assert "age" in roles.target


def test_that_a_file_that_is_no_table_says_so_in_place(page: DataPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    page.openPath(path)
    until(qtbot, lambda: not page.importer._error.isHidden())
    assert page.importer._error_text.text()
    assert not page.importer.start.isEnabled()


def test_that_dates_that_are_not_written_alike_leave_a_way_to_a_forecast(
    page: DataPage, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.csv"
    days = [f"2024-01-{day:02}" if day < 15 else f"{day}/01/2024" for day in range(1, 29)]
    path.write_text("\n".join(["day,sales", *(f"{day},{place}.5" for place, day in enumerate(days))]))
    page.openPath(path)
    until(qtbot, page.importer.start.isEnabled)
    page.importer.start.click()
    until(qtbot, lambda: page._stack.currentWidget() is page.dataset and page.dataset.next.isEnabled())
    assert "dates as text: day" in page.dataset._summary.text()


def test_that_a_sample_opens_with_a_target_already_chosen(page: DataPage, qtbot: QtBot) -> None:
    until(qtbot, lambda: page.start._cards.count() >= 5)
    page.openSample("wine")
    until(qtbot, lambda: page._stack.currentWidget() is page.dataset and page.dataset.next.isEnabled())
    assert page.dataset.table.model.rowCount() == 178
    until(qtbot, lambda: page.list.model.rowCount() == 1)


def test_that_a_wide_table_shows_its_far_columns(page: DataPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = [f"c{place}" for place in range(300)]
    rows = [",".join(str(row * place) for place in range(300)) for row in range(50)]
    path.write_text("\n".join([",".join(names), *rows]) + "\n", encoding="utf-8")
    page.openPath(path)
    until(qtbot, page.importer.start.isEnabled)
    page.importer.start.click()
    until(qtbot, lambda: page._stack.currentWidget() is page.dataset and page.dataset.table.model.columnCount() == 300)
    page.dataset.columns.select("c299")
    until(qtbot, lambda: shown(page, 2, 299) in {"598", "598.0"})
