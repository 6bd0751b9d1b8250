"""A program that was worked out: every tensor of it, and one `Step` a card for each operation."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.tensors import devices
from engine.tensors.calls import first_sentence
from engine.tensors.operation import Kind
from engine.tensors.planning import plan
from engine.tensors.program import Instruction, Program
from engine.tensors.refusal import Refused
from engine.tensors.seeding import own_chance, seed
from engine.tensors.sizes import logical_bytes, physical_bytes, readable
from engine.tensors.trying import TORCH_REFUSES


@dataclass(frozen=True)
class Step:
    """One operation as it is shown. `shares` names the tensors with the same storage; `verdict` is what became of the
    cells: *viewed* (same storage), *copied* (moved into a storage of their own), *computed* or *made*."""

    name: str
    operation: str
    torch_name: str
    kind: Kind
    text: str
    operands: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    strides: tuple[int, ...]
    offset: int
    contiguous: bool
    shares: tuple[str, ...]
    verdict: str
    logical_bytes: int
    physical_bytes: int
    device: str = devices.CPU


@dataclass(frozen=True)
class Edit:
    """A cell of a made tensor that was given another value by hand."""

    name: str
    cell: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class Chain:
    """A program with its tensors: the inputs, then one for each instruction; `edits` are those that were made."""

    program: Program
    tensors: tuple[Tensor, ...]
    edits: tuple[Edit, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """One card an operation, in order."""
        return tuple(self._step(number) for number in range(len(self.program.inputs), len(self.tensors)))

    @property
    def result(self) -> Tensor:
        """The tensor of the last statement. Raises `Refused` where it was a plain number or nothing."""
        if self.program.result is None:
            raise Refused("The expression gives no tensor.")
        return self.tensors[self.program.result]

    def __getitem__(self, name: str) -> Tensor:
        """Return the tensor that a name means at the end."""
        return self.tensors[self.program.names[name]]

    def _step(self, number: int) -> Step:
        one, tensor = self.program.instructions[number - len(self.program.inputs)], self.tensors[number]
        label = self.program.label
        sharing = [other for other in range(number) if same_storage(tensor, self.tensors[other])]
        return Step(
            name=label(number),
            operation=one.operation.name,
            torch_name=one.operation.torch_name,
            kind=one.operation.kind,
            text=one.text,
            operands=tuple(label(ref.number) for ref in one.operands()),
            shape=tuple(tensor.shape),
            dtype=str(tensor.dtype).removeprefix("torch."),
            strides=tensor.stride(),
            offset=int(tensor.storage_offset()),
            contiguous=tensor.is_contiguous(),
            shares=tuple(label(other) for other in sharing),
            verdict=_verdict(one, bool(sharing)),
            logical_bytes=logical_bytes(tensor),
            physical_bytes=physical_bytes(tensor),
            device=devices.name_of(tensor.device),
        )


def evaluate(text: str, inputs: Mapping[str, Tensor] | None = None, seed: int = 0, edits: Sequence[Edit] = ()) -> Chain:
    """Work out an expression over named tensors. Raises `Refused`, always before anything too large is allocated.

    Random numbers are those of torch after `manual_seed(seed)`, or of the seed that the text begins with. Edits that
    do not fit, since their tensor is gone or has become smaller or computed, are left out.
    """
    given = {name: tensor.detach().contiguous() for name, tensor in (inputs or {}).items()}
    on = {name: devices.name_of(tensor.device) for name, tensor in given.items()}
    return work_out(plan(text, given, seed, on), tuple(given.values()), edits)


def work_out(program: Program, inputs: tuple[Tensor, ...], edits: Sequence[Edit] = ()) -> Chain:
    """Run the instructions of a program on its inputs; the source of chance outside is left as it was."""
    with torch.no_grad():
        tensors, made = run_all(program, inputs, edits)
    return Chain(program, tensors, made)


def run_all(
    program: Program,
    inputs: tuple[Tensor, ...],
    edits: Sequence[Edit] = (),
    kept: Callable[[Instruction, Tensor], Tensor] | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Edit, ...]]:
    """Return every tensor of a program and the edits that fitted; of each result what `kept` makes of it goes on.

    Raises `Refused`.
    """
    tensors, made = list(inputs), list[Edit]()
    on = program.devices
    with own_chance(on), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seed(program.seed, on)
        for one in program.instructions:
            try:
                result = one.run(tensors)
                devices.synchronize(result.device)
            except torch.OutOfMemoryError as error:
                raise Refused(_no_room(program, one, len(tensors)), one.place, str(error)) from None
            except TORCH_REFUSES as error:
                raise Refused(first_sentence(one.operation.name, str(error)), one.place, str(error)) from None
            if edits and one.operation.kind is Kind.MADE and not program.is_hollow(len(tensors)):
                made += edited(result, program.label(len(tensors)), edits)
            tensors.append(kept(one, result) if kept else result)
    return tuple(tensors), tuple(made)


def edited(tensor: Tensor, name: str, edits: Sequence[Edit]) -> list[Edit]:
    """Put in what was given by hand for a tensor of this name; returns what fitted."""
    fitting = []
    for one in edits:
        inside = all(0 <= place < length for place, length in zip(one.cell, tensor.shape, strict=False))
        if one.name == name and len(one.cell) == tensor.ndim and inside:
            try:
                tensor[one.cell] = one.value
            except TORCH_REFUSES:
                continue  # NaN has no place among whole numbers
            fitting.append(one)
    return fitting


def same_storage(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are views of one storage."""
    return bool(one.untyped_storage()._cdata == other.untyped_storage()._cdata)


def _no_room(program: Program, one: Instruction, number: int) -> str:
    takes, device = readable(logical_bytes(program.shapes[number])), program.spots[number].device
    return (
        f"{device} has no room left for {one.operation.name}, whose result takes {takes}; "
        "make it smaller, or work it out on the CPU."
    )


def _verdict(one: Instruction, shares: bool) -> str:
    if shares:
        return "viewed"
    if one.operation.kind is Kind.MADE:
        return "made"
    is_moved = one.operation.kind is Kind.MOVED or devices.wanted(one) is not None
    return "copied" if is_moved else "computed"
