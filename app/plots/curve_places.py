"""Where in the layer of a curve plot things belong: names at ends, marks, dots and the readout. Places only, no drawing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from app.plots.canvas import Frame
from app.plots.curve import Curve, Strokes
from app.plots.curve_layer import Dot, EndLabel, Mark
from app.plots.places import Floats

MOST_LABELS = 40  # at the ends of curves: more would have no room, and each costs time at every frame
MOST_READ = 12
Read = tuple[Curve, tuple[float, str]]
"""A curve, and the x and the text of its point nearest to the pointer."""


@dataclass(frozen=True)
class Places:
    """What a frame shows, laid over an area of the layer."""

    frame: Frame
    area: QRectF

    def across(self, x: float) -> float:
        """Return where an x lies, in the layer's pixels."""
        share = (x - self.frame.left) / (self.frame.right - self.frame.left)
        return float(self.area.left() + share * self.area.width())

    def down(self, y: float) -> float:
        """Return where a y of the axis, a logarithm on a logarithmic one, lies in the layer's pixels."""
        share = (y - self.frame.low) / (self.frame.high - self.frame.low)
        return float(self.area.bottom() - share * self.area.height())

    def labels(self, curves: Collection[Curve]) -> list[EndLabel]:
        """Return the names at the ends of curves: of the strong ones, and of some from everywhere."""
        every = -(-len(curves) // MOST_LABELS)
        named = (curve for place, curve in enumerate(curves) if curve.is_strong or not place % every)
        return [label for curve in named if (label := self._label(curve)) is not None]

    def marks(self, markers: Iterable[Mark], curves: Iterable[Curve]) -> list[Mark]:
        """Return the marks of the plot, whose x becomes a pixel, and one for each pixel that has values without a place."""
        marks = [Mark(self.across(mark.x), mark.label, mark.kind) for mark in markers]
        for curve in curves:
            x, y = curve.bad(self.frame.left, self.frame.right)
            if len(x):
                marks += self._bad("nan", x[~(y > 0)]) + self._bad("infinite", x[y > 0])
        return marks

    def dots(self, drawn: Iterable[tuple[Curve, Strokes]]) -> list[Dot]:
        """Return the points that are worth a dot."""
        return [
            Dot(self.across(x), self.down(y), curve.inkColour())
            for curve, strokes in drawn
            for x, y in zip(*strokes.dots, strict=True)
        ]

    def _label(self, curve: Curve) -> EndLabel | None:
        value = curve.valueNear(self.frame.right)
        if value is None:
            return None
        first, last = curve.ends()
        if first > self.frame.right or last < self.frame.left:
            return None
        y = self.down(self.frame.placedOne(value))
        if not self.area.top() - 1 <= y <= self.area.bottom() + 1:
            return None
        figure = f"{value:.4g}".replace("-", "−")
        return EndLabel(y, f"{curve.label} {figure}", curve.inkColour(), curve.is_strong)

    def _bad(self, kind: str, x: Floats) -> list[Mark]:
        share = (x - self.frame.left) / (self.frame.right - self.frame.left)
        pixels = np.unique(np.round(share * self.area.width()))
        return [Mark(float(self.area.left() + pixel), "", kind) for pixel in pixels]


def nearest(found: Sequence[Read], y: float, frame: Frame) -> Sequence[Read]:
    """Return as many readings as there is room for: where there are more, those nearest to a y of the axis, from above."""
    if len(found) <= MOST_READ:
        return found
    heights = frame.placed(np.array([curve.valueAt(x) for curve, (x, _) in found]))
    near = np.argsort(np.abs(heights - y), kind="stable")[: MOST_READ - 1]
    return [found[index] for index in sorted(near.tolist(), key=lambda index: -heights[index])]
