"""Exact metrics of predictions, as plain functions of arrays. Knows no model, no file and no batch."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_RANKED_CLASSES = 200  # beyond this, ranking the rows once for each class takes longer than it tells


def normalised(probabilities: NDArray[np.floating]) -> Floats:
    """Return probabilities (rows, classes) in double precision with every row summing to one."""
    wide = np.asarray(probabilities, dtype=np.float64)
    total = wide.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(wide, total, out=np.full_like(wide, 1.0 / max(1, wide.shape[1])), where=total != 0)
    return shares


def row_log_loss(actual: Ints, probabilities: Floats) -> Floats:
    """Return each row's -log of the probability given to its true class; finite, at most about 36."""
    chosen = probabilities[np.arange(len(actual)), actual]
    losses: Floats = -np.log(np.clip(chosen, np.finfo(np.float64).eps, 1.0))
    return losses


def classification_scores(actual: Ints, probabilities: Floats) -> dict[str, float]:
    """Return the metrics of one categorical target. What is not defined for these rows is left out.

    `balanced_accuracy` is the mean recall of the classes that occur; `f1_macro` counts the classes that occur or are
    predicted; `f1_micro`, over all decisions together, equals the accuracy, as each row has one class; `auroc`
    and `average_precision` are the positive class's for two classes, else the mean over the classes, each against the
    rest, of those with both positive and negative rows.
    """
    if not len(actual):
        return {}
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    counts = confusion(actual, predicted, classes)
    hits, truth, guesses = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    occurring, seen = truth > 0, (truth + guesses) > 0
    scores = {
        "accuracy": float(hits.sum() / len(actual)),
        "balanced_accuracy": float((hits[occurring] / truth[occurring]).mean()),
        "f1_macro": float((2 * hits[seen] / (truth + guesses)[seen]).mean()),
        "f1_micro": float(2 * hits.sum() / (truth + guesses).sum()),
        "log_loss": float(row_log_loss(actual, probabilities).mean()),
    }
    return scores | _ranking_scores(actual, probabilities)


def _ranking_scores(actual: Ints, probabilities: Floats) -> dict[str, float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    classes = probabilities.shape[1]
    if classes > MAX_RANKED_CLASSES:
        return {}
    ranked = [1] if classes == 2 else range(classes)
    areas, precisions = [], []
    for index in ranked:
        truth = actual == index
        if truth.any() and not truth.all():
            areas.append(roc_auc_score(truth, probabilities[:, index]))
            precisions.append(average_precision_score(truth, probabilities[:, index]))
    if not areas:
        return {}
    return {"auroc": float(np.mean(areas)), "average_precision": float(np.mean(precisions))}


def confusion(actual: Ints, predicted: Ints, classes: int) -> Ints:
    """Return the counts (classes, classes): row i, column j counts rows of class i predicted as class j."""
    flat = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes)


def regression_scores(actual: Floats, predicted: Floats) -> dict[str, float]:
    """Return the metrics of one numeric target in its unit. What is not defined for these rows is left out.

    `median_error` is the median absolute error; `mape` is a share (0.1 = 10 %) and left out where a true value is 0;
    `r2` is left out where the true values do not vary.
    """
    if not len(actual):
        return {}
    error = predicted - actual
    absolute = np.abs(error)
    scores = {
        "mae": float(absolute.mean()),
        "rmse": float(np.sqrt(np.square(error).mean())),
        "median_error": float(np.median(absolute)),
    }
    spread = float(np.square(actual - actual.mean()).sum())
    if spread > 0:
        scores["r2"] = 1.0 - float(np.square(error).sum()) / spread
    if np.all(actual != 0):
        scores["mape"] = float((absolute / np.abs(actual)).mean())
    return scores
