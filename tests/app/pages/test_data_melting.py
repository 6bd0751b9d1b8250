"""The columns of a wide dataset become series: seen before, made in the lab, cancelled, and handed on."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.data import DataPage
from app.pages.data.melt_dialog import MeltDialog
from engine.spec import Role, Roles

COLUMNS = [
    {"name": name, "type": kind}
    for name, kind in (
        ("day", "date"),
        ("holiday", "text"),
        ("north", "integer"),
        ("south", "number"),
        ("up", "number"),
    )
]
WIDE = {"id": "a" * 20, "name": "shops", "source": "shops.csv", "rows": 3, "columns": COLUMNS, "bytes": 10}
WIDE |= {"rejected": 0, "created": 1.0, "options": {}}
MELT = {"time": "day", "columns": ["north", "south"], "series_name": "shop", "value_name": "value", "keep_empty": False}
LONG = {**WIDE, "id": "b" * 20, "name": "shops as series", "origin": {"dataset": "a", "name": "shops", "melt": MELT}}
PREVIEW = {"melt": MELT, "columns": [{"name": "day", "type": "date"}], "rows": [["2024-01-01"]]}


def answer(engine: Any, method: str, value: object) -> dict[str, Any]:
    ticket, params = engine.pending(method)[-1]
    engine.asked = [request for request in engine.asked if request[0] != ticket]
    engine.answered.emit(ticket, value)
    return dict(params)


@pytest.fixture
def page(engine: Any, qtbot: QtBot) -> DataPage:
    page = DataPage(engine)
    qtbot.addWidget(page)
    answer(engine, "datasets", [WIDE])
    page.openDataset(WIDE)  # type: ignore[arg-type]
    return page


@pytest.fixture
def dialog(page: DataPage, engine: Any, qtbot: QtBot) -> MeltDialog:
    page.dataset.turn.click()
    found = page.findChild(MeltDialog)
    assert found is not None
    qtbot.waitUntil(lambda: bool(engine.pending("melt_preview")))
    return found


def test_that_all_columns_of_numbers_are_offered_and_what_is_chosen_is_made(
    page: DataPage, dialog: MeltDialog, engine: Any, qtbot: QtBot
) -> None:
    assert answer(engine, "melt_preview", PREVIEW)["melt"]["columns"] == ["north", "south", "up"]
    assert dialog.rows.rowCount() == 1
    dialog.form.columns.item(2).setCheckState(Qt.CheckState.Unchecked)
    dialog.form.series.setText("shop")
    assert not dialog.start.isEnabled()
    qtbot.waitUntil(lambda: bool(engine.pending("melt_preview")))
    answer(engine, "melt_preview", PREVIEW)
    dialog.start.click()
    ticket, _ = engine.pending("melt")[-1]
    engine.progressed.emit(ticket, {"fraction": 0.5, "stage": "Turning columns"})
    assert answer(engine, "melt", LONG) == {"id": "a" * 20, "melt": MELT, "name": "shops as series"}
    assert page.dataset.dataset == LONG
    assert "2 columns of “shops” as series" in page.dataset.findChild(object, "data.facts").text()


def test_that_too_few_columns_and_what_the_lab_refuses_are_said(dialog: MeltDialog, engine: Any, qtbot: QtBot) -> None:
    ticket, _ = engine.pending("melt_preview")[-1]
    engine.failed.emit(ticket, "There is a column “holiday” already.")
    assert "“holiday”" in dialog.findChild(object, "data.melt.said").text()
    dialog.findChild(object, "data.melt.none").click()
    assert "two columns or more" in dialog.findChild(object, "data.melt.said").text()
    assert not dialog.start.isEnabled()
    dialog.findChild(object, "data.melt.all").click()
    qtbot.waitUntil(lambda: bool(engine.pending("melt_preview")))


def test_that_work_is_cancelled_before_the_dialog_is_left(dialog: MeltDialog, engine: Any) -> None:
    answer(engine, "melt_preview", PREVIEW)
    dialog.start.click()
    dialog.cancel.click()
    assert not engine.pending("melt")
    assert "nothing was made" in dialog.findChild(object, "data.melt.said").text()
    assert dialog.isVisible()
    assert dialog.start.isEnabled()


def test_that_series_made_on_the_way_to_training_are_handed_on(page: DataPage, engine: Any, qtbot: QtBot) -> None:
    page.turnIntoSeries("a" * 20, go_on=True)
    qtbot.waitUntil(lambda: bool(engine.pending("melt_preview")))
    answer(engine, "melt_preview", PREVIEW)
    page.findChild(MeltDialog).start.click()
    answer(engine, "melt", LONG)
    roles = Roles.from_mapping(
        {"day": Role.DATE, "holiday": Role.CATEGORICAL, "north": Role.GROUP, "south": Role.TARGET}
    )
    with qtbot.waitSignal(page.datasetChosen) as handed:
        answer(engine, "roles", roles.model_dump(mode="json"))
    assert handed.args[0] == LONG
