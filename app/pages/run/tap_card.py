"""One tensor that is watched: what it is, its statistics, and its pictures once they are seen."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from app.pages.run.tap_pictures import TapPictures
from app.pages.run.tap_words import form, kind_name, moment, oddities, statistics, title
from app.plots import ExportButton
from app.plots.colour_key import Key
from app.plots.export import Picture
from app.plots.picture_menu import Painted, PictureMenu
from app.plots.tensor_sheet import body_of, sheet
from app.widgets import ElidedLabel
from engine.runs.taps import Tap, TapLook, Tapped

HEIGHT = 300


class TapCard(QFrame):
    """The tensor of one tap. A list has more of them than a screen, so pictures are made and drawn when they are seen."""

    def __init__(self, tap: Tap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tap = tap
        self._looks: Sequence[TapLook] = ()
        self._shown: TapLook | None = None
        self._is_mean, self._is_stale = True, False
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(0)
        self._drawing.timeout.connect(self.draw)
        self.setObjectName(f"run.tensors.{tap.kind}.{tap.name}")
        self.setAccessibleName(self.tr("{0} of {1}").format(kind_name(tap.kind), title(tap)))
        self.setProperty("role", "card")
        self._title = QLabel(title(tap), self)
        self._title.setProperty("role", "cardtitle")
        self._form, self._told, self._stats = ElidedLabel(self), QLabel(self), ElidedLabel(self)
        for label in (self._form, self._told, self._stats):
            label.setProperty("role", "muted")
        self._odd = QLabel(self)
        self._odd.setProperty("role", "warning")
        self._told.setToolTip(self.tr("Blue is above zero, red below; both reach to the largest number of this step."))
        self._pictures: TapPictures | None = None
        self._layout = QVBoxLayout(self)
        self._export = ExportButton(self, self.accessibleName(), self)
        self._export.setObjectName(f"{self.objectName()}.export")
        self._export.setToolTip(self.tr("Save or copy the map as a picture (PNG or SVG)"))
        self._picture = PictureMenu(Painted(self.picture), self.accessibleName(), self)
        self._arrange()

    def show_(self, looks: Sequence[TapLook], shown: TapLook, is_mean: bool) -> None:
        """Show the tensor as it was at one of the looks of its training."""
        self._is_mean, self._looks, self._shown = is_mean, looks, shown
        found = _found(shown, self.tap)
        self._form.setText(form(found) if found is not None else kind_name(self.tap.kind))
        self._stats.setText(statistics(found) if found is not None else self.tr("This step did not use it."))
        self._odd.setText(oddities(found) if found is not None else "")
        self._is_stale = True
        self.update()

    def texts(self) -> tuple[str, str, str, str]:
        """Return what is said: the form, the statistics, what is not finite, and what a cell or the colours mean."""
        return self._form.text(), self._stats.text(), self._odd.text(), self._told.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures soon, once the card is seen."""
        super().paintEvent(event)
        if self._is_stale:
            self._is_stale = False
            self._drawing.start()

    @Slot()
    def draw(self) -> None:
        """Draw the pictures."""
        if self._shown is None:
            return
        pictures = self.pictures()
        found = [(look.step, one) for look in self._looks if (one := _found(look, self.tap)) is not None]
        pictures.drawSpreads(found, self._shown.step)
        now = _found(self._shown, self.tap)
        pictures.draw(now, self._stats.text() if now is None else "", self._is_mean)

    def pictures(self) -> TapPictures:
        """Return the pictures, which are made when they are first asked for."""
        if self._pictures is None:
            self._pictures = TapPictures(self.objectName(), self.accessibleName(), self)
            self._pictures.said.connect(self._told.setText)
            self._layout.addWidget(self._pictures, 1)
        return self._pictures

    def picture(self) -> Picture:
        """Return the map as it is seen, with what it shows and the numbers of its colours."""
        map_ = self.pictures().map
        when = moment(self._shown) if self._shown is not None else ""
        lines = [self._form.text(), when, self._stats.text(), self._odd.text()]
        return sheet(self.accessibleName(), lines, body_of(map_, [map_]), [Key(map_.scale())])

    def exportMenu(self) -> QMenu:
        """Return the menu of pictures; the histogram has one of its own."""
        menu = QMenu(self)
        self._picture.addTo(menu)
        return menu

    def _arrange(self) -> None:
        head, line = QHBoxLayout(), QHBoxLayout()
        for row in (head, line):
            row.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._form, 1)
        head.addWidget(self._export)
        line.addWidget(self._stats, 1)
        line.addWidget(self._odd)
        line.addWidget(self._told)
        self._layout.setContentsMargins(12, 8, 12, 8)
        self._layout.setSpacing(4)
        self._layout.addLayout(head)
        self._layout.addLayout(line)
        self._layout.addStretch(0)
        self.setFixedHeight(HEIGHT)


def _found(look: TapLook, tap: Tap) -> Tapped | None:
    return next((one for one in look.tensors if one.tap == tap), None)
