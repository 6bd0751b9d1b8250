"""Scaling of continuous inputs as plain numbers: standard, quantile-to-normal and Yeo–Johnson.
Fitted once, kept as JSON, applied with numpy alone."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

Kind = Literal["none", "standard", "quantile_normal", "yeo-johnson"]
Matrix = NDArray[np.float64]
QUANTILES = 1_000
_EDGE = 1e-7  # keeps a value at the end of the training range at about ±5.2 standard deviations, as scikit-learn does


class Scaling(BaseModel):
    """A transform for each column of a matrix. Columns that are skipped or constant pass with scale 1."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    lambdas: tuple[float, ...] = ()
    quantiles: tuple[tuple[float, ...], ...] = ()
    skip: tuple[bool, ...] = ()

    @classmethod
    def fit(cls, values: Matrix, kind: Kind, skip: Sequence[bool] = ()) -> "Scaling":
        """Fit on a matrix [rows, columns] without NaN."""
        marks = tuple(skip) or (False,) * values.shape[1]
        if kind == "none" or not values.shape[1]:
            return cls(kind="none", skip=marks)
        if kind == "quantile_normal":
            levels = np.linspace(0, 1, min(QUANTILES, max(2, len(values))))
            found = np.quantile(values, levels, axis=0)
            return cls(kind=kind, quantiles=tuple(tuple(column) for column in found.T.tolist()), skip=marks)
        lambdas = _fit_lambdas(values) if kind == "yeo-johnson" else []
        if lambdas:
            values = _yeo_johnson(values, lambdas)
        scale = values.std(axis=0)
        mean = values.mean(axis=0)
        scale[(scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)) | ~np.isfinite(scale)] = 1.0
        return cls(
            kind=kind,
            mean=tuple(mean.tolist()),
            scale=tuple(scale.tolist()),
            lambdas=tuple(lambdas),
            skip=marks,
        )

    def apply(self, values: Matrix) -> Matrix:
        """Return the transformed matrix; the given one is left alone."""
        if self.kind == "none" or not values.shape[1]:
            return values
        if self.kind == "quantile_normal":
            scaled = np.stack([_to_normal(values[:, i], q) for i, q in enumerate(self.quantiles)], axis=1)
        else:
            moved = _yeo_johnson(values, self.lambdas) if self.kind == "yeo-johnson" else values
            scaled = (moved - np.array(self.mean)) / np.array(self.scale)
        for place, kept in enumerate(self.skip):
            if kept:
                scaled[:, place] = values[:, place]
        return scaled


def _to_normal(values: Matrix, quantiles: Sequence[float]) -> Matrix:
    """Map through the empirical distribution to a normal one; ties get the middle of their ranks."""
    from scipy.special import ndtri

    known = np.array(quantiles)
    levels = np.linspace(0, 1, len(known))
    rising = np.interp(values, known, levels)
    falling = np.interp(-values, -known[::-1], -levels[::-1])
    share = 0.5 * (rising - falling)
    return np.asarray(ndtri(np.clip(share, _EDGE, 1 - _EDGE)), dtype=np.float64)


def _fit_lambdas(values: Matrix) -> list[float]:
    """Return the exponents of largest likelihood; a constant column, or one where the search fails, keeps 1."""
    from scipy.stats import yeojohnson_normmax

    lambdas = []
    for column in values.T:
        found = 1.0
        if np.ptp(column) > 0:
            with np.errstate(all="ignore"):
                found = float(yeojohnson_normmax(column))
        lambdas.append(found if np.isfinite(found) and abs(found) < 50 else 1.0)
    return lambdas


def _yeo_johnson(values: Matrix, lambdas: Sequence[float]) -> Matrix:
    moved = np.empty_like(values)
    for place, exponent in enumerate(lambdas):
        column = values[:, place]
        positive = column >= 0
        up, down = column[positive], column[~positive]
        moved[positive, place] = np.log1p(up) if abs(exponent) < 1e-12 else (np.power(up + 1, exponent) - 1) / exponent
        other = 2 - exponent
        moved[~positive, place] = -np.log1p(-down) if abs(other) < 1e-12 else -(np.power(1 - down, other) - 1) / other
    return moved
