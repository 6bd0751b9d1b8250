"""The playground: cells, what lights up, what is refused, and what is done by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from app.pages.tensors.catalogue import ENTRIES
from app.pages.tensors.playground import Playground
from app.pages.tensors.playing import Mode
from app.pages.tensors.resizing import with_length
from app.pages.tensors.storage import StorageStrip
from tests.app.pages.tensor_lab import Hand, LabEngine, lit, open_hand


@pytest.fixture
def hand(workspace: Path, qtbot: QtBot) -> Hand:
    return open_hand(workspace, qtbot)


CHAIN = "A = rand(3, 4); B = rand(4, 2); y = (A @ B).softmax(-1)"


def test_that_each_operation_is_a_card_and_tensors_of_numbers_stand_where_they_are_used(hand: Hand) -> None:
    hand.show(CHAIN)
    names = [[pane.grid.accessibleName() for pane in card.panes()] for card in hand.page.view.cards]
    assert names == [["A [3, 4]", "B [4, 2]", "#3 [3, 2]"], ["#3 [3, 2]", "y [3, 2]"]]
    hand.show("x = arange(6)")
    assert [[pane.grid.accessibleName() for pane in card.panes()] for card in hand.page.view.cards] == [["x [6]"]]


def test_that_pointing_at_a_cell_lights_its_sources_through_the_chain_and_what_it_touches(hand: Hand) -> None:
    hand.show(CHAIN)
    hand.point(hand.grid("y"), (1, 0))
    assert lit(hand.grid("A", 0)) == [[1, 0], [1, 1], [1, 2], [1, 3]]
    assert len(lit(hand.grid("B", 0))) == 8
    assert lit(hand.grid("#3", 0)) == lit(hand.grid("#3", 1)) == [[1, 0], [1, 1]]
    hand.point(hand.grid("B", 0), (2, 1))
    assert lit(hand.grid("#3", 0)) == [[0, 1], [1, 1], [2, 1]]
    assert not lit(hand.grid("A", 0))
    hand.page.pointAt(0, None)
    assert hand.grid("A", 0).lit is None


def test_that_what_is_lit_needs_no_answer_of_the_lab_unless_values_decide(hand: Hand) -> None:
    hand.show(CHAIN)
    hand.point(hand.grid("y"), (0, 0))
    assert not hand.engine.asked
    hand.show("q = rand(2, 3); y = scaled_dot_product_attention(q, q, q, ones(2, 2).tril() > 0)")
    hand.page.pointAt(hand.page.chain().result, (0, 1))
    assert hand.engine.answer() == ["trace"]
    assert lit(hand.grid("q")) == [[0, 1]]


def test_that_the_formula_of_a_cell_comes_with_its_numbers(hand: Hand, qtbot: QtBot) -> None:
    hand.show("A = arange(6).view(2, 3); y = A.sum(1)")
    hand.point(hand.grid("y"), (1,))
    qtbot.waitUntil(lambda: bool(hand.engine.asked))
    hand.engine.answer()
    assert hand.page.view.strip.text() == "y[1] = 3 + 4 + 5 = 12"


def test_that_a_pinned_cell_stays_and_walks_with_the_arrows(hand: Hand, qtbot: QtBot) -> None:
    hand.show(CHAIN)
    grid = hand.grid("#3", 0)
    hand.page.pin(grid.number, (0, 0))
    hand.page.pointAt(grid.number, None)
    assert lit(grid) == [[0, 0]]
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert lit(grid) == [[1, 1]]
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.lit is None


def test_that_a_clash_is_explained_and_a_fix_is_put_in_its_place(hand: Hand, qtbot: QtBot) -> None:
    hand.show("A = rand(3, 4); B = rand(3, 4); C = A * B")
    hand.show("A = rand(3, 4); B = rand(3, 4); C = (A @ B).sum(0)")
    refusal = hand.page.view.refusal
    assert refusal.isVisible()
    assert "columns of A (4)" in refusal.refusal().sentence
    assert hand.page.view.cards, "the last that worked stays"
    fix = refusal.findChild(QPushButton, "tensors.refusal.fix0")
    assert fix.text() == "A @ B.mT"
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    hand.engine.answer()
    assert hand.page.view.field.toPlainText() == "A = rand(3, 4); B = rand(3, 4); C = (A @ B.mT).sum(0)"
    assert not refusal.isVisible()
    assert hand.page.chain().tensors[-1].shape == (3,)


def test_that_a_fix_that_is_too_long_is_shortened_in_the_middle_and_written_whole(hand: Hand, qtbot: QtBot) -> None:
    before = "queries = rand(3, 4, 8); keys = rand(2, 5, 8); y = "
    hand.show(f"{before}scaled_dot_product_attention(queries, keys, keys, None, 0.0, False, scale=0.3535533905932738)")
    card = hand.page.view.refusal
    card.resize(640, card.height())
    fix = card.findChild(QPushButton, "tensors.refusal.fix0")
    whole = fix.accessibleName()
    assert fix.text() != whole and fix.text().startswith("scaled_dot") and fix.text().endswith(")")
    assert whole in fix.toolTip()
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert hand.page.view.field.toPlainText() == f"{before}{whole}"


@pytest.mark.parametrize(
    "text", ["A = rand(3", "x.__class__", "import os", "rand(100000, 100000)", "y = unknown(3)", "f(f)", "1 + 1"]
)
def test_that_bad_input_is_one_sentence_and_the_page_keeps_its_state(hand: Hand, text: str) -> None:
    hand.show(CHAIN)
    hand.show(text)
    assert len(hand.page.view.cards) == 2
    assert hand.page.view.refusal.refusal().sentence.endswith((".", "?"))


def test_that_new_random_numbers_are_drawn_where_the_text_writes_the_seed_too(hand: Hand) -> None:
    hand.show("manual_seed(7); x = rand(2)")
    before = hand.page.chain().tensors[0].values.copy()
    hand.page.view.drawButton.click()
    hand.engine.answer()
    assert hand.page.shown().text == "manual_seed(8); x = rand(2)"
    assert (hand.page.chain().tensors[0].values != before).all()


def test_that_what_has_no_room_beside_the_buttons_is_told_below_them(hand: Hand) -> None:
    view = hand.page.view
    view.resize(700, 500)
    hand.show("x = ones(2)")
    for sentence, is_below in (("Click a cell of the last result to see its gradients.", True), ("", False)):
        view.tell(sentence)
        assert view._line.isHidden() != is_below
        assert sentence in (view._line.text(), view._note.text())


def test_that_a_cell_is_changed_by_hand_and_everything_after_it(hand: Hand, qtbot: QtBot) -> None:
    hand.show("A = zeros(2, 2); y = A.sum()")
    hand.double_click(hand.grid("A"), (0, 1))
    editor = hand.grid("A").findChild(QLineEdit, "tensors.cell")
    editor.setText("nothing")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert not hand.engine.asked
    editor.setText("2,5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert hand.page.focusWidget() is hand.grid("A"), "arrows walk on from it"
    hand.engine.answer()
    assert hand.page.chain().tensors[-1].values == 2.5
    hand.page.view.undoButton.click()
    hand.engine.answer()
    assert hand.page.chain().tensors[-1].values == 0
    hand.page.view.redoButton.click()
    hand.engine.answer()
    hand.page.view.copyButton.click()
    hand.engine.answer()
    assert "A[0, 1] = 2.5" in QGuiApplication.clipboard().text()


def test_that_a_computed_cell_is_not_changed(hand: Hand) -> None:
    hand.show("A = zeros(2, 2); y = A + 1")
    hand.double_click(hand.grid("y"), (0, 0))
    assert hand.grid("y").findChild(QLineEdit, "tensors.cell") is None


def test_that_the_workspace_remembers_what_was_shown(hand: Hand, workspace: Path, qtbot: QtBot) -> None:
    hand.show(CHAIN)
    hand.show("A = rand(3, 4) @ ")
    engine = LabEngine(workspace)
    page = Playground(engine)
    qtbot.addWidget(page)
    engine.answer()
    assert page.view.field.toPlainText() == CHAIN
    assert len(page.view.cards) == 2
    (workspace / "tensors.json").write_text(json.dumps([1, 2]))
    other = Playground(LabEngine(workspace))
    qtbot.addWidget(other)
    other._requests._engine.answer()
    assert not other.view.cards


def test_that_new_random_numbers_are_drawn_and_can_be_gone_back_from(hand: Hand) -> None:
    hand.show("x = rand(3)")
    before = hand.page.chain().tensors[0].values
    hand.page.view.drawButton.click()
    hand.engine.answer()
    assert not np.array_equal(hand.page.chain().tensors[0].values, before)
    hand.page.view.undoButton.click()
    hand.engine.answer()
    np.testing.assert_array_equal(hand.page.chain().tensors[0].values, before)


@pytest.mark.parametrize(
    "text",
    [
        "rand(())",
        "x = zeros(0, 3); y = x.sum(0)",
        "rand(2, 0) @ rand(0, 3)",
        "x = tensor([1+2j, 3]); y = x * 2",
        "x = rand(3).bfloat16(); y = x.half()",
        "x = rand(2, 3) > 0.5; y = ~x",
        "x = tensor([nan, inf, -inf, 1.0]); y = x.softmax(0)",
        "x = rand(1).expand(1500, 1500)",
        "x = rand(600, 600); y = x @ x",
    ],
)
def test_that_what_is_empty_odd_or_large_is_shown(hand: Hand, text: str) -> None:
    hand.show(text)
    chain = hand.page.chain()
    assert chain is not None
    hand.page.grab()
    last = chain.tensors[-1]
    if last.values.size:
        hand.page.pointAt(len(chain.tensors) - 1, (0,) * len(last.shape))
        hand.engine.answer()
        hand.page.grab()


def test_that_every_operation_of_the_list_has_an_example_that_runs(hand: Hand) -> None:
    for name in ENTRIES:
        hand.page.view.picker.choose(name)
        hand.engine.answer()
        assert not hand.page.view.refusal.isVisible(), name
        assert hand.page.chain() is not None
    assert set(hand.page.view.picker.names()) == set(ENTRIES)


def test_that_operations_are_found_by_name(hand: Hand, qtbot: QtBot) -> None:
    search = hand.page.view.picker.findChild(QLineEdit, "tensors.picker.search")
    qtbot.keyClicks(search, "norm")
    found = hand.page.view.picker.names()
    assert {"layer_norm", "batch_norm", "group_norm", "instance_norm"} <= set(found)
    assert "cat" not in found


def test_that_a_product_is_played_product_by_product_and_as_outer_products(hand: Hand) -> None:
    hand.show("A = arange(6.0).view(2, 3); B = ones(3, 2); C = A @ B")
    card = hand.page.view.cards[-1]
    a, b, c = (pane.grid for pane in card.panes())
    hand.page.pointAt(c.number, (1, 0))
    modes = card.findChild(QComboBox, "tensors.step1.steps.mode")
    modes.setCurrentIndex(modes.findData(Mode.DOT))
    place = card.findChild(QSlider, "tensors.step1.steps.place")
    assert place.maximum() == 2
    place.setValue(1)
    assert (lit(a), lit(b), lit(c)) == ([[1, 0], [1, 1]], [[0, 0], [1, 0]], [[1, 0]])
    assert hand.page.view.strip.text() == "C[1, 0]   k = 1:   3 + 4·1 = 7"
    modes.setCurrentIndex(modes.findData(Mode.OUTER))
    assert (lit(a), lit(b)) == ([[0, 0], [1, 0]], [[0, 0], [0, 1]])
    np.testing.assert_array_equal(c._values, [[0, 0], [3, 3]])
    hand.page.pointAt(c.number, None)
    assert c._values is None


def test_that_any_operation_is_played_cell_by_cell(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = arange(4); y = x.cumsum(0)")
    card = hand.page.view.cards[0]
    place = card.findChild(QSlider, "tensors.step0.steps.place")
    place.setValue(2)
    assert lit(hand.grid("x")) == [[0], [1], [2]]
    qtbot.mouseClick(card.findChild(QToolButton, "tensors.step0.steps.on"), Qt.MouseButton.LeftButton)
    assert lit(hand.grid("x")) == [[0], [1], [2], [3]]


def test_that_the_storage_says_whether_it_is_shared_and_lights_the_slot_of_a_cell(hand: Hand) -> None:
    hand.show("x = arange(6).view(2, 3); y = x.T; z = y.reshape(6)")
    shared, copied = (card.findChild(StorageStrip) for card in hand.page.view.cards[1:])
    assert shared.sentence() == "Shared storage, nothing copied: strides (3, 1) → (1, 3); slot = i·1 + j·3"
    assert copied.sentence().startswith("Copied into storage of its own.")
    hand.page.pointAt(2, (1, 1))
    assert lit(shared.slots()) == [[4]]
    assert [arc.text for arc in shared.arcs().arcs()] == ["+1"]
    hand.page.pointAt(2, (0, 0))
    one, other = shared.arcs().arcs()
    assert (one.text, other.text) == ("+1", "+3")
    assert other.end - other.start == 3 * (one.end - one.start)
    hand.page.pointAt(2, (1, 1))
    assert lit(copied.slots()) == [[3]]
    hand.show("x = arange(4); y = x[1:].unsqueeze(1).expand(3, 2)")
    strip = hand.page.view.cards[-1].findChild(StorageStrip)
    assert "slot = 1 + i·1 + j·0" in strip.sentence()


def test_that_gradients_stand_below_every_tensor_and_what_blocks_them_is_told(hand: Hand) -> None:
    hand.show("x = ones(2, 2) * 3; y = x * x")
    box = hand.page.view.lossBox
    box.setCurrentIndex(box.findData("sum"))
    hand.engine.answer()
    x, y = (pane.slope for pane in hand.page.view.cards[-1].panes()[1:])
    assert x._tensor.values.tolist() == [[6, 6], [6, 6]]
    assert y._tensor.values.tolist() == [[1, 1], [1, 1]]
    box.setCurrentIndex(box.findData("cell"))
    hand.page.pin(hand.page.chain().result, (0, 1))
    hand.engine.answer()
    assert x._tensor.values.tolist() == [[0, 6], [0, 0]]
    hand.show("x = rand(3); y = x.argmax(0)")
    box.setCurrentIndex(box.findData("sum"))
    hand.engine.answer()
    pane = hand.page.view.cards[0].panes()[0]
    assert pane.slope.isHidden()
    assert "argmax blocks the gradient" in pane.slope.head.text()


def test_that_a_card_forgets_the_storage_of_what_it_showed_before(hand: Hand) -> None:
    hand.show("x = arange(6); y = x.view(2, 3)")
    hand.show("A = rand(4, 3); y = A + 1")
    hand.page.pointAt(0, (3, 2))
    assert lit(hand.grid("y")) == [[3, 2]]


def test_that_dragging_the_ruler_changes_the_length_of_an_axis_wherever_it_is(hand: Hand, qtbot: QtBot) -> None:
    text = "A = rand(3, 4); B = rand(4, 2); C = A @ B"
    hand.show(text)
    grid = hand.grid("A")
    start = QPoint(60, 8)
    qtbot.mousePress(grid, Qt.MouseButton.LeftButton, pos=start)
    for pixels in (18, 36):
        qtbot.mouseMove(grid, start + QPoint(pixels, 0))
        hand.engine.answer()
    qtbot.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=start)
    assert hand.page.shown().text == "A = rand(3, 6); B = rand(6, 2); C = A @ B"
    assert hand.page.chain().tensors[0].shape == (3, 6)
    hand.page.view.undoButton.click()
    assert hand.page.shown().text == text


@pytest.mark.parametrize(
    ("text", "axis", "expected"),
    [
        ("x = randint(0, 9, (3, 4))", 0, "x = randint(0, 9, (7, 4))"),
        ("n = 3; x = rand(n, 4)", 0, None),
        ("x = arange(5)", 0, "x = arange(7)"),
        ("x = torch.zeros((2, 3)); y = x.T", 1, "x = torch.zeros((2, 7)); y = x.T"),
        ("x = tensor([1, 2])", 0, None),
    ],
)
def test_that_a_length_is_rewritten_where_it_is_a_plain_number(
    hand: Hand, text: str, axis: int, expected: str | None
) -> None:
    hand.show(text)
    assert with_length(text, hand.page.chain(), 0, axis, 7) == expected


def test_that_of_the_cells_a_maximum_could_take_the_one_it_took_is_marked(hand: Hand) -> None:
    hand.show("x = tensor([[1, 7, 3], [9, 2, 4]]); y = x.max(1).values; z = x.argmin(0)")
    hand.point(hand.grid("y", 0), (0,))
    assert lit(hand.grid("x", 0)) == [[0, 0], [0, 1], [0, 2]]
    assert hand.grid("x", 0)._chosen == (0, 1)
    hand.point(hand.grid("z", 1), (2,))
    assert hand.grid("x", 1)._chosen == (0, 2)
    assert hand.grid("x", 0)._chosen is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("x = tensor([[1.0, 3.0]]); y = x.softmax(-1)", [[-2, 0]]),
        ("x = tensor([[1.0, 3.0], [5.0, 5.0]]); y = layer_norm(x, (2,))", [[-1, 1], [0, 0]]),
        ("x = tensor([[1.0, 3.0], [5.0, 5.0]]); y = batch_norm(x, None, None, training=True)", [[-2, -1], [2, 1]]),
    ],
)
def test_that_softmax_and_norms_are_played_stage_by_stage(hand: Hand, text: str, first: list[list[float]]) -> None:
    hand.show(text)
    card = hand.page.view.cards[0]
    modes = card.findChild(QComboBox, "tensors.step0.steps.mode")
    modes.setCurrentIndex(modes.findData(Mode.STAGES))
    result = card.panes()[-1].grid
    assert result._values.tolist() == first
    card.grab()
    place = card.findChild(QSlider, "tensors.step0.steps.place")
    place.setValue(place.maximum())
    assert result._values is None
