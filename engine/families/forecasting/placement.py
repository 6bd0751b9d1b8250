"""Where forecasts lie in the series: the truth they are judged by, and the baselines' forecasts for the same windows.
Plain arrays; must not know networks or batches."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.families.forecasting.datasets import to_labels
from engine.families.forecasting.recipe import GROUP
from engine.families.forecasting.series import Floats, Ints, Series
from engine.spec import ForecastingSpec


@dataclass(frozen=True)
class Placement:
    """Windows by their series and the row of the first step that each forecasts, in the order of a data set's index."""

    series: Series
    number: Ints
    row: Ints
    horizon: int

    @classmethod
    def of(cls, dataset: Any, series: Series, horizon: int) -> "Placement":
        """Find a data set's windows in the series that it was made of."""
        index = dataset.index
        codes = dataset.data["groups"][index["index_start"].to_numpy(np.int64, copy=True), 0].numpy()
        own = {label: place for place, label in enumerate(to_labels(series))}
        classes = dataset._categorical_encoders[GROUP].classes_
        lookup = np.full(max(classes.values()) + 1, -1, dtype=np.int64)
        for label, code in classes.items():
            lookup[code] = own.get(str(label), -1)
        number = lookup[codes]
        starts = series.starts[:-1][number]
        first = index["time"].to_numpy(np.int64) + dataset.max_encoder_length
        return cls(series, number, starts + first - series.step[starts], horizon)

    def __len__(self) -> int:
        return len(self.row)

    def of_targets(self) -> "list[Placement]":
        """Return the same windows for each target alone."""
        return [replace(self, series=self.series.of_target(place)) for place in range(len(self.series.targets))]

    @property
    def rows(self) -> Ints:
        """The rows that are forecast [windows, horizon]; there may be none behind the last one."""
        return self.row[:, None] + np.arange(self.horizon)

    def actual(self, part: slice = slice(None)) -> Floats:
        """Return the truth [windows, horizon] in the target's unit."""
        values: Floats = self.series.target[self.rows[part]]
        return values

    def last_value(self, part: slice = slice(None)) -> Floats:
        """Return the forecast that nothing changes any more."""
        last = self.series.target[self.row[part] - 1]
        return np.repeat(last[:, None], self.horizon, axis=1)

    def seasonal_naive(self, season: int, part: slice = slice(None)) -> Floats:
        """Return the forecast that the last season comes again; the last value where there is no whole season yet."""
        row = self.row[part]
        begin = row - season
        rows = begin[:, None] + np.arange(self.horizon) % season
        has_season = begin >= self.series.starts[:-1][self.number[part]]
        values: Floats = np.where(
            has_season[:, None], self.series.target[np.maximum(rows, 0)], self.series.target[row - 1][:, None]
        )
        return values


def season_of(series: Series, spec: ForecastingSpec) -> int:
    """Return the steps of a season."""
    return spec.season or series.frequency.season


def naive_scales(series: Series, last: int, season: int) -> Floats:
    """Return each series' mean absolute change over a season up to a step, by which MASE divides; NaN without one.

    Hyndman & Koehler, Another look at measures of forecast accuracy, 2006.
    """
    known = np.flatnonzero(series.step <= last)
    part = series.rows(known)
    changes = np.abs(part.target[season:] - part.target[:-season])
    same = part.series[season:] == part.series[:-season]
    usable = same & np.isfinite(changes)
    numbers = part.series[season:][usable]
    sums = np.bincount(numbers, weights=changes[usable], minlength=series.count)
    counts = np.bincount(numbers, minlength=series.count)
    scales = np.full(series.count, np.nan)
    np.divide(sums, counts, out=scales, where=(counts > 0) & (sums > 0))
    return scales
