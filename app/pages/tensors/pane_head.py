"""PaneHead: what a tensor is called, its dtype and device as a menu, its shape, and how its axes and complex numbers are
shown."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from app.icons import icon
from app.pages.tensors.recasting import DTYPES
from app.pages.tensors.wording import name_html, shape_html
from app.theme import themeNotifier
from engine.inspecting.asked import PARTS, Part
from engine.tensors.picture import TensorPicture

SHORT = dict(
    zip(DTYPES, ("f64", "f32", "bf16", "f16", "i64", "i32", "i16", "i8", "u8", "bool", "c128", "c64"), strict=True)
)


class PaneHead(QWidget):
    """One line above the cells."""

    dtypeChosen = Signal(str)  # as torch calls it
    deviceChosen = Signal(str)
    axesToggled = Signal(bool)
    partChosen = Signal(str)

    def __init__(self, path: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._tensor: TensorPicture | None = None
        self._path = path
        self._name, self._shape = QLabel(self), QLabel(self)
        self._dtype = QToolButton(self)
        self._menu = QMenu(self._dtype)
        self._group, self._devices = QActionGroup(self), QActionGroup(self)
        self._here = QAction(self)
        self.axes = QToolButton(self)
        self._part = QComboBox(self)
        self._fill(path)
        self._arrange()
        self._group.triggered.connect(self._choose)
        self._devices.triggered.connect(self._choose_device)
        self.axes.toggled.connect(self.axesToggled)
        self._part.activated.connect(self._choose_part)
        themeNotifier().changed.connect(self._word)

    def setTensor(self, tensor: TensorPicture, tells_device: bool = False) -> None:
        """Say what a tensor is, and where it is if that is worth a word."""
        self._tensor = tensor
        self._part.setVisible(tensor.is_complex and tensor.has_values)
        self.axes.setVisible(len(tensor.shape) > 2 and tensor.kind != "part")
        self._dtype.setVisible(tensor.kind != "part")
        self._offer(tensor.devices)
        self._check()
        self._dtype.setText(f"{tensor.dtype} · {tensor.device}" if tells_device else tensor.dtype)
        self._dtype.setAccessibleName(self.tr("Dtype and device of {0}").format(tensor.name))
        self._dtype.ensurePolished()
        self.setMinimumHeight(self._dtype.sizeHint().height())  # so that the cells of all are level
        self._word()

    def part(self) -> Part:
        """Return which part of complex numbers is shown."""
        found: Part = self._part.currentData()
        return found

    def setPart(self, part: Part) -> None:
        """Choose a part of complex numbers without telling."""
        with QSignalBlocker(self._part):
            self._part.setCurrentIndex(self._part.findData(part))

    def setAxesShown(self, shown: bool) -> None:
        """Say whether rows and columns can be chosen below, without telling."""
        with QSignalBlocker(self.axes):
            self.axes.setChecked(shown)

    def _check(self) -> None:
        """Tick what the tensor is; what is chosen counts when it was worked out."""
        if self._tensor is not None:
            for one in self._group.actions():
                one.setChecked(SHORT[one.data()] == self._tensor.dtype)
            for one in self._devices.actions():
                one.setChecked(one.data() == self._tensor.device)

    def _offer(self, devices: tuple[str, ...]) -> None:
        """Offer the devices that torch sees in the lab."""
        if [one.data() for one in self._devices.actions()] == list(devices):
            return
        for old in self._devices.actions():
            self._devices.removeAction(old)
            self._menu.removeAction(old)
            old.deleteLater()
        words = {"cpu": self.tr("cpu"), "meta": self.tr("meta   (shape only, no values)")}
        for device in devices:
            action = self._menu.addAction(words.get(device, device))
            action.setData(device)
            action.setCheckable(True)
            action.setObjectName(f"{self._path}.device.{device}")
            self._devices.addAction(action)
        only = len(devices) == len(words)
        self._here.setText(self.tr("Device: torch sees no other here") if only else self.tr("Device"))

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self._check()
        self.dtypeChosen.emit(action.data())

    @Slot(QAction)
    def _choose_device(self, action: QAction) -> None:
        self._check()
        self.deviceChosen.emit(action.data())

    @Slot()
    def _choose_part(self) -> None:
        self.partChosen.emit(self.part())

    @Slot()
    def _word(self) -> None:
        if self._tensor is not None:
            self._name.setText(name_html(self._tensor))
            self._shape.setText(shape_html(self._tensor.shape, self._tensor.axes))

    def _fill(self, path: str) -> None:
        tr = self.tr
        for dtype in DTYPES:
            action = self._menu.addAction(f"{dtype}   ({SHORT[dtype]})" if SHORT[dtype] != dtype else dtype)
            action.setData(dtype)
            action.setCheckable(True)
            action.setObjectName(f"{path}.dtype.{dtype}")
            self._group.addAction(action)
        self._menu.addSeparator()
        self._here.setEnabled(False)
        self._menu.addAction(self._here)
        self._menu.setObjectName(f"{path}.dtypes")
        self._dtype.setObjectName(f"{path}.dtype")
        self._dtype.setMenu(self._menu)
        self._dtype.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._dtype.setProperty("pick", True)
        self._dtype.setToolTip(tr("Another dtype: rounding, overflow, promotion. Another device: where it is"))
        self.axes.setObjectName(f"{path}.axes")
        self.axes.setIcon(icon("columns"))
        self.axes.setCheckable(True)
        self.axes.setAccessibleName(tr("Axes"))
        self.axes.setToolTip(tr("Choose which axes are rows and columns; the others have sliders"))
        names = {"abs": tr("abs"), "real": tr("re"), "imag": tr("im"), "phase": tr("phase")}
        for part in PARTS:
            self._part.addItem(names[part], part)
        self._part.setObjectName(f"{path}.part")
        self._part.setAccessibleName(tr("Part"))
        self._part.setToolTip(tr("Which part of complex numbers is shown"))
        self._part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _arrange(self) -> None:
        self._name.setTextFormat(Qt.TextFormat.RichText)
        self._shape.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self._name, self._dtype, self._shape, self._part, self.axes):
            row.addWidget(widget)
        row.addStretch()
