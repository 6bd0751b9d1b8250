"""Why x[…] refuses: numbers outside their dims, too many of them, and slices that step backwards."""

from typing import Any

from engine.tensors.clash import Call, Clash, Operand, Try, counted


def index(call: Call) -> Clash | None:
    """Numbers inside their dims, no more of them than dims, and slices that step forwards."""
    x, given = call.operands[0], call.arguments[1]
    parts = given if isinstance(given, tuple) else (given,)
    used = [part for part in parts if part is not None and part is not ...]
    if sum(part is ... for part in parts) > 1:
        return Clash("… can stand only once in an index.")
    if len(used) > len(x.shape):
        sentence = f"The index has {counted(len(used), 'part')} and {x.text} has {counted(len(x.shape))}."
        return Clash(sentence, (), (Try(_indexed(x, _first(parts, len(x.shape)))),))
    return _outside(x, parts) or _backwards(x, parts)


def _outside(x: Operand, parts: tuple[Any, ...]) -> Clash | None:
    for place, (part, dim) in enumerate(zip(parts, _dims_of(x, parts), strict=True)):
        if type(part) is int and not -x.shape[dim] <= part < x.shape[dim]:
            if not x.shape[dim]:
                return Clash(f"dim {dim} of {x.text} is empty, so nothing can be taken of it.", ((0, dim),))
            sentence = f"{part} is outside dim {dim} of {x.text}, which has {counted(x.shape[dim], 'cell')}."
            last = Try(_indexed(x, (*parts[:place], -1, *parts[place + 1 :])))
            return Clash(sentence, ((0, dim),), (last,))
    return None


def _backwards(x: Operand, parts: tuple[Any, ...]) -> Clash | None:
    """torch takes no negative steps; the same cells are taken forwards and turned round afterwards."""
    forwards, turned, clashing, at = [], [], [], 0
    places = _dims_of(x, parts)
    for part, dim in zip(parts, places, strict=True):
        back = isinstance(part, slice) and part.step is not None and part.step < 0
        if back:
            turned.append(at)
            clashing.append((0, dim))
        forwards.append(_forwards(part, x.shape[dim]) if back else part)
        skipped = len(x.shape) - sum(one is not None and one is not ... for one in parts)
        at += 0 if type(part) is int else skipped if part is ... else 1
    if not turned:
        return None
    whole = all(part is ... or part == slice(None) for part in forwards)
    taken = x.text if whole else _indexed(x, tuple(forwards))
    dims = ", ".join(map(str, turned))
    sentence = (
        f"torch slices step forwards only; flip({dims}) turns {'this dim' if len(turned) == 1 else 'them'} round."
    )
    return Clash(sentence, tuple(clashing), (Try(f"{taken}.flip({dims})"),))


def _forwards(part: slice, length: int) -> slice:
    """The cells of a slice that steps backwards, from the first in memory on."""
    cells = range(*part.indices(length))
    if not cells:
        return slice(0, 0)
    step = None if part.step == -1 else -part.step
    begin, end = cells[-1], cells[0] + 1
    return slice(begin or None, None if end == length else end, step)


def _dims_of(x: Operand, parts: tuple[Any, ...]) -> list[int]:
    """The dim that each part of an index is about, that of the next one for None and …"""
    found, dim = [], 0
    for part in parts:
        found.append(dim)
        if part is ...:
            dim = len(x.shape) - sum(one is not None for one in parts[len(found) :])
        elif part is not None:
            dim += 1
    return found


def _first(parts: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    """The parts up to this number of them that take a dim each."""
    kept, used = [], 0
    for part in parts:
        used += part is not None and part is not ...
        if used <= number:
            kept.append(part)
    return tuple(kept)


def _indexed(x: Operand, parts: tuple[Any, ...]) -> str:
    return f"{x}[{', '.join(map(_written, parts))}]" if parts else x.text


def _written(part: Any) -> str:
    if part is ...:
        return "..."
    if not isinstance(part, slice):
        return str(part)
    begin, end = ("" if one is None else str(one) for one in (part.start, part.stop))
    return f"{begin}:{end}" if part.step is None else f"{begin}:{end}:{part.step}"
