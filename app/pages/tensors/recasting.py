"""Another dtype or device for a tensor: what makes it is rewritten in the text."""

import ast
import re

from app.pages.tensors.calling import spliced
from engine.tensors.casts import CASTS, MOVES
from engine.tensors.picture import ChainPicture

DTYPES = (
    "float64", "float32", "bfloat16", "float16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex128",
    "complex64",
)  # fmt: skip
_GIVEN = {"zeros", "ones", "full", "arange", "linspace", "eye", "tensor", "empty"}
_DRAWN = {"rand", "randn", "randint", "randperm"}
_TIGHT = (ast.Call, ast.Attribute, ast.Subscript, ast.Name)


def with_dtype(text: str, chain: ChainPicture, number: int, dtype: str) -> str | None:
    """Return the expression with another dtype of a tensor: as an argument of what makes it of given numbers, by `.to(…)`
    of what was drawn or computed, so that the same numbers are rounded. None where it is not written as one part of a line.
    """
    return _with(text, chain, number, "dtype", dtype)


def with_device(text: str, chain: ChainPicture, number: int, device: str) -> str | None:
    """Return the expression with a tensor on another device, as `with_dtype` does: what was drawn is copied there, since
    another device draws other numbers."""
    return _with(text, chain, number, "device", f"'{device}'")


def _with(text: str, chain: ChainPicture, number: int, what: str, value: str) -> str | None:
    step = next((one for one in chain.steps if one.number == number), None)
    lines = text.splitlines()
    if step is None or step.place[0] > len(lines):
        return None
    line, first, end = step.place
    if "." in step.operation:  # one of a pair, which is taken of it behind the call
        taken = re.match(r"\s*(\.(values|indices)\b|\[\s*[01]\s*\])", lines[line - 1][end - 1 :])
        if taken is None:
            return None
        end += taken.end()
    changed = _rewritten(lines[line - 1][first - 1 : end - 1], step.operation, what, value)
    return None if changed is None else spliced(text, (line, first, end), changed)


def _rewritten(written: str, operation: str, what: str, value: str) -> str | None:
    try:
        node = ast.parse(written, mode="eval").body
    except SyntaxError:
        return None
    if not written.isascii():
        return None
    if isinstance(node, ast.Call):
        changed = _of_call(written, node, operation, what, value)
        if changed:
            return changed
    return f"{written}.to({value})" if isinstance(node, _TIGHT) else f"({written}).to({value})"


def _of_call(written: str, node: ast.Call, operation: str, what: str, value: str) -> str:
    """The call with its argument, empty where it takes none and something is to be written behind it."""
    given: ast.expr | None = next((one.value for one in node.keywords if one.arg == what), None)
    if operation == "to" and any(map(_is_tensor, [*node.args, *(one.value for one in node.keywords)])):
        return ""
    if given is None and operation == "to":
        given = next((one for one in node.args if _is_device(one) == (what == "device")), None)
    if given is not None:
        return f"{written[: given.col_offset]}{value}{written[given.end_col_offset :]}"
    if operation in _GIVEN or (operation in _DRAWN and value == "'meta'"):
        return f"{written[:-1].rstrip().removesuffix(',')}, {what}={value})"
    if operation not in CASTS | MOVES or not isinstance(node.func, ast.Attribute):
        return ""
    subject = written[: node.func.value.end_col_offset]
    if operation == "to" and node.args and not node.keywords:  # the other of both is given: a device stands first
        other = ast.get_source_segment(written, node.args[0])
        return f"{subject}.to({', '.join(map(str, (value, other) if what == 'device' else (other, value)))})"
    is_same = operation in (MOVES if what == "device" else CASTS) - {"to"}
    return f"{subject}.to({value})" if is_same else ""


def _is_tensor(node: ast.expr) -> bool:
    """Whether an argument of `.to(…)` is a tensor whose dtype and device are taken."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name not in (*DTYPES, "dtype", "device") and not _is_device(node)


def _is_device(node: ast.expr) -> bool:
    """Whether an argument of `.to(…)` is a device: a word, `torch.device(…)` or `x.device`."""
    named = isinstance(node, ast.Attribute) and node.attr == "device"
    return named or isinstance(node, ast.Call) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
