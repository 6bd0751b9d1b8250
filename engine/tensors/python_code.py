"""A chain written as Python that runs by itself and gives the same numbers, one line a step."""

from typing import Any

import torch
from torch import Tensor

from engine.tensors.chain import Chain, Edit
from engine.tensors.operation import Form, Operation
from engine.tensors.program import Instruction, Ref
from engine.tensors.refusal import Refused

MAX_CELLS = 10_000
_KEPT = {"batch_norm", "instance_norm"}  # torch would change their running statistics in place
_RESERVED = {"torch", "F", "inf", "nan"}


def as_python(chain: Chain) -> str:
    """Return the code; each line binds one step. Raises `Refused` where an input has too many cells to be written."""
    return _Writer(chain).code()


class _Writer:
    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.names: list[str] = []

    def code(self) -> str:
        program = self.chain.program
        taken = {*program.inputs, *(one.name for one in program.instructions)}
        body = []
        for name, tensor in zip(program.inputs, self.chain.tensors, strict=False):
            self.names.append(name)
            body.append(f"{name} = {literal(tensor)}")
        if any(one.operation.random for one in program.instructions):
            body.append(f"torch.manual_seed({program.seed})")
        for number, one in enumerate(program.instructions, 1):
            name = _free(one.name or f"step{number}", self.names, taken if not one.name else set())
            line = f"{name} = {self._call(one)}"
            self.names.append(name)
            body.append(line)
            label = program.label(len(self.names) - 1)
            body += [_edited(name, edit) for edit in self.chain.edits if edit.name == label]
        whole = "\n".join(body)
        functional = "import torch.nn.functional as F\n" if "F." in whole else ""
        values = "from math import inf, nan\n" if "inf" in whole or "nan" in whole else ""
        return f"{values}import torch\n{functional}\n{whole}\n"

    def _call(self, one: Instruction) -> str:
        operation = one.operation
        parts = [self._written(part) for part in one.arguments]
        if operation.name in _KEPT:
            parts = [
                part if place == 0 or place > 2 or part == "None" else f"{part}.clone()"
                for place, part in enumerate(parts)
            ]
        named = [f"{key}={self._keyword(operation, key, value)}" for key, value in one.keywords.items()]
        first, rest = (parts[0] if parts else ""), ", ".join([*parts[1:], *named])
        written = operation.written
        if operation.form is Form.INFIX:
            return f"{parts[0]} {written} {parts[1]}"
        if operation.form is Form.PREFIX:
            return f"{written}{first}"
        if operation.form is Form.INDEX:
            return f"{first}[{_index(one.arguments[1])}]"
        if operation.form is Form.PROPERTY:
            return f"{first}.{written}"
        if operation.form is Form.METHOD:
            return f"{first}.{written}({rest})"
        picked = f".{operation.picks}" if operation.picks else ""
        return f"{written}({', '.join([*parts, *named])}){picked}"

    def _keyword(self, operation: Operation, key: str, value: Any) -> str:
        written = self._written(value)
        kept = operation.name in _KEPT and key.startswith("running") and value is not None
        return f"{written}.clone()" if kept else written

    def _written(self, value: Any) -> str:
        if isinstance(value, Ref):
            return self.names[value.number]
        if isinstance(value, tuple):
            return f"({', '.join(map(self._written, value))}{',' if len(value) == 1 else ''})"
        if isinstance(value, list):
            return f"[{', '.join(map(self._written, value))}]"
        if isinstance(value, torch.device):
            return repr(str(value))
        return "..." if value is ... else repr(value)


def _edited(name: str, edit: Edit) -> str:
    return f"{name}[{', '.join(map(str, edit.cell)) or '()'}] = {edit.value!r}"


def literal(tensor: Tensor) -> str:
    """Return a tensor as code that makes exactly it. Raises `Refused` beyond `MAX_CELLS`."""
    if tensor.numel() > MAX_CELLS:
        raise Refused(f"A tensor of {tensor.numel():,} cells is too large to be written as code.")
    shape = tuple(tensor.shape)
    if not tensor.numel():
        return f"torch.empty({shape}, dtype={tensor.dtype})"
    return f"torch.tensor({tensor.tolist()}, dtype={tensor.dtype})"


def _index(index: Any) -> str:
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(map(_one_index, parts)) + ("," if isinstance(index, tuple) and len(parts) == 1 else "") or "()"


def _one_index(part: Any) -> str:
    if isinstance(part, slice):
        ends = ["" if end is None else str(end) for end in (part.start, part.stop)]
        return ":".join(ends) + (f":{part.step}" if part.step is not None else "")
    return "..." if part is ... else repr(part)


def _free(name: str, used: list[str], others: set[str]) -> str:
    """A name that no earlier line has bound, since an earlier tensor may still be read."""
    number, free = 2, name
    while free in used or free in others or free in _RESERVED:
        free, number = f"{name}_{number}", number + 1
    return free
