"""From predictions to what a page shows: confusion matrix, curves, actual against predicted, the worst rows.
Computes on arrays and frames; must not run a model or write a file."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.labels import text_of
from engine.families.supervised import curves
from engine.families.supervised.scores import Floats, Ints, confusion
from engine.runs.evaluation import ClassificationReport, RegressionReport, WorstRows

MAX_CURVES = 10
MAX_CONFUSION = 100
MAX_POINTS = 5_000
WORST = 50
OTHERS = "(others)"


def classification_report(
    target: str, classes: Sequence[str], actual: Ints, probabilities: Floats
) -> ClassificationReport:
    """Return the report of one categorical target.

    Curves are those of the second class where there are two, else of each of the ten most frequent classes against
    the rest; a class needs rows inside and outside of it. Beyond 100 classes the rarer ones share a row of the matrix.
    """
    shown = _curve_classes(actual, len(classes))
    truths = {index: actual == index for index in shown}
    drawn = [index for index in shown if truths[index].any() and not truths[index].all()]
    names, counts = _matrix(classes, actual, probabilities.argmax(axis=1))
    return ClassificationReport(
        target=target,
        classes=names,
        confusion=tuple(tuple(row) for row in counts.tolist()),
        roc=tuple(curves.roc(classes[i], truths[i], probabilities[:, i]) for i in drawn),
        pr=tuple(curves.precision_recall(classes[i], truths[i], probabilities[:, i]) for i in drawn),
        calibration=tuple(curves.calibration(classes[i], truths[i], probabilities[:, i]) for i in shown if len(actual)),
    )


def regression_report(target: str, actual: Floats, predicted: Floats) -> RegressionReport:
    """Return pairs of true and predicted values: all, or 5,000 of them spread evenly over the true values' ranks,
    the rows with the largest errors always among them."""
    kept = np.arange(len(actual))
    if len(actual) > MAX_POINTS:
        worst = np.argsort(-np.abs(predicted - actual), kind="stable")[:WORST]
        even = np.linspace(0, len(actual) - 1, MAX_POINTS - WORST).round().astype(np.int64)
        kept = np.unique(np.concatenate([np.argsort(actual, kind="stable")[even], worst]))
    return RegressionReport(
        target=target, actual=tuple(actual[kept].tolist()), predicted=tuple(predicted[kept].tolist())
    )


def worst_rows(
    rows: Ints,
    losses: Floats,
    shown: Sequence[tuple[str, Sequence[str | None] | Floats]],
    loss_title: str,
    read: Callable[[Ints], pd.DataFrame],
) -> WorstRows:
    """Return the 50 rows with the largest loss, worst first: row number (from 1), predicted, actual, loss, then the
    original columns.

    `shown` holds a title and a value for each of `rows`; `read` returns the original rows of the positions given.
    """
    order = np.argsort(-losses, kind="stable")[:WORST]
    original = read(rows[order])
    columns = ("row", *(title for title, _ in shown), loss_title, *(str(name) for name in original.columns))
    lines = []
    for line, place in enumerate(order):
        told = (_text(values[place]) for _, values in shown)
        row = (_text(original[name].iloc[line]) for name in original.columns)
        lines.append((str(rows[place] + 1), *told, f"{losses[place]:.4g}", *row))
    return WorstRows(columns=columns, rows=tuple(lines))


def _text(value: object) -> str | None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float | np.floating) and not float(value).is_integer():
        return f"{float(value):.6g}"
    return text_of(value)


def _curve_classes(actual: Ints, classes: int) -> list[int]:
    if classes == 2:
        return [1]
    frequent = np.argsort(-np.bincount(actual, minlength=classes), kind="stable")[:MAX_CURVES]
    return sorted(frequent.tolist())


def _matrix(classes: Sequence[str], actual: Ints, predicted: Ints) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    if len(classes) <= MAX_CONFUSION:
        return tuple(classes), confusion(actual, predicted, len(classes))
    frequent = np.argsort(-np.bincount(actual, minlength=len(classes)), kind="stable")[: MAX_CONFUSION - 1]
    kept = np.sort(frequent)
    place = np.full(len(classes), len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    names = (*(classes[index] for index in kept), OTHERS)
    return names, confusion(place[actual], place[predicted], len(names))
