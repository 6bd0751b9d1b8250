"""Files of tensors: every format and dtype reads as it was written, and no bad file is opened, or runs its code."""

import json
import pickle
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from engine.inspecting.arrays import Readable, Stored, boxes, quick_boxes
from engine.inspecting.kinds import KINDS
from engine.inspecting.opening import open_file
from engine.inspecting.unreadable import Cancelled, Unreadable
from engine.jobs.lab_client import ending

DTYPES = [
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
    torch.float8_e4m3fnuz,
    torch.float8_e5m2fnuz,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.uint8,
    torch.uint16,
    torch.uint32,
    torch.uint64,
    torch.bool,
    torch.complex64,
    torch.complex128,
]


def tensor_of(dtype: torch.dtype) -> torch.Tensor:
    """3 × 4 numbers that this type can hold."""
    base = torch.arange(12).reshape(3, 4)
    if dtype.is_complex:
        return (base * (1 + 0.5j)).to(dtype)
    signed = dtype.is_floating_point or dtype in (torch.int8, torch.int16, torch.int32, torch.int64)
    return (base - (4 if signed else 0)).to(torch.float64).to(dtype)


def whole(numbers: Readable) -> Any:
    return numbers.part(tuple(slice(0, length) for length in numbers.shape))


def expected(tensor: torch.Tensor) -> Any:
    return tensor.numpy() if tensor.is_complex() else tensor.to(torch.float64).numpy()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_that_numbers_of_each_type_read_as_they_were_written(tmp_path: Path, dtype: torch.dtype) -> None:
    tensor = tensor_of(dtype)
    torch.save({"deep": [tensor], "epoch": 3}, tmp_path / "a.pt")
    names = ["a.pt"]
    if dtype != torch.complex128:  # which the library cannot write
        save_file({"deep.0": tensor}, tmp_path / "a.safetensors")
        names.append("a.safetensors")
    for name in names:
        file = open_file(tmp_path / name)
        (entry,) = file.entries
        assert (entry.name, entry.shape, entry.problem) == ("deep.0", (3, 4), "")
        assert entry.size == 12 * tensor.element_size()
        np.testing.assert_array_equal(whole(file.load("deep.0")), expected(tensor))


def test_that_every_code_of_eight_bits_has_torchs_value(tmp_path: Path) -> None:
    codes = torch.arange(256, dtype=torch.uint8)
    for dtype in (
        torch.float8_e4m3fn,
        torch.float8_e5m2,
        torch.float8_e4m3fnuz,
        torch.float8_e5m2fnuz,
        torch.float8_e8m0fnu,
    ):
        torch.save(codes.view(dtype), tmp_path / "f8.pt")
        numbers = whole(open_file(tmp_path / "f8.pt").load("tensor"))
        np.testing.assert_array_equal(numbers, codes.view(dtype).to(torch.float32).numpy())


def test_that_numpys_files_are_mapped_in_any_order_of_memory(tmp_path: Path) -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    np.save(tmp_path / "a.npy", np.asfortranarray(array.astype(">f4")))
    np.savez(tmp_path / "plain.npz", first=array, second=np.arange(3))
    np.savez_compressed(tmp_path / "small.npz", first=array, second=np.arange(3))
    np.testing.assert_array_equal(whole(open_file(tmp_path / "a.npy").load("a")), array)
    for name in ("plain.npz", "small.npz"):
        file = open_file(tmp_path / name)
        assert [entry.name for entry in file.entries] == ["first", "second"]
        np.testing.assert_array_equal(whole(file.load("first")), array)
        assert file.load("second").exact((2,)) == "2"


def test_that_exact_numbers_are_told_in_their_own_precision(tmp_path: Path) -> None:
    tensors = {
        "f": torch.tensor([0.1]),
        "b": torch.tensor([0.1]).bfloat16(),
        "i": torch.tensor([2**53 + 1]),
        "c": torch.tensor([1 - 2j]),
    }
    save_file(tensors, tmp_path / "a.safetensors")
    file = open_file(tmp_path / "a.safetensors")
    told = {name: file.load(name).exact((0,)) for name in tensors}
    assert told == {"f": "0.1", "b": "0.100097656", "i": "9007199254740993", "c": "1.0 - 2.0i"}


def test_that_scalars_empty_and_expanded_tensors_read(tmp_path: Path) -> None:
    torch.save(
        {"one": torch.tensor(7.0), "none": torch.empty(0, 3), "wide": torch.ones(1).expand(1000, 1000)},
        tmp_path / "a.pt",
    )
    file = open_file(tmp_path / "a.pt")
    assert file.load("one").exact(()) == "7.0"
    assert whole(file.load("none")).shape == (0, 3)
    assert file.load("wide").part((slice(0, 2), 5)).tolist() == [1, 1]


class Evil:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("ran-code"),)


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Evil()))


def torch_pickled(path: Path) -> None:
    torch.save({"weights": torch.ones(2), "evil": Evil()}, path)


def object_array(path: Path) -> None:
    np.save(path, np.array([Evil()]), allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.pt", pickled), ("a.pkl", pickled), ("a.pt", torch_pickled), ("a.npy", object_array)],
)
def test_that_a_file_that_would_run_code_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, write: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / name)
    with pytest.raises(Unreadable, match="would run code"):
        open_file(tmp_path / name)
    assert not Path("ran-code").exists()


def test_that_an_object_array_in_an_archive_is_told_beside_the_others(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", good=np.ones(2), evil=np.array([Evil()]), allow_pickle=True)
    file = open_file(tmp_path / "a.npz")
    told = {entry.name: entry.problem for entry in file.entries}
    assert not told["good"]
    assert "would run code" in told["evil"]
    with pytest.raises(Unreadable, match="would run code"):
        file.load("evil")


def whole_files(folder: Path) -> list[Path]:
    np.save(folder / "a.npy", np.ones((50, 50)))
    np.savez(folder / "b.npz", x=np.ones((50, 50)))
    np.savez_compressed(folder / "z.npz", x=np.random.default_rng(0).normal(size=(50, 50)))
    torch.save({"w": torch.ones(50, 50)}, folder / "c.pt")
    save_file({"w": torch.ones(50, 50)}, folder / "d.safetensors")
    return sorted(folder.iterdir())


def test_that_a_file_that_is_cut_off_anywhere_gives_one_sentence_or_whole_numbers(tmp_path: Path) -> None:
    for path in whole_files(tmp_path):
        content = path.read_bytes()
        for length in {0, 1, 7, 8, 20, 90, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:length])
            with pytest.raises(Unreadable) as told:
                file = open_file(path)
                file.load(file.entries[0].name)
            assert "\n" not in str(told.value)


def test_that_a_damaged_file_gives_one_sentence(tmp_path: Path) -> None:
    source = np.random.default_rng(1)
    for path in whole_files(tmp_path):
        content = bytearray(path.read_bytes())
        for _ in range(25):
            broken = content.copy()
            for place in source.integers(0, min(400, len(content)), 6):
                broken[place] = int(source.integers(256))
            path.write_bytes(broken)
            try:
                file = open_file(path)
                for entry in file.entries:
                    whole(file.load(entry.name))
            except Unreadable as error:
                assert "\n" not in str(error)


@pytest.mark.parametrize(
    "header",
    [
        {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}},
        {"w": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}},
        {"w": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}},
        {"w": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}},
        {"w": 3},
        [],
    ],
)
def test_that_a_header_that_lies_is_refused(tmp_path: Path, header: Any) -> None:
    text = json.dumps(header).encode()
    (tmp_path / "a.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    with pytest.raises(Unreadable):
        open_file(tmp_path / "a.safetensors")


def test_that_an_unknown_type_is_listed_and_told(tmp_path: Path) -> None:
    text = json.dumps({"w": {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}}).encode()
    (tmp_path / "a.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(1))
    file = open_file(tmp_path / "a.safetensors")
    with pytest.raises(Unreadable, match="F4 cannot be shown"):
        file.load("w")


def test_that_a_packed_array_is_given_up_while_it_is_unpacked(tmp_path: Path) -> None:
    head = np.lib.format
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as file:
        head.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (10**6,)})
        file.write(bytes(8 * 10**6))
    opened = open_file(tmp_path / "a.npz")
    with pytest.raises(Cancelled):
        opened.load("x", lambda: True)


def test_that_a_file_that_changed_while_it_was_open_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.ones(4))
    file = open_file(path)
    np.save(path, np.ones(5))
    with pytest.raises(Unreadable, match="changed while it was open"):
        file.load("a")
    path.unlink()
    with pytest.raises(Unreadable, match="cannot be opened"):
        file.check()


def test_that_a_file_is_opened_by_what_is_in_it_whatever_its_ending(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((2, 3)))
    (tmp_path / "a.npy").rename(tmp_path / "a.safetensors")
    (entry,) = open_file(tmp_path / "a.safetensors").entries
    assert entry.shape == (2, 3)
    (tmp_path / "b.safetensors").write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(Unreadable, match="would run code"):
        open_file(tmp_path / "b.safetensors")


def test_that_what_is_no_file_of_tensors_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello, this is only text", encoding="utf-8")
    for path, words in (
        (tmp_path, "folder"),
        (tmp_path / "none.npy", "cannot be opened"),
        (tmp_path / "notes.txt", "no file of"),
    ):
        with pytest.raises(Unreadable, match=words):
            open_file(path)


@pytest.mark.parametrize("shape", [(), (7,), (3, 5), (2, 3, 4), (1, 1, 9), (4, 1), (0, 3)])
def test_that_parts_cover_an_array_once_in_the_order_of_its_cells(shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    for limit in (1, 2, 6, 100):
        cut = [array[where].ravel() for where in boxes(shape, limit)]
        assert np.concatenate([*cut, np.empty(0)]).tolist() == array.ravel().tolist()
        turned = Stored(np.array(array, order="F"), KINDS["i64"])
        cut = [array[where].ravel() for where in quick_boxes(turned, limit)]
        assert sorted(np.concatenate([*cut, np.empty(0)]).tolist()) == array.ravel().tolist()


@pytest.mark.skipif(not hasattr(signal, "SIGBUS"), reason="only there does a file that is cut off end who reads it")
def test_that_a_lab_that_ended_because_its_file_was_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.zeros(10**6))
    code = (
        "import os, sys, pathlib; from engine.inspecting.opening import open_file; path = pathlib.Path(sys.argv[1])\n"
        "array = open_file(path).load('a'); os.truncate(path, 5000); print(array.part((slice(0, 10**6),)).sum())"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=False, timeout=60)
    assert ending(done.returncode) == "A file was cut off while it was being read. Open it again."
    assert "exit code 1" in ending(1)
