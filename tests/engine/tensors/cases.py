"""Random uses of every operation, for property tests: a text and the shapes of the tensors that it names."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

Shape = tuple[int, ...]
Draw = Callable[[st.SearchStrategy], object]
REDUCED = "sum mean prod amax amin argmax std var norm logsumexp count_nonzero max min"
lengths = st.integers(0, 3)
some = st.integers(1, 3)
shapes = st.lists(lengths, max_size=3).map(tuple)
filled = st.lists(some, min_size=1, max_size=3).map(tuple)


@dataclass(frozen=True)
class Case:
    text: str
    shapes: dict[str, Shape]


def dim_of(draw, shape: Shape) -> int:
    return draw(st.integers(-len(shape), len(shape) - 1))


def stretched(draw, shape: Shape) -> Shape:
    """A shape that broadcasts into `shape`."""
    kept = shape[draw(st.integers(0, len(shape))) :]
    return tuple(draw(st.sampled_from([1, length])) for length in kept)


def matmul(draw) -> Case:
    batch, (m, k, n) = draw(st.lists(lengths, max_size=2).map(tuple)), (draw(lengths), draw(lengths), draw(lengths))
    a = (k,) if draw(st.booleans()) else (*stretched(draw, batch), m, k)
    b = (k,) if draw(st.booleans()) else (*stretched(draw, batch), k, n)
    return Case(draw(st.sampled_from(["A @ B", "matmul(A, B)"])), {"A": a, "B": b})


def products(draw) -> Case:
    b, m, k, n = (draw(lengths) for _ in range(4))
    return draw(
        st.sampled_from(
            [
                Case("mm(A, B)", {"A": (m, k), "B": (k, n)}),
                Case("bmm(A, B)", {"A": (b, m, k), "B": (b, k, n)}),
                Case("mv(A, B)", {"A": (m, k), "B": (k,)}),
                Case("dot(A, B)", {"A": (k,), "B": (k,)}),
                Case("outer(A, B)", {"A": (m,), "B": (k,)}),
                Case("linear(A, B, C)", {"A": (b, k), "B": (n, k), "C": (n,)}),
                Case("A @ A", {"A": (m, m)}),
                Case("einsum('bij,jk->ik', A, B)", {"A": (b, m, k), "B": (k, n)}),
                Case("einsum('ii->i', A)", {"A": (m, m)}),
                Case("einsum('i,j->ij', A, B)", {"A": (m,), "B": (n,)}),
                Case("einsum('ij,ij->', A, B)", {"A": (m, n), "B": (m, n)}),
            ]
        )
    )


def each(draw) -> Case:
    shape = draw(shapes)
    form = draw(st.sampled_from(["A + B", "A * B", "A / B", "maximum(A, B)", "where(A > 1, B, C)", "A - 2", "B.exp()"]))
    return Case(form, {name: stretched(draw, shape) for name in "ABC"})


def moved(draw) -> Case:
    shape = draw(filled)
    one, other = dim_of(draw, shape), dim_of(draw, shape)
    order = tuple(draw(st.permutations(range(len(shape)))))
    twos = tuple(draw(lengths) for _ in shape)
    forms = [
        f"A.transpose({one}, {other})",
        f"A.permute({order})",
        f"A.unsqueeze({one})",
        f"A.squeeze({one})",
        "A.squeeze()",
    ]
    forms += [f"A.flip({one})", f"A.roll(1, {one})", "A.reshape(-1)", f"A.repeat({twos})", f"A.view({shape[::-1]})"]
    forms += [
        f"A.expand({(2, *shape)})",
        f"A.unsqueeze(0).expand({(2, *shape)}).reshape(-1)",
        "A.contiguous()",
        "A.flatten()",
    ]
    forms += [
        f"stack([A, A, B], {one})",
        f"cat([A, B], {one})",
        f"A.select({one}, 0)",
    ]
    forms += [f"A[None, ..., ::{draw(some)}]", f"A[{draw(some) - 1}:]", "A[0]", "A[-1:, ...]", f"A.narrow({one}, 0, 1)"]
    if len(shape) > 1:
        forms += [f"A.triu({draw(some) - 2})", f"A.tril({draw(some) - 2})", "A.mT", "A.diagonal()"]
    return Case(draw(st.sampled_from(forms)), {"A": shape, "B": shape})


def reduced(draw) -> Case:
    name = draw(st.sampled_from(REDUCED.split()))
    shape = draw(filled)
    dim, keep = dim_of(draw, shape), draw(st.booleans())
    if name in ("max", "min"):
        picked = draw(st.sampled_from(["()", f"({dim}, {keep}).values", f"({dim}).indices"]))
        return Case(f"A.{name}{picked}", {"A": shape})
    if name == "norm":
        return Case(f"A.norm(2, {dim}, {keep})", {"A": shape})
    if name == "count_nonzero":
        return Case(f"A.count_nonzero({dim})", {"A": shape})
    whole = draw(st.booleans()) and name != "logsumexp"
    return Case(f"A.{name}()" if whole else f"A.{name}(dim={dim}, keepdim={keep})", {"A": shape})


def emptied(draw) -> Case:
    shape = draw(shapes)
    return Case(
        draw(st.sampled_from(["A.sum()", "A.mean()", "A * 2", "A.reshape(-1)", "A.cumsum(0)"])), {"A": shape or (0,)}
    )


def lanes(draw) -> Case:
    shape = draw(filled)
    name = draw(st.sampled_from(["cumsum", "cumprod", "softmax", "log_softmax"]))
    if draw(st.integers(0, 4)) == 0:
        return Case(f"gumbel_softmax(A, 0.8, dim={dim_of(draw, shape)})", {"A": shape})
    return Case(f"A.{name}({dim_of(draw, shape)})", {"A": shape})


def norms(draw) -> Case:
    n, c, size = draw(some), draw(some), tuple(draw(st.lists(some, max_size=2)))
    given = {"x": (n, c, *size), "w": (c,), "b": (c,), "m": (c,), "v": (c,)}
    last = (c, *size)[draw(st.integers(0, len(size))) :]
    several = {"x": (n + 1, c, *size)}
    return draw(
        st.sampled_from(
            [
                Case(f"layer_norm(x, {last}, g, h)", {"x": given["x"], "g": last, "h": last}),
                Case(f"layer_norm(x, {last})", {"x": given["x"]}),
                Case("batch_norm(x, m, v, w, b)", given),
                Case("batch_norm(x, m, v, w, b, True)", {**given, **several}),
                Case("batch_norm(x, None, None, training=True)", several),
                Case("instance_norm(x, m, v, w, b)", {**given, "x": (n, c, 2, 2)}),
                Case("instance_norm(x, m, v, use_input_stats=False)", {**given, "x": (n, c, 2)}),
                Case("group_norm(x, 1, w, b)", {**given, "x": (n, c, 2, *size)}),
                Case("group_norm(x, 2, w, b)", {"x": (n, 2 * c, 2, *size), "w": (2 * c,), "b": (2 * c,)}),
            ]
        )
    )


def convolutions(draw) -> Case:
    n, c, o, groups = draw(some), draw(some), draw(some), draw(st.sampled_from([1, 1, 2]))
    stride, padding, dilation = draw(some), draw(st.integers(0, 2)), draw(st.integers(1, 2))
    kernel = tuple(draw(st.integers(1, 2)) for _ in range(draw(st.integers(1, 2))))
    size = tuple(dilation * (one - 1) + 1 + draw(st.integers(0, 2)) for one in kernel)
    more = f"stride={stride}, padding={padding}, dilation={dilation}, groups={groups}"
    given = {"x": (n, c * groups, *size), "w": (o * groups, c, *kernel), "b": (o * groups,)}
    return Case(f"conv{len(kernel)}d(x, w, {draw(st.sampled_from(['b', 'None']))}, {more})", given)


def attention(draw) -> Case:
    batch, length, keys, head, out = draw(st.lists(some, max_size=2).map(tuple)), *(draw(some) for _ in range(4))
    given = {"q": (*batch, length, head), "k": (*batch, keys, head), "v": (*batch, keys, out)}
    more = draw(st.sampled_from(["", ", is_causal=True", ", ones(2, 2).tril() > 0"]))
    if "ones" in more:
        more = f", ones({length}, {keys}).tril() > 0"
    return Case(f"scaled_dot_product_attention(q, k, v{more})", given)


def dropped(draw) -> Case:
    return Case(
        draw(st.sampled_from(["dropout(A, 0.1)", "dropout(A, 1.0)", "dropout(A, 0.5, False)"])), {"A": draw(shapes)}
    )


GROUPS = {
    one.__name__: one
    for one in (matmul, products, each, moved, reduced, emptied, lanes, norms, convolutions, attention, dropped)
}


def cases(group: str) -> st.SearchStrategy[Case]:
    """Random cases of one group of operations."""
    return st.composite(GROUPS[group])()
