"""All forecasts of a finished run in one file, from which any series and origin is read without the model.
Reading needs no torch, so that the window's helper can do it. Must not forecast or choose windows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.families.forecasting.frequency import Frequency
from engine.families.forecasting.live import seconds_of
from engine.families.forecasting.placement import Placement, season_of
from engine.families.forecasting.scores import Scores
from engine.families.forecasting.series import Floats, Ints, Series
from engine.runs.forecasts import ForecastWindow, SeriesForecasts, SeriesNames
from engine.training.failures import RunFailed

if TYPE_CHECKING:
    from engine.families.forecasting.evaluation import Judged

FORECASTS_FILE = "forecasts.safetensors"


def file_of(place: int) -> str:
    """Return the name of the file that has the forecasts of a target, counted from 0."""
    return f"forecasts{place + 1}.safetensors" if place else FORECASTS_FILE


def write_forecasts(folder: Path, found: Sequence["Judged"]) -> Path:
    """Write the kept forecasts of a target in all folds, sorted by series and origin; return the file's path."""
    from safetensors.numpy import save

    from engine.training.weights import write_whole

    first = found[0].material
    series, own = first.series, first.names.spec
    number = np.concatenate([one.placed.number[one.kept] for one in found])
    row = np.concatenate([one.placed.row[one.kept] for one in found])
    order = np.lexsort((row, number))
    season = season_of(series, own)
    begin = _first_rows(series, number, row - max(own.windows.encoder_length, season))
    counts = np.bincount(number, minlength=series.count)
    lengths = np.where(counts > 0, series.starts[1:] - begin, 0)
    rows = np.repeat(begin - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    tensors: dict[str, Any] = {
        "target": series.target[rows],
        "starts": np.concatenate([[0], np.cumsum(lengths)]),
        "first_step": series.step[np.minimum(begin, len(series) - 1)],
        "windows": np.concatenate([[0], np.cumsum(counts)]),
        "row": (row - begin[number])[order],
        "fold": np.concatenate([np.full(len(one.kept), place) for place, one in enumerate(found)])[order],
        "scales": np.stack([one.material.scales for one in found]),
        "late": np.zeros(series.count, np.int64) if series.late is None else series.late[series.starts[:-1]],
        "point": np.concatenate([one.point for one in found])[order].astype(np.float32),
    }
    levels = [one.quantiles for one in found if one.quantiles is not None]
    if levels:
        tensors["quantiles"] = np.concatenate(levels)[order].astype(np.float32)
    about = {
        "format": 1,
        "target": found[0].target,
        "targets": list(first.names.targets),
        "frequency": series.frequency.model_dump(mode="json"),
        "encoder_length": own.windows.encoder_length,
        "season": season,
        "levels": list(own.quantiles) if levels else [],
        "folds": [one.material.fold.name for one in found],
        "names": series.names,
    }
    content = save({name: np.ascontiguousarray(one) for name, one in tensors.items()}, {"about": json.dumps(about)})
    path = folder / file_of(found[0].place)
    write_whole(path, content)
    return path


def _first_rows(series: Series, number: Ints, row: Ints) -> Ints:
    """Return the first row of each series that any window looks back on; the series' end where it has no window."""
    begin = series.starts[1:].copy()
    np.minimum.at(begin, number, row)
    return np.maximum(begin, series.starts[:-1])


@dataclass(frozen=True)
class Forecasts:
    """The forecasts of a run, read a series at a time. Series count from 0 in the order of `names`."""

    path: Path
    frequency: Frequency
    encoder_length: int
    season: int
    folds: tuple[str, ...]
    names: SeriesNames
    windows: Ints

    @classmethod
    def of(cls, folder: Path, target: int = 0) -> "Forecasts":
        """Open a target's forecasts in a run's folder, the targets counted from 0. Raises RunFailed where there are none."""
        path = folder / file_of(target)
        try:
            return _opened(path, path.stat().st_mtime_ns)
        except OSError as error:
            raise RunFailed(
                "There are no forecasts of this run to look at.", "They are kept when a run is evaluated."
            ) from error

    def window(self, number: int, place: int) -> ForecastWindow:
        """Return one window of a series, counted by its origin from 0."""
        one = self._series(number, slice(place, place + 1))
        placed, row = one.placed, int(one.placed.row[0])
        begin = max(0, row - self.encoder_length)
        return ForecastWindow(
            series=self.names.names[number],
            origin=placed.series.moment(row - 1),
            is_date=self.frequency.is_date,
            times=tuple(seconds_of(placed.series.times(slice(begin, row + placed.horizon))).tolist()),
            past=tuple(placed.series.target[begin:row].tolist()),
            actual=tuple(placed.actual()[0].tolist()),
            forecast=tuple(one.point[0].tolist()),
            quantiles=() if one.quantiles is None else tuple(tuple(level) for level in one.quantiles[0].T.tolist()),
            baselines={name: tuple(values[0].tolist()) for name, values in _baselines(placed, self.season).items()},
        )

    def series(self, number: int) -> SeriesForecasts:
        """Return the metrics of a series and where its forecasts were wrong."""
        one = self._series(number, slice(None))
        placed, actual = one.placed, one.placed.actual()
        error = actual - one.point
        step, mean, low, high = _by_step(placed.series.step[placed.rows], error)
        return SeriesForecasts(
            series=self.names.names[number],
            is_date=self.frequency.is_date,
            metrics=_metrics(one, one.point, self.names.levels, one.quantiles),
            baselines={name: _metrics(one, point) for name, point in _baselines(placed, self.season).items()},
            origins=tuple(seconds_of(placed.series.times(placed.row - 1)).tolist()),
            errors=tuple(np.abs(error).mean(axis=1).tolist()),
            times=tuple(seconds_of(self.frequency.times(step, placed.series.lateness(0))).tolist()),
            residuals=tuple(mean.tolist()),
            low=tuple(low.tolist()),
            high=tuple(high.tolist()),
        )

    def _series(self, number: int, part: slice) -> "_OneSeries":
        """Read windows of one series. Raises RunFailed where there is no such window."""
        from safetensors import safe_open

        if not 0 <= number < len(self.names.names):
            raise RunFailed("There is no such series among the forecasts.", "Choose another one.")
        begin, end = (int(one) for one in self.windows[number : number + 2])
        chosen = range(begin, end)[part]
        if not len(chosen):
            raise RunFailed(f"{self.names.names[number]} has no such forecast.", "Choose another one.")
        at = slice(chosen.start, chosen.stop)
        with safe_open(self.path, "np") as file:
            first, last = (int(one) for one in file.get_slice("starts")[number : number + 2])
            target = file.get_slice("target")[first:last]
            step = int(file.get_slice("first_step")[number : number + 1][0]) + np.arange(last - first)
            row, fold = file.get_slice("row")[at], file.get_slice("fold")[at]
            point = file.get_slice("point")[at].astype(np.float64)
            quantiles = file.get_slice("quantiles")[at].astype(np.float64) if self.names.levels else None
            scales = file.get_slice("scales")[:, number : number + 1][:, 0]
            late = file.get_slice("late")[number : number + 1] if "late" in file.keys() else np.zeros(1, np.int64)  # noqa: SIM118
        frame = pd.DataFrame({"series": [self.names.names[number]]})
        alone = Series(self.frequency, frame, np.zeros(len(step), np.int64), step, target, {}, {})
        alone = replace(alone, late=np.repeat(late, len(step)))
        placed = Placement(alone, np.zeros(len(row), np.int64), row, point.shape[1])
        return _OneSeries(placed, fold, scales, point, quantiles)


@dataclass(frozen=True)
class _OneSeries:
    placed: Placement
    fold: Ints
    scales: Floats
    point: Floats
    quantiles: Floats | None


@lru_cache(maxsize=4)
def _opened(path: Path, _changed: int) -> Forecasts:
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        about = json.loads(file.metadata()["about"])
        windows = file.get_tensor("windows")
    return Forecasts(
        path=path,
        frequency=Frequency.model_validate(about["frequency"]),
        encoder_length=about["encoder_length"],
        season=about["season"],
        folds=tuple(about["folds"]),
        names=SeriesNames(
            target=about["target"],
            targets=tuple(about.get("targets", [about["target"]])),
            levels=tuple(about["levels"]),
            names=tuple(about["names"]),
            windows=tuple(np.diff(windows).tolist()),
        ),
        windows=windows,
    )


def _baselines(placed: Placement, season: int) -> dict[str, Floats]:
    return {"last_value": placed.last_value(), "seasonal_naive": placed.seasonal_naive(season)}


def _metrics(
    one: _OneSeries, point: Floats, levels: Sequence[float] = (), quantiles: Floats | None = None
) -> dict[str, float]:
    """Return the metrics of one series, each fold's errors scaled for MASE by what that fold's training knew."""
    scores = Scores(one.scales, one.placed.horizon, levels)
    scores.add(one.fold, one.placed.actual(), point, quantiles)
    return scores.overall()


def _by_step(step: Ints, error: Floats) -> tuple[Ints, Floats, Floats, Floats]:
    """Return each step that was forecast, and the mean and the extent of the errors there."""
    found, place = np.unique(step.ravel(), return_inverse=True)
    values, place = error.ravel(), place.ravel()
    mean = np.bincount(place, weights=values) / np.bincount(place)
    low, high = np.full(len(found), np.inf), np.full(len(found), -np.inf)
    np.minimum.at(low, place, values)
    np.maximum.at(high, place, values)
    return found, mean, low, high
