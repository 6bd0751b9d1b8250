"""The pyramid is exact: whatever the points, the zoom and the way they came, no extremum is lost or invented."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plots.pyramid import Pyramid
from app.plots.smoothing import Smoother

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([np.nan, np.inf, -np.inf, 0.0]), st.integers(-3, 3).map(float))


def finite(values):
    return values[np.isfinite(values)]


def built(x, y, cuts=()):
    pyramid = Pyramid()
    for part in np.split(np.arange(len(x)), sorted(cuts)):
        pyramid.append(x[part].copy(), y[part].copy())
    return pyramid


@st.composite
def curves(draw, ordered=True):
    size = draw(st.integers(1, 3000))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    y = rng.normal(size=size)
    for place, value in draw(st.dictionaries(st.integers(0, size - 1), VALUES, max_size=20)).items():
        y[place] = value
    # Steps of very different lengths, and none: x as in a run that slept, or logged several values at one time.
    steps = rng.choice([0.0, 1.0, 1.0, 1e-3, 1e3], size=size)
    x = np.cumsum(steps)
    if not ordered:
        for place in draw(st.lists(st.integers(0, size - 1), max_size=3)):
            x[place:] -= x[place] * draw(st.floats(0, 1))
    return x, y, draw(st.lists(st.integers(0, size), max_size=4))


@settings(max_examples=60, deadline=None)
@given(curves(), st.integers(1, 60), st.data())
def test_that_every_column_is_the_minimum_and_maximum_of_its_points(curve, columns, data):
    x, y, cuts = curve
    pyramid = built(x, y, cuts)
    edges = np.array(sorted(data.draw(st.lists(st.integers(0, len(x)), min_size=2, max_size=columns + 2))))
    if edges[0] == edges[-1]:
        edges[0], edges[-1] = 0, len(x)
    used, lows, highs = pyramid.columns(edges)
    assert used[0] == edges[0]
    assert used[-1] == edges[-1]
    for start, stop, low, high in zip(used[:-1], used[1:], lows, highs, strict=True):
        there = finite(y[start:stop])
        expected = (there.min(), there.max()) if len(there) else (np.nan, np.nan)
        assert (low, high) == pytest.approx(expected, nan_ok=True, rel=0, abs=0)


@settings(max_examples=60, deadline=None)
@given(curves(), st.integers(4, 80), st.floats(0, 1), st.floats(0, 1))
def test_that_each_pixel_column_of_a_window_shows_the_extremes_of_the_points_in_it(curve, columns, one, other):
    x, y, cuts = curve
    left, right = sorted([x[0] + one * (x[-1] - x[0]), x[0] + other * (x[-1] - x[0])])
    right = max(right, left + 1e-6)
    xs, ys = built(x, y, cuts).window(left, right, columns)
    inside = (x >= left) & (x <= right)
    shown = (xs >= left) & (xs <= right)
    assert len(xs) <= max(2 * columns + 2, 2 * (columns + 3))
    if len(finite(y[inside])):
        assert finite(ys[shown]).min() == finite(y[inside]).min()
        assert finite(ys[shown]).max() == finite(y[inside]).max()
    pixel = (right - left) / columns
    for place in np.flatnonzero(inside & np.isfinite(y))[:: max(1, int(inside.sum()) // 50)]:
        near = shown & (np.abs(xs - x[place]) <= 1.5 * pixel)
        assert finite(ys[near]).min() <= y[place] <= finite(ys[near]).max()


@settings(max_examples=40, deadline=None)
@given(curves(ordered=False), st.integers(4, 80))
def test_that_a_curve_whose_x_goes_back_loses_no_extremum(curve, columns):
    x, y, cuts = curve
    pyramid = built(x, y, cuts)
    assert pyramid.is_ordered == bool(np.all(np.diff(x) >= 0))
    _, ys = pyramid.window(x.min(), x.max(), columns)
    assert len(finite(ys)) == 0 if not len(finite(y)) else finite(ys).min() == finite(y).min()
    assert len(finite(ys)) == 0 if not len(finite(y)) else finite(ys).max() == finite(y).max()


@settings(max_examples=40, deadline=None)
@given(curves())
def test_that_appending_in_parts_gives_what_appending_at_once_gives(curve):
    x, y, cuts = curve
    parts, whole = built(x, y, cuts), built(x, y)
    for one, other in zip(parts.window(x[0], x[-1], 40), whole.window(x[0], x[-1], 40), strict=True):
        np.testing.assert_array_equal(one, other)
    assert parts.extremes() == whole.extremes()
    np.testing.assert_array_equal(parts.bad, np.flatnonzero(~np.isfinite(y)))
    there = finite(y)
    assert parts.extremes() == ((there.min(), there.max()) if len(there) else None)


def test_that_one_spike_among_a_million_points_is_in_every_window_that_holds_it():
    x, y = np.arange(1_000_000.0), np.zeros(1_000_000)
    y[654_321] = 1.0
    pyramid = built(x, y)
    rng = np.random.default_rng(0)
    for _ in range(300):
        width = 10 ** rng.uniform(0.5, 6)
        left = 654_321 - rng.uniform(0, width)
        xs, ys = pyramid.window(left, left + width, 800)
        assert ys.max() == 1.0
        assert abs(xs[np.argmax(ys)] - 654_321) <= max(1.0, width / 800)


def test_that_infinity_in_a_block_hides_no_finite_maximum():
    y = np.zeros(100_000)
    y[500], y[501] = np.inf, 7.0
    _, ys = built(np.arange(100_000.0), y).window(0, 100_000, 100)
    assert np.nanmax(ys) == 7.0


def test_that_the_array_that_was_given_is_neither_copied_nor_changed():
    x, y = np.arange(5000.0), np.ones(5000)
    pyramid = Pyramid()
    pyramid.append(x, y)
    assert np.shares_memory(pyramid.y.values, y)
    pyramid.append(np.array([5000.0]), np.array([2.0]))
    assert len(y) == 5000
    assert pyramid.y.values[-1] == 2.0


def test_that_the_nearest_point_on_a_resumed_curve_is_on_the_newest_pass():
    x = np.array([0.0, 1, 2, 3, 4, 2, 3, 4, 5])
    pyramid = built(x, np.arange(9.0))
    assert pyramid.nearest(3.1) == 6
    assert pyramid.nearest(0.2) == 0
    assert pyramid.nearest(99) == 8
    assert Pyramid().nearest(1) is None


@settings(max_examples=40, deadline=None)
@given(curves(), st.sampled_from([0.001, 0.3, 0.9, 0.99, 0.999]))
def test_that_smoothing_is_the_bias_corrected_moving_average_also_when_it_goes_on(curve, weight):
    _, y, cuts = curve
    smoother = Smoother(weight)
    parts = [smoother.extend(y[part]) for part in np.split(np.arange(len(y)), sorted(cuts))]
    total = norm = 0.0
    expected = []
    for value in y.tolist():
        if np.isfinite(value):
            total, norm = weight * total + (1 - weight) * value, weight * norm + (1 - weight)
        expected.append(total / norm if np.isfinite(value) else np.nan)
    scale = np.abs(finite(y)).max() if len(finite(y)) else 1.0
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=1e-9, atol=1e-10 * max(scale, 1.0))
