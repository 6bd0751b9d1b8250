"""One operation on operands of given shapes, as it would be written: for questions asked from Python."""

from collections.abc import Sequence
from typing import Any

import torch

from engine.tensors.operations import functions
from engine.tensors.planning import plan
from engine.tensors.program import Program

LISTED = {"stack", "cat"}
NAMES = "ABCDEFGH"


def program_of(operation: str, shapes: Sequence[tuple[int, ...]], keywords: dict[str, Any]) -> Program:
    """Return the program of one operation on float32 operands called A, B … Raises `Refused`."""
    inputs = {name: torch.empty(shape, device="meta") for name, shape in zip(NAMES, shapes, strict=False)}
    return plan(call_text(operation, list(inputs), keywords), inputs)


def call_text(operation: str, names: Sequence[str], keywords: dict[str, Any]) -> str:
    """Return the call as it is written: `matmul(A, B)`, `A.view(size=(3, 2))`, `cat([A, B], dim=1)`."""
    given = [f"{key}={value!r}" for key, value in keywords.items() if key != "equation"]
    if operation in LISTED:
        listed = f"[{', '.join(names)}]"
        return f"{operation}({', '.join([listed, *given])})"
    if operation == "einsum":
        return f"einsum({', '.join([repr(keywords.get('equation', '')), *names])})"
    if operation in functions():
        return f"{operation}({', '.join([*names, *given])})"
    return f"{names[0]}.{operation}({', '.join([*names[1:], *given])})"
