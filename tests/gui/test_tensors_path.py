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


def test_that_tensors_are_tried_and_that_a_lab_that_crashes_or_hangs_takes_nothing_with_it(
    user: Any, qtbot: QtBot
) -> None:
    window = user.open_window()
    user.press(window, "rail.tensors")
    page = window.tensors.playground
    field = window.findChild(QPlainTextEdit, "tensors.expression")

    def names() -> list[str]:
        return [] if page.chain() is None else [tensor.name for tensor in page.chain().tensors]

    def write(text: str) -> None:
        field.clear()
        qtbot.keyClicks(field, text)

    user.press(window, "tensors.example.matmul")
    user.until(lambda: names() == ["A", "B", "C"])
    grids = [pane.grid for pane in page.view.cards[0].panes()]
    a, b, c = (tensor.values for tensor in page.chain().tensors)
    np.testing.assert_allclose(a @ b, c, rtol=1e-5)

    def points() -> bool:
        """Move onto the cell, anew as long as the cards are still finding their place."""
        qtbot.mouseMove(grids[2], QPoint(1, 1))
        qtbot.mouseMove(grids[2], grids[2].pointAt((1, 1)).toPoint())
        return grids[0].lit is not None

    user.until(points)
    assert [np.argwhere(grid.lit).tolist() for grid in grids[:2]] == [
        [[1, column] for column in range(4)],
        [[row, 1] for row in range(4)],
    ]
    user.until(lambda: page.view.strip.text().startswith("C[1, 1] = ") and "+" in page.view.strip.text())

    write("x = arange(6).view(2, 3); y = x.T.reshape(2, 3)")
    user.until(lambda: [one.verdict for one in page.chain().tensors] == ["made", "viewed", "viewed", "copied"])

    write("x = randn(4, 3); ln = layer_norm(x, (3,)); bn = batch_norm(x, None, None, training=True)")
    user.until(lambda: names() == ["x", "ln", "bn"])
    ln, bn = (tensor.values for tensor in page.chain().tensors[1:])
    np.testing.assert_allclose([ln.mean(1), ln.std(1)], [[0] * 4, [1] * 4], atol=1e-3)
    np.testing.assert_allclose([bn.mean(0), bn.std(0)], [[0] * 3, [1] * 3], atol=1e-3)
    for number, lane in ((1, [[2, 0], [2, 1], [2, 2]]), (2, [[0, 1], [1, 1], [2, 1], [3, 1]])):
        page.pin(number, (2, 1))
        grid = page.view.cards[number - 1].panes()[0].grid
        assert np.argwhere(grid.lit).tolist() == lane, "a row for LayerNorm, a column for BatchNorm"
    page.pin(2, None)

    write("x = rand(700, 700); y = -x")
    user.until(lambda: names() == ["x", "y"])
    user.until(lambda: all(pane.whole.map.isComplete() for pane in page.view.cards[0].panes()))

    write("x = tensor([0.1, 2.0]); y = x * 2")
    user.until(lambda: page.chain().tensors[0].shape == (2,))
    window.findChild(QAction, "tensors.step0.0.dtype.bfloat16").trigger()
    user.until(lambda: [tensor.dtype for tensor in page.chain().tensors] == ["bf16", "bf16"])
    assert field.toPlainText() == "x = tensor([0.1, 2.0], dtype=bfloat16); y = x * 2"

    write("A = rand(3, 4); B = rand(3, 4); z = (A @ B).softmax(-1)")
    user.until(lambda: page.view.refusal.isVisible() and bool(page.view.refusal.refusal().fixes))
    user.press(window, "tensors.refusal.fix0")
    user.until(lambda: names()[-1:] == ["z"])
    assert page.chain().tensors[-1].shape == (3, 3)

    page.view.edited.emit(0, (1, 2), 7.0)
    user.until(lambda: page.chain().tensors[0].values[1, 2] == 7.0)
    page.pin(0, (1, 2))
    lab = window.engine._labs["tensors"]
    crashed, mended = lab.pid, page.shown()
    psutil.Process(crashed).kill()
    write(HEAVY)
    user.until(lambda: any(one.begun and HEAVY in str(one.message) for one in [*lab._pending.values()]))
    hung = lab.pid
    begun = processor_seconds(hung)
    user.until(lambda: processor_seconds(hung) > begun + 2)  # within a product, where nothing is heard
    user.press(window, "tensors.stop")
    assert hung != crashed
    assert names()[-1] == "z" and page.view.cards[0].panes()[0].grid.lit is not None, "what was worked out stays"
    user.until(lambda: lab.pid != hung)
    write("q = ones(2, 2)")
    user.until(lambda: names() == ["q"])
    user.until(lambda: not user.press(window, "tensors.undo") and page.shown() == mended)
    user.until(lambda: names()[-1:] == ["z"])
    assert page.chain().tensors[0].values[1, 2] == 7.0
    window.close()
