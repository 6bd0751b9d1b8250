"""Tensors through the real window and its lab: products, views, norms, heat maps, a dtype, a mended clash, endless work."""

from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

HEAVY = "x = rand(7000, 7000); y = x @ x @ x @ x"


def processor_seconds(process: int) -> float:
    """Return how long a process has worked."""
    return float(sum(psutil.Process(process).cpu_times()[:2]))


class Hand:
    """Somebody at the playground of a window."""

    def __init__(self, user: Any, qtbot: QtBot) -> None:
        self.user, self.qtbot, self.until = user, qtbot, user.until
        self.window = user.open_window()
        self.press("rail.tensors")
        self.page = self.window.tensors.playground
        self.field = self.window.findChild(QPlainTextEdit, "tensors.expression")

    def press(self, path: str) -> None:
        """Press a button."""
        self.user.press(self.window, path)

    def names(self) -> list[str]:
        """Return the names of the tensors on show."""
        chain = self.page.chain()
        return [] if chain is None else [tensor.name for tensor in chain.tensors]

    def write(self, text: str) -> None:
        """Type an expression in the place of the one before."""
        self.field.clear()
        self.qtbot.keyClicks(self.field, text)


def a_product_lights_its_row_and_column(hand: Hand) -> None:
    """Pick matmul and point at a cell of the result."""
    page = hand.page
    hand.press("tensors.example.matmul")
    hand.until(lambda: hand.names() == ["A", "B", "C"])
    grids = [pane.grid for pane in page.view.cards[0].panes()]
    a, b, c = (tensor.values for tensor in page.chain().tensors)
    np.testing.assert_allclose(a @ b, c, rtol=1e-5)

    def points() -> bool:
        """Move onto the cell, anew as long as the cards are still finding their place."""
        hand.qtbot.mouseMove(grids[2], QPoint(1, 1))
        hand.qtbot.mouseMove(grids[2], grids[2].pointAt((1, 1)).toPoint())
        return grids[0].lit is not None

    hand.until(points)
    assert [np.argwhere(grid.lit).tolist() for grid in grids[:2]] == [
        [[1, column] for column in range(4)],
        [[row, 1] for row in range(4)],
    ]
    hand.until(lambda: page.view.strip.text().startswith("C[1, 1] = ") and "+" in page.view.strip.text())


def views_and_copies_are_told_apart(hand: Hand) -> None:
    """Write a view, and a reshape that has to copy."""
    page = hand.page
    hand.write("x = arange(6).view(2, 3); y = x.T.reshape(2, 3)")
    hand.until(lambda: [one.verdict for one in page.chain().tensors] == ["made", "viewed", "viewed", "copied"])


def norms_light_what_they_fold(hand: Hand) -> None:
    """Write LayerNorm beside BatchNorm and pin the same cell of each."""
    page = hand.page
    hand.write("x = randn(4, 3); ln = layer_norm(x, (3,)); bn = batch_norm(x, None, None, training=True)")
    hand.until(lambda: hand.names() == ["x", "ln", "bn"])
    ln, bn = (tensor.values for tensor in page.chain().tensors[1:])
    np.testing.assert_allclose([ln.mean(1), ln.std(1)], [[0] * 4, [1] * 4], atol=1e-3)
    np.testing.assert_allclose([bn.mean(0), bn.std(0)], [[0] * 3, [1] * 3], atol=1e-3)
    for number, lane in ((1, [[2, 0], [2, 1], [2, 2]]), (2, [[0, 1], [1, 1], [2, 1], [3, 1]])):
        page.pin(number, (2, 1))
        grid = page.view.cards[number - 1].panes()[0].grid
        assert np.argwhere(grid.lit).tolist() == lane, "a row for LayerNorm, a column for BatchNorm"
    page.pin(2, None)
    hand.write("x = randn(2, 4, 3); gn = group_norm(x, 2); each = instance_norm(x)")
    hand.until(lambda: hand.names() == ["x", "gn", "each"])
    gn, each = (tensor.values for tensor in page.chain().tensors[1:])
    np.testing.assert_allclose([gn.reshape(4, 6).mean(1), gn.reshape(4, 6).std(1)], [[0] * 4, [1] * 4], atol=1e-3)
    np.testing.assert_allclose([each.mean(2).ravel(), each.std(2).ravel()], [[0] * 8, [1] * 8], atol=1e-2)
    for number, cells in ((1, 6), (2, 3)):
        page.pin(number, (1, 2, 1))
        lit = page.view.cards[number - 1].panes()[0].grid.lit
        assert int(lit.sum()) == cells, "two channels of a sample for GroupNorm, one for InstanceNorm"
    page.pin(2, None)


def a_large_tensor_is_drawn_whole(hand: Hand) -> None:
    """Write a tensor that is a heat map."""
    page = hand.page
    hand.write("x = rand(700, 700); y = -x")
    hand.until(lambda: hand.names() == ["x", "y"])
    hand.until(lambda: all(pane.cells.whole.map.isComplete() for pane in page.view.cards[0].panes()))


def a_dtype_is_chosen(hand: Hand) -> None:
    """Choose another dtype, which is written into the expression."""
    page = hand.page
    hand.write("x = tensor([0.1, 2.0]); y = x * 2")
    hand.until(lambda: page.chain().tensors[0].shape == (2,))
    hand.window.findChild(QAction, "tensors.step0.0.dtype.bfloat16").trigger()
    hand.until(lambda: [tensor.dtype for tensor in page.chain().tensors] == ["bf16", "bf16"])
    assert hand.field.toPlainText() == "x = tensor([0.1, 2.0], dtype=bfloat16); y = x * 2"


def a_clash_is_mended(hand: Hand) -> None:
    """Write shapes that do not go together, and take the first fix."""
    page = hand.page
    hand.write("A = rand(3, 4); B = rand(3, 4); z = (A @ B).softmax(-1)")
    hand.until(lambda: page.view.refusal.isVisible() and bool(page.view.refusal.refusal().fixes))
    hand.press("tensors.refusal.fix0")
    hand.until(lambda: hand.names()[-1:] == ["z"])
    assert page.chain().tensors[-1].shape == (3, 3)


def a_lab_crashes_and_hangs(hand: Hand) -> None:
    """Edit and pin a cell, end the lab, give endless work up, and go back to the cell."""
    page = hand.page
    page.view.edited.emit(0, (1, 2), 7.0)
    hand.until(lambda: page.chain().tensors[0].values[1, 2] == 7.0)
    page.pin(0, (1, 2))
    lab = hand.window.engine._labs["tensors"]
    crashed, mended = lab.pid, page.shown()
    psutil.Process(crashed).kill()
    hand.write(HEAVY)
    hand.until(lambda: any(one.begun and HEAVY in str(one.message) for one in [*lab._pending.values()]))
    hung = lab.pid
    begun = processor_seconds(hung)
    hand.until(lambda: processor_seconds(hung) > begun + 2)  # within a product, where nothing is heard
    hand.press("tensors.stop")
    assert hung != crashed
    assert hand.names()[-1] == "z" and page.view.cards[0].panes()[0].grid.lit is not None, "what was worked out stays"
    hand.until(lambda: lab.pid != hung)
    hand.write("q = ones(2, 2)")
    hand.until(lambda: hand.names() == ["q"])
    hand.until(lambda: hand.press("tensors.undo") is None and page.shown() == mended)
    hand.until(lambda: hand.names()[-1:] == ["z"])
    assert page.chain().tensors[0].values[1, 2] == 7.0


def test_that_tensors_are_tried_and_that_a_lab_that_crashes_or_hangs_takes_nothing_with_it(
    user: Any, qtbot: QtBot
) -> None:
    hand = Hand(user, qtbot)
    a_product_lights_its_row_and_column(hand)
    views_and_copies_are_told_apart(hand)
    norms_light_what_they_fold(hand)
    a_large_tensor_is_drawn_whole(hand)
    a_dtype_is_chosen(hand)
    a_clash_is_mended(hand)
    a_lab_crashes_and_hangs(hand)
    hand.window.close()
