"""Why torch refuses a call, in a sentence, with fixes that were tried on the meta device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.tensors.asking import NAMES, call_text
from engine.tensors.clash import Clash, Operand
from engine.tensors.planning import plan
from engine.tensors.refusal import Place, Refused

MAX_FIXES = 3


@dataclass(frozen=True)
class Fix:
    """What can be written instead of the part that is refused, and the shape that it gives; `note` says what to mind."""

    text: str
    shape: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """A refusal: sentence, where in the text, which (operand, dim) pairs clash, fixes best first, torch's own message;
    the operation with its operands where a rule knew them, and a step in words that torch takes unasked."""

    sentence: str
    place: Place
    dims: tuple[tuple[int, int], ...] = ()
    fixes: tuple[Fix, ...] = ()
    raw: str = ""
    operation: str = ""
    operands: tuple[Operand, ...] = ()
    hidden: str = ""


def explain(operation: str, *shapes: tuple[int, ...], **keywords: Any) -> Explanation | None:
    """Return why an operation refuses operands of these shapes (called A, B …), None where it takes them.

    `explain("matmul", (2, 3), (4, 5))`
    """
    inputs = {name: torch.empty(shape, device="meta") for name, shape in zip(NAMES, shapes, strict=False)}
    return explain_text(call_text(operation, list(inputs), keywords), inputs)


def explain_text(text: str, inputs: Mapping[str, Tensor], on: Mapping[str, str] | None = None) -> Explanation | None:
    """Return why an expression is refused, None where it is not; `on` as in `plan`. Allocates nothing."""
    try:
        plan(text, inputs, on=on)
    except Refused as error:
        return explain_refusal(error, text, inputs, on)
    return None


def explain_refusal(
    error: Refused, text: str, inputs: Mapping[str, Tensor], on: Mapping[str, str] | None = None
) -> Explanation:
    """Return what is to be told of a refusal of this expression, with fixes that were tried."""
    clash = error.clash
    if clash is None:
        return Explanation(error.sentence, error.place, raw=error.raw)
    fixes = _fixes(text, inputs, error.place, clash, on)
    hidden = _hidden_step(clash.operation, clash.operands)
    operands = clash.operands
    return Explanation(error.sentence, error.place, clash.dims, fixes, error.raw, clash.operation, operands, hidden)


def _hidden_step(operation: str, operands: Sequence[Operand]) -> str:
    """What torch does to a vector in a product before it looks at the shapes."""
    if operation != "matmul" or len(operands) != 2:
        return ""
    left, right = operands
    if len(left.shape) == 1 and len(right.shape) > 1:
        return f"{left} is taken as one row, 1 × {left.shape[0]}, and the 1 is dropped afterwards."
    if len(right.shape) == 1 and len(left.shape) > 1:
        return f"{right} is taken as one column, {right.shape[0]} × 1, and the 1 is dropped afterwards."
    if {len(left.shape), len(right.shape)} != {2} and len(left.shape) > 1:
        return "All dimensions before the last two are a batch, aligned from the right and stretched where they are 1."
    return ""


def _fixes(
    text: str, inputs: Mapping[str, Tensor], place: Place, clash: Clash, on: Mapping[str, str] | None
) -> tuple[Fix, ...]:
    """Try what might be meant: the expression up to the part that was refused must run with it."""
    lines = text.splitlines()
    before = "\n".join([*lines[: place.line - 1], lines[place.line - 1][: place.column - 1]])
    earlier = _whole_statements(before)
    found: dict[str, Fix] = {}
    for one in clash.tries:
        if one.text and one.text not in found and len(found) < MAX_FIXES:
            try:
                program = plan(f"{earlier}\n{one.text}", inputs, on=on)
            except Refused:
                continue
            if program.result is not None:
                found[one.text] = Fix(one.text, tuple(program.shapes[program.result].shape), one.note)
    return tuple(found.values())


def _whole_statements(text: str) -> str:
    """Drop the statement that has only begun."""
    return text[: max(text.rfind(";"), text.rfind("\n")) + 1]
