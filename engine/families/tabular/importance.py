"""Permutation importance: how much worse predictions get when one column's values are shuffled among the rows.
Breiman, Random Forests (https://doi.org/10.1023/A:1010933404324), on held-out rows; must not write files."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch

from engine.families.supervised.predicted import Predicted
from engine.families.supervised.scores import Floats, Ints, row_log_loss
from engine.families.tabular.encoding import Encoder, Tensors
from engine.families.tabular.predicting import predict_tensors
from engine.families.tabular.trained import TrainedModel
from engine.runs.evaluation import Importance

REPEATS = 5
MAX_ROWS = 2_000
BUDGET_S = 45.0  # after this much time no further repeat is begun


def importance_metric(task: str) -> str:
    """Return the metric whose loss is measured: it grows when predictions get worse."""
    return "log_loss" if task == "classification" else "rmse"


def permutation_importance(
    model: TrainedModel,
    frame: pd.DataFrame,
    rows: Ints,
    *,
    seed: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[tuple[Importance, ...], tuple[str, ...]]:
    """Return each column's importance, the largest first, and notes on what was left out.

    At most 2,000 of the rows, drawn evenly, are used. Every column is shuffled once before any is shuffled again, so
    that a request to stop, or 45 seconds, leaves all columns equally well known. With several targets the metric is
    the mean over them, each number divided by the spread of its target.
    """
    rng = np.random.default_rng(seed)
    if len(rows) > MAX_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, MAX_ROWS).round().astype(np.int64)]
    tensors = model.encoder.transform(frame, rows)
    plain = predict_tensors(model, tensors, frame)
    if not all(plain.valid(target) for target in range(len(model.encoder.targets))):
        return (), ("Importance was left out: the model's predictions are not numbers.",)
    base, columns = _badness(plain), model.encoder.columns
    worse = np.full((REPEATS, len(columns)), np.nan)
    begun = time.monotonic()
    for repeat in range(REPEATS):
        if repeat and time.monotonic() - begun > BUDGET_S:
            break
        for place, column in enumerate(columns):
            if stopped():
                break
            shuffled = _shuffled(tensors, model.encoder, column, rng)
            worse[repeat, place] = _badness(predict_tensors(model, shuffled, frame)) - base
            progress(repeat * len(columns) + place + 1, REPEATS * len(columns))
    full = worse[~np.isnan(worse).any(axis=1)]
    if not len(full):
        return (), ("Importance was left out: the run was stopped.",)
    notes = () if len(full) == REPEATS else (f"Importance is the mean of {len(full)} instead of {REPEATS} shuffles.",)
    found = [
        Importance(column=column, mean=float(full[:, place].mean()), std=_spread(full[:, place]))
        for place, column in enumerate(columns)
    ]
    return tuple(sorted(found, key=lambda one: -one.mean)), notes


def _spread(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _shuffled(tensors: Tensors, encoder: Encoder, column: str, rng: np.random.Generator) -> Tensors:
    """Return the tensors with everything that comes from a column (all parts of a date, say) moved between rows."""
    order = torch.from_numpy(rng.permutation(len(tensors))).to(tensors.device)
    numbers = [place for place, feature in enumerate(encoder.continuous) if feature.column == column]
    codes = [place for place, feature in enumerate(encoder.categorical) if feature.name == column]
    continuous, categorical = tensors.continuous, tensors.categorical
    if numbers:
        continuous = continuous.clone()
        continuous[:, numbers] = tensors.continuous[order][:, numbers]
    if codes:
        categorical = categorical.clone()
        categorical[:, codes] = tensors.categorical[order][:, codes]
    return tensors.replaced(continuous=continuous, categorical=categorical)


def _badness(predicted: Predicted) -> float:
    """Return the mean over the targets of log loss, or of RMSE (divided by the target's spread where several)."""
    found = []
    for target, chances in enumerate(predicted.probabilities):
        known = predicted.actual[:, target] >= 0
        found.append(row_log_loss(predicted.actual[known, target].astype(np.int64), chances[known]).mean())
    if predicted.values is not None:
        errors = np.sqrt(np.nanmean(np.square(predicted.values - predicted.actual), axis=0))
        spreads = np.nanstd(predicted.actual, axis=0)
        several = predicted.actual.shape[1] > 1
        found += (errors / np.where(spreads > 0, spreads, 1.0) if several else errors).tolist()
    return float(np.mean(found))
