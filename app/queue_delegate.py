"""How a run of the queue is painted: place or progress, name, and what it trains on what. It reads an Entry, no store."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.queue_model import ENTRY_ROLE, Entry
from app.theme import theme

HEIGHT, SIDE, PAD = 52, 28, 8
Index = QModelIndex | QPersistentModelIndex


class QueueDelegate(QStyledItemDelegate):
    """Two lines a run; those at work show how far they are, those that wait their place."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of two lines."""
        return QSize(120, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one run."""
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        blank.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, option.widget)
        entry: Entry = index.data(ENTRY_ROLE)
        works = entry.record.status.is_active
        box = QRectF(option.rect).adjusted(PAD, 6, -PAD, -6)
        side = f"{entry.record.progress.fraction:.0%}" if works else str(index.row() + 1)
        width = SIDE + (12 if works else 0)
        painter.save()
        painter.setFont(theme().font(0.9))
        painter.setPen(QColor(theme().muted))
        place = QRectF(box.left(), box.top(), width, box.height() / 2)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, side)
        text = box.adjusted(width, 0, 0, 0)
        half = QRectF(text.left(), text.top(), text.width(), text.height() / 2)
        _elided(painter, half.translated(0, half.height()), entry.about)
        painter.setPen(QColor(theme().text))
        painter.setFont(option.font)
        _elided(painter, half, entry.record.name)
        if works:
            line = QRectF(box.left(), box.bottom() + 2, box.width(), 3)
            painter.fillRect(line, QColor(theme().border))
            line.setWidth(box.width() * entry.record.progress.fraction)
            painter.fillRect(line, QColor(theme().accent))
        painter.restore()


def _elided(painter: QPainter, place: QRectF, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
