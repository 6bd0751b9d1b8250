"""How numbers become colours: from where to where, around what, straight or logarithmic; and the key that says so."""

from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.pages.tensors.inspected import Stats
from app.plots.colour_key import TICKS, Key, key_height, key_texts, odd_of, paint_key
from app.plots.tile_book import MapScale
from app.theme import themeNotifier
from engine.inspecting.asked import PARTS, Part
from engine.inspecting.blocks import SHOWN, Shown

Extent = Literal["whole", "slice"]
Middle = Literal["zero", "range"]
LINEAR_SHARE = 1e-3  # of the largest number: below it, a logarithmic scale is straight


def scale_of(stats: Stats, middle: Middle, is_log: bool) -> MapScale:
    """Return the scale that reaches from the smallest to the largest finite number."""
    low, high = stats.low or 0.0, stats.high or 0.0
    if middle == "zero":
        centre, bound = 0.0, max(abs(low), abs(high))
    else:
        centre, bound = low / 2 + high / 2, high / 2 - low / 2
    bound = bound or 1.0
    return MapScale(centre, bound, bound * LINEAR_SHARE if is_log else 0.0)


@dataclass(frozen=True)
class ScaleChoice:
    """What was chosen."""

    shown: Shown = "extreme"
    extent: Extent = "whole"
    middle: Middle = "zero"
    is_log: bool = False
    part: Part = "abs"


COLOURS: tuple[tuple[Middle, bool], ...] = (("zero", False), ("zero", True), ("range", False), ("range", True))


def shown_names() -> dict[Shown, str]:
    """Return how each number that may stand for cells of one pixel is called."""
    words: dict[Shown, str] = {
        "extreme": _tr("farthest from 0"),
        "far": _tr("farthest from the mean"),
        "mean": _tr("mean"),
        "min": _tr("smallest"),
        "max": _tr("largest"),
    }
    return {shown: words[shown] for shown in SHOWN}


def colour_names() -> tuple[str, ...]:
    """Return how each of `COLOURS` is called."""
    return _tr("0 neutral"), _tr("0 neutral, log"), _tr("over the range"), _tr("over the range, log")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ScaleBar", text)


class ScaleBar(QWidget):
    """The choices, in one line."""

    changed = Signal(object)  # ScaleChoice
    shownChanged = Signal(str)
    partChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._labels: dict[QComboBox, QLabel] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._shown = self._choice("shown", tr("Shown"), tr("What is shown of cells that share a pixel"))
        self._extent = self._choice("extent", tr("Range"), tr("Which numbers the colours reach over"))
        self._colours = self._choice("colours", tr("Colours"), tr("How numbers become colours, and which is neutral"))
        self._part = self._choice("part", tr("Part"), tr("Which part of complex numbers is shown"))
        self._row.addStretch(1)
        self._fill()
        self.setComplex(False)
        for box in (self._extent, self._colours):
            box.activated.connect(self._tell)
        self._shown.activated.connect(self._tell_shown)
        self._part.activated.connect(self._tell_part)

    def choice(self) -> ScaleChoice:
        """Return what is chosen."""
        middle, is_log = COLOURS[self._colours.currentIndex()]
        return ScaleChoice(
            self._shown.currentData(), self._extent.currentData(), middle, is_log, self._part.currentData()
        )

    def setComplex(self, is_complex: bool) -> None:
        """Offer the parts of complex numbers, or not."""
        self._part.setVisible(is_complex)
        self._labels[self._part].setVisible(is_complex)

    def setSlices(self, several: bool) -> None:
        """Offer to choose between slice and whole where they differ."""
        self._extent.setEnabled(several)

    def isSliced(self) -> bool:
        """Whether a slice is not the whole."""
        return self._extent.isEnabled()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self.choice())

    @Slot()
    def _tell_shown(self) -> None:
        self.shownChanged.emit(self._shown.currentData())

    @Slot()
    def _tell_part(self) -> None:
        self.partChanged.emit(self._part.currentData())

    def _fill(self) -> None:
        tr = self.tr
        for shown, words in shown_names().items():
            self._shown.addItem(words, shown)
        self._extent.addItem(tr("whole"), "whole")
        self._extent.addItem(tr("slice"), "slice")
        explanations = (
            tr("From minus to plus the largest magnitude, with a neutral zero"),
            tr("Symmetric about zero and logarithmic, straight below a thousandth of the largest magnitude"),
            tr("From the smallest to the largest number, with a neutral middle"),
            tr("Logarithmic on both sides of the middle of the range"),
        )
        for place, (name, explanation) in enumerate(zip(colour_names(), explanations, strict=True)):
            self._colours.addItem(name)
            self._colours.setItemData(place, explanation, Qt.ItemDataRole.ToolTipRole)
        parts = {"abs": tr("magnitude"), "real": tr("real"), "imag": tr("imaginary"), "phase": tr("phase")}
        for part in PARTS:
            self._part.addItem(parts[part], part)

    def _choice(self, name: str, title: str, explanation: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"tensors.inspector.{name}")
        box.setAccessibleName(title)
        box.setToolTip(explanation)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        label = self._labels[box] = QLabel(title, self)
        label.setProperty("role", "muted")
        self._row.addWidget(label)
        self._row.addWidget(box)
        self._row.addSpacing(4)
        return box


class ColourKey(QWidget):
    """The colours from one end of the scale to the other, with numbers under them, and those of NaN and infinities."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.inspector.key")
        self._key = Key(MapScale())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themeNotifier().changed.connect(self.update)

    def setScale(self, scale: MapScale) -> None:
        """Show another scale."""
        self._key = replace(self._key, scale=scale)
        self.setAccessibleName(self.tr("Colours from {0} to {1}").format(*self.texts()[:: len(TICKS) - 1]))
        self.update()

    def setStats(self, stats: Stats) -> None:
        """Show the colours of what is not finite, where there is such."""
        self._key = replace(self._key, odd=odd_of(stats.nan, stats.plus_inf, stats.minus_inf))
        self.update()

    def key(self) -> Key:
        """Return what is shown."""
        return self._key

    def texts(self) -> list[str]:
        """Return the numbers under the colours."""
        return key_texts(self._key.scale)

    def sizeHint(self) -> QSize:
        """Return the height of the colours and a line of text."""
        return QSize(320, key_height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint colours and numbers."""
        with QPainter(self) as painter:
            paint_key(painter, self._key, QRectF(self.rect()))
