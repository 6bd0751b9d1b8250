"""Numbers and sums of formulas, in words short enough for a line."""

from typing import Any

import torch
from torch import Tensor

MAX_TERMS = 8


def written(value: Any) -> str:
    """Return a number with four significant digits, in brackets where its sign would be misread."""
    number = value.item() if isinstance(value, Tensor) else value
    if isinstance(number, torch.dtype):
        return str(number).removeprefix("torch.")
    if isinstance(number, bool | complex):
        return str(number)
    return f"{number}" if isinstance(number, int) else f"{number:.4g}".replace("-", "−")


def ends(*lanes: Tensor, most: int = MAX_TERMS) -> list[tuple[Tensor, ...]]:
    """The cells that are written: all, or the first and the last where there are too many."""
    length = len(lanes[0])
    half = most // 2
    shown = range(length) if length <= most else [*range(half), *range(length - half, length)]
    return [tuple(lane[place] for lane in lanes) for place in shown]


def summed(terms: list[str], length: int, most: int = MAX_TERMS) -> str:
    """Return a sum of so many terms, of which those of `ends` are given."""
    if length > most:
        terms = [*terms[: most // 2], f"… ({length - most} more) …", *terms[most // 2 :]]
    return " + ".join(terms) or "sum of nothing"


def bracketed(value: Any) -> str:
    """Return a number as it stands in a product, in brackets where it has a sign."""
    text = written(value)
    return f"({text})" if text.startswith("−") or text.endswith("j") else text


def listed(lane: Tensor, most: int = MAX_TERMS) -> str:
    """Return the numbers of a lane in brackets, shortened in the middle."""
    terms = [written(one) for (one,) in ends(lane, most=most)]
    if len(lane) > most:
        terms.insert(most // 2, "…")
    return f"[{', '.join(terms)}]"
