"""HistogramHistory: how numbers were spread, step after step, as an image: steps across, values up, and where a column is
darker lie more of that step's numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.plot import Plot, pen
from app.theme import theme

ROWS, COLUMNS = 128, 512
FAINTEST = 0.1  # of the ink, for a single number among many: nothing that is there is invisible
Floats = NDArray[np.float64]
Column = NDArray[np.uint8]


@dataclass(frozen=True)
class Spread:
    """A histogram of even bins from `low` to `high` at a step; no counts where there was no finite number."""

    step: int
    low: float = 0.0
    high: float = 0.0
    counts: tuple[int, ...] = ()


class HistogramHistory(Plot):
    """Columns reach from one step that was looked at to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spreads: list[Spread] = []
        self._marker: int | None = None
        self._line: pg.InfiniteLine | None = None
        self._columns: dict[Spread, Column] = {}
        self._extent: tuple[float, float] | None = None
        self.setAxisLabels(self.tr("step"), "")

    def setSpreads(self, spreads: Sequence[Spread], marker: int | None = None) -> None:
        """Draw these, in the order of their steps, and mark one step."""
        is_same = self._line is not None and list(spreads) == self._spreads and marker is not None
        self._spreads, self._marker = list(spreads), marker
        if is_same and self._line is not None:
            self._line.setValue(marker)
        else:
            self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.item.clear()
        self._line = None
        extent = _extent(self._spreads)
        self.showEmpty(extent is None)
        if extent is None:
            return
        low, high = extent
        if extent != self._extent:
            self._extent = extent
            self._columns.clear()
        edges = _edges(self._spreads)
        image = pg.ImageItem(
            _ink()[_image(self._spreads, edges, extent, self._columns)], axisOrder="row-major", levels=(0, 255)
        )
        image.setRect(QRectF(edges[0], low, edges[-1] - edges[0], high - low))
        self.item.addItem(image)
        if self._marker is not None and len(self._spreads) > 1:
            self._line = pg.InfiniteLine(self._marker, 90, pen(theme().text))
            self.item.addItem(self._line)
        self.item.setRange(xRange=(edges[0], edges[-1]), yRange=extent, padding=0.0)

    def resetView(self) -> None:
        """Show everything."""
        self.redraw()

    def numbers(self) -> Numbers:
        """Return step, both ends and count of every bin."""
        rows = []
        for spread in self._spreads:
            ends = np.linspace(spread.low, spread.high, len(spread.counts) + 1).tolist()
            rows += [(spread.step, *pair) for pair in zip(ends, ends[1:], spread.counts, strict=False)]
        return ["step", "from", "to", "count"], rows


def _ink() -> NDArray[np.uint8]:
    """Return the colours [256, 4] from nothing to the densest place."""
    base, ink = _channels(theme().base), _channels(theme().accent_text)
    shares = np.linspace(0, 1, 256)[:, None]
    return np.hstack([base + (ink - base) * shares, np.full((256, 1), 255.0)]).round().astype(np.uint8)


def _channels(colour: str) -> Floats:
    found = QColor(colour)
    return np.array([found.red(), found.green(), found.blue()], dtype=np.float64)


def _extent(spreads: Sequence[Spread]) -> tuple[float, float] | None:
    """Return the values that all reach over; around a single value, some room."""
    known = [spread for spread in spreads if spread.counts]
    if not known:
        return None
    low, high = min(one.low for one in known), max(one.high for one in known)
    room = 0.0 if high > low else max(abs(low) * 0.5, 1e-12)
    return low - room, high + room


def _edges(spreads: Sequence[Spread]) -> Floats:
    """Return where columns begin, and where the last one ends: as wide as those before it are in the middle."""
    steps = np.array([spread.step for spread in spreads], float)
    last = float(np.median(np.diff(steps))) if len(steps) > 1 else 1.0
    return np.append(steps, steps[-1] + last)


def _image(
    spreads: Sequence[Spread], edges: Floats, extent: tuple[float, float], known: dict[Spread, Column]
) -> NDArray[np.uint8]:
    """Return how dark each pixel is, 0 … 255: the cube root of its share of the densest place in its column. Columns that
    are `known` for this extent are taken from there, and the others put there.
    """
    rows = np.linspace(*extent, ROWS + 1)
    pixels = np.linspace(edges[0], edges[-1], COLUMNS, endpoint=False) + (edges[-1] - edges[0]) / COLUMNS / 2
    places = np.searchsorted(edges, pixels, side="right") - 1
    drawn, which = np.unique(places, return_inverse=True)
    for place in drawn.tolist():
        if spreads[place] not in known:
            known[spreads[place]] = (255 * _column(spreads[place], rows)).round().astype(np.uint8)
    return np.asarray(np.stack([known[spreads[place]] for place in drawn.tolist()], axis=1)[:, which])


def _column(spread: Spread, rows: Floats) -> Floats:
    if not spread.counts:
        return np.zeros(len(rows) - 1)
    if spread.high <= spread.low:
        found = np.histogram([spread.low], rows)[0].astype(float)
        return np.asarray(found)
    ends = np.linspace(spread.low, spread.high, len(spread.counts) + 1)
    below = np.interp(rows, ends, np.concatenate([[0.0], np.cumsum(spread.counts)]))
    density = np.diff(below)
    shares = np.cbrt(density / density.max())  # beside the zeros of a ReLU the rest is still seen
    return np.where(density > 0, FAINTEST + (1 - FAINTEST) * shares, 0.0)
