"""The state of a training as two files: tensors as safetensors, all else as JSON that names them. Loading runs no code.

The JSON is written last and carries the other's checksum: a pair counts only when both are whole, so that a kill or a
full disk in the middle never costs the pair before. What the state means is its maker's business.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

from engine.training.state_files import AGAIN, FORMAT, SUFFIX, VERSION, StateError, read_whole
from engine.training.weights import put, write_tensors, write_whole


def save_state(folder: Path, name: str, fits: Mapping[str, Any], content: Any, step: int) -> Path:
    """Write a state in place of the one of this name. `fits` says what it belongs to, `content` nests dicts with text or
    whole numbers as keys, lists, tuples, numbers, text, None, tensors and arrays. Returns the path of the JSON.

    Raises:
        OSError: the disk is full, or not to be written to; the state before is untouched.
    """
    tensors: dict[str, torch.Tensor] = {}
    tree = _plain(content, tensors)
    seen = hashlib.sha256()

    def write(file: BinaryIO) -> None:
        def both(part: bytes | memoryview) -> None:
            seen.update(part)
            file.write(part)

        write_tensors(both, tensors)

    partial = folder / f"{name}.safetensors.part"
    put(partial, write)
    checksum = seen.hexdigest()
    file = folder / f"{name}.{checksum[:12]}.safetensors"
    os.replace(partial, file)  # noqa: PTH105 - replaces an existing file on Windows too
    path = folder / f"{name}{SUFFIX}"
    head = {"format": FORMAT, "version": VERSION, "step": step, "fits": dict(fits)}
    body = {"tensors": file.name, "sha256": checksum, "content": tree}
    write_whole(path, json.dumps({**head, **body}).encode())
    for old in folder.glob(f"{name}.*.safetensors"):
        if old != file:
            old.unlink(missing_ok=True)
    return path


def load_state(folder: Path, name: str, fits: Mapping[str, Any]) -> Any:
    """Return the content of a state. Raises StateError where it is not whole, not ours or belongs to something else."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    described, data = read_whole(folder, name, fits)
    try:
        return _rebuilt(described["content"], load(data))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise StateError(f"{name}: this checkpoint cannot be read ({error}). {AGAIN}") from error


def _plain(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """Return a value as JSON; tensors are put aside under numbers."""
    if isinstance(value, torch.Tensor | np.ndarray):
        is_array = isinstance(value, np.ndarray)
        tensor = torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        place = str(len(tensors))
        tensors[place] = tensor
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
