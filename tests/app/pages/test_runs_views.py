"""Columns, groups and saved views of the table of runs, and the filter by values, over a real store."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QInputDialog, QLabel, QLineEdit, QListWidget, QPushButton, QTableView

from app.pages.runs import RunsPage
from app.pages.runs.chooser import ColumnsDialog
from app.pages.runs.columns import ColumnId
from app.pages.runs.model import SECTION_ROLE
from app.pages.runs.view import AT_HAND, View
from engine.runs import Points

RATE = "spec:trainer.optimizer.learning_rate"
BATCH = "spec:trainer.batch_size"


@pytest.fixture
def page(engine, shown):
    return shown(RunsPage(engine), 1200, 700)


def table_of(page: RunsPage) -> QTableView:
    return page.findChild(QTableView, "runs.table")


def column_of(page: RunsPage, column_id: str) -> list[str]:
    model = table_of(page).model()
    place = model.columns.place(column_id)
    return [model.index(row, place).data() for row in range(model.rowCount())]


def headings(page: RunsPage) -> list[tuple[str, int, bool]]:
    model = table_of(page).model()
    told = [model.index(row, 0).data(SECTION_ROLE) for row in range(model.rowCount())]
    return [tuple(heading) for heading in told if heading is not None]


def titles(page: RunsPage) -> list[str]:
    head = table_of(page).horizontalHeader()
    places = [head.logicalIndex(visual) for visual in range(head.count())]
    model = table_of(page).model()
    return [model.headerData(place, Qt.Orientation.Horizontal) for place in places if not head.isSectionHidden(place)]


def press(page: RunsPage, name: str) -> None:
    action = next(action for action in page._bar.view.menu_().actions() if action.objectName() == f"runs.view.{name}")
    action.trigger()


def answer_with(qtbot, page: RunsPage, text: str) -> None:
    dialog = page.findChild(QInputDialog, "runs.view.name")
    dialog.setTextValue(text)
    dialog.accept()
    qtbot.waitUntil(lambda: page.findChild(QInputDialog, "runs.view.name") is None)


def problem(page: RunsPage) -> str:
    label = page.findChild(QLabel, "runs.filter.problem")
    return label.text() if label.isVisible() else ""


# Columns


def test_that_any_setting_and_metric_becomes_a_column_with_its_values(page, engine, samples):
    samples.finished("one", seed=1)
    samples.running("two", epochs=4, seed=2)
    engine.tell()
    for column_id in ("spec:trainer.seed", "last:valid/accuracy", "max:valid/accuracy", "last:nowhere"):
        page.keeper.setColumn(column_id, True)
    assert column_of(page, "spec:trainer.seed") == ["2", "1"]
    last, best = ([float(text) for text in column_of(page, f"{kind}:valid/accuracy")] for kind in ("last", "max"))
    assert all(high >= end for high, end in zip(best, last, strict=True))
    assert column_of(page, "last:nowhere") == ["", ""]
    assert "seed" in titles(page) and "best valid/accuracy" in titles(page)


def test_that_a_chosen_column_follows_a_run_that_goes_on(page, engine, samples):
    run_id = samples.running("live", epochs=4)
    engine.tell()
    page.keeper.setColumn("last:extra", True)
    page.keeper.setColumn("max:extra", True)
    for value in (0.25, 0.75, 0.5):
        engine.store.append(run_id, {"extra": Points([1], [value], [0.0], [0.0])})
        engine.tell()
    assert column_of(page, "last:extra") == ["0.5000"] and column_of(page, "max:extra") == ["0.7500"]


def test_that_runs_without_a_value_stand_last_in_both_directions(page, engine, samples):
    for name, value in (("none", None), ("low", 0.1), ("high", 0.9), ("broken", float("nan"))):
        run_id = samples.queued(name)
        if value is not None:
            engine.store.append(run_id, {"extra": Points([1], [value], [0.0], [0.0])})
    engine.tell()
    page.keeper.setColumn("last:extra", True)
    place = table_of(page).model().columns.place("last:extra")
    table_of(page).sortByColumn(place, Qt.SortOrder.AscendingOrder)
    assert column_of(page, "name") == ["low", "high", "broken", "none"]
    table_of(page).sortByColumn(place, Qt.SortOrder.DescendingOrder)
    assert column_of(page, "name") == ["high", "low", "broken", "none"]
    assert column_of(page, "last:extra")[2] == "NaN"


def test_that_the_dialog_finds_a_setting_and_shows_it(page, engine, samples, qtbot):
    samples.finished()
    engine.tell()
    page.findChild(QPushButton, "runs.columns").click()
    dialog = page.findChild(ColumnsDialog)
    dialog.findChild(QLineEdit, "runs.columns.search").setText("RATE learning")
    items = dialog.findChild(QListWidget, "runs.columns.list")
    left = [items.item(place) for place in range(items.count()) if not items.item(place).isHidden()]
    item = next(item for item in left if item.text() == "trainer.optimizer.learning_rate")
    item.setCheckState(Qt.CheckState.Checked)
    assert column_of(page, RATE) == ["0.001"]
    page.findChild(QPushButton, "runs.columns.reset").click()
    assert item.checkState() == Qt.CheckState.Unchecked and "learning rate" not in titles(page)
    dialog.close()


def test_that_the_menu_of_a_head_hides_its_column(page, engine, samples):
    samples.finished()
    engine.tell()
    menu = table_of(page).head.menuFor("epochs")
    next(action for action in menu.actions() if action.objectName().endswith("hide")).trigger()
    assert "Epochs" not in titles(page) and "Duration" in titles(page)
    named = [action.objectName() for action in table_of(page).head.menuFor("name").actions()]
    assert named == ["runs.table.header.columns"]


def test_that_moved_columns_keep_their_order_when_others_come_and_go(page, engine, samples):
    samples.finished()
    engine.tell()
    page.keeper.setColumn(RATE, True)
    page.keeper.setColumn(BATCH, True)
    head = table_of(page).horizontalHeader()
    head.moveSection(head.visualIndex(table_of(page).model().columns.place(BATCH)), 1)
    assert titles(page)[:3] == ["★", "batch size", "Name"]
    page.keeper.setColumn(RATE, False)
    assert titles(page)[:3] == ["★", "batch size", "Name"] and "learning rate" not in titles(page)
    page.keeper.resetColumns()
    assert titles(page)[:3] == ["★", "Name", "Status"]


def test_that_a_run_moves_when_the_value_that_orders_it_changes(page, engine, samples):
    ids = {name: samples.queued(name) for name in ("a", "b", "c", "d")}
    for place, name in enumerate(ids):
        engine.store.append(ids[name], {"extra": Points([1], [place / 10], [0.0], [0.0])})
    engine.tell()
    page.keeper.setColumn("last:extra", True)
    table_of(page).sortByColumn(table_of(page).model().columns.place("last:extra"), Qt.SortOrder.AscendingOrder)
    page.findChild(QLineEdit, "runs.filter").setText("extra<0.9")
    table_of(page).selectRun(ids["b"])
    for name, value in (("b", 0.5), ("a", 0.25), ("d", 0.05), ("c", 0.95)):
        engine.store.append(ids[name], {"extra": Points([2], [value], [0.0], [0.0])})
        engine.tell()
    assert column_of(page, "name") == ["d", "a", "b"]
    assert table_of(page).selectedIds() == [ids["b"]]


# Groups


def test_that_groups_are_sections_with_counts_that_can_be_closed(page, engine, samples, qtbot):
    for name, group in (("a", "night"), ("b", "night"), ("c", "day"), ("d", "")):
        engine.store.set_group([samples.finished(name)], group)
    engine.tell()
    box = page.findChild(QComboBox, "runs.groupBy")
    box.setCurrentIndex(box.findData("group"))
    box.activated.emit(box.currentIndex())
    assert headings(page) == [("day", 1, True), ("night", 2, True), ("No group", 1, True)]
    assert column_of(page, "name") == ["day (1)", "c", "night (2)", "b", "a", "No group (1)", "d"]
    place = table_of(page).visualRect(table_of(page).model().index(2, ColumnId.NAME)).center()
    qtbot.mouseClick(table_of(page).viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert column_of(page, "name") == ["day (1)", "c", "night (2)", "No group (1)", "d"]
    table_of(page).setCurrentIndex(table_of(page).model().index(2, ColumnId.NAME))
    qtbot.keyClick(table_of(page), Qt.Key.Key_Right)
    assert len(column_of(page, "name")) == 7


def test_that_a_run_that_changes_its_group_moves_to_the_other_section(page, engine, samples):
    first, second = samples.finished("a"), samples.finished("b")
    engine.store.set_group([first, second], "night")
    engine.tell()
    page.keeper.groupBy("group")
    table_of(page).selectRun(second)
    engine.store.set_group([second], "day")
    engine.tell()
    assert headings(page) == [("day", 1, True), ("night", 1, True)]
    assert table_of(page).selectedIds() == [second]


def test_that_headings_are_no_runs_to_select_or_delete(page, engine, samples, qtbot):
    ids = [samples.finished("a"), samples.finished("b")]
    engine.tell()
    page.keeper.groupBy("status")
    table_of(page).selectAll()
    assert sorted(table_of(page).selectedIds()) == sorted(ids)
    qtbot.keyClick(table_of(page), Qt.Key.Key_Delete)
    assert headings(page) == []


def test_that_runs_are_grouped_by_a_setting_in_the_order_of_its_numbers(page, engine, samples):
    for size in (128, 16, 64):
        samples.finished(f"batch {size}", seed=size)
    engine.tell()
    page.keeper.setColumn("spec:trainer.seed", True)
    page.keeper.groupBy("spec:trainer.seed")
    assert [title for title, _, _ in headings(page)] == ["16", "64", "128"]
    page.keeper.setColumn("spec:trainer.seed", False)
    assert headings(page) == []


# The filter by values


def test_that_the_filter_compares_values_that_no_column_shows(page, engine, samples):
    for name, value in (("low", 0.1), ("high", 0.9)):
        engine.store.append(samples.queued(name), {"valid/extra": Points([1], [value], [0.0], [0.0])})
    engine.tell()
    page.findChild(QLineEdit, "runs.filter").setText("valid/extra > 0.5")
    assert column_of(page, "name") == ["high"]
    page.findChild(QLineEdit, "runs.filter").setText("extra<0.5")
    assert column_of(page, "name") == ["low"]


def test_that_a_run_passes_as_soon_as_its_value_does(page, engine, samples):
    samples.finished("other")
    run_id = samples.running("live", epochs=2)
    engine.store.append(run_id, {"valid/extra": Points([1], [0.1], [0.0], [0.0])})
    engine.tell()
    page.findChild(QLineEdit, "runs.filter").setText("valid/extra>0.5")
    assert page._model.passing() == 0
    engine.store.append(run_id, {"valid/extra": Points([2], [0.7], [0.0], [0.0])})
    engine.tell()
    assert column_of(page, "name") == ["live"]


def test_that_a_wrong_filter_says_so_and_leaves_the_earlier_one(page, engine, samples):
    samples.finished("small net")
    samples.finished("wide net")
    engine.tell()
    box = page.findChild(QLineEdit, "runs.filter")
    box.setText("wide")
    box.setText("wide status:faild")
    assert "no status “faild”" in problem(page) and column_of(page, "name") == ["wide net"]
    box.setText("wide accuracie>0")
    assert "“accuracie”" in problem(page)
    box.setText("net")
    assert problem(page) == "" and len(column_of(page, "name")) == 2


# Saved views


def test_that_a_view_is_saved_chosen_renamed_and_deleted(page, engine, samples, qtbot):
    engine.store.set_tags(samples.finished("a"), ["paper"])
    samples.finished("b")
    engine.tell()
    page.keeper.setColumn(RATE, True)
    page.findChild(QLineEdit, "runs.filter").setText("tag:paper")
    button = page.findChild(QPushButton, "runs.view")
    assert button.text() == "All runs (changed)"
    press(page, "save")
    answer_with(qtbot, page, "For the paper")
    assert button.text() == "For the paper" and set(engine.store.views()) >= {"For the paper"}
    press(page, "choose.")
    assert button.text() == "All runs" and len(column_of(page, "name")) == 2
    assert "learning rate" not in titles(page)
    press(page, "choose.For the paper")
    assert column_of(page, "name") == ["a"] and "learning rate" in titles(page)
    press(page, "delete")
    assert "For the paper" not in engine.store.views() and button.text() == "All runs (changed)"
    page.undo()
    assert "For the paper" in engine.store.views()


def test_that_a_renamed_view_keeps_what_it_shows(page, engine, samples, qtbot):
    samples.finished("a")
    engine.tell()
    page.keeper.groupBy("model")
    press(page, "save")
    answer_with(qtbot, page, "before")
    press(page, "rename")
    answer_with(qtbot, page, "after")
    assert set(engine.store.views()) - {AT_HAND} == {"after"}
    assert page.findChild(QPushButton, "runs.view").text() == "after" and page.keeper.view().group == "model"


def test_that_the_view_at_hand_is_there_again_in_the_next_window(page, engine, samples, qtbot, shown):
    samples.finished("a")
    engine.tell()
    page.keeper.setColumn(BATCH, True)
    page.keeper.groupBy("dataset")
    page.keeper.keep()
    later = shown(RunsPage(engine), 1200, 700)
    engine._views, engine._revision = None, -1
    engine._values = type(engine._values)()
    engine.tell()
    assert later.keeper.view().group == "dataset" and column_of(later, BATCH)[1] == "64"


def test_that_a_view_that_cannot_be_read_is_left_out(page, engine, samples):
    samples.finished("a")
    engine.store.save_view("broken", {"columns": 3})
    engine.store.save_view("newer", {"columns": ["name", "colour"], "sort": "colour", "more": 1})
    engine.tell()
    assert page.keeper.names() == ["newer"]
    page.keeper.choose("newer")
    assert titles(page) == ["Name"] and page.keeper.view().sort == View().sort


def test_that_names_take_the_room_that_other_columns_leave(page, engine, samples):
    samples.finished()
    engine.tell()
    head = table_of(page).horizontalHeader()
    page.resize(1000, 600)
    narrow = head.sectionSize(ColumnId.NAME)
    page.resize(1800, 600)
    assert head.sectionSize(ColumnId.NAME) > narrow
