"""Comparing runs: fields that differ, what metrics came to, and means over seeds with their interval."""

import numpy as np
import pytest
from scipy import stats

from engine.runs.comparison import band, came_to, differing, seed_groups, t_975
from engine.spec import DataSpec, ModelSpec, RunSpec, TrainerSpec


def spec(name: str = "", seed: int = 1, epochs: int = 5, **params: object) -> RunSpec:
    return RunSpec(
        name=name,
        data=DataSpec(dataset="x"),
        model=ModelSpec(params=params),  # type: ignore[arg-type]
        trainer=TrainerSpec(seed=seed, epochs=epochs),
    )


def test_that_only_fields_that_differ_are_named() -> None:
    specs = [spec("a"), spec("b", epochs=9), spec("c", layers="8")]
    assert set(differing(specs)) == {"trainer.epochs", "model.params.layers"}
    assert differing([spec("a"), spec("b")]) == []


def test_that_runs_with_other_seeds_belong_together() -> None:
    runs = {"a": spec("a", 1), "b": spec("b", 2), "c": spec("c", 3, epochs=9)}
    assert seed_groups(runs) == [("a", "b"), ("c",)]


def test_that_a_metric_comes_to_its_finite_values() -> None:
    found = came_to(np.array([3.0, np.nan, 1.0, 2.0, np.inf]), smaller_is_better=True)
    assert (found.final, found.best, found.mean) == (2.0, 1.0, 2.0)
    assert came_to(np.array([1.0, 3.0, 2.0]), smaller_is_better=False).best == 3.0
    assert came_to(np.array([np.nan]), smaller_is_better=True).final is None


def test_that_the_band_is_the_interval_of_the_mean_where_all_curves_are() -> None:
    x = np.arange(10.0)
    found = band([(x, x), (x[2:], x[2:] + 2), (x[:8], x[:8] + 4)])
    assert found is not None and found.count == 3
    assert (found.x[0], found.x[-1]) == (2.0, 7.0)
    np.testing.assert_allclose(found.mean, found.x + 2)
    low, high = stats.t.interval(0.95, 2, loc=4.0, scale=stats.sem([2.0, 4.0, 6.0]))
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), rel=1e-4)
    for freedom in (1, 3, 6, 9, 30, 200):
        assert t_975(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-4)
    assert band([(x, x)]) is None
    assert band([(x, x), (x + 100, x)]) is None
