"""Grid: where the rows of long, even series lie, and which windows of one length they hold. Must not scale anything."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pytorch_forecasting.data.encoders import NaNLabelEncoder

Settings = Mapping[str, Any]
Ints = NDArray[np.int64]
Value = TypeVar("Value", bound=np.generic)


def group_of(settings: Settings) -> str | None:
    """Return the one column that names a row's series; None if there are several."""
    ids = settings["group_ids"]
    return ids[0] if isinstance(ids, list | tuple) and len(ids) == 1 else None


@dataclass(frozen=True)
class Grid:
    """Rows sorted by series and time, one a step, and what TimeSeriesDataSet is to be told of them."""

    frame: pd.DataFrame
    settings: Settings
    labels: pd.Series
    """The different values of the group column, in the order of the rows."""
    encoder: NaNLabelEncoder
    """The library's own encoder of series (“__group_id__…”)."""
    codes: Ints
    """Each label's code."""
    series: NDArray[np.int32]
    """Each row's series, a place in labels and codes."""
    first_rows: Ints
    """The first row of each series, and the number of rows at the end."""
    time: Ints
    kept: Ints | None
    """The rows that windows may use: those that have all their lags. None stands for all rows."""
    first_prediction: int

    @classmethod
    def of(cls, frame: pd.DataFrame, settings: Settings) -> "Grid | None":
        """Return the grid of those rows that the library would use; None if they are no grid or windows vary in length."""
        group, name = group_of(settings), settings["time_idx"]
        encoder, horizon = settings.get("max_encoder_length", 30), settings.get("max_prediction_length", 1)
        lengths = settings.get("min_encoder_length"), settings.get("min_prediction_length")
        if group is None or lengths not in ((None, None), (encoder, horizon)) or frame[name].dtype.kind != "i":
            return None
        lag = max((lag for lags in (settings.get("lags") or {}).values() for lag in lags), default=0)
        first = settings.get("min_prediction_idx")
        time = frame[name].to_numpy()
        if first is None:
            first = time.min()
        elif (used := time >= first - encoder - lag).sum() < len(frame):
            frame, time = frame[used], time[used]
        series, labels = pd.factorize(frame[group])
        steps = np.diff(series)
        if (series < 0).any() or not ((steps == 0) | (steps == 1)).all() or (np.diff(time)[steps == 0] != 1).any():
            return None
        if not _in_order(frame[group], labels):
            return None
        first_rows = np.concatenate([[0], np.flatnonzero(steps) + 1, [len(frame)]])
        kept = np.flatnonzero(np.arange(len(frame)) - first_rows[series] >= lag) if lag else None
        given = (settings.get("categorical_encoders") or {}).get(f"__group_id__{group}", NaNLabelEncoder())
        encoder = _copied(given).fit(np.asarray(labels), overwrite=False)
        codes = encoder.transform(np.asarray(labels))
        return cls(
            frame,
            settings,
            pd.Series(labels),
            encoder,
            codes,
            series.astype(np.int32),
            first_rows,
            time,
            kept,
            int(first),
        )

    def cut(self, values: NDArray[Value], lag: int = 0) -> NDArray[Value]:
        """Return a column's values at the rows that are kept, or so many steps before them."""
        return values if self.kept is None else values[self.kept - lag]

    def index(self) -> pd.DataFrame:
        """Return what TimeSeriesDataSet._construct_index does for windows of one length; empty if there is none."""
        horizon = self.settings.get("max_prediction_length", 1)
        steps = self.settings.get("max_encoder_length", 30) + horizon
        series, time = self.cut(self.series), self.cut(self.time)
        last = max(0, len(series) - steps + 1)
        whole = series[:last] == series[len(series) - last :]
        whole &= time[:last] + steps >= self.first_prediction + horizon
        if last and self.settings.get("predict_mode"):
            whole &= np.append(series[steps:] != series[steps - 1 : -1], True)
        start = np.flatnonzero(whole).astype(np.int32)
        found = {
            "index_start": start,
            "index_end": start + np.int32(steps - 1),
            "sequence_length": np.full(len(start), steps, dtype=np.int32),
            "time": time[start].astype(np.int32),
            "sequence_id": self._numbers(series)[series[start]],
        }
        index = pd.DataFrame(found, copy=False)
        if not self.settings.get("predict_mode"):
            return index
        # The library sorts these by series, and names one column twice.
        return index.sort_values("sequence_id", ignore_index=True)[[*found, "sequence_id"]]

    def _numbers(self, series: NDArray[np.int32]) -> NDArray[np.int32]:
        """Number series by their codes, as groupby does, without those that have no row left."""
        present = np.zeros(len(self.codes), dtype=bool)
        present[series] = True
        numbers = np.zeros(len(self.codes), dtype=np.int32)
        numbers[present] = np.unique(self.codes[present], return_inverse=True)[1]
        return numbers


def _copied(encoder: NaNLabelEncoder) -> NaNLabelEncoder:
    """Return an encoder that can be fitted on more without changing the other; deepcopy asks after every label."""
    own = copy(encoder)
    if hasattr(own, "classes_"):
        own.classes_ = dict(own.classes_)
    return own


def _in_order(column: pd.Series, labels: Any) -> bool:
    """Whether the library would leave the series in this order: it sorts them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        places = column.cat.categories.get_indexer(labels)
        return bool((np.diff(places) > 0).all())
    return bool(pd.Index(labels).is_monotonic_increasing)
