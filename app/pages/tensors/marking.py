"""Which marks the tensors of a step carry, read off its reaches. No widget."""

import numpy as np

from app.pages.tensors.drawn import Block, Marks
from engine.tensors.picture import ChainPicture, StepPicture, TensorPicture
from engine.tensors.reach import NOWHERE, ByAxes, ByPlace, Mask

JOINED = ("cat", "stack")
FOLDED = ("reduced", "lanes", "norm")


def marks_of(chain: ChainPicture, step: StepPicture) -> list[Marks]:
    """Return the marks of every operand and, last, of the result."""
    numbers = [*step.operands, step.number]
    ghosts = step.ghosts or (None,) * len(numbers)
    letters = step.letters or ("",) * len(numbers)
    found = [Marks(ghost, letter) for ghost, letter in zip(ghosts, letters, strict=True)]
    if step.kind == "moved":
        return _moved(chain, step, found)
    reach = step.reaches[0] if step.reaches else None
    if isinstance(reach, ByAxes) and step.kind in FOLDED:
        folded = (
            axis
            for axis, along in enumerate(reach.axes)
            if along.reads_all or along.of == NOWHERE or (along.links is not None and step.kind == "norm")
        )
        found[0] = Marks(ghosts[0], letters[0], frozenset(folded))
    return found


def _moved(chain: ChainPicture, step: StepPicture, found: list[Marks]) -> list[Marks]:
    reaches = [reach for reach in step.reaches if isinstance(reach, ByPlace)]
    result = chain.tensors[step.number]
    if len(reaches) != len(step.operands) or not result.is_whole or not result.values.size:
        return found
    if step.operation in JOINED:
        first = 1 + max((axis for tensor in chain.tensors for axis in tensor.axes), default=0)
        blocks = tuple(_block(reach, first + place) for place, reach in enumerate(reaches))
        return [*(Marks(own=first + place) for place in range(len(reaches))), Marks(blocks=blocks)]
    operands = [
        Marks(left_out=_left_out(chain.tensors[one], reach)) for one, reach in zip(step.operands, reaches, strict=True)
    ]
    return [*operands, Marks(faint=_faint(result, reaches))]


def _block(reach: ByPlace, colour: int) -> Block:
    return reach.places >= 0, colour


def _left_out(operand: TensorPicture, reach: ByPlace) -> Mask | None:
    if not operand.is_whole:
        return None
    found: Mask = np.ones(reach.shape, dtype=bool)
    found.reshape(-1)[reach.places[reach.places >= 0]] = False
    return found if found.any() else None


def _faint(result: TensorPicture, reaches: list[ByPlace]) -> Mask | None:
    """Cells that are filled in, or that a stride of 0 reads once more."""
    found: Mask = np.ones(result.shape, dtype=bool)
    for reach in reaches:
        found &= reach.places < 0
    for axis, (stride, length) in enumerate(zip(result.strides, result.shape, strict=True)):
        if stride == 0 and length > 1:
            found |= (np.arange(length) > 0).reshape(-1, *[1] * (len(result.shape) - axis - 1))
    return found if found.any() else None
