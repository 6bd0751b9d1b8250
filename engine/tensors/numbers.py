"""Arithmetic on plain numbers inside an expression, with bounds so that no number grows without end."""

import math
from collections.abc import Callable
from typing import Any

from engine.tensors.refusal import Refused

_LARGEST = 2**63
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "abs": abs,
}


def of_two(sign: str, left: Any, right: Any) -> Any:
    """Return a number from two. Raises `Refused` where it has no value or is beyond 64 bits."""
    if sign not in _OPERATORS:
        raise Refused(f"{sign} is not defined between plain numbers here.")
    if sign == "**" and abs(right) > 1024:
        raise Refused("The exponent of a plain number may be 1,024 at most.")
    return _bounded(lambda: _OPERATORS[sign](left, right))


def of_one(name: str, number: Any) -> Any:
    """Return sqrt, exp, log … of a plain number."""
    return _bounded(lambda: FUNCTIONS[name](number))


def _bounded(work: Callable[[], Any]) -> Any:
    try:
        result = work()
    except ZeroDivisionError:
        raise Refused("This divides a number by zero.") from None
    except (OverflowError, ValueError, TypeError):
        raise Refused("This number cannot be worked out.") from None
    if isinstance(result, int) and not -_LARGEST <= result < _LARGEST:
        raise Refused("This whole number is larger than 64 bits can hold.")
    return result
