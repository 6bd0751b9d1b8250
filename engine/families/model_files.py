"""The two files of a trained model, whatever its family: weights as safetensors, the rest as JSON.
Each appears whole or not at all, and reading them runs no code of their maker."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from engine.training.failures import RunFailed
from engine.training.weights import save_weights, write_whole

WEIGHTS, DESCRIPTION = "model.safetensors", "model.json"
FORMAT = 1


def write_model(folder: Path, weights: Mapping[str, torch.Tensor], description: Mapping[str, Any]) -> None:
    """Write a model's files into a folder, which is made where it is missing; `description` is plain JSON data."""
    folder.mkdir(parents=True, exist_ok=True)
    # The format wants at least one tensor; a model that learns nothing has none to give.
    save_weights(folder / WEIGHTS, weights or {"none": torch.zeros(1)})
    content = {"format": FORMAT, **description}
    write_whole(folder / DESCRIPTION, json.dumps(content, ensure_ascii=False, indent=1).encode())


def read_model(folder: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Return a model's description, and its weights on the CPU. Raises RunFailed where there are none."""
    from safetensors.torch import load_file

    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        weights = load_file(folder / WEIGHTS)
    except OSError as error:
        raise RunFailed(
            "This run has no saved model.", "A model is kept when a run finishes, or is stopped after one epoch."
        ) from error
    return description, weights
