"""The raster writes the pixels that a painter would, and never one beside them."""

import numpy as np
import pytest

from app.plots.raster import Raster

INK = 0xFF102030


def drawn(width, height, x, y, thickness=1):
    raster = Raster(width, height, thickness)
    raster.line(np.array(x, float), np.array(y, float), INK, thickness)
    return raster.pixels() == INK


def test_that_a_vertical_line_fills_its_column_between_its_ends_and_nothing_else():
    found = drawn(5, 8, [2.5, 2.5], [6.0, 1.2])
    assert found[1:7, 2].all() and found.sum() == 6


def test_that_a_slope_across_columns_is_joined():
    found = drawn(10, 10, [0.5, 9.5], [0.5, 9.5])
    assert found.sum(axis=0).min() >= 1 and found.sum() <= 20
    assert found[0, 0] and found[9, 9] and not found[9, 0]


@pytest.mark.parametrize("thickness", [1, 2, 3])
def test_that_what_lies_outside_leaves_no_pixel_on_the_other_side(thickness):
    found = drawn(6, 6, [-1e6, 1e6], [5.5, 5.5], thickness)
    assert found[5].all() and not found[:5].any()
    assert not drawn(6, 6, [1, 1, 4, 4], [-9.0, -3.0, -3.0, -9.0], thickness).any()
    assert not drawn(6, 6, [1, 1, 4, 4], [9.0, 13.0, 13.0, 9.0], thickness).any()
    assert not drawn(6, 6, [20, 20, -9, -9], [1.0, 4.0, 9.0, 1.0], thickness)[:, 1:5].all()


def test_that_a_nan_interrupts_the_line():
    found = drawn(9, 4, [0, 2, 4, 6, 8], [1, 1, np.nan, 1, 1])
    assert found[1, :3].all() and found[1, 6:].all() and not found[:, 3:6].any()


def test_that_noise_covers_every_pixel_between_neighbouring_extremes():
    y = np.random.default_rng(0).uniform(0, 50, 400)
    found = drawn(200, 50, np.repeat(np.arange(200) + 0.5, 2), y)
    for column in range(200):
        rows = np.floor(y[2 * column : 2 * column + 2]).astype(int)
        assert found[rows.min() : rows.max() + 1, column].all()
