"""How one cell of a step was computed, with the numbers put in: a line to read aloud."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.tensors import formulas_of_samples
from engine.tensors.chain import Chain
from engine.tensors.devices import META
from engine.tensors.formulas_of_windows import under_kernel
from engine.tensors.index_map import FILL, index_map
from engine.tensors.numerals import MAX_TERMS, bracketed, ends, summed, written
from engine.tensors.operation import Form, Kind
from engine.tensors.program import Instruction, filled

Cell = tuple[int, ...]
_WHY_HOLLOW = {True: "on meta there are shapes only", False: "it was worked out of what is on meta"}
_SIGNS = {"add": "+", "sub": "−", "mul": "·", "div": "/", "pow": "^", "floor_divide": "//", "remainder": "mod"}


def formula(chain: Chain, number: int, cell: Cell) -> str:
    """Return the computation of a cell of tensor `number`, such as `y[0, 1] = 0.5·2 + 1·3 = 4`.

    Numbers have four significant digits, the result is exact to them; sums longer than `MAX_TERMS` are shortened in the
    middle. Where an operation has no formula of its own the value alone is given.
    """
    first = len(chain.program.inputs)
    name = f"{chain.program.label(number)}[{', '.join(map(str, cell))}]" if cell else chain.program.label(number)
    if chain.program.is_hollow(number):
        return f"{name} has no value: {_WHY_HOLLOW[chain.tensors[number].device.type == META]}"
    value = written(chain.tensors[number][cell])
    if number < first:
        return f"{name} = {value}"
    one = chain.program.instructions[number - first]
    if one.operation.kind is Kind.MOVED:
        return f"{name} = {_moved(chain, one, cell)} = {value}"
    if one.operation.name in _OF_CHAINS:
        put_in, why = _OF_CHAINS[one.operation.name](chain, number, cell)
        return _whole(name, put_in, value, why)
    arguments = filled(one.arguments, lambda ref: chain.tensors[ref.number])
    keywords = {key: filled(part, lambda ref: chain.tensors[ref.number]) for key, part in one.keywords.items()}
    put_in = _put_in(one, arguments, keywords, cell, chain.tensors[number])
    return _whole(name, put_in, value)


def _whole(name: str, put_in: str, value: str, why: str = "") -> str:
    whole = f"{name} = {put_in} = {value}" if put_in else f"{name} = {value}"
    return f"{whole}, {why}" if why else whole


def _put_in(one: Instruction, arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell, result: Tensor) -> str:
    name = one.operation.name
    if name in _FORMULAS:
        return _FORMULAS[name](arguments, keywords, cell)
    if one.operation.form is Form.PREFIX or one.operation.kind is not Kind.EACH or not arguments:
        return ""
    parts = [_at(part, cell, result) for part in arguments]
    if name in _SIGNS and len(parts) == 2:
        return f" {_SIGNS[name]} ".join(map(bracketed, parts))
    return f"{name}({', '.join(map(written, parts))})" if not keywords else ""


def _moved(chain: Chain, one: Instruction, cell: Cell) -> str:
    """The cell that was moved here, or that it was filled."""
    sources, places = index_map(one, chain.tensors)
    source, place = int(sources[cell]), int(places[cell])
    if source == FILL:
        return "filled"
    at = torch.unravel_index(torch.tensor(place), chain.tensors[source].shape)
    return f"{chain.program.label(source)}[{', '.join(str(int(one)) for one in at)}]"


def _product(arguments: tuple[Any, ...], _: dict[str, Any], cell: Cell) -> str:
    """Row i of A with column j of B, batches stretched."""
    a, b = arguments[:2]
    at = list(cell)
    column = at.pop() if b.ndim > 1 else None
    row = at.pop() if a.ndim > 1 else None
    left = a if row is None else a[_stretched(a.shape[:-2], at)][row]
    right = b if column is None else b[_stretched(b.shape[:-2], at)][:, column]
    return summed([f"{bracketed(x)}·{bracketed(y)}" for x, y in ends(left, right)], len(left))


def _outer(arguments: tuple[Any, ...], _: dict[str, Any], cell: Cell) -> str:
    x, y = arguments[:2]
    return f"{bracketed(x[cell[0]])}·{bracketed(y[cell[1]])}"


def _linear(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    x, w = arguments[:2]
    if w.ndim != 2:
        return ""
    bias = arguments[2] if len(arguments) > 2 else keywords.get("bias")
    lane, weights = x[cell[:-1]], w[cell[-1]]
    dot = summed([f"{bracketed(one)}·{bracketed(other)}" for one, other in ends(lane, weights)], len(lane))
    return dot if bias is None else f"{dot} + {bracketed(bias[cell[-1]])}"


def _convolved(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    pairs, bias = under_kernel(arguments, keywords, cell)
    shown = pairs if len(pairs) <= MAX_TERMS else [*pairs[: MAX_TERMS // 2], *pairs[-MAX_TERMS // 2 :]]
    whole = summed([f"{bracketed(x)}·{bracketed(w)}" for x, w in shown], len(pairs)) if pairs else ""
    return whole if bias is None or not whole else f"{whole} + {bracketed(bias)}"


def _lane_of(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell, reduced: bool) -> Tensor | None:
    """The cells along the dim; all of them without one, None for several dims."""
    x: Tensor = arguments[0]
    dim = arguments[1] if len(arguments) > 1 else keywords.get("dim")
    if isinstance(dim, tuple | list) and len(dim) == 1:
        (dim,) = dim
    if dim is None or not x.ndim:
        return x.reshape(-1)
    if type(dim) is not int:
        return None
    dim %= x.ndim
    keeps = not reduced or len(cell) == x.ndim
    at: list[int | slice] = [*cell[:dim], slice(None), *cell[dim + (1 if keeps else 0) :]]
    return x[tuple(at)]


def _total(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    lane = _lane_of(arguments, keywords, cell, reduced=True)
    return "" if lane is None else summed([bracketed(x) for (x,) in ends(lane)], len(lane))


def _mean(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    lane = _lane_of(arguments, keywords, cell, reduced=True)
    return "" if lane is None else f"({summed([bracketed(x) for (x,) in ends(lane)], len(lane))}) / {len(lane)}"


def _chosen(name: str) -> Callable[[tuple[Any, ...], dict[str, Any], Cell], str]:
    def work(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
        lane = _lane_of(arguments, keywords, cell, reduced=True)
        if lane is None:
            return ""
        terms = [written(x) for (x,) in ends(lane)]
        if len(lane) > MAX_TERMS:
            terms.insert(MAX_TERMS // 2, f"… ({len(lane) - MAX_TERMS} more) …")
        return f"{name}({', '.join(terms)})"

    return work


def _prefix(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    lane = _lane_of(arguments, keywords, cell, reduced=False)
    if lane is None or not cell:
        return ""
    dim = arguments[1] if len(arguments) > 1 else keywords["dim"]
    lane = lane[: cell[dim] + 1]
    return summed([bracketed(x) for (x,) in ends(lane)], len(lane))


def _softmax(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    lane = _lane_of(arguments, keywords, cell, reduced=False)
    if lane is None or not cell:
        return ""
    below = summed([f"exp({written(x)})" for (x,) in ends(lane)], len(lane))
    return f"exp({written(arguments[0][cell])}) / ({below})"


def _layer_norm(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    x, shape = arguments[0], arguments[1] if len(arguments) > 1 else keywords["normalized_shape"]
    within = cell[len(cell) - len(shape) :]
    group = x[cell[: len(cell) - len(shape)]].to(torch.float64)
    named = ("weight", "bias", "eps")
    given = dict(zip(named, arguments[2:], strict=False)) | keywords
    return _normed(x[cell], group, given.get("eps", 1e-5), [_of(given.get(part), within) for part in named[:2]])


def _batch_norm(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    named = ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given = dict(zip(named, arguments[1:], strict=False)) | keywords
    x, channel = arguments[0], cell[1:2]
    scale = [_of(given.get(part), channel) for part in ("weight", "bias")]
    eps = given.get("eps", 1e-5)
    if given.get("training"):
        return _normed(x[cell], x[:, cell[1]].to(torch.float64), eps, scale)
    return _standard(x[cell], given["running_mean"][channel], given["running_var"][channel], eps, scale)


def _group_norm(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    named = ("num_groups", "weight", "bias", "eps")
    given = dict(zip(named, arguments[1:], strict=False)) | keywords
    x = arguments[0]
    size = x.shape[1] // given["num_groups"]
    first = cell[1] // size * size
    group = x[cell[0], first : first + size].to(torch.float64)
    scale = [_of(given.get(part), cell[1:2]) for part in named[1:3]]
    return _normed(x[cell], group, given.get("eps", 1e-5), scale)


def _instance_norm(arguments: tuple[Any, ...], keywords: dict[str, Any], cell: Cell) -> str:
    named = ("running_mean", "running_var", "weight", "bias", "use_input_stats", "momentum", "eps")
    given = dict(zip(named, arguments[1:], strict=False)) | keywords
    x, channel, eps = arguments[0], cell[1:2], given.get("eps", 1e-5)
    scale = [_of(given.get(part), channel) for part in ("weight", "bias")]
    if given.get("use_input_stats", True):
        return _normed(x[cell], x[cell[:2]].to(torch.float64), eps, scale)
    return _standard(x[cell], given["running_mean"][channel], given["running_var"][channel], eps, scale)


def _normed(x: Tensor, group: Tensor, eps: float, scale: list[Any]) -> str:
    return _standard(x, group.mean(), group.var(correction=0), eps, scale)


def _standard(x: Tensor, mean: Tensor, variance: Tensor, eps: float, scale: list[Any]) -> str:
    whole = f"({written(x)} − {bracketed(mean)}) / √({written(variance)} + {written(eps)})"
    weight, bias = scale
    whole = whole if weight is None else f"{whole} · {bracketed(weight)}"
    return whole if bias is None else f"{whole} + {bracketed(bias)}"


def _of(values: Tensor | None, at: Cell) -> Tensor | None:
    return None if values is None else values[at]


def _at(part: Any, cell: Cell, result: Tensor) -> Any:
    """The cell of an operand that is stretched to the result."""
    return part.expand(result.shape)[cell] if isinstance(part, Tensor) else part


def _stretched(shape: tuple[int, ...], at: list[int]) -> Cell:
    return tuple(0 if size == 1 else place for size, place in zip(shape, at[len(at) - len(shape) :], strict=True))


_OF_CHAINS: dict[str, Callable[[Chain, int, Cell], formulas_of_samples.Told]] = {
    "gumbel_softmax": formulas_of_samples.gumbel_softmax,
    "scaled_dot_product_attention": formulas_of_samples.attention,
    "dropout": formulas_of_samples.dropped,
    "einsum": formulas_of_samples.einsum,
}
_FORMULAS: dict[str, Callable[[tuple[Any, ...], dict[str, Any], Cell], str]] = {
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot"), _product),
    "linear": _linear,
    "outer": _outer,
    "conv1d": _convolved,
    "conv2d": _convolved,
    "sum": _total,
    "mean": _mean,
    **dict.fromkeys(("max", "max.values", "amax"), _chosen("max")),
    **dict.fromkeys(("min", "min.values", "amin"), _chosen("min")),
    **dict.fromkeys(("argmax", "max.indices"), _chosen("place of max")),
    **dict.fromkeys(("argmin", "min.indices"), _chosen("place of min")),
    "cumsum": _prefix,
    "softmax": _softmax,
    "layer_norm": _layer_norm,
    "batch_norm": _batch_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
}
