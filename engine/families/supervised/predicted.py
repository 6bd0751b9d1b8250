"""A model's predictions for rows of a frame as arrays and as columns of a table, in the targets' own units.
Must not score them or write files."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.families.supervised.scores import Floats, Ints, classification_scores, regression_scores
from engine.families.supervised.targets import TargetEncoding

MAX_PROBABILITY_COLUMNS = 100


@dataclass(frozen=True)
class Predicted:
    """Predictions of some rows. Classification has `probabilities`, one array (rows, classes) a target, and true class
    codes in `actual` (-1 unknown); regression has `values` (rows, targets) and true values in `actual` (NaN unknown).
    """

    rows: Ints
    targets: tuple[TargetEncoding, ...]
    actual: Floats | Ints
    probabilities: tuple[Floats, ...] = ()
    values: Floats | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def codes(self, target: int) -> Ints:
        """Return the predicted class of each row; -1 where the model gave no number."""
        chosen = self.probabilities[target]
        codes: Ints = np.where(np.isfinite(chosen).all(axis=1), chosen.argmax(axis=1), -1)
        return codes

    def valid(self, target: int) -> bool:
        """Whether the model gave a number for every row of a target."""
        outputs = self.probabilities[target] if self.values is None else self.values[:, target]
        return bool(np.isfinite(outputs).all())

    def scores(self, target: int) -> dict[str, float]:
        """Return the exact metrics of one target over the rows whose truth is known; none if a prediction is NaN."""
        if not self.valid(target):
            return {}
        actual = self.actual[:, target]
        if self.values is None:
            known = actual >= 0
            return classification_scores(actual[known].astype(np.int64), self.probabilities[target][known])
        known = np.isfinite(actual)
        return regression_scores(actual[known].astype(np.float64), self.values[known, target])


def joined(parts: Sequence[Predicted]) -> Predicted:
    """Return the predictions of several models for disjoint rows as one, in the order of the rows."""
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    first = parts[0]
    actual = np.concatenate([part.actual for part in parts])[order]
    if first.values is not None:
        values = np.concatenate([part.values for part in parts if part.values is not None])[order]
        return Predicted(rows[order], first.targets, actual, values=values)
    probabilities = tuple(
        np.concatenate([part.probabilities[target] for part in parts])[order]
        for target in range(len(first.probabilities))
    )
    return Predicted(rows[order], first.targets, actual, probabilities=probabilities)


def prediction_columns(predicted: Predicted) -> dict[str, pd.Series]:
    """Return the predictions as columns: “predicted T” for each target T, and for classes “probability of C”.

    With several targets the latter are “probability of T = C”; beyond 100 classes only the predicted class's is given.
    """
    columns: dict[str, pd.Series] = {}
    for index, target in enumerate(predicted.targets):
        if predicted.values is not None:
            columns[f"predicted {target.name}"] = pd.Series(predicted.values[:, index])
            continue
        codes, chances = predicted.codes(index), predicted.probabilities[index]
        named = np.array([*target.classes, None], dtype=object)[codes]
        columns[f"predicted {target.name}"] = pd.Series(named, dtype=object)
        several = f"{target.name} = " if len(predicted.targets) > 1 else ""
        if len(target.classes) > MAX_PROBABILITY_COLUMNS:
            columns[f"probability of predicted {target.name}"] = pd.Series(chances.max(axis=1))
            continue
        for place, name in enumerate(target.classes):
            columns[f"probability of {several}{name}"] = pd.Series(chances[:, place])
    return columns
