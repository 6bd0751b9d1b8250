"""Opening a file by what is in it, never by its ending alone."""

import zipfile
from pathlib import Path

from engine.inspecting.asked import ENDINGS
from engine.inspecting.entries import Stamp, TensorFile
from engine.inspecting.npy_file import RUNS_CODE, open_npy, open_npz
from engine.inspecting.safetensors_file import open_safetensors
from engine.inspecting.torch_file import open_torch
from engine.inspecting.unreadable import Unreadable

PICKLED = (".pt", ".pth", ".ckpt", ".bin")


def open_file(path: Path) -> TensorFile:
    """Open a file of tensors: .safetensors, .npy, .npz, .pt. Only what describes it is read; no code of its maker runs.

    Raises:
        Unreadable: it is missing, damaged, cut off, pickled or of no known format.
    """
    path = Path(path)
    if path.is_dir():
        raise Unreadable(f"{path.name}: this is a folder; choose a file in it.")
    stamp = Stamp.of(path)
    if not stamp.size:
        raise Unreadable(f"{path.name}: this file is empty.")
    try:
        with path.open("rb") as file:
            head = file.read(16)
        return _open(path, stamp, head)
    except OSError as error:
        raise Unreadable(f"{path.name}: this file cannot be read ({error.strerror or error}).") from error


def _open(path: Path, stamp: Stamp, head: bytes) -> TensorFile:
    begins_with_header = head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= stamp.size  # its length is first
    if begins_with_header:
        return open_safetensors(path, stamp)
    if head.startswith(b"\x93NUMPY"):
        return open_npy(path, stamp)
    if head.startswith(b"PK"):
        return _open_archive(path, stamp)
    if head.startswith(b"\x80"):  # a pickle's first byte
        if path.suffix.lower() in PICKLED:
            return open_torch(path, stamp, is_archive=False)
        raise Unreadable(f"{path.name}: {RUNS_CODE}")
    if path.suffix.lower() == ".safetensors":
        return open_safetensors(path, stamp)  # which says what is wrong with it
    known = ", ".join(ENDINGS[:4])
    raise Unreadable(f"{path.name}: this is no file of tensors that can be read here ({known}).")


def _open_archive(path: Path, stamp: Stamp) -> TensorFile:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(f"{path.name}: this archive is cut off or damaged ({error}).") from error
    if any(name.endswith("data.pkl") for name in names):
        return open_torch(path, stamp, is_archive=True)
    return open_npz(path, stamp)
