"""How values become colours and numbers wherever tensors are drawn: blue above zero, red below, zero neutral.
Numpy only; whoever paints asks here and does nothing of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Colours = NDArray[np.uint8]
HALF = 255  # steps from zero to an end of the scale
PLAIN = (1e-4, 1e3)  # beyond, numbers are written with an exponent
DIGITS = 3
MOST_WHOLE = 1e6
DARK_INK, BRIGHT_INK = "#14171c", "#ffffff"
_LIGHT = ("#67001f", "#b2182b", "#e27b62", "#fbd0bd", "#f7f7f7", "#c6dff0", "#6aaed6", "#2166ac", "#053061")
_DARK = ("#ffb3a7", "#f2716b", "#b8433f", "#6b2d2e", "#2b3038", "#1f4468", "#2f78b8", "#5aa9f0", "#b5dcff")


class Mark(IntEnum):
    """What a colour of the scale cannot say about a cell."""

    NONE = 0
    NAN = 1
    PLUS_INF = 2
    MINUS_INF = 3
    ABOVE = 4  # the scale, and so the colour, ends before it
    BELOW = 5


_MARKED = {Mark.NAN: "#ffc400", Mark.PLUS_INF: "#00b8bd", Mark.MINUS_INF: "#d81b9a"}


@dataclass(frozen=True)
class ValueScale:
    """From −bound through zero to bound, both of the same length, so that a hue is a sign. `bound` is positive."""

    bound: float = 1.0
    dark: bool = False

    def colours(self, values: Values) -> Colours:
        """Return blue, green, red and 255 for each cell (QImage's RGB32); marked cells have colours of their own."""
        shares = _as_real(values) / self.bound
        places = np.nan_to_num(shares, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1) * HALF
        found: Colours = _table(self.dark)[(places + HALF + 0.5).astype(np.intp)]
        marks = self.marks(values)
        if marks.any():
            for mark, colour in _MARKED.items():
                found[marks == mark] = _bgra(colour)
        return found

    def marks(self, values: Values) -> NDArray[np.uint8]:
        """Return a `Mark` for each cell."""
        real = _as_real(values)
        marks = np.zeros(real.shape, dtype=np.uint8)
        with np.errstate(invalid="ignore"):
            marks[real > self.bound] = Mark.ABOVE
            marks[real < -self.bound] = Mark.BELOW
        marks[np.isposinf(real)] = Mark.PLUS_INF
        marks[np.isneginf(real)] = Mark.MINUS_INF
        marks[np.isnan(real)] = Mark.NAN
        return marks


def scale_of(values: Values, dark: bool = False) -> ValueScale:
    """Return the scale that reaches the largest finite magnitude; 1 where there is none but zero."""
    real = _as_real(values)
    largest = np.max(np.abs(real), where=np.isfinite(real), initial=0.0) if real.size else 0.0
    return ValueScale(float(largest) or 1.0, dark)


def takes_dark_ink(colours: Colours) -> NDArray[np.bool_]:
    """Return for each colour whether text on it is dark, by its relative luminance."""
    light = (colours[..., :3].astype(np.float64) / 255) ** 2.2
    found: NDArray[np.bool_] = light @ np.array([0.0722, 0.7152, 0.2126]) > 0.179
    return found


def number_format(values: Values) -> Callable[[Any], str]:
    """Return how each number of one tensor is written: three significant digits of the largest, whole numbers as they
    are, with an exponent where the largest lies outside 1e-4…1e3. What is not 0 is never written as 0.
    """
    if values.dtype == bool:
        return _truth
    if np.iscomplexobj(values):
        return lambda value: f"{complex(value):.{DIGITS}g}".strip("()").replace("-", "−")
    real = _as_real(values)
    finite = np.abs(real[np.isfinite(real)])
    largest = float(finite.max()) if finite.size else 0.0
    if largest < MOST_WHOLE and not np.any(finite % 1):
        return _Written(0, False)
    if not PLAIN[0] <= largest < PLAIN[1]:
        return _Written(DIGITS - 1, True)
    return _Written(int(max(0, DIGITS - 1 - np.floor(np.log10(largest)))), False)


@dataclass(frozen=True)
class _Written:
    """Writes numbers with so many decimals; those of an exponent are without leading zeros."""

    decimals: int
    exponent: bool

    def __call__(self, value: Any) -> str:
        number = float(value)
        if np.isnan(number):
            return "NaN"
        if np.isinf(number):
            return "+∞" if number > 0 else "−∞"
        if number == 0:
            return "0"
        vanishes = not self.exponent and abs(number) < 0.5 * 10.0**-self.decimals
        if self.exponent or vanishes:
            front, _, power = f"{number:.{0 if vanishes else self.decimals}e}".partition("e")
            text = f"{front}e{int(power)}"
        else:
            text = f"{number:.{self.decimals}f}"
        return text.replace("-", "−")


def no_number(_value: Any) -> str:
    """Write nothing, of cells without values."""
    return ""


def _truth(value: Any) -> str:
    return "True" if value else "False"


def _as_real(values: Values) -> NDArray[np.floating[Any]]:
    """Numbers that have an order: truth as 0 and 1, of complex numbers the magnitude."""
    if np.iscomplexobj(values):
        return np.abs(values)
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


@lru_cache(maxsize=2)
def _table(dark: bool) -> Colours:
    """Return the colours from −1 to 1, blended between the anchors."""
    anchors = np.array([_bgra(colour) for colour in (_DARK if dark else _LIGHT)], dtype=np.float64)
    places = np.linspace(0, len(anchors) - 1, 2 * HALF + 1)
    bands = [np.interp(places, np.arange(len(anchors)), anchors[:, band]) for band in range(4)]
    table: Colours = np.stack(bands, axis=-1).round().astype(np.uint8)
    return table


def _bgra(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return blue, green, red, 255
