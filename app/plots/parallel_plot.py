"""ParallelPlot: an axis a field, a line a run through its values; the last axis is the result. It knows no run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.plots.export import Numbers
from app.plots.ink import Ink, ink_colour
from app.plots.plot import Plot
from app.plots.scale import Scale, scale_of
from app.theme import theme

MARGIN, HEAD, FOOT = 72.0, 36.0, 28.0


@dataclass(frozen=True)
class Line:
    """One run: its name, colour and a value a field (a number, a word, or None). A strong one lies above the others."""

    name: str
    colour: Ink
    values: Mapping[str, Any]
    is_strong: bool = False


class ParallelPlot(Plot):
    """Numbers lie along an axis from low to high, by magnitude where they are far apart; other values in even steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: list[str] = []
        self._lines: list[Line] = []
        self._titles: dict[str, str] = {}
        self._scales: dict[str, Scale] = {}
        self.view.hide()
        self.setMinimumHeight(240)
        self.setEmptyText(self.tr("These runs differ in no setting"))

    def setLines(self, fields: Mapping[str, str], lines: Sequence[Line]) -> None:
        """Show these fields with their titles as axes, from left to right, and these lines."""
        self._fields, self._lines, self._titles = list(fields), list(lines), dict(fields)
        self._scales = {field: scale_of([line.values.get(field) for line in lines]) for field in fields}
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
        return self._scales[field].share(value)

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
            for line in sorted(self._lines, key=lambda line: line.is_strong):
                self._paint_line(painter, xs, line, area)
            for x, field in zip(xs, self._fields, strict=True):
                self._paint_words(painter, x, field, area)

    def _paint_line(self, painter: QPainter, xs: Sequence[float], line: Line, area: QRectF) -> None:
        points = [
            QPointF(x, area.bottom() - share * area.height())
            for x, field in zip(xs, self._fields, strict=True)
            if (share := self.place(field, line.values.get(field))) is not None
        ]
        painter.setPen(QPen(ink_colour(line.colour), 3.0 if line.is_strong else 1.6))
        painter.drawPolyline(QPolygonF(points))
        for point in points:
            painter.drawEllipse(point, 2.0, 2.0)

    def _paint_axis(self, painter: QPainter, x: float, field: str, area: QRectF) -> None:
        painter.setPen(QPen(QColor(theme().axis), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QColor(theme().text))
        width = area.width() / max(1, len(self._fields) - 1)
        metrics = painter.fontMetrics()
        room = min(max(width, 2 * MARGIN), 2 * min(x, self.width() - x)) - 8
        title = metrics.elidedText(self._titles[field], Qt.TextElideMode.ElideRight, int(room))
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(x - room / 2, 4, room, HEAD - 8), centre, title)

    def _paint_words(self, painter: QPainter, x: float, field: str, area: QRectF) -> None:
        """Write an axis's values beside it, on plates, where they do not cover each other."""
        metrics = painter.fontMetrics()
        painter.setPen(QColor(theme().muted))
        shown: list[float] = []
        for text, share in self._scales[field].ticks():
            y = area.bottom() - share * area.height()
            if any(abs(y - other) < 14 for other in shown):
                continue
            shown.append(y)
            words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, 64)
            plate = QRectF(x + 5, y - 8, metrics.horizontalAdvance(words) + 4, 16)
            painter.fillRect(plate, QColor(theme().base))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
