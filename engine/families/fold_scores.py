"""Metrics over the folds of a cross-validation or a backtest. Knows no family."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.runs.evaluation import FoldScore


def fold_scores(by_fold: Sequence[Mapping[str, float]]) -> tuple[FoldScore, ...]:
    """Return mean, sample standard deviation and standard error of every metric that all folds have."""
    if not by_fold:
        return ()
    scores = []
    for metric in by_fold[0]:
        if not all(metric in one for one in by_fold):
            continue
        values = np.array([one[metric] for one in by_fold])
        std = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        scores.append(
            FoldScore(
                metric=metric,
                values=tuple(values.tolist()),
                mean=float(values.mean()),
                std=std,
                standard_error=std / float(np.sqrt(len(values))),
            )
        )
    return tuple(scores)
