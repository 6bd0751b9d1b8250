"""Devices: which torch sees, how an expression names one, and where the result of an instruction is.

On `meta` a tensor has shape, dtype and strides, and no values; it is there on every machine."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from engine.tensors.casts import MOVES
from engine.tensors.operation import Kind
from engine.tensors.program import Instruction, Spot

CPU, META = "cpu", "meta"
_SHAPE_ONLY = frozenset({"view_as", "reshape_as", "expand_as"})


class NoDevice(Exception):
    """A device that is not here: `sentence`."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@cache
def seen() -> tuple[str, ...]:
    """Return the devices on which tensors can be, by name: the CPU, what torch sees beside it, and meta."""
    cards = [f"cuda:{place}" for place in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return (CPU, *cards, *(["mps"] if torch.backends.mps.is_available() else []), META)


def device_of(word: Any) -> torch.device:
    """Return the device of this name. Raises `NoDevice` with those that are here."""
    try:
        device = torch.device(word) if isinstance(word, str | torch.device) else None
    except RuntimeError:
        device = None
    if device is None:
        raise NoDevice(f"“{str(word)[:40]}” is no device; {here()}.")
    if name_of(device) not in seen():
        raise NoDevice(f"There is no {device} here; {here()}.")
    return device


def here() -> str:
    """Return which devices there are, in words."""
    return f"torch sees {', '.join(seen()[:-1])} and {META} (shapes without values)"


def name_of(device: torch.device) -> str:
    """Return `cuda:0` for `cuda`: of several the first is meant."""
    if device.type in (CPU, META, "mps"):
        return device.type
    return f"{device.type}:{device.index or 0}"


def read(one: Instruction) -> Instruction:
    """Return the instruction with its devices as torch knows them. Raises `NoDevice`."""
    keywords = {
        key: device_of(part) if key == "device" and part is not None else part for key, part in one.keywords.items()
    }
    arguments = one.arguments
    if one.operation.name == "to":
        arguments = tuple(device_of(part) if isinstance(part, str) else part for part in arguments)
    if one.operation.name == "cuda":
        given = arguments[1] if len(arguments) > 1 else None
        device_of(f"cuda:{given}" if type(given) is int else given or keywords.get("device") or "cuda")
    return replace(one, arguments=arguments, keywords=keywords)


def wanted(one: Instruction) -> torch.device | None:
    """Return the device that an instruction names, None where it names none."""
    if one.operation.name == CPU:
        return torch.device(CPU)
    if one.operation.kind is not Kind.MADE and one.operation.name not in MOVES:
        return None
    given = [part for part in [*one.arguments[1:], *one.keywords.values()] if isinstance(part, torch.device)]
    if given:
        return given[0]
    return torch.device("cuda") if one.operation.name == "cuda" else None


def on_meta(one: Instruction) -> Instruction:
    """Return the instruction with meta in the place of every device."""

    def swapped(part: Any) -> Any:
        return torch.device(META) if isinstance(part, torch.device) else part

    keywords = {key: swapped(part) for key, part in one.keywords.items()}
    return replace(one, arguments=tuple(map(swapped, one.arguments)), keywords=keywords)


def without_device(one: Instruction) -> Instruction:
    """Return what the instruction does beside going to a device; for it to be tried on meta."""
    return replace(
        one,
        arguments=tuple(part for part in one.arguments if not isinstance(part, torch.device)),
        keywords={key: part for key, part in one.keywords.items() if not isinstance(part, torch.device)},
    )


def spot_of(one: Instruction, spots: Sequence[Spot], shapes: Sequence[Tensor]) -> Spot | None:
    """Return where the result of an instruction is; None where its operands do not go together, and where it cannot be
    told without asking torch: with operands both on meta and elsewhere.

    Elsewhere than on meta torch takes operands of one device, and cell by cell a 0-d tensor of the CPU beside them.
    """
    read_from = [spots[ref.number] for ref in one.operands()]
    asked = wanted(one)
    if asked is not None:
        name = name_of(asked)
        stays = one.operation.name in MOVES and any(spot.is_hollow for spot in read_from)
        return Spot(name, name == META or stays)
    mixes = one.operation.kind is Kind.EACH and one.operation.name != "outer"
    devices = {spot.device for spot in read_from if spot.device != CPU}
    counted = [ref.number for ref in one.operands() if shapes[ref.number].ndim or not mixes or not devices]
    devices |= {CPU for number in counted if spots[number].device == CPU}
    if len(devices) > 1:
        return None
    (device,) = devices or {CPU}
    return Spot(device, device == META or is_hollow(one, spots))


def is_hollow(one: Instruction, spots: Sequence[Spot]) -> bool:
    """Whether the values of a result would be made of what has none."""
    if one.operation.kind is Kind.MADE:
        return False
    operands = one.operands()
    counted = operands[:1] if one.operation.name in _SHAPE_ONLY else operands
    return any(spots[ref.number].is_hollow for ref in counted)


def synchronize(device: torch.device) -> None:
    """Wait for what is under way on a device, so that an error is told where it belongs and a time is its own."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def on_cpu(tensor: Tensor, piece: int = 1 << 24) -> Tensor:
    """Return the cells on the CPU, copied in pieces of so many bytes where they are elsewhere; of meta nothing is copied,
    and its cells are 0."""
    if tensor.device.type == CPU:
        return tensor
    if tensor.device.type == META:
        return torch.zeros((), dtype=tensor.dtype).expand(tensor.shape)
    found = torch.empty(tensor.shape, dtype=tensor.dtype)
    rows = max(1, piece // max(1, tensor[:1].numel() * tensor.element_size())) if tensor.ndim else 1
    if not tensor.ndim:
        return found.copy_(tensor)
    for first in range(0, len(tensor), rows):
        found[first : first + rows].copy_(tensor[first : first + rows])
    return found
