"""Random uses of what works cell by cell, of what reduces and of what makes tensors."""

from functools import partial
from math import inf, nan

from hypothesis import strategies as st

from tests.engine.tensors.drawing import CHANGES, Case, dim_of, dims_of, lengths, one_of, shapes, stretched

ONE = (
    "abs neg exp log log1p expm1 sqrt rsqrt square reciprocal sin cos tanh sigmoid erf floor ceil round sign relu "
    "isnan isinf isfinite logical_not"
)
CASTS = "cpu cuda float double half bfloat16 int long short bool"
TWO = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "remainder": "%", "floor_divide": "//",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
    "logical_and": "&", "logical_or": "|", "logical_xor": "^", "maximum": "", "minimum": "",
}  # fmt: skip
small = st.lists(lengths, max_size=2).map(tuple)  # where many sets of numbers are looked at
REDUCED = "sum mean prod amax amin argmax argmin all any"
LIKE = "empty_like rand_like randn_like zeros_like ones_like full_like"
MADE = "empty rand randn randint randperm zeros ones full arange linspace eye tensor"
LANES = "cumsum cumprod softmax log_softmax"
_WHOLE = (0.0, 1.0, 2.0)
_OTHERS = {"isnan": (nan,), "isinf": (inf,), "isfinite": (inf,), "eq": _WHOLE, "ne": _WHOLE}
_CELLS = {"eq": "whole", "ne": "whole", "logical_and": "ones", "logical_or": "zeros", "all": "ones", "any": "zeros"}


def _one(name: str, draw) -> Case:
    forms = [f"A.{name}()", f"{name}(A)"]
    forms += {"neg": ["-A"], "logical_not": ["~(A > 1)", "~A"]}.get(name, [])
    return Case(one_of(draw, *forms), {"A": draw(shapes)}, changes=CHANGES + _OTHERS.get(name, ()))


def _cast(name: str, draw) -> Case:
    return Case(f"A.{name}()", {"A": draw(shapes)})


def _to(draw) -> Case:
    given = {"A": draw(shapes), "B": draw(shapes)}
    return Case(f"A.to({one_of(draw, 'float16', 'bfloat16', 'int64', 'complex64', 'bool', 'B')})", given)


def _part(name: str, draw) -> Case:
    shape = draw(shapes)
    form = "A.conj()" if name == "conj" else f"A.{name}"
    if name != "real" or draw(st.booleans()):
        return Case(form, {"A": shape}, "complex", (*CHANGES, 1 + 3j))
    return Case(form, {"A": shape})


def _two(name: str, draw) -> Case:
    sign, whole = TWO[name], draw(shapes)
    forms = [f"{name}(A, B)", f"A.{name}(B)"]
    if "logical" in name:
        forms += [f"(A > 0) {sign} (B > 0)", f"A {sign} B"]
    elif sign:
        forms += [f"A {sign} B", f"A {sign} 2", f"2 {sign} A", f"A.{name}(2)"]
    given = {letter: stretched(draw, whole) for letter in "AB"}
    return Case(one_of(draw, *forms), given, _CELLS.get(name, "random"), _OTHERS.get(name, CHANGES))


def _clamp(draw) -> Case:
    whole = draw(shapes)
    form = one_of(draw, "A.clamp(0.8, 1.2)", "clamp(A, min=1)", "A.clamp(max=1.0)", "A.clamp(min=B)")
    return Case(form, {"A": stretched(draw, whole), "B": stretched(draw, whole)})


def _masked_fill(draw) -> Case:
    whole = draw(small)
    return Case("A.masked_fill(B > 1, 2.0)", {"A": whole, "B": stretched(draw, whole)}, draws=25)


def _where(draw) -> Case:
    whole = draw(small)
    form = one_of(draw, "where(A > 1, B, C)", "where(A > 1, B, 2.5)", "where(A <= 1, 2.5, C)")
    return Case(form, {letter: stretched(draw, whole) for letter in "ABC"}, draws=25)


def _gelu(draw) -> Case:
    return Case(one_of(draw, "gelu(A)", "F.gelu(A, approximate='tanh')"), {"A": draw(shapes)})


def _silu(draw) -> Case:
    return Case("silu(A)", {"A": draw(shapes)})


def _dropout(draw) -> Case:
    form = one_of(draw, "dropout(A, 0.1)", "dropout(A, 1.0)", "dropout(A, 0.5, False)", "dropout(A, p=1.5)")
    return Case(form, {"A": draw(small)}, draws=10)


def _normal(draw) -> Case:
    whole = draw(shapes)
    form = one_of(draw, "normal(A, B)", "normal(A, 0.5)", "normal(1.0, B)", "normal(A, -1.0)", "torch.normal(A, std=B)",
                  "normal(3.0, 2.0, (2, 3))", "normal(3.0, -1.0, size=(2,))", "normal(0.0, 1.0)")  # fmt: skip
    return Case(form, {name: stretched(draw, whole) for name in "AB"}, changes=(0.0, 1.7, 1e3))


def _bernoulli(draw) -> Case:
    return Case("bernoulli(A)", {"A": draw(shapes)}, "ones", (0.0,))


def _multinomial(draw) -> Case:
    number = draw(st.integers(0, 3))
    form = one_of(draw, f"multinomial(A, {number})", f"multinomial(A, {number}, True)")
    return Case(form, {"A": draw(small)}, changes=(1e-6, 1e6), draws=25)


def _reduced(name: str, draw) -> Case:
    shape = draw(shapes)
    dim, keep = dim_of(draw, shape), draw(st.booleans())
    forms = [f"A.{name}()", f"{name}(A)", f"A.{name}({dim})", f"A.{name}(dim={dim}, keepdim={keep})"]
    forms += [f"A.{name}({dims_of(draw, shape)}, {keep})"] if name not in ("prod", "argmax", "argmin") else []
    return Case(one_of(draw, *forms), {"A": shape}, _CELLS.get(name, "random"))


def _logsumexp(draw) -> Case:
    shape = draw(shapes)
    return Case(f"A.logsumexp({one_of(draw, dim_of(draw, shape), dims_of(draw, shape))})", {"A": shape})


def _count_nonzero(draw) -> Case:
    shape = draw(shapes)
    return Case(f"A.count_nonzero({one_of(draw, '', dim_of(draw, shape), dims_of(draw, shape))})", {"A": shape})


def _norm(draw) -> Case:
    shape = draw(shapes)
    kind, dim = one_of(draw, 1, 2, 3, inf), one_of(draw, dim_of(draw, shape), dims_of(draw, shape))
    return Case(one_of(draw, "A.norm()", f"A.norm({kind})", f"norm(A, {kind}, {dim}, True)"), {"A": shape})


def _spread(name: str, draw) -> Case:
    shape = draw(shapes)
    dim, keep = one_of(draw, dim_of(draw, shape), dims_of(draw, shape)), draw(st.booleans())
    forms = [f"A.{name}()", f"A.{name}({dim})", f"{name}(A, {dim}, {keep}, {draw(st.booleans())})"]
    return Case(one_of(draw, *forms, f"A.{name}(dim={dim}, correction={draw(st.integers(0, 1))})"), {"A": shape})


def _extreme(name: str, picked: str, draw) -> Case:
    shape = draw(shapes)
    if not picked:
        return Case(one_of(draw, f"A.{name}()", f"{name}(A)"), {"A": shape})
    dim = dim_of(draw, shape)
    return Case(one_of(draw, f"A.{name}({dim}).{picked}", f"{name}(A, {dim}, True).{picked}"), {"A": shape})


def _like(name: str, draw) -> Case:
    return Case(f"{name}(A{', 2.5' if name == 'full_like' else ''})", {"A": draw(shapes)})


def _made(name: str, draw) -> Case:
    size, number = tuple(draw(st.lists(st.integers(-1, 3), max_size=3))), draw(st.integers(-2, 3))
    step, ends = one_of(draw, 1, 2, -1, 0, 0.5), (draw(st.integers(-2, 3)), draw(st.integers(-2, 3)))
    forms = {
        "randint": [f"randint({ends[0]}, {ends[1]}, {size})", f"randint({number}, {size})"],
        "randperm": [f"randperm({number})"],
        "full": [f"full({size}, 2.5)"],
        "arange": [f"arange({number})", f"arange({ends[0]}, {ends[1]}, {step})"],
        "linspace": [f"linspace(0, 1, {number})"],
        "eye": [f"eye({number})", f"eye({ends[0]}, {ends[1]})"],
        "tensor": ["tensor(2.5)", "tensor([1, 2])", "tensor([[1, 2], [3]])", "tensor([])", "tensor([[1.5], [2]])"],
    }
    return Case(one_of(draw, *forms.get(name, [f"{name}({size})", f"{name}{size or (2,)}"])), {})


def _lanes(name: str, draw) -> Case:
    shape = draw(shapes)
    dim = dim_of(draw, shape)
    return Case(one_of(draw, f"A.{name}({dim})", f"{name}(A, dim={dim})"), {"A": shape})


def _gumbel_softmax(draw) -> Case:
    hard = draw(st.integers(0, 3)) == 0
    shape = draw(st.lists(lengths, max_size=1).map(tuple)) if hard else draw(shapes)
    dim = dim_of(draw, shape)
    if hard:
        return Case(f"gumbel_softmax(A, hard=True, dim={dim})", {"A": shape}, draws=25)
    return Case(f"gumbel_softmax(A, 0.8, dim={dim})", {"A": shape})


OF_CELLS = {
    **{name: partial(_one, name) for name in ONE.split()},
    **{name: partial(_cast, name) for name in CASTS.split()},
    **{name: partial(_two, name) for name in TWO},
    **{name: partial(_part, name) for name in ("real", "imag", "conj")},
    "to": _to, "clamp": _clamp, "masked_fill": _masked_fill, "where": _where, "gelu": _gelu, "silu": _silu,
    "dropout": _dropout,
    "normal": _normal, "bernoulli": _bernoulli, "multinomial": _multinomial,
    **{name: partial(_reduced, name) for name in REDUCED.split()},
    "logsumexp": _logsumexp, "count_nonzero": _count_nonzero, "norm": _norm,
    **{name: partial(_spread, name) for name in ("std", "var")},
    **{
        f"{name}.{picked}" if picked else name: partial(_extreme, name, picked)
        for name in ("max", "min") for picked in ("", "values", "indices")
    },
    **{name: partial(_like, name) for name in LIKE.split()},
    **{name: partial(_made, name) for name in MADE.split()},
    **{name: partial(_lanes, name) for name in LANES.split()},
    "gumbel_softmax": _gumbel_softmax,
}  # fmt: skip
