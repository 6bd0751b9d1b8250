"""Weights as safetensors, written whole or not at all. Loading them runs no code."""

import os
from collections.abc import Mapping
from pathlib import Path

import torch


def save_weights(path: Path, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors as safetensors; the file appears whole or not at all."""
    from safetensors.torch import save

    # Some networks use one tensor under two names, which the format refuses: each name gets its own copy.
    write_whole(
        path,
        save({name: one.detach().cpu().clone().contiguous() for name, one in tensors.items()}, dict(metadata or {})),
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the new name with nothing in it
    except OSError:
        partial.unlink(missing_ok=True)  # on a full disk, what comes next needs the room: to tell that it is full
        raise
    os.replace(partial, path)  # noqa: PTH105 - replaces an existing file on Windows too
