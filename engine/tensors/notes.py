"""What is said about a step beside its sentence: sizes with their numbers, what is normalised, where gradients go."""

from collections.abc import Callable
from math import prod

from engine.tensors import devices
from engine.tensors.aligning import multiplied, stretched
from engine.tensors.casts import MOVES
from engine.tensors.chain import Chain
from engine.tensors.given import Given
from engine.tensors.lettered import equivalent, terms_of
from engine.tensors.operation import Kind
from engine.tensors.reaches import Use
from engine.tensors.reaches_of_layers import Sliding, sliding_of
from engine.tensors.sizes import logical_bytes, readable

_WAYS = {1: ("length",), 2: ("rows", "columns")}


def notes_of(chain: Chain, number: int) -> tuple[str, ...]:
    """Return sentences in plain English, most often none."""
    step = Given(chain, number)
    work = _NOTES.get(step.one.operation.name)
    if chain.program.is_hollow(number) and step.one.operation.name == "dropout":
        return ()
    if work is None and step.one.operation.kind is Kind.EACH and step.one.operation.name != "outer":
        work = _aligned
    return tuple(note for note in work(step) if note) if work is not None else ()


def _aligned(step: Given) -> list[str]:
    return [stretched(*_shapes(step), tuple(step.result.shape))]


def _multiplied(step: Given) -> list[str]:
    return multiplied(*_shapes(step), tuple(step.result.shape))


def _shapes(step: Given) -> tuple[list[tuple[int, ...]], list[str]]:
    names = [step.chain.program.label(ref.number) for ref in step.one.operands()]
    return [tuple(operand.shape) for operand in step.operands], names


def size_formula(length: int, way: Sliding) -> str:
    """Return how long the result of a convolution is, with the numbers put in."""
    padding = f"2·{way.before}" if way.before == way.after else f"{way.before} + {way.after}"
    size = (length + way.before + way.after - way.dilation * (way.kernel - 1) - 1) // way.stride + 1
    return f"⌊({length} + {padding} − {way.dilation}·({way.kernel} − 1) − 1) / {way.stride}⌋ + 1 = {size}"


def _convolved(step: Given) -> list[str]:
    use = Use(step.one, step.chain.tensors, step.result)
    ways = sliding_of(use)
    x, weight = use.shapes[:2]
    lengths = x[len(x) - len(ways) :]
    numbers = [size_formula(length, way) for length, way in zip(lengths, ways, strict=True)]
    names = _WAYS.get(len(ways), ())
    told = "; ".join(f"{name}: {number}" for name, number in zip(names, numbers, strict=True))
    if len(set(numbers)) == 1 and len(numbers) > 1:
        told = f"rows and columns: {numbers[0]}"
    return [f"⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, {told}", _groups(use, weight)]


def _groups(use: Use, weight: tuple[int, ...]) -> str:
    groups, outs, ins = use.given(6, "groups", 1), weight[0], weight[1]
    if groups == 1:
        return f"Each of the {outs} output channels reads all {ins} channels." if max(outs, ins) > 1 else ""
    size = outs // groups
    first = "; ".join(
        f"output {_span(group * size, size)} reads {_span(group * ins, ins)}" for group in range(min(groups, 3))
    )
    return f"{groups} groups of channels: {first}{' …' if groups > 3 else ''}"


def _span(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first}–{first + count - 1}"


def _gumbel(step: Given) -> list[str]:
    tau, is_hard = step.given(1, "tau", 1.0), step.given(2, "hard", False)
    if tau == 0:
        return [
            "τ = 0 divides by zero, so every cell is NaN. The smaller τ is, the harder the sample; take one above 0."
        ]
    if is_hard:
        return [
            "Straight-through: forward the 1 stands where s is largest, backward the gradient is that of the soft sample."
        ]
    return ["The noise does not depend on x, so the gradient flows through softmax and / τ to x."]


def _dropped(step: Given) -> list[str]:
    p = step.given(1, "p", 0.5)
    if not step.given(2, "training", True):
        return ["Not training: every cell stays as it is."]
    if p == 1:
        return ["p = 1: every cell becomes 0."]
    kept = int((step.result != 0).sum())
    return [f"{kept} of {step.result.numel()} cells are kept; the expected sum stays the same."]


def _layer(step: Given) -> list[str]:
    shape = step.given(1, "normalized_shape")
    x = step.operands[0]
    dims = tuple(range(x.ndim - len(shape), x.ndim))
    groups = prod(x.shape[: x.ndim - len(shape)])
    told = f"μ and σ² over {_dims(dims)}: {_groups_of(groups, prod(shape))}. Training or not makes no difference."
    return [told, _scaled(step, 2)]


def _batch(step: Given) -> list[str]:
    x, dims = step.operands[0], (0, *range(2, step.operands[0].ndim))
    if step.given(5, "training", False):
        count = x.numel() // max(x.shape[1], 1)
        return [
            f"Training: μ and σ² over {_dims(dims)} of this batch: {_groups_of(x.shape[1], count)}.",
            _scaled(step, 3),
        ]
    told = "Not training: the running mean and variance are used, each cell for itself; the batch is not looked at."
    return [told, _scaled(step, 3)]


def _instance(step: Given) -> list[str]:
    x = step.operands[0]
    if not step.given(5, "use_input_stats", True):
        return ["The running mean and variance are used, each cell for itself."]
    told = f"μ and σ² over {_dims(tuple(range(2, x.ndim)))}: {_groups_of(prod(x.shape[:2]), prod(x.shape[2:]))}."
    return [told, _scaled(step, 3)]


def _scaled(step: Given, first: int) -> str:
    """What follows the division, where a norm is given a weight or a bias from this place on."""
    weight, bias = step.label(first, "weight"), step.label(first + 1, "bias")
    parts = [f"times γ = {weight}" if weight else "", f"plus β = {bias}" if bias else ""]
    told = ", ".join(part for part in parts if part)
    return f"Then {told}." if told else ""


def _grouped(step: Given) -> list[str]:
    x, groups = step.operands[0], step.given(1, "num_groups")
    return [
        f"μ and σ² over {x.shape[1] // groups} channels of one sample at a time: "
        f"{_groups_of(x.shape[0] * groups, prod(x.shape[1:]) // groups)}.",
        _scaled(step, 2),
    ]


def _groups_of(count: int, cells: int) -> str:
    return f"{count} groups of {cells} cells, each normalised for itself"


def _dims(dims: tuple[int, ...]) -> str:
    return f"dim {dims[0]}" if len(dims) == 1 else f"dims {', '.join(map(str, dims))}"


def _einsum(step: Given) -> list[str]:
    found = terms_of(str(step.given(0, "equation", "")), len(step.operands))
    if found is None:
        return []
    terms, right = found
    summed = sorted({letter for term in terms for letter in term} - set(right))
    label = step.chain.program.label
    same = equivalent(terms, right, [label(ref.number) for ref in step.one.operands()])
    parts = [f"kept: {', '.join(right) or 'none'}", f"summed: {', '.join(summed) or 'none'}"]
    return [" · ".join([*parts, *([f"the same as {same}"] if same and "#" not in same else [])])]


def _squeezed(step: Given) -> list[str]:
    x = step.operands[0]
    return ["No length of 1 there: nothing was dropped."] if x.shape == step.result.shape else []


def _attention(step: Given) -> list[str]:
    causal = step.given(5, "is_causal", False)
    return ["Causal: query i sees keys 0 … i."] if causal else []


def _went(step: Given) -> list[str]:
    """Where a tensor was copied to, if it was."""
    x = step.operands[0]
    before, after = (devices.name_of(tensor.device) for tensor in (x, step.result))
    if devices.wanted(step.one) is None:
        return []
    if before == after:
        return [f"It is on {after} already: nothing is copied."] if step.result.dtype == x.dtype else []
    if after == devices.META:
        return [f"From {before} to meta: shape, dtype and strides are kept, values are not."]
    return [f"{readable(logical_bytes(step.result))} are copied from {before} to {after}."]


def _unfilled(step: Given) -> list[str]:
    if step.result.is_meta:
        return []
    return [
        "Nobody has filled it: its cells are whatever lay in memory. Here they are NaN, or the largest number of the dtype, "
        "as where torch is to be deterministic."
    ]


_NOTES: dict[str, Callable[[Given], list[str]]] = {
    "matmul": _multiplied,
    "conv1d": _convolved,
    "conv2d": _convolved,
    "gumbel_softmax": _gumbel,
    "dropout": _dropped,
    "layer_norm": _layer,
    "batch_norm": _batch,
    "instance_norm": _instance,
    "group_norm": _grouped,
    "einsum": _einsum,
    "squeeze": _squeezed,
    **dict.fromkeys(MOVES, _went),
    **dict.fromkeys(("empty", "empty_like"), _unfilled),
    "scaled_dot_product_attention": _attention,
}
