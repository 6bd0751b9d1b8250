"""Where a gradient stops and why, in a sentence."""

from dataclasses import dataclass

from torch import Tensor

from engine.tensors.operation import Operation

_PLACES = {"argmax", "argmin", "max.indices", "min.indices"}
_FLAT = {"floor", "ceil", "round", "sign", "floor_divide", "count_nonzero"}
_OF_CLASSES = "a soft sample, as of gumbel_softmax, has a gradient"
_WAY_ROUND = {
    "normal": "mean + std * randn_like(mean) draws the same and has a gradient",
    "bernoulli": _OF_CLASSES,
    "multinomial": _OF_CLASSES,
}
_CUT = {"detach", *_WAY_ROUND, *_FLAT}


@dataclass(frozen=True)
class Blocked:
    """A tensor of the chain that no gradient passes: its number, how it is called, and why."""

    number: int
    label: str
    sentence: str


def cuts(operation: Operation) -> bool:
    """Whether no gradient is to pass, though torch would give zeros (flat steps, sampling) or fail."""
    return operation.name in _CUT or operation.name.endswith("_like")


def why(operation: Operation, result: Tensor) -> str:
    """Return the sentence about an operation that lets no gradient through to its operands."""
    name, dtype = operation.written.rsplit(".", 1)[-1], str(result.dtype).removeprefix("torch.")
    if operation.name in _PLACES:
        return f"{name} blocks the gradient: it gives a place, a whole number that stays or jumps."
    if operation.name in _WAY_ROUND:
        drawn = "what was drawn does not move with what it was drawn from"
        return f"{name} draws at random: {drawn}; {_WAY_ROUND[operation.name]}."
    if operation.name in _FLAT:
        return f"{name} is flat nearly everywhere, so its gradient would be 0."
    if operation.name == "detach":
        return "detach cuts the gradient off on purpose; the numbers stay the same."
    if operation.name.endswith("_like"):
        return f"{name} reads the shape alone, none of the cells."
    if dtype == "bool":
        return f"{name} gives True or False: a small change of its operands leaves that or turns it over."
    return f"{name} gives {dtype}, whole numbers, which cannot change a little."


def why_not(tensor: Tensor) -> str:
    """Return the sentence about a tensor that stands at the beginning and can have no gradient."""
    dtype = str(tensor.dtype).removeprefix("torch.")
    return (
        f"It is {dtype}, and only real and complex numbers can change a little; .float() of it would have a gradient."
    )
