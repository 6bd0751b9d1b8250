"""The data table asks for what is looked at, keeps what is shown until the new order comes, and never waits."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.data.table_model import PAGE_COLUMNS, PAGE_ROWS, PAGES_KEPT, Query, TableModel
from app.pages.data.table_pane import TablePane
from app.pages.data.wording import MISSING, WAITING


def dataset(rows: int = 1_000, columns: int = 3) -> dict[str, Any]:
    types = ["integer", "text", "number"]
    return {
        "id": "abc",
        "name": "table",
        "source": "table.csv",
        "rows": rows,
        "columns": [{"name": f"c{place}", "type": types[place % 3]} for place in range(columns)],
        "rejected": 0,
        "created": 0.0,
        "options": {},
        "bytes": 1,
    }


def answer(engine: Any, matched: int = 1_000, total: int = 1_000, columns: int = 3) -> None:
    """Answer every page that is asked for; a cell says its row and column."""
    for ticket, params in list(engine.pending("page")):
        engine.asked = [request for request in engine.asked if request[0] != ticket]
        names = params.get("columns") or [f"c{place}" for place in range(columns)]
        last = min(params["offset"] + params["limit"], matched)
        rows = [[f"{row}:{name}" for name in names] for row in range(params["offset"], last)]
        page = {"columns": names, "rows": rows, "offset": params["offset"], "total": total, "matched": matched}
        engine.answered.emit(ticket, page)


def text(model: TableModel, row: int, column: int) -> str:
    return str(model.data(model.index(row, column)))


@pytest.fixture
def model(engine: Any) -> TableModel:
    model = TableModel(engine)
    model.setDataset(dataset())
    return model


def test_that_cells_read_as_waiting_until_their_page_comes(model: TableModel, engine: Any) -> None:
    assert text(model, 5, 1) == WAITING
    model.want(range(0, 30), range(0, 3))
    assert text(model, 5, 1) == WAITING
    answer(engine)
    assert text(model, 5, 1) == "5:c1"
    assert text(model, PAGE_ROWS, 0) == WAITING


def test_that_pages_scrolled_past_before_they_came_are_given_up(model: TableModel, engine: Any) -> None:
    model.want(range(0, 30), range(0, 3))
    model.want(range(800, 830), range(0, 3))
    assert [params["offset"] for _, params in engine.pending("page")] == [800]


def test_that_a_page_is_asked_for_once(model: TableModel, engine: Any) -> None:
    model.want(range(0, 30), range(0, 3))
    model.want(range(5, 40), range(0, 3))
    assert len(engine.pending("page")) == 1
    answer(engine)
    model.want(range(10, 60), range(0, 3))
    assert engine.pending("page") == []


def test_that_only_so_many_pages_are_kept(engine: Any) -> None:
    model = TableModel(engine)
    model.setDataset(dataset(rows=PAGE_ROWS * 100))
    for page in range(PAGES_KEPT + 5):
        model.want(range(page * PAGE_ROWS, page * PAGE_ROWS + 10), range(0, 3))
        answer(engine, matched=PAGE_ROWS * 100)
    assert not model.isLoaded(0, 0)
    assert model.isLoaded((PAGES_KEPT + 4) * PAGE_ROWS, 0)


def test_that_a_wide_table_asks_only_for_the_columns_in_view(engine: Any) -> None:
    model = TableModel(engine)
    model.setDataset(dataset(columns=10_000))
    model.want(range(0, 30), range(5_000, 5_010))
    asked = [params["columns"] for _, params in engine.pending("page")]
    assert len(asked) == 1 and len(asked[0]) == PAGE_COLUMNS and "c5000" in asked[0]
    answer(engine)
    assert text(model, 3, 5_000) == "3:c5000"


def test_that_the_old_rows_stay_until_the_new_order_comes(model: TableModel, engine: Any) -> None:
    model.want(range(0, 30), range(0, 3))
    answer(engine)
    model.setQuery(Query("c0", True))
    assert text(model, 0, 0) == "0:c0"
    assert engine.pending("page")[0][1]["sort"] == [("c0", True)]
    answer(engine, matched=7)
    assert model.rowCount() == 7
    assert model.query == Query("c0", True)


def test_that_pages_of_an_old_order_never_reach_the_new_one(model: TableModel, engine: Any) -> None:
    model.want(range(200, 230), range(0, 3))
    old = engine.pending("page")[0][0]
    model.setQuery(Query("c0"))
    answer(engine)
    engine.answered.emit(old, {"columns": [], "rows": [["stale"] * 3], "offset": 200, "total": 1, "matched": 1})
    assert text(model, 201, 0) != "stale"


def test_that_a_filter_that_cannot_be_read_says_why_and_keeps_the_rows(engine: Any, qtbot: QtBot) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.setDataset(dataset())
    pane.filter.setText("agee > 3")
    pane.applyFilter()
    engine.failed.emit(engine.pending("page")[-1][0], "There is no column “agee”.")
    assert pane.findChild(type(pane._error), "data.filter.error").text() == "There is no column “agee”."
    assert pane.model.rowCount() == 1_000


def test_that_a_filter_says_how_many_rows_it_leaves(engine: Any, qtbot: QtBot) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.setDataset(dataset())
    pane.filter.setText("paris")
    pane.applyFilter()
    answer(engine, matched=12)
    assert pane._matched.text() == "12 of 1,000 rows"


def test_that_clicking_a_header_sorts_up_then_down_then_not(engine: Any, qtbot: QtBot) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.setDataset(dataset())
    seen = []
    for _ in range(3):
        pane.cycleSort(1)
        answer(engine)
        seen.append((pane.model.query.column, pane.model.query.descending))
    assert seen == [("c1", False), ("c1", True), ("", False)]


def test_that_the_current_column_is_sorted_by_key(engine: Any, qtbot: QtBot) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.setDataset(dataset())
    with qtbot.waitExposed(pane):
        pane.show()
    pane.view.setFocus()
    pane.view.setCurrentIndex(pane.model.index(0, 2))
    qtbot.keyClick(pane.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert pane.model.wanted == Query("c2", True)


def test_that_sorting_while_a_filter_is_on_its_way_keeps_the_filter(engine: Any, qtbot: QtBot) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.setDataset(dataset())
    pane.filter.setText("paris")
    pane.applyFilter()
    pane.cycleSort(0)
    asked = engine.pending("page")[-1][1]
    assert (asked["filter"], asked["sort"]) == ("paris", [("c0", False)])


def test_that_the_view_asks_for_what_it_shows(engine: Any, qtbot: QtBot) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.resize(600, 400)
    pane.setDataset(dataset(rows=4_000_000))
    with qtbot.waitExposed(pane):
        pane.show()
    pane.view.look()
    answer(engine, matched=4_000_000, total=4_000_000)
    pane.view.scrollToBottom()
    pane.view.look()
    assert max(params["offset"] for _, params in engine.pending("page")) == 4_000_000 - PAGE_ROWS


def test_that_missing_values_and_numbers_are_shown_as_such(model: TableModel, engine: Any) -> None:
    model.want(range(0, 3), range(0, 3))
    ticket = engine.pending("page")[0][0]
    rows = [[1, None, 0.1], [2, "two\nlines", float("nan")]]
    engine.answered.emit(ticket, {"columns": [], "rows": rows, "offset": 0, "total": 1_000, "matched": 1_000})
    assert text(model, 0, 1) == MISSING
    assert text(model, 1, 1) == "two⏎lines"
    assert text(model, 0, 2) == "0.1"
    assert model.data(model.index(0, 0), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_that_copying_takes_the_selected_block(engine: Any, qtbot: QtBot, qapp: Any) -> None:
    pane = TablePane(engine)
    qtbot.addWidget(pane)
    pane.setDataset(dataset())
    pane.model.want(range(0, 30), range(0, 3))
    answer(engine)
    pane.view.setCurrentIndex(pane.model.index(1, 1))
    pane.view.copySelection()
    assert qapp.clipboard().text() == "1:c1"
