"""What a page tells of one tensor of a chain: how it lies in memory, whose cells it shows, what a cast did."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.tensors.chain import Chain, same_storage
from engine.tensors.program import Instruction
from engine.tensors.promoting import rule
from engine.tensors.sizes import logical_bytes, physical_bytes


@dataclass(frozen=True)
class Facts:
    """`offset` and `strides` count cells; `view_of` is the earliest tensor whose storage this one shows, `shared_with` all
    of them; `promotion` and `cast` are sentences about the step that made it, empty where there is nothing to say."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    strides: tuple[int, ...]
    offset: int
    contiguous: bool
    view_of: str
    shared_with: tuple[str, ...]
    logical_bytes: int
    physical_bytes: int
    promotion: str
    cast: str

    @property
    def header(self) -> str:
        """One line: `f32[3,4] stride(4,1) contiguous · view of x · 48 B`."""
        sizes = ",".join(map(str, self.shape))
        strides = ",".join(map(str, self.strides))
        lies = " contiguous" if self.contiguous else ""
        view = f" · view of {self.view_of}" if self.view_of else ""
        size = f"{self.logical_bytes:,} B"
        held = f" shown, {self.physical_bytes:,} B held" if self.logical_bytes > self.physical_bytes else ""
        return f"{SHORT.get(self.dtype, self.dtype)}[{sizes}] stride({strides}){lies}{view} · {size}{held}"


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


SHORT = {
    "float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16", "int64": "i64", "int32": "i32",
    "int16": "i16", "int8": "i8", "uint8": "u8", "complex64": "c64", "complex128": "c128",
}  # fmt: skip
_CASTS = {"to", "float", "double", "half", "bfloat16", "int", "long", "short", "bool"}


def facts(chain: Chain, number: int) -> Facts:
    """Return the facts of tensor `number` of a chain."""
    tensor, label, first = chain.tensors[number], chain.program.label, len(chain.program.inputs)
    sharing = [other for other in range(number) if same_storage(tensor, chain.tensors[other])]
    one = chain.program.instructions[number - first] if number >= first else None
    operands = [chain.tensors[ref.number] for ref in one.operands()] if one else []
    return Facts(
        name=label(number),
        shape=tuple(tensor.shape),
        dtype=name_of(tensor.dtype),
        strides=tuple(tensor.stride()),
        offset=int(tensor.storage_offset()),
        contiguous=tensor.is_contiguous(),
        view_of=label(sharing[0]) if sharing else "",
        shared_with=tuple(map(label, sharing)),
        logical_bytes=logical_bytes(tensor),
        physical_bytes=physical_bytes(tensor),
        promotion=promotion(one, operands, tensor) if one else "",
        cast=in_words(cast(operands[0], tensor), tensor.dtype) if one and _is_cast(one) else "",
    )


def name_of(dtype: torch.dtype) -> str:
    """Return `float32` for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def promotion(one: Instruction, operands: list[Tensor], result: Tensor) -> str:
    """Return in words why a result of mixed operands has its dtype, empty where they are of one dtype."""
    numbers = [part for part in one.arguments if isinstance(part, bool | int | float | complex)]
    return rule(one.operation, operands, numbers, result.dtype)


def cast(before: Tensor, after: Tensor) -> Cast:
    """Compare a tensor with its cast to another dtype, cell by cell."""
    kind = torch.complex128 if before.is_complex() or after.is_complex() else torch.float64
    old, new = before.detach().to(kind).reshape(-1), after.detach().to(kind).reshape(-1)
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
        example = f"{_written(old[cell])} became {_written(new[cell])}"
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
    return (
        f"Of {found.cells:,} cells in {name}: {told}; {found.example}." if told else f"Every cell is exact in {name}."
    )


def _beyond(old: Tensor, dtype: torch.dtype) -> Tensor:
    limits, real = torch.iinfo(dtype), old.real if old.is_complex() else old
    return real.isfinite() & ((real.trunc() < limits.min) | (real.trunc() > limits.max))


def _is_cast(one: Instruction) -> bool:
    return one.operation.name in _CASTS


def _written(value: Tensor) -> str:
    number = value.item()
    return f"{number:.7g}".replace("-", "−")
