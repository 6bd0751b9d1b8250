"""Which cells belong to the one that is pointed at, through the whole chain, looked up without asking anybody."""

import numpy as np

from engine.tensors.picture import ChainPicture, StepPicture
from engine.tensors.reach import Mask

Masks = dict[int, Mask]


def traced(chain: ChainPicture, number: int, cell: tuple[int, ...]) -> Masks | None:
    """Return for every tensor the cells that this one is made of or that it touches; None where the lab is to be asked."""
    one = _only(chain, number, cell)
    before, after = _sources(chain, number, one), _touched(chain, number, one)
    if before is None or after is None:
        return None
    return completed(chain, number, cell, {**after, **before})


def completed(chain: ChainPicture, number: int, cell: tuple[int, ...], found: Masks) -> Masks:
    """Return what was found with the cell itself, and for every other tensor that none of its cells belongs to it."""
    nothing = {other: np.zeros(tensor.shape, dtype=bool) for other, tensor in enumerate(chain.tensors)}
    return {**nothing, **found, number: _only(chain, number, cell)}


def _only(chain: ChainPicture, number: int, cell: tuple[int, ...]) -> Mask:
    one = np.zeros(chain.tensors[number].shape, dtype=bool)
    one[cell] = True
    return one


def _sources(chain: ChainPicture, number: int, one: Mask) -> Masks | None:
    found = {number: one}
    for step in reversed(chain.steps):
        if step.number not in found:
            continue
        for operand, reach in zip(step.operands, step.reaches, strict=True):
            if reach is None:
                return None
            mask = reach.sources(found[step.number])
            if mask.any():
                found[operand] = found[operand] | mask if operand in found else mask
    del found[number]
    return found


def _touched(chain: ChainPicture, number: int, one: Mask) -> Masks | None:
    found = {number: one}
    for step in chain.steps:
        for operand, reach in zip(step.operands, step.reaches, strict=True):
            if operand not in found or step.number <= number:
                continue
            if reach is None:
                return None
            mask = reach.touched(found[operand])
            if mask.any():
                found[step.number] = found[step.number] | mask if step.number in found else mask
    del found[number]
    return found


def chosen_of(chain: ChainPicture, step: StepPicture, masks: Masks) -> tuple[int, ...] | None:
    """Return the one cell that a maximum or minimum took, of those it could have taken; None for other operations."""
    name = step.operation.split(".")[0].removeprefix("arg").removeprefix("a")
    operand = chain.tensors[step.operands[0]] if len(step.operands) == 1 else None
    if (
        name not in ("max", "min")
        or operand is None
        or not (operand.is_whole and operand.has_values)
        or masks[step.number].sum() != 1
    ):
        return None
    could = masks[step.operands[0]]
    if not could.any():
        return None
    best = np.argmax if name == "max" else np.argmin
    places = np.argwhere(could)
    return tuple(int(one) for one in places[best(operand.values[could])])
