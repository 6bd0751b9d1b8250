"""Errors of forecasts as sums by series and by step of the horizon: exact means over anything, however they were batched.
Plain functions of arrays in the target's unit; knows no model."""

from collections.abc import Sequence

import numpy as np

from engine.families.forecasting.series import Floats, Ints

Numbers = dict[str, float]
_KEYS = ("count", "absolute", "square", "symmetric", "pinball")

_UNITLESS = ("smape", "mase")


def intervals(quantiles: Sequence[float]) -> list[tuple[int, int, int]]:
    """Return the symmetric pairs among quantiles as (place of the lower, of the upper, per cent between them)."""
    found = []
    for low, level in enumerate(quantiles):
        for high, other in enumerate(quantiles):
            if level < 0.5 and abs(level + other - 1) < 1e-9:
                found.append((low, high, round(100 * (other - level))))
    return found


def joined(targets: Sequence[str], found: Sequence[Numbers]) -> Numbers:
    """Return each target's metrics together: of one as they are, of several as metric/target, and before them the means
    of those that have no unit.
    """
    if len(found) == 1:
        return found[0]
    keys = [key for key in found[0] if key in _UNITLESS or key.startswith("coverage_")]
    means = {key: float(np.mean([one[key] for one in found])) for key in keys if all(key in one for one in found)}
    return means | {
        f"{key}/{name}": value for name, one in zip(targets, found, strict=True) for key, value in one.items()
    }


class Scores:
    """Collects errors [series, horizon]. `scales` has what MASE divides by, NaN for series that do not count for it."""

    def __init__(self, scales: Floats, horizon: int, quantiles: Sequence[float] = ()) -> None:
        self._scales, self._horizon = scales, horizon
        self._levels = np.array(quantiles, dtype=np.float64)
        self._pairs = intervals(quantiles)
        names = [*_KEYS, *(f"inside_{percent}" for _, _, percent in self._pairs)]
        self._sums = {name: np.zeros((len(scales), horizon)) for name in names}
        self._has_quantiles = False

    def add(self, number: Ints, actual: Floats, point: Floats, quantiles: Floats | None = None) -> None:
        """Take windows: their series [n], truth and forecast [n, horizon], quantiles [n, horizon, levels]."""
        error = point - actual
        known = np.isfinite(actual)
        size = np.abs(actual) + np.abs(point)
        parts = {
            "count": known.astype(np.float64),
            "absolute": np.abs(error),
            "square": np.square(error),
            "symmetric": np.divide(2 * np.abs(error), size, out=np.zeros_like(size), where=size > 0),
        }
        if quantiles is not None and len(self._levels):
            self._has_quantiles = True
            under = actual[:, :, None] - quantiles
            parts["pinball"] = 2 * np.maximum(self._levels * under, (self._levels - 1) * under).mean(axis=2)
            for low, high, percent in self._pairs:
                inside = (actual >= quantiles[:, :, low]) & (actual <= quantiles[:, :, high])
                parts[f"inside_{percent}"] = inside.astype(np.float64)
        place = (number[:, None] * self._horizon + np.arange(self._horizon)).ravel()
        for name, values in parts.items():
            weights = np.where(known, values, 0.0).ravel()
            summed = np.bincount(place, weights=weights, minlength=self._sums[name].size)
            self._sums[name] += summed.reshape(self._sums[name].shape)

    def overall(self) -> Numbers:
        """Return the metrics over everything. `mase` is left out where no series has a scale, quantiles where none were.

        `quantile_loss` is twice the mean pinball loss, so that for the median alone it is the MAE; `coverage_80` is the
        share of the truth within the interval that should hold 80 %.
        """
        return self._metrics({name: float(sums.sum()) for name, sums in self._sums.items()}, self._scaled().sum())

    def by_step(self) -> list[Numbers]:
        """Return the metrics of each step of the horizon."""
        scaled = self._scaled().sum(axis=0)
        return [
            self._metrics({name: float(sums[:, step].sum()) for name, sums in self._sums.items()}, scaled[step], step)
            for step in range(self._horizon)
        ]

    def by_series(self) -> dict[int, Numbers]:
        """Return the metrics of each series that was forecast."""
        counts = self._sums["count"].sum(axis=1)
        sums = {name: one.sum(axis=1) for name, one in self._sums.items()}
        found = {}
        for number in np.flatnonzero(counts > 0).tolist():
            metrics = self._metrics({name: float(one[number]) for name, one in sums.items()})
            if np.isfinite(self._scales[number]):
                metrics["mase"] = metrics["mae"] / float(self._scales[number])
            found[number] = metrics
        return found

    def _scaled(self) -> Floats:
        scaled: Floats = self._sums["absolute"] / self._scales[:, None]
        return np.where(np.isfinite(scaled), scaled, 0.0)

    def _metrics(self, sums: Numbers, scaled: float | None = None, step: int | None = None) -> Numbers:
        count = sums["count"]
        if not count:
            return {}
        metrics = {
            "mae": sums["absolute"] / count,
            "rmse": float(np.sqrt(sums["square"] / count)),
            "smape": sums["symmetric"] / count,
        }
        if scaled is not None:
            counts = self._sums["count"][np.isfinite(self._scales)]
            with_scale = float(counts.sum() if step is None else counts[:, step].sum())
            if with_scale:
                metrics["mase"] = float(scaled) / with_scale
        if self._has_quantiles:
            metrics["quantile_loss"] = sums["pinball"] / count
            metrics |= {f"coverage_{percent}": sums[f"inside_{percent}"] / count for _, _, percent in self._pairs}
        return metrics
