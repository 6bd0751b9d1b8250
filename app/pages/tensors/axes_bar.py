"""Which axes run down and across, and where on each of the others one looks, with play. It knows no tensor but its shape."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon
from app.widgets import ElidedLabel
from engine.inspecting.asked import PlaneSpec, axes_of

PLAY_MS = 120  # between two places while playing, and no sooner than the picture is whole
NO_AXIS = -1


class AxisSlider(QWidget):
    """One axis that is neither rows nor columns: a play button, a slider and the place as a number."""

    moved = Signal(int, int)  # axis, place

    def __init__(
        self, axis: int, name: str, length: int, labels: Sequence[str], parent: QWidget, room: str, is_small: bool
    ) -> None:
        super().__init__(parent)
        self.axis = axis
        self._labels = labels
        path = f"{room}.axis.{axis}"
        self._play = QToolButton(self)
        self._play.setObjectName(f"{path}.play")
        self._play.setCheckable(True)
        self._play.setIcon(icon("play"))
        self._play.setAccessibleName(self.tr("Play through {0}").format(name))
        self._play.setToolTip(self.tr("Play through {0}, again and again").format(name))
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName(f"{path}.slider")
        self._slider.setRange(0, max(0, length - 1))
        self._slider.setAccessibleName(self.tr("Place on {0}").format(name))
        self._slider.setToolTip(self.tr("Place on {0}").format(name))
        self._box = QSpinBox(self)
        self._box.setObjectName(f"{path}.place")
        self._box.setRange(0, max(0, length - 1))
        self._box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._box.setAccessibleName(self.tr("Place on {0} as a number").format(name))
        self._box.setToolTip(self.tr("Place on {0}, counted from 0").format(name))
        self._of = ElidedLabel(self)
        self._of.setProperty("role", "muted")
        self._of.setMinimumWidth(80 if not labels else 180)
        if is_small:
            self._of.hide()
            self._slider.setMinimumWidth(56)
            self._box.setSuffix(f" / {max(0, length - 1)}")
        self._title = QLabel(name, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PLAY_MS)
        self._arrange()
        self._timer.timeout.connect(self._step)
        self._play.toggled.connect(self._start)
        self._slider.valueChanged.connect(self._move)
        self._box.valueChanged.connect(self._slider.setValue)
        self._say()

    def place(self) -> int:
        """Return the place."""
        return self._slider.value()

    def setPlace(self, place: int) -> None:
        """Go to a place without telling."""
        with QSignalBlocker(self._slider), QSignalBlocker(self._box):
            self._slider.setValue(place)
            self._box.setValue(place)
        self._say()

    def isPlaying(self) -> bool:
        """Whether it goes on by itself."""
        return self._play.isChecked()

    def goOn(self) -> None:
        """Take the next step a moment later, if it is playing: the picture of this one is whole."""
        if self.isPlaying() and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Play no longer."""
        self._play.setChecked(False)

    @Slot(bool)
    def _start(self, playing: bool) -> None:
        self._play.setIcon(icon("pause" if playing else "play"))
        self._timer.start() if playing else self._timer.stop()

    @Slot()
    def _step(self) -> None:
        self._slider.setValue((self._slider.value() + 1) % (self._slider.maximum() + 1))

    @Slot(int)
    def _move(self, place: int) -> None:
        with QSignalBlocker(self._box):
            self._box.setValue(place)
        self._say()
        self.moved.emit(self.axis, place)

    def _say(self) -> None:
        place = self._slider.value()
        last = f"0…{self._slider.maximum():,}"
        self._of.setText(f"{self._labels[place]}" if place < len(self._labels) else last)

    def _arrange(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._play)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._box)
        layout.addWidget(self._of)


class AxesBar(QWidget):
    """Rows, columns, and a slider for every other axis."""

    planeChanged = Signal(object, bool)  # PlaneSpec; whether only a place changed

    def __init__(self, parent: QWidget | None = None, path: str = "tensors.inspector", is_small: bool = False) -> None:
        """`is_small`: a bar in little room, for tensors that always have rows and columns."""
        super().__init__(parent)
        self._path, self._is_small, self._has_sliders = path, is_small, True
        self._shape: tuple[int, ...] = ()
        self._names: list[str] = []
        self._labels: Sequence[str] = ()
        self._at: list[int] = []
        self._sliders: list[AxisSlider] = []
        self._rows = self._choice("rows", self.tr("Rows"), self.tr("The axis that runs down"))
        self._columns = self._choice("columns", self.tr("Columns"), self.tr("The axis that runs across"))
        self._row = QHBoxLayout()
        self._under = QGridLayout()
        self._arrange()

    def setShape(self, shape: tuple[int, ...], first: str = "", labels: Sequence[str] = ()) -> None:
        """Show the axes of another tensor; `first` names its first axis, `labels` the places on that. It tells nothing."""
        rows, columns = axes_of(shape)
        if first and len(shape) == 2:
            rows, columns = None, 1  # a vector over checkpoints begins with one of them
        self._shape, self._labels = shape, labels
        self._names = [first if first and not axis else self.tr("axis {0}").format(axis) for axis in range(len(shape))]
        self._at = [0] * len(shape)
        if labels:
            self._at[0] = len(labels) - 1
        self._fill(rows, columns)
        self.setVisible(bool(shape))

    def shape(self) -> tuple[int, ...]:
        """Return the shape whose axes are shown."""
        return self._shape

    def plane(self) -> PlaneSpec:
        """Return the axes and places that are chosen."""
        rows, columns = (
            None if axis == NO_AXIS else axis for axis in (self._axis(self._rows), self._axis(self._columns))
        )
        return PlaneSpec(rows=rows, columns=columns, at=tuple(self._at))

    def setPlane(self, plane: PlaneSpec) -> None:
        """Choose axes and places without telling."""
        if (plane.rows, plane.columns) != (self.plane().rows, self.plane().columns):
            self._fill(plane.rows, plane.columns)
        self._set_places(plane.at)

    def setChoices(self, shown: bool) -> None:
        """Show the choice of rows and columns, or not."""
        for widget in (*self._labels_of, self._rows, self._columns):
            widget.setVisible(shown)

    def isPlaying(self) -> bool:
        """Whether one of the axes is played."""
        return any(slider.isPlaying() for slider in self._sliders)

    def setSliders(self, shown: bool) -> None:
        """Show sliders, or none, where every slice is seen anyway."""
        if shown != self._has_sliders:
            self._has_sliders = shown
            self._make_sliders(set(self._before))

    def show_(self, index: tuple[int, ...]) -> None:
        """Go to the places of a cell on the axes that have sliders."""
        if self._set_places(index):
            self.planeChanged.emit(self.plane(), True)

    def _set_places(self, index: tuple[int, ...]) -> bool:
        changed = False
        for slider in self._sliders:
            if slider.place() != index[slider.axis]:
                slider.setPlace(index[slider.axis])
                changed = True
        self._at = list(index)
        return changed

    @Slot()
    def goOn(self) -> None:
        """Let what is playing take its next step."""
        for slider in self._sliders:
            slider.goOn()

    def addBeside(self, widget: QWidget) -> None:
        """Put something at the end of the line of rows and columns."""
        self._row.addWidget(widget)

    def stop(self) -> None:
        """Stop what is playing."""
        for slider in self._sliders:
            slider.stop()

    @Slot()
    def _choose(self) -> None:
        rows, columns = self._axis(self._rows), self._axis(self._columns)
        if rows == columns:  # the other one gives way
            other = self._columns if self.sender() is self._rows else self._rows
            with QSignalBlocker(other):
                other.setCurrentIndex(other.findData(self._before[1 if other is self._rows else 0]))
            rows, columns = self._axis(self._rows), self._axis(self._columns)
        self._fill(None if rows == NO_AXIS else rows, None if columns == NO_AXIS else columns)
        self.planeChanged.emit(self.plane(), False)

    @Slot(int, int)
    def _move(self, axis: int, place: int) -> None:
        self._at[axis] = place
        self.planeChanged.emit(self.plane(), True)

    def _fill(self, rows: int | None, columns: int | None) -> None:
        chosen = tuple(NO_AXIS if axis is None else axis for axis in (rows, columns))
        self._before = chosen
        for box, own in zip((self._rows, self._columns), chosen, strict=True):
            with QSignalBlocker(box):
                box.clear()
                if not self._is_small:
                    box.addItem(self.tr("none"), NO_AXIS)
                for axis, length in enumerate(self._shape):
                    box.addItem(f"{self._names[axis]} · {length:,}", axis)
                box.setCurrentIndex(box.findData(own))
        self._make_sliders({*chosen})

    def _make_sliders(self, used: set[int]) -> None:
        for old in self._sliders:
            old.hide()
            self._under.removeWidget(old)
            old.deleteLater()
        self._sliders = []
        for axis, length in enumerate(self._shape):
            if axis in used or length < 2 or not self._has_sliders:
                continue
            labels = self._labels if axis == 0 else ()
            slider = AxisSlider(axis, self._names[axis], length, labels, self, self._path, self._is_small)
            slider.setPlace(self._at[axis])
            slider.moved.connect(self._move)
            self._sliders.append(slider)
        # What names its places needs the width; of others two have room in a line.
        wide = 2 if self._labels or self._is_small else 1
        for place, slider in enumerate(self._sliders):
            self._under.addWidget(slider, place * wide // 2, place * wide % 2, 1, wide)

    def _axis(self, box: QComboBox) -> int:
        found = box.currentData()
        return NO_AXIS if found is None else int(found)

    def _choice(self, path: str, name: str, explanation: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"{self._path}.{path}")
        box.setAccessibleName(name)
        box.setToolTip(explanation)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        box.activated.connect(self._choose)
        return box

    def _arrange(self) -> None:
        self._labels_of = [QLabel(box.accessibleName(), self) for box in (self._rows, self._columns)]
        for label, box in zip(self._labels_of, (self._rows, self._columns), strict=True):
            self._row.addWidget(label)
            self._row.addWidget(box)
            self._row.addSpacing(8)
        self._row.addStretch(1)
        self._row.setSpacing(8)
        self._under.setHorizontalSpacing(24)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._row)
        layout.addLayout(self._under)
