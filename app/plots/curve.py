"""One curve of a curve plot: its points, its smoothed line, and the strokes that show them in a frame."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.plots.canvas import Frame, Ribbon, Stroke, blended
from app.plots.ink import Ink, ink_colour
from app.plots.places import Floats, as_array
from app.plots.pyramid import Pyramid
from app.plots.smoothing import Smoother
from app.theme import theme

STYLES = {"dashed": Qt.PenStyle.DashLine, "dotted": Qt.PenStyle.DotLine}
UNDER = 0.28  # of its strength has a raw line under its smoothed one
PALE = 0.6
DOTS_UP_TO = 40  # points in view, so few that each is worth a dot
_PORTION = 1 << 16
_NOWHERE: tuple[Floats, Floats] = (np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Strokes:
    """What is to be drawn of a curve, on the plot's axes."""

    raw: Stroke
    smooth: Stroke | None
    dots: tuple[Floats, Floats]
    ribbon: Ribbon | None = None
    is_strong: bool = False


class Curve:
    """Points that grow, under a name and with a colour."""

    def __init__(self, label: str, colour: Ink, style: str) -> None:
        self.label = label
        self.colour = colour
        self.style = style
        self.is_strong = False
        self.ribbon: tuple[Floats, Floats, Floats] | None = None  # x, low and high of what lies around the curve
        self.raw = Pyramid()
        self.smooth: Pyramid | None = None
        self._smoother: Smoother | None = None

    def append(self, x: Floats | range, y: Floats) -> None:
        """Add points at the end."""
        self.raw.append(x, y)
        if self.smooth is not None and self._smoother is not None:
            self.smooth.append(x, self._smoother.extend(y))

    def smoothWith(self, weight: float) -> None:
        """Smooth with this weight of the past; 0 takes the smoothed line away."""
        self.smooth = self._smoother = None
        if weight and len(self.raw):
            self._smoother, self.smooth = Smoother(weight), Pyramid()
            self.smooth.append(self.raw.x.whole(), self._smoother.extend(self.raw.y.values))

    def inkColour(self) -> QColor:
        """Return the colour of the curve and its name."""
        return ink_colour(self.colour)

    def strokes(self, frame: Frame) -> Strokes:
        """Return at most two points a pixel column, and dots where a line alone would not show a point."""
        style, colour = STYLES.get(self.style, Qt.PenStyle.SolidLine), self.inkColour()
        under = colour if self.smooth is None else blended(colour, QColor(theme().base), UNDER)
        if self.style == "pale":
            colour = blended(colour, QColor(theme().base), PALE)
        x, y = self.raw.window(frame.left, frame.right, frame.columns)
        y = frame.placed(y)
        ribbon, strong = self._ribbon(frame), self.is_strong
        if self.smooth is None:
            return Strokes(Stroke(x, y, colour, style, is_strong=strong), None, _dots(x, y), ribbon, strong)
        raw = Stroke(x, y, under, style, is_thin=True)
        x, y = self.smooth.window(frame.left, frame.right, frame.columns)
        y = frame.placed(y)
        return Strokes(raw, Stroke(x, y, colour, style, is_strong=strong), _dots(x, y), ribbon, strong)

    def _ribbon(self, frame: Frame) -> Ribbon | None:
        if self.ribbon is None:
            return None
        x, low, high = self.ribbon
        return Ribbon(x, frame.placed(low), frame.placed(high), self.inkColour())

    def ends(self) -> tuple[float, float]:
        """Return the smallest and largest x; the curve must have points."""
        x = self.raw.x
        if self.raw.is_ordered:
            return x.one(0), x.one(len(x) - 1)
        places = as_array(x.whole())
        return float(places.min()), float(places.max())

    def valueNear(self, right: float) -> float | None:
        """Return the last finite value of the drawn line before an x, or at its end."""
        source = self.smooth or self.raw
        count = len(source)
        if count and source.is_ordered and source.x.one(count - 1) <= right:
            last = float(source.y.values[count - 1])
            if math.isfinite(last):
                return last
        stop = int(source.x.search(np.array([right]), 0, count, after=True)[0]) if source.is_ordered else count
        for start in (max(0, stop - 100), 0):
            finite = np.flatnonzero(np.isfinite(source.y.values[start:stop]))
            if len(finite):
                return float(source.y.values[start + finite[-1]])
        return None

    def reading(self, at: float) -> tuple[float, str] | None:
        """Return the x nearest to a place and what stands there in words."""
        index = self.raw.nearest(at)
        if index is None:
            return None
        text = f"{self.label}  {self.raw.y.values[index]:.5g}"
        if self.smooth is not None:
            text += f"  (~{self.smooth.y.values[index]:.5g})"
        return self.raw.x.one(index), text

    def valueAt(self, x: float) -> float:
        """Return the value of the point nearest to an x; NaN without points."""
        index = self.raw.nearest(x)
        return float("nan") if index is None else float((self.smooth or self.raw).y.values[index])

    def bad(self, left: float, right: float) -> tuple[Floats, Floats]:
        """Return x and value of what is not finite between two x."""
        places = self.raw.bad
        if not len(places):
            return _NOWHERE
        x, y = self.raw.x.at(places), self.raw.y.values[places]
        inside = (x >= left) & (x <= right)
        return x[inside], y[inside]


def in_order(strokes: Iterable[Strokes]) -> list[Stroke]:
    """Return the strokes from the lowest to the topmost: every smoothed line lies above the raw ones, strong ones last."""
    known = sorted(strokes, key=lambda one: one.is_strong)
    return [one.raw for one in known] + [one.smooth for one in known if one.smooth is not None]


def rows_of(curves: list[tuple[str, Floats | range, Floats]]) -> Iterator[tuple[str, float, float]]:
    """Return name, x and y of every point, made in portions: there may be many millions."""
    for name, xs, ys in curves:
        for start in range(0, len(xs), _PORTION):
            part = slice(start, start + _PORTION)
            for x, y in zip(as_array(xs[part]).tolist(), ys[part].tolist(), strict=True):
                yield name, x, y


def _dots(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return points that need a dot: those with no neighbour to be joined to; all of them where they are few."""
    shown = np.isfinite(y)
    if len(x) > DOTS_UP_TO:
        if shown.all():
            return _NOWHERE
        beside = np.concatenate([[False], shown, [False]])
        shown = shown & ~beside[:-2] & ~beside[2:]
    return x[shown], y[shown]
