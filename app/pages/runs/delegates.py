"""How cells of the table of runs are painted: sections, stars, statuses, tags. Shapes beside colours, never colour alone."""

import math

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.amounts import count
from app.icons import image
from app.pages.run.status_mark import paint_mark
from app.pages.run.wording import runs_count
from app.pages.runs.model import SECTION_ROLE, STAR_ROLE, STATUS_ROLE, TAGS_ROLE
from app.theme import theme
from engine.runs.records import RunStatus

Index = QModelIndex | QPersistentModelIndex
STAR_RADIUS = 7.0
MARK_WIDTH = 16
CHEVRON = 16
TEXT_LEFT = 11  # where a style begins a cell's text, by the stylesheet's padding
CHIP_HEIGHT = 18
CHIP_SPACE = 6
CHIPS_SHARE = 0.5  # of a name's cell


def _blank(option: QStyleOptionViewItem, delegate: QStyledItemDelegate, index: Index) -> QStyleOptionViewItem:
    """Return the cell's style option without a text, for its background alone."""
    style_option = QStyleOptionViewItem(option)
    delegate.initStyleOption(style_option, index)
    style_option.text = ""
    return style_option


def _paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    style = option.widget.style() if option.widget else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)


class RunsDelegate(QStyledItemDelegate):
    """A cell; of a section's row, the part of its heading that lies over the cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell."""
        section = index.data(SECTION_ROLE)
        if section is not None:
            paint_section(painter, option, *section)
        else:
            self.paintRun(painter, option, index)

    def paintRun(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell of a run."""
        super().paint(painter, option, index)


def paint_section(painter: QPainter, option: QStyleOptionViewItem, title: str, runs: int, is_open: bool) -> None:
    """Paint what a section's heading, drawn once over the whole row, shows in one cell."""
    painter.save()
    painter.setClipRect(option.rect)
    painter.fillRect(option.rect, QColor(theme().window))
    left = 0  # it stays in view, however far the columns are scrolled
    ratio = painter.device().devicePixelRatioF()
    drawing = image("chevron-down" if is_open else "chevron-right", theme().icon, round(CHEVRON * ratio))
    middle = option.rect.center().y() + 1
    painter.drawImage(QRect(left + 10, middle - CHEVRON // 2, CHEVRON, CHEVRON), drawing)
    font = QFont(option.font)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(theme().text))
    line = QRect(left + 36, option.rect.top(), 4000, option.rect.height())
    where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(line, where, title)
    painter.setFont(option.font)
    painter.setPen(QColor(theme().muted))
    painter.drawText(line.adjusted(QFontMetrics(font).horizontalAdvance(title) + 12, 0, 0, 0), where, runs_count(runs))
    painter.setPen(QColor(theme().border))
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
    painter.restore()


class StarDelegate(RunsDelegate):
    """A star, filled for starred runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        turns = [math.pi * (step / 5 - 0.5) for step in range(10)]
        radii = [STAR_RADIUS if step % 2 == 0 else STAR_RADIUS * 0.45 for step in range(10)]
        points = [QPointF(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, turns, strict=True)]
        self._star = QPolygonF(points)

    def paintRun(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the star."""
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


class StatusDelegate(RunsDelegate):
    """A mark in the status' shape and colour, and its word."""

    def paintRun(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the mark and the word."""
        _paint_background(painter, _blank(option, self, index))
        painter.save()
        left = option.rect.left() + 8
        spot = QRectF(left, option.rect.top(), MARK_WIDTH, option.rect.height())
        paint_mark(painter, spot, RunStatus(index.data(STATUS_ROLE)))  # Qt hands the enum back as plain text
        rest = option.rect.adjusted(8 + MARK_WIDTH + 4, 0, -4, 0)
        _paint_text(painter, option, rest, str(index.data(Qt.ItemDataRole.DisplayRole)))
        painter.restore()


class TagsDelegate(RunsDelegate):
    """A run's tags as chips."""

    def paintRun(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the chips from the left."""
        _paint_background(painter, _blank(option, self, index))
        room = option.rect.adjusted(TEXT_LEFT, 0, -6, 0)
        painter.save()
        paint_chips(painter, option, room.left(), fitting(option.fontMetrics, index.data(TAGS_ROLE), room.width()))
        painter.restore()


class NameDelegate(RunsDelegate):
    """A run's name, and behind it its tags where no column of their own shows them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shows_tags = True

    def paintRun(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the name, shortened where the tags need its room."""
        tags = index.data(TAGS_ROLE) if self.shows_tags else ()
        if not tags:
            super().paintRun(painter, option, index)
            return
        _paint_background(painter, _blank(option, self, index))
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        room = option.rect.adjusted(TEXT_LEFT, 0, -6, 0)
        wanted = option.fontMetrics.horizontalAdvance(name) + 8
        chips = fitting(option.fontMetrics, tags, max(int(room.width() * CHIPS_SHARE), room.width() - wanted))
        width = sum(chip_width(option.fontMetrics, chip) + CHIP_SPACE for chip in chips)
        painter.save()
        name_width = min(wanted, room.width() - width)
        _paint_text(painter, option, room.adjusted(0, 0, name_width - room.width(), 0), name)
        paint_chips(painter, option, room.left() + name_width + 2, chips)
        painter.restore()


def chip_width(metrics: QFontMetrics, text: str) -> int:
    """Return the width of a tag's chip in pixels."""
    return metrics.horizontalAdvance(text) + 14


def fitting(metrics: QFontMetrics, tags: "tuple[str, ...] | list[str]", room: int) -> list[str]:
    """Return the tags that fit into `room` pixels, the last as “+2” where some do not; a single one is shortened."""
    for shown in range(len(tags), 0, -1):
        chips = [*tags[:shown], *([f"+{count(len(tags) - shown)}"] if shown < len(tags) else [])]
        if sum(chip_width(metrics, chip) + CHIP_SPACE for chip in chips) <= room:
            return chips
    if len(tags) == 1:
        return [metrics.elidedText(tags[0], Qt.TextElideMode.ElideRight, max(24, room - 14 - CHIP_SPACE))]
    return [f"+{count(len(tags))}"] if tags else []


def paint_chips(painter: QPainter, option: QStyleOptionViewItem, left: int, chips: list[str]) -> None:
    """Paint chips side by side, in the middle of the row."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(option.font)
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    for chip in chips:
        width = chip_width(option.fontMetrics, chip)
        middle = option.rect.center().y() + 1
        spot = QRectF(left, middle - CHIP_HEIGHT / 2, width, CHIP_HEIGHT)
        painter.setPen(QPen(QColor(theme().border_strong), 1))
        painter.setBrush(QColor(theme().base if selected else theme().hover))
        painter.drawRoundedRect(spot, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
        painter.setPen(QColor(theme().muted))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, chip)
        left += width + CHIP_SPACE


def _paint_text(painter: QPainter, option: QStyleOptionViewItem, room: QRect, text: str) -> None:
    painter.setPen(QColor(theme().text))
    painter.setFont(option.font)
    short = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)
