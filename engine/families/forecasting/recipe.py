"""Recipe: what was learned from the training rows about scaling and categories, as plain numbers, and back into the
library's encoders. Loading one runs no code. Must not know series or networks."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine.families.forecasting.frequency import Frequency
from engine.spec import EXPONENTIAL, ForecastingSpec

SERIES, GROUP = "series", "__group_id__series"
"""The column that names a row's series, and the library's own encoder for it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Scaler(_Part):
    """What is taken away from a column, and what it is divided by then."""

    mean: float
    scale: float


class Normaliser(_Part):
    """The target's scale: one, or one a series in the order of their codes; `missing` is for a series never seen."""

    center: tuple[float, ...]
    scale: tuple[float, ...]
    codes: tuple[int, ...] = ()
    missing: tuple[float, float] = (0.0, 1.0)


class Recipe(_Part):
    """All that preparing data for a trained network needs beside the specification."""

    frequency: Frequency
    categories: dict[str, tuple[str, ...]]
    scalers: dict[str, Scaler]
    normaliser: Normaliser
    further: tuple[Normaliser, ...] = ()
    """The normalisers of further targets, where several are forecast."""

    @classmethod
    def of(cls, dataset: Any, frequency: Frequency) -> "Recipe":
        """Read off what a TimeSeriesDataSet has fitted."""
        fitted = [_normaliser(one) for one in dataset.target_normalizers]
        return cls(
            frequency=frequency,
            categories={
                name: _classes(encoder)
                for name, encoder in dataset._categorical_encoders.items()
                if hasattr(encoder, "classes_")  # that of the series is left alone where their scales are not asked for
            },
            scalers={
                name: Scaler(mean=float(one.mean_[0]), scale=float(one.scale_[0]))
                for name, one in dataset._scalers.items()
                if one is not None
            },
            normaliser=fitted[0],
            further=tuple(fitted[1:]),
        )

    def encoders(self) -> dict[str, Any]:
        """Return the library's category encoders as they were fitted."""
        return {name: _encoder(classes) for name, classes in self.categories.items()}

    def fitted_scalers(self) -> dict[str, Any]:
        """Return the scalers of the inputs as they were fitted."""
        from sklearn.preprocessing import StandardScaler

        found = {}
        for name, one in self.scalers.items():
            scaler = StandardScaler()
            scaler.mean_, scaler.scale_ = np.array([one.mean]), np.array([one.scale])
            scaler.var_, scaler.n_features_in_ = scaler.scale_**2, 1
            scaler.feature_names_in_ = np.array([name], dtype=object)
            found[name] = scaler
        return found

    def normalisers(self, spec: ForecastingSpec) -> list[Any]:
        """Return the targets' normalisers as they were fitted."""
        return [_fitted(spec, known) for known in (self.normaliser, *self.further)]


def make_encoder() -> Any:
    """Return an encoder of categories that takes one never seen for a missing one."""
    from pytorch_forecasting.data.encoders import NaNLabelEncoder

    return NaNLabelEncoder(add_nan=True, warn=False)


def make_normaliser(spec: ForecastingSpec) -> Any:
    """Return the target's normaliser, not fitted yet."""
    from pytorch_forecasting.data.encoders import EncoderNormalizer, GroupNormalizer

    from engine.families.forecasting.normalisers import WholeNormalizer

    scaling = spec.scaling
    shared = {
        "method": scaling.method,
        "center": scaling.center,
        "transformation": _transformation(spec),
    }
    kind = normaliser_of(spec)
    if kind == "encoder":
        return EncoderNormalizer(**shared)
    if kind == "last":
        # The library's own way to scale around the last value: a centre over one step, a scale over all of them.
        return EncoderNormalizer(**shared, max_length=[1, spec.windows.encoder_length])
    if kind == "series":
        return GroupNormalizer(groups=[SERIES], **shared)
    return WholeNormalizer(**{**shared, "method": "identity"} if kind == "none" else shared)


def _transformation(spec: ForecastingSpec) -> str | dict[str, Any] | None:
    """Return what is done to a target before it is scaled. A loss that takes the exponential of what is forecast turns it
    back itself."""
    wanted = spec.scaling.transformation
    if wanted == "log1p" and spec.loss in EXPONENTIAL:
        import torch

        return {"forward": torch.log1p}
    return None if wanted == "none" else wanted


def normaliser_of(spec: ForecastingSpec) -> str:
    """Return which normaliser “auto” stands for."""
    if spec.scaling.normaliser != "auto":
        return spec.scaling.normaliser
    return "encoder" if spec.windows.encoder_length > 20 else "series"


def _fitted(spec: ForecastingSpec, known: Normaliser) -> Any:
    made = make_normaliser(spec)
    if known.codes:
        index = pd.Index(known.codes, name=SERIES)
        made.norm_ = pd.DataFrame({"center": known.center, "scale": known.scale}, index=index)
        made.missing_ = {"center": known.missing[0], "scale": known.missing[1]}
    else:
        made.center_, made.scale_ = np.float64(known.center[0]), np.float64(known.scale[0])
    return made


def _classes(encoder: Any) -> tuple[str, ...]:
    """Return the categories in the order of their codes; the first one stands for what is missing or unknown."""
    ordered = sorted(encoder.classes_.items(), key=lambda pair: pair[1])
    return tuple(str(name) for name, _ in ordered)


def _encoder(classes: tuple[str, ...]) -> Any:
    encoder = make_encoder()
    encoder.classes_ = {one: code for code, one in enumerate(classes)}
    encoder.classes_vector_ = np.array(list(encoder.classes_))
    return encoder


def _normaliser(fitted: Any) -> Normaliser:
    if hasattr(fitted, "norm_"):
        table = fitted.norm_
        return Normaliser(
            center=tuple(float(one) for one in table["center"]),
            scale=tuple(float(one) for one in table["scale"]),
            codes=tuple(int(one) for one in table.index),
            missing=(float(fitted.missing_["center"]), float(fitted.missing_["scale"])),
        )
    center, scale = (np.ravel(np.asarray(one, dtype=np.float64)) for one in (fitted.center_, fitted.scale_))
    # An EncoderNormalizer is fitted anew on every window; what stands in it does not matter.
    return Normaliser(center=(float(center[0]),), scale=(float(scale[0]),))
