"""DotPlot: a dot a run over a setting, in the run's colour; settings that are not numbers stand side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.ink import Ink, ink_colour
from app.plots.plot import Plot
from app.plots.scale import Scale, scale_of
from app.theme import theme

SIZE, STRONG = 9, 14


@dataclass(frozen=True)
class Spot:
    """A dot: its name, colour, setting and result; a strong one is larger."""

    name: str
    colour: Ink
    x: Any
    y: float
    is_strong: bool = False


class DotPlot(Plot):
    """Dots that tell their names under the pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spots: list[Spot] = []
        self._scale = Scale("linear")

    def setSpots(self, spots: Sequence[Spot], x: str, y: str) -> None:
        """Draw these dots instead, over axes of these names; results that are not finite are left out."""
        self._spots = [spot for spot in spots if math.isfinite(spot.y)]
        scale = scale_of([spot.x for spot in self._spots])
        if scale.kind != "words" and scale.has_none:
            words = dict.fromkeys(tick for tick, _ in sorted(scale.ticks(), key=lambda tick: tick[1]))
            scale = Scale("words", words=tuple(words), has_none=True)
        self._scale = scale
        self.setAxisLabels(x, y)
        self.resetView()

    def place(self, value: Any) -> float | None:
        """Return where a setting stands on the x axis; its logarithm where the axis has one."""
        if self._scale.kind == "words":
            share = self._scale.share(value)
            return None if share is None else share * max(1, len(self._scale.words) - 1)
        return math.log10(value) if self._scale.kind == "log" else float(value)

    def resetView(self) -> None:
        """Show every dot, with some room around."""
        self.redraw()
        self.item.autoRange(padding=0.08)

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        self.showEmpty(not self._spots)
        is_words = self._scale.kind == "words"
        self.item.setLogMode(x=self._scale.kind == "log")
        names = (
            list(enumerate(self._scale.words))
            if is_words and len(self._scale.words) > 1
            else [(0.5, *self._scale.words)]
        )
        self.item.getAxis("bottom").setTicks([names] if is_words and self._scale.words else None)
        shown = [(spot, at) for spot in self._spots if (at := self.place(spot.x)) is not None]
        cloud = pg.ScatterPlotItem(
            x=np.array([at for _, at in shown]),
            y=np.array([spot.y for spot, _ in shown]),
            size=[STRONG if spot.is_strong else SIZE for spot, _ in shown],
            brush=[pg.mkBrush(ink_colour(spot.colour)) for spot, _ in shown],
            pen=pg.mkPen(QColor(theme().base)),
            data=[spot for spot, _ in shown],
            hoverable=True,
            hoverPen=pg.mkPen(QColor(theme().text)),
            tip=_tip,
        )
        self.item.addItem(cloud)

    def numbers(self) -> Numbers:
        """Return name, setting and result of every dot."""
        return ["run", *self._labels], [(spot.name, spot.x, spot.y) for spot in self._spots]


def _tip(x: float, y: float, data: Spot) -> str:
    del x, y
    return f"{data.name}\n{data.x}\n{data.y:.5g}"
