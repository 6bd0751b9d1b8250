"""TrainedText: a network with its encoder and specification, as files and back.
Files are safetensors and JSON: loading one runs no code of its maker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.families.model_files import read_model, write_model
from engine.families.supervised.objective import Objective
from engine.families.text import networks
from engine.families.text.adapters import merge
from engine.families.text.encoder import Sequences, TextEncoder
from engine.families.text.networks import text_of
from engine.spec import RunSpec, parse

TOKENS_AT_ONCE = 1 << 15
"""Tokens, filling included, that go through a network together without gradients."""


@dataclass(frozen=True)
class TrainedText:
    """A model that can be used. `network` is in evaluation mode and may live on any device."""

    spec: RunSpec
    encoder: TextEncoder
    network: nn.Module
    config: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Write model.safetensors and model.json; each appears whole or not at all."""
        description = {
            "spec": self.spec.model_dump(mode="json"),
            "encoder": self.encoder.description(),
            "config": self.config,
        }
        write_model(folder, self.network.state_dict(), description)

    @classmethod
    def load(cls, folder: Path) -> "TrainedText":
        """Rebuild a saved model on the CPU; it gives what it gave before. Raises RunFailed without its files."""
        description, weights = read_model(folder)
        spec, encoder = parse(description["spec"]), TextEncoder.of(description["encoder"])
        network = networks.build(spec, encoder, description["config"])
        dtype = next((one.dtype for one in weights.values() if one.is_floating_point()), None)
        network.to(dtype).load_state_dict(weights)
        network.eval()
        return cls(spec, encoder, network, description["config"])

    def finished(self) -> "TrainedText":
        """Return the model as it is kept: with its adapters, or with them worked into the weights, which changes the
        network.
        """
        own = text_of(self.spec)
        if not (own.lora.enabled and own.lora.merge):
            return self
        merge(self.network)
        plain = own.model_copy(update={"lora": own.lora.model_copy(update={"enabled": False})})
        return replace(self, spec=self.spec.model_copy(update={"text": plain}))

    def predict(
        self, texts: Sequence[str], seconds: Sequence[str] | None = None
    ) -> list[NDArray[np.float64]] | NDArray[np.float64]:
        """Return for classes a list with each target's probabilities [n, classes]; for numbers one array [n, targets] in
        the targets' own units.
        """
        ids, kinds = self.encoder.encode(texts, seconds)
        device = next(self.network.parameters()).device
        raw = self.raw(Sequences(ids, kinds, None, self.encoder.pad).to(device))
        objective = Objective.of(self.encoder)
        if self.encoder.task == "classification":
            return [one.double().cpu().numpy() for one in objective.probabilities(raw)]
        scaled = objective.values(raw).double().cpu().numpy()
        return np.stack([t.values(scaled[:, place]) for place, t in enumerate(self.encoder.targets)], axis=1)

    def raw(self, sequences: Sequences) -> torch.Tensor:
        """Return the network's output [n, outputs] in the order of the rows, on the network's device."""
        objective = Objective.of(self.encoder)
        lengths = sequences.ids.lengths
        order = np.argsort(lengths, kind="stable")
        at_once = max(1, TOKENS_AT_ONCE // max(1, int(lengths.max(initial=1))))
        self.network.eval()
        with torch.inference_mode():
            parts = [
                objective.raw(self.network(sequences.batch(order[first : first + at_once])))
                for first in range(0, len(order), at_once)
            ]
        if not parts:
            return torch.empty(0, sum(objective.sizes) or 1)
        whole = torch.cat(parts)
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.from_numpy(order)] = torch.arange(len(order))
        return whole[back.to(whole.device)]
