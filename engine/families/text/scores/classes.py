"""The F1 of many labels a row. Must not know what a label means."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelScores:
    """Of many labels a row: `exact` is the share of rows with every label right."""

    exact: float
    f1_macro: float
    f1_micro: float
    f1: tuple[float | None, ...]


def score_labels(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> LabelScores:
    """Score (N, labels) truths. Raises ValueError for no rows."""
    if not len(truth):
        raise ValueError("There is nothing to score.")
    hits, told, there = (truth & predicted).sum(0), predicted.sum(0), truth.sum(0)
    f1 = _f1(hits, told, there)
    present = [one for one in f1 if one is not None]
    either = int(told.sum() + there.sum())
    micro = float(2 * hits.sum() / either) if either else 0.0
    exact = float((truth == predicted).all(1).mean())
    return LabelScores(exact, float(np.mean(present)) if present else 0.0, micro, f1)


def _f1(hits: NDArray[np.integer], told: NDArray[np.integer], there: NDArray[np.integer]) -> tuple[float | None, ...]:
    """Return F1 a class: twice the hits by what was told and what was there; None where there was neither."""
    both = (told + there).tolist()
    return tuple(2 * hit / total if total else None for hit, total in zip(hits.tolist(), both, strict=True))
