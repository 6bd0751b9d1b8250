"""Random uses of products, norms, convolutions and attention."""

from functools import partial
from math import inf

from hypothesis import strategies as st

from tests.engine.tensors.drawing import Case, lengths, one_of, some, stretched

_EQUATIONS = (
    ("ij,jk->ik", "mk", "kn"), ("bij,jk->ik", "bmk", "kn"), ("ii->i", "mm", ""), ("ii", "mm", ""), ("i,j->ij", "m", "n"),
    ("ij,ij->", "mn", "mn"), ("ij->ji", "mn", ""), ("...j,j->...", "bmk", "k"), ("bij,bjk->bik", "bmk", "bkn"),
    ("ij->", "mn", ""), ("ij,jk", "mk", "kn"), ("i,ij,k->jk", "m", "mn"),
)  # fmt: skip
few = st.integers(1, 2)


def _matmul(draw) -> Case:
    batch, (m, k, n) = draw(st.lists(lengths, max_size=2).map(tuple)), (draw(lengths), draw(lengths), draw(lengths))
    a = (k,) if draw(st.booleans()) else (*stretched(draw, batch), m, k)
    b = (k,) if draw(st.booleans()) else (*stretched(draw, batch), k, n)
    return Case(one_of(draw, "A @ B", "matmul(A, B)", "A.matmul(B)"), {"A": a, "B": b})


def _product(name: str, draw) -> Case:
    b, m, k, n = (draw(lengths) for _ in range(4))
    given = {
        "mm": ((m, k), (k, n)), "bmm": ((b, m, k), (b, k, n)), "mv": ((m, k), (k,)), "dot": ((k,), (k,)),
        "outer": ((m,), (k,)),
    }[name]  # fmt: skip
    return Case(one_of(draw, f"{name}(A, B)", f"A.{name}(B)"), dict(zip("AB", given, strict=True)))


def _einsum(draw) -> Case:
    sizes = {letter: draw(lengths) for letter in "bmkn"}
    equation, first, second = one_of(draw, *_EQUATIONS)
    given = {name: tuple(sizes[letter] for letter in letters) for name, letters in (("A", first), ("B", second))}
    if equation.count(",") == 2:
        return Case(f"einsum('{equation}', A, B, C)", given | {"C": (sizes["k"],)})
    return Case(f"einsum('{equation}', A{', B' if ',' in equation else ''})", given)


def _linear(draw) -> Case:
    lead, k, n = tuple(draw(st.lists(lengths, max_size=2))), draw(lengths), draw(lengths)
    given = {"A": (*lead, k), "B": one_of(draw, (n, k), (n, k), (k,)), "C": (n,)}
    return Case(one_of(draw, "linear(A, B, C)", "linear(A, B)", "F.linear(A, B, bias=C)"), given)


def _convolution(spatial: int, draw) -> Case:
    n, c, o, groups = draw(some), draw(some), draw(some), one_of(draw, 1, 1, 2)
    padding, dilation = one_of(draw, 0, 1, 2, "same", "valid"), draw(st.integers(1, 2))
    stride = 1 if padding == "same" and draw(st.booleans()) else draw(some)
    kernel = tuple(draw(st.integers(1, 2)) for _ in range(spatial))
    size = tuple(dilation * (one - 1) + 1 + draw(st.integers(0, 2)) for one in kernel)
    lead = (c * groups,) if draw(st.booleans()) else (n, c * groups)
    more = f"stride={stride}, padding={padding!r}, dilation={dilation}, groups={groups}"
    given = {"x": (*lead, *size), "w": (o * groups, c, *kernel), "b": (o * groups,)}
    text = one_of(draw, f"(x, w, b, {more})", f"(x, w, None, {more})", "(x, w)", "(x, w, b)")
    return Case(f"conv{spatial}d{text}", given)


def _norm(name: str, draw) -> Case:
    n, c, size = draw(some), draw(few), tuple(draw(st.lists(few, max_size=2)))
    given = {"x": (n, c, *size), "w": (c,), "b": (c,), "m": (c,), "v": (c,)}
    if name == "instance_norm" and draw(st.integers(0, 9)):
        given["x"] = (n, c, *(size[1:] or (2,)), 2)
    last = (c, *size)[draw(st.integers(0, len(size))) :]
    if name == "layer_norm":
        text = one_of(
            draw, f"layer_norm(x, {last}, w, b)", f"layer_norm(x, {last})", f"layer_norm(x, {last}, weight=w)"
        )
        return Case(text, {"x": given["x"], "w": last, "b": last})
    if name == "group_norm":
        groups = one_of(draw, 1, 1, 2)
        given = {"x": (n, groups * c, *size), "w": (groups * c,), "b": (groups * c,)}
        return Case(one_of(draw, f"group_norm(x, {groups}, w, b)", f"group_norm(x, {groups})"), given)
    forms = [f"{name}(x, m, v, w, b)", f"{name}(x)", f"{name}(x, m, v)"]
    if name == "batch_norm":
        forms += ["batch_norm(x, m, v, w, b, True)", "batch_norm(x, None, None, training=True)"]
    else:
        forms += ["instance_norm(x, m, v, use_input_stats=False)", "instance_norm(x, weight=w, bias=b)"]
    return Case(one_of(draw, *forms), given)


def _attention(draw) -> Case:
    batch = draw(st.lists(few, max_size=2).map(tuple))
    length, keys, head, out = draw(some), draw(some), draw(few), draw(few)
    masks = ["", "", "is_causal=True", f"ones({length}, {keys}).tril() > 0", "attn_mask=m", "scale=0.5"]
    given = {"q": (*batch, length, head), "k": (*batch, keys, head), "v": (*batch, keys, out), "m": (length, keys)}
    return Case(
        f"scaled_dot_product_attention(q, k, v, {one_of(draw, *masks)})".replace(", )", ")"), given, also={"m": (-inf,)}
    )


OF_LAYERS = {
    "matmul": _matmul,
    **{name: partial(_product, name) for name in ("mm", "bmm", "mv", "dot", "outer")},
    "einsum": _einsum,
    "linear": _linear,
    "conv1d": partial(_convolution, 1),
    "conv2d": partial(_convolution, 2),
    **{name: partial(_norm, name) for name in ("layer_norm", "group_norm", "batch_norm", "instance_norm")},
    "scaled_dot_product_attention": _attention,
}
