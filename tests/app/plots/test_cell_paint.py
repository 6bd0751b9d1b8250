"""Cells as they are painted: numbers that are dimmed can still be read."""

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.plots.cell_layout import CellLayout
from app.plots.cell_paint import paint_cells
from app.plots.tensor_colors import number_format, scale_of
from app.theme import apply


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_the_number_of_a_dimmed_cell_is_legible_on_every_colour(qtbot: QtBot, mode: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply(application, mode)
    values = np.linspace(-0.9, 0.9, 9)[None, :]
    layout = CellLayout((1, 9), 50, 28)
    picture = QImage(450, 28, QImage.Format.Format_RGB32)
    with QPainter(picture) as painter:
        scale = scale_of(values, mode == "dark")
        paint_cells(painter, layout, 0, values, scale, number_format(values), dimmed=True)
    apply(application, "light")
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(28, 450, 4)[:, :, :3] / 255
    light = (pixels**2.2) @ np.array([0.0722, 0.7152, 0.2126])
    for place in range(9):
        cell = light[3:-3, place * 50 + 3 : place * 50 + 47]
        assert (cell.max() + 0.05) / (cell.min() + 0.05) > 1.9, f"cell {place}"
