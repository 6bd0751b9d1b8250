"""Statistics, places and differences of tensors, against numpy over all numbers at once."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from safetensors.torch import save_file

from engine.inspecting import differing, summary
from engine.inspecting.arrays import Difference, Stored
from engine.inspecting.differing import file_gaps, gap
from engine.inspecting.kinds import kind_of
from engine.inspecting.opening import open_file
from engine.inspecting.seeking import extreme, next_odd
from engine.inspecting.summary import Histogram, Summary, histogram, summarize
from engine.inspecting.unreadable import Cancelled, Unreadable

SHAPES = st.sampled_from([(), (1,), (40,), (5, 9), (3, 4, 5), (0, 2)])
FLOATS = st.floats(-1e6, 1e6, width=32) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 3e38])


def never() -> bool:
    return False


def unheard(_share: float) -> None:
    pass


def stored(array: NDArray[np.generic]) -> Stored:
    kind = kind_of(np.asarray(array).dtype)
    assert kind is not None
    return Stored(np.asarray(array), kind)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a few numbers at once, so that parts have to be joined."""
    for module in (summary, differing):
        monkeypatch.setattr(module, "PART", 7)


@settings(max_examples=60, deadline=None)
@given(SHAPES.flatmap(lambda shape: arrays(np.float32, shape, elements=FLOATS)))
def test_that_statistics_are_those_of_the_finite_numbers(array: NDArray[np.float32]) -> None:
    found = summarize(stored(array), never)
    finite = array[np.isfinite(array)].astype(np.float64)
    assert (found.count, found.finite) == (array.size, finite.size)
    assert (found.nan, found.plus_inf, found.minus_inf) == (
        np.isnan(array).sum(),
        np.isposinf(array).sum(),
        np.isneginf(array).sum(),
    )
    if not finite.size:
        assert found.told()["mean"] is None
        return
    assert (found.low, found.high) == (finite.min(), finite.max())
    room = max(abs(finite).max(), 1e-6)
    assert found.mean == pytest.approx(finite.mean(), rel=1e-5, abs=room * 1e-5)
    assert found.std == pytest.approx(finite.std(), rel=1e-4, abs=room * 1e-5)
    bars = histogram(stored(array), found.low, found.high, never)
    assert bars.counts.sum() == finite.size
    assert (np.diff(bars.edges) >= 0).all()


def test_that_a_spread_far_from_zero_keeps_its_digits() -> None:
    array = (1e4 + np.random.default_rng(0).normal(size=5000)).astype(np.float32)
    assert Summary.of(array).std == pytest.approx(array.astype(np.float64).std(), rel=1e-4)


def test_that_the_histogram_of_one_value_has_it_in_the_middle() -> None:
    bars = Histogram.over(3.0, 3.0).add(np.full(9, 3.0))
    assert bars.edges[0] < 3 < bars.edges[-1]
    assert bars.counts.sum() == 9


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, (4, 9), elements=FLOATS), st.integers(0, 35))
def test_that_the_next_odd_number_is_found_and_after_the_last_the_first(array: NDArray[np.float64], after: int) -> None:
    odd = np.flatnonzero(~np.isfinite(array.ravel()))
    later = odd[odd > after]
    wanted = later[0] if later.size else odd[0] if odd.size else None
    found = next_odd(stored(array), tuple(map(int, np.unravel_index(after, array.shape))), "any", never)
    assert found == (None if wanted is None else np.unravel_index(wanted, array.shape))


def test_that_extremes_are_found() -> None:
    array = np.array([[1.0, -8, np.nan], [np.inf, 5, 2]])
    assert [extreme(stored(array), what, never) for what in ("min", "max", "magnitude")] == [(0, 1), (1, 1), (0, 1)]
    assert extreme(stored(np.array([np.nan])), "max", never) is None


def test_that_a_difference_reads_like_any_other_array() -> None:
    left, right = np.array([1.0, np.nan, np.inf, 2.0, np.nan]), np.array([4.0, np.nan, np.inf, -2.0, 1.0])
    plain = Difference(stored(left), stored(right)).part((slice(0, 5),))
    np.testing.assert_array_equal(plain, [-3, 0, 0, 4, np.nan])
    share = Difference(stored(left), stored(right), is_relative=True).part((slice(0, 5),))
    np.testing.assert_array_equal(share, [0.75, 0, 0, 2, np.nan])
    with pytest.raises(Unreadable, match="one is 5, the other 4"):
        Difference(stored(left), stored(left[:4]))


def test_that_a_gap_tells_how_much_where_and_in_how_many_numbers() -> None:
    left = np.arange(24.0).reshape(4, 6)
    right = left.copy()
    right[2, 3] += 5
    right[0, 1] = 3
    right[3, 3] = np.nan
    found = gap(stored(left), stored(right), never, unheard)
    assert (found.different, found.odd, found.count) == (3, 1, 24)
    assert (found.largest, found.largest_at) == (5, (2, 3))
    assert (found.relative, found.relative_at) == (pytest.approx(2 / 3), (0, 1))
    assert found.mean == pytest.approx(7 / 23)
    same = gap(stored(left), stored(left), never, unheard)
    assert (same.different, same.largest, same.largest_at) == (0, 0, None)
    with pytest.raises(Cancelled):
        gap(stored(left), stored(right), lambda: True, unheard)


def test_that_whole_numbers_are_compared_beyond_what_doubles_hold() -> None:
    left, right = np.array([2**53, 5]), np.array([2**53 + 1, 5])
    assert gap(stored(left), stored(right), never, unheard).different == 1


def test_that_two_files_are_compared_name_by_name(tmp_path: Path) -> None:
    save_file(
        {"same": torch.ones(3), "moved": torch.zeros(2), "gone": torch.ones(1), "bent": torch.ones(2, 3)},
        tmp_path / "a.safetensors",
    )
    save_file(
        {"same": torch.ones(3), "moved": torch.ones(2), "new": torch.ones(1), "bent": torch.ones(6)},
        tmp_path / "b.safetensors",
    )
    files = open_file(tmp_path / "a.safetensors"), open_file(tmp_path / "b.safetensors")
    told = {one.name: one for one in file_gaps(*files, never, unheard)}
    same, moved = told["same"].gap, told["moved"].gap
    assert same is not None and same.different == 0
    assert moved is not None and (moved.different, moved.largest) == (2, 1.0)
    reasons = {name: one.reason for name, one in told.items() if one.gap is None}
    assert reasons == {"gone": "only in a.safetensors", "new": "only in b.safetensors", "bent": "other shape: 6"}
