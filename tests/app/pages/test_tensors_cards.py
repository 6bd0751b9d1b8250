"""The cards of the playground: ghosts, what stands on the way to a result, marks, and arguments that are turned."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from app.pages.tensors.calling import Argument, with_value
from app.pages.tensors.catalogue import ENTRIES
from app.pages.tensors.drawn import Drawn
from app.pages.tensors.marking import marks_of
from app.plots.export import save_picture
from app.theme import apply
from tests.app.pages.tensor_lab import Hand, lit, open_hand


@pytest.fixture
def hand(workspace: Path, qtbot: QtBot) -> Hand:
    return open_hand(workspace, qtbot)


def test_that_repeats_are_pointed_at_like_the_cell_that_they_repeat(hand: Hand) -> None:
    hand.show("A = zeros(3, 2); b = ones(2); y = A * b")
    grid = hand.grid("b")
    assert grid.cells.shape == (3, 2)
    left, top, wide, high = grid.cells.rectangle((2, 1))
    assert grid._at(QPointF(left + wide / 2, top + high / 2)) == (1,)
    hand.point(hand.grid("y"), (2, 1))
    assert lit(grid) == [[1]]
    assert np.argwhere(grid.shown).tolist() == [[0, 1], [2, 1]]


def test_that_padding_is_no_cell_but_lit_under_the_kernel(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = ones(1, 1, 4); w = ones(1, 1, 3); y = conv1d(x, w, padding=1)")
    grid = hand.grid("x")
    assert grid._at(QPointF(grid.cells.left + 2, grid.cells.top + 2)) is None
    hand.point(hand.grid("y"), (0, 0, 0))
    assert np.argwhere(grid.shown)[:, 2].tolist() == [0, 1, 2]
    hand.point(grid, (0, 0, 0))
    assert np.argwhere(grid.shown)[:, 2].tolist() == [1]
    hand.page.pin(grid.number, (0, 0, 0))
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert lit(grid) == [[0, 0, 0]], "padding cannot be walked onto"


def test_that_what_is_worked_out_on_the_way_is_shown_and_lit(hand: Hand) -> None:
    hand.show("q = randn(3, 2); y = scaled_dot_product_attention(q, q, q, is_causal=True)")
    card = hand.page.view.cards[-1]
    assert [pane.grid.accessibleName() for pane in card.body.parts()] == [
        "scores [3, 3]",
        "masked [3, 3]",
        "weights [3, 3]",
    ]
    hand.page.pointAt(hand.page.chain().result, (1, 0))
    assert lit(card.body.parts()[0].grid) == [[1, 0], [1, 1]], "what is masked is not read"
    hand.page.grab()


def test_that_what_is_on_the_way_is_pointed_at_pinned_and_walked(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = tensor([[1.0, 3.0], [5.0, 5.0]]); y = layer_norm(x, (2,)); z = y.sum(0)")
    card = hand.page.view.cards[0]
    mean, variance = (pane.grid for pane in card.body.parts())
    hand.point(mean, (1, 0))
    assert lit(hand.grid("x", 0)) == lit(hand.grid("y", 0)) == [[1, 0], [1, 1]]
    assert lit(mean) == lit(variance) == [[1, 0]], "the variance is taken around the mean"
    assert lit(hand.grid("z", 1)) == [[0], [1]]
    qtbot.waitUntil(lambda: bool(hand.engine.asked))
    hand.engine.answer()
    assert hand.page.view.strip.text() == "μ[1, 0] = (5 + 5) / 2 = 5"
    qtbot.mouseClick(mean, Qt.MouseButton.LeftButton, pos=mean.pointAt((1, 0)).toPoint())
    hand.page.pointAt(mean.number, None)
    assert lit(mean) == [[1, 0]]
    qtbot.keyClick(mean, Qt.Key.Key_Up)
    assert lit(mean) == [[0, 0]] and lit(hand.grid("x", 0)) == [[0, 0], [0, 1]]
    hand.page.pin(mean.number, (0, 0))
    hand.page.pointAt(0, (1, 0))
    assert lit(mean) == lit(variance) == [[1, 0]], "an operand's cell touches its group's"
    hand.show("x = rand(3); y = x + 1")
    assert hand.grid("x").lit is None


def test_that_a_part_of_a_masked_attention_is_followed_by_the_lab(hand: Hand) -> None:
    hand.show("w = rand(2, 3); q = w.softmax(1); y = scaled_dot_product_attention(q, q, q, ones(2, 2).tril() > 0)")
    weights = hand.page.view.cards[-1].body.parts()[-1].grid
    hand.page.pointAt(weights.number, (1, 0))
    hand.engine.answer()
    assert len(lit(hand.grid("q"))) == 6 and lit(weights) == [[1, 0]]
    assert lit(hand.grid("y")) == [[1, 0], [1, 1], [1, 2]]
    later = "w = rand(2, 3); y = layer_norm(w, (3,)); z = scaled_dot_product_attention(y, y, y, ones(2, 2).tril() > 0)"
    hand.show(later)
    mean = hand.page.view.cards[0].body.parts()[0].grid
    hand.page.pointAt(mean.number, (1, 0))
    assert "trace" in hand.engine.answer()
    assert lit(hand.grid("z")) == [[1, 0], [1, 1], [1, 2]]


def test_that_the_temperature_of_a_sample_is_turned_and_the_drag_is_one_step_back(hand: Hand) -> None:
    text = "x = randn(2, 3); y = gumbel_softmax(x, tau=0.5)"
    hand.show(text)
    slider = hand.page.findChild(QSlider, "tensors.step0.knob.tau")
    slider.setSliderDown(True)
    for place in (90, 100):
        slider.setValue(place)
        hand.engine.answer()
    slider.setSliderDown(False)
    assert hand.page.shown().text == "x = randn(2, 3); y = gumbel_softmax(x, tau=10.0)"
    hand.page.findChild(QCheckBox, "tensors.step0.knob.hard").click()
    hand.engine.answer()
    assert hand.page.shown().text.endswith("gumbel_softmax(x, tau=10.0, hard=True)")
    assert "Straight-through" in hand.page.view.cards[0]._what.text()
    hand.page.view.undoButton.click()
    hand.engine.answer()
    hand.page.view.undoButton.click()
    hand.engine.answer()
    assert hand.page.shown().text == text
    assert not hand.page.findChild(QCheckBox, "tensors.step0.knob.hard").isChecked()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("conv1d(x, w)", "conv1d(x, w, stride=2)"),
        ("conv1d(x, w, None, 1)", "conv1d(x, w, None, 2)"),
        ("conv1d(x, w, stride=1, padding=1)", "conv1d(x, w, stride=2, padding=1)"),
        ("conv1d(x, w, stride=n)", None),
        ("conv1d(x, w", None),
    ],
)
def test_that_an_argument_is_rewritten_where_it_is_a_plain_number(call: str, expected: str | None) -> None:
    text = f"a = 1\ny = {call}; z = y"
    found = with_value(text, (2, 5, 5 + len(call)), Argument("stride", 3, 1), 2)
    assert found == (None if expected is None else f"a = 1\ny = {expected}; z = y")


def test_that_norms_of_one_tensor_stand_beside_each_other_where_there_is_room(hand: Hand, qtbot: QtBot) -> None:
    hand.page.resize(1700, 900)
    hand.show(ENTRIES["LayerNorm | BatchNorm"].example)
    one, other = hand.page.view.cards
    qtbot.waitUntil(lambda: one.y() == other.y() and one.geometry().right() < other.x())
    hand.page.resize(1100, 900)
    qtbot.waitUntil(lambda: one.x() == other.x() and one.geometry().bottom() < other.y())


def test_that_two_norms_are_seen_whole_beside_each_other_in_a_small_window(
    hand: Hand, qtbot: QtBot, qapp: QApplication
) -> None:
    apply(qapp, "light")
    hand.page.resize(1180, 690)
    hand.page.show()
    hand.show(ENTRIES["LayerNorm | BatchNorm"].example)
    first, second = hand.page.view.cards
    qtbot.waitUntil(lambda: first.y() == second.y() and first.geometry().right() < second.x())
    qtbot.waitUntil(lambda: hand.page.view._scroll.verticalScrollBar().maximum() == 0)
    for card in (first, second):
        assert len(card.body.parts()) == 2
        assert all(pane.grid.isVisible() and pane.grid.cells.high >= 16 for pane in card.panes())


def test_that_a_card_and_each_of_its_tensors_are_saved_as_pictures(hand: Hand, tmp_path: Path) -> None:
    hand.show("A = ones(3, 4); B = tensor([[1.0, nan]]); C = A.sum(1, keepdim=True) @ B")
    hand.page.pin(0, (1, 2))
    for path, made in (
        (tmp_path / "card.svg", hand.page.view.cards[-1].picture()),
        (tmp_path / "B.svg", hand.page.view.cards[-1].panes()[1].picture()),
    ):
        save_picture(made, path)
    card, tensor = ((tmp_path / name).read_text() for name in ("card.svg", "B.svg"))
    assert all(text in card for text in ("C f32[3, 2]", "B f32[1, 2]", "−4", "NaN 3"))
    assert all(text in tensor for text in ("f32[1, 2]", "NaN 1", ">B<"))
    whole = hand.page.view.cards[0].picture()
    save_picture(whole, tmp_path / "large.png", scale=4)
    assert QImage(str(tmp_path / "large.png")).size() == whole.size * 4


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a = ones(2, 3); b = ones(1, 3); y = cat([a, b])", [[6], [3]]),
        ("a = ones(3); b = ones(3); y = stack([a, b], dim=1)", [[3], [3]]),
    ],
)
def test_that_joined_tensors_are_outlined_in_the_result(hand: Hand, text: str, marked: list[list[int]]) -> None:
    hand.show(text)
    chain = hand.page.chain()
    *operands, result = marks_of(chain, chain.steps[-1])
    assert [[int(block.sum())] for block, _ in result.blocks] == marked
    assert [one.own for one in operands] == [colour for _, colour in result.blocks]


def test_that_a_tensor_without_cells_is_joined_and_drawn(hand: Hand) -> None:
    hand.show("a = ones(2, 3); b = rand(0); y = cat([a, b]); z = stack([b, b])")
    hand.page.grab()
    assert [pane.grid.cells.shape for pane in hand.page.view.cards[0].panes()] == [(2, 3), (0,), (2, 3)]


def test_that_a_triangle_a_slice_and_an_expansion_are_marked(hand: Hand) -> None:
    for text, left_out, faint in (
        ("x = ones(3, 3); y = x.triu()", [[1, 0], [2, 0], [2, 1]], [[1, 0], [2, 0], [2, 1]]),
        ("x = ones(2, 3); y = x[1:, ::2]", [[0, 0], [0, 1], [0, 2], [1, 1]], None),
        ("x = ones(2, 1); y = x.expand(2, 2)", None, [[0, 1], [1, 1]]),
    ):
        hand.show(text)
        chain = hand.page.chain()
        operand, result = marks_of(chain, chain.steps[-1])
        found = [None if one is None else np.argwhere(one).tolist() for one in (operand.left_out, result.faint)]
        assert found == [left_out, faint], text
    drawn = Drawn(chain.tensors[0], operand)
    assert (drawn.label(-1), drawn.taken(-1)) == ("1", None)


def test_that_folded_axes_glow_and_letters_name_the_axes_of_an_einsum(hand: Hand) -> None:
    hand.show("x = rand(2, 3); y = layer_norm(x, (3,))")
    assert marks_of(hand.page.chain(), hand.page.chain().steps[-1])[0].glows == {1}
    hand.show("A = rand(2, 3); B = rand(3, 4); y = einsum('ik,kj->ij', A, B)")
    chain = hand.page.chain()
    a, b, y = (Drawn(chain.tensors[one], marks) for one, marks in enumerate(marks_of(chain, chain.steps[-1])))
    assert [a.label(-1), b.label(-2), y.label(-2)] == ["k = 3", "k = 3", "i = 2"]
    assert a.colour(-1) == b.colour(-2)


def test_that_an_argument_that_no_control_can_show_is_written_as_it_is(hand: Hand) -> None:
    hand.show("x = ones(1, 1, 4, 4); w = ones(1, 1, 3, 3); y = conv2d(x, w, padding=2)")
    spin = hand.page.findChild(QSpinBox, "tensors.step0.knob.padding")
    assert spin.value() == 2
    hand.show("x = ones(1, 1, 4, 4); w = ones(1, 1, 3, 3); y = conv2d(x, w, padding=(1, 0))")
    assert spin.isHidden() and hand.page.view.cards[0]._knobs._values[1].text() == "(1, 0)"
    hand.show("x = ones(1, 1, 4, 4); w = ones(1, 1, 3, 3); y = conv2d(x, w, padding=1)")
    assert not spin.isHidden() and hand.page.view.cards[0]._knobs._values[1].text() == ""
