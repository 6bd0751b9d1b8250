"""The controls above the live plots: axis, scale and smoothing. They say what was chosen and draw nothing."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from app.pages.run.series_book import Axis

SLIDER_STEPS = 100
AXES: tuple[Axis, ...] = ("step", "epoch", "time")


class LiveBar(QWidget):
    """What the plots' axes are and how much their lines are smoothed."""

    axisChanged = Signal(str)
    scaleChanged = Signal(str)
    smoothingChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._axis = self._combo("run.live.axis", tr("Horizontal axis"), tr("What the plots run along"))
        for axis, text in zip(AXES, (tr("Step"), tr("Epoch"), tr("Time")), strict=True):
            self._axis.addItem(text, axis)
        self._scale = self._combo("run.live.scale", tr("Vertical scale"), tr("Linear, or logarithmic for what falls"))
        self._scale.addItem(tr("Linear"), "linear")
        self._scale.addItem(tr("Logarithmic"), "log")
        self._smoothing = QSlider(Qt.Orientation.Horizontal, self)
        self._smoothing.setObjectName("run.live.smoothing")
        self._smoothing.setAccessibleName(tr("Smoothing"))
        self._smoothing.setToolTip(tr("Exponential smoothing; the recorded line stays visible, thin and pale"))
        self._smoothing.setRange(0, SLIDER_STEPS)
        self._smoothing.setFixedWidth(128)
        self._amount = QLabel(self)
        self._amount.setProperty("role", "muted")
        self._amount.setFixedWidth(40)
        self._arrange()
        self._axis.currentIndexChanged.connect(self._tell_axis)
        self._scale.currentIndexChanged.connect(self._tell_scale)
        self._smoothing.valueChanged.connect(self._tell_smoothing)
        self._tell_smoothing()

    def axis(self) -> Axis:
        """Return the chosen axis."""
        return AXES[max(0, self._axis.currentIndex())]

    def scale(self) -> str:
        """Return the chosen scale, linear or log."""
        return str(self._scale.currentData())

    def smoothing(self) -> float:
        """Return the chosen smoothing, from 0 to below 1; the slider's far end moves it by ever smaller amounts."""
        share = self._smoothing.value() / SLIDER_STEPS
        return min(0.999, 1.0 - (1.0 - share) ** 2) if share else 0.0

    def _combo(self, path: str, name: str, explanation: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setObjectName(path)
        combo.setAccessibleName(name)
        combo.setToolTip(explanation)
        return combo

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for text, widget in ((self.tr("Axis"), self._axis), (self.tr("Scale"), self._scale)):
            self._label(text, widget, row)
            row.addSpacing(8)
        self._label(self.tr("Smoothing"), self._smoothing, row)
        row.addWidget(self._amount)
        row.addStretch(1)

    def _label(self, text: str, widget: QWidget, row: QHBoxLayout) -> None:
        label = QLabel(text, self)
        label.setProperty("role", "muted")
        label.setBuddy(widget)
        row.addWidget(label)
        row.addWidget(widget)

    @Slot()
    def _tell_axis(self) -> None:
        self.axisChanged.emit(self.axis())

    @Slot()
    def _tell_scale(self) -> None:
        self.scaleChanged.emit(self.scale())

    @Slot()
    def _tell_smoothing(self) -> None:
        smoothing = self.smoothing()
        self._amount.setText(f"{smoothing:.2f}" if smoothing < 0.99 else f"{smoothing:.3f}")
        self.smoothingChanged.emit(smoothing)
