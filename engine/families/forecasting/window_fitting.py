"""Fitted: what the library's scalers and encoders fit on the rows of a Grid, and whole columns that they have scaled.
Must fit with the library's own objects on the same numbers as TimeSeriesDataSet does."""

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pytorch_forecasting.data.encoders import (
    EncoderNormalizer,
    GroupNormalizer,
    NaNLabelEncoder,
    TorchNormalizer,
)
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from engine.families.forecasting.normalisers import WholeNormalizer
from engine.families.forecasting.window_grid import Grid, Ints, Settings, group_of
from engine.families.forecasting.window_support import SCALERS

CATEGORICALS = ("static_categoricals", "time_varying_known_categoricals", "time_varying_unknown_categoricals")
REALS = ("static_reals", "time_varying_known_reals", "time_varying_unknown_reals")
OTHERS = ("variable_groups", "constant_fill_strategy", "randomize_length")


def takes_over(frame: pd.DataFrame, settings: Settings) -> bool:
    """Whether settings are among those that Fitted reproduces; Grid.of answers for the rows."""
    target, normaliser = settings["target"], settings.get("target_normalizer", "auto")
    categoricals = [name for kind in CATEGORICALS for name in settings.get(kind) or ()]
    reals = [name for kind in REALS for name in settings.get(kind) or ()]
    lagged = settings.get("lags") or {}
    scalers = settings.get("scalers") or {}
    unscaled = [name for name in reals if name != target and scalers.get(name, "") is None]
    return (
        isinstance(target, str)
        and not any(settings.get(name) for name in OTHERS)
        and frame[target].dtype.kind == "f"
        and target not in categoricals
        and type(normaliser) in (EncoderNormalizer, GroupNormalizer, TorchNormalizer, WholeNormalizer)
        and set(getattr(normaliser, "_groups", [])) <= {group_of(settings)}
        and not (type(normaliser) is TorchNormalizer and target in lagged)
        and all(type(scaler) in SCALERS for scaler in scalers.values() if scaler is not None)
        and not (unscaled and len(unscaled) == len(reals))
        and all(not frame[name].isna().to_numpy().any() for name in categoricals)
        and all(type(one) is NaNLabelEncoder for one in (settings.get("categorical_encoders") or {}).values())
    )


AT_ONCE = 1_000_000
"""Rows that are scaled together, so that what is needed in between stays small."""


@dataclass(frozen=True)
class Fitted:
    """The library's objects, fitted on a grid's rows; `scales` (series or 1, 2) are each series' center and scale."""

    grid: Grid
    normaliser: Any
    encoders: dict[str, NaNLabelEncoder]
    scalers: dict[str, Any]
    scales: NDArray[Any]
    by_series: Any
    """The normaliser that the target column is scaled with: for an EncoderNormalizer, one of each series."""

    @classmethod
    def of(cls, grid: Grid) -> "Fitted":
        """Fit what is not fitted yet."""
        encoders = _encoders(grid)
        normaliser = grid.settings["target_normalizer"]
        by_series, scales = _fit_target(grid, normaliser, encoders)
        scalers = dict(grid.settings.get("scalers") or {})
        fitted = cls(grid, normaliser, encoders, scalers, scales, by_series)
        fitted._fit_scalers()
        return fitted

    def codes(self, name: str) -> Ints:
        """Return a categorical column's codes (rows,)."""
        labels, places = factored(self.grid, name)
        codes: Ints = np.asarray(self.encoders[name].transform(labels), dtype=np.int64)[places]
        return codes

    def column(self, name: str, lagged: bool = False) -> NDArray[Any]:
        """Return a real column as the library scales it before windows are cut (rows,), or as it does its lags."""
        target = self.grid.settings["target"]
        if name == target:
            raw = self.grid.frame[name]
            return raw.to_numpy() if lagged and isinstance(self.normaliser, EncoderNormalizer) else self._target(raw)
        scaler = self.scalers.get(name)
        if name in (added := [f"{target}_center", f"{target}_scale"]) and name not in self.grid.frame:
            values = self.scales[:, [added.index(name)]]
            short = _transformed(scaler, pd.DataFrame(values, columns=[name]))
            return short[self.grid.series] if len(short) > 1 else np.repeat(short, len(self.grid.series))
        return _transformed(scaler, self.grid.frame[[name]])

    def _target(self, raw: pd.Series) -> NDArray[Any]:
        parts = []
        for first in range(0, len(raw), AT_ONCE):
            part, rows = raw.iloc[first : first + AT_ONCE], self.grid.series[first : first + AT_ONCE]
            scales = self.scales[rows] if len(self.scales) > 1 else self.scales
            parts.append(np.asarray(self.by_series.transform(part, target_scale=scales), dtype=np.float32))
        return np.concatenate(parts)

    def _fit_scalers(self) -> None:
        settings, frame = self.grid.settings, self.grid.frame
        names = dict.fromkeys(name for kind in REALS for name in settings.get(kind) or ())
        for name in names:
            if name != settings["target"] and name in frame:
                self._fit_scaler(name, frame[[name]])
        if settings.get("add_target_scales"):
            for place, part in enumerate(("center", "scale")):
                name, values = f"{settings['target']}_{part}", self.scales[:, place]
                rows = values[self.grid.series] if len(values) > 1 else np.repeat(values, len(frame))
                self._fit_scaler(name, pd.DataFrame({name: rows}))
        for name in settings.get("lags") or {}:
            # The library scales a lag with what it fitted on the column, which scikit-learn refuses for another name.
            if hasattr(self.scalers.get(name), "feature_names_in_"):
                del self.scalers[name].feature_names_in_

    def _fit_scaler(self, name: str, values: pd.DataFrame) -> None:
        if name not in self.scalers:
            self.scalers[name] = StandardScaler().fit(values)
        elif self.scalers[name] is not None and not _is_fitted(self.scalers[name]):
            self.scalers[name].fit(values)


def factored(grid: Grid, name: str) -> tuple[pd.Series, NDArray[Any]]:
    """Return a column's different labels, and each row's place among them."""
    if name == group_of(grid.settings):
        return grid.labels, grid.series
    places, labels = pd.factorize(grid.frame[name])
    return pd.Series(labels), places


def _is_fitted(one: Any) -> bool:
    try:
        check_is_fitted(one)
    except NotFittedError:
        return False
    return True


def _encoders(grid: Grid) -> dict[str, NaNLabelEncoder]:
    """Fit the encoders of categories, and that of the series where a scale of each is asked for."""
    settings = grid.settings
    encoders = dict(settings.get("categorical_encoders") or {})
    names = [name for kind in CATEGORICALS for name in settings.get(kind) or ()]
    group = str(group_of(settings))
    if isinstance(settings["target_normalizer"], GroupNormalizer):
        names.append(group)
    for name in dict.fromkeys(names):
        encoder = encoders.setdefault(name, NaNLabelEncoder())
        if not _is_fitted(encoder):
            encoder.fit(factored(grid, name)[0])
    encoders[f"__group_id__{group}"] = grid.encoder
    return encoders


def _fit_target(grid: Grid, normaliser: Any, encoders: dict[str, NaNLabelEncoder]) -> tuple[Any, NDArray[Any]]:
    """Fit the target's normaliser; returns what scales the column, and the scales (series or 1, 2)."""
    group, values = str(group_of(grid.settings)), grid.frame[grid.settings["target"]].reset_index(drop=True)
    if type(normaliser) in (TorchNormalizer, WholeNormalizer):
        if not _is_fitted(normaliser):
            normaliser.fit(values)
        return normaliser, normaliser.get_parameters().numpy()[None, :]
    codes = np.arange(len(grid.codes))
    by_series = normaliser
    if isinstance(normaliser, EncoderNormalizer):
        if not _is_fitted(normaliser):
            normaliser.fit(values)
        shared = inspect.signature(GroupNormalizer.__init__).parameters.keys()
        own = inspect.signature(EncoderNormalizer.__init__).parameters.keys()
        given = {name: getattr(normaliser, name) for name in shared if name in own and name != "self"}
        by_series = GroupNormalizer(groups=[group], **given)
    else:
        codes = np.asarray(encoders[group].transform(grid.labels), dtype=np.int64)
    if not _is_fitted(by_series):
        by_series.fit(values, pd.DataFrame({group: codes[grid.series]}))
    return by_series, by_series.get_norm(pd.DataFrame({group: codes}))


def _transformed(scaler: Any, values: pd.DataFrame) -> NDArray[Any]:
    if scaler is None:
        return values.to_numpy()[:, 0]
    known = hasattr(scaler, "feature_names_in_")
    return np.asarray(scaler.transform(values if known else values.to_numpy())).reshape(-1)
