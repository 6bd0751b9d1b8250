"""Stars, tags and groups of runs: given to several at once, and taken back with undo."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget

from app.pages.runs import RunsPage
from app.pages.runs.changes import with_tag
from app.pages.runs.tags import GroupDialog, TagsDialog


@pytest.fixture
def page(engine, shown):
    return shown(RunsPage(engine), 1200, 700)


def tags_dialog(page: RunsPage, qtbot) -> TagsDialog:
    qtbot.keyClick(page._table, Qt.Key.Key_T)
    return page.findChild(TagsDialog)


def ticks(dialog: TagsDialog) -> dict[str, Qt.CheckState]:
    items = dialog.findChild(QListWidget, "runs.tags.list")
    return {items.item(place).text(): items.item(place).checkState() for place in range(items.count())}


def test_that_a_typed_tag_goes_to_all_selected_runs_and_undo_takes_it_back(page, engine, samples, qtbot, record_of):
    ids = [samples.finished("a"), samples.finished("b")]
    engine.store.set_tags(ids[0], ["old"])
    engine.tell()
    page._table.selectAll()
    dialog = tags_dialog(page, qtbot)
    assert ticks(dialog) == {"old": Qt.CheckState.PartiallyChecked}
    line = dialog.findChild(QLineEdit, "runs.tags.new")
    qtbot.keyClicks(line, " night  run ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert [record_of(run_id).tags for run_id in ids] == [("old", "night run"), ("night run",)]
    assert ticks(dialog) == {"night run": Qt.CheckState.Checked, "old": Qt.CheckState.PartiallyChecked}
    page.undo()
    assert [record_of(run_id).tags for run_id in ids] == [("old",), ()]
    dialog.close()


def test_that_a_tick_gives_a_tag_and_no_tick_takes_it_away(page, engine, samples, qtbot, record_of):
    ids = [samples.finished("a"), samples.finished("b")]
    engine.store.set_tags(ids[0], ["x", "y"])
    engine.tell()
    page._table.selectAll()
    dialog = tags_dialog(page, qtbot)
    items = dialog.findChild(QListWidget, "runs.tags.list")
    items.item(0).setCheckState(Qt.CheckState.Checked)
    assert [record_of(run_id).tags for run_id in ids] == [("x", "y"), ("x",)]
    items.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert [record_of(run_id).tags for run_id in ids] == [("y",), ()]
    dialog.close()


def test_that_tags_that_are_there_are_offered_while_typing(page, engine, samples, qtbot):
    engine.store.set_tags(samples.finished("a"), ["Baseline"])
    samples.finished("b")
    engine.tell()
    page._table.selectRow(0)
    dialog = tags_dialog(page, qtbot)
    completer = dialog.findChild(QLineEdit, "runs.tags.new").completer()
    completer.setCompletionPrefix("base")
    assert completer.currentCompletion() == "Baseline"
    dialog.close()


def test_that_a_group_is_given_to_the_selected_runs_and_undo_puts_each_back(page, engine, samples, qtbot, record_of):
    ids = [samples.finished("a"), samples.finished("b")]
    engine.store.set_group([ids[0]], "day")
    engine.tell()
    page._table.selectAll()
    qtbot.keyClick(page._table, Qt.Key.Key_G)
    dialog = page.findChild(GroupDialog)
    box = dialog.findChild(QComboBox, "runs.group.name")
    assert [box.itemText(place) for place in range(box.count())] == ["day"] and box.currentText() == ""
    box.setCurrentText("night")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert [record_of(run_id).group for run_id in ids] == ["night", "night"]
    page.undo()
    assert [record_of(run_id).group for run_id in ids] == ["day", ""]


def test_that_a_star_is_given_to_several_and_taken_back_with_undo(page, engine, samples, qtbot, record_of):
    ids = [samples.finished("a"), samples.finished("b")]
    engine.store.set_starred(ids[0], True)
    engine.tell()
    page._table.selectAll()
    qtbot.keyClick(page._table, Qt.Key.Key_S)
    assert [record_of(run_id).starred for run_id in ids] == [True, True]
    page.undo()
    assert [record_of(run_id).starred for run_id in ids] == [True, False]


def test_that_the_menu_of_runs_names_what_can_be_done_with_them(page, engine, samples):
    samples.finished("a")
    samples.finished("b")
    engine.tell()
    page._table.selectRow(0)
    enabled = {action.objectName(): action.isEnabled() for action in page.doings.menu().actions() if action.text()}
    assert not enabled["runs.menu.compare"] and enabled["runs.menu.rename"]
    page._table.selectAll()
    enabled = {action.objectName(): action.isEnabled() for action in page.doings.menu().actions() if action.text()}
    assert enabled["runs.menu.compare"] and not enabled["runs.menu.rename"]


def test_that_a_tag_keeps_its_place_and_comes_once():
    assert with_tag(("a", "b"), "a", True) == ("a", "b")
    assert with_tag(("a",), "b", True) == ("a", "b")
    assert with_tag(("a", "b"), "a", False) == ("b",)
