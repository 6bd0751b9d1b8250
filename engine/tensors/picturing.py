"""From a chain to its picture: every tensor with its cells and statistics, every step with the reaches of its operands."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.tensors.casting import about_dtypes, is_rounding
from engine.tensors.chain import Chain, Step
from engine.tensors.devices import name_of, on_cpu, seen
from engine.tensors.explaining import Explanation
from engine.tensors.ghosting import ghosts_of
from engine.tensors.given import Part
from engine.tensors.identities import Identities, join_attention, join_letters, join_step
from engine.tensors.lettered import terms_of
from engine.tensors.notes import notes_of
from engine.tensors.operation import Kind
from engine.tensors.parts import parts_of
from engine.tensors.picture import (
    ChainPicture,
    FixPicture,
    PartPicture,
    RefusalPicture,
    StepPicture,
    TensorPicture,
    corner,
)
from engine.tensors.program import Instruction
from engine.tensors.reach import Reach
from engine.tensors.reaches import Use, reaches

_SHORT = {"float": "f", "bfloat": "bf", "int": "i", "uint": "u", "complex": "c"}
NOTHING = {**dict.fromkeys(("minimum", "maximum", "mean", "std")), "nans": 0, "infinities": 0}
_SUMMED = {"matmul", "mm", "bmm", "mv", "dot", "linear"}


def picture_of(chain: Chain) -> ChainPicture:
    """Return what a window shows of a chain without inputs or with them."""
    first = len(chain.program.inputs)
    every = chain.steps
    met = [_reaches(chain, number) for number in range(first, len(chain.tensors))]
    axes = _axes(chain, met)
    made = (_of_input(chain, number, axes[number]) for number in range(first))
    said = [about_dtypes(chain, number) for number in range(len(chain.tensors))]
    stepped = (_of_step(chain, step, number, axes[number], said[number]) for number, step in enumerate(every, first))
    steps = tuple(_step(chain, number, met[number - first], axes, said[number]) for number in range(first, len(said)))
    return ChainPicture((*made, *stepped), steps, chain.program.result)


def refusal_of(found: Explanation) -> RefusalPicture:
    """Return what a window shows of a refusal."""
    fixes = tuple(FixPicture(one.text, one.shape, one.note) for one in found.fixes)
    place = (found.place.line, found.place.column, found.place.end)
    operands = tuple((one.text, one.shape) for one in found.operands)
    return RefusalPicture(found.sentence, place, found.operation, operands, found.dims, found.hidden, fixes, found.raw)


def short_dtype(dtype: str) -> str:
    """Return f32 for float32."""
    letters = dtype.rstrip("0123456789")
    return _SHORT.get(letters, letters) + dtype[len(letters) :]


def values_of(tensor: Tensor) -> np.ndarray[Any, Any]:
    """Return the cells as numpy has them, a corner where there are too many; bf16 becomes float32, what is on meta 0."""
    shown = on_cpu(tensor[tuple(slice(0, length) for length in corner(tuple(tensor.shape)))].detach())
    if shown.dtype in (torch.bfloat16, torch.float16):
        shown = shown.to(torch.float32)
    return shown.resolve_conj().resolve_neg().contiguous().numpy()


def _of_step(chain: Chain, step: Step, number: int, axes: tuple[int, ...], said: str) -> TensorPicture:
    one, tensor = chain.program.instructions[number - len(chain.program.inputs)], chain.tensors[number]
    return TensorPicture(
        name=step.name,
        text=one.text,
        kind=step.kind.value,
        shape=step.shape,
        dtype=short_dtype(step.dtype),
        strides=step.strides,
        offset=step.offset,
        contiguous=step.contiguous,
        shares=step.shares,
        verdict=step.verdict,
        logical_bytes=step.logical_bytes,
        physical_bytes=step.physical_bytes,
        axes=axes,
        values=values_of(tensor),
        rounding=said if is_rounding(one) else "",
        device=step.device,
        devices=seen(),
        has_values=not chain.program.is_hollow(number),
        **(NOTHING if chain.program.is_hollow(number) else statistics(tensor)),
    )


def _of_input(chain: Chain, number: int, axes: tuple[int, ...]) -> TensorPicture:
    tensor, name = chain.tensors[number], chain.program.inputs[number]
    dtype = short_dtype(str(tensor.dtype).removeprefix("torch."))
    return _plain(name, name, "made", tensor, dtype, axes)


def statistics(tensor: Tensor) -> dict[str, Any]:
    """Return smallest, largest, mean and standard deviation of the finite cells, and how many are not finite."""
    tensor = on_cpu(tensor)
    cells = tensor.abs() if tensor.is_complex() else tensor
    cells = cells if cells.dtype == torch.float32 else cells.to(torch.float64)
    finite = cells
    if cells.numel() and not all(map(torch.isfinite, cells.aminmax())):  # NaN comes through both
        finite = cells[torch.isfinite(cells)]
    nans = 0 if finite is cells else int(torch.isnan(cells).sum())
    counts = {"nans": nans, "infinities": cells.numel() - finite.numel() - nans}
    if not finite.numel():
        return {**NOTHING, **counts}
    least, most = finite.aminmax()
    spread = float(finite.std(correction=0))
    return {
        "minimum": float(least),
        "maximum": float(most),
        "mean": float(finite.mean(dtype=torch.float64)),
        "std": spread,
        **counts,
    }


def _reaches(chain: Chain, number: int) -> list[Reach | None]:
    one = chain.program.instructions[number - len(chain.program.inputs)]
    return reaches(one, chain.tensors, chain.tensors[number])


def _axes(chain: Chain, met: Sequence[Sequence[Reach | None]]) -> list[tuple[int, ...]]:
    shapes = [tuple(tensor.shape) for tensor in chain.tensors]
    found = Identities(shapes)
    first = len(chain.program.inputs)
    for number, (one, known) in enumerate(zip(chain.program.instructions, met, strict=True), first):
        operands = [ref.number for ref in one.operands()]
        links = one.operation.kind in (Kind.LANES, Kind.NORM)
        join_step(found, number, operands, known, one.operation.name in _SUMMED, links)
        if one.operation.kind is Kind.ATTENTION and {len(shapes[other]) for other in operands[:3]} == {
            len(shapes[number])
        }:
            join_attention(found, shapes, number, operands)
        if letters := _letters(one):
            join_letters(found, [*operands, number], letters)
    return found.numbers()


def _step(
    chain: Chain, number: int, known: Sequence[Reach | None], axes: Sequence[tuple[int, ...]], said: str
) -> StepPicture:
    one = chain.program.instructions[number - len(chain.program.inputs)]
    operands = tuple(ref.number for ref in one.operands())
    operation = one.operation
    place = (one.place.line, one.place.column, one.place.end)
    called = (number, operation.name, operation.torch_name, operation.kind.value)
    parts = tuple(_part(part, operands, axes) for part in parts_of(chain, number))
    return StepPicture(
        *called,
        one.text,
        place,
        operands,
        tuple(known),
        "" if is_rounding(one) else said,
        notes_of(chain, number),
        _letters(one),
        tuple(ghosts_of(Use(one, chain.tensors, chain.tensors[number]))),
        parts,
    )


def _letters(one: Instruction) -> tuple[str, ...]:
    """The letters of operands and result of an einsum."""
    equation = one.arguments[0] if one.arguments else one.keywords.get("equation", "")
    found = terms_of(str(equation), len(one.operands())) if one.operation.name == "einsum" else None
    return () if found is None else (*found[0], found[1])


def _part(part: Part, operands: tuple[int, ...], axes: Sequence[tuple[int, ...]]) -> PartPicture:
    known = tuple(-1 if like is None else axes[operands[like[0]]][like[1]] for like in part.like)
    dtype = short_dtype(str(part.tensor.dtype).removeprefix("torch."))
    tensor = _plain(part.name, part.text, "part", part.tensor, dtype, known)
    return PartPicture(tensor, part.reach, part.made, part.earlier)


def _plain(name: str, text: str, kind: str, tensor: Tensor, dtype: str, axes: tuple[int, ...]) -> TensorPicture:
    """A tensor that lies row by row in memory of its own."""
    size, shape = tensor.numel() * tensor.element_size(), tuple(tensor.shape)
    laid = (shape, dtype, tensor.stride(), 0, True, (), "made", size, size, axes, values_of(tensor), "")
    found = NOTHING if tensor.is_meta else statistics(tensor)
    return TensorPicture(name, text, kind, *laid, name_of(tensor.device), seen(), not tensor.is_meta, **found)
