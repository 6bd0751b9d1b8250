"""StepBar: play, step and scrub through the frames of an operation. It knows places, not tensors."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from app.icons import icon
from app.pages.tensors.playing import Mode
from app.walker import walker

FRAME_MS = 450
NARROW, WIDE = 96, 140  # pixels of the slider


class StepBar(QWidget):
    """A row of controls under a card."""

    chosen = Signal(object, int)  # Mode, place
    modeChosen = Signal(object)

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modes = QComboBox(self)
        self._back = walker(self, f"{path}.back", "left", self.tr("One step back"), self._step_back)
        self._play = QToolButton(self)
        self._on = walker(self, f"{path}.on", "right", self.tr("One step on"), self._step_on)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._count = QLabel(self)
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._arrange(path)
        self._timer.timeout.connect(self._go_on)
        self._play.clicked.connect(self.toggle)
        self._slider.valueChanged.connect(self._tell)
        self._modes.currentIndexChanged.connect(self._tell_mode)

    def setModes(self, modes: list[Mode]) -> None:
        """Offer these; the bar hides where there is none."""
        self.setVisible(bool(modes))
        if modes == [self._modes.itemData(place) for place in range(self._modes.count())]:
            return
        self.pause()
        self._modes.blockSignals(True)
        self._modes.clear()
        for mode in modes:
            self._modes.addItem(self._name(mode), mode)
        self._modes.blockSignals(False)
        self._modes.setVisible(len(modes) > 1)
        self._slider.blockSignals(True)
        self._slider.setValue(0)
        self._slider.blockSignals(False)

    def setLength(self, length: int) -> None:
        """Say how many frames there are."""
        self._slider.blockSignals(True)
        self._slider.setMaximum(max(0, length - 1))
        self._slider.blockSignals(False)
        self._word()

    def setNarrow(self, is_narrow: bool) -> None:
        """Take less room: the slider is shorter then."""
        self._slider.setFixedWidth(NARROW if is_narrow else WIDE)

    @property
    def mode(self) -> Mode | None:
        """The way that is chosen."""
        found = self._modes.currentData()
        return found if isinstance(found, Mode) else None

    @property
    def slider(self) -> QSlider:
        """Where the frames are scrubbed."""
        return self._slider

    @Slot()
    def toggle(self) -> None:
        """Play, from the beginning after the end, or pause."""
        if self._timer.isActive():
            self.pause()
            return
        if self._slider.value() == self._slider.maximum():
            self._slider.setValue(0)
        self._tell(self._slider.value())
        self._timer.start()
        self._dress()

    @Slot()
    def pause(self) -> None:
        """Stop where it is."""
        self._timer.stop()
        self._dress()

    @Slot()
    def _go_on(self) -> None:
        if self._slider.value() >= self._slider.maximum() or not self.isVisible():
            self.pause()
        else:
            self._slider.setValue(self._slider.value() + 1)

    @Slot()
    def _step_back(self) -> None:
        self.pause()
        self._slider.setValue(self._slider.value() - 1)

    @Slot()
    def _step_on(self) -> None:
        self.pause()
        self._slider.setValue(self._slider.value() + 1)

    @Slot(int)
    def _tell(self, place: int) -> None:
        self._word()
        if self.mode is not None:
            self.chosen.emit(self.mode, place)

    @Slot(int)
    def _tell_mode(self, _index: int) -> None:
        self.pause()
        self._slider.blockSignals(True)
        self._slider.setValue(0)
        self._slider.blockSignals(False)
        if self.mode is not None:
            self.modeChosen.emit(self.mode)
            self._tell(0)

    def _word(self) -> None:
        self._count.setText(f"{self._slider.value() + 1} / {self._slider.maximum() + 1}")

    def _dress(self) -> None:
        playing = self._timer.isActive()
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setAccessibleName(self.tr("Pause") if playing else self.tr("Play"))

    def _name(self, mode: Mode) -> str:
        return {
            Mode.CELLS: self.tr("Cell by cell"),
            Mode.DOT: self.tr("One cell, product by product"),
            Mode.ROWS: self.tr("Row by row"),
            Mode.COLUMNS: self.tr("Column by column"),
            Mode.OUTER: self.tr("Sum of outer products"),
            Mode.STAGES: self.tr("Stage by stage"),
        }[mode]

    def _arrange(self, path: str) -> None:
        self._modes.setObjectName(f"{path}.mode")
        self._modes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._modes.setAccessibleName(self.tr("How it is taken apart"))
        self._slider.setObjectName(f"{path}.place")
        self._slider.setAccessibleName(self.tr("Step"))
        self._play.setObjectName(f"{path}.play")
        self._play.setToolTip(self.tr("Play"))
        self._dress()
        self._count.setProperty("role", "small")
        self._count.setFixedWidth(64)
        self.setNarrow(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self._modes, self._back, self._play, self._on, self._slider, self._count):
            row.addWidget(widget)
