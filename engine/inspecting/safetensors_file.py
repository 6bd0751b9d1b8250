"""safetensors: a JSON header with names, dtypes, shapes and places, then numbers, which are mapped into memory."""

import json
import math
from pathlib import Path
from typing import IO, Any

from engine.inspecting.arrays import Stored
from engine.inspecting.entries import Entry, Load, Stamp, TensorFile, already
from engine.inspecting.kinds import KINDS
from engine.inspecting.npy_file import mapped, shaped
from engine.inspecting.unreadable import Unreadable

LARGEST_HEADER = 100_000_000  # the format's own limit
NAMES = {
    "F64": "f64",
    "F32": "f32",
    "F16": "f16",
    "BF16": "bf16",
    "F8_E4M3": "f8_e4m3",
    "F8_E5M2": "f8_e5m2",
    "F8_E4M3FNUZ": "f8_e4m3fnuz",
    "F8_E5M2FNUZ": "f8_e5m2fnuz",
    "F8_E8M0": "f8_e8m0",
    "I8": "i8",
    "I16": "i16",
    "I32": "i32",
    "I64": "i64",
    "U8": "u8",
    "U16": "u16",
    "U32": "u32",
    "U64": "u64",
    "BOOL": "bool",
    "C64": "c64",
    "C128": "c128",
}


def open_safetensors(path: Path, stamp: Stamp) -> TensorFile:
    """Open a .safetensors file. Raises Unreadable."""
    entries: list[Entry] = []
    loads: dict[str, Load] = {}
    with path.open("rb") as file:
        header, start = _header(file, path.name, stamp.size)
        data = mapped(file)
    for name, told in header.items():
        if name != "__metadata__":
            _add(data, name, told, (path.name, start), entries, loads)
    if not entries:
        raise Unreadable(f"{path.name}: there is no tensor in this file.")
    return TensorFile(path, stamp, "safetensors", tuple(entries), loads)


def _add(
    data: memoryview,
    name: str,
    told: dict[str, Any],
    place: tuple[str, int],
    entries: list[Entry],
    loads: dict[str, Load],
) -> None:
    file_name, start = place
    try:
        dtype, shape = str(told["dtype"]), tuple(_whole(one) for one in told["shape"])
        first, end = (_whole(one) for one in told["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{file_name}: the description of “{name}” is damaged.") from error
    if first > end or start + end > len(data):
        raise Unreadable(f"{file_name}: this file is cut off: “{name}” lies beyond its end.")
    kind = KINDS.get(NAMES.get(dtype, ""))
    if kind is None:
        entries.append(
            Entry(name, shape, dtype.lower(), end - first, f"Numbers of the type {dtype} cannot be shown yet.")
        )
        return
    if math.prod(shape) * kind.raw.itemsize != end - first:
        raise Unreadable(f"{file_name}: “{name}” has {end - first:,} bytes, which does not fit its shape and type.")
    entries.append(Entry(name, shape, kind.name, end - first))
    loads[name] = already(Stored(shaped(data, start + first, (shape, False, kind.raw)), kind))


def _header(file: IO[bytes], name: str, size: int) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(file.read(8), "little")
    if length > LARGEST_HEADER or 8 + length > size:
        raise Unreadable(f"{name}: this is no whole safetensors file: its header does not fit into it.")
    try:
        header = json.loads(file.read(length))
        if not isinstance(header, dict):
            raise ValueError
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name}: this is no safetensors file: its header is not JSON.") from error
    return header, 8 + length


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return value
