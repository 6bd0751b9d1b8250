"""Formulas of a Gumbel sample, an attention, a dropout and an einsum: what is worked out on the way, with its numbers."""

from itertools import product
from math import prod
from typing import Any

import torch
from torch import Tensor

from engine.tensors.chain import Chain
from engine.tensors.given import Given
from engine.tensors.lettered import terms_of
from engine.tensors.numerals import bracketed, ends, listed, summed, written
from engine.tensors.parts import parts_of

Cell = tuple[int, ...]
Told = tuple[str, str]  # the sum with its numbers, and what is said after the value
MAX_SUMMED = 1 << 10
FEW = 4  # terms of each of three lists


def gumbel_softmax(chain: Chain, number: int, cell: Cell) -> Told:
    """exp of the cell's own (x + g) / τ over the sum of its lane; of a hard sample which of them is largest."""
    step = Given(chain, number)
    parts = {part.name: part.tensor for part in parts_of(chain, number)}
    x = step.operands[0]
    if not parts or not cell or not step.given(1, "tau", 1.0):
        return "", ""
    dim = step.given(4, "dim", -1) % x.ndim
    lane: Any = (*cell[:dim], slice(None), *cell[dim + 1 :])
    shifted = parts["s"][lane]
    if step.given(2, "hard", False):
        return "", f"since s = (x + g)/τ = {listed(shifted)} is largest at {int(shifted.argmax())}"
    own = f"({written(x[cell])} + {bracketed(parts['g'][cell])}) / {written(step.given(1, 'tau', 1.0))}"
    below = summed([f"exp({written(one)})" for (one,) in ends(shifted)], len(shifted))
    return f"exp({own}) / ({below})", ""


def attention(chain: Chain, number: int, cell: Cell) -> Told:
    """The scores of a query with the keys that it may see, their softmax, and with it the column of V."""
    step = Given(chain, number)
    parts = {part.name: part.tensor for part in parts_of(chain, number)}
    if "weights" not in parts:
        return "", ""
    v: Tensor = step.given(2, "value")
    head, row, column = cell[:-2], cell[-2], cell[-1]
    scores, weights = parts["scores"][(*head, row)], parts["weights"][(*head, row)]
    seen = torch.isfinite(parts.get("masked", parts["scores"])[(*head, row)])
    if step.given(7, "enable_gqa", False):
        v = v.repeat_interleave(parts["weights"].shape[-3] // v.shape[-3], -3)
    values = v[head][:, column][seen]
    mixed = summed(
        [f"{written(w)}·{bracketed(one)}" for w, one in ends(weights[seen], values, most=FEW)], int(seen.sum()), FEW
    )
    scale = step.given(6, "scale")
    over = f"/√{step.operands[0].shape[-1]}" if scale is None else f"·{written(scale)}"
    told = f"scores q[{row}]·k[{_places(seen)}]{over} = {listed(scores[seen], FEW)}"
    return mixed, f"weights = softmax = {listed(weights[seen], FEW)}, {told}"


def dropped(chain: Chain, number: int, cell: Cell) -> Told:
    """The cell times its mask."""
    step = Given(chain, number)
    parts = parts_of(chain, number)
    return f"{bracketed(step.operands[0][cell])} · {written(parts[0].tensor[cell])}" if parts else "", ""


def einsum(chain: Chain, number: int, cell: Cell) -> Told:
    """The products over every letter that is summed."""
    step = Given(chain, number)
    found = terms_of(str(step.given(0, "equation", "")), len(step.operands))
    if found is None:
        return "", ""
    terms, right = found
    pairs = list(zip(terms, step.operands, strict=True))
    sizes: dict[str, int] = {}
    for term, x in pairs:
        sizes |= {letter: length for letter, length in zip(term, x.shape, strict=True) if length != 1}
    gone = sorted(set("".join(terms)) - set(right))
    places = [range(sizes.get(letter, 1)) for letter in gone]
    count = prod(map(len, places))
    if count > MAX_SUMMED:
        return "", ""
    rows = []
    for place in product(*places):
        at = {**dict(zip(right, cell, strict=True)), **dict(zip(gone, place, strict=True))}
        rows.append("·".join(bracketed(_at(x, [at[letter] for letter in term])) for term, x in pairs))
    return summed(rows, count), ""


def _at(x: Tensor, place: list[int]) -> Tensor:
    """The cell at a place, the only one where an axis is stretched."""
    return x[tuple(min(one, length - 1) for one, length in zip(place, x.shape, strict=True))]


def _places(seen: Tensor) -> str:
    places = [int(one) for one in seen.nonzero()[:, 0]]
    if places == list(range(len(places))):
        return f"0 … {places[-1]}" if len(places) > 1 else str(places[0])
    return ", ".join(map(str, places))
