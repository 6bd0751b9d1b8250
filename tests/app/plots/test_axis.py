"""What stands at the ticks of an axis."""

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from app.plots import CurvePlot
from app.plots.axis import Axis


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((), [5, 10, 15, 20]),
        ((1, 24), [1, 5, 10, 15, 20, 24]),
        ((1, 22), [1, 5, 10, 15, 22]),
        ((0, 99), [5, 10, 15, 20]),
    ],
)
def test_that_the_ends_of_an_axis_of_steps_have_a_tick(qtbot, ends, ticks) -> None:
    axis = Axis("bottom")
    axis.setWhole(True, ends)
    assert axis.tickValues(0.5, 24.5, 420)[0][1] == ticks


def test_that_the_first_and_the_last_step_are_written(qtbot) -> None:
    plot = CurvePlot()
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.setWholeAxis(True, (1.0, 7.0))
    plot.setCurve("a", np.arange(1.0, 8.0), np.arange(7.0))
    plot.redraw()
    image = QImage(500, 300, QImage.Format.Format_ARGB32)
    with QPainter(image) as painter:
        _, _, texts = plot.item.getAxis("bottom").generateDrawSpecs(painter)
    assert {"1", "7"} <= {text for _, _, text in texts}
