"""Exponential smoothing in numpy, resumable at the end of a live curve. Numpy only, no Qt."""

import numpy as np

from app.plots.places import Floats

PORTION = 1 << 16  # values computed at once, so that what lies between stays in the cache


class Smoother:
    """Bias-corrected exponential moving average that goes on where it stopped; a value that is not finite is passed over.

    s ← w·s + (1−w)·y for each finite y; the n-th smoothed value is s / (1 − wⁿ) (Kingma and Ba 2015, section 3).
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._sum = 0.0
        self._count = 0
        # Within a row the recursion is a cumulative sum of values scaled by w^-k, which must not overflow.
        self._row = int(min(4096, max(1, 300 / -np.log(weight))))
        self._powers: Floats = np.power(weight, np.arange(1, self._row + 1), dtype=np.float64)
        # Where nothing of a row's beginning is left at its end, many rows are computed at once.
        self._rows = max(1, PORTION // self._row) if self._powers[-1] < 1e-30 else 1

    def extend(self, y: Floats) -> Floats:
        """Return the smoothed values of the next points; NaN where a value is not finite."""
        finite = np.isfinite(y)
        if finite.all():
            return self._extend(y)
        out = np.full(len(y), np.nan)
        out[finite] = self._extend(y[finite])
        return out

    def _extend(self, y: Floats) -> Floats:
        out = np.empty(len(y))
        portion, start = self._rows * self._row, 0
        while start < len(y):
            left = len(y) - start
            taken = min(portion, left - left % self._row) or left
            width = min(self._row, taken)
            out[start : start + taken] = self._smooth(y[start : start + taken].reshape(-1, width))
            start += taken
        return out

    def _smooth(self, rows: Floats) -> Floats:
        powers = self._powers[: rows.shape[1]]
        sums = np.cumsum(rows / powers, axis=1)
        sums *= powers * (1 - self.weight)
        before = np.append(self._sum, sums[:-1, -1])
        sums += before[:, np.newaxis] * powers
        smoothed = sums.ravel()
        self._sum = float(smoothed[-1])
        log = np.log(self.weight)
        if (self._count + 1) * log > -40:  # later the correction is below the rounding
            smoothed /= -np.expm1(np.arange(self._count + 1, self._count + len(smoothed) + 1) * log)
        self._count += rows.size
        return smoothed
