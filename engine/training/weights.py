"""Weights as safetensors, written whole or not at all. Loading them runs no code."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import torch

TYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.complex64: "C64",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.float8_e5m2: "F8_E5M2",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint64: "U64",
    torch.uint32: "U32",
    torch.uint16: "U16",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
"""The format's names of kinds of numbers."""
Write = Callable[[bytes | memoryview], object]


def save_weights(path: Path, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors as safetensors; the file appears whole or not at all."""
    partial = _beside(path)
    put(partial, lambda file: write_tensors(file.write, tensors, metadata))
    os.replace(partial, path)  # noqa: PTH105 - replaces an existing file on Windows too


def write_tensors(write: Write, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Hand tensors on as safetensors, piece by piece. Unlike the library's `save` it copies none that lies on the CPU in
    one piece, and takes one tensor under two names: each name has its own numbers in the file.

    Raises:
        TypeError: numbers of a kind that the format does not know.
    """
    # Wide numbers first, so that each begins at a multiple of its size.
    names = sorted(tensors, key=lambda name: -tensors[name].element_size())
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name in names:
        one = tensors[name]
        if one.dtype not in TYPES:
            raise TypeError(f"{name}: {one.dtype} cannot be written as safetensors")
        begin, end = end, end + one.numel() * one.element_size()
        header[name] = {"dtype": TYPES[one.dtype], "shape": list(one.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write(len(text).to_bytes(8, "little") + text)
    for name in names:
        if tensors[name].numel():
            write(tensors[name].detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it."""
    partial = _beside(path)
    put(partial, lambda file: file.write(content))
    os.replace(partial, path)  # noqa: PTH105


def put(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that is on the disk when this returns. One that could not be written is taken away again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the new name with nothing in it
    except BaseException:
        path.unlink(missing_ok=True)  # on a full disk, what comes next needs the room: to tell that it is full
        raise


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".part")
