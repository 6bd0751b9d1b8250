"""The header of the data table: each column's name over its type, with the role's icon; the sorted one has an arrow."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app import icons
from app.pages.data.table_model import ROLE, TYPE
from app.pages.data.wording import ROLES, is_number, role_color, type_title
from app.theme import theme
from engine.spec import Role

ICON = 16
PAD = 8
HEIGHT = 48
FITTED_ROWS = 20
FITTED_COLUMNS = 200


class TableHeader(QHeaderView):
    """Paints two lines a section; `sortRequested` carries the section that was clicked."""

    sortRequested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setDefaultSectionSize(128)
        self.setMinimumSectionSize(48)
        self.sectionClicked.connect(self.sortRequested)

    def sizeHint(self) -> QSize:
        """As wide as Qt wants, and tall enough for two lines."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def sectionSizeFromContents(self, logical: int) -> QSize:
        """Room for the icon, the name and an arrow."""
        name = str(self.model().headerData(logical, Qt.Orientation.Horizontal) or "")
        return QSize(QFontMetrics(_name_font()).horizontalAdvance(name) + 2 * PAD + 2 * ICON + 8, HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        """Draw one column's head."""
        colors = theme()
        painter.save()
        painter.fillRect(rect, colors.window)
        painter.setPen(colors.border)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        model = self.model()
        role = model.headerData(logical, Qt.Orientation.Horizontal, ROLE)
        inner = rect.adjusted(PAD, 6, -PAD, -6)
        ignored = role is Role.IGNORE
        if isinstance(role, Role):
            ratio = painter.device().devicePixelRatioF()
            picture = icons.pixmap(ROLES[role].icon, ICON, role_color(role).name(), ratio)
            painter.drawPixmap(inner.left(), inner.top() + 2, picture)
            inner.setLeft(inner.left() + ICON + 6)
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == logical:
            arrow = "chevron-up" if self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder else "chevron-down"
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(
                inner.right() - ICON + 4, inner.top() + 2, icons.pixmap(arrow, ICON, "accent_text", ratio)
            )
            inner.setRight(inner.right() - ICON)
        column_type = str(model.headerData(logical, Qt.Orientation.Horizontal, TYPE))
        self._lines(painter, inner, str(model.headerData(logical, Qt.Orientation.Horizontal)), column_type, ignored)
        painter.restore()

    def _lines(self, painter: QPainter, inner: QRect, name: str, column_type: str, ignored: bool) -> None:
        colors = theme()
        right = is_number(column_type)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        half = inner.height() // 2 + 2
        first = QRect(inner.left(), inner.top(), inner.width(), half)
        second = QRect(inner.left(), inner.top() + half, inner.width(), inner.height() - half)
        painter.setFont(_name_font())
        painter.setPen(colors.muted if ignored else colors.text)
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, first.width())
        painter.drawText(first, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(theme().font(0.85))
        painter.setPen(colors.muted)
        text = painter.fontMetrics().elidedText(type_title(column_type), Qt.TextElideMode.ElideRight, second.width())
        painter.drawText(second, side | Qt.AlignmentFlag.AlignVCenter, text)


def fit_columns(view: QTableView, narrowest: int, widest: int) -> None:
    """Make the first columns as wide as their names and first values need; at most `widest`, unless there is room left."""
    model, metrics = view.model(), QFontMetrics(theme().font())
    header = view.horizontalHeader()
    rows = range(min(model.rowCount(), FITTED_ROWS))
    wanted = []
    for section in range(min(model.columnCount(), FITTED_COLUMNS)):
        texts = (str(model.data(model.index(row, section))) for row in rows)
        needed = max((metrics.horizontalAdvance(text) for text in texts), default=0) + 2 * PAD + 4
        wanted.append(max(narrowest, needed, header.sectionSizeFromContents(section).width() - ICON))
    room = view.viewport().width() - sum(min(widest, wide) for wide in wanted) if len(wanted) < FITTED_COLUMNS else 0
    for section, wide in enumerate(wanted):
        more = min(max(0, room), max(0, wide - widest))
        room -= more
        header.resizeSection(section, min(widest, wide) + more)


def _name_font() -> QFont:
    return theme().font(1.0, QFont.Weight.DemiBold)
