"""Statistics of the slice or the whole tensor, its histogram, and buttons that go to what stands out."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.tensors.inspected import Bars, Stats
from app.plots import HistogramPlot
from app.widgets import push_button

WIDTH = 264


class StatsPanel(QWidget):
    """What is known of the numbers; it asks to go to a place by `sought`: nan, inf, any, min, max or magnitude."""

    sought = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self.setFixedWidth(WIDTH)
        self._title = QLabel(self)
        self._title.setProperty("role", "subtitle")
        self._rows: dict[str, QLabel] = {}
        self._sampled = {"stats": False, "bars": False}
        self._sample = QLabel(self)
        self._sample.setObjectName("tensors.inspector.sample")
        self._busy = QProgressBar(self)
        self._busy.setObjectName("tensors.inspector.busy")
        self._busy.setAccessibleName(tr("Reading the tensor"))
        self._busy.setTextVisible(False)
        self._bars = HistogramPlot(self)
        self._bars.setObjectName("tensors.inspector.histogram")
        self._bars.setAccessibleName(tr("Histogram of the numbers that are shown"))
        self._odd = push_button(
            self, "tensors.inspector.next", tr("Next NaN or ∞"), "", tr("Go to the next number that is not finite (N)")
        )
        self._ends = {
            "low": push_button(self, "tensors.inspector.smallest", "…", "", tr("Go to the smallest finite number")),
            "high": push_button(self, "tensors.inspector.largest", "…", "", tr("Go to the largest finite number")),
        }
        for button in self._ends.values():
            button.setProperty("role", "link")
            button.setAccessibleName(button.toolTip())
        self._arrange()
        self._odd.clicked.connect(self._seek_odd)
        self._ends["low"].clicked.connect(self._seek_low)
        self._ends["high"].clicked.connect(self._seek_high)

    def clear(self) -> None:
        """Show that nothing is known yet."""
        for part in self._parts().values():
            part.setText("…")
        self._sampled = {"stats": False, "bars": False}
        self._sample.hide()
        self._odd.setEnabled(False)

    def setStats(self, stats: Stats, is_sample: bool, title: str) -> None:
        """Show statistics under a title."""
        self._title.setText(title)
        for name, part in self._parts().items():
            if name not in {"odd", "count"}:
                part.setText(_number(getattr(stats, name)))
        self._rows["count"].setText(count(stats.count))
        kinds = (("NaN", stats.nan), ("+∞", stats.plus_inf), ("−∞", stats.minus_inf))
        odd = [f"{name} {count(number)}" for name, number in kinds if number]
        label = self._rows["odd"]
        label.setText(" · ".join(odd) or self.tr("none"))
        label.setProperty("role", "warning" if odd else "")
        label.style().unpolish(label)
        label.style().polish(label)
        self._say_sampled("stats", is_sample)

    def setOdd(self, number: int) -> None:
        """Let one go to numbers that are not finite where there are any in the whole tensor."""
        self._odd.setEnabled(number > 0)

    def setBars(self, bars: Bars) -> None:
        """Show a histogram."""
        self._bars.setHistogram(bars.edges, bars.counts)
        self._say_sampled("bars", bars.is_sample)

    @Slot(float)
    def setShare(self, share: float) -> None:
        """Show how much of the plane was read."""
        self._busy.setVisible(share < 1)
        self._busy.setValue(round(share * 100))

    def texts(self) -> dict[str, str]:
        """Return what is written, by name."""
        return {name: part.text() for name, part in self._parts().items()}

    def _parts(self) -> dict[str, QLabel | QPushButton]:
        return {**self._rows, **self._ends}

    def _say_sampled(self, what: str, is_sample: bool) -> None:
        self._sampled[what] = is_sample
        both = self.tr("From evenly spaced numbers until all are read.")
        bars = self.tr("The histogram is of evenly spaced numbers until all are read.")
        self._sample.setText(both if self._sampled["stats"] else bars)
        self._sample.setVisible(any(self._sampled.values()))

    @Slot()
    def _seek_odd(self) -> None:
        self.sought.emit("any")

    @Slot()
    def _seek_low(self) -> None:
        self.sought.emit("min")

    @Slot()
    def _seek_high(self) -> None:
        self.sought.emit("max")

    def _value(self, name: str) -> QLabel:
        label = self._rows[name] = QLabel("…", self)
        label.setObjectName(f"tensors.inspector.stat.{name}")
        label.setContentsMargins(0, 0, 4, 0)  # as links have it
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _arrange(self) -> None:
        tr = self.tr
        grid = QGridLayout()
        grid.setVerticalSpacing(0)
        names = {
            "low": tr("Smallest"),
            "high": tr("Largest"),
            "mean": tr("Mean"),
            "std": tr("Standard deviation"),
            "odd": tr("Not finite"),
            "count": tr("Numbers"),
        }
        for row, (name, text) in enumerate(names.items()):
            label = QLabel(text, self)
            label.setProperty("role", "muted")
            grid.addWidget(label, row, 0)
            value = self._ends.get(name) or self._value(name)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
        self._sample.setProperty("role", "muted")
        self._sample.setWordWrap(True)
        self._bars.setMinimumHeight(80)
        self._bars.setMaximumHeight(220)
        self._bars.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._title, self._busy):
            layout.addWidget(part)
        layout.addLayout(grid)
        layout.addWidget(self._sample)
        layout.addWidget(self._odd)
        layout.addWidget(self._bars, 1)
        layout.addStretch(0)
        self._busy.hide()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}".replace("-", "−")
