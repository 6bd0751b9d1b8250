"""A run's status as a small mark: a shape and a colour, so that it can be told without seeing colours. Paints only."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.pages.run.wording import status_word
from app.theme import theme, themeNotifier
from engine.runs.records import RunStatus

SIDE = 9.0

TONES = {
    RunStatus.QUEUED: "muted",
    RunStatus.STARTING: "accent",
    RunStatus.RUNNING: "accent",
    RunStatus.PAUSING: "warn",
    RunStatus.PAUSED: "warn",
    RunStatus.STOPPING: "warn",
    RunStatus.FINISHED: "good",
    RunStatus.STOPPED: "warn",
    RunStatus.FAILED: "bad",
    RunStatus.CRASHED: "bad",
    RunStatus.INTERRUPTED: "warn",
}


def paint_mark(painter: QPainter, place: QRectF, status: RunStatus) -> None:
    """Paint the mark in the middle of a place: ring, disc, square, two bars, diamond or cross by status."""
    colour = QColor(getattr(theme(), TONES[status]))
    middle = place.center()
    half = SIDE / 2
    box = QRectF(middle.x() - half, middle.y() - half, SIDE, SIDE)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if status in {RunStatus.QUEUED, RunStatus.STARTING}:
        painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
    elif status in {RunStatus.FAILED, RunStatus.CRASHED}:
        inner = box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        if status in {RunStatus.STOPPED, RunStatus.STOPPING}:
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        elif status in {RunStatus.PAUSED, RunStatus.PAUSING}:
            bar = QRectF(box.left() + 0.5, box.top() + 0.5, SIDE / 3, SIDE - 1)
            painter.drawRect(bar)
            painter.drawRect(bar.translated(SIDE - 1 - SIDE / 3, 0))
        elif status is RunStatus.INTERRUPTED:
            corners = ((0, -half), (half, 0), (0, half), (-half, 0))
            painter.drawPolygon([QPointF(middle.x() + x, middle.y() + y) for x, y in corners])
        else:
            painter.drawEllipse(box)
    painter.restore()


class _Mark(QWidget):
    """The mark alone, as a widget."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.status = RunStatus.QUEUED
        self.setFixedSize(QSize(14, 18))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the mark."""
        painter = QPainter(self)
        paint_mark(painter, QRectF(self.rect()), self.status)
        painter.end()


class StatusPill(QWidget):
    """A run's status as mark and word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._mark = _Mark(self)
        self._word = QLabel(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._mark)
        layout.addWidget(self._word)
        themeNotifier().changed.connect(self.update)

    def setStatus(self, status: RunStatus) -> None:
        """Show a status."""
        if status is not self._mark.status or not self._word.text():
            self._mark.status = status
            self._word.setText(status_word(status))
            self.setAccessibleName(self.tr("Status: {0}").format(status_word(status)))
            self._mark.update()

    def text(self) -> str:
        """Return the status' word."""
        return self._word.text()
