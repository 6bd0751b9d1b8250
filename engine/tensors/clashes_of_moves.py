"""Why view, expand, repeat, permute and whatever goes along a dim refuse."""

from math import inf, prod

from engine.tensors.clash import Call, Clash, Operand, Try, counted, outside

_DIMS = {
    "transpose": ((1, "dim0"), (2, "dim1")), "swapaxes": ((1, "dim0"), (2, "dim1")),
    "movedim": ((1, "source"), (2, "destination")),
    "roll": ((2, "dims"),), "norm": ((2, "dim"),), "flatten": ((1, "start_dim"), (2, "end_dim")),
    "gumbel_softmax": ((4, "dim"),),
}  # fmt: skip


def view(call: Call) -> Clash | None:
    """view and reshape keep the number of cells; view also the storage."""
    x, sizes = call.operands[0], _sizes(call, "size" if call.name == "view" else "shape")
    if sizes is None:
        return None
    cells, unknown = prod(x.shape), sizes.count(-1)
    if unknown > 1 or any(size < -1 for size in sizes):
        return Clash(
            f"Only one size can be −1, which is then worked out, and none smaller: {sizes}.",
            (),
            _inferred(call, x, sizes),
        )
    known = prod(size for size in sizes if size != -1)
    if unknown and (not known or cells % known):
        sentence = f"{x.text} has {counted(cells, 'cell')}, which cannot be split into groups of {known}."
        return Clash(sentence, (), _inferred(call, x, sizes))
    if not unknown and known != cells:
        sentence = f"{call.name} keeps the number of cells: {x.text} has {cells}, {sizes} would have {known}."
        return Clash(sentence, tuple((0, dim) for dim in range(len(x.shape))), _inferred(call, x, sizes))
    shape = ", ".join(map(str, sizes))
    tries = (
        Try(f"{x}.reshape({shape})", "copies the cells"),
        Try(f"{x}.contiguous().view({shape})", "copies the cells"),
    )
    return Clash(_unmerged(x), tuple((0, dim) for dim in range(len(x.shape))), tries)


def expand(call: Call) -> Clash | None:
    """Only dims of size 1 stretch."""
    x, sizes = call.operands[0], _sizes(call, "size")
    if sizes is None:
        return None
    if len(sizes) < len(x.shape):
        tries = (Try(f"{x}.expand({', '.join(map(str, (*x.shape[: len(x.shape) - len(sizes)], *sizes)))})"),)
        return Clash(
            f"expand needs a size for each of the {counted(len(x.shape))} of {x.text}; there are {len(sizes)}.",
            (),
            tries,
        )
    new = len(sizes) - len(x.shape)
    if any(size < 0 for size in sizes[:new]) or min(sizes, default=0) < -1:
        return Clash(f"−1 keeps the size of a dim that {x.text} has, and a new dim has none: {sizes}.")
    for dim, size in enumerate(x.shape):
        if size != 1 and sizes[new + dim] not in (-1, size):
            given = (*sizes[: new + dim], size, *sizes[new + dim + 1 :])
            kept = ", ".join(str(one) for one in given)
            meant = [
                Try(f"{x}.expand({kept})"),
                Try(f"{x}.unsqueeze(-1).expand({', '.join(map(str, (*x.shape, sizes[new + dim])))})"),
            ]
            if size and sizes[new + dim] % size == 0:
                times = ", ".join(str(sizes[new + dim] // size if one == new + dim else 1) for one in range(len(sizes)))
                meant.append(Try(f"{x}.repeat({times})", "copies the cells"))
            return Clash(
                f"Only dims of size 1 expand: dim {dim} of {x.text} is {size}, not {sizes[new + dim]}.",
                ((0, dim),),
                tuple(meant),
            )
    return None


def repeat(call: Call) -> Clash | None:
    """One number for each dim, and none below 0."""
    x, times = call.operands[0], _sizes(call, "repeats")
    if times is None:
        return None
    if len(times) < len(x.shape):
        ones = ", ".join(map(str, (*[1] * (len(x.shape) - len(times)), *times)))
        return Clash(
            f"repeat needs a number for each of the {counted(len(x.shape))} of {x.text}; there are {len(times)}.",
            (),
            (Try(f"{x}.repeat({ones})"),),
        )
    return Clash(f"Nothing is repeated less than 0 times: {times}.") if min(times, default=0) < 0 else None


def permute(call: Call) -> Clash | None:
    """Each dim once."""
    x, dims = call.operands[0], _sizes(call, "dims")
    if dims is None:
        return None
    beyond = next((text for dim in dims if (text := outside(dim, x))), "")
    sentence = beyond or f"permute needs each of the {counted(len(x.shape))} of {x.text} once: {dims}."
    turned = ", ".join(map(str, range(len(x.shape) - 1, -1, -1)))
    return Clash(sentence, (), (Try(f"{x}.permute({turned})", "all dims turned round"),))


def flat_matrix(call: Call) -> Clash | None:
    """triu, tril and mT need rows and columns."""
    x = call.operands[0]
    if len(x.shape) >= 2:
        return along(call)
    return Clash(
        f"{call.name} needs at least 2 dimensions and {x.text} has {len(x.shape)}.",
        (),
        (Try(call.written(x.to("{}.reshape(1, -1)"))),),
    )


def along(call: Call) -> Clash | None:
    """A dim that the tensor has."""
    if not call.operands:
        return None
    x = call.operands[0]
    extra = 1 if call.name == "unsqueeze" else 0
    for place, name in _DIMS.get(call.name, ((1, "dim"),)):
        given = call.given(place, name)
        dims = given if isinstance(given, tuple | list) else (given,)
        for dim in dims:
            if type(dim) is int and (sentence := outside(dim, x, extra)):
                return Clash(sentence, (), _other(call, place, name, len(x.shape) + extra))
        known = [dim % max(len(x.shape), 1) for dim in dims if type(dim) is int]
        if len(set(known)) < len(known):
            return Clash(f"A dim is named twice: {tuple(dims)}.")
    if call.name in ("roll", "select", "narrow") and not x.shape:
        return Clash(f"{x.text} is a single number, so there is no dim to go along.")
    if call.name in ("select", "narrow"):
        dim, start = call.given(1, "dim"), call.given(2, "start", 0)
        length = x.shape[dim]
        return Clash(
            f"{counted(length, 'cell')} in dim {dim} of {x.text} are too few to begin at {start}.", ((0, dim),)
        )
    return _largest_of_none(call, x)


def _largest_of_none(call: Call, x: Operand) -> Clash | None:
    """No cell is the largest of an empty lane; `norm` looks for one where p is infinite, `gumbel_softmax` if it is hard."""
    name = call.name.split(".")[0]
    looks = name in ("amax", "amin", "argmax", "argmin", "max", "min")
    looks = looks or (name == "norm" and abs(call.given(1, "p", 2)) == inf)
    looks = looks or (name == "gumbel_softmax" and bool(call.given(2, "hard", False)))
    if not looks:
        return None
    place = {"norm": 2, "gumbel_softmax": 4}.get(name, 1)
    given = call.given(place, "dim", -1 if name == "gumbel_softmax" else None)
    dims = range(len(x.shape)) if given in (None, (), []) else given if isinstance(given, tuple | list) else (given,)
    empty = next((dim for dim in dims if x.shape and not x.shape[dim]), None)
    if empty is None:
        return None
    return Clash(f"dim {empty} of {x.text} has no cells, so none is the largest or smallest.", ((0, empty),))


def all_or_some(call: Call) -> Clash | None:
    """logsumexp over no dims, which the meta device lets pass."""
    x, dim, keep = call.operands[0], call.given(1, "dim"), call.given(2, "keepdim", False)
    if dim not in ((), []) or keep or not prod(x.shape) or not x.shape:
        return None
    dims = tuple(range(len(x.shape)))
    return Clash("logsumexp takes the dims to go along; there are none.", (), (Try(f"{x}.logsumexp({dims})"),))


def _other(call: Call, place: int, name: str, dims: int) -> tuple[Try, ...]:
    return tuple(Try(call.giving(place, name, dim).written()) for dim in range(-1, max(dims, 1) - 1))


def _sizes(call: Call, name: str) -> tuple[int, ...] | None:
    given = call.arguments[1:] if len(call.arguments) > 1 else (call.keywords.get(name, ()),)
    sizes = given[0] if len(given) == 1 and isinstance(given[0], tuple | list) else given
    return tuple(sizes) if all(type(size) is int for size in sizes) else None


def _inferred(call: Call, x: Operand, sizes: tuple[int, ...]) -> tuple[Try, ...]:
    """One size at a time left to be worked out."""
    shapes = [(*sizes[:dim], -1, *sizes[dim + 1 :]) for dim in range(len(sizes))]
    return tuple(
        Try(f"{x}.{call.name}({', '.join(map(str, shape))})") for shape in [*shapes, (-1,), x.shape[::-1]] if shape
    )


def _unmerged(x: Operand) -> str:
    for dim in range(len(x.shape) - 1):
        step = x.shape[dim + 1] * x.strides[dim + 1] if x.strides else 0
        if x.strides and x.shape[dim] > 1 and x.shape[dim + 1] > 1 and x.strides[dim] != step:
            one, other = x.strides[dim], f"{x.shape[dim + 1]}·{x.strides[dim + 1]} = {step}"
            return (
                f"dims {dim} and {dim + 1} of {x.text} cannot merge: the stride of dim {dim} is {one} and would have to be "
                f"{other}; reshape would copy."
            )
    return f"The cells of {x.text} do not lie in an order that this view can have; reshape would copy."
