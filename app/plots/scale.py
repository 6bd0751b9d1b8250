"""Scale: where the values of a setting stand beside each other. Numbers by size, everything else by name. No Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

WIDE_SPAN = 30.0  # numbers whose largest is so many times the smallest were chosen by their magnitude
TICKS = 8  # values; of more only even steps are written
NONE_ROOM = 0.12  # of an axis of numbers, for runs that have none


@dataclass(frozen=True)
class Scale:
    """An axis from 0 to 1. `words` are the values in their order where they are not numbers."""

    kind: Literal["linear", "log", "words"]
    low: float = 0.0
    high: float = 1.0
    words: tuple[str, ...] = ()
    has_none: bool = False
    numbers: tuple[float, ...] = ()

    def share(self, value: Any) -> float | None:
        """Return where a value stands, or None where there is no place for it."""
        if self.kind == "words":
            word = written(value)
            if word not in self.words:
                return None
            return self.words.index(word) / (len(self.words) - 1) if len(self.words) > 1 else 0.5
        if value is None:
            return 0.0 if self.has_none else None
        if not is_number(value) or not math.isfinite(value):
            return None
        if self.high <= self.low:
            return 0.5
        share = (self._placed(value) - self._placed(self.low)) / (self._placed(self.high) - self._placed(self.low))
        return NONE_ROOM + (1 - NONE_ROOM) * share if self.has_none else share

    def ticks(self) -> list[tuple[str, float]]:
        """Return what is written along the axis, and where; the ends come first."""
        if self.kind == "words":
            found = [(word, self.share_of_word(place)) for place, word in enumerate(self.words)]
        else:
            values = self.numbers if len(self.numbers) <= TICKS else self._even()
            found = [(f"{value:.4g}", share) for value in values if (share := self.share(value)) is not None]
            if self.has_none:
                found.insert(0, (written(None), 0.0))
        return [*found[:1], *found[-1:], *found[1:-1]] if len(found) > 1 else found

    def share_of_word(self, place: int) -> float:
        """Return where the word at a place stands."""
        return place / (len(self.words) - 1) if len(self.words) > 1 else 0.5

    def _placed(self, value: float) -> float:
        return math.log10(value) if self.kind == "log" else float(value)

    def _even(self) -> list[float]:
        first, last = self._placed(self.low), self._placed(self.high)
        steps = [first + (last - first) * place / 4 for place in range(5)]
        return [10**step for step in steps] if self.kind == "log" else steps


def scale_of(values: Sequence[Any]) -> Scale:
    """Return the scale on which all of these values have a place."""
    known = [value for value in values if not (value is None or (isinstance(value, float) and math.isnan(value)))]
    has_none = any(value is None for value in values)
    finite = [float(value) for value in known if is_number(value) and math.isfinite(value)]
    if finite and all(is_number(value) for value in known):
        low, high = min(finite), max(finite)
        kind: Literal["linear", "log"] = "log" if low > 0 and high >= WIDE_SPAN * low else "linear"
        return Scale(kind, low, high, has_none=has_none, numbers=tuple(sorted(set(finite))))
    return Scale("words", words=tuple(sorted({written(value) for value in values})), has_none=has_none)


def is_number(value: object) -> bool:
    """Whether a setting is a number; yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def written(value: Any) -> str:
    """Write a value shortly."""
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(written(item) for item in value) or "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
