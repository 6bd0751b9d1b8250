"""From an expression to a `Program`, by walking its syntax tree; only what the table of operations names is reached.
Each operation is worked out on the meta device as it is met, so that shapes are known and nothing is allocated."""

import ast
from collections.abc import Mapping

from torch import Tensor

from engine.tensors import operations
from engine.tensors.calls import Builder
from engine.tensors.program import Program, Ref
from engine.tensors.reading import place_of, read
from engine.tensors.refusal import Refused
from engine.tensors.values import Values
from engine.tensors.words import of_statement

RESERVED = {"torch", "F", *operations.CONSTANTS}


def plan(
    text: str, inputs: Mapping[str, Tensor] | None = None, seed: int = 0, on: Mapping[str, str] | None = None
) -> Program:
    """Understand an expression over named tensors (real ones or on the meta device; only shape and dtype are read);
    `on` says where inputs are that are not on the CPU.

    Raises `Refused` with one sentence and its place; costs well under a millisecond an operation and allocates nothing.
    """
    builder = Builder(text, inputs or {}, on)
    values = Values(builder)
    last: Ref | None = None
    statements = read(text)
    for statement in statements:
        seeded = _seed_of(statement)
        if seeded is not None:
            if statement is not statements[0]:
                raise Refused("manual_seed stands first, before everything else.", place_of(statement, text))
            seed = seeded
            continue
        last = _statement(statement, values) or last
    return builder.program(last, seed)


def _statement(statement: ast.stmt, values: Values) -> Ref | None:
    builder = values.builder
    if isinstance(statement, ast.Expr):
        return builder.shown(values.of(statement.value))
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            _check_name(target, builder)
            return builder.bind(target.id, values.of(statement.value))
    raise Refused(of_statement(statement), place_of(statement, builder.text))


def _check_name(target: ast.Name, builder: Builder) -> None:
    place = place_of(target, builder.text)
    if target.id in RESERVED:
        raise Refused(f"“{target.id}” already means something here; choose another name.", place)
    if target.id.startswith("_"):
        raise Refused("Names do not begin with an underscore here.", place)


def _seed_of(statement: ast.stmt) -> int | None:
    """The number in `manual_seed(7)` or `torch.manual_seed(7)`."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
        return None
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    number = getattr(call.args[0], "value", None)
    if named != "manual_seed" or type(number) is not int or number >= 2**63:
        return None
    return number
