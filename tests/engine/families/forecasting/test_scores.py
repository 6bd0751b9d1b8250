"""Metrics of forecasts are exact over all windows, by step and by series, however they were batched."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.forecasting.scores import Scores, intervals


def some(windows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    actual = rng.normal(size=(windows, 3))
    point = actual + rng.normal(size=(windows, 3))
    quantiles = point[:, :, None] + np.array([-1.0, 0.0, 1.0])
    return rng.integers(0, 2, windows), actual, point, quantiles


@settings(deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_that_metrics_do_not_depend_on_the_batches(sizes: list[int]) -> None:
    number, actual, point, quantiles = some(sum(sizes))
    scales = np.array([2.0, np.nan])
    scores = Scores(scales, 3, (0.1, 0.5, 0.9))
    begin = 0
    for size in sizes:
        part = slice(begin, begin + size)
        scores.add(number[part], actual[part], point[part], quantiles[part])
        begin += size
    error = point - actual
    found = scores.overall()
    assert found["mae"] == pytest.approx(np.abs(error).mean())
    assert found["rmse"] == pytest.approx(np.sqrt((error**2).mean()))
    assert found["smape"] == pytest.approx((2 * np.abs(error) / (np.abs(actual) + np.abs(point))).mean())
    inside = (actual >= quantiles[:, :, 0]) & (actual <= quantiles[:, :, 2])
    assert found["coverage_80"] == pytest.approx(inside.mean())
    first = number == 0
    if first.any():
        assert found["mase"] == pytest.approx(np.abs(error[first]).mean() / 2)
        assert scores.by_series()[0]["mae"] == pytest.approx(np.abs(error[first]).mean())
    else:
        assert "mase" not in found
    assert [one["mae"] for one in scores.by_step()] == pytest.approx(np.abs(error).mean(axis=0).tolist())


def test_that_the_quantile_loss_of_the_median_alone_is_the_mae() -> None:
    number, actual, point, _ = some(20)
    scores = Scores(np.ones(2), 3, (0.5,))
    scores.add(number, actual, point, point[:, :, None])
    found = scores.overall()
    assert found["quantile_loss"] == pytest.approx(found["mae"])


def test_that_a_truth_that_is_missing_counts_nothing() -> None:
    number, actual, point, quantiles = some(10)
    scores, fewer = Scores(np.ones(2), 3, (0.1, 0.5, 0.9)), Scores(np.ones(2), 3, (0.1, 0.5, 0.9))
    fewer.add(number[:5], actual[:5], point[:5], quantiles[:5])
    actual[5:] = np.nan
    scores.add(number, actual, point, quantiles)
    assert scores.overall() == pytest.approx(fewer.overall())
    assert Scores(np.ones(1), 2).overall() == {}


def test_that_intervals_are_the_symmetric_pairs() -> None:
    assert intervals((0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)) == [(0, 6, 96), (1, 5, 80), (2, 4, 50)]
    assert intervals((0.1, 0.5)) == []
