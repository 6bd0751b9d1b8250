"""Tensors are written as the library would write them, without copies of them."""

import errno
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.training.weights import TYPES, put, save_weights


def test_that_the_library_reads_what_was_written(tmp_path: Path) -> None:
    torch.manual_seed(0)
    shared = torch.randn(3, 4)
    tensors = {f"of {kind}": torch.randint(0, 2, (5,)).to(kind) for kind in TYPES}
    tensors |= {
        "one": torch.tensor(2.5),
        "none": torch.empty(0, 3),
        "tied": shared,
        "again": shared,
        "turned": shared.T,
        "every other": torch.randn(8)[::2],
        "spread": torch.randn(1).expand(6),
    }
    tensors["learned"] = torch.nn.Parameter(torch.randn(2))
    save_weights(tmp_path / "all.safetensors", tensors, {"kind": "of all"})
    found = load_file(tmp_path / "all.safetensors")
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert found[name].dtype == tensor.dtype and found[name].shape == tensor.shape
        assert torch.equal(
            found[name].reshape(-1).view(torch.uint8), tensor.detach().contiguous().reshape(-1).view(torch.uint8)
        )
    assert list(tmp_path.iterdir()) == [tmp_path / "all.safetensors"]


def test_that_what_could_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        put(tmp_path / "one.part", write)
    assert not list(tmp_path.iterdir())
    with pytest.raises(TypeError, match="complex128"):
        save_weights(tmp_path / "one", {"a": torch.zeros(1, dtype=torch.complex128)})
    assert not list(tmp_path.iterdir())
