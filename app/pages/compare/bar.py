"""The controls of the Compare page: metric, axis, scale, smoothing, colour and seeds. They say what was chosen."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from app.pages.compare.wording import metric_name

AXES = ("step", "epoch", "time", "clock")
BY_RUN = ""


class CompareBar(QWidget):
    """What is compared, and how it is drawn."""

    changed = Signal()
    smoothingChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._metric = self._combo("compare.metric", tr("Metric"), tr("What is compared"))
        self._axis = self._combo("compare.axis", tr("Axis"), tr("What the curves run along"))
        names = (tr("Step"), tr("Epoch"), tr("Relative time"), tr("Wall time"))
        for axis, text in zip(AXES, names, strict=True):
            self._axis.addItem(text, axis)
        self._scale = self._combo("compare.scale", tr("Scale"), tr("Linear, or logarithmic for what falls"))
        self._scale.addItem(tr("Linear"), "linear")
        self._scale.addItem(tr("Logarithmic"), "log")
        self._colour = self._combo("compare.colour", tr("Colour"), tr("What the colours tell: the run, or a setting"))
        self._colour.addItem(tr("Run"), BY_RUN)
        self._seeds = QCheckBox(tr("Mean of seeds"), self)
        self._seeds.setObjectName("compare.seeds")
        self._seeds.setAccessibleName(tr("Mean of seeds"))
        self._seeds.setToolTip(
            tr("Draw runs that differ in nothing but the seed as their mean and its 95 % confidence interval")
        )
        self._smoothing = QSlider(Qt.Orientation.Horizontal, self)
        self._smoothing.setObjectName("compare.smoothing")
        self._smoothing.setAccessibleName(tr("Smoothing"))
        self._smoothing.setToolTip(tr("Exponential smoothing; the recorded line stays visible, thin and pale"))
        self._smoothing.setRange(0, 100)
        self._smoothing.setFixedWidth(96)
        self._arrange()
        for combo in (self._metric, self._axis, self._scale, self._colour):
            combo.currentIndexChanged.connect(self.changed)
        self._seeds.toggled.connect(self.changed)
        self._smoothing.valueChanged.connect(self._tell_smoothing)

    def chosenMetric(self) -> str:
        """Return the chosen metric's key, or an empty text."""
        return str(self._metric.currentData() or "")

    def axis(self) -> str:
        """Return step, epoch, time (since each run's start) or clock (when it was)."""
        return str(self._axis.currentData())

    def scale(self) -> str:
        """Return linear or log."""
        return str(self._scale.currentData())

    def colour(self) -> str:
        """Return the dotted key that colours tell, or an empty text for the run."""
        return str(self._colour.currentData() or "")

    def wantsSeeds(self) -> bool:
        """Whether runs with other seeds are drawn as one."""
        return self._seeds.isChecked()

    def offer(self, metrics: Sequence[str], fields: Mapping[str, str], has_seeds: bool) -> None:
        """Offer these metrics, and fields with their titles; what was chosen stays where it is still there."""
        self._fill(self._metric, [(key, metric_name(key)) for key in metrics], "valid/loss")
        self._fill(self._colour, [(BY_RUN, self.tr("Run")), *fields.items()], BY_RUN)
        for place in range(1, self._colour.count()):
            self._colour.setItemData(place, self._colour.itemData(place), Qt.ItemDataRole.ToolTipRole)
        self._seeds.setVisible(has_seeds)

    def _fill(self, combo: QComboBox, entries: Sequence[tuple[str, str]], first: str) -> None:
        if [combo.itemData(place) for place in range(combo.count())] == [key for key, _ in entries]:
            return
        before = combo.currentData() if combo.count() else first
        combo.blockSignals(True)
        combo.clear()
        for key, text in entries:
            combo.addItem(text, key)
        wanted = combo.findData(before)
        combo.setCurrentIndex(wanted if wanted >= 0 else max(0, combo.findData(first)))
        combo.blockSignals(False)
        self.changed.emit()

    def _combo(self, path: str, name: str, explanation: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setObjectName(path)
        combo.setAccessibleName(name)
        combo.setToolTip(explanation)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.setMaximumWidth(200)
        return combo

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        tr = self.tr
        for text, widget in (
            (tr("Metric"), self._metric),
            (tr("Axis"), self._axis),
            (tr("Scale"), self._scale),
            (tr("Colour"), self._colour),
            (tr("Smoothing"), self._smoothing),
        ):
            label = QLabel(text, self)
            label.setProperty("role", "muted")
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
            row.addSpacing(4)
        row.addWidget(self._seeds)
        row.addStretch(1)

    @Slot(int)
    def _tell_smoothing(self, value: int) -> None:
        share = value / 100
        self.smoothingChanged.emit(min(0.999, 1.0 - (1.0 - share) ** 2) if share else 0.0)
