"""What stands at the ticks of an axis."""

import pytest

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
