"""Canvas: the picture of a plot's curves. A new one is painted a piece at a time, and then takes the place of the old."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.plots.places import Floats

FINE_POINTS = 600  # in all curves of a plot; up to so many, lines are drawn smooth and thicker
SMOOTH_POINTS = 3000  # up to so many smooth, but one pixel wide; beyond, in whole pixels
FAR = 1e7  # pixels; what lies farther outside is brought to here


@dataclass(frozen=True)
class Frame:
    """What a picture shows: from left to right in so many pixel columns, from low to high on the drawn axis.

    `floor` is where log₁₀ of zero and less is drawn, on a logarithmic axis.
    """

    left: float
    right: float
    low: float
    high: float
    columns: int
    floor: float | None = None

    def placed(self, y: Floats) -> Floats:
        """Return where values are on the y axis; NaN for what is not finite."""
        finite = np.isfinite(y)
        if self.floor is None:
            return y if finite.all() else np.where(finite, y, np.nan)
        positive = finite & (y > 0)
        places = np.log10(np.where(positive, y, 1.0))
        return np.where(positive, places, np.where(finite, self.floor, np.nan))

    def across(self, x: Floats, area: QRectF) -> Floats:
        """Return the pixels of x in an area that shows this frame."""
        return np.clip(area.left() + (x - self.left) / (self.right - self.left) * area.width(), -FAR, FAR)

    def down(self, y: Floats, area: QRectF) -> Floats:
        """Return the pixels of places on the y axis in an area that shows this frame."""
        return np.clip(area.bottom() - (y - self.low) / (self.high - self.low) * area.height(), -FAR, FAR)

    def within(self, other: "Frame", area: QRectF) -> QRectF:
        """Return where this frame lies in an area that shows another one."""
        left, right = other.across(np.array([self.left, self.right]), area)
        top, bottom = other.down(np.array([self.high, self.low]), area)
        return QRectF(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Stroke:
    """One line: points on the axes (NaN interrupts it), the colour, and how it is drawn."""

    x: Floats
    y: Floats
    colour: QColor
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    is_thin: bool = False

    def paint(self, painter: QPainter, frame: Frame, area: QRectF, points: int) -> None:
        """Draw into an area; the fewer `points` the whole picture has, the finer."""
        fine = points <= FINE_POINTS and not self.is_thin
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, points <= SMOOTH_POINTS)
        painter.setPen(QPen(self.colour, 1.6 if fine else 1.0, self.style, Qt.PenCapStyle.RoundCap))
        for run in _runs(self.y):
            x, y = frame.across(self.x[run], area), frame.down(self.y[run], area)
            if fine and self.style is Qt.PenStyle.SolidLine:
                # A path of wide lines that cross takes seconds; lines by themselves do not.
                ends = zip(x[:-1].tolist(), y[:-1].tolist(), x[1:].tolist(), y[1:].tolist(), strict=True)
                painter.drawLines([QLineF(*end) for end in ends])
            else:
                painter.drawPolyline(arrayToQPolygonF(x, y))


class Canvas:
    """Two pictures: the one on show, and the one being painted."""

    def __init__(self) -> None:
        self._shown: tuple[QImage, Frame] | None = None
        self._next: tuple[QImage, Frame] | None = None

    def begin(self, frame: Frame, size: QSizeF, ratio: float) -> None:
        """Begin a new picture of a size in logical pixels; `ratio` of them are one on the device."""
        width, height = max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio))
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        self._next = (image, frame)

    def add(self, stroke: Stroke, points: int) -> None:
        """Paint one stroke into the new picture."""
        assert self._next is not None
        image, frame = self._next
        size = image.deviceIndependentSize()
        with QPainter(image) as painter:
            stroke.paint(painter, frame, QRectF(0, 0, size.width(), size.height()), points)

    def finish(self) -> None:
        """Show the new picture."""
        self._shown, self._next = self._next, None

    def paint(self, painter: QPainter, area: QRectF, view: Frame) -> None:
        """Paint the picture on show into an area; where the view has moved on since, it is moved and stretched."""
        if self._shown is None:
            return
        image, frame = self._shown
        painter.save()
        painter.setClipRect(area)
        painter.drawImage(frame.within(view, area), image)
        painter.restore()


def blended(colour: QColor, base: QColor, share: float) -> QColor:
    """Return a colour with only a share of its strength on a background. Unlike transparency it costs nothing."""
    parts = zip(colour.getRgbF()[:3], base.getRgbF()[:3], strict=True)  # type: ignore[index]
    return QColor.fromRgbF(*(share * one + (1 - share) * other for one, other in parts))


def _runs(y: Floats) -> Iterator[slice]:
    """Yield the stretches of at least two points without a NaN."""
    finite = np.concatenate([[False], np.isfinite(y), [False]])
    borders = np.flatnonzero(np.diff(finite)).tolist()
    yield from (slice(start, stop) for start, stop in zip(borders[::2], borders[1::2], strict=True) if stop - start > 1)
