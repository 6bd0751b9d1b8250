"""TokenChips: tokens as a flow of chips, each with its id, painted at once so that hundreds cost nothing.
It knows chips and no tokenizer."""

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.pages.train.chip_ink import ink_of
from app.theme import theme, themeNotifier
from engine.catalog.text_view import Chip, SeenPart

GAP, SIDE, TOP = 4.0, 6.0, 3.0
WIDEST = 280.0


class TokenChips(QWidget):
    """Shows a part's chips in as many lines as they need; text that is written from right to left flows that way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part = SeenPart()
        self._places: list[QRectF] = []
        self._with_ids = True
        self._leftwards = False
        self._quiet = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        themeNotifier().changed.connect(self.update)

    def setPart(self, part: SeenPart) -> None:
        """Show other tokens; below each stand its note or, without any, its id."""
        self._part = part
        self._with_ids = not any(chip.note for chip in part.chips)
        self._quiet = any(chip.note or chip.mark for chip in part.chips)
        self._leftwards = runs_leftwards(part.chips)
        self.setAccessibleDescription(" ".join(chip.text for chip in part.chips))
        self._lay()
        self.updateGeometry()
        self.update()

    def part(self) -> SeenPart:
        """Return what is shown."""
        return self._part

    def hasHeightForWidth(self) -> bool:
        """Say that a narrow view is a high one."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        return self._laid(float(width))[1]

    def sizeHint(self) -> QSize:
        """Return the room that the lines need at the width of now."""
        return QSize(240, self.heightForWidth(max(240, self.width())))

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few tokens, in as many lines as there are."""
        return QSize(120, self._laid(float(max(120, self.width())))[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self._lay()
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Tell of the chip below the pointer its token as the tokenizer calls it, and its id."""
        if isinstance(event, QHelpEvent):
            found = next((at for at, place in enumerate(self._places) if place.contains(event.pos())), None)
            text = "" if found is None else self.told(self._part.chips[found])
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def told(self, chip: Chip) -> str:
        """Return a chip in words."""
        marks = {
            "masked": self.tr("hidden: it was {0}"),
            "replaced": self.tr("replaced: it was {0}"),
            "kept": self.tr("left as it is, and asked all the same"),
            "answer": self.tr("part of the answer"),
            "center": self.tr("the word that guesses those near it"),
        }
        kinds = {
            "special": self.tr("special token"),
            "unknown": self.tr("not known to the tokenizer"),
            "padding": self.tr("fills the row up; the model does not see it"),
        }
        said = [f"{chip.raw} · {chip.id}", kinds.get(chip.kind, ""), marks.get(chip.mark, "").format(chip.note)]
        if chip.note and not chip.mark:
            said.append(chip.note)
        return "\n".join(one for one in said if one)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chips that can be seen."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._leftwards:
                painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            for chip, place in zip(self._part.chips, self._places, strict=True):
                if place.toAlignedRect().intersects(event.rect()):
                    self._paint(painter, chip, place)

    def _paint(self, painter: QPainter, chip: Chip, place: QRectF) -> None:
        ink = ink_of(chip, self._quiet)
        painter.setPen(QPen(ink.edge, 1.0, Qt.PenStyle.DashLine if ink.dashed else Qt.PenStyle.SolidLine))
        painter.setBrush(ink.fill)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        font, small = theme().font(), theme().font(0.78)
        line = QFontMetricsF(font).height()
        painter.setFont(font)
        painter.setPen(ink.text)
        metrics = QFontMetricsF(font)
        inner = place.adjusted(SIDE, TOP, -SIDE, -TOP)
        shown = metrics.elidedText(chip.text, Qt.TextElideMode.ElideRight, inner.width() + 1)
        upper = QRectF(inner.left(), inner.top(), inner.width(), line)
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), shown)
        painter.setFont(small)
        painter.setPen(QColor(ink.under))
        lower = QRectF(inner.left(), upper.bottom(), inner.width(), inner.bottom() - upper.bottom())
        under = QFontMetricsF(small).elidedText(self._under(chip), Qt.TextElideMode.ElideRight, inner.width() + 1)
        painter.drawText(lower, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), under)

    def _under(self, chip: Chip) -> str:
        return str(chip.id) if self._with_ids else chip.note

    def _lay(self) -> None:
        self._places = self._laid(float(self.width()))[0]

    def _laid(self, width: float) -> tuple[list[QRectF], int]:
        """Return where each chip stands in a width, and the height of all."""
        upper, lower = QFontMetricsF(theme().font()), QFontMetricsF(theme().font(0.78))
        height = upper.height() + lower.height() + 2 * TOP
        places, left, top = [], 0.0, 0.0
        for chip in self._part.chips:
            wide = max(upper.horizontalAdvance(chip.text), lower.horizontalAdvance(self._under(chip)), 10.0)
            own = min(wide + 2 * SIDE, WIDEST, max(width, 40.0))
            if left and left + own > width:
                left, top = 0.0, top + height + GAP
            places.append(QRectF(left, top, own, height))
            left += own + GAP
        if self._leftwards:
            places = [QRectF(width - one.right(), one.top(), one.width(), one.height()) for one in places]
        return places, int(top + height + 1) if places else 0


def runs_leftwards(chips: Sequence[Chip]) -> bool:
    """Whether most letters that are no special tokens are of a script that is written from right to left."""
    ways = [
        unicodedata.bidirectional(letter) for chip in chips if chip.kind in ("plain", "unknown") for letter in chip.text
    ]
    return sum(way in {"R", "AL"} for way in ways) > sum(way == "L" for way in ways)
