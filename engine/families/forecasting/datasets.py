"""From even series to the library's TimeSeriesDataSet, under plain names: its modules cannot be called like any column.
Must not read tables or build networks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.families.forecasting import calendar
from engine.families.forecasting.frequency import Frequency
from engine.families.forecasting.library import BASELINES, import_library, quiet
from engine.families.forecasting.recipe import GROUP, SERIES, Recipe, make_encoder, make_normaliser
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import ForecastingSpec, RunSpec, ScalingSpec

TIME, TARGET, IDENTITY = "time", "target", "identity"
"""The names of further targets begin like the first one's: target, target2, target3, …"""


@dataclass(frozen=True)
class Names:
    """The plain name of each input column, and what kind of input it is."""

    plain: dict[str, str]
    reals: tuple[str, ...]
    categoricals: tuple[str, ...]
    targets: tuple[str, ...]
    spec: ForecastingSpec

    @classmethod
    def of(cls, spec: RunSpec) -> "Names":
        """Return the names that a specification's columns get."""
        roles, own = spec.data.roles, forecasting_of(spec)
        if spec.model.name in BASELINES:  # they look at the target as it is
            own = own.model_copy(update={"scaling": ScalingSpec(normaliser="none")})
        plain = {name: f"r{place}" for place, name in enumerate(roles.continuous)}
        plain |= {name: f"c{place}" for place, name in enumerate(roles.categorical)}
        plain |= {name: f"{TARGET}{place + 1 if place else ''}" for place, name in enumerate(roles.target)}
        return cls(plain, roles.continuous, roles.categorical, roles.target, own)

    @property
    def plain_targets(self) -> list[str]:
        """The targets' plain names."""
        return [self.plain[name] for name in self.targets]

    def _of(self, columns: Iterable[str], wanted: str) -> list[str]:
        """Return the plain names of those columns that are static, known ahead, or neither (“unknown”)."""
        inputs = self.spec.inputs
        kinds = {**dict.fromkeys(inputs.static, "static"), **dict.fromkeys(inputs.known, "known")}
        return [self.plain[name] for name in columns if kinds.get(name, "unknown") == wanted]

    def settings(self, frequency: Frequency) -> dict[str, Any]:
        """Return how TimeSeriesDataSet is told of the columns."""
        inputs = self.spec.inputs
        identity = [IDENTITY] if inputs.series else []
        known = [*self._of(self.reals, "known"), *calendar.names(inputs, frequency)]
        return {
            "static_categoricals": [*identity, *self._of(self.categoricals, "static")],
            "static_reals": self._of(self.reals, "static"),
            "time_varying_known_categoricals": self._of(self.categoricals, "known"),
            "time_varying_known_reals": known,
            "time_varying_unknown_categoricals": self._of(self.categoricals, "unknown"),
            "time_varying_unknown_reals": [*self.plain_targets, *self._of(self.reals, "unknown")],
            "lags": {self.plain[name]: sorted(set(lags)) for name, lags in inputs.lags.items()},
        }

    def original(self, plain: str) -> str:
        """Return what a person calls an input of a network."""
        back = {short: name for name, short in self.plain.items()}
        base, _, lag = plain.partition("_lagged_by_")
        name = back.get(base, {IDENTITY: "series", "relative_time_idx": "relative time"}.get(base, base))
        return f"{name}, {lag} steps before" if lag else name


def longest_lag(spec: ForecastingSpec) -> int:
    """Return how many steps before a window are read for lags."""
    return max((lag for lags in spec.inputs.lags.values() for lag in lags), default=0)


def to_frame(series: Series, names: Names) -> pd.DataFrame:
    """Return the rows under plain names. A future row's target is the last one known: nothing reads it."""
    columns: dict[str, Any] = {
        TIME: series.step,
        SERIES: pd.Categorical.from_codes(series.series, categories=pd.Index(to_labels(series))),
    }
    for name, values in zip(names.plain_targets, series.targets, strict=True):
        columns[name] = pd.Series(values).ffill().fillna(0.0).to_numpy()
    if names.spec.inputs.series:
        columns[IDENTITY] = columns[SERIES]
    columns |= {names.plain[name]: series.reals[name] for name in names.reals}
    columns |= {names.plain[name]: pd.Categorical(series.texts[name]) for name in names.categoricals}
    columns |= calendar.values(names.spec.inputs, series.frequency, series.step, series.late)
    return pd.DataFrame(columns)


def make_dataset(
    frame: pd.DataFrame, names: Names, frequency: Frequency, recipe: Recipe | None = None, first: int | None = None
) -> Any:
    """Return a TimeSeriesDataSet of fixed windows over rows under plain names, fitted on them where there is no recipe.

    `first` is the first step that may be forecast. Raises ValueError where there is no window at all.
    """
    import_library()
    from engine.families.forecasting.window_preparing import prepare

    own = names.spec
    # The library looks a series' scale up by one encoder's codes and keeps it by the other's: both must count alike.
    categoricals = [*(names.plain[name] for name in names.categoricals), SERIES, GROUP]
    categoricals += [IDENTITY] if own.inputs.series else []
    encoders = {name: make_encoder() for name in categoricals} if recipe is None else recipe.encoders()
    try:
        with quiet():
            dataset = prepare(
                frame,
                time_idx=TIME,
                target=TARGET if len(names.targets) == 1 else names.plain_targets,
                group_ids=[SERIES],
                max_encoder_length=own.windows.encoder_length,
                max_prediction_length=own.windows.horizon,
                min_prediction_idx=first,
                target_normalizer=_normaliser(names, recipe),
                categorical_encoders=encoders,
                scalers=None if recipe is None else recipe.fitted_scalers(),
                add_relative_time_idx=own.inputs.relative_time,
                add_target_scales=own.inputs.target_scales,
                **names.settings(frequency),
            )
    except AssertionError as error:
        if "filters should not remove" not in str(error):
            raise
        raise ValueError("there is no window") from error
    return dataset


def template(names: Names, recipe: Recipe) -> Any:
    """Return a data set with a single window of nothing, which is all that building a network asks about data."""
    own = names.spec
    rows = own.windows.encoder_length + own.windows.horizon + longest_lag(own)
    steps = np.arange(rows)
    series = recipe.categories[GROUP][-1]
    columns: dict[str, Any] = {TIME: steps, SERIES: pd.Categorical([series] * rows)}
    columns |= dict.fromkeys(names.plain_targets, 1.0 + steps % 2)
    if own.inputs.series:
        columns[IDENTITY] = columns[SERIES]
    columns |= {names.plain[name]: np.zeros(rows) for name in names.reals}
    for name in names.categoricals:
        columns[names.plain[name]] = pd.Categorical([recipe.categories[names.plain[name]][0]] * rows)
    columns |= calendar.values(own.inputs, recipe.frequency, steps)
    return make_dataset(pd.DataFrame(columns), names, recipe.frequency, recipe)


def _normaliser(names: Names, recipe: Recipe | None) -> Any:
    """Return the target's normaliser, or of several targets one of all."""
    count = len(names.targets)
    made = [make_normaliser(names.spec) for _ in range(count)] if recipe is None else recipe.normalisers(names.spec)
    if count == 1:
        return made[0]
    from pytorch_forecasting.data.encoders import MultiNormalizer

    return MultiNormalizer(made)


def keep_every(dataset: Any, step: int, aligned: bool = False) -> None:
    """Leave out windows, in place, so that the next one of a series begins `step` steps later; where they are to be
    `aligned`, at the same steps in all series."""
    if step <= 1:
        return
    index = dataset.index
    first = index["time"].min() if aligned else index.groupby("sequence_id")["time"].transform("min")
    dataset.index = index[(index["time"] - first) % step == 0].reset_index(drop=True)


def count_windows(
    series: Series, spec: ForecastingSpec, first: int, last: int, every: int, aligned: bool = False
) -> tuple[int, int]:
    """Return how many windows forecast nothing but steps `first` to `last`, every so many steps a new one (`keep_every`),
    and how many rows a data set of them has, without making it."""
    look_back, lag = spec.windows.encoder_length, longest_lag(spec)
    starts = series.starts
    has_rows = np.diff(starts) > 0
    begins, ends = series.step[starts[:-1][has_rows]], series.step[starts[1:][has_rows] - 1]
    end = np.minimum(ends, last)
    first_origins = np.maximum(begins + lag + look_back, first)
    origins = np.maximum(end - spec.windows.horizon + 2 - first_origins, 0)
    rows = end + 1 - np.maximum(begins + lag, first - look_back)
    begun = first_origins[origins > 0]
    late = (first_origins - begun.min()) % every if aligned and len(begun) else 0
    # Multiples of `every` from the series' first origin on, counted from the first one of all.
    windows = -(-(late + origins) // every) - -(-late // every)
    return int(windows.sum()), int(np.maximum(rows, 0).sum())


def to_labels(series: Series) -> list[str]:
    """Return each series' name such that none is twice: identifiers joined to one text may fall together."""
    names = series.names
    if len(set(names)) == len(names):
        return names
    seen: dict[str, int] = {}
    unique = []
    for label in names:
        count = seen.get(label, 0)
        seen[label] = count + 1
        unique.append(label if not count else f"{label} ({count + 1})")
    return unique
