"""Places answer alike whether they are held as a range or as an array."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plots.places import Places, as_array


@settings(max_examples=150, deadline=None)
@given(
    begin=st.integers(-(10**9), 10**9),
    step=st.integers(1, 10**6),
    counts=st.lists(st.integers(1, 50), min_size=1, max_size=4),
    gap=st.sampled_from([0, 0, 0, 3]),
    asked=st.lists(st.one_of(st.floats(-0.2, 1.2), st.integers(0, 60)), min_size=1, max_size=20),
)
def test_that_a_range_and_an_array_find_the_same_places(begin, step, counts, gap, asked):
    even, plain, at = Places(), Places(), begin
    for count in counts:
        part = range(at, at + count * step, step)
        even.append(part)
        plain.append(as_array(part))
        at += count * step + gap
    size = sum(counts)
    values = as_array(plain.whole())
    assert len(even) == len(plain) == size
    np.testing.assert_array_equal(as_array(even.whole()), values)
    first, last = size // 4, size
    span = max(values[-1] - values[0], 1.0)
    x = np.array([begin + step * one if isinstance(one, int) else begin + one * span for one in asked], dtype=float)
    for after in (False, True):
        np.testing.assert_array_equal(even.search(x, first, last, after), plain.search(x, first, last, after))
    indices = np.arange(size)[::2]
    np.testing.assert_array_equal(even.at(indices), plain.at(indices))
    np.testing.assert_array_equal(even.part(1, size - 1), plain.part(1, size - 1))
    assert even.one(size - 1) == plain.one(size - 1)


def test_that_evenly_spaced_places_stay_a_range_until_one_is_not():
    places = Places()
    for first in range(0, 1000, 10):
        places.append(range(first, first + 10))
    assert places.whole() == range(1000)
    places.append(range(5))
    assert len(places) == 1005
    assert places.one(1004) == 4
