"""Another length for an axis of a tensor that is made of numbers: the sizes in the text that makes it are rewritten."""

import ast

from engine.tensors.picture import ChainPicture

MADE = {"rand", "randn", "zeros", "ones", "randint", "full"}
LONGEST = 512


def resized(text: str, place: tuple[int, int, int], axis: int, length: int) -> str | None:
    """Return the expression with another length of an axis, where what stands at `place` (line, first column, column after
    the last, from 1) writes it as a plain number: `rand(3, 4)`, `randint(0, 9, (3, 4))`. None for anything else.
    """
    lines = text.splitlines()
    line, first, end = place
    if line > len(lines) or not 0 <= length <= LONGEST:
        return None
    written = lines[line - 1][first - 1 : end - 1]
    size = _size(written, axis)
    if size is None:
        return None
    begin, stop = size
    lines[line - 1] = f"{lines[line - 1][: first - 1 + begin]}{length}{lines[line - 1][first - 1 + stop :]}"
    return "\n".join(lines)


def with_length(text: str, chain: ChainPicture, number: int, axis: int, length: int) -> str | None:
    """Return the expression with another length of an axis of a tensor, and of every made tensor that has the same axis.
    None where none of them writes it as a plain number.
    """
    same = chain.tensors[number].axes[axis]
    found: str | None = None
    for step in sorted(chain.steps, key=lambda step: step.place, reverse=True):  # from the end, so that places stay
        axes = chain.tensors[step.number].axes
        if chain.tensors[step.number].is_made and same in axes:
            changed = resized(found or text, step.place, axes.index(same), length)
            found = changed or found
    return found


def _size(written: str, axis: int) -> tuple[int, int] | None:
    """Return where in a call the length of an axis stands."""
    try:
        call = ast.parse(written, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or not written.isascii():
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    listed = [one for one in call.args if isinstance(one, ast.Tuple | ast.List)]
    if name == "arange":
        sizes: list[ast.expr] = call.args if len(call.args) == 1 else []
    elif name in MADE:
        sizes = listed[0].elts if listed else [] if name in ("randint", "full") else call.args
    else:
        return None
    one = sizes[axis] if axis < len(sizes) else None
    if not isinstance(one, ast.Constant) or type(one.value) is not int or one.end_col_offset is None:
        return None
    return one.col_offset, one.end_col_offset
