"""The table of runs: what it shows, how it changes in place, and what can be undone."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QTableView

from app.pages.runs import RunsPage
from app.pages.runs.columns import ColumnId
from app.pages.runs.model import RunsModel
from engine.runs import Outcome, Progress, RunRecord, RunStatus


@pytest.fixture
def page(engine, shown):
    return shown(RunsPage(engine), 1200, 700)


def table_of(page: RunsPage) -> QTableView:
    return page.findChild(QTableView, "runs.table")


def names_in(page: RunsPage) -> list[str]:
    model = table_of(page).model()
    return [model.index(row, ColumnId.NAME).data() for row in range(model.rowCount())]


def select(page: RunsPage, row: int) -> None:
    table_of(page).setCurrentIndex(table_of(page).model().index(row, ColumnId.NAME))


def test_that_an_empty_workspace_says_what_to_do_first(page, qtbot):
    button = page.findChild(QPushButton, "runs.empty.action")
    assert button.isVisible() and not table_of(page).isVisible()
    with qtbot.waitSignal(page.trainRequested):
        button.click()


def test_that_every_run_is_listed_newest_first_with_its_figures(page, engine, samples):
    samples.finished("first")
    samples.running("second", epochs=8)
    engine.tell()
    assert names_in(page) == ["second", "first"]
    model = table_of(page).model()
    texts = [model.index(0, column).data() for column in ColumnId]
    assert texts[ColumnId.STATUS] == "Running"
    assert texts[ColumnId.DATASET] == "breast cancer" and texts[ColumnId.MODEL] == "category embedding"
    assert texts[ColumnId.EPOCHS] == "8 / 20"
    assert texts[ColumnId.SCORE].startswith("valid acc 0.96")


def test_that_progress_of_one_run_keeps_the_selection_and_the_order(page, engine, samples):
    ids = [samples.finished(f"run {place}") for place in range(3)]
    live = samples.running("live")
    engine.tell()
    select(page, 2)
    chosen = table_of(page).selectedIds()
    engine.store.set_progress(live, Progress("training", 500, 800, 12.0, 20))
    engine.store.rename(ids[0], "aaa")
    engine.tell()
    assert table_of(page).selectedIds() == chosen
    assert names_in(page) == ["live", "run 2", "run 1", "aaa"]


def test_that_a_sorted_table_moves_a_run_whose_value_changed(page, engine, samples):
    ids = [samples.finished(name) for name in ("b", "c", "d")]
    engine.tell()
    table_of(page).sortByColumn(ColumnId.NAME, Qt.SortOrder.AscendingOrder)
    select(page, 2)
    engine.store.rename(ids[2], "a")
    engine.tell()
    assert names_in(page) == ["a", "b", "c"]
    assert table_of(page).selectedIds() == [ids[2]]


def test_that_a_click_on_a_head_sorts_and_marks_the_column(page, engine, samples, qtbot):
    for name in ("b", "a", "c"):
        samples.finished(name)
    engine.tell()
    header = table_of(page).horizontalHeader()
    middle = header.sectionViewportPosition(ColumnId.NAME) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(middle, header.height() // 2))
    assert names_in(page) == ["a", "b", "c"]
    model = table_of(page).model()
    assert model.headerData(ColumnId.NAME, Qt.Orientation.Horizontal) == "Name ↑"
    assert model.headerData(ColumnId.CREATED, Qt.Orientation.Horizontal) == "Created"


def test_that_runs_without_a_value_come_last_in_both_directions(page, engine, samples):
    samples.queued("no loss yet")
    samples.finished("with loss")
    engine.tell()
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table_of(page).sortByColumn(ColumnId.LOSS, order)
        assert names_in(page) == ["with loss", "no loss yet"]


def test_that_the_filter_wants_every_word_and_says_how_many_are_shown(page, engine, samples):
    samples.finished("small net")
    samples.finished("wide net")
    engine.tell()
    box = page.findChild(QLineEdit, "runs.filter")
    box.setText("NET wide")
    assert names_in(page) == ["wide net"]
    box.setText("nothing like this")
    assert page.findChild(QPushButton, "runs.nomatch.action").isVisible()
    page.findChild(QPushButton, "runs.nomatch.action").click()
    assert len(names_in(page)) == 2


def test_that_a_run_is_renamed_in_place_and_the_renaming_can_be_undone(page, engine, samples, record_of):
    run_id = samples.finished("before")
    engine.tell()
    model = table_of(page).model()
    assert model.setData(model.index(0, ColumnId.NAME), "after", Qt.ItemDataRole.EditRole)
    assert record_of(run_id).name == "after" and names_in(page) == ["after"]
    page.undo()
    assert record_of(run_id).name == "before" and names_in(page) == ["before"]


def test_that_an_empty_name_is_not_taken(page, engine, samples, record_of):
    run_id = samples.finished("kept")
    engine.tell()
    model = table_of(page).model()
    assert not model.setData(model.index(0, ColumnId.NAME), "   ", Qt.ItemDataRole.EditRole)
    assert record_of(run_id).name == "kept"


def test_that_deleted_runs_come_back_with_undo_and_running_ones_stay(page, engine, samples, qtbot):
    samples.finished("done")
    samples.running("live")
    engine.tell()
    table_of(page).selectAll()
    qtbot.keyClick(table_of(page), Qt.Key.Key_Delete)
    assert names_in(page) == ["live"]
    undo = page.findChild(QPushButton, "runs.undo")
    assert undo.isVisible()
    undo.click()
    assert sorted(names_in(page)) == ["done", "live"]


def test_that_return_opens_a_run_from_the_cell_of_its_star_too(page, engine, samples, qtbot):
    run_id = samples.finished()
    engine.tell()
    table = table_of(page)
    table.setCurrentIndex(table.model().index(0, ColumnId.STAR))
    with qtbot.waitSignal(page.openRequested) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [run_id]


def test_that_the_keyboard_opens_and_stars(page, engine, samples, qtbot, record_of):
    run_id = samples.finished()
    engine.tell()
    select(page, 0)
    with qtbot.waitSignal(page.openRequested) as opened:
        qtbot.keyClick(table_of(page), Qt.Key.Key_Return)
    assert opened.args == [run_id]
    qtbot.keyClick(table_of(page), Qt.Key.Key_S)
    assert record_of(run_id).starred
    assert table_of(page).model().recordAt(0).starred


def test_that_a_click_on_the_star_stars_and_does_not_open(page, engine, samples, qtbot, record_of):
    run_id = samples.finished()
    engine.tell()
    table = table_of(page)
    place = table.visualRect(table.model().index(0, ColumnId.STAR)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert record_of(run_id).starred


def test_that_a_note_is_kept_before_another_run_is_shown(page, engine, samples, record_of):
    first, _ = samples.finished("one"), samples.finished("two")
    engine.tell()
    select(page, 1)
    editor = page.findChild(QPlainTextEdit, "runs.note")
    editor.setPlainText("dropout helped")
    select(page, 0)
    assert record_of(first).note == "dropout helped"
    assert editor.toPlainText() == ""


def test_that_thousands_of_runs_are_taken_in_slices(page, engine, samples, qtbot):
    samples.many(2_000)
    engine.tell()
    qtbot.waitUntil(lambda: len(names_in(page)) == 2_001)


actions = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from(["put", "remove", "sort", "filter", "loss", "group", "close", "value"]),
        st.integers(0, 10),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(steps=actions)
def test_that_the_model_always_shows_what_a_fresh_sort_and_filter_would(qapp, steps):
    model = RunsModel()
    model.setChosen(["last:loss"])
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    known: dict[str, RunRecord] = {}
    spec_json = '{"data": {"name": "table"}, "model": {"name": "net"}}'
    filter_text = ""
    for number, action, value in steps:
        run_id = "abcdefghij"[number]
        if action == "put" or (action == "loss" and run_id in known):
            summary = {"valid/loss": value / 3} if action == "loss" else {}
            record = RunRecord(
                run_id, f"name {value % 4}", RunStatus.FINISHED, spec_json, 0, float(number), summary=summary
            )
            known[run_id] = dataclasses.replace(record, group=f"group {value % 3}" if value else "")
            model.upsert([known[run_id]])
        elif action == "remove":
            known.pop(run_id, None)
            model.remove([run_id])
        elif action == "sort":
            model.sort(
                [ColumnId.NAME, ColumnId.LOSS, ColumnId.CREATED, len(ColumnId)][value % 4],
                Qt.SortOrder.DescendingOrder if value % 2 else Qt.SortOrder.AscendingOrder,
            )
        elif action == "group":
            model.setGroup(["", "group", "name"][value % 3])
        elif action == "close":
            model.toggleSection(f"group {value % 3}")
        elif action == "value":
            model.setValues({"last:loss": {run_id: value / 3}})
        elif action == "filter":
            filter_text = f"name {value % 4}" if value % 2 else ""
            model.setPasses(lambda row, text=filter_text: text in row.haystack)
    expected = {record for record in known if filter_text in known[record].name}
    assert model.passing() == len(expected)
    if not model.collapsed() or not model.groupedBy():
        assert {record.id for record in model.records()} == expected
    before = [model.index(row, ColumnId.NAME).data() for row in range(model.rowCount())], model.records()
    model.arrange()
    after = [model.index(row, ColumnId.NAME).data() for row in range(model.rowCount())], model.records()
    assert after == before
    del tester


def test_that_a_selection_survives_a_new_order(qapp, spec_of):
    model = RunsModel()
    spec_json = spec_of().model_dump_json()
    model.upsert([RunRecord(str(n), f"{n}", RunStatus.FINISHED, spec_json, 0, float(n)) for n in range(5)])
    chosen = QItemSelectionModel(model)
    chosen.setCurrentIndex(model.index(model.placeOf("3"), 0), QItemSelectionModel.SelectionFlag.SelectCurrent)
    model.sort(ColumnId.NAME, Qt.SortOrder.AscendingOrder)
    assert model.recordAt(chosen.currentIndex().row()).id == "3"


def test_that_a_crash_says_what_happened_when_hovered(page, engine, samples):
    samples.ended(Outcome.crashed(-9))
    engine.tell()
    tip = table_of(page).model().index(0, ColumnId.STATUS).data(Qt.ItemDataRole.ToolTipRole)
    assert "SIGKILL" in tip and "memory" in tip
