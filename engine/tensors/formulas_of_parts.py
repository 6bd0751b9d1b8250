"""How one cell of a part was computed, with the numbers put in; as `formula` for what stands between operands and result."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from engine.tensors.chain import Chain
from engine.tensors.given import Given, Part
from engine.tensors.numerals import bracketed, ends, summed, written
from engine.tensors.parts import parts_of

Cell = tuple[int, ...]
Parts = dict[str, Part]


def formula_of_part(chain: Chain, number: int, place: int, cell: Cell) -> str:
    """Return the computation of a cell of a part of the step that makes tensor `number`: `μ[0] = (1 + 3) / 2 = 2`."""
    step, parts = Given(chain, number), parts_of(chain, number)
    part = parts[place]
    put_in = _FORMULAS[part.name](step, {one.name: one for one in parts}, part, cell)
    at = f"[{', '.join(map(str, cell))}]" if cell else ""
    return f"{part.name}{at} = {put_in} = {written(part.tensor[cell])}"


def _noise(_step: Given, _parts: Parts, part: Part, cell: Cell) -> str:
    return f"−log({written(torch.exp(-part.tensor[cell]))}), of an exponential number that the seed holds"


def _shifted(step: Given, parts: Parts, _part: Part, cell: Cell) -> str:
    own = f"{written(step.operands[0][cell])} + {bracketed(parts['g'].tensor[cell])}"
    tau = step.given(1, "tau", 1.0)
    return f"({own}) / {written(tau)}" if tau else own


def _soft(step: Given, parts: Parts, _part: Part, cell: Cell) -> str:
    x = parts["s"].tensor
    dim = step.given(4, "dim", -1) % x.ndim if x.ndim else 0
    at: list[int | slice] = [*cell[:dim], slice(None), *cell[dim + 1 :]]
    return _share(x[cell], x[tuple(at)] if x.ndim else x.reshape(1))


def _share(own: Tensor, lane: Tensor) -> str:
    below = summed([f"exp({written(one)})" for (one,) in ends(lane)], len(lane))
    return f"exp({written(own)}) / ({below})"


def _kept(step: Given, _parts: Parts, part: Part, cell: Cell) -> str:
    return f"1 / (1 − {written(step.given(1, 'p', 0.5))})" if part.tensor[cell] else "dropped"


def _group_of(step: Given, part: Part, cell: Cell) -> Tensor:
    """The cells of the first operand over which a moment is taken."""
    mark = np.zeros(tuple(part.tensor.shape), dtype=bool)
    mark[cell] = True
    return step.operands[0][torch.from_numpy(part.made[0].sources(mark)).to(step.operands[0].device)]


def _mean(step: Given, _parts: Parts, part: Part, cell: Cell) -> str:
    group = _group_of(step, part, cell)
    return f"({summed([bracketed(x) for (x,) in ends(group)], len(group))}) / {len(group)}"


def _variance(step: Given, parts: Parts, _part: Part, cell: Cell) -> str:
    group, mean = _group_of(step, parts["μ"], cell), bracketed(parts["μ"].tensor[cell])
    terms = [f"({written(x)} − {mean})²" for (x,) in ends(group)]
    return f"({summed(terms, len(group))}) / {len(group)}"


def _running(place: int, name: str, new: str) -> Callable[[Given, Parts, Part, Cell], str]:
    def work(step: Given, parts: Parts, _part: Part, cell: Cell) -> str:
        share, old = step.given(6, "momentum", 0.1), step.given(place, name)
        value = parts[new].tensor[cell]
        count = step.operands[0].numel() // step.operands[0].shape[1]
        unbiased = f"·{count}/{max(count - 1, 1)}" if new == "σ²" else ""
        return f"{written(1 - share)}·{bracketed(old[cell])} + {written(share)}·{bracketed(value)}{unbiased}"

    return work


def _score(step: Given, parts: Parts, _part: Part, cell: Cell) -> str:
    """A row of Q times a row of K, scaled."""
    q, k = step.given(0, "query"), step.given(1, "key")
    if step.given(7, "enable_gqa", False):
        k = k.repeat_interleave(q.shape[-3] // k.shape[-3], -3)
    batch = tuple(parts["scores"].tensor.shape[:-2])
    row = q.expand(*batch, *q.shape[-2:])[cell[:-1]]
    column = k.expand(*batch, *k.shape[-2:])[(*cell[:-2], cell[-1])]
    dot = summed([f"{bracketed(x)}·{bracketed(y)}" for x, y in ends(row, column)], len(row))
    scale = step.given(6, "scale")
    return f"({dot}) / √{len(row)}" if scale is None else f"({dot}) · {written(scale)}"


def _masked(step: Given, parts: Parts, part: Part, cell: Cell) -> str:
    """The score, or why it is not seen."""
    query, key = cell[-2:]
    score = parts["scores"].tensor[cell]
    if part.tensor[cell] == float("-inf") and score != float("-inf"):
        return f"not seen: query {query} may not look at key {key}"
    mask = step.given(3, "attn_mask")
    if isinstance(mask, Tensor) and mask.dtype != torch.bool:
        return f"{written(score)} + {bracketed(mask.expand(part.tensor.shape)[cell])}"
    return f"seen: scores[{', '.join(map(str, cell))}]"


def _weight(_step: Given, parts: Parts, _part: Part, cell: Cell) -> str:
    masked = parts.get("masked", parts["scores"]).tensor
    lane = masked[cell[:-1]]
    if masked[cell] == float("-inf"):
        return "exp(−∞) is nothing"
    return _share(masked[cell], lane[lane > float("-inf")])


_FORMULAS: dict[str, Callable[[Given, Parts, Part, Cell], str]] = {
    "g": _noise,
    "s": _shifted,
    "soft": _soft,
    "mask": _kept,
    "μ": _mean,
    "σ²": _variance,
    "running μ": _running(1, "running_mean", "μ"),
    "running σ²": _running(2, "running_var", "σ²"),
    "scores": _score,
    "masked": _masked,
    "weights": _weight,
}
