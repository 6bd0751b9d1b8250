"""Paints a column's role as a chip with its icon, and the menu to choose another. It changes nothing itself."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter
from PySide6.QtWidgets import QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app import icons
from app.pages.data.wording import ROLES, role_color, role_tip, role_title
from app.theme import theme
from engine.spec import Role

Index = QModelIndex | QPersistentModelIndex
ICON = 14


class RoleDelegate(QStyledItemDelegate):
    """A rounded chip in the role's pale colour, with icon, word and a small arrow."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one chip."""
        self.initStyleOption(option, index)
        role = role_of(index)
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        if role is None:
            return
        area: QRect = option.rect
        chip = QRectF(area).adjusted(4, 4, -4, -4)
        color = role_color(role)
        wash = QColor(color)
        wash.setAlpha(0 if role is Role.IGNORE else 46 if theme().dark else 28)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(wash)
        painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2)
        ratio = painter.device().devicePixelRatioF()
        top = round(chip.center().y() - ICON / 2)
        painter.drawPixmap(round(chip.left()) + 8, top, icons.pixmap(ROLES[role].icon, ICON, color.name(), ratio))
        painter.drawPixmap(round(chip.right()) - 20, top, icons.pixmap("chevron-down", ICON, theme().muted, ratio))
        painter.setPen(QColor(theme().muted if role is Role.IGNORE else theme().text))
        words = chip.adjusted(8 + ICON + 6, 0, -22, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, role_title(role))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's own signature
        """Room for the longest role."""
        longest = max(option.fontMetrics.horizontalAdvance(role_title(role)) for role in Role)
        return QSize(longest + ICON + 44, 28)


def role_of(index: Index) -> Role | None:
    """The role that an index carries; Qt hands the enumeration's text back."""
    value = index.data(Qt.ItemDataRole.UserRole)
    return Role(value) if value else None


def role_menu(parent: QWidget, current: Role | None) -> QMenu:
    """A menu of the roles; each action carries its role as data."""
    menu = QMenu(parent)
    menu.setObjectName("data.columns.roles")
    menu.setToolTipsVisible(True)
    for role, look in ROLES.items():
        action = QAction(icons.icon(look.icon, role_color(role).name()), f"{role_title(role)}\t{look.key}", menu)
        action.setToolTip(role_tip(role))
        action.setData(role.value)
        action.setCheckable(True)
        action.setChecked(role is current)
        menu.addAction(action)
    return menu
