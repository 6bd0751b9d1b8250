"""StrideArcs: from the slot of a cell to those of its neighbours, an arc for each axis with its stride."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.pages.tensors.wording import axis_colour
from app.theme import theme

HIGH = 34
HEAD = 4.0  # pixels of an arrow's head
LOWEST = 15.0  # of the room, where a short arc has its top


@dataclass(frozen=True)
class Arc:
    """From the middle of one slot to that of another, in pixels, in the colour of an axis."""

    start: float
    end: float
    axis: int
    text: str


class StrideArcs(QWidget):
    """A strip over a row of slots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arcs: tuple[Arc, ...] = ()
        self.setFixedHeight(HIGH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setArcs(self, arcs: tuple[Arc, ...]) -> None:
        """Show other arcs."""
        if arcs != self._arcs:
            self._arcs = arcs
            self.update()

    def arcs(self) -> tuple[Arc, ...]:
        """Return what is shown."""
        return self._arcs

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint every arc with its head and, over it, how many slots it goes."""
        longest = max((abs(arc.end - arc.start) for arc in self._arcs), default=1.0)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme().font(0.8))
            for arc in self._arcs:
                self._paint(painter, arc, abs(arc.end - arc.start) / longest)

    def _paint(self, painter: QPainter, arc: Arc, share: float) -> None:
        colour, foot = QColor(axis_colour(arc.axis)), HIGH - 1.0
        top = LOWEST + (1 - share) * (foot - LOWEST) / 2
        middle = (arc.start + arc.end) / 2
        path = QPainterPath(QPointF(arc.start, foot))
        path.quadTo(QPointF(middle, 2 * top - foot), QPointF(arc.end, foot))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.5))
        painter.drawPath(path)
        back = -HEAD if arc.end > arc.start else HEAD
        painter.drawLine(QPointF(arc.end, foot), QPointF(arc.end + back, foot - HEAD))
        painter.drawLine(QPointF(arc.end, foot), QPointF(arc.end, foot - HEAD - 1.5))
        painter.drawText(QRectF(middle - 20, top - 13, 40, 12), Qt.AlignmentFlag.AlignCenter, arc.text)
