"""Paints the cells of data tables: text, selection and the stripe, and nothing else, so that scrolling stays fluid."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.theme import theme, themeNotifier

Index = QModelIndex | QPersistentModelIndex
PAD = 8


class CellDelegate(QStyledItemDelegate):
    """Cheaper than the style's own painting, which looks for icons, check boxes and rich text in every cell."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take_colors()
        themeNotifier().changed.connect(self._take_colors)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        area = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, self._selected)
        elif index.row() % 2:
            painter.fillRect(area, self._stripe)
        model = index.model()
        ink = model.data(index, Qt.ItemDataRole.ForegroundRole)
        painter.setPen(self._text if ink is None else ink)
        room = area.adjusted(PAD, 0, -PAD, 0)
        text = option.fontMetrics.elidedText(model.data(index), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, model.data(index, Qt.ItemDataRole.TextAlignmentRole), text)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._focus)
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _take_colors(self) -> None:
        colors = theme()
        self._text, self._focus = QColor(colors.text), QColor(colors.accent)
        self._selected, self._stripe = QColor(colors.accent_soft), QColor(colors.window)
