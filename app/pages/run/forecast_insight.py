"""What a network tells of itself: the inputs and past steps it looks at, and the parts of its forecasts."""

import numpy as np
from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.amounts import count, counted
from app.pages.run.forecast_fans import LABEL, short_moment
from app.pages.run.plot_card import PlotCard
from app.plots import BarPlot, CurvePlot
from engine.runs.forecasts import ForecastInsight, ForecastParts, Weight

PLOT_HEIGHT = 248
BAR_HEIGHT = 24
MOST_BARS = 16


class InsightCards(QWidget):
    """The cards of what the network tells; none where it tells nothing."""

    def __init__(self, insight: ForecastInsight, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._insight = insight
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 0)
        self._layout.setSpacing(8)
        if insight.past or insight.attention:
            title = QLabel(self.tr("What the network looks at"), self)
            title.setProperty("role", "subtitle")
            title.setToolTip(counted(insight.windows, self.tr("Of {0} window"), self.tr("Means over {0} windows")))
            self._layout.addWidget(title)
            self._add_weights()
            self._add_attention()
        if insight.parts:
            self._layout.addWidget(PartsCard(insight.parts, self))

    def _add_weights(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(8)
        tr, insight = self.tr, self._insight
        kinds = (
            ("past", tr("Inputs of the past"), insight.past),
            ("future", tr("Inputs known ahead"), insight.future),
            ("static", tr("Inputs of the series"), insight.static),
        )
        shown = [(path, title, weights) for path, title, weights in kinds if weights]
        rows = max((min(MOST_BARS, len(weights)) for _, _, weights in shown), default=0)
        for place, (path, title, weights) in enumerate(shown):
            card = PlotCard(f"run.results.inputs.{path}", title, _bars(weights), self)
            hint = tr("How much each weighs where the network chooses among its inputs, %.")
            if len(weights) > MOST_BARS:
                hint += " " + tr("The {0} largest of {1}.").format(MOST_BARS, count(len(weights)))
            card.setHint(hint)
            card.setMinimumHeight(124 + BAR_HEIGHT * rows)
            grid.addWidget(card, 0, place)
            grid.setColumnStretch(place, 1)
        self._layout.addLayout(grid)

    def _add_attention(self) -> None:
        if not self._insight.attention:
            return
        plot = CurvePlot()
        for place, (ahead, shares) in enumerate(self._insight.attention.items()):
            steps = np.arange(-len(shares) + 1.0, 1.0)
            plot.setCurve(f"+{ahead}", steps, 100 * np.array(shares), f"+{ahead}", place)
        plot.setAxisLabels(self.tr("steps before the origin"), "")
        longest = max(len(shares) for shares in self._insight.attention.values())
        plot.setWholeAxis(True, (1.0 - longest, 0.0))
        card = PlotCard("run.results.attention", self.tr("Attention over time, %"), plot, self)
        card.setHint(
            self.tr("How much the forecast of a step ahead looks at each step of the past, mean over windows.")
        )
        card.setMinimumHeight(PLOT_HEIGHT)
        self._layout.addWidget(card)


class PartsCard(PlotCard):
    """One forecast as the sum of its parts, and which one."""

    def __init__(self, parts: tuple[ForecastParts, ...], parent: QWidget | None = None) -> None:
        self._curves = CurvePlot()
        self.chooser = QComboBox(parent)
        title = QCoreApplication.translate("Forecasts", "Parts of the forecast")
        super().__init__("run.results.parts", title, self._curves, parent, extra=(self.chooser,))
        self._parts = parts
        self.chooser.setObjectName("run.results.parts.window")
        self.chooser.setAccessibleName(self.tr("Window that is taken apart"))
        self.chooser.setToolTip(self.tr("Which series and origin is taken apart"))
        self.chooser.addItems([LABEL.format(one.series, short_moment(one.origin)) for one in parts])
        self.chooser.currentIndexChanged.connect(self._draw)
        self._curves.setAxisLabels(self.tr("steps ahead"), "")
        self.setHint(
            self.tr("All as differences from the centre that scaling takes away; the parts add up to the forecast.")
        )
        self.setMinimumHeight(PLOT_HEIGHT)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        shown = self._parts[max(0, self.chooser.currentIndex())]
        self._curves.clear()
        ahead = np.arange(1.0, len(shown.total) + 1)
        self._curves.setWholeAxis(True, (1.0, float(len(ahead))))
        self._curves.setCurve("forecast", ahead, np.array(shown.total), self.tr("forecast"), 0)
        for place, (name, values) in enumerate(zip(shown.names, shown.parts, strict=True), start=1):
            self._curves.setCurve(name, ahead, np.array(values), part_name(name), place, "dashed")


def part_name(name: str) -> str:
    """Return what a part is called."""
    known = {
        "last value": _tr("last value"),
        "trend": _tr("trend"),
        "season": _tr("season"),
        "rest": _tr("rest"),
    }
    if name.startswith("block "):
        return _tr("block {0}").format(name.removeprefix("block "))
    return known.get(name, name)


def _bars(weights: tuple[Weight, ...]) -> BarPlot:
    plot = BarPlot()
    shown = weights[:MOST_BARS]
    plot.setBars([one.name for one in shown], np.array([100 * one.share for one in shown]))
    return plot


def _tr(text: str) -> str:
    return QCoreApplication.translate("Forecasts", text)
