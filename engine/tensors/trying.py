"""Whether torch takes a call: asked of the meta device, and of the CPU where the meta device takes more than others do."""

import warnings
from collections.abc import Sequence
from itertools import combinations, product

import torch
from torch import Tensor

from engine.tensors import devices
from engine.tensors.casts import MOVES
from engine.tensors.devices import CPU, META
from engine.tensors.operation import Kind
from engine.tensors.program import Instruction, Spot
from engine.tensors.seeding import own_chance
from engine.tensors.sizes import MAX_BYTES, TooLarge, Watch

TORCH_REFUSES = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, ArithmeticError, AttributeError)
MAX_TRIED = 1 << 16
"""Cells of a tensor that is tried on the CPU; larger ones are left to their turn."""
MAX_ASKED = 1 << 12
"""Cells of an operand of a call that is tried there although its result is not known."""
_COMMON = {torch.float32, torch.float64}
_OTHERS = (torch.float32, torch.bool, torch.int64, torch.complex64)
_MOST_CHANGED = 5
MOST_ON_META = 1 << 62
"""Bytes that a tensor on meta may stand for."""


class OtherDevices(Exception):
    """Operands on devices that do not go together."""


def _on_meta(one: Instruction, shapes: Sequence[Tensor], most: int = MAX_BYTES) -> Tensor:
    """Return the meta result of an instruction. Raises `TooLarge` or what torch raises."""
    makes = one.operation.kind is Kind.MADE and not one.operation.name.endswith("_like")
    with Watch(most), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        if one.operation.name in MOVES:
            result = _moved(one, shapes)
        else:
            plain = devices.without_device(one) if one.operation.kind is Kind.MADE else one
            result = plain.run(list(shapes), **({"device": META} if makes else {}))
    if not isinstance(result, Tensor):
        raise TypeError(f"{one.operation.name} does not give one tensor with these arguments")
    return result


def _moved(one: Instruction, shapes: Sequence[Tensor]) -> Tensor:
    """The meta result of `.to(…)`: another dtype, or another device, for which the cells are copied."""
    if one.operation.name != "to":
        return torch.empty_like(shapes[one.operands()[0].number])
    return devices.on_meta(one).run(list(shapes))


def landed(one: Instruction, shapes: Sequence[Tensor], spots: Sequence[Spot]) -> tuple[Tensor, Spot]:
    """Return the meta result of an instruction, and where it is. Raises `TooLarge`, `OtherDevices` or what torch raises.

    What is on meta may be of any size.
    """
    read = {spots[ref.number].device for ref in one.operands()}
    spot = devices.spot_of(one, spots, shapes)
    is_odd = META in read and read != {META} and one.operation.kind is not Kind.MADE
    if one.operation.name in MOVES and devices.wanted(one) is not None and spot is not None:
        if read == {META} and spot.device != META:
            raise OtherDevices
        x = shapes[one.operands()[0].number]
        found = _on_meta(one, shapes, MOST_ON_META if spot.device == META else MAX_BYTES)
        if read == {spot.device}:
            return (x if found.dtype == x.dtype else found), spot
        return (torch.empty_like(x) if found is x else found), spot
    if is_odd:
        return _landed_by_torch(one, shapes, spots)
    if spot is None:
        raise OtherDevices
    if spot.device == META and read <= {META}:
        return _on_meta(one, shapes, MOST_ON_META), spot
    return tried(one, shapes), spot


def _landed_by_torch(one: Instruction, shapes: Sequence[Tensor], spots: Sequence[Spot]) -> tuple[Tensor, Spot]:
    """Ask torch where operands of which some are on meta; those of other devices than the CPU are never taken beside it."""
    if not {spots[ref.number].device for ref in one.operands()} <= {CPU, META}:
        raise OtherDevices
    result = _on_meta(one, shapes)

    def on_its_device(number: int) -> Tensor:
        shape = shapes[number]
        if spots[number].device == META:
            return shape
        return _ones(shape) if _extent(shape) <= MAX_TRIED else torch.ones((), dtype=shape.dtype).expand(shape.shape)

    with own_chance(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            found = one.run_with(lambda ref: on_its_device(ref.number))
        except TORCH_REFUSES as error:
            if "device" in str(error):
                raise OtherDevices from error
            raise
    return result, Spot(found.device.type, found.device.type == META or devices.is_hollow(one, spots))


def tried(one: Instruction, shapes: Sequence[Tensor]) -> Tensor:
    """Return the meta result of an instruction. Raises `TooLarge` or what torch raises on the CPU, whose word counts about
    dtypes and about the bias of `linear` (seen with torch 2.13); it is asked with ones, of nothing large.
    """
    one = devices.without_device(one) if one.operation.kind is Kind.MADE else one
    operands = [shapes[ref.number] for ref in one.operands()]
    is_doubtful = _is_doubtful(one, operands)
    try:
        result = _on_meta(one, shapes)
    except TORCH_REFUSES:
        if not is_doubtful or max(map(_extent, operands), default=0) > MAX_ASKED:
            raise
        return _on_cpu(one, shapes).to("meta")
    if is_doubtful and max(map(_extent, (*operands, result))) <= MAX_TRIED:
        _on_cpu(one, shapes)
    return result


def _is_doubtful(one: Instruction, operands: Sequence[Tensor]) -> bool:
    bias = one.operation.name == "linear" and len(operands) == 3 and operands[2].shape != operands[1].shape[:-1]
    return "dtype" in one.keywords or bias or any(part.dtype not in _COMMON for part in operands)


def _on_cpu(one: Instruction, shapes: Sequence[Tensor]) -> Tensor:
    with own_chance(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        return one.run_with(lambda ref: _ones(shapes[ref.number]))


def fitting_dtypes(one: Instruction, shapes: Sequence[Tensor]) -> dict[int, torch.dtype]:
    """Return the dtypes of operands, by their places, with which a call that is refused would be taken: one dtype for as
    few operands as can be. Empty where no dtype helps.
    """
    numbers = [ref.number for ref in one.operands()]
    given = sorted((shapes[number].dtype for number in numbers), key=lambda dtype: not dtype.is_floating_point)
    wanted = list(dict.fromkeys([*given, *_OTHERS]))
    for count in range(1, min(len(numbers), _MOST_CHANGED) + 1):
        for dtype, places in product(wanted, combinations(range(len(numbers)), count)):
            if all(shapes[numbers[place]].dtype != dtype for place in places):
                changed = {numbers[place] for place in places}
                other = [_as(shape, dtype) if number in changed else shape for number, shape in enumerate(shapes)]
                if is_taken(one, other):
                    return dict.fromkeys(places, dtype)
    return {}


def is_taken(one: Instruction, shapes: Sequence[Tensor]) -> bool:
    """Whether torch takes a call of these operands."""
    try:
        tried(one, shapes)
    except (TooLarge, *TORCH_REFUSES):
        return False
    return True


def _as(shape: Tensor, dtype: torch.dtype) -> Tensor:
    return torch.empty_strided(shape.shape, shape.stride(), dtype=dtype, device="meta")


def _extent(shape: Tensor) -> int:
    """How many places in memory a tensor reaches over."""
    if not shape.numel():
        return 0
    return 1 + sum((length - 1) * step for length, step in zip(shape.shape, shape.stride(), strict=True))


def _ones(shape: Tensor) -> Tensor:
    return torch.ones(_extent(shape), dtype=shape.dtype).as_strided(shape.shape, shape.stride())
