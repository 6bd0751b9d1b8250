"""Another dtype for a tensor: what makes it is rewritten in the text."""

import ast
import re

from app.pages.tensors.calling import spliced
from engine.tensors.casts import CASTS
from engine.tensors.picture import ChainPicture

DTYPES = ("float64", "float32", "bfloat16", "float16", "int64", "int32", "uint8", "bool", "complex64")
_TAKES_DTYPE = {"zeros", "ones", "full", "arange", "linspace", "eye", "tensor"}
_TIGHT = (ast.Call, ast.Attribute, ast.Subscript, ast.Name)


def with_dtype(text: str, chain: ChainPicture, number: int, dtype: str) -> str | None:
    """Return the expression with another dtype of a tensor: as an argument of what makes it of given numbers, by `.to(…)`
    of what was drawn or computed, so that the same numbers are rounded. None where it is not written as one part of a line.
    """
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
    changed = _recast(lines[line - 1][first - 1 : end - 1], step.operation, dtype)
    return None if changed is None else spliced(text, (line, first, end), changed)


def _recast(written: str, operation: str, dtype: str) -> str | None:
    try:
        node = ast.parse(written, mode="eval").body
    except SyntaxError:
        return None
    if not written.isascii():
        return None
    if isinstance(node, ast.Call):
        given = next((one for one in node.keywords if one.arg == "dtype"), None)
        if given is not None and operation not in CASTS:
            return f"{written[: given.value.col_offset]}{dtype}{written[given.value.end_col_offset :]}"
        if operation in _TAKES_DTYPE:
            return f"{written[:-1].rstrip().removesuffix(',')}, dtype={dtype})"
        if operation in CASTS and isinstance(node.func, ast.Attribute):
            return f"{written[: node.func.value.end_col_offset]}.to({dtype})"
    return f"{written}.to({dtype})" if isinstance(node, _TIGHT) else f"({written}).to({dtype})"
