"""The table of every operation that may be called, each with its torch name. What is not here cannot be reached."""

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.tensors import layers
from engine.tensors.operation import Form, Kind, Operation

_METHODS: dict[Kind, str] = {
    Kind.MOVED: (
        "view view_as reshape reshape_as contiguous clone transpose swapaxes permute movedim t unsqueeze "
        "squeeze flatten unflatten expand expand_as broadcast_to repeat tile flip roll triu tril diagonal diag "
        "select narrow unfold detach"
    ),
    Kind.EACH: (
        "add sub mul div pow remainder floor_divide maximum minimum eq ne lt le gt ge logical_and logical_or logical_xor "
        "logical_not abs neg exp log log1p expm1 sqrt rsqrt square reciprocal sin cos tanh sigmoid erf floor ceil round "
        "sign isnan isinf isfinite clamp masked_fill outer float double half bfloat16 int long short bool"
    ),
    Kind.REDUCED: "sum mean prod amax amin argmax argmin all any std var norm logsumexp count_nonzero",
    Kind.LANES: "cumsum cumprod softmax log_softmax",
    Kind.PRODUCT: "matmul mm bmm mv dot",
}
_MADE = "rand randn randint randperm zeros ones full arange linspace eye tensor"
_LIKE = "rand_like randn_like zeros_like ones_like full_like"
_FUNCTIONS: tuple[tuple[str, Callable[..., Tensor], Kind], ...] = (
    ("torch.empty", layers.empty, Kind.MADE),
    ("torch.empty_like", layers.empty_like, Kind.MADE),
    ("torch.stack", torch.stack, Kind.MOVED),
    ("torch.cat", torch.cat, Kind.MOVED),
    ("torch.where", torch.where, Kind.EACH),
    ("torch.einsum", torch.einsum, Kind.PRODUCT),
    ("F.linear", functional.linear, Kind.PRODUCT),
    ("F.conv1d", functional.conv1d, Kind.PRODUCT),
    ("F.conv2d", functional.conv2d, Kind.PRODUCT),
    ("F.relu", layers.relu, Kind.EACH),
    ("F.gelu", functional.gelu, Kind.EACH),
    ("F.silu", torch.ops.aten.silu.default, Kind.EACH),
    ("F.layer_norm", functional.layer_norm, Kind.NORM),
    ("F.group_norm", functional.group_norm, Kind.NORM),
    ("F.batch_norm", layers.batch_norm, Kind.NORM),
    ("F.instance_norm", layers.instance_norm, Kind.NORM),
    ("F.dropout", layers.dropout, Kind.EACH),
    ("torch.normal", layers.normal, Kind.EACH),
    ("torch.conj", layers.conj, Kind.EACH),
    ("torch.bernoulli", layers.bernoulli, Kind.EACH),
    ("torch.multinomial", torch.multinomial, Kind.LANES),
    ("F.gumbel_softmax", functional.gumbel_softmax, Kind.LANES),
    ("F.scaled_dot_product_attention", functional.scaled_dot_product_attention, Kind.ATTENTION),
)
_RANDOM = {
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like"),
    *("normal", "bernoulli", "multinomial", "dropout", "gumbel_softmax"),
}
_INFIX: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("add", "+", operator.add),
    ("sub", "-", operator.sub),
    ("mul", "*", operator.mul),
    ("div", "/", operator.truediv),
    ("floor_divide", "//", operator.floordiv),
    ("remainder", "%", operator.mod),
    ("pow", "**", operator.pow),
    ("logical_and", "&", operator.and_),
    ("logical_or", "|", operator.or_),
    ("logical_xor", "^", operator.xor),
    ("eq", "==", operator.eq),
    ("ne", "!=", operator.ne),
    ("lt", "<", operator.lt),
    ("le", "<=", operator.le),
    ("gt", ">", operator.gt),
    ("ge", ">=", operator.ge),
)
_KEYWORDS = (
    "dim dims keepdim dtype size shape diagonal p training tau hard weight bias eps num_groups normalized_shape "
    "running_mean running_var momentum use_input_stats stride padding dilation groups attn_mask dropout_p is_causal "
    "scale enable_gqa low high steps start end step fill_value n m min max alpha correction unbiased dim0 dim1 "
    "start_dim end_dim shifts repeats offset approximate exponent other equation rounding_mode value ord mean std "
    "num_samples replacement device"
)
KEYWORDS = frozenset(_KEYWORDS.split())
_DTYPES = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128"


def functions() -> dict[str, Operation]:
    """Return what may be called as `name(…)`."""
    return dict(_functions)


def methods() -> dict[str, Operation]:
    """Return what may be called as `x.name(…)`."""
    return dict(_methods)


def _method(name: str, kind: Kind) -> Operation:
    return Operation(name, getattr(Tensor, name), kind, Form.METHOD, name)


def _pick(name: str, picked: str) -> Operation:
    def run(x: Tensor, *args: Any, **keywords: Any) -> Tensor:
        result = getattr(torch, name)(x, *args, **keywords)
        return result if isinstance(result, Tensor) else getattr(result, picked)

    return Operation(
        f"{name}.{picked}" if picked else name, run, Kind.REDUCED, Form.FUNCTION, f"torch.{name}", picks=picked
    )


def _function(written: str, run: Callable[..., Tensor], kind: Kind) -> Operation:
    name = written.rsplit(".", 1)[-1]
    return Operation(name, run, kind, Form.FUNCTION, written, random=name in _RANDOM)


_methods = {name: _method(name, kind) for kind, names in _METHODS.items() for name in names.split()}
_methods |= {name: _method(name, Kind.EACH) for name in ("cpu", "cuda")}
_methods["to"] = Operation("to", layers.to, Kind.EACH, Form.METHOD, "to")
_methods["norm"] = Operation("norm", layers.norm, Kind.REDUCED, Form.METHOD, "norm")
_methods["roll"] = Operation("roll", layers.roll, Kind.MOVED, Form.METHOD, "roll")
_methods["conj"] = Operation("conj", layers.conj, Kind.EACH, Form.METHOD, "conj")
_methods["relu"] = _function("F.relu", layers.relu, Kind.EACH)
_functions = {name: one for name, one in _methods.items() if callable(getattr(torch, name, None))}
_functions |= {written.rsplit(".", 1)[-1]: _function(written, run, kind) for written, run, kind in _FUNCTIONS}
_functions |= {
    name: _function(f"torch.{name}", getattr(torch, name), Kind.MADE) for name in (_MADE + " " + _LIKE).split()
}
SIZED = {"normal": _function("torch.normal", torch.normal, Kind.MADE)}
"""What makes a tensor from numbers alone where a size is given as third argument."""
PAIRS = {name: {picked: _pick(name, picked) for picked in ("", "values", "indices")} for name in ("max", "min")}
"""Along a dim these give a pair; `values` and `indices` are taken of it as a step of their own."""
INFIX = {sign: Operation(name, run, Kind.EACH, Form.INFIX, sign) for name, sign, run in _INFIX}
INFIX["@"] = Operation("matmul", operator.matmul, Kind.PRODUCT, Form.INFIX, "@")
PREFIX = {
    "-": Operation("neg", operator.neg, Kind.EACH, Form.PREFIX, "-"),
    "~": Operation("logical_not", operator.invert, Kind.EACH, Form.PREFIX, "~"),
}
INDEX = Operation("getitem", layers.getitem, Kind.MOVED, Form.INDEX, "[]")
PROPERTIES = {
    name: Operation(name, operator.attrgetter(name), kind, Form.PROPERTY, name)
    for name, kind in (("T", Kind.MOVED), ("mT", Kind.MOVED), ("real", Kind.EACH), ("imag", Kind.EACH))
}
CONSTANTS: dict[str, Any] = {
    "inf": float("inf"),
    "nan": float("nan"),
    "pi": 3.141592653589793,
    **{name: getattr(torch, name) for name in _DTYPES.split()},
}
