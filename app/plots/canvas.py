"""Canvas: the picture of a plot's curves. A new one is painted a piece at a time, and then takes the place of the old."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.plots.places import Floats
from app.plots.raster import Raster

FINE_POINTS = 600  # in all curves of a plot; up to so many, lines are drawn smooth and thicker
SMOOTH_POINTS = 3000  # up to so many smooth, but one pixel wide; beyond, in whole pixels and without dashes
WASH = 0.2  # of its strength has the colour of a ribbon
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

    def placedOne(self, y: float) -> float:
        """Return where a finite value is on the y axis."""
        return y if self.floor is None else math.log10(y) if y > 0 else self.floor

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
    is_strong: bool = False

    def paint(self, painter: QPainter, frame: Frame, area: QRectF, points: int) -> None:
        """Draw into an area; the fewer `points` the whole picture has, the finer."""
        fine = points <= FINE_POINTS and not self.is_thin
        smooth = points <= SMOOTH_POINTS
        style = self.style if smooth else Qt.PenStyle.SolidLine
        width = 2.4 if self.is_strong else 1.6 if fine else 1.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setPen(QPen(self.colour, width, style, Qt.PenCapStyle.RoundCap))
        for run in _runs(self.y):
            x, y = frame.across(self.x[run], area), frame.down(self.y[run], area)
            if width > 1.0 and style is Qt.PenStyle.SolidLine:
                # A path of wide lines that cross takes seconds; lines by themselves do not.
                ends = zip(x[:-1].tolist(), y[:-1].tolist(), x[1:].tolist(), y[1:].tolist(), strict=True)
                painter.drawLines([QLineF(*end) for end in ends])
            else:
                painter.drawPolyline(arrayToQPolygonF(x, y))

    def write(self, raster: Raster, frame: Frame, area: QRectF, pixel: int) -> None:
        """Write into pixels; `area` is all of them, and a thin line is so many `pixel` wide."""
        # What lies far outside needs no clipping here: the raster takes any finite number.
        scale = area.width() / (frame.right - frame.left)
        y = (frame.high - self.y) * (area.height() / (frame.high - frame.low))
        across = (scale, -frame.left * scale)
        raster.line(self.x, y, self.colour.rgba(), pixel + 1 if self.is_strong else pixel, across)


@dataclass(frozen=True)
class Ribbon:
    """The area between two curves over the same finite x, washed in a colour."""

    x: Floats
    low: Floats
    high: Floats
    colour: QColor

    def paint(self, painter: QPainter, frame: Frame, area: QRectF) -> None:
        """Fill it."""
        x = frame.across(np.concatenate([self.x, self.x[::-1]]), area)
        y = frame.down(np.concatenate([self.low, self.high[::-1]]), area)
        wash = QColor(self.colour)
        wash.setAlphaF(WASH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(wash)
        painter.drawPolygon(arrayToQPolygonF(x, y))


class Canvas:
    """Two pictures: the one on show, and the one being painted."""

    def __init__(self) -> None:
        self._shown: tuple[QImage, Frame] | None = None
        self._next: tuple[QImage, Frame] | None = None
        self._raster: Raster | None = None

    def begin(self, frame: Frame, size: QSizeF, ratio: float) -> None:
        """Begin a new picture of a size in logical pixels; `ratio` of them are one on the device."""
        width, height = max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio))
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        self._next, self._raster = (image, frame), None

    def add(self, piece: Stroke | Ribbon, points: int) -> None:
        """Paint one piece into the new picture; above all ribbons lie the strokes, in their order."""
        assert self._next is not None
        image, frame = self._next
        if isinstance(piece, Stroke) and points > SMOOTH_POINTS:
            pixel = max(1, round(image.devicePixelRatio()))
            if self._raster is None:
                self._raster = Raster(image.width(), image.height(), pixel + 1)
            piece.write(self._raster, frame, QRectF(0, 0, image.width(), image.height()), pixel)
            return
        size = image.deviceIndependentSize()
        area = QRectF(0, 0, size.width(), size.height())
        with QPainter(image) as painter:
            if isinstance(piece, Stroke):
                piece.paint(painter, frame, area, points)
            else:
                piece.paint(painter, frame, area)

    def finish(self) -> None:
        """Show the new picture."""
        if self._next is not None and self._raster is not None:
            image, pixels = self._next[0], self._raster.pixels()
            lines = QImage(pixels.data, image.width(), image.height(), QImage.Format.Format_ARGB32_Premultiplied)
            lines.setDevicePixelRatio(image.devicePixelRatio())
            with QPainter(image) as painter:
                painter.drawImage(0, 0, lines)
        self._shown, self._next, self._raster = self._next, None, None

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
