"""What is worked out on the way from the operands of a step to its result: noise, means, scores, weights, masks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.tensors.chain import Chain
from engine.tensors.chance import chance_of, gumbel_noise
from engine.tensors.layers import dropout
from engine.tensors.program import Instruction, Ref, filled
from engine.tensors.reach import Along

MAX_CELLS = 1 << 14
Axes = tuple[Along, ...]


@dataclass(frozen=True)
class Part:
    """One tensor on the way. `like` names for each of its axes an axis of an operand, as (operand, axis), or None for one
    that is new; `reads` tells how a cell of the result goes with it, None where that is not known axis by axis."""

    name: str
    text: str
    tensor: Tensor
    like: tuple[tuple[int, int] | None, ...]
    reads: Axes | None


class Given:
    """An instruction with the tensors in its arguments."""

    def __init__(self, chain: Chain, number: int) -> None:
        self.chain, self.number = chain, number
        self.one: Instruction = chain.program.instructions[number - len(chain.program.inputs)]
        self.operands = [chain.tensors[ref.number] for ref in self.one.operands()]
        self.result = chain.tensors[number]

    def given(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument by its place or its name, tensors as they are."""
        arguments = self.one.arguments
        part = arguments[place] if place < len(arguments) else self.one.keywords.get(name, default)
        return filled(part, lambda ref: self.chain.tensors[ref.number])

    def label(self, place: int, name: str) -> str:
        """Return how the tensor in an argument is called, empty where none is given."""
        arguments = self.one.arguments
        part = arguments[place] if place < len(arguments) else self.one.keywords.get(name)
        return self.chain.program.label(part.number) if isinstance(part, Ref) else ""


def parts_of(chain: Chain, number: int) -> list[Part]:
    """Return what stands between the operands of a step and its result, in the order in which it is worked out."""
    step = Given(chain, number)
    work = _WORKS.get(step.one.operation.name)
    hollow = map(chain.program.is_hollow, (number, *(ref.number for ref in step.one.operands())))
    if work is None or any(hollow) or not step.result.numel() or step.result.numel() > MAX_CELLS:
        return []
    with torch.no_grad():
        return [part for part in work(step) if 0 < part.tensor.numel() <= MAX_CELLS]


def _gumbel(step: Given) -> list[Part]:
    x, tau = step.operands[0], step.given(1, "tau", 1.0)
    dim = step.given(4, "dim", -1)
    noise = gumbel_noise(step.chain, step.number, x)
    summed = (x + noise) / tau if tau else x + noise
    lane = dim % x.ndim if x.ndim else 0
    same = tuple((0, axis) for axis in range(x.ndim))
    reads = tuple(Along(axis, reads_all=axis == lane) for axis in range(x.ndim))
    over = f" / {tau:g}" if tau else ""
    found = [
        Part("g", "Gumbel noise, held by the seed", noise, same, reads),
        Part("s", f"(x + g){over}", summed, same, reads),
    ]
    if step.given(2, "hard", False):
        found.append(Part("soft", "softmax of s, takes the gradient", summed.softmax(dim), same, reads))
    return found


def _dropout(step: Given) -> list[Part]:
    x, p = step.operands[0], step.given(1, "p", 0.5)
    if not step.given(2, "training", True) or p == 1:
        return []
    with chance_of(step.chain, step.number):
        mask = dropout(torch.ones_like(x), p, True)
    axes = tuple(range(x.ndim))
    text = f"0 with chance {p:g}, else 1 / (1 − {p:g}) = {1 / (1 - p):.4g}"
    return [Part("mask", text, mask, tuple((0, axis) for axis in axes), tuple(map(Along, axes)))]


def _layer(step: Given) -> list[Part]:
    x, first = step.operands[0], step.operands[0].ndim - len(step.given(1, "normalized_shape"))
    dims = tuple(range(first, x.ndim))
    kept = (*range(first), *([first] if first == x.ndim - 1 else []))
    like = tuple((0, axis) if axis < first else None for axis in kept)
    reads = tuple(Along(axis) if axis < first else Along() for axis in kept)
    return _moments(x, dims, [part for part in range(x.ndim) if part in kept], like, reads)


def _batch(step: Given) -> list[Part]:
    x = step.operands[0]
    if not step.given(5, "training", False):
        return []
    found = _moments(x, (0, *range(2, x.ndim)), [1], ((0, 1),), (Along(1),))
    mean, variance = step.given(1, "running_mean"), step.given(2, "running_var")
    share = step.given(6, "momentum", 0.1)
    if isinstance(mean, Tensor) and isinstance(variance, Tensor) and isinstance(share, float | int):
        count = x.numel() // x.shape[1]
        unbiased = found[1].tensor * (count / max(count - 1, 1))
        text = f"after: {1 - share:g}·old + {share:g}·new"
        after = ((mean, found[0].tensor, "μ"), (variance, unbiased, "σ²"))
        for old, new, what in after:
            kept = (1 - share) * old + share * new
            found.append(Part(f"running {what}", text, kept, ((0, 1),), None))
    return found


def _instance(step: Given) -> list[Part]:
    x = step.operands[0]
    if not step.given(5, "use_input_stats", True):
        return []
    return _moments(x, tuple(range(2, x.ndim)), [0, 1], ((0, 0), (0, 1)), (Along(0), Along(1)))


def _group(step: Given) -> list[Part]:
    x, groups = step.operands[0], step.given(1, "num_groups")
    size = x.shape[1] // groups
    grouped = x.reshape(x.shape[0], groups, size, *x.shape[2:])
    links = torch.arange(x.shape[1])[:, None] // size == torch.arange(groups)
    reads = (Along(0), Along(1, links.numpy()))
    return _moments(grouped, tuple(range(2, grouped.ndim)), [0, 1], ((0, 0), None), reads)


def _moments(
    x: Tensor, dims: tuple[int, ...], kept: list[int], like: tuple[tuple[int, int] | None, ...], reads: Axes
) -> list[Part]:
    """Mean and variance over dims, in the shape of the axes that are kept, those of them that are folded as 1."""
    cells = x if x.is_floating_point() else x.to(torch.float32)
    shape = [1 if axis in dims else x.shape[axis] for axis in kept]
    mean = cells.mean(dims).reshape(shape)
    variance = cells.var(dims, correction=0).reshape(shape)
    return [
        Part("μ", "mean", mean, like, reads),
        Part("σ²", "variance", variance, like, reads),
    ]


def _attention(step: Given) -> list[Part]:
    q, k = step.given(0, "query"), step.given(1, "key")
    if step.given(7, "enable_gqa", False):
        k = k.repeat_interleave(q.shape[-3] // k.shape[-3], -3)
    scale = step.given(6, "scale")
    scores = q @ k.mT * (q.shape[-1] ** -0.5 if scale is None else scale)
    rank, batch = scores.ndim, scores.ndim - 2
    like = (*((0, axis) for axis in range(q.ndim - 1)), (1, k.ndim - 2))
    if len(like) != rank or step.result.ndim != rank:
        return []
    reads = (*map(Along, range(batch + 1)), Along())
    over = f"√{q.shape[-1]}" if scale is None else f"· {scale:g}"
    found = [Part("scores", f"Q · Kᵀ {'/ ' if scale is None else ''}{over}", scores, like, reads)]
    masked = masked_scores(scores, step.given(3, "attn_mask"), step.given(5, "is_causal", False))
    if masked is not scores:
        found.append(Part("masked", "what a query may not see is −∞", masked, like, reads))
    weights = masked.softmax(-1)
    return [*found, Part("weights", "softmax of each row", weights, like, reads)]


def masked_scores(scores: Tensor, mask: Any, is_causal: bool) -> Tensor:
    """Return the scores of an attention with its mask, a truth or what is added, or up to the query's own place."""
    if is_causal:
        return scores.masked_fill(
            ~torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril(), float("-inf")
        )
    if not isinstance(mask, Tensor):
        return scores
    return scores.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else scores + mask


_WORKS: dict[str, Callable[[Given], list[Part]]] = {
    "gumbel_softmax": _gumbel,
    "dropout": _dropout,
    "layer_norm": _layer,
    "batch_norm": _batch,
    "instance_norm": _instance,
    "group_norm": _group,
    "scaled_dot_product_attention": _attention,
}
