"""Ink: how a curve's colour is told, so that it follows the theme: a place in the series, a share, or text's own."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from app.theme import theme

TEXT = -1  # as dark as text: for the one that others are measured by
_LIGHT, _DARK = (0.0, 0.86), (0.24, 1.0)  # the part of viridis that stands out from the background


@dataclass(frozen=True)
class Shade:
    """A colour between the lowest (0) and the highest (1) of something that is measured."""

    share: float


Ink = int | Shade  # an index of the series' colours, which begin again after the last; or TEXT


def ink_colour(ink: Ink) -> QColor:
    """Return the colour on the background of now."""
    if isinstance(ink, Shade):
        first, last = _DARK if theme().dark else _LIGHT
        return _shade(round(255 * (first + (last - first) * min(max(ink.share, 0.0), 1.0))))
    return QColor(theme().text) if ink == TEXT else theme().seriesColor(ink)


@lru_cache(maxsize=256)
def _shade(place: int) -> QColor:
    red, green, blue = np.asarray(pg.colormap.get("viridis").getLookupTable(nPts=256))[place, :3].tolist()
    return QColor(red, green, blue)
