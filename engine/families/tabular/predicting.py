"""A tabular model's predictions for rows of a frame. Must not score them or write files."""

import numpy as np
import pandas as pd

from engine.families.frames import numbers
from engine.families.supervised.predicted import Predicted
from engine.families.supervised.scores import Ints, normalised
from engine.families.tabular.encoding import Tensors
from engine.families.tabular.trained import TrainedModel

BATCH = 4_096


def predict_rows(model: TrainedModel, frame: pd.DataFrame, rows: Ints | None = None) -> Predicted:
    """Run the model over rows of a frame (all without `rows`)."""
    positions = np.arange(len(frame), dtype=np.int64) if rows is None else rows
    return predict_tensors(model, model.encoder.transform(frame, positions), frame)


def predict_tensors(model: TrainedModel, tensors: Tensors, frame: pd.DataFrame) -> Predicted:
    """Run the model over encoded rows of a frame; true values are read from the frame, exact and in their unit."""
    encoder = model.encoder
    rows = tensors.rows.cpu().numpy()
    outputs = model.predict(tensors, BATCH)
    if encoder.task == "classification":
        probabilities = tuple(normalised(np.asarray(one)) for one in outputs)
        return Predicted(rows, encoder.targets, tensors.target.cpu().numpy(), probabilities=probabilities)
    missing = np.full(len(rows), np.nan)
    names = [target.name for target in encoder.targets]
    taken = frame.iloc[rows]
    actual = np.stack([numbers(taken[name]) if name in taken.columns else missing for name in names], axis=1)
    return Predicted(rows, encoder.targets, actual, values=np.asarray(outputs, dtype=np.float64))
