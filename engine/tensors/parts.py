"""What is worked out on the way from the operands of a step to its result: noise, means, scores, weights, masks."""

from collections.abc import Callable

import torch

from engine.tensors import parts_of_attention, parts_of_norms
from engine.tensors.chain import Chain
from engine.tensors.chance import chance_of, gumbel_noise
from engine.tensors.given import Given, Part, each_own, nothing
from engine.tensors.layers import dropout
from engine.tensors.reach import Along, ByAxes

MAX_CELLS = 1 << 14


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
    shape = tuple(x.shape)
    is_alone = not x.ndim or x.shape[lane] == 1  # softmax of one cell is 1
    along = tuple(Along(axis, reads_all=axis == lane) for axis in range(x.ndim))
    reads = nothing(shape, shape) if is_alone else ByAxes(shape, shape, along)
    over = f" / {tau:g}" if tau else ""
    found = [
        Part("g", "Gumbel noise, held by the seed", noise, same, reads, (nothing(shape, shape),)),
        Part("s", f"(x + g){over}", summed, same, reads, (each_own(shape),), ((0, each_own(shape)),)),
    ]
    if step.given(2, "hard", False):
        soft = summed.softmax(dim)
        found.append(Part("soft", "softmax of s, takes the gradient", soft, same, reads, (reads,), ((1, reads),)))
    return found


def _dropout(step: Given) -> list[Part]:
    x, p = step.operands[0], step.given(1, "p", 0.5)
    if not step.given(2, "training", True) or p == 1:
        return []
    with chance_of(step.chain, step.number):
        mask = dropout(torch.ones_like(x), p, True)
    shape = tuple(x.shape)
    text = f"0 with chance {p:g}, else 1 / (1 − {p:g}) = {1 / (1 - p):.4g}"
    like = tuple((0, axis) for axis in range(x.ndim))
    return [Part("mask", text, mask, like, each_own(shape), (nothing(shape, shape),))]


_WORKS: dict[str, Callable[[Given], list[Part]]] = {
    "gumbel_softmax": _gumbel,
    "dropout": _dropout,
    "layer_norm": parts_of_norms.layer,
    "batch_norm": parts_of_norms.batch,
    "instance_norm": parts_of_norms.instance,
    "group_norm": parts_of_norms.group,
    "scaled_dot_product_attention": parts_of_attention.attention,
}
