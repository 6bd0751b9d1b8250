"""Forecasts beyond the end of series: one at a time with its fan; arrow keys go through them. It shows, and asks nothing."""

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from app.amounts import count
from app.pages.run.forecast_fans import fan_of, short_moment
from app.pages.run.plot_card import PlotCard
from app.plots import FanPlot
from engine.runs.forecasts import Outlook


class OutlookCard(PlotCard):
    """The fan of a chosen series."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.fan = FanPlot()
        super().__init__("predict.outlook", self.tr("Forecast"), self.fan, parent)
        self.series = QComboBox(self)
        self.series.setObjectName("predict.outlook.series")
        self.series.setAccessibleName(self.tr("Series"))
        self.series.setToolTip(self.tr("Which series is shown; type to search, ← and → on the plot go through them"))
        self.series.setEditable(True)
        self.series.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.series.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.series.setMinimumContentsLength(20)
        if completer := self.series.completer():
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.target = QComboBox(self)
        self.target.setObjectName("predict.outlook.target")
        self.target.setAccessibleName(self.tr("Target"))
        self.target.setToolTip(self.tr("Whose forecasts are shown"))
        self.target.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.target.hide()
        self.setChooser(self.series)
        self._head.insertWidget(1, self.target)
        self.fan.setToolTip(self.tr("← and → go through the series"))
        self.fan.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.fan.setWalking(True)
        self.setMinimumHeight(200)
        self._outlook = Outlook(levels=(), windows=())
        self.series.currentIndexChanged.connect(self._draw)
        self.target.currentIndexChanged.connect(self._draw)
        self.fan.walked.connect(self._walk)

    def setOutlook(self, outlook: Outlook | None) -> None:
        """Show these forecasts; the series on show stays where it is among them. None hides the card."""
        self.setVisible(outlook is not None and bool(outlook.windows))
        self._outlook = outlook or Outlook(levels=(), windows=())
        targets, shown = [self._outlook.target, *self._outlook.further], self.target.currentText()
        with QSignalBlocker(self.target):
            self.target.clear()
            self.target.addItems(targets)
            self.target.setCurrentIndex(targets.index(shown) if shown in targets else 0)
        self.target.setVisible(len(targets) > 1)
        names = [window.series for window in self._outlook.windows]
        before = self.series.currentText()
        with QSignalBlocker(self.series):
            self.series.clear()
            self.series.addItems(names)
            self.series.setCurrentIndex(names.index(before) if before in names else min(0, len(names) - 1))
        self._draw()

    @Slot(int, int)
    def _walk(self, across: int, down: int) -> None:
        last = self.series.count() - 1
        self.series.setCurrentIndex(min(max(0, self.series.currentIndex() + (across or down)), last))

    @Slot()
    def _draw(self) -> None:
        place = self.series.currentIndex()
        if not 0 <= place < len(self._outlook.windows):
            self.fan.setFan(None)
            return
        window = self._outlook.further.get(self.target.currentText(), self._outlook.windows)[place]
        self.fan.setFan(fan_of(window, self._outlook.levels))
        words = self.tr("after {0}  ·  series {1} of {2}").format(
            short_moment(window.origin), count(place + 1), count(self.series.count())
        )
        if self._outlook.left_out:
            words += "  ·  " + self.tr("{0} more in the saved file").format(count(self._outlook.left_out))
        self._value.setText(words)
