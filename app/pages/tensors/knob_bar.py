"""KnobBar: the numbers of a call that are worth turning, such as the τ of a Gumbel softmax or a convolution's stride."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from app.actions import QT_TRANSLATE_NOOP
from app.pages.tensors.calling import Argument, Value, text_of, value_of
from engine.tensors.picture import StepPicture

CONTEXT = "TensorKnobs"
STEPS = 100  # of a slider


class Turned(Enum):
    """How an argument is changed."""

    SLIDER = "slider"
    SWITCH = "switch"
    WHOLE = "whole"


@dataclass(frozen=True)
class Knob:
    """An argument, its words, and its ends; a slider whose least is above 0 runs by factors."""

    argument: Argument
    words: str
    kind: Turned
    least: float = 0
    most: float = 1


def _whole(name: str, place: int, usual: int, most: int, words: str) -> Knob:
    return Knob(Argument(name, place, usual), words, Turned.WHOLE, usual, most)


_SLID = (
    _whole("stride", 3, 1, 4, QT_TRANSLATE_NOOP("TensorKnobs", "Stride")),
    _whole("padding", 4, 0, 4, QT_TRANSLATE_NOOP("TensorKnobs", "Padding")),
    _whole("dilation", 5, 1, 4, QT_TRANSLATE_NOOP("TensorKnobs", "Dilation")),
)
KNOBS: dict[str, tuple[Knob, ...]] = {
    "gumbel_softmax": (
        Knob(Argument("tau", 1, 1.0), QT_TRANSLATE_NOOP("TensorKnobs", "τ"), Turned.SLIDER, 0.05, 10),
        Knob(Argument("hard", 2, False), QT_TRANSLATE_NOOP("TensorKnobs", "Hard sample"), Turned.SWITCH),
    ),
    "dropout": (
        Knob(Argument("p", 1, 0.5), QT_TRANSLATE_NOOP("TensorKnobs", "p"), Turned.SLIDER, 0, 1),
        Knob(Argument("training", 2, True), QT_TRANSLATE_NOOP("TensorKnobs", "Training"), Turned.SWITCH),
    ),
    "batch_norm": (Knob(Argument("training", 5, False), QT_TRANSLATE_NOOP("TensorKnobs", "Training"), Turned.SWITCH),),
    "conv1d": _SLID,
    "conv2d": _SLID,
}


class KnobBar(QWidget):
    """A row of controls; it knows the text of the call and tells what is to be written."""

    turned = Signal(object, object, bool)  # Argument, value, whether it is still the same drag

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._knobs: tuple[Knob, ...] = ()
        self._controls: list[QSlider | QCheckBox | QSpinBox] = []
        self._values: list[QLabel] = []
        self._goes_on = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addStretch()

    def setStep(self, step: StepPicture) -> None:
        """Show the values that a call has; hides where there is nothing to turn."""
        knobs = KNOBS.get(step.operation, ())
        if step.operation == "batch_norm" and len(step.operands) < 3:
            knobs = ()  # without running statistics there is but training
        if knobs != self._knobs:
            self._make(knobs)
        self.setVisible(bool(knobs))
        for knob, control, label in zip(knobs, self._controls, self._values, strict=True):
            value = value_of(step.text, knob.argument)
            control.setEnabled(value is not None)
            if value is None:  # such as a pair: the control could only show another number
                control.setVisible(knob.kind is Turned.SWITCH)
                label.setText(text_of(step.text, knob.argument))
            else:
                control.setVisible(True)
                self._show(knob, control, value)
                label.setText(f"{value:g}" if knob.kind is Turned.SLIDER else "")

    def _show(self, knob: Knob, control: QWidget, value: Value) -> None:
        control.blockSignals(True)
        if isinstance(control, QSlider) and not control.isSliderDown():
            control.setValue(_place(knob, float(value)))
        elif isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, QSpinBox):
            control.setValue(int(value))
        control.blockSignals(False)

    def _make(self, knobs: tuple[Knob, ...]) -> None:
        while self._row.count() > 1:
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._knobs, self._controls, self._values = knobs, [], []
        for knob in knobs:
            self._add(knob, QCoreApplication.translate(CONTEXT, knob.words))

    def _add(self, knob: Knob, words: str) -> None:
        control, label = self._control(knob, words), QLabel(self)
        control.setObjectName(f"{self._path}.{knob.argument.name}")
        control.setAccessibleName(words)
        control.setProperty("knob", len(self._controls))
        label.setMinimumWidth(48 if knob.kind is Turned.SLIDER else 8)
        label.setContentsMargins(0, 0, 8, 0)
        label.setProperty("role", "small")
        self._controls.append(control)
        self._values.append(label)
        parts = (control, label) if knob.kind is Turned.SWITCH else (QLabel(words, self), control, label)
        for part in parts:
            self._row.insertWidget(self._row.count() - 1, part)

    def _control(self, knob: Knob, words: str) -> QSlider | QCheckBox | QSpinBox:
        if knob.kind is Turned.SWITCH:
            box = QCheckBox(words, self)
            box.toggled.connect(self._tell)
            return box
        if knob.kind is Turned.WHOLE:
            spin = QSpinBox(self)
            spin.setRange(int(knob.least), int(knob.most))
            spin.valueChanged.connect(self._tell)
            return spin
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setMaximum(STEPS)
        slider.setFixedWidth(160)
        slider.sliderPressed.connect(self._begin)
        slider.valueChanged.connect(self._tell)
        return slider

    @Slot()
    def _begin(self) -> None:
        self._goes_on = False

    @Slot()
    def _tell(self) -> None:
        """Tell what was turned; a slider that is held goes on with what it began."""
        control = self.sender()
        knob = self._knobs[int(control.property("knob"))]
        if isinstance(control, QSlider):
            value: Value = _number(knob, control.value())
            held = control.isSliderDown()
            self.turned.emit(knob.argument, value, held and self._goes_on)
            self._goes_on = held
        elif isinstance(control, QCheckBox):
            self.turned.emit(knob.argument, control.isChecked(), False)
        elif isinstance(control, QSpinBox):
            self.turned.emit(knob.argument, control.value(), False)


def _number(knob: Knob, place: int) -> float:
    """Return the number at a place of a slider, short to write."""
    share = place / STEPS
    if knob.least > 0:
        return float(f"{knob.least * (knob.most / knob.least) ** share:.2g}")
    return float(f"{knob.least + (knob.most - knob.least) * share:.2g}")


def _place(knob: Knob, value: float) -> int:
    """Return the place of a number, the nearest end where it lies outside."""
    places = range(STEPS + 1)
    return min(places, key=lambda place: abs(_number(knob, place) - value))
