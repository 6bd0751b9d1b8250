"""The device of a tensor: told on its card, chosen in its menu, and tensors without values."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app.pages.tensors.recasting import with_device, with_dtype
from tests.app.pages.tensor_lab import Hand, lit, open_hand


@pytest.fixture
def hand(workspace: Path, qtbot: QtBot) -> Hand:
    return open_hand(workspace, qtbot)


def test_that_a_device_is_told_where_not_everything_is_on_the_cpu_and_is_chosen_in_the_menu(hand: Hand) -> None:
    hand.show("x = ones(2, 3); y = x + 1")
    head = hand.page.view.cards[0].panes()[0].head
    assert head._dtype.text() == "f32"
    assert {one.data() for one in head._devices.actions()} >= {"cpu", "meta"}
    assert head._devices.checkedAction().data() == "cpu"
    hand.page.findChild(QAction, "tensors.step0.0.device.meta").trigger()
    hand.engine.answer()
    assert hand.page.shown().text == "x = ones(2, 3, device='meta'); y = x + 1"
    assert [pane.head._dtype.text() for pane in hand.page.view.cards[0].panes()] == ["f32 · meta"] * 2
    assert "would\u00a0take\u00a024\u00a0B" in hand.page.view.cards[0].panes()[0]._facts.text()
    hand.page.findChild(QAction, "tensors.step0.1.device.cpu").trigger()
    hand.engine.answer()
    refusal = hand.page.view.refusal.refusal()
    assert refusal.sentence.startswith("(x + 1) is on meta and has no values that could be copied to the CPU.")
    hand.page.view.undoButton.click()
    hand.engine.answer()
    hand.page.view.undoButton.click()
    hand.engine.answer()
    assert head._dtype.text() == "f32"


def test_that_what_has_no_values_is_lit_and_told_but_not_changed(hand: Hand) -> None:
    hand.show("x = ones(2, 3, device='meta'); y = x.sum(0); z = rand(700, 700, device='meta')")
    hand.page.grab()
    hand.page.pointAt(1, (1,))
    assert lit(hand.grid("x", 0)) == [[0, 1], [1, 1]]
    assert "None" not in hand.page.view.strip.text() and "= 0" not in hand.page.view.strip.text()
    hand.page._ask_formula()
    hand.engine.answer()
    assert hand.page.view.strip.text() == "y[1] has no value: on meta there are shapes only"
    hand.double_click(hand.grid("x", 0), (0, 0))
    assert not hand.grid("x", 0)._tensor.is_made
    assert hand.page.view.cards[1].panes()[0].cells.whole is None
    hand.page.view.lossBox.setCurrentIndex(1)
    hand.engine.answer()
    assert "no values" in hand.page.view._told


@pytest.mark.parametrize(
    ("text", "number", "device", "expected"),
    [
        ("x = zeros(2)", 0, "meta", "x = zeros(2, device='meta')"),
        ("x = rand(2)", 0, "meta", "x = rand(2, device='meta')"),
        ("x = rand(2)", 0, "cuda:0", "x = rand(2).to('cuda:0')"),
        ("x = rand(2, device='meta')", 0, "cpu", "x = rand(2, device='cpu')"),
        ("x = rand(2).to('meta')", 1, "cpu", "x = rand(2).to('cpu')"),
        ("x = rand(2).to('meta', float64)", 1, "cpu", "x = rand(2).to('cpu', float64)"),
        ("x = rand(2).to(float64)", 1, "meta", "x = rand(2).to('meta', float64)"),
        ("x = rand(2).to(dtype=float64)", 1, "meta", "x = rand(2).to(dtype=float64).to('meta')"),
        ("x = rand(2).half()", 1, "meta", "x = rand(2).half().to('meta')"),
        ("x = rand(2).cpu()", 1, "meta", "x = rand(2).to('meta')"),
        ("x = rand(2); y = x + 1", 1, "meta", "x = rand(2); y = (x + 1).to('meta')"),
    ],
)
def test_that_a_device_is_written_where_a_tensor_is(
    hand: Hand, text: str, number: int, device: str, expected: str
) -> None:
    hand.show(text)
    assert with_device(text, hand.page.chain(), number, device) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = rand(2).to('meta')", "x = rand(2).to('meta', float16)"),
        ("x = rand(2).to('meta', float64)", "x = rand(2).to('meta', float16)"),
        ("x = rand(2).to(device='meta')", "x = rand(2).to(device='meta').to(float16)"),
        ("x = rand(2).cpu()", "x = rand(2).cpu().to(float16)"),
    ],
)
def test_that_another_dtype_leaves_the_device(hand: Hand, text: str, expected: str) -> None:
    hand.show(text)
    assert with_dtype(text, hand.page.chain(), 1, "float16") == expected
