"""What a softmax and a norm do to all cells at once, stage by stage: plain arrays and the words for each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine.tensors.picture import ChainPicture, StepPicture
from engine.tensors.reach import ByAxes

NORMS = ("layer_norm", "batch_norm", "instance_norm")
Stage = tuple[str, NDArray[Any] | None]


def stages_of(chain: ChainPicture, step: StepPicture) -> list[Stage]:
    """Return (words, cells) of every stage, None for the result itself; nothing for operations without stages."""
    reach = step.reaches[0] if step.reaches else None
    x = chain.tensors[step.operands[0]] if step.operands else None
    if not isinstance(reach, ByAxes) or x is None or not x.is_whole or x.values.dtype.kind != "f":
        return []
    lane = tuple(axis for axis, along in enumerate(reach.axes) if along.reads_all)
    values = x.values.astype(np.float64)
    if not lane or not values.size:
        return []
    if step.operation == "softmax":
        return _of_softmax(values, lane)
    scales = [reach for reach in step.reaches[1:] if isinstance(reach, ByAxes)]
    return _of_norm(values, lane, bool(scales)) if step.operation in NORMS else []


def _of_softmax(x: NDArray[Any], lane: tuple[int, ...]) -> list[Stage]:
    with np.errstate(invalid="ignore"):  # ∞ − ∞ is NaN, and is shown as such
        shifted = x - x.max(axis=lane, keepdims=True)
    return [
        (_tr("1. The largest of each lane is taken off, so that exp cannot overflow"), shifted),
        (_tr("2. exp of each cell: all are positive now, the largest is 1"), np.exp(shifted)),
        (_tr("3. Each cell is divided by the sum of its lane"), None),
    ]


def _of_norm(x: NDArray[Any], lane: tuple[int, ...], is_scaled: bool) -> list[Stage]:
    with np.errstate(invalid="ignore"):
        shifted = x - x.mean(axis=lane, keepdims=True)
    last = _tr("2. Divided by the deviation of the group: √(σ² + eps)")
    scaled = _tr("2. Divided by the deviation of the group, then times γ, plus β")
    return [
        (_tr("1. The mean of each group is taken off"), shifted),
        (scaled if is_scaled else last, None),
    ]


def _tr(text: str) -> str:
    return QCoreApplication.translate("TensorStages", text)
