"""A small drawn curve for the form: learning rate by step, or loss by learning rate. Draws numbers; asks for none."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.forms.numbers import shown
from app.theme import theme, themeNotifier

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 16.0, 12.0, 24.0


class RateCurve(QWidget):
    """One thin line with its extremes named on the axes; the x axis may be logarithmic, and one x may be marked."""

    def __init__(self, logarithmic: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logarithmic = logarithmic
        self._points: list[tuple[float, float]] = []
        self._marker: float | None = None
        self._x_label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(128)
        themeNotifier().changed.connect(self._redraw)

    def setLabels(self, x_label: str) -> None:
        """Say what the x axis counts."""
        self._x_label = x_label
        self.update()

    def setCurve(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Draw other points; those that are not finite, or not positive on a logarithmic axis, are left out."""
        usable = math.isfinite
        self._points = [
            (x, y) for x, y in zip(xs, ys, strict=False) if usable(x) and usable(y) and (x > 0 or not self._logarithmic)
        ]
        self.update()

    def setMarker(self, x: float | None) -> None:
        """Mark one x, or none."""
        self._marker = x
        self.update()

    def points(self) -> list[tuple[float, float]]:
        """Return what is drawn."""
        return list(self._points)

    def sizeHint(self) -> QSize:
        """Return a calm width and height."""
        return QSize(420, 144)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, line, marker and the numbers at the ends."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().font(0.85))
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        painter.setPen(QPen(QColor(theme().grid), 1))
        for part in (0.0, 0.5, 1.0):
            y = area.bottom() - part * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if self._points:
            self._draw_curve(painter, area)

    def _draw_curve(self, painter: QPainter, area: QRectF) -> None:
        xs = [self._across(x) for x, _ in self._points]
        ys = [y for _, y in self._points]
        low_x, high_x = min(xs), max(xs)
        low_y, high_y = (min(ys), max(ys)) if self._logarithmic else (min(0.0, *ys, 0.0), max(ys))
        wide, high = (high_x - low_x) or 1.0, (high_y - low_y) or 1.0

        def place(x: float, y: float) -> QPointF:
            return QPointF(
                area.left() + (x - low_x) / wide * area.width(), area.bottom() - (y - low_y) / high * area.height()
            )

        if self._marker is not None and low_x <= self._across(self._marker) <= high_x:
            x = place(self._across(self._marker), low_y).x()
            painter.setPen(QPen(QColor(theme().good), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(QColor(theme().good))
            painter.drawText(QPointF(min(x + 4, area.right() - 40), area.top() + 10), shown(self._marker))
        painter.setPen(QPen(theme().seriesColor(0), 1.5))
        painter.drawPolyline(QPolygonF([place(x, y) for x, y in zip(xs, ys, strict=True)]))
        self._draw_ends(painter, area, (self._points[0][0], self._points[-1][0]), (low_y, high_y))

    def _draw_ends(
        self, painter: QPainter, area: QRectF, x_ends: tuple[float, float], y_ends: tuple[float, float]
    ) -> None:
        painter.setPen(QColor(theme().muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, y in zip(y_ends, (area.bottom(), area.top()), strict=True):
            painter.drawText(QRectF(0, y - 8, _LEFT - 8, 16), right, shown(float(f"{value:.3g}")))
        strip = QRectF(area.left(), area.bottom() + 4, area.width(), 16)
        painter.drawText(strip, Qt.AlignmentFlag.AlignLeft, shown(float(f"{x_ends[0]:.3g}")))
        last = shown(float(f"{x_ends[1]:.3g}")) if self._logarithmic else f"{x_ends[1]:,.0f}"
        painter.drawText(strip, Qt.AlignmentFlag.AlignRight, last)
        painter.drawText(strip, Qt.AlignmentFlag.AlignHCenter, self._x_label)

    @Slot()
    def _redraw(self) -> None:
        self.update()

    def _across(self, x: float) -> float:
        return math.log10(x) if self._logarithmic else x
