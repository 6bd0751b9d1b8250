"""Random uses of what moves cells."""

from functools import partial

from hypothesis import strategies as st

from tests.engine.tensors.drawing import Case, Shape, dim_of, dims_of, one_of, shapes, some, stretched


def _plain(name: str, draw) -> Case:
    shape = draw(shapes)
    dim, other = dim_of(draw, shape), dim_of(draw, shape)
    order, numbers = tuple(draw(st.permutations(range(len(shape))))), draw(st.integers(-2, 2))
    times = tuple(draw(st.integers(0, 2)) for _ in range(max(0, len(shape) + draw(st.integers(-1, 1)))))
    forms: dict[str, list[str]] = {
        "contiguous": ["A.contiguous()", "A.flip(0).contiguous()"],
        "detach": ["A.detach()", "detach(A)"],
        "clone": ["A.clone()", "clone(A)"],
        "transpose": [f"A.transpose({dim}, {other})", f"transpose(A, dim0={dim}, dim1={other})"],
        "swapaxes": [f"A.swapaxes({dim}, {other})"],
        "permute": [f"A.permute({order})", f"permute(A, {order[::-1]})"],
        "movedim": [f"A.movedim({dim}, {other})", f"A.movedim({order}, {order[::-1]})"],
        "t": ["A.t()", "t(A)"],
        "T": ["A.T"],
        "mT": ["A.mT"],
        "unsqueeze": [f"A.unsqueeze({dim_of(draw, shape, 1)})"],
        "squeeze": ["A.squeeze()", f"A.squeeze({dim})", f"A.squeeze({dims_of(draw, shape)})"],
        "flatten": ["A.flatten()", f"A.flatten({dim})", f"A.flatten({dim}, {other})"],
        "repeat": [f"A.repeat({times})", f"A.repeat{times or (1,)}"],
        "tile": [f"A.tile({times})"],
        "flip": [f"A.flip({dims_of(draw, shape)})", f"A.flip({dim})"],
        "roll": [f"A.roll({numbers})", f"A.roll({numbers}, {dim})", f"roll(A, (1, {numbers}), ({dim}, {other}))"],
        "triu": ["A.triu()", f"A.triu({numbers})"],
        "tril": ["A.tril()", f"tril(A, diagonal={numbers})"],
        "diagonal": ["A.diagonal()", f"A.diagonal({numbers}, {dim}, {other})"],
        "diag": ["A.diag()", f"diag(A, {numbers})"],
        "select": [f"A.select({dim}, {numbers})"],
        "narrow": [f"A.narrow({dim}, {numbers}, {draw(st.integers(0, 2))})"],
        "unfold": [f"A.unfold({dim}, {draw(st.integers(0, 3))}, {draw(st.integers(0, 2))})"],
        "unflatten": [f"A.unflatten({dim}, {one_of(draw, (1, -1), (-1, 2), (1, 3), (2,))})"],
    }
    return Case(one_of(draw, *forms[name]), {"A": shape})


def _sizes(draw, shape: Shape) -> Shape:
    """Sizes with the same number of cells, one of them perhaps to be worked out."""
    sizes = list(
        one_of(draw, shape, shape[::-1], (*shape, 1), (-1,), tuple(draw(st.lists(st.integers(-1, 3), max_size=3))))
    )
    if sizes and draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    return tuple(sizes)


def _view(name: str, draw) -> Case:
    shape = draw(shapes)
    given = f"{_sizes(draw, shape)}"
    forms = [f"A.{name}({given})", f"A.transpose(0, -1).{name}({given})", f"A.{name}(-1)"]
    return Case(one_of(draw, *forms), {"A": shape})


def _as(name: str, draw) -> Case:
    shape = draw(shapes)
    other = shape if name == "expand_as" else tuple(draw(st.permutations(shape)))
    return Case(f"A.{name}(B)", {"A": stretched(draw, shape) if name == "expand_as" else shape, "B": other})


def _expand(name: str, draw) -> Case:
    shape = draw(shapes)
    kept = tuple(one_of(draw, size, size, -1) for size in shape)
    form = f"broadcast_to(A, {kept})" if name == "broadcast_to" else f"A.expand({kept})"
    return Case(one_of(draw, form, f"A.{name}({(2, *shape)})"), {"A": stretched(draw, shape)})


def _listed(name: str, draw) -> Case:
    shape = draw(shapes)
    dim = dim_of(draw, shape, int(name == "stack"))
    other = list(shape)
    if name == "cat" and shape:
        other[dim] = draw(some)
    forms = [f"{name}([A, B], {dim})", f"{name}([A, B, A], dim={dim})", f"{name}([A, B])", f"{name}([A], {dim})"]
    return Case(one_of(draw, *forms), {"A": shape, "B": tuple(other)})


def _getitem(draw) -> Case:
    shape = draw(shapes)
    parts = [
        one_of(draw, draw(st.integers(-3, 2)), ":", f"::{draw(some)}", f"{draw(some) - 1}:", f":-{draw(some)}")
        for _ in shape
    ]
    if parts and draw(st.booleans()):
        parts = parts[: draw(st.integers(0, len(parts)))]
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), one_of(draw, "None", "..."))
    return Case(f"A[{', '.join(map(str, parts)) or '...'}]", {"A": shape})


PLAIN = (
    "contiguous clone detach transpose swapaxes permute movedim t T mT unsqueeze squeeze flatten repeat tile flip roll "
    "triu tril diagonal diag select narrow unfold unflatten"
)
OF_MOVES = {
    **{name: partial(_plain, name) for name in PLAIN.split()},
    **{name: partial(_view, name) for name in ("view", "reshape")},
    **{name: partial(_as, name) for name in ("view_as", "reshape_as", "expand_as")},
    **{name: partial(_expand, name) for name in ("expand", "broadcast_to")},
    **{name: partial(_listed, name) for name in ("stack", "cat")},
    "getitem": _getitem,
}
