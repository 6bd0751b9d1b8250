import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from engine.families.supervised.curves import MAX_POINTS, calibration, precision_recall, roc, thinned


def drawn(rows, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random(rows) < 0.3
    return truth, np.clip(0.3 * truth + 0.7 * rng.random(rows), 0, 1)


def test_that_a_thinned_roc_curve_has_the_exact_area_and_lies_on_the_true_curve():
    truth, score = drawn(20_000)
    curve = roc("yes", truth, score)
    assert len(curve.x) <= MAX_POINTS
    assert curve.area == pytest.approx(metrics.roc_auc_score(truth, score))
    assert (curve.x[0], curve.y[0]) == (0, 0)
    assert (curve.x[-1], curve.y[-1]) == (1, 1)
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(curve.area, abs=1e-3)
    false_rate, true_rate, _ = metrics.roc_curve(truth, score, drop_intermediate=False)
    assert set(zip(curve.x, curve.y, strict=True)) <= set(zip(false_rate, true_rate, strict=True))


def test_that_the_precision_recall_curve_runs_with_recall_and_keeps_its_extremes():
    truth, score = drawn(20_000)
    curve = precision_recall("yes", truth, score)
    precision, _, _ = metrics.precision_recall_curve(truth, score)
    assert len(curve.x) <= MAX_POINTS
    assert list(curve.x) == sorted(curve.x)
    assert min(curve.y) == precision.min()
    assert max(curve.y) == precision.max()
    assert curve.area == pytest.approx(metrics.average_precision_score(truth, score))


def test_that_few_distinct_scores_give_every_corner():
    truth = np.array([True, True, False, True, False, False])
    score = np.array([0.9, 0.9, 0.5, 0.5, 0.1, 0.1])
    curve = roc("yes", truth, score)
    assert curve.x == pytest.approx((0, 0, 1 / 3, 1))
    assert curve.y == pytest.approx((0, 2 / 3, 1, 1))


def test_that_a_single_spike_survives_thinning():
    x = np.linspace(0, 1, 100_001)
    y = np.sin(x * 20)
    y[70_003] = 9.0
    y[70_900] = 3.0
    assert {0, 70_003, 70_900, 100_000} <= set(thinned(x, y).tolist())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=400))
def test_that_thinning_keeps_ends_and_extrema_in_order(values):
    y = np.array(values)
    kept = thinned(np.linspace(0, 1, len(y)), y, limit=20)
    assert len(kept) <= 20
    assert list(kept) == sorted(set(kept.tolist()))
    assert kept[0] == 0
    assert kept[-1] == len(y) - 1
    assert y[kept].max() == y.max()
    assert y[kept].min() == y.min()


def test_that_calibration_counts_every_row_once_and_leaves_empty_bins_out():
    truth = np.array([False, False, True, True, True])
    score = np.array([0.0, 0.05, 0.95, 1.0, 0.52])
    report = calibration("yes", truth, score)
    assert report.count == (2, 1, 2)
    assert report.predicted == pytest.approx((0.025, 0.52, 0.975))
    assert report.observed == (0, 1, 1)
