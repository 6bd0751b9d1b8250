"""Colours and numbers of cells."""

import numpy as np
import pytest

from app.plots.tensor_colors import Mark, ValueScale, number_format, scale_of, takes_dark_ink


@pytest.mark.parametrize("dark", [False, True])
def test_that_blue_is_above_zero_red_below_and_zero_neutral(dark: bool) -> None:
    scale = ValueScale(2.0, dark)
    blue, green, red = np.moveaxis(scale.colours(np.array([-1.0, 0.0, 1.0]))[:, :3].astype(int), -1, 0)
    assert red[0] > blue[0] + 40
    assert blue[2] > red[2] + 40
    assert max(blue[1], green[1], red[1]) - min(blue[1], green[1], red[1]) < 16


def test_that_what_the_scale_cannot_show_is_marked() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 3.0, -3.0, 1.0])
    scale = ValueScale(2.0)
    expected = [Mark.NAN, Mark.PLUS_INF, Mark.MINUS_INF, Mark.ABOVE, Mark.BELOW, Mark.NONE]
    assert scale.marks(values).tolist() == expected
    assert len({tuple(colour) for colour in scale.colours(values).tolist()}) == 6


def test_that_a_scale_reaches_the_largest_finite_cell_and_takes_any_dtype() -> None:
    assert scale_of(np.array([[-3.0, np.inf], [np.nan, 2.0]])).bound == 3.0
    assert scale_of(np.zeros((0, 3))).bound == scale_of(np.array([0.0])).bound == 1.0
    assert scale_of(np.array([True, False])).colours(np.array([True, False])).shape == (2, 4)
    assert scale_of(np.array([3 + 4j])).bound == 5.0


@pytest.mark.parametrize("dark", [False, True])
def test_that_text_on_every_colour_has_contrast(dark: bool) -> None:
    colours = ValueScale(1.0, dark).colours(np.linspace(-1, 1, 41))
    light = (colours[:, :3] / 255.0) ** 2.2 @ np.array([0.0722, 0.7152, 0.2126])
    ink = np.where(takes_dark_ink(colours), 0.008, 1.0)
    ratio = (np.maximum(light, ink) + 0.05) / (np.minimum(light, ink) + 0.05)
    assert ratio.min() > 3.8


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.12345, -0.98765], ["0.123", "−0.988"]),
        ([12.3456, 0.5, 0.00001], ["12.3", "0.5", "1e−5"]),
        ([3.0, -2.0, 0.0], ["3", "−2", "0"]),
        ([1234.5, 0.0], ["1.23e3", "0"]),
        ([0.00001234], ["1.23e−5"]),
        ([np.nan, np.inf, -np.inf, 1.5], ["NaN", "+∞", "−∞", "1.50"]),
        ([-0.0, 0.5], ["0", "0.500"]),
    ],
)
def test_that_one_tensor_has_one_format(values: list[float], written: list[str]) -> None:
    array = np.array(values)
    assert [number_format(array)(value) for value in array] == written


def test_that_truth_and_whole_numbers_are_written_as_such() -> None:
    assert [number_format(np.array([True, False]))(one) for one in (True, False)] == ["True", "False"]
    assert number_format(np.array([7, -12000]))(-12000) == "−12000"
