"""What a curve plot draws over its view: curves, names at their ends, markers, NaN, and the readout under the pointer."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.plots.canvas import Canvas, Frame, Ribbon, Stroke
from app.theme import theme

LINE = 15.0


@dataclass(frozen=True)
class EndLabel:
    """A curve's name beside its last point, in widget coordinates."""

    y: float
    text: str
    colour: QColor
    is_strong: bool = False


@dataclass(frozen=True)
class Dot:
    """A point that is drawn as a dot, in widget coordinates."""

    x: float
    y: float
    colour: QColor


@dataclass(frozen=True)
class Mark:
    """A marked place: a vertical line with a word, or a triangle where values are not numbers (infinity: from above)."""

    x: float
    label: str
    kind: str


@dataclass(frozen=True)
class Reading:
    """What stands under the pointer: where, and a line of text a curve."""

    x: float
    title: str
    lines: tuple[tuple[str, QColor], ...]


class CurveLayer(QWidget):
    """A transparent layer; it is given coordinates and paints them."""

    def __init__(self, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.area = QRectF()
        self.frame = Frame(0, 1, 0, 1, 16)  # what the area shows
        self.strokes: list[Stroke] = []
        self.ribbons: list[Ribbon] = []
        self.is_exact = False  # whether strokes are drawn as lines instead of the canvas
        self.labels: list[EndLabel] = []
        self.marks: list[Mark] = []
        self.dots: list[Dot] = []
        self.grid: list[float] = []
        self.reading: Reading | None = None

    def paintEvent(self, _event: object) -> None:
        """Paint marks, labels and the readout."""
        painter = QPainter(self)
        colour = QColor(theme().axis)
        colour.setAlphaF(0.35)
        painter.setPen(colour)
        for y in self.grid:
            if self.area.top() <= y <= self.area.bottom():
                painter.drawLine(QPointF(self.area.left(), round(y)), QPointF(self.area.right(), round(y)))
        if self.is_exact:
            self._paint_strokes(painter)
        else:
            self._canvas.paint(painter, self.area, self.frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().font(0.85))
        self._paint_dots(painter)
        for mark in self.marks:
            self._paint_mark(painter, mark)
        self._paint_words(painter)
        self._paint_labels(painter)
        if self.reading is not None:
            self._paint_reading(painter, self.reading)
        painter.end()

    def _paint_strokes(self, painter: QPainter) -> None:
        painter.save()
        painter.setClipRect(self.area)
        points = sum(len(stroke.x) for stroke in self.strokes)
        for ribbon in self.ribbons:
            ribbon.paint(painter, self.frame, self.area)
        for stroke in self.strokes:
            stroke.paint(painter, self.frame, self.area, points)
        painter.restore()

    def _paint_dots(self, painter: QPainter) -> None:
        painter.save()
        painter.setClipRect(self.area.adjusted(-3, -3, 3, 3))
        painter.setPen(Qt.PenStyle.NoPen)
        for dot in self.dots:
            painter.setBrush(dot.colour)
            painter.drawEllipse(QPointF(dot.x, dot.y), 2.5, 2.5)
        painter.restore()

    def _paint_mark(self, painter: QPainter, mark: Mark) -> None:
        if not self.area.left() - 1 <= mark.x <= self.area.right() + 1:
            return
        if mark.kind in ("nan", "infinite"):
            foot, height = (self.area.bottom(), -9) if mark.kind == "nan" else (self.area.top(), 9)
            tip = QPointF(mark.x, foot + height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme().bad))
            painter.drawPolygon(QPolygonF([tip, QPointF(mark.x - 5, foot), QPointF(mark.x + 5, foot)]))
            return
        painter.setPen(QPen(_colour_of(mark), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(mark.x, self.area.top()), QPointF(mark.x, self.area.bottom()))

    def _paint_words(self, painter: QPainter) -> None:
        for mark, place in self.words():
            # A word must be legible where curves run behind it.
            painter.fillRect(place, QColor(theme().base))
            painter.setPen(_colour_of(mark))
            painter.drawText(QPointF(place.left() + 2, place.top() + 11), mark.label)

    def words(self) -> list[tuple[Mark, QRectF]]:
        """Return the words of the marked places and where they stand: beside their lines, and below a word that is there."""
        metrics = QFontMetricsF(theme().font(0.85))
        placed: list[tuple[Mark, QRectF]] = []
        for mark in self.marks:
            if not mark.label or not self.area.left() - 1 <= mark.x <= self.area.right() + 1:
                continue
            width = metrics.horizontalAdvance(mark.label)
            left = mark.x + 4 if mark.x + 4 + width < self.area.right() else mark.x - 4 - width
            place = QRectF(left - 2, self.area.top(), width + 4, LINE)
            while any(place.intersects(other) for _, other in placed) and place.bottom() < self.area.bottom():
                place.translate(0, LINE)
            placed.append((mark, place))
        return placed

    def placed(self) -> list[float]:
        """Return where the names stand, from the top, pushed apart so that none covers another."""
        ys: list[float] = []
        for label in self._named():
            ys.append(max(label.y, ys[-1] + LINE if ys else self.area.top() + LINE / 2))
        limit = self.area.bottom() - LINE / 2
        for place in range(len(ys) - 1, -1, -1):
            ys[place] = min(ys[place], limit)
            limit = ys[place] - LINE
        return ys

    def _named(self) -> list[EndLabel]:
        """Return as many labels as have room, from the top: the strong ones, and some of the others from everywhere."""
        room = max(1, int(self.area.height() // LINE))
        if len(self.labels) > room:
            strong = [label for label in self.labels if label.is_strong][:room]
            others = sorted((label for label in self.labels if not label.is_strong), key=lambda label: label.y)
            left = room - len(strong)
            picked = [others[place * len(others) // left] for place in range(left)] if others else []
            return sorted([*strong, *picked], key=lambda label: label.y)
        return sorted(self.labels, key=lambda label: label.y)

    def _paint_labels(self, painter: QPainter) -> None:
        for label, y in zip(self._named(), self.placed(), strict=True):
            painter.setPen(label.colour)
            box = QRectF(self.area.right() + 6, y - LINE / 2, self.width() - self.area.right() - 8, LINE)
            text = QFontMetricsF(painter.font()).elidedText(label.text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_reading(self, painter: QPainter, reading: Reading) -> None:
        painter.setPen(QPen(QColor(theme().axis), 1))
        painter.drawLine(QPointF(reading.x, self.area.top()), QPointF(reading.x, self.area.bottom()))
        metrics = QFontMetricsF(painter.font())
        texts = [reading.title, *(text for text, _ in reading.lines)]
        width = max(metrics.horizontalAdvance(text) for text in texts) + 16
        height = LINE * len(texts) + 10
        left = reading.x + 10 if reading.x + 10 + width < self.area.right() else reading.x - 10 - width
        box = QRectF(left, self.area.top() + 6, width, height)
        painter.setPen(QPen(QColor(theme().border), 1))
        painter.setBrush(QColor(theme().raised))
        painter.drawRoundedRect(box, 4, 4)
        colours = [QColor(theme().muted), *(colour for _, colour in reading.lines)]
        for place, (text, colour) in enumerate(zip(texts, colours, strict=True)):
            painter.setPen(colour)
            row = QRectF(box.left() + 8, box.top() + 5 + place * LINE, width, LINE)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _colour_of(mark: Mark) -> QColor:
    return QColor(theme().good if mark.kind == "best" else theme().muted)
