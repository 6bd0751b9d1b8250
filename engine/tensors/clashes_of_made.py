"""Why what makes tensors from numbers refuses."""

from collections.abc import Sequence
from typing import Any

from engine.tensors.clash import Call, Clash, Try

_COUNTED = {"randperm": (0, "n"), "linspace": (2, "steps")}


def sizes(call: Call) -> Clash | None:
    """rand, randn, zeros, ones, full, eye: no size below 0."""
    place = 1 if call.name == "full" else len(call.arguments)
    given = call.keywords.get("size", _listed(call.arguments[:place]))
    return below_none(call, given if isinstance(given, Sequence) else [given])


def counted(call: Call) -> Clash | None:
    """randperm and linspace: a number of cells."""
    place, name = _COUNTED[call.name]
    return below_none(call, [call.given(place, name)])


def randint(call: Call) -> Clash | None:
    """low is below high, and no size below 0."""
    numbers = [part for part in call.arguments if type(part) is int]
    low = call.keywords.get("low", numbers[0] if len(numbers) > 1 else 0)
    high = call.keywords.get("high", numbers[-1] if numbers else 1)
    if low >= high:
        sentence = f"randint draws whole numbers from {low} up to but without {high}; there are none."
        return Clash(sentence)
    size = call.keywords.get("size", next((part for part in call.arguments if isinstance(part, tuple | list)), ()))
    return below_none(call, size)


def arange(call: Call) -> Clash | None:
    """Steps lead from the start towards the end."""
    alone = len(call.arguments) == 1 and "end" not in call.keywords
    start = call.keywords.get("start", 0 if alone else call.given(0, "start", 0))
    end = call.arguments[0] if alone else call.given(1, "end")
    step = call.given(2, "step", 1)
    if not step:
        return Clash("arange never comes to its end with steps of 0.", (), (Try(f"arange({start}, {end})"),))
    if (end - start) * step < 0:
        tries = (Try(f"arange({start}, {end}, {-step})"), Try(f"arange({end}, {start}, {step})"))
        return Clash(f"arange goes from {start} to {end}, and steps of {step} lead away from there.", (), tries)
    return None


def tensor(call: Call) -> Clash | None:
    """Rows of equal lengths, numbers only; the meta device does not look."""
    return _ragged(call.arguments[0]) if call.arguments else None


def _ragged(given: Any) -> Clash | None:
    if not isinstance(given, tuple | list):
        return None if isinstance(given, bool | int | float | complex) else Clash("tensor takes numbers, in lists.")
    lengths = [len(part) if isinstance(part, tuple | list) else -1 for part in given]
    if len(set(lengths)) > 1:
        if -1 in lengths:
            return Clash("A list holds either numbers or lists here, and this one holds both.")
        return Clash(f"The rows of a tensor are of one length, and these have {', '.join(map(str, lengths))} cells.")
    return next((found for part in given if (found := _ragged(part))), None)


def below_none(call: Call, sizes: Sequence[Any]) -> Clash | None:
    """No size is below 0."""
    below = next((size for size in sizes if type(size) is int and size < 0), None)
    return None if below is None else Clash(f"{call.name} takes no size below 0, and {below} is.")


def _listed(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Sizes that may be given as one list."""
    first = arguments[0] if arguments else ()
    return tuple(first) if isinstance(first, tuple | list) else arguments
