"""How a run's star and status are painted in the table. Shapes beside colours, so that colour never stands alone."""

import math

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.pages.run.status_mark import paint_mark
from app.pages.runs.model import STAR_ROLE, STATUS_ROLE
from app.theme import theme
from engine.runs.records import RunStatus

Index = QModelIndex | QPersistentModelIndex
STAR_RADIUS = 7.0
MARK_WIDTH = 16


def _blank(option: QStyleOptionViewItem, delegate: QStyledItemDelegate, index: Index) -> QStyleOptionViewItem:
    """Return the cell's style option without a text, for its background alone."""
    style_option = QStyleOptionViewItem(option)
    delegate.initStyleOption(style_option, index)
    style_option.text = ""
    return style_option


def _paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    style = option.widget.style() if option.widget else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)


class StarDelegate(QStyledItemDelegate):
    """A star, filled for starred runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        turns = [math.pi * (step / 5 - 0.5) for step in range(10)]
        radii = [STAR_RADIUS if step % 2 == 0 else STAR_RADIUS * 0.45 for step in range(10)]
        points = [QPointF(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, turns, strict=True)]
        self._star = QPolygonF(points)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell."""
        _paint_background(painter, _blank(option, self, index))
        starred = bool(index.data(STAR_ROLE))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QRectF(option.rect).center())
        colour = QColor(theme().series[4] if starred else theme().border_strong)
        painter.setPen(QPen(colour, 1.2))
        painter.setBrush(colour if starred else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(self._star)
        painter.restore()


class StatusDelegate(QStyledItemDelegate):
    """A mark in the status' shape and colour, and its word."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell."""
        _paint_background(painter, _blank(option, self, index))
        painter.save()
        left = option.rect.left() + 8
        spot = QRectF(left, option.rect.top(), MARK_WIDTH, option.rect.height())
        paint_mark(painter, spot, RunStatus(index.data(STATUS_ROLE)))  # Qt hands the enum back as plain text
        painter.setPen(QColor(theme().text))
        painter.setFont(option.font)
        rest = option.rect.adjusted(8 + MARK_WIDTH + 4, 0, -4, 0)
        text = option.fontMetrics.elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, rest.width()
        )
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
