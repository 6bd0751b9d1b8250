"""A picture of tensors that explains itself: name, shape and dtype above, the colours' numbers below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from app.plots.colour_key import Key, key_height, name_width, paint_key
from app.plots.export import Picture
from app.theme import theme

MARGIN, GAP, NARROWEST = 12, 8, 360


@dataclass(frozen=True)
class Body:
    """What is drawn of the tensors, from (0, 0)."""

    size: QSize
    paint: Callable[[QPainter], None]


class Plain(Protocol):
    """A widget that can be painted for a picture: in shapes and text where it can, without what only a screen needs."""

    isPlain: bool


def body_of(widget: QWidget, plain: Sequence[Plain]) -> Body:
    """Return a widget as a body; these, in it or the widget itself, are painted for a picture."""

    def paint(painter: QPainter) -> None:
        for one in plain:
            one.isPlain = True
        try:
            widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        finally:
            for one in plain:
                one.isPlain = False

    return Body(widget.size(), paint)


def sheet(title: str, lines: Sequence[str], body: Body, keys: Sequence[Key]) -> Picture:
    """Return a picture of a body under its title and lines that say what it is, with the keys of its colours below."""
    width = max(body.size.width(), NARROWEST)
    bold, plain = theme().font(1.0), theme().font(0.9)
    bold.setWeight(QFont.Weight.DemiBold)
    texts = [(title, bold, theme().text), *((line, plain, theme().muted) for line in lines if line)]
    heights = [_height(text, font, width) for text, font, _ in texts]
    top = MARGIN + sum(heights) + GAP
    height = top + body.size.height() + (GAP + key_height()) * len(keys) + MARGIN

    def paint(painter: QPainter) -> None:
        y = float(MARGIN)
        for (text, font, colour), high in zip(texts, heights, strict=True):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QRectF(MARGIN, y, width, high), Qt.TextFlag.TextWordWrap, text)
            y += high
        painter.save()
        painter.translate(QPointF(MARGIN, top))
        body.paint(painter)
        painter.restore()
        y = top + body.size.height() + GAP
        left = name_width(keys)
        for key in keys:
            paint_key(painter, key, QRectF(MARGIN, y, width, key_height()), left)
            y += key_height() + GAP

    return Picture(title, QSize(width + 2 * MARGIN, height), paint)


def _height(text: str, font: QFont, width: int) -> int:
    box = QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 10_000), Qt.TextFlag.TextWordWrap, text)
    return round(box.height()) + 2
