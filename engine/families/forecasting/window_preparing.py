"""Makes a TimeSeriesDataSet of many long series quickly: the library's objects fit and scale whole columns, and rows and
index are then put in place. Must give the library's numbers; what it does not take over, the library makes."""

import warnings
from copy import copy
from typing import Any

import numpy as np
import pandas as pd
import torch
from pytorch_forecasting import TimeSeriesDataSet

from engine.families.forecasting.window_fitting import Fitted, takes_over
from engine.families.forecasting.window_grid import Grid, group_of


def prepare(frame: pd.DataFrame, **settings: Any) -> TimeSeriesDataSet:
    """Return TimeSeriesDataSet(frame, **settings), made faster and in less memory where that is possible.

    That is for one group column, one target that is a float, windows of one length, and rows that are sorted by series
    and time without gaps. Series too short for a window are left out without a warning. Raises what the library raises.
    """
    grid = Grid.of(frame, settings)
    if grid is None or not takes_over(frame, settings):
        return TimeSeriesDataSet(frame, **settings)
    index = grid.index()
    if not len(index):
        return TimeSeriesDataSet(frame, **settings)
    fitted = Fitted.of(grid)
    dataset = _of_one_series(grid, fitted, int(index["index_start"].iloc[0]))
    dataset.index = index
    dataset.data = _tensors(dataset, grid, fitted)
    return dataset


def _of_one_series(grid: Grid, fitted: Fitted, row: int) -> TimeSeriesDataSet:
    """Let the library check the settings and name its columns, with a series that has a window and all that is fitted."""
    series = int(grid.cut(grid.series)[row])
    rows = grid.frame.iloc[grid.first_rows[series] : grid.first_rows[series + 1]]
    group = str(group_of(grid.settings))
    of_series = {group: group, f"__group_id__{group}": group}
    of_series |= {name: name for name in grid.settings.get("static_categoricals") or ()}
    short = [(name, of) for name, of in of_series.items() if hasattr(fitted.encoders.get(name), "classes_")]
    given = {
        **grid.settings,
        "target_normalizer": fitted.normaliser,
        # It copies every encoder more than once: a second for each hundred thousand labels.
        "categorical_encoders": fitted.encoders | {name: _short(fitted.encoders[name], rows[of]) for name, of in short},
        "scalers": fitted.scalers,
        "min_prediction_idx": grid.first_prediction,
    }
    dataset = _made(rows, given)
    dataset._categorical_encoders.update((name, fitted.encoders[name]) for name, _ in short)
    for name in ("categorical_encoders", "scalers"):
        setattr(dataset, name, grid.settings.get(name))
    return dataset


def _short(encoder: Any, column: pd.Series) -> Any:
    """Return the same encoder, that knows the labels of one column alone, and the one that stands for unknown ones."""
    few, codes = copy(encoder), encoder.classes_
    few.classes_ = {label: codes[label] for label in (next(iter(codes)), *column.unique()) if label in codes}
    return few


def _made(rows: pd.DataFrame, given: dict[str, Any]) -> TimeSeriesDataSet:
    with warnings.catch_warnings():
        # Of columns that have lags, see Fitted: scaled under two names, and so fitted under none.
        warnings.filterwarnings("ignore", "X has feature names")
        return TimeSeriesDataSet(rows, **given)


def _tensors(dataset: TimeSeriesDataSet, grid: Grid, fitted: Fitted) -> dict[str, Any]:
    """Return what TimeSeriesDataSet._data_to_tensors does, made a column at a time."""
    settings = grid.settings
    tensors = {
        "reals": _reals(dataset, grid, fitted),
        "categoricals": _categoricals(dataset, grid, fitted),
        "groups": torch.from_numpy(grid.codes.astype(np.int64))[torch.from_numpy(grid.cut(grid.series))][:, None],
        "target": [_plain(grid, settings["target"])],
        "weight": _plain(grid, settings["weight"]) if settings.get("weight") else None,
        "time": torch.from_numpy(grid.cut(grid.time).astype(np.int64)),
    }
    dataset._check_tensors(tensors)
    return tensors


def _sources(dataset: TimeSeriesDataSet, names: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Return, for each column, where it and its lags stand among names: (place, lag)."""
    lags = {name: (base, lag) for base in dataset._lags for name, lag in dataset._get_lagged_names(base).items()}
    found: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(names):
        base, lag = lags.get(name, (name, 0))
        found.setdefault(base, []).append((place, lag))
    return found


def _reals(dataset: TimeSeriesDataSet, grid: Grid, fitted: Fitted) -> torch.Tensor:
    rows = len(grid.cut(grid.series))
    filled = torch.zeros(rows, len(dataset.reals), dtype=torch.float32)
    for name, places in _sources(dataset, dataset.reals).items():
        if name in ("relative_time_idx", "encoder_length") and name not in grid.frame:
            continue  # windows set them
        for lagged in (False, True):
            wanted = [(place, lag) for place, lag in places if bool(lag) is lagged]
            values = fitted.column(name, lagged) if wanted else np.empty(0)
            for place, lag in wanted:
                filled[:, place] = torch.from_numpy(grid.cut(values, lag))
    return filled


def _categoricals(dataset: TimeSeriesDataSet, grid: Grid, fitted: Fitted) -> torch.Tensor:
    rows = len(grid.cut(grid.series))
    filled = torch.empty(rows, len(dataset.flat_categoricals), dtype=torch.int64)
    for name, places in _sources(dataset, dataset.flat_categoricals).items():
        codes = fitted.codes(name)
        for place, lag in places:
            filled[:, place] = torch.from_numpy(grid.cut(codes, lag))
    return filled


def _plain(grid: Grid, name: str) -> torch.Tensor:
    """A column as it is: whole numbers stay so, all else becomes float32."""
    values = grid.cut(grid.frame[name].to_numpy())
    return torch.tensor(values, dtype=torch.int64 if values.dtype.kind in "bi" else torch.float32)
