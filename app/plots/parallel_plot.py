"""ParallelPlot: an axis a field, a line a run through its values; the last axis is the result. It knows no run."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.plot import Plot
from app.theme import theme

MARGIN, HEAD, FOOT = 72.0, 36.0, 28.0


@dataclass(frozen=True)
class Line:
    """One run: its name, colour and a value a field (a number, a word, or None)."""

    name: str
    colour: int
    values: Mapping[str, Any]


class ParallelPlot(Plot):
    """Numbers lie along an axis from low to high; other values have even places in the order of their names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: list[str] = []
        self._lines: list[Line] = []
        self._scales: dict[str, dict[str, float]] = {}
        self.view.hide()
        self.setMinimumHeight(240)
        self.setEmptyText(self.tr("These runs differ in no setting"))

    def setLines(self, fields: Sequence[str], lines: Sequence[Line]) -> None:
        """Show these fields as axes, from left to right, and these lines."""
        self._fields, self._lines = list(fields), list(lines)
        self._scales = {field: _places([line.values.get(field) for line in lines]) for field in fields}
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.showEmpty(len(self._fields) < 2 or not self._lines)
        self.update()

    def resetView(self) -> None:
        """Show everything, as always."""
        self.redraw()

    def numbers(self) -> Numbers:
        """Return a row a line."""
        return ["run", *self._fields], self._rows()

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for line in self._lines:
            yield (line.name, *(line.values.get(field) for field in self._fields))

    def place(self, field: str, value: object) -> float | None:
        """Return where a value stands on its axis, 0 (bottom) to 1 (top), or None where there is none."""
        return self._scales[field].get(repr(value))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, their ends in words, and the lines."""
        super().paintEvent(event)
        if len(self._fields) < 2 or not self._lines:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme().font(0.85))
            area = QRectF(self.rect()).adjusted(MARGIN, HEAD, -MARGIN, -FOOT)
            xs = [area.left() + area.width() * place / (len(self._fields) - 1) for place in range(len(self._fields))]
            for x, field in zip(xs, self._fields, strict=True):
                self._paint_axis(painter, x, field, area)
            for line in self._lines:
                self._paint_line(painter, xs, line, area)
            for x, field in zip(xs, self._fields, strict=True):
                self._paint_words(painter, x, field, area)

    def _paint_line(self, painter: QPainter, xs: Sequence[float], line: Line, area: QRectF) -> None:
        points = [
            QPointF(x, area.bottom() - share * area.height())
            for x, field in zip(xs, self._fields, strict=True)
            if (share := self.place(field, line.values.get(field))) is not None
        ]
        painter.setPen(QPen(QColor(theme().seriesColor(line.colour)), 1.8))
        painter.drawPolyline(QPolygonF(points))
        for point in points:
            painter.drawEllipse(point, 2.0, 2.0)

    def _paint_axis(self, painter: QPainter, x: float, field: str, area: QRectF) -> None:
        painter.setPen(QPen(QColor(theme().axis), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QColor(theme().text))
        width = area.width() / max(1, len(self._fields) - 1)
        metrics = painter.fontMetrics()
        title = metrics.elidedText(field, Qt.TextElideMode.ElideLeft, int(max(width - 8, 2 * MARGIN - 8)))
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(x - width / 2, 4, width, HEAD - 8), centre, title)

    def _paint_words(self, painter: QPainter, x: float, field: str, area: QRectF) -> None:
        """Write an axis's values beside it, on plates, where they do not cover each other."""
        metrics = painter.fontMetrics()
        painter.setPen(QColor(theme().muted))
        shown: set[int] = set()
        for text, share in self._scales[field].items():
            y = area.bottom() - share * area.height()
            if any(abs(y - other) < 14 for other in shown):
                continue
            shown.add(round(y))
            words = metrics.elidedText(_short(text), Qt.TextElideMode.ElideRight, 64)
            plate = QRectF(x + 5, y - 8, metrics.horizontalAdvance(words) + 4, 16)
            painter.fillRect(plate, QColor(theme().base))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def _places(values: Sequence[Any]) -> dict[str, float]:
    """Return where each value stands, 0 to 1, by its representation."""
    known = [value for value in values if not (value is None or (isinstance(value, float) and math.isnan(value)))]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known) and known:
        low, high = min(known), max(known)
        return {repr(value): (value - low) / (high - low) if high > low else 0.5 for value in sorted(set(known))}
    words = sorted({repr(value) for value in known})
    return {word: place / (len(words) - 1) if len(words) > 1 else 0.5 for place, word in enumerate(words)}


def _short(text: str) -> str:
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text.strip("'")
