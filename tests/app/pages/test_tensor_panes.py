"""The panes of the playground: axes, dtypes, parts of complex numbers, and tensors too large for single cells."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from app.pages.tensors.inspected import Stats
from app.pages.tensors.map_choice import colours_for
from app.pages.tensors.recasting import with_dtype
from tests.app.pages.tensor_lab import Hand, lit, open_hand


@pytest.fixture
def hand(workspace: Path, qtbot: QtBot) -> Hand:
    return open_hand(workspace, qtbot)


def test_that_higher_ranks_are_facets_and_many_of_them_are_chosen_by_a_slider(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = arange(24).view(2, 3, 4); y = x + 1")
    grid = hand.grid("y")
    assert grid.cells.at(grid.pointAt((1, 2, 3)).x(), grid.pointAt((1, 2, 3)).y()) == (1, 2, 3)
    hand.show("x = arange(96).view(2, 4, 3, 4); y = x + 1")
    pane = hand.page.view.cards[-1].panes()[-1]
    first, second = (slider.findChild(QSlider) for slider in pane.axes._sliders)
    assert (first.maximum(), second.maximum()) == (1, 3)
    second.setValue(2)
    assert pane.grid.cells.index(pane.grid.cells.chosen) == (0, 2)
    hand.page.pointAt(1, (1, 1, 0, 0))
    assert (first.value(), second.value()) == (1, 1), "what is lit is gone to"
    second.setValue(3)
    assert pane._hint.text() == "Other slices with cells that belong to it: 1"
    second.parent().findChild(QToolButton).click()
    qtbot.waitUntil(lambda: second.value() == 1)  # it goes round: 3, 0, 1


def test_that_any_axes_are_rows_and_columns(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = arange(24).view(2, 3, 4); y = x + 1")
    pane = hand.page.view.cards[-1].panes()[-1]
    qtbot.mouseClick(pane.head.axes, Qt.MouseButton.LeftButton)
    columns = pane.findChild(QComboBox, "tensors.step1.1.columns")
    columns.setCurrentIndex(columns.findData(0))
    columns.activated.emit(columns.currentIndex())
    grid = pane.grid
    assert grid.cells.shape == (4, 3, 2), "axis 2 has a place, axis 1 is rows, axis 0 columns"
    hand.point(grid, (3, 2, 1))
    assert lit(hand.grid("x")) == [[1, 2, 3]]
    assert lit(grid) == [[3, 2, 1]]


def test_that_another_dtype_rounds_the_same_numbers_and_is_undone(hand: Hand) -> None:
    hand.show("x = tensor([0.1, 1e6]); y = x * 2")
    pane = hand.page.view.cards[0].panes()[0]
    action = next(one for one in pane.head._group.actions() if one.data() == "bfloat16")
    action.trigger()
    hand.engine.answer()
    assert hand.page.shown().text == "x = tensor([0.1, 1e6], dtype=bfloat16); y = x * 2"
    assert "0.1 became 0.10009765625" in hand.page.view.cards[0].panes()[0]._facts.text()
    hand.page.view.undoButton.click()
    hand.engine.answer()
    assert hand.page.chain().tensors[0].dtype == "f32"


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("x = rand(2)", 0, "x = rand(2).to(float16)"),
        ("x = rand(2).to(int64)", 1, "x = rand(2).to(float16)"),
        ("x = zeros(2, dtype=int64)", 0, "x = zeros(2, dtype=float16)"),
        ("x = ones(2); y = (x + 1).sum(0)", 1, "x = ones(2); y = ((x + 1).to(float16)).sum(0)"),
        ("x = rand(2, 2); y = x.max(1).values", 1, "x = rand(2, 2); y = x.max(1).values.to(float16)"),
        ("x = rand(2, 2); m = x.max(1); y = m.values", 1, None),
    ],
)
def test_that_a_dtype_is_written_where_a_tensor_is(hand: Hand, text: str, number: int, expected: str | None) -> None:
    hand.show(text)
    assert with_dtype(text, hand.page.chain(), number, "float16") == expected


def test_that_of_complex_numbers_a_part_is_shown(hand: Hand) -> None:
    hand.show("x = tensor([3 + 4j, -1j])")
    pane = hand.page.view.cards[0].panes()[0]
    part = pane.findChild(QComboBox, "tensors.step0.0.part")
    assert not part.isHidden()
    assert pane.grid._tensor.values.tolist() == [5, 1]
    part.setCurrentIndex(part.findData("imag"))
    part.activated.emit(part.currentIndex())
    assert pane.grid._tensor.values.tolist() == [4, -1]


def test_that_a_large_tensor_is_a_heat_map_of_all_of_it(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = rand(600, 600); y = x @ x")
    panes = hand.page.view.cards[-1].panes()
    maps = [pane.cells.whole.map for pane in panes]
    qtbot.waitUntil(lambda: not hand.engine.answer() and all(one.isComplete() for one in maps))
    assert (maps[-1].window_().rows, maps[-1].window_().columns) == (600, 600)
    panes[-1].cells.whole._point((599, 3))
    assert maps[-1]._outlines == [(599, 3, 600, 4)]
    assert maps[0]._outlines == maps[1]._outlines == [(0, 0, 600, 600)], "row 599 and column 3 of the same tensor"
    assert hand.page.view.strip._cell.text().startswith("y[599, 3] · place")


def test_that_cells_stand_where_they_stood_before_a_heat_map_took_their_place(hand: Hand) -> None:
    def top() -> int:
        pane = hand.page.view.cards[0].panes()[0]
        pane.layout().activate()
        return int(pane.grid.y())

    hand.show("x = rand(3, 4)")
    before = top()
    hand.show("x = rand(600, 600)")
    hand.show("x = rand(3, 4)")
    assert top() == before


def test_that_what_a_large_map_shows_of_cells_that_share_a_pixel_is_chosen(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = rand(3000, 3000)")
    whole = hand.page.view.cards[-1].panes()[0].cells.whole

    def spread() -> float:
        qtbot.waitUntil(lambda: not hand.engine.answer() and whole.map.isComplete())
        tile = whole.map._book.get(whole.map.window_().root())
        return float(tile.values.std())

    assert spread() > 0.3, "even chance has a texture"
    hand.page.findChild(QAction, "tensors.step0.0.shown.extreme").trigger()
    assert spread() < 0.05
    hand.page.findChild(QAction, "tensors.step0.0.colours.2").trigger()
    assert whole.map._scale.centre == pytest.approx(0.5, abs=0.01)


def test_that_numbers_in_a_narrow_range_far_from_zero_are_coloured_over_the_range() -> None:
    def stats(low: float, high: float) -> Stats:
        return Stats(9, 9, 0, 0, 0, low, high, 0.0, 1.0)

    assert colours_for(stats(5.0, 6.0)) == colours_for(stats(-6.0, -5.0)) == ("range", False)
    assert colours_for(stats(0.0, 1.0)) == colours_for(stats(-1.0, 6.0)) == ("zero", False)


def test_that_a_cast_is_told_below_its_tensor_and_a_mix_of_dtypes_on_the_card(hand: Hand) -> None:
    hand.show("x = tensor([0.1, 0.5]); y = x.to(bfloat16)")
    said = hand.page.view.cards[-1].panes()[-1]._facts.text().splitlines()
    assert said[-1].startswith("Of 2 cells in bfloat16: 1 rounded; 0.1 became 0.10009765625; the largest change is")
    hand.show("y = ones(2, dtype=int64) + rand(2)")
    assert "int64" in hand.page.view.cards[-1]._what.text().splitlines()[-1]
    hand.show("y = rand(2) + rand(2)")
    assert len(hand.page.view.cards[-1]._what.text().splitlines()) == 1
