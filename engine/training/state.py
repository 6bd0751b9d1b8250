"""The state of a training as two files: tensors as safetensors, all else as JSON that names them. Loading runs no code.

The JSON is written last and carries the other's checksum: a pair counts only when both are whole, so that a kill or a
full disk in the middle never costs the pair before. What the state means is its maker's business.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.training.weights import write_whole

FORMAT, VERSION = "tensorbench.training-state", 1
SUFFIX = ".state.json"
AGAIN = "The run stays as it was. It can be started anew from its specification."


class StateError(Exception):
    """A state that cannot be used; the message says why and what to do."""


def save_state(folder: Path, name: str, fits: Mapping[str, Any], content: Any) -> Path:
    """Write a state in place of the one of this name. `fits` says what it belongs to, `content` nests dicts with text or
    whole numbers as keys, lists, tuples, numbers, text, None, tensors and arrays. Returns the path of the JSON.

    Raises:
        OSError: the disk is full, or not to be written to; the state before is untouched.
    """
    from safetensors.torch import save

    tensors: dict[str, torch.Tensor] = {}
    tree = _plain(content, tensors)
    data = save(tensors)
    checksum = hashlib.sha256(data).hexdigest()
    file = folder / f"{name}.{checksum[:12]}.safetensors"
    write_whole(file, data)
    path = folder / f"{name}{SUFFIX}"
    text = {"format": FORMAT, "version": VERSION, "fits": dict(fits), "tensors": file.name, "sha256": checksum}
    write_whole(path, json.dumps({**text, "content": tree}).encode())
    for old in folder.glob(f"{name}.*.safetensors"):
        if old != file:
            old.unlink(missing_ok=True)
    return path


def load_state(folder: Path, name: str, fits: Mapping[str, Any]) -> Any:
    """Return the content of a state. Raises StateError where it is not whole, not ours or belongs to something else."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = folder / f"{name}{SUFFIX}"
    described = _description(path)
    for key, wanted in fits.items():
        if described["fits"].get(key) != wanted:
            raise StateError(
                f"{path.name}: this checkpoint belongs to another {key} ({_short(described['fits'].get(key))} instead of "
                f"{_short(wanted)}). {AGAIN}"
            )
    file = folder / str(described["tensors"])
    try:
        if file.parent != folder:
            raise OSError
        data = file.read_bytes()
    except OSError as error:
        raise StateError(f"{file.name}: this part of the checkpoint is gone. {AGAIN}") from error
    if hashlib.sha256(data).hexdigest() != described["sha256"]:
        raise StateError(f"{file.name}: this checkpoint is damaged or was exchanged. {AGAIN}")
    try:
        return _rebuilt(described["content"], load(data))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise StateError(f"{path.name}: this checkpoint cannot be read ({error}). {AGAIN}") from error


def has_state(folder: Path, name: str) -> bool:
    """Whether there is a state of this name."""
    return (folder / f"{name}{SUFFIX}").is_file()


def _description(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path.name}: there is no checkpoint to go on from. {AGAIN}") from error
    try:
        described = json.loads(raw)
        if described["format"] != FORMAT:
            raise ValueError
        if described["version"] > VERSION:
            raise StateError(f"{path.name}: this checkpoint was written by a newer Tensorbench. Resume it with that one.")
        _ = described["fits"].items(), described["tensors"], described["sha256"], described["content"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateError(f"{path.name}: this is no checkpoint of Tensorbench. It was not opened. {AGAIN}") from error
    return dict(described)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _plain(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """Return a value as JSON; tensors are put aside under numbers."""
    if isinstance(value, torch.Tensor | np.ndarray):
        is_array = isinstance(value, np.ndarray)
        tensor = torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        place = str(len(tensors))
        tensors[place] = tensor.detach().cpu().clone().contiguous()
        return {"array" if is_array else "tensor": place}
    if isinstance(value, Mapping):
        return {"dict": [[key, _plain(one, tensors)] for key, one in value.items()]}
    if isinstance(value, tuple):
        return {"tuple": [_plain(one, tensors) for one in value]}
    if isinstance(value, list):
        return [_plain(one, tensors) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a state cannot hold {type(value).__name__}")


def _rebuilt(value: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    if isinstance(value, list):
        return [_rebuilt(one, tensors) for one in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "tensor":
        return tensors[inner]
    if kind == "array":
        return tensors[inner].numpy()
    if kind == "tuple":
        return tuple(_rebuilt(one, tensors) for one in inner)
    if kind == "dict":
        return {key: _rebuilt(one, tensors) for key, one in inner}
    raise ValueError(f"unknown kind {kind}")
