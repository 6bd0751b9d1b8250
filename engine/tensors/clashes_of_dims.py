"""Why what splits, joins, slides over or copies the shape of dims refuses."""

from dataclasses import replace
from math import prod

from engine.tensors.clash import Call, Clash, Operand, Try, counted, outside
from engine.tensors.clashes_of_moves import along, expand, view

_LIKE = {"view_as": "view", "reshape_as": "reshape", "expand_as": "expand"}


def two_at_most(call: Call) -> Clash | None:
    """t turns rows and columns."""
    x = call.operands[0]
    if len(x.shape) <= 2:
        return None
    sentence = f"t turns 2 dimensions round and {x.text} has {len(x.shape)}."
    return Clash(
        sentence, _all_dims(x), (Try(f"{x}.mT", "rows and columns of each matrix"), Try(f"{x}.permute{_turned(x)}"))
    )


def diag(call: Call) -> Clash | None:
    """diag makes a matrix of a vector, or takes its diagonal."""
    x = call.operands[0]
    if len(x.shape) in (1, 2):
        return None
    sentence = f"diag takes 1 dimension or 2, and {x.text} has {len(x.shape)}."
    return Clash(sentence, _all_dims(x), (Try(f"{x}.diagonal(0, -2, -1)"), Try(f"{x}.reshape(-1).diag()")))


def diagonal(call: Call) -> Clash | None:
    """A diagonal runs through two dims."""
    x, one, other = call.operands[0], call.given(2, "dim1", 0), call.given(3, "dim2", 1)
    for dim in (one, other):
        if sentence := outside(dim, x):
            return Clash(sentence, (), (Try(f"{x}.diagonal(0, -2, -1)"),))
    if len(x.shape) < 2:
        return Clash(f"A diagonal needs at least 2 dimensions and {x.text} has {len(x.shape)}.", _all_dims(x))
    if one % len(x.shape) == other % len(x.shape):
        sentence = f"A diagonal runs through two different dims, and both are {one % len(x.shape)}."
        return Clash(sentence, ((0, one),), (Try(f"{x}.diagonal(0, -2, -1)"),))
    return None


def flatten(call: Call) -> Clash | None:
    """From one dim to a later one."""
    x, start, end = call.operands[0], call.given(1, "start_dim", 0), call.given(2, "end_dim", -1)
    if found := along(call):
        return found
    most = max(len(x.shape), 1)
    if start % most > end % most:
        sentence = f"flatten joins dims from {start % most} to {end % most}, and the second comes first."
        return Clash(sentence, ((0, start), (0, end)), (Try(f"{x}.flatten({end}, {start})"), Try(f"{x}.flatten()")))
    return None


def unflatten(call: Call) -> Clash | None:
    """The sizes make up the dim that is split."""
    x, dim, sizes = call.operands[0], call.given(1, "dim"), call.given(2, "sizes")
    if not x.shape:
        return Clash(f"{x.text} is a single number, so there is no dim to split.", (), (Try(f"{x}.reshape(1)"),))
    if sentence := outside(dim, x):
        return Clash(sentence)
    length, known = x.shape[dim], prod(size for size in sizes if size != -1)
    if sizes.count(-1) > 1 or any(size < -1 for size in sizes):
        return Clash(f"Only one size can be −1, which is then worked out, and none smaller: {tuple(sizes)}.")
    meant = (
        tuple(Try(f"{x}.unflatten({dim}, {shape})") for shape in ((-1, sizes[-1]), (sizes[0], -1), (length, 1)))
        if sizes
        else ()
    )
    return Clash(
        f"dim {dim} of {x.text} is {length}, and {tuple(sizes)} makes up {_multiples(sizes, known)}.",
        ((0, dim),),
        meant,
    )


def unfold(call: Call) -> Clash | None:
    """Windows are not longer than their dim and move on by 1 at least."""
    x, dim, size, step = call.operands[0], call.given(1, "dimension"), call.given(2, "size"), call.given(3, "step")
    if sentence := outside(dim, x):
        return Clash(sentence)
    length = x.shape[dim] if x.shape else 1
    if step < 1:
        return Clash(
            f"A window moves on by 1 cell at least, and the step is {step}.",
            (),
            (Try(f"{x}.unfold({dim}, {size}, 1)"),),
        )
    if not 0 <= size <= length:
        tries = (Try(f"{x}.unfold({dim}, {length}, {step})"),)
        return Clash(
            f"Windows of {counted(size, 'cell')} do not fit into dim {dim} of {x.text}, which has {length}.",
            ((0, dim),),
            tries,
        )
    return None


def like(call: Call) -> Clash | None:
    """view_as, reshape_as and expand_as: as with the shape of the other tensor written out."""
    x, other = call.operands
    name = _LIKE[call.name]
    as_sizes = replace(call, name=name, arguments=(x, *other.shape), method=True)
    if name == "expand" and not other.shape:
        return Clash(
            f"{x.text} has {counted(len(x.shape))} and {other.text} is a single number; expand takes none away."
        )
    found = expand(as_sizes) if name == "expand" else view(as_sizes)
    return found and replace(found, tries=(*found.tries, Try(f"{other}.{call.name}({x})")))


def roll(call: Call) -> Clash | None:
    """As many shifts as dims, and dims that are there."""
    return shifts(call) or along(call)


def shifts(call: Call) -> Clash | None:
    """As many shifts as dims, which the meta device does not ask of a tensor that has no cells."""
    x, given, dims = call.operands[0], call.given(1, "shifts"), call.given(2, "dims", ())
    numbers = [len(part) if isinstance(part, tuple | list) else 1 for part in (given, dims)]
    if not numbers[0]:
        return Clash("roll takes at least one shift.", (), (Try(f"{x}.roll(1)"),))
    if numbers[1] and numbers[0] != numbers[1]:
        both = f"there are {counted(numbers[0], 'shift')} for {counted(numbers[1], 'dim')}"
        return Clash(f"roll takes a shift for each dim: {both}.")
    if not numbers[1] and numbers[0] != 1:
        sentence = f"Without dims roll takes one shift, and there are {numbers[0]}."
        return Clash(sentence, (), (Try(f"{x}.roll({given[0]})"),))
    return None


def _multiples(sizes: tuple[int, ...], known: int) -> str:
    return f"a multiple of {known}" if -1 in sizes else str(known)


def _turned(x: Operand) -> tuple[int, ...]:
    return tuple(range(len(x.shape) - 1, -1, -1))


def _all_dims(x: Operand) -> tuple[tuple[int, int], ...]:
    return tuple((0, dim) for dim in range(len(x.shape)))
