"""Encoder: columns to tensors, fitted on the training rows alone and kept as JSON.
Must not know which model reads the tensors; loading it runs no code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from engine.families.frames import Values, numbers
from engine.families.labels import codes_of, known_codes, most_frequent
from engine.families.supervised.targets import TargetEncoding, encoded, fit_target
from engine.families.tabular.scaling import Scaling
from engine.spec import RunSpec

DATE_PARTS = ("year", "month", "day", "weekday", "hour")
UNKNOWN = 0
"""Code of a category that the training rows do not have."""


@dataclass(frozen=True)
class Tensors:
    """Encoded rows: continuous f32 [n, c], categorical i64 [n, k], target [n, t] and rows i64 [n], their positions.

    Targets are class codes (i64, -1 where missing or unknown) or numbers on the training scale (f32, NaN where
    missing). An empty part has shape [n, 0].
    """

    continuous: torch.Tensor
    categorical: torch.Tensor
    target: torch.Tensor
    rows: torch.Tensor

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def device(self) -> torch.device:
        """Where the tensors live."""
        return self.rows.device

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> "Tensors":
        """Return the tensors on a device; `dtype` replaces the floating-point format."""
        target = self.target.to(device, dtype) if self.target.is_floating_point() else self.target.to(device)
        return Tensors(self.continuous.to(device, dtype), self.categorical.to(device), target, self.rows.to(device))

    def batch(self, index: torch.Tensor | slice) -> dict[str, torch.Tensor]:
        """Return the batch of some rows as the library's models take it: one gather a part."""
        return {
            "continuous": self.continuous[index],
            "categorical": self.categorical[index],
            "target": self.target[index],
        }

    def replaced(self, **parts: torch.Tensor) -> "Tensors":
        """Return a copy with some parts replaced."""
        return replace(self, **parts)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ContinuousFeature(_Part):
    """One continuous input: a column, a part of a date column, or the 0/1 mark of a column's gaps."""

    name: str
    column: str
    part: str = ""
    fill: float = 0.0


class CategoricalFeature(_Part):
    """One categorical input. Code 0 is unknown, then the categories in order, then missing where it is its own."""

    name: str
    categories: tuple[str, ...]
    missing_is_category: bool = False

    @property
    def cardinality(self) -> int:
        """The number of codes, unknown and missing included."""
        return 1 + len(self.categories) + self.missing_is_category


class Encoder(_Part):
    """What turns a frame's columns into tensors; `features` of both kinds stand in the order of the tensors' columns."""

    task: str
    continuous: tuple[ContinuousFeature, ...]
    scaling: Scaling
    categorical: tuple[CategoricalFeature, ...]
    targets: tuple[TargetEncoding, ...]

    @classmethod
    def fit(cls, frame: pd.DataFrame, rows: NDArray[np.int64], spec: RunSpec) -> "Encoder":
        """Fit on the training rows. Only the names of a target's classes are taken from all rows of the frame."""
        roles, settings = spec.data.roles, spec.tabular.preprocess
        train = frame.iloc[rows]
        continuous = _continuous_features(train, spec)
        raw = _continuous_matrix(train, continuous)
        marks = [feature.part == "missing" for feature in continuous]
        return cls(
            task=spec.tabular.task,
            continuous=continuous,
            scaling=Scaling.fit(raw, settings.continuous_transform, skip=marks),
            categorical=tuple(_categorical_feature(train[name], name, spec) for name in roles.categorical),
            targets=tuple(
                fit_target(frame[name], rows, spec.tabular.task, settings.target_transform != "none")
                for name in roles.target
            ),
        )

    @classmethod
    def from_json(cls, text: str) -> "Encoder":
        """Read what `to_json` wrote."""
        return cls.model_validate_json(text)

    def to_json(self) -> str:
        """Return everything as JSON; numbers are kept exactly."""
        return self.model_dump_json(indent=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a frame must have, without the targets, each once."""
        named = [feature.column for feature in self.continuous] + [feature.name for feature in self.categorical]
        return tuple(dict.fromkeys(named))

    @property
    def cardinalities(self) -> list[int]:
        """The number of codes of each categorical input."""
        return [feature.cardinality for feature in self.categorical]

    def transform(self, frame: pd.DataFrame, rows: NDArray[np.int64] | None = None) -> Tensors:
        """Encode rows of a frame (all without `rows`). Gaps are filled as in training; unseen categories get code 0.

        Targets that the frame does not have are all missing.
        """
        positions = np.arange(len(frame), dtype=np.int64) if rows is None else np.asarray(rows, dtype=np.int64)
        taken = frame if rows is None else frame.iloc[positions]
        scaled = self.scaling.apply(_continuous_matrix(taken, self.continuous))
        limit = float(np.finfo(np.float32).max)
        codes = [_category_codes(taken[feature.name], feature) for feature in self.categorical]
        return Tensors(
            continuous=torch.from_numpy(np.clip(scaled, -limit, limit).astype(np.float32)),
            categorical=torch.from_numpy(np.stack(codes, axis=1) if codes else np.empty((len(taken), 0), np.int64)),
            target=encoded(taken, self.task, self.targets),
            rows=torch.from_numpy(positions),
        )

    def unseen(self, frame: pd.DataFrame) -> Mapping[str, list[str]]:
        """Return for each categorical column the values of the frame that training did not have, if any."""
        found = {}
        for feature in self.categorical:
            if new := sorted(set(codes_of(frame[feature.name])[1]) - set(feature.categories)):
                found[feature.name] = new
        return found


def _continuous_features(train: pd.DataFrame, spec: RunSpec) -> tuple[ContinuousFeature, ...]:
    settings = spec.tabular.preprocess
    features, marks = [], []
    for name in spec.data.roles.continuous:
        values = numbers(train[name])
        features.append(ContinuousFeature(name=name, column=name, fill=_fill(values, settings.missing_continuous)))
        if settings.missing_indicator and np.isnan(values).any():
            marks.append(ContinuousFeature(name=f"{name} is missing", column=name, part="missing"))
    for name in spec.data.roles.date:
        parts = {part: _date_part(train[name], part) for part in DATE_PARTS}
        varying = [part for part in DATE_PARTS if len(np.unique(parts[part][~np.isnan(parts[part])])) > 1]
        features += [
            ContinuousFeature(name=f"{name} {part}", column=name, part=part, fill=_fill(parts[part], "median"))
            for part in varying or ["year"]
        ]
    return (*features, *marks)


def _fill(values: NDArray[np.float64], policy: str) -> float:
    known = values[~np.isnan(values)]
    if policy == "zero" or not len(known):
        return 0.0
    return float(np.mean(known) if policy == "mean" else np.median(known))


def _continuous_matrix(frame: pd.DataFrame, features: Sequence[ContinuousFeature]) -> NDArray[np.float64]:
    matrix = np.empty((len(frame), len(features)), dtype=np.float64)
    for place, feature in enumerate(features):
        column = frame[feature.column]
        if feature.part == "missing":
            matrix[:, place] = np.isnan(numbers(column))
            continue
        values = _date_part(column, feature.part) if feature.part else numbers(column)
        values[np.isnan(values)] = feature.fill
        matrix[:, place] = values
    return matrix


def _date_part(column: Values, part: str) -> NDArray[np.float64]:
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = pd.to_datetime(column, errors="coerce", format="mixed", utc=True)
    found = getattr(column.dt, part)
    return np.asarray(found, dtype=np.float64).copy()


def _categorical_feature(column: Values, name: str, spec: RunSpec) -> CategoricalFeature:
    names = most_frequent(column, spec.tabular.preprocess.max_categories)
    wanted = spec.tabular.preprocess.missing_categorical == "category"
    return CategoricalFeature(
        name=name, categories=tuple(names), missing_is_category=wanted and bool(column.isna().any())
    )


def _category_codes(column: Values, feature: CategoricalFeature) -> NDArray[np.int64]:
    codes = known_codes(column, feature.categories) + 1
    if feature.missing_is_category:
        codes[column.isna().to_numpy()] = feature.cardinality - 1
    return codes
