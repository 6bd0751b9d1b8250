"""TrainedModel: a network with its encoder and specification, as files and as predictions.
Files are safetensors and JSON: loading one runs no code of its maker."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.families.model_files import read_model, write_model
from engine.families.supervised.objective import Objective
from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder, Tensors
from engine.spec import RunSpec, parse

if TYPE_CHECKING:
    pass

PREDICT_ROWS = 4_096
ATTENTION_BYTES = 1 << 29
"""What the attention scores of one batch may take in a forward pass."""


@dataclass(frozen=True)
class TrainedModel:
    """A model that can predict. `network` is in evaluation mode and may live on any device."""

    spec: RunSpec
    encoder: Encoder
    network: nn.Module

    def save(self, folder: Path) -> None:
        """Write model.safetensors and model.json; each appears whole or not at all."""
        description = {"spec": self.spec.model_dump(mode="json"), "encoder": json.loads(self.encoder.to_json())}
        write_model(folder, self.network.state_dict(), description)

    @classmethod
    def load(cls, folder: Path) -> "TrainedModel":
        """Rebuild a saved model on the CPU; it predicts what it predicted before. Raises RunFailed without its files."""
        description, weights = read_model(folder)
        spec = parse(description["spec"])
        encoder = Encoder.model_validate(description["encoder"])
        model = network.build(spec, encoder)
        model.load_state_dict(weights)
        model.eval()
        return cls(spec, encoder, model)

    def predict(
        self, tensors: Tensors, batch_size: int = PREDICT_ROWS
    ) -> list[NDArray[np.float64]] | NDArray[np.float64]:
        """Return for classes a list with each target's probabilities [n, classes]; for numbers one array [n, targets]
        in the targets' own units.
        """
        raw = self.raw(tensors, batch_size)
        objective = Objective.of(self.encoder)
        if self.encoder.task == "classification":
            return [part.double().cpu().numpy() for part in objective.probabilities(raw)]
        scaled = objective.values(raw).double().cpu().numpy()
        return np.stack([t.values(scaled[:, place]) for place, t in enumerate(self.encoder.targets)], axis=1)

    def raw(self, tensors: Tensors, batch_size: int = PREDICT_ROWS) -> torch.Tensor:
        """Return the network's output [n, outputs] in the order of the rows, on the network's device."""
        objective = Objective.of(self.encoder)
        # NODE keeps whether it has seen data in a parameter of whole numbers.
        parameter = next(one for one in self.network.parameters() if one.is_floating_point())
        here = tensors.to(parameter.device, parameter.dtype)
        self.network.eval()
        with library.quiet(), torch.inference_mode():
            parts = [
                objective.raw(self.network(here.batch(slice(first, first + batch_size))))
                for first in range(0, len(here), batch_size)
            ]
        return torch.cat(parts) if parts else torch.empty(0, sum(objective.sizes) or len(objective.targets))


def rows_at_once(spec: RunSpec, encoder: Encoder) -> int:
    """Return how many rows may go through a network without gradients: fewer where every column attends to every other,
    because then the memory grows with the square of their number.
    """
    model = f"{spec.model.name} {spec.model.params}".lower()
    if "transformer" not in model and "autoint" not in model:
        return PREDICT_ROWS
    tokens = len(encoder.continuous) + len(encoder.categorical) + 1
    heads, number = 8, 4
    return max(1, min(PREDICT_ROWS, ATTENTION_BYTES // (heads * number * tokens * tokens)))
