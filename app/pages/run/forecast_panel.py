"""The forecasts of a run that is learning: a few validation windows side by side, drawn anew after each epoch."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.amounts import epochs
from app.pages.run.forecast_fans import fan_of, window_label
from app.pages.run.plot_card import PlotCard
from app.plots import FanPlot
from engine.runs.forecasts import LiveForecasts

CARD_WIDTH = 360
CARD_HEIGHT = 236
MOST_CARDS = 4


class FanCard(PlotCard):
    """One window's forecast, and which window it is."""

    def __init__(self, place: int, parent: QWidget | None = None) -> None:
        self.fan = FanPlot()
        self.chooser = QComboBox(parent)
        path = f"run.live.forecast{place + 1}"
        super().__init__(path, "", self.fan, parent)
        name = self.tr("Forecast {0}").format(place + 1)
        self.fan.setAccessibleName(name)
        self.chooser.setObjectName(f"{path}.window")
        self.chooser.setAccessibleName(self.tr("Window of forecast {0}").format(place + 1))
        self.chooser.setToolTip(self.tr("Which series and origin is shown here"))
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(25)
        self.setChooser(self.chooser)
        self.setMinimumHeight(CARD_HEIGHT)
        self._live: LiveForecasts | None = None
        self.chooser.currentIndexChanged.connect(self._draw)

    def setForecasts(self, live: LiveForecasts, first: int) -> None:
        """Draw the newest forecasts of the chosen window; at the beginning that is the one at `first`."""
        labels = [window_label(window) for window in live.windows]
        is_new = labels != [self.chooser.itemText(place) for place in range(self.chooser.count())]
        self._live = live
        if is_new:
            self.chooser.blockSignals(True)
            self.chooser.clear()
            self.chooser.addItems(labels)
            self.chooser.setCurrentIndex(first)
            self.chooser.blockSignals(False)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        place = self.chooser.currentIndex()
        if self._live is not None and 0 <= place < len(self._live.windows):
            self.fan.setFan(fan_of(self._live.windows[place], self._live.levels))


class ForecastPanel(QWidget):
    """As many windows as fit, at most four."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.live.forecasts")
        self.setAccessibleName(self.tr("Forecasts of validation windows"))
        self._live: LiveForecasts | None = None
        self._whole: LiveForecasts | None = None
        self._title = QLabel(self)
        self._title.setObjectName("run.live.forecasts.title")
        self._title.setProperty("role", "muted")
        self.target = QComboBox(self)
        self.target.setObjectName("run.live.forecasts.target")
        self.target.setAccessibleName(self.tr("Target"))
        self.target.setToolTip(self.tr("Whose forecasts are shown"))
        self.target.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.target.hide()
        self.target.currentIndexChanged.connect(self._show)
        self._cards = [FanCard(place, self) for place in range(MOST_CARDS)]
        row = QHBoxLayout()
        row.setSpacing(8)
        for card in self._cards:
            row.addWidget(card, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.target)
        head.addWidget(self._title, 1)
        layout.addLayout(head)
        layout.addLayout(row)
        self.hide()

    def clear(self) -> None:
        """Show nothing, for another run."""
        self._live = self._whole = None
        self.hide()

    def setForecasts(self, live: LiveForecasts) -> None:
        """Draw the forecasts of the newest epoch."""
        self._whole = live if live.windows else None
        targets = [live.target, *live.further]
        if targets != [self.target.itemText(place) for place in range(self.target.count())]:
            with QSignalBlocker(self.target):
                self.target.clear()
                self.target.addItems(targets)
        self.target.setVisible(len(targets) > 1)
        self._show()

    @Slot()
    def _show(self) -> None:
        """Draw the forecasts of the chosen target."""
        live, name = self._whole, self.target.currentText()
        if live is not None and name in live.further:
            live = live.model_copy(update={"target": name, "windows": live.further[name]})
        self._live = live
        self.setVisible(live is not None)
        if live is None:
            return
        words = self.tr("“{0}” of validation windows, forecast after epoch {1}").format(live.target, epochs(live.epoch))
        if live.fold:
            words += self.tr(" of fold {0}").format(live.fold.removeprefix("fold"))
        self._title.setText(words)
        self._draw()

    def cards(self) -> list[FanCard]:
        """Return the cards on show."""
        return [card for card in self._cards if not card.isHidden()]

    def title(self) -> str:
        """Return the words above the forecasts."""
        return self._title.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many as fit now."""
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        if self._live is None:
            return
        count = min(MOST_CARDS, len(self._live.windows), max(1, self.width() // CARD_WIDTH))
        firsts = _firsts([window.series for window in self._live.windows])
        for place, card in enumerate(self._cards):
            card.setVisible(place < count)
            if place < count:
                card.setForecasts(self._live, firsts[place])


def _firsts(series: Sequence[str]) -> list[int]:
    """Return which windows the cards begin with: each of another series first, then those spread over all."""
    own = list({name: place for place, name in reversed(list(enumerate(series)))}.values())[::-1]
    spread = [place * len(series) // MOST_CARDS for place in range(MOST_CARDS)]
    return list(dict.fromkeys([*own, *spread, *range(len(series))]))
