"""Roles are changed for several columns at once by click or key, undone, remembered; profiles come as rows are seen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from app.pages.data.columns_model import AT_ONCE, Field
from app.pages.data.columns_panel import ColumnsPanel
from app.pages.data.dataset_view import DatasetView
from app.pages.data.roles_editor import RolesEditor
from engine.spec import Role, Roles

TYPES = {"age": "integer", "city": "text", "born": "date", "income": "text"}
INFERRED = Roles(target=("income",), continuous=("age",), categorical=("city",), date=("born",))


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> Iterator[None]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    yield


def dataset(columns: dict[str, str] = TYPES) -> dict[str, Any]:
    return {
        "id": "abc",
        "name": "people",
        "source": "people.csv",
        "rows": 100,
        "columns": [{"name": name, "type": kind} for name, kind in columns.items()],
        "rejected": 0,
        "created": 0.0,
        "options": {},
        "bytes": 1,
    }


def profile(name: str, **more: Any) -> dict[str, Any]:
    figures = dict.fromkeys(("min", "mean", "max", "std", "earliest", "latest", "histogram"))
    known = {
        "name": name,
        "type": "text",
        "count": 100,
        "missing": 10,
        "distinct": 5,
        "distinct_is_approximate": False,
        "top": [("a", 50), ("b", 40)],
    }
    return {**figures, **known, "constant": False, "identifier_like": False, **more}


@pytest.fixture
def editor(qapp: Any) -> RolesEditor:
    editor = RolesEditor()
    editor.load(dataset(), INFERRED)
    return editor


@pytest.fixture
def panel(engine: Any, editor: RolesEditor, qtbot: QtBot) -> ColumnsPanel:
    panel = ColumnsPanel(engine, editor)
    qtbot.addWidget(panel)
    panel.resize(480, 700)
    panel.setDataset(dataset())
    return panel


def test_that_a_letter_gives_every_selected_column_a_role(
    panel: ColumnsPanel, editor: RolesEditor, qtbot: QtBot
) -> None:
    panel.table.selectAll()
    qtbot.keyClick(panel.table, Qt.Key.Key_I)
    assert set(editor.mapping().values()) == {Role.IGNORE}
    editor.undoStack.undo()
    assert editor.value() == INFERRED
    editor.undoStack.redo()
    assert editor.value().ignore == tuple(TYPES)


@pytest.mark.parametrize(("key", "role"), [("T", Role.TARGET), ("K", Role.CATEGORICAL), ("G", Role.GROUP)])
def test_that_each_role_has_its_key(
    panel: ColumnsPanel, editor: RolesEditor, qtbot: QtBot, key: str, role: Role
) -> None:
    panel.select("age")
    qtbot.keyClick(panel.table, key)
    assert editor.mapping()["age"] is role


def test_that_a_role_that_does_not_fit_is_refused_in_words(panel: ColumnsPanel, editor: RolesEditor) -> None:
    panel.table.selectAll()
    panel.setRole(Role.CONTINUOUS)
    assert editor.mapping()["city"] is Role.CATEGORICAL
    assert "city" in panel._refusal.text() and not panel._refusal.isHidden()


def test_that_changed_roles_are_remembered_for_the_same_dataset(editor: RolesEditor, qapp: Any) -> None:
    editor.setRole(["age"], Role.IGNORE)
    again = RolesEditor()
    again.load(dataset(), INFERRED)
    assert again.mapping()["age"] is Role.IGNORE
    assert again.mapping()["city"] is Role.CATEGORICAL


def test_that_an_unreadable_memory_of_roles_is_ignored(editor: RolesEditor, qapp: Any) -> None:
    editor._settings.setValue("abc", "[not json")
    editor._settings.sync()
    again = RolesEditor()
    again.load(dataset(), INFERRED)
    assert again.value() == INFERRED


def test_that_profiles_are_asked_for_a_few_at_a_time_and_shown(panel: ColumnsPanel, engine: Any) -> None:
    panel.model.want(range(4))
    asked = engine.pending("profile")
    assert len(asked) == AT_ONCE
    engine.answered.emit(asked[0][0], profile("age", missing=0, count=100))
    model = panel.model
    assert model.data(model.index(0, Field.MISSING)) == "0\u00a0%"
    assert model.data(model.index(0, Field.DISTINCT)) == "5"
    assert len({params["column"] for _, params in engine.pending("profile")}) == 3


def test_that_ten_thousand_columns_ask_only_for_the_visible_profiles(
    panel: ColumnsPanel, engine: Any, qtbot: QtBot
) -> None:
    many = {f"c{place}": "number" for place in range(10_000)}
    panel.setDataset(dataset(many))
    panel.search.setText("c9999")
    with qtbot.waitExposed(panel):
        panel.show()
    panel.table.looked.emit()
    asked = {params["column"] for _, params in engine.pending("profile")}
    assert panel.table.model().rowCount() == 1
    assert asked == {"c9999"}


def test_that_the_selected_column_shows_its_most_frequent_values(panel: ColumnsPanel, engine: Any) -> None:
    panel.select("city")
    panel.model.want([1])
    ticket = next(ticket for ticket, params in engine.pending("profile") if params["column"] == "city")
    engine.answered.emit(ticket, profile("city"))
    assert panel.profile._chart.currentWidget() is panel.profile._top
    assert panel.profile._top.accessibleDescription() == "a: 50, b: 40"


def test_that_a_column_of_numbers_shows_its_histogram(panel: ColumnsPanel, engine: Any) -> None:
    panel.select("age")
    panel.model.want([0])
    ticket = engine.pending("profile")[0][0]
    figures = {"min": 1.0, "mean": 2.5, "max": 4.0, "std": 1.0}
    engine.answered.emit(
        ticket, profile("age", type="integer", histogram={"edges": [1, 2, 4], "counts": [3, 9]}, **figures)
    )
    assert panel.profile._chart.currentWidget() is panel.profile._bars


def test_that_without_a_target_the_way_on_is_closed_and_says_why(engine: Any, qtbot: QtBot) -> None:
    view = DatasetView(engine)
    qtbot.addWidget(view)
    view.setDataset(dataset())
    assert not view.next.isEnabled()
    engine.answered.emit(engine.pending("roles")[0][0], INFERRED.model_dump(mode="json"))
    assert view.next.isEnabled()
    view.editor.setRole(["income"], Role.IGNORE)
    assert not view.next.isEnabled()
    assert "target" in view.next.toolTip()


def test_that_long_texts_need_no_roles_to_go_on(engine: Any, qtbot: QtBot) -> None:
    view = DatasetView(engine)
    qtbot.addWidget(view)
    view.setDataset(dataset())
    engine.answered.emit(engine.pending("roles")[0][0], Roles().model_dump(mode="json"))
    assert not view.next.isEnabled()
    engine.answered.emit(engine.pending("text_lengths")[0][0], {"city": 120.0})
    assert view.next.isEnabled()


def test_that_going_on_carries_the_dataset_and_its_roles(engine: Any, qtbot: QtBot) -> None:
    view = DatasetView(engine)
    qtbot.addWidget(view)
    view.setDataset(dataset())
    engine.answered.emit(engine.pending("roles")[0][0], INFERRED.model_dump(mode="json"))
    with qtbot.waitSignal(view.chosen) as told:
        view.next.click()
    assert told.args == [dataset(), INFERRED]
