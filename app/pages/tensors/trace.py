"""Which cells belong to the one that is pointed at, through the whole chain, looked up without asking anybody."""

import numpy as np

from engine.tensors.picture import ChainPicture, StepPicture
from engine.tensors.reach import Mask

Masks = dict[int, Mask]


def traced(chain: ChainPicture, number: int, cell: tuple[int, ...]) -> Masks | None:
    """Return for every tensor the cells that this one is made of or that it touches; None where the lab is to be asked. A
    part that is pointed at is among them."""
    one = _only(chain, number, cell)
    found = chain.part(number)
    if found is None:
        before, after = _sources(chain, {number: one}), _touched(chain, {number: one}, number)
    else:
        step, part = found[0], found[0].parts[found[1]]
        of_operands: Masks = {}
        for operand, reach in zip(step.operands, part.made, strict=True):
            _add(of_operands, operand, reach.sources(one))
        before = _sources(chain, of_operands)
        after = _touched(chain, {step.number: part.reach.touched(one)}, step.number)
    if before is None or after is None:
        return None
    return completed(chain, number, cell, {**after, **before})


def completed(chain: ChainPicture, number: int, cell: tuple[int, ...], found: Masks) -> Masks:
    """Return what was found with the cell itself, of the parts beside it those it is made of or that it touches, and for
    every other tensor that none of its cells belongs to it."""
    nothing = {other: np.zeros(tensor.shape, dtype=bool) for other, tensor in enumerate(chain.tensors)}
    one = _only(chain, number, cell)
    return {**nothing, **found, **_beside(chain, number, one), number: one}


def _beside(chain: ChainPicture, number: int, one: Mask) -> Masks:
    """Follow a part to those before it that it reads, and to those after it that read it."""
    part = chain.part(number)
    if part is None:
        return {}
    step, own = part
    before, after = {own: one}, {own: one}
    for place in range(own, -1, -1):
        for other, reach in step.parts[place].earlier if place in before else ():
            _add(before, other, reach.sources(before[place]))
    for place in range(own + 1, len(step.parts)):
        for other, reach in step.parts[place].earlier:
            if other in after:
                _add(after, place, reach.touched(after[other]))
    first = chain.first_part(step)
    return {first + place: mask for place, mask in {**after, **before}.items()}


def _only(chain: ChainPicture, number: int, cell: tuple[int, ...]) -> Mask:
    one = np.zeros(chain.tensor(number).shape, dtype=bool)
    one[cell] = True
    return one


def _add(found: Masks, number: int, mask: Mask) -> None:
    if mask.any():
        found[number] = found[number] | mask if number in found else mask


def _sources(chain: ChainPicture, found: Masks) -> Masks | None:
    """Follow masks back to all that they are made of."""
    for step in reversed(chain.steps):
        if step.number not in found:
            continue
        for operand, reach in zip(step.operands, step.reaches, strict=True):
            if reach is None:
                return None
            _add(found, operand, reach.sources(found[step.number]))
    return found


def _touched(chain: ChainPicture, found: Masks, number: int) -> Masks | None:
    """Follow masks on to all that they touch after the step `number`."""
    for step in chain.steps:
        for operand, reach in zip(step.operands, step.reaches, strict=True):
            if operand not in found or step.number <= number:
                continue
            if reach is None:
                return None
            _add(found, step.number, reach.touched(found[operand]))
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
