"""What casts and mixes of dtypes do to the cells of a tensor, in words."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from engine.tensors.casts import CASTS
from engine.tensors.chain import Chain, edited
from engine.tensors.devices import on_cpu, wanted
from engine.tensors.operation import Kind
from engine.tensors.program import Instruction
from engine.tensors.promoting import rule


@dataclass(frozen=True)
class Cast:
    """What a cast did: cells that came out otherwise (`rounded`), as ±inf (`overflowed`), as 0 though they were not
    (`underflowed`), out of range of whole numbers (`wrapped`), and NaN or inf that whole numbers cannot hold (`lost`)."""

    cells: int
    rounded: int
    overflowed: int
    underflowed: int
    wrapped: int
    lost: int
    largest_error: float
    example: str


_VALUES = {"where": slice(1, None), "masked_fill": slice(1)}  # of their operands one only says where
_WRAPPING = {"add", "sub", "mul", "pow", "neg", "square"}
MOST_TRIED = 1 << 14  # cells: the whole step is worked out once more


def about_dtypes(chain: Chain, number: int) -> str:
    """Return in words what a cast did that made tensor `number` of a chain, or why a mix of dtypes gave its dtype; empty
    where there is nothing to say.
    """
    first = len(chain.program.inputs)
    if number < first:
        return ""
    one, tensor = chain.program.instructions[number - first], chain.tensors[number]
    operands = [chain.tensors[ref.number] for ref in one.operands()]
    if one.operation.name in CASTS:
        is_told = not chain.program.is_hollow(number) and wanted(one) is None
        return in_words(cast(operands[0], tensor), tensor.dtype) if is_told else ""
    if one.operation.kind is Kind.MADE:
        return _of_given(chain, number)
    operands = operands[_VALUES.get(one.operation.name, slice(None))]
    numbers = [part for part in one.arguments if isinstance(part, bool | int | float | complex)]
    return rule(one.operation, operands, numbers, tensor.dtype) or (
        "" if chain.program.is_hollow(number) else _of_whole(chain, one, tensor)
    )


def is_rounding(one: Instruction) -> bool:
    """Whether what is said of an instruction is about its cells: a cast, or numbers that were given another dtype."""
    return one.operation.name in CASTS or one.operation.kind is Kind.MADE


def _of_given(chain: Chain, number: int) -> str:
    """What a dtype that was asked for made of given numbers, against the same in float64."""
    one, tensor = chain.program.instructions[number - len(chain.program.inputs)], chain.tensors[number]
    if (
        chain.program.is_hollow(number)
        or one.operation.random
        or "dtype" not in one.keywords
        or tensor.dtype in (torch.float64, torch.complex128)
    ):
        return ""
    wide = torch.complex128 if tensor.is_complex() else torch.float64
    before = replace(one, keywords={**one.keywords, "dtype": wide}).run(list(chain.tensors))
    edited(before, chain.program.label(number), chain.edits)
    return in_words(cast(before, tensor), tensor.dtype)


def _of_whole(chain: Chain, one: Instruction, tensor: Tensor) -> str:
    """What whole numbers that are too small for a result did to it, against the same in float64."""
    is_whole = not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)
    if not is_whole or one.operation.name not in _WRAPPING or tensor.numel() > MOST_TRIED:
        return ""
    told = cast(one.run([part if part.is_complex() else part.double() for part in chain.tensors]), tensor)
    return in_words(told, tensor.dtype) if told.wrapped else ""


def name_of(dtype: torch.dtype) -> str:
    """Return `float32` for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def cast(before: Tensor, after: Tensor) -> Cast:
    """Compare a tensor with its cast to another dtype, cell by cell."""
    kind = torch.complex128 if before.is_complex() or after.is_complex() else torch.float64
    old, new = (on_cpu(part.detach()).to(kind).reshape(-1) for part in (before, after))
    ends = old.isfinite() & new.isfinite()
    whole = not (after.is_floating_point() or after.is_complex())
    overflowed = old.isfinite() & new.isinf()
    lost = ~old.isfinite() & whole
    error = torch.where(ends, (new - old).abs(), 0.0)
    beyond = _beyond(old, after.dtype) if whole and after.dtype != torch.bool else torch.zeros_like(ends)
    rounded = ends & (error > 0) & ~beyond
    underflowed = rounded & (new == 0) & (not whole)
    shown = overflowed | lost | beyond | rounded
    example = ""
    if shown.any():
        cell = int(shown.to(torch.uint8).argmax())
        example = f"{_written(old[cell], before.dtype)} became {_written(new[cell])}"
    worst = float(error[~beyond].max()) if (~beyond).any() else 0.0
    return Cast(
        cells=old.numel(),
        rounded=int(rounded.sum()),
        overflowed=int(overflowed.sum()),
        underflowed=int(underflowed.sum()),
        wrapped=int(beyond.sum()),
        lost=int(lost.sum()),
        largest_error=worst,
        example=example,
    )


def in_words(found: Cast, dtype: torch.dtype) -> str:
    """Return a sentence: `2 of 4 cells are rounded in float16, 1 overflows to inf: 0.1 became 0.09998.`"""
    if dtype == torch.bool:
        return "0 became False, everything else True."
    parts = [
        (found.rounded - found.underflowed, "rounded"),
        (found.underflowed, "too small and became 0"),
        (found.overflowed, "too large and became inf"),
        (found.wrapped, "out of range and wrapped round"),
        (found.lost, "NaN or inf, which whole numbers cannot hold"),
    ]
    told = ", ".join(f"{count:,} {what}" for count, what in parts if count)
    name = name_of(dtype)
    if not told:
        return f"Every cell is exact in {name}."
    most = f"; the largest change is {found.largest_error:.3g}" if found.rounded else ""
    return f"Of {found.cells:,} cells in {name}: {told}; {found.example}{most}."


def _beyond(old: Tensor, dtype: torch.dtype) -> Tensor:
    limits, real = torch.iinfo(dtype), old.real if old.is_complex() else old
    return real.isfinite() & ((real.trunc() < limits.min) | (real.trunc() > limits.max))


def _written(value: Tensor, dtype: torch.dtype = torch.float64) -> str:
    """As short as its dtype allows: 0.1 of float32 is written so, what became of it with the digits that tell them apart."""
    number = value.item()
    text = str(np.float32(number)) if dtype == torch.float32 else f"{number:.12g}"
    return text.replace("-", "−")
