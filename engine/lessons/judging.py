"""Whether an expression solves an exercise: by the tensor that it gives, whatever way it takes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.lessons.lesson import Exercise
from engine.tensors.chain import Chain, evaluate
from engine.tensors.devices import on_cpu
from engine.tensors.refusal import Refused

NEAR = 1e-4


@dataclass(frozen=True)
class Judgement:
    """Whether an answer is right, and a sentence that says why or why not."""

    right: bool
    sentence: str


def judge(text: str, exercise: Exercise) -> Judgement:
    """Compare what an expression gives with what the exercise asks for."""
    try:
        chain = evaluate(text)
        given = chain.result
    except Refused as refused:
        return Judgement(False, refused.sentence)
    if chain.program.result is not None and chain.program.is_hollow(chain.program.result):
        return Judgement(False, "Your result has no values: it is on meta, or made of what is.")
    if used := _forbidden(chain, exercise.without):
        return Judgement(False, f"Try it without {used}.")
    wanted = evaluate(exercise.answer).result
    if given.shape != wanted.shape:
        return Judgement(False, f"Your result is {list(given.shape)}; the right one is {list(wanted.shape)}.")
    unlike = ~torch.isclose(_numbers(given), _numbers(wanted), rtol=NEAR, atol=NEAR, equal_nan=True)
    if unlike.any():
        return Judgement(False, _difference(given, wanted, unlike))
    if missing := [name for name in exercise.of if name not in _sources(chain)]:
        return Judgement(False, f"The numbers are right, but they are not made of {' and '.join(missing)}.")
    return Judgement(True, exercise.right)


def _sources(chain: Chain) -> set[str]:
    """Return the names of all tensors that the result is made of."""
    steps, found = chain.steps, {chain.program.label(chain.program.result or 0)}
    for step in reversed(steps):
        if step.name in found:
            found.update(step.operands)
    return found


def _forbidden(chain: Chain, names: tuple[str, ...]) -> str:
    used = [step.operation for step in chain.steps if step.operation in names]
    return used[0] if used else ""


def _numbers(tensor: Tensor) -> Tensor:
    return on_cpu(tensor).to(torch.complex128 if tensor.is_complex() else torch.float64)


def _difference(given: Tensor, wanted: Tensor, unlike: Tensor) -> str:
    if not given.dim():
        return f"Your result is {_said(given)}; the right one is {_said(wanted)}."
    first = tuple(unlike.nonzero()[0].tolist())
    count = int(unlike.sum())
    cells = "1 cell differs" if count == 1 else f"{count} of {unlike.numel()} cells differ"
    stands = f"{_said(given[first])} stands at {list(first)} in place of {_said(wanted[first])}"
    return f"The shape is right, but {cells}: {stands}."


def _said(cell: Tensor) -> str:
    value = cell.item()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
