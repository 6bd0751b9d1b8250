"""Browse the forecasts of a finished run: any series and any origin, by keyboard too. It asks, and draws what it is told."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QListView,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.pages.run.forecast_fans import fan_of, short_moment
from app.pages.run.plot_card import PlotCard
from app.plots import FanPlot
from engine.runs.forecasts import ForecastWindow, SeriesNames

PLOT_HEIGHT = 380
Place = tuple[int, int]


class ForecastBrowser(QWidget):
    """One forecast at a time. Only one is asked for at once, so that a key that is held down never waits in line."""

    windowWanted = Signal(int, int)  # series, place of the origin
    seriesChanged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: SeriesNames | None = None
        self._window: ForecastWindow | None = None
        self._wanted: Place = (0, 0)
        self._asked: Place | None = None
        self.plot = FanPlot()
        self.plot.setWalking(True)
        self.plot.setEmptyText(self.tr("Reading the forecasts …"))
        self._series = QComboBox(self)
        self._origin = QSlider(Qt.Orientation.Horizontal, self)
        self._told = QLabel(self)
        self._baselines = QCheckBox(self.tr("Baselines"), self)
        self._name_parts()
        self._arrange()
        self.plot.walked.connect(self.walk)
        self._series.currentIndexChanged.connect(self._choose_series)
        field = self._series.lineEdit()
        if field is not None:
            field.editingFinished.connect(self._settle)
        self._origin.valueChanged.connect(self._choose_origin)
        self._baselines.toggled.connect(self._draw)

    def setNames(self, names: SeriesNames, first: int = 0) -> None:
        """Begin with the series that there are, at one of them."""
        self._names, self._asked = names, None
        with QSignalBlocker(self._series):
            self._series.clear()
            self._series.addItems(names.names)
            self._series.setCurrentIndex(-1)
        both = self.tr("Click the plot, then ← → go through origins and ↑ ↓ through series.")
        self._card.setHint(both if len(names.names) > 1 else self.tr("Click the plot, then ← → go through origins."))
        self.setSeries(first)

    @Slot(int)
    def setSeries(self, number: int) -> None:
        """Go to a series, as near to the origin on show as it can."""
        self._series.setCurrentIndex(number)

    def place(self) -> Place:
        """Return the series and origin that are wanted."""
        return self._wanted

    def setWindow(self, window: ForecastWindow) -> None:
        """Draw the window that was asked for, and ask for the next one where that is another by now."""
        asked, self._asked = self._asked, None
        self._window = window
        self._draw()
        if asked is not None and asked != self._wanted:
            self._ask()

    @Slot(str)
    def setProblem(self, sentence: str) -> None:
        """Say why there is no forecast to see."""
        self._asked = None
        self.plot.setEmptyText(sentence)
        self.plot.setFan(None)

    @Slot(int, int)
    def walk(self, origins: int, series: int) -> None:
        """Go so many origins and series further, as far as there are any."""
        if series:
            self._series.setCurrentIndex(min(max(0, self._wanted[0] + series), self._series.count() - 1))
        if origins:
            self._origin.setValue(self._origin.value() + origins)

    # Inside

    @Slot(int)
    def _choose_series(self, number: int) -> None:
        if self._names is None or number < 0:
            return
        last = max(0, self._names.windows[number] - 1)
        with QSignalBlocker(self._origin):
            self._origin.setRange(0, last)
        self._wanted = (number, min(self._origin.value(), last))
        self._origin.setEnabled(last > 0)
        self.seriesChanged.emit(number)
        self._ask()

    @Slot()
    def _settle(self) -> None:
        """Name the series on show again where what was typed is none."""
        if self._series.findText(self._series.currentText(), Qt.MatchFlag.MatchFixedString) < 0:
            self._series.setEditText(self._series.itemText(self._series.currentIndex()))

    @Slot(int)
    def _choose_origin(self, place: int) -> None:
        self._wanted = (self._wanted[0], place)
        self._ask()

    def _ask(self) -> None:
        if self._asked is None:
            self._asked = self._wanted
            self.windowWanted.emit(*self._wanted)

    @Slot()
    def _draw(self) -> None:
        if self._window is None or self._names is None:
            return
        fan = fan_of(self._window, self._names.levels, self._baselines.isChecked())
        self.plot.setFan(fan)
        number = self.tr("{0} of {1}").format(count(self._origin.value() + 1), count(self._origin.maximum() + 1))
        self._told.setText(f"{short_moment(self._window.origin)}  ·  {number}")

    def _name_parts(self) -> None:
        tr = self.tr
        for part, path, name, tip in (
            (
                self._series,
                "series",
                tr("Series"),
                tr("Which series is shown; type to search, ↑ and ↓ go through them"),
            ),
            (self._origin, "origin", tr("Origin"), tr("The last step that the model knew; ← and → go through them")),
            (self._baselines, "baselines", tr("Baselines"), tr("Draw what the baselines would have forecast here")),
        ):
            part.setObjectName(f"run.results.forecast.{path}")
            part.setAccessibleName(name)
            part.setToolTip(tip)
        self.plot.setToolTip(tr("← and → go through origins, ↑ and ↓ through series"))
        self._told.setObjectName("run.results.forecast.told")
        self._told.setProperty("role", "muted")
        self._told.setMinimumWidth(196)
        self._origin.setPageStep(10)
        self._series.setEditable(True)
        self._series.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._series.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._series.setMinimumContentsLength(26)
        view = self._series.view()
        if isinstance(view, QListView):
            view.setUniformItemSizes(True)  # else each change of style measures all of a hundred thousand names
        completer = self._series.completer()
        if isinstance(completer, QCompleter):
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for part, text, stretch in (
            (self._series, self.tr("Series"), 0),
            (self._origin, self.tr("Origin"), 1),
        ):
            label = QLabel(text, self)
            label.setProperty("role", "muted")
            label.setBuddy(part)
            row.addWidget(label)
            row.addWidget(part, stretch)
        row.addWidget(self._told)
        row.addWidget(self._baselines)
        self._card = PlotCard("run.results.forecast", self.tr("Forecast"), self.plot, self)
        self.plot.setAccessibleName(self.tr("Forecast"))
        self._card.setMinimumHeight(PLOT_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._card, 1)


def names_with(names: SeriesNames, wanted: Sequence[str]) -> list[int]:
    """Return the places of series by their names, −1 where there is none."""
    places = {name: place for place, name in enumerate(names.names)}
    return [places.get(name, -1) for name in wanted]
