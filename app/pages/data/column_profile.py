"""What is known about one column: its figures, and its histogram or its most frequent values. It only shows."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.pages.data.answers import ColumnAnswer, ProfileAnswer
from app.pages.data.wording import WAITING, distinct, figure, one_line, share, type_title
from app.theme import theme, themeNotifier

TOP = 8
FIGURES = 7


class TopValues(QWidget):
    """The most frequent values as horizontal bars with their counts."""

    ROW = 22

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.profile.top")
        self.setAccessibleName(self.tr("Most frequent values"))
        self._values: list[tuple[str, int]] = []
        self._rows = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        themeNotifier().changed.connect(self.update)

    def setValues(self, values: list[tuple[str, int]], rows: int) -> None:
        """Show values with their counts out of so many rows."""
        self._values = [(str(value), number) for value, number in values][:TOP]
        self._rows = rows
        self.setAccessibleDescription(", ".join(f"{value}: {number}" for value, number in self._values))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A line a value."""
        return QSize(240, self.ROW * max(1, len(self._values)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's own signature
        """Draw the bars behind their words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        largest = max((number for _, number in self._values), default=1) or 1
        wash = QColor(colors.accent)
        wash.setAlpha(64 if colors.dark else 40)
        for line, (value, number) in enumerate(self._values):
            row = QRectF(0, line * self.ROW, self.width(), self.ROW - 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(wash)
            painter.drawRoundedRect(QRectF(0, row.top(), max(3.0, row.width() * number / largest), row.height()), 3, 3)
            numbers = f"{count(number)}  ·  {share(number, self._rows)}"
            wide = painter.fontMetrics().horizontalAdvance(numbers)
            painter.setPen(QColor(colors.muted))
            painter.drawText(
                row.adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, numbers
            )
            painter.setPen(QColor(colors.text))
            room = int(row.width()) - wide - 32
            text = painter.fontMetrics().elidedText(one_line(value) or "“”", Qt.TextElideMode.ElideRight, room)
            painter.drawText(row.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class Bars(QWidget):
    """A small histogram: bars between edges, with the smallest and largest value below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.profile.histogram")
        self.setAccessibleName(self.tr("Histogram"))
        self._edges: list[float] = []
        self._counts: list[int] = []
        self.setMinimumHeight(112)
        themeNotifier().changed.connect(self.update)

    def setHistogram(self, edges: list[float], counts: list[int]) -> None:
        """Show counts between edges."""
        self._edges, self._counts = edges, counts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's own signature
        """Draw the bars and the two ends of the axis."""
        if not self._counts:
            return
        painter = QPainter(self)
        colors = theme()
        foot = painter.fontMetrics().height() + 6
        area = QRectF(0, 4, self.width(), self.height() - foot - 4)
        largest, wide = max(self._counts) or 1, area.width() / len(self._counts)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.seriesColor(0))
        for place, number in enumerate(self._counts):
            tall = area.height() * number / largest
            if number:
                tall = max(1.0, tall)
            painter.drawRect(QRectF(area.left() + place * wide, area.bottom() - tall, max(1.0, wide - 1), tall))
        painter.setPen(QColor(colors.axis))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(colors.muted))
        line = QRectF(0, area.bottom() + 4, self.width(), foot)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, figure(self._edges[0]))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, figure(self._edges[-1]))


class ColumnProfileView(QFrame):
    """The profile of the column that is selected, or a word on what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.profile")
        self.setAccessibleName(self.tr("Profile of the selected column"))
        self._title = _label("subtitle", self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._type = _label("badge", self)
        self._notes = _label("warning", self)
        self._notes.setWordWrap(True)
        self._figures = [(_label("muted", self), QLabel(self)) for _ in range(FIGURES)]
        self._chart = QStackedWidget(self)
        self._bars, self._top = Bars(self), TopValues(self)
        self._empty = _label("muted", self)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        for widget in (self._bars, self._top, self._empty):
            self._chart.addWidget(widget)
        self._arrange()
        self.clear()

    def clear(self) -> None:
        """Show that no column is selected."""
        self._title.setText(self.tr("No column selected"))
        self._type.hide()
        self._show_figures([])
        self._say(self.tr("Select a column to see its values."))

    def show_(self, column: ColumnAnswer, profile: ProfileAnswer | None, trouble: str = "") -> None:
        """Show a column; without a profile yet, that it is being read."""
        self._title.setText(one_line(column["name"])[:80])
        self._title.setToolTip(column["name"])
        self._type.setText(type_title(column["type"]))
        self._type.show()
        if profile is None:
            self._show_figures([])
            self._say(trouble or self.tr("Reading the column {0}").format(WAITING))
            return
        self._show_figures(self._figures_of(profile))
        self._notes.setText(self._notes_of(profile))
        self._notes.setVisible(bool(self._notes.text()))
        histogram = profile["histogram"]
        if histogram and histogram["counts"]:
            self._bars.setHistogram(histogram["edges"], histogram["counts"])
            self._chart.setCurrentWidget(self._bars)
        elif profile["top"]:
            self._top.setValues(profile["top"], profile["count"])
            self._chart.setCurrentWidget(self._top)
        else:
            self._say(self.tr("Every value is missing.") if profile["missing"] == profile["count"] else "")

    def _figures_of(self, profile: ProfileAnswer) -> list[tuple[str, str]]:
        rows = profile["count"]
        missing = count(profile["missing"])
        if profile["missing"]:
            missing += f"  ({share(profile['missing'], rows)})"
        found = [(self.tr("distinct"), distinct(profile)), (self.tr("missing"), missing)]
        if profile["earliest"] is not None:
            found += [(self.tr("earliest"), profile["earliest"]), (self.tr("latest"), str(profile["latest"]))]
        elif profile["mean"] is not None:
            found += [
                (self.tr("smallest"), figure(profile["min"])),
                (self.tr("mean"), figure(profile["mean"])),
                (self.tr("largest"), figure(profile["max"])),
                (self.tr("std. deviation"), figure(profile["std"])),
            ]
        return found

    def _notes_of(self, profile: ProfileAnswer) -> str:
        if profile["constant"]:
            return self.tr("Every row has the same value: a model can learn nothing from it.")
        if profile["identifier_like"]:
            return self.tr("Nearly every row has its own value, like an identifier: a model may learn it by heart.")
        return ""

    def _show_figures(self, figures: list[tuple[str, str]]) -> None:
        for place, (name, value) in enumerate(self._figures):
            shown = place < len(figures)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.setText(figures[place][0])
                value.setText(figures[place][1])
        self._notes.hide()

    def _say(self, sentence: str) -> None:
        self._empty.setText(sentence)
        self._chart.setCurrentWidget(self._empty)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._type)
        head.addStretch(1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for place, (name, value) in enumerate(self._figures):
            row, side = divmod(place, 2)
            grid.addWidget(name, row, 2 * side)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, row, 2 * side + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addLayout(grid)
        layout.addWidget(self._notes)
        layout.addWidget(self._chart, 1)


def _label(role: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    return label
