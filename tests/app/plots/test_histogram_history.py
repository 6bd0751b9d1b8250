"""The image of histograms over the steps shows each step's numbers where they are, and hides none."""

import numpy as np
import pytest

from app.plots.histogram_history import COLUMNS, ROWS, HistogramHistory, Spread, _edges, _extent, _image


def image_of(*spreads: Spread) -> np.ndarray:
    extent = _extent(spreads)
    assert extent is not None
    return _image(spreads, _edges(spreads), extent, {}) / 255


def test_that_columns_reach_from_step_to_step_and_darkness_follows_the_counts() -> None:
    image = image_of(
        Spread(10, -1.0, 1.0, (1, 1000)), Spread(30, 1.0, 3.0, (5, 5)), Spread(40), Spread(50, 3.0, 3.0, (9,))
    )
    first, second, none, last = (image[:, round(COLUMNS * share)] for share in (0.1, 0.45, 0.65, 0.9))
    quarter = ROWS // 4
    assert 0.1 < first[:quarter].min() <= first[:quarter].max() < 0.3  # one of 1,001 is seen
    assert first[quarter : 2 * quarter].min() == 1.0 and not first[2 * quarter :].any()
    assert not second[: 2 * quarter].any() and second[2 * quarter :].min() == 1.0
    assert not none.any()
    assert np.flatnonzero(last).tolist() == [ROWS - 1]


@pytest.mark.parametrize("value", [0.0, -3e8, 1e-30])
def test_that_a_tensor_of_one_value_is_drawn(value: float) -> None:
    assert np.count_nonzero(image_of(Spread(1, value, value, (7,)))[:, 0]) == 1


def test_that_there_is_nothing_to_see_without_a_finite_number(qtbot) -> None:  # type: ignore[no-untyped-def]
    plot = HistogramHistory()
    qtbot.addWidget(plot)
    plot.setSpreads([Spread(1), Spread(2)])
    assert plot._is_empty
    plot.setSpreads([Spread(1), Spread(2, 0.0, 1.0, (2, 3))], 2)
    assert not plot._is_empty
    assert plot.numbers() == (["step", "from", "to", "count"], [(2, 0.0, 0.5, 2), (2, 0.5, 1.0, 3)])
