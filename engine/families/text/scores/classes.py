"""Accuracy, F1 and the confusion matrix of classes, and the F1 of many labels. Must not know what a class means."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassScores:
    """`confusion` (classes, classes): true classes in rows, predicted ones in columns. F1 of a class nobody has is left
    out of the macro mean. `unseen` counts rows whose true class the model does not know; they are wrong in `accuracy`."""

    accuracy: float
    f1_macro: float
    f1_micro: float
    f1: tuple[float | None, ...]
    confusion: NDArray[np.int64]
    unseen: int = 0


def score_classes(truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> ClassScores:
    """Score codes (N,); a true code of -1 is a class that the model has never seen. Raises ValueError for no rows."""
    if not len(truth):
        raise ValueError("There is nothing to score.")
    known = truth >= 0
    confusion = np.bincount(truth[known] * classes + predicted[known], minlength=classes * classes)
    confusion = confusion.reshape(classes, classes).astype(np.int64)
    hits = np.diag(confusion)
    told = np.bincount(predicted, minlength=classes)  # of rows of unseen classes too: those are false alarms
    f1 = _f1(hits, told, confusion.sum(1))
    present = [one for one in f1 if one is not None]
    accuracy = float(hits.sum() / len(truth))
    macro = float(np.mean(present)) if present else 0.0
    # One class a row: micro F1 is the accuracy, for each false alarm is another class's miss.
    return ClassScores(accuracy, macro, accuracy, f1, confusion, int((~known).sum()))


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
