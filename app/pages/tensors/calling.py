"""The arguments of a call that are plain numbers or truths: read from its text, and rewritten in the expression."""

import ast
from dataclasses import dataclass

Value = int | float | bool


@dataclass(frozen=True)
class Argument:
    """An argument by its name, its place among those without a name, and what it is where it is not given."""

    name: str
    place: int
    usual: Value


def value_of(written: str, argument: Argument) -> Value | None:
    """Return what a call gives for an argument; None where that is not a plain number or truth."""
    call = _call(written)
    if call is None:
        return None
    node = _node(call, argument)
    if node is None:
        return argument.usual
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, bool | int | float) else None


def text_of(written: str, argument: Argument) -> str:
    """Return how a call writes an argument, empty where it does not."""
    call = _call(written)
    node = None if call is None else _node(call, argument)
    return "" if node is None else ast.get_source_segment(written, node) or ""


def with_value(text: str, place: tuple[int, int, int], argument: Argument, value: Value) -> str | None:
    """Return the expression with another value for an argument of the call at `place` (line, first column, column after
    the last, from 1). None where the call does not write it as a plain number or truth.
    """
    lines = text.splitlines()
    line, first, end = place
    written = lines[line - 1][first - 1 : end - 1] if line <= len(lines) else ""
    call = _call(written)
    if call is None or not written.isascii() or value_of(written, argument) is None:
        return None
    node = _node(call, argument)
    if node is None:
        new = f"{written[:-1].rstrip().rstrip(',')}, {argument.name}={value!r})"
    else:
        new = f"{written[: node.col_offset]}{value!r}{written[node.end_col_offset :]}"
    return spliced(text, place, new)


def spliced(text: str, place: tuple[int, int, int], new: str) -> str:
    """Return the expression with something else written at a place."""
    lines = text.splitlines()
    line, first, end = place
    old = lines[line - 1]
    lines[line - 1] = f"{old[: first - 1]}{new}{old[end - 1 :]}"
    return "\n".join(lines)


def _call(written: str) -> ast.Call | None:
    try:
        found = ast.parse(written, mode="eval").body
    except SyntaxError:
        return None
    return found if isinstance(found, ast.Call) and written.endswith(")") else None


def _node(call: ast.Call, argument: Argument) -> ast.expr | None:
    if argument.place < len(call.args):
        return call.args[argument.place]
    return next((one.value for one in call.keywords if one.arg == argument.name), None)
