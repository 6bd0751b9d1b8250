"""Files of torch.save: read with weights_only alone, which refuses everything but tensors and plain values, and mapped."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.inspecting.arrays import Stored
from engine.inspecting.entries import Entry, Load, Stamp, TensorFile, already
from engine.inspecting.kinds import KINDS, Kind
from engine.inspecting.npy_file import RUNS_CODE
from engine.inspecting.room import check_room
from engine.inspecting.unreadable import Unreadable

if TYPE_CHECKING:
    import torch

DEEPEST = 50
NAMES = {
    "float64": "f64",
    "float32": "f32",
    "float16": "f16",
    "bfloat16": "bf16",
    "float8_e4m3fn": "f8_e4m3",
    "float8_e5m2": "f8_e5m2",
    "float8_e4m3fnuz": "f8_e4m3fnuz",
    "float8_e5m2fnuz": "f8_e5m2fnuz",
    "float8_e8m0fnu": "f8_e8m0",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
    "uint8": "u8",
    "uint16": "u16",
    "uint32": "u32",
    "uint64": "u64",
    "bool": "bool",
    "complex64": "c64",
    "complex128": "c128",
}


def open_torch(path: Path, stamp: Stamp, is_archive: bool) -> TensorFile:
    """Open what torch.save wrote; only archives (torch 1.6 and later) can be mapped. Raises Unreadable."""
    if not is_archive:
        check_room(stamp.size, f"{path.name}: this file has torch’s old format, which is read as a whole, and")
    entries: list[Entry] = []
    loads: dict[str, Load] = {}
    others = 0
    for name, value in _leaves(_read(path, is_archive), "", 0):
        if value is None:
            others += 1
        else:
            _add(name, value, entries, loads)
    if not entries:
        raise Unreadable(f"{path.name}: there is no tensor in this file.")
    note = f"{others:,} other value{'s' * (others > 1)} beside the tensors" if others else ""
    return TensorFile(path, stamp, "torch", tuple(entries), loads, note)


def _read(path: Path, is_archive: bool) -> Any:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)
    except Exception as error:  # a damaged file can fail anywhere in torch's reader
        if "weights_only" in str(error).lower() or "unsupported" in str(error).lower():
            raise Unreadable(f"{path.name}: {RUNS_CODE}") from error
        first = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise Unreadable(f"{path.name}: this file is damaged or none of torch’s ({first}).") from error


def _leaves(value: Any, name: str, depth: int) -> Iterator[tuple[str, "torch.Tensor | None"]]:
    """Go through nested dictionaries and lists; what is no tensor comes as None."""
    import torch

    if isinstance(value, torch.Tensor):
        yield name or "tensor", value
    elif depth > DEEPEST:
        yield name, None
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{name}.{place}" if name else str(place), depth + 1)
    else:
        yield name, None


def _add(name: str, tensor: "torch.Tensor", entries: list[Entry], loads: dict[str, Load]) -> None:
    while name in loads:
        name += "′"
    shape = tuple(tensor.shape)
    dtype = str(tensor.dtype).removeprefix("torch.")
    kind = KINDS.get(NAMES.get(dtype, ""))
    is_plain = str(tensor.layout) == "torch.strided" and not tensor.is_quantized and tensor.device.type == "cpu"
    if kind is None or not is_plain:
        what = f"Numbers of the type {dtype}" if is_plain else "Sparse, quantized or empty (“meta”) tensors"
        entries.append(Entry(name, shape, dtype, 0, f"{what} cannot be shown yet."))
        return
    entries.append(Entry(name, shape, kind.name, tensor.numel() * tensor.element_size()))
    loads[name] = already(Stored(_raw(tensor, kind), kind))


def _raw(tensor: "torch.Tensor", kind: Kind) -> Any:
    """Return a tensor's memory as numpy's; of types that numpy does not know, the bits."""
    import torch

    tensor = tensor.detach().resolve_conj().resolve_neg()
    if kind.name == "bf16":
        return tensor.view(torch.int16).numpy().view("u2")
    return (tensor.view(torch.uint8) if kind.table else tensor).numpy()
