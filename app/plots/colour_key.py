"""What colours mean, from one end of a scale to the other with numbers under them, and those of NaN and infinities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app.plots.tensor_colors import ValueScale, number_format
from app.plots.tile_book import MapScale
from app.theme import theme

TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)
BAR, WIDEST = 12, 560.0


@dataclass(frozen=True)
class Key:
    """A scale, what it is the scale of, and how many numbers are not finite: ("NaN 2", nan)."""

    scale: MapScale
    odd: tuple[tuple[str, float], ...] = ()
    name: str = ""


def odd_of(nan: int, plus: int, minus: int) -> tuple[tuple[str, float], ...]:
    """Return what to say of numbers that are not finite, where there are such."""
    found = (("NaN", np.nan, nan), ("+∞", np.inf, plus), ("−∞", -np.inf, minus))
    return tuple((f"{name} {count:,}", value) for name, value, count in found if count)


def key_texts(scale: MapScale) -> list[str]:
    """Return the numbers under the colours."""
    values = [scale.value(share) for share in TICKS]
    if abs(scale.centre) > scale.bound:  # what tells them apart are the digits of the range
        digits = max(3, math.ceil(math.log10(abs(scale.centre) / scale.bound)) + 3)
        return [f"{value:.{min(digits, 15)}g}".replace("-", "−") for value in values]
    write = number_format(np.array([*values, scale.bound * 0.123]))
    return [write(value) for value in values]


def key_height() -> int:
    """Return the height of the colours and a line of text, in pixels."""
    return BAR + round(QFontMetricsF(theme().font(0.85)).height()) + 4


def name_width(keys: Sequence[Key]) -> float:
    """Return the room that the longest name of some keys takes, so that their colours begin below each other."""
    metrics = QFontMetricsF(theme().font(0.85))
    return max((metrics.horizontalAdvance(key.name) + 12 for key in keys if key.name), default=0.0)


def paint_key(painter: QPainter, key: Key, area: QRectF, left: float | None = None) -> None:
    """Paint colours and numbers at the top left of an area, the colours `left` points from there or behind the name."""
    painter.save()
    painter.translate(area.topLeft())
    painter.setFont(theme().font(0.85))
    metrics = QFontMetricsF(painter.font())
    odd_room = sum(metrics.horizontalAdvance(text) + 28 for text, _ in key.odd)
    left = name_width([key]) if left is None else left
    bar = QRectF(left, 0, max(80.0, min(area.width() - left - odd_room - 8, WIDEST)), BAR)
    colours = ValueScale(1.0, theme().dark).colours(np.linspace(-1, 1, 512)[None, :])
    painter.drawImage(bar, QImage(colours.tobytes(), 512, 1, 512 * 4, QImage.Format.Format_RGB32))
    painter.setPen(QColor(theme().text))
    painter.drawText(QRectF(0, -1, left, metrics.height()), Qt.AlignmentFlag.AlignLeft, key.name)
    painter.setPen(QColor(theme().muted))
    for share, text in zip(TICKS, key_texts(key.scale), strict=True):
        x = bar.left() + (share + 1) / 2 * bar.width()
        box = QRectF(x - 50, bar.bottom() + 2, 100, metrics.height())
        box.moveLeft(min(max(box.left(), left - 50 + metrics.horizontalAdvance(text) / 2), area.width() - 50.0))
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, text)
    x = bar.right() + 28
    for text, value in key.odd:
        blue, green, red, _ = ValueScale(1.0, theme().dark).colours(np.array([[value]]))[0, 0]
        painter.fillRect(QRectF(x, 0, 12, 12), QColor(int(red), int(green), int(blue)))
        painter.drawText(QRectF(x + 16, -1, 200, metrics.height()), Qt.AlignmentFlag.AlignLeft, text)
        x += metrics.horizontalAdvance(text) + 28
    painter.restore()
