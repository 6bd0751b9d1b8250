"""Curves of classification, thinned for drawing but with their corners kept and their areas exact.
Plain functions of arrays; must not know a model."""

import heapq
import itertools

import numpy as np
from numpy.typing import NDArray

from engine.families.supervised.scores import Floats
from engine.runs.evaluation import Calibration, Curve

MAX_POINTS = 200
BINS = 10


def roc(label: str, truth: NDArray[np.bool_], score: Floats) -> Curve:
    """Return the ROC curve of one class against the rest; needs positive and negative rows."""
    from sklearn.metrics import roc_auc_score, roc_curve

    false_rate, true_rate, _ = roc_curve(truth, score)
    return _curve(label, false_rate, true_rate, float(roc_auc_score(truth, score)))


def precision_recall(label: str, truth: NDArray[np.bool_], score: Floats) -> Curve:
    """Return the precision-recall curve, x rising recall; its area is the average precision."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(truth, score)
    return _curve(label, recall[::-1], precision[::-1], float(average_precision_score(truth, score)))


def calibration(label: str, truth: NDArray[np.bool_], score: Floats) -> Calibration:
    """Return mean predicted probability and observed share in ten bins of equal width, without the empty ones."""
    bins = np.clip((score * BINS).astype(np.int64), 0, BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    full = count > 0
    predicted = np.bincount(bins, weights=score, minlength=BINS)[full] / count[full]
    observed = np.bincount(bins, weights=truth.astype(np.float64), minlength=BINS)[full] / count[full]
    return Calibration(
        label=label,
        predicted=tuple(predicted.tolist()),
        observed=tuple(observed.tolist()),
        count=tuple(count[full].tolist()),
    )


def thinned(x: Floats, y: Floats, limit: int = MAX_POINTS) -> NDArray[np.int64]:
    """Return the indices of at most `limit` points that draw this curve: both ends, the extrema and the corners.

    Points are added where the drawn curve is furthest from the true one, as Douglas and Peucker do
    (https://doi.org/10.3138/FM57-6770-U75U-7727), until the limit or until nothing is missing.
    """
    last = len(x) - 1
    if last < limit:
        return np.arange(len(x))
    kept = {0, last, int(np.argmin(y)), int(np.argmax(y))}
    ends = sorted(kept)
    waiting = [_furthest(x, y, left, right) for left, right in itertools.pairwise(ends)]
    heapq.heapify(waiting)
    while len(kept) < limit and waiting:
        distance, index, left, right = heapq.heappop(waiting)
        if distance == 0:
            break
        kept.add(index)
        heapq.heappush(waiting, _furthest(x, y, left, index))
        heapq.heappush(waiting, _furthest(x, y, index, right))
    return np.array(sorted(kept))


def _furthest(x: Floats, y: Floats, left: int, right: int) -> tuple[float, int, int, int]:
    """Return (-distance, index, left, right) of the point between that is furthest from the straight line."""
    if right - left < 2:
        return 0.0, left, left, right
    width, height = x[right] - x[left], y[right] - y[left]
    away_x, away_y = x[left + 1 : right] - x[left], y[left + 1 : right] - y[left]
    length = float(np.hypot(width, height))
    away = np.abs(width * away_y - height * away_x) / length if length else np.hypot(away_x, away_y)
    best = int(np.argmax(away))
    return -float(away[best]), left + 1 + best, left, right


def _curve(label: str, x: Floats, y: Floats, area: float) -> Curve:
    kept = thinned(x, y)
    return Curve(label=label, x=tuple(x[kept].tolist()), y=tuple(y[kept].tolist()), area=area)
