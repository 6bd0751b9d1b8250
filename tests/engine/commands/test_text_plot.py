"""Curves in the terminal hide nothing: the highest and lowest value, a spike, and what cannot be drawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.text_plot import HEIGHT, LABEL, WIDTH, text_curves


def plotted(*curves: tuple[np.ndarray, np.ndarray]) -> list[str]:
    keys = ("train/loss", "valid/loss", "other")
    return text_curves(dict(zip(keys, curves, strict=False)), "step").plain.split("\n")


def test_that_a_single_spike_among_a_million_points_is_seen() -> None:
    y = np.zeros(1_000_000)
    y[654_321] = 1.0
    lines = plotted((np.arange(len(y)), y))
    place = LABEL + round(654_321 / 1_000_000 * WIDTH)
    column = {line[at : at + 1] for line in lines[:HEIGHT] for at in (place - 1, place)}
    assert " " in lines[0][LABEL:] and lines[0][LABEL:].strip(), lines[0]
    assert any(dots not in {" ", ""} for dots in column)


def test_that_values_that_are_not_numbers_are_counted() -> None:
    lines = plotted((np.arange(4), np.array([1.0, np.nan, np.inf, 2.0])))
    assert "(2 not finite)" in lines[-1]
    assert "no finite value" in plotted((np.arange(2), np.array([np.nan, np.nan])))[0]


def test_that_curves_differ_without_colours() -> None:
    x = np.arange(100)
    text = "\n".join(plotted((x, x * 1.0), (x, 99.0 - x)))
    assert text.count("●") > 10 and "⣿ train/loss 99   ● valid/loss 0" in text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=300))
def test_that_any_curve_fits_its_frame_and_reaches_its_ends(values: list[float]) -> None:
    y = np.array(values)
    lines = plotted((np.arange(len(y)), y))
    assert len(lines) == HEIGHT + 2
    assert all(len(line) == LABEL + WIDTH for line in lines[:HEIGHT])
    assert lines[0][LABEL:].strip()
    if len(set(values)) > 1 and y.max() - y.min() > 1e-3:
        assert lines[HEIGHT - 1][LABEL:].strip()
