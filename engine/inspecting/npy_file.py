"""Files of numpy: .npy mapped into memory, .npz likewise where it is not compressed. Pickled objects are refused."""

import math
import mmap
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.inspecting.arrays import Readable, Stored, shape_text
from engine.inspecting.entries import Entry, Load, Stamp, TensorFile, already
from engine.inspecting.kinds import Kind, kind_of
from engine.inspecting.room import check_room
from engine.inspecting.unreadable import Cancelled, Unreadable

PIECE = 1 << 24
Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
RUNS_CODE = "it holds Python objects beside numbers, and reading those would run code. It was not opened."


def open_npy(path: Path, stamp: Stamp) -> TensorFile:
    """Open a .npy file. Raises Unreadable."""
    with path.open("rb") as file:
        shape, is_fortran, dtype = _header(file, path.name)
        start = file.tell()
        kind = _kind(dtype, path.name)
        needed = start + math.prod(shape) * dtype.itemsize
        if stamp.size < needed:
            raise Unreadable(
                f"{path.name}: this file is cut off: {shape_text(shape)} numbers of {dtype.itemsize} bytes need "
                f"{needed:,} bytes, and it has {stamp.size:,}."
            )
        raw = shaped(mapped(file), start, (shape, is_fortran, dtype))
    entry = Entry(path.stem, shape, kind.name, math.prod(shape) * dtype.itemsize)
    return TensorFile(path, stamp, "NumPy array", (entry,), {entry.name: already(Stored(raw, kind))})


def open_npz(path: Path, stamp: Stamp) -> TensorFile:
    """Open a .npz file. Raises Unreadable; an array that cannot be shown is told at its entry."""
    entries: list[Entry] = []
    loads: dict[str, Load] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.filename.endswith(".npy"):
                    _add(archive, member, path, entries, loads)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable(f"{path.name}: this archive is damaged ({error}).") from error
    if not entries:
        raise Unreadable(f"{path.name}: there is no array in this archive.")
    return TensorFile(path, stamp, "NumPy archive", tuple(entries), loads)


def _add(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, entries: list[Entry], loads: dict[str, Load]
) -> None:
    name = member.filename.removesuffix(".npy")
    try:
        with archive.open(member) as file:
            shape, is_fortran, dtype = _header(file, name)
            start = file.tell()
        kind = _kind(dtype, name)
        if member.file_size < start + math.prod(shape) * dtype.itemsize:
            raise Unreadable(f"{name}: this array is cut off.")
    except (Unreadable, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        entries.append(Entry(name, (), "", member.file_size, f"This array cannot be read ({error})"))
        return
    entries.append(Entry(name, shape, kind.name, math.prod(shape) * dtype.itemsize))
    loads[name] = _Member(path, member, start, (shape, is_fortran, dtype), kind)


class _Member:
    """Loads one array of an archive."""

    def __init__(self, path: Path, member: zipfile.ZipInfo, start: int, header: Header, kind: Kind) -> None:
        self._path, self._member, self._start, self._header, self._kind = path, member, start, header, kind

    def __call__(self, cancelled: Callable[[], bool]) -> Readable:
        """Map it into memory, or unpack it where it is compressed."""
        shape, _, dtype = self._header
        if self._member.compress_type == zipfile.ZIP_STORED:
            with self._path.open("rb") as file:
                return Stored(shaped(mapped(file), self._place(file), self._header), self._kind)
        size = math.prod(shape) * dtype.itemsize
        check_room(size, f"“{self._member.filename}” is compressed and")
        return Stored(shaped(self._unpacked(size, cancelled), 0, self._header), self._kind)

    def _place(self, file: IO[bytes]) -> int:
        """Return where the numbers begin: after the local header, whose name and extra field have their own lengths."""
        file.seek(self._member.header_offset + 26)
        lengths = np.frombuffer(file.read(4), dtype="<u2")
        return self._member.header_offset + 30 + int(lengths.sum()) + self._start

    def _unpacked(self, size: int, cancelled: Callable[[], bool]) -> bytearray:
        target, done = bytearray(size), 0
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(self._member) as file:
                file.read(self._start)
                while done < size:
                    if cancelled():
                        raise Cancelled
                    piece = file.read(min(PIECE, size - done))
                    if not piece:
                        raise EOFError("it ends too early")
                    target[done : done + len(piece)] = piece
                    done += len(piece)
        except Cancelled:
            raise
        except Exception as error:  # zlib.error, lzma.LZMAError and their like share no base
            raise Unreadable(f"{self._member.filename}: this array is damaged ({error}).") from error
        return target


def mapped(file: IO[bytes]) -> memoryview:
    """Return a file's bytes, which are read from the disk where they are looked at."""
    if not os.fstat(file.fileno()).st_size:
        return memoryview(b"")
    return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def shaped(data: memoryview | bytearray, start: int, header: Header) -> NDArray[Any]:
    """Return the numbers that begin at a byte as an array. Raises Unreadable where the data end before it does."""
    shape, is_fortran, dtype = header
    count = math.prod(shape)
    if not count:
        return np.empty(shape, dtype)
    if start + count * dtype.itemsize > len(data):
        raise Unreadable("This file is cut off.")
    return np.frombuffer(data, dtype, count, start).reshape(shape, order="F" if is_fortran else "C")


def _header(file: Any, name: str) -> Header:
    try:
        version = npy.read_magic(file)
        # Version 3 differs from 2 in the names of fields alone, and arrays with fields are not shown.
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
    except Exception as error:  # numpy parses the header as Python literals, and many things can be wrong with those
        raise Unreadable(f"{name}: this is no whole NumPy file ({_first_line(error)}).") from error
    if any(length < 0 for length in shape):
        raise Unreadable(f"{name}: this is no whole NumPy file (an axis is shorter than nothing).")
    return tuple(int(length) for length in shape), is_fortran, dtype


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]


def _kind(dtype: np.dtype[Any], name: str) -> Kind:
    if dtype.hasobject:
        raise Unreadable(f"{name}: {RUNS_CODE}")
    kind = kind_of(dtype)
    if kind is None:
        raise Unreadable(f"{name}: it holds {dtype}, which are no numbers that can be shown.")
    return kind
