"""The live plots of a run: metrics large, gauges of the training small beside them. It draws what it is told."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.pages.run.forecast_panel import ForecastPanel
from app.pages.run.live_bar import LiveBar
from app.pages.run.metric_plot import MetricPlot
from app.pages.run.plot_groups import GAUGES, CurveName, curve_name, rank
from app.pages.run.samples_panel import SamplesPanel
from app.pages.run.series_book import Axis, SeriesBook
from app.pages.run.wording import change_words, is_smaller_better
from engine.runs.forecasts import LiveForecasts
from engine.runs.records import Change, Series
from engine.runs.text_samples import TextSamples
from engine.spec import RunSpec

GAUGE_WIDTH = 296
PLOT_HEIGHT = 232
GAUGE_HEIGHT = 112
COLUMNS = 2


class LiveTab(QWidget):
    """Every metric of the run on show, as curves."""

    axesWanted = Signal()  # times and epochs of all points, which were not told yet

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = SeriesBook()
        self._plots: dict[str, MetricPlot] = {}
        self._monitor, self._smaller = "valid/loss", True
        self._bar = LiveBar(self)
        self._changes: tuple[Change, ...] = ()
        self._stack = QStackedWidget(self)
        self._waiting = QLabel(self.tr("The curves appear here with the first step."), self)
        self._waiting.setProperty("role", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._grid_host, self._grid = QWidget(self), QGridLayout()
        self._gauge_host, self._gauges = QWidget(self), QVBoxLayout()
        self._forecasts = ForecastPanel(self._grid_host)
        self._samples = SamplesPanel(self._grid_host)
        self._arrange()
        self._bar.axisChanged.connect(self._redraw)
        self._bar.scaleChanged.connect(self._set_scale)
        self._bar.smoothingChanged.connect(self._set_smoothing)

    def setRun(self, spec: RunSpec | None, began: float | None) -> None:
        """Begin with another run."""
        self._book.clear(began)
        self._forecasts.clear()
        self._samples.clear()
        for plot in self._plots.values():
            plot.hide()
            plot.deleteLater()
        self._plots.clear()
        if spec is not None:
            self._monitor = spec.trainer.checkpoints.monitor
            self._smaller = spec.trainer.checkpoints.mode == "min"
        self._stack.setCurrentWidget(self._waiting)
        self._bar.setEnabled(False)
        for area in (self._plot_area, self._gauge_area):
            area.verticalScrollBar().setValue(0)

    def setChanges(self, changes: Sequence[Change]) -> None:
        """Mark where settings were changed while the run was at work."""
        if tuple(changes) != self._changes:
            self._changes = tuple(changes)
            self._mark_changes()

    def setWaitingText(self, text: str) -> None:
        """Say why there are no curves yet."""
        self._waiting.setText(text)

    def take(self, grown: Mapping[str, Series]) -> None:
        """Draw new points; a metric that is new gets its plot at once."""
        axis = self._bar.axis()
        made = False
        touched: set[str] = set()
        for key, series in grown.items():
            how = self._book.take(series)
            if how == "ignored":
                continue
            name = curve_name(key)
            if name.plot not in self._plots:
                self._make(name)
                made = True
            elif how == "began":
                self._name_axis(self._plots[name.plot])
            self._plots[name.plot].take(name, series, axis, how == "began")
            if name.split == "valid":
                touched.add(name.plot)
        if made:
            self._lay_out()
            self._bar.setEnabled(True)
            self._stack.setCurrentIndex(1)
            self._mark_changes()
        for plot in touched:
            self._mark(self._plots[plot])

    def setForecasts(self, live: LiveForecasts) -> None:
        """Draw the newest forecasts of validation windows."""
        self._forecasts.setForecasts(live)

    def takeSamples(self, news: Sequence[TextSamples]) -> None:
        """Draw the newest samples of validation texts; those before them can be gone back to."""
        self._samples.takeSamples(news)

    def plots(self) -> dict[str, MetricPlot]:
        """Return the plots by metric."""
        return dict(self._plots)

    # Inside

    def _make(self, name: CurveName) -> None:
        host = self._gauge_host if name.is_gauge else self._grid_host
        plot = MetricPlot(name.plot, self._book, host)
        plot.setMinimumHeight(GAUGE_HEIGHT if name.is_gauge else PLOT_HEIGHT)
        plot.curves.setSmoothing(self._bar.smoothing())
        if not name.is_gauge:
            plot.curves.setAxisMode(self._bar.scale())
        self._name_axis(plot)
        self._plots[name.plot] = plot

    def _mark(self, plot: MetricPlot) -> None:
        """Mark the best epoch where the run's checkpoints look: on the metric that ranks them."""
        folds = any(name.fold for name in plot.names.values())
        if folds or plot.key in GAUGES or plot.key.startswith("coverage_"):
            return  # an interval is best where it holds what it promises, neither less nor more
        valid = f"valid/{plot.key}"
        if valid in plot.names:
            smaller = self._smaller if valid == self._monitor else is_smaller_better(plot.key)
            plot.mark_best(valid, smaller)

    def _mark_changes(self) -> None:
        axis = self._bar.axis()
        marks = [
            (self._book.place_of(change.step, change.epoch, change.time, axis), change) for change in self._changes
        ]
        for plot in self._plots.values():
            plot.mark_changes([(x, change_words(change)) for x, change in marks])

    def _lay_out(self) -> None:
        for layout in (self._grid, self._gauges):
            while layout.count():
                layout.takeAt(0)
        large = sorted((key for key in self._plots if key not in GAUGES), key=rank)
        small = [key for key in GAUGES if key in self._plots]
        # The first plot takes a whole row where the others would otherwise leave a hole, or where there are but two.
        wide = len(large) % 2 == 1 or len(large) <= COLUMNS
        self._grid.addWidget(self._forecasts, 0, 0, 1, COLUMNS)
        self._grid.addWidget(self._samples, 1, 0, 1, COLUMNS)
        before = place = 2 * COLUMNS
        for key in large:
            span = COLUMNS if len(large) <= COLUMNS or (wide and place == before) else 1
            self._grid.addWidget(self._plots[key], place // COLUMNS, place % COLUMNS, 1, span)
            place += span
        for key in small:
            self._gauges.addWidget(self._plots[key], 1)
        self._gauge_area.setVisible(bool(small))
        for plot in self._plots.values():
            plot.show()

    @Slot()
    def _redraw(self) -> None:
        axis: Axis = self._bar.axis()
        if not self._book.knows(axis):
            self.axesWanted.emit()  # the answer tells every series from its beginning, and each is drawn as it comes
            return
        for plot in self._plots.values():
            self._name_axis(plot)
            plot.redraw(axis)
            self._mark(plot)
        self._mark_changes()

    def _name_axis(self, plot: MetricPlot) -> None:
        axis = self._bar.axis()
        names = {"step": self.tr("step"), "epoch": self.tr("epoch"), "time": self.tr("time since the start")}
        plot.curves.setAxisLabel(names[axis])
        plot.curves.setTimeAxis(axis == "time")
        plot.curves.setWholeAxis(axis == "step")

    @Slot(str)
    def _set_scale(self, scale: str) -> None:
        for key, plot in self._plots.items():
            if key not in GAUGES:
                plot.curves.setAxisMode(scale)

    @Slot(float)
    def _set_smoothing(self, smoothing: float) -> None:
        for plot in self._plots.values():
            plot.curves.setSmoothing(smoothing)

    def _arrange(self) -> None:
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setSpacing(8)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._grid_host.setLayout(self._grid)
        self._gauges.setContentsMargins(0, 0, 0, 0)
        self._gauges.setSpacing(8)
        self._gauge_host.setLayout(self._gauges)
        self._plot_area = self._area("run.live.plots", self.tr("Metric plots"), self._grid_host)
        self._gauge_area = self._area("run.live.gauges", self.tr("Gauges of the training"), self._gauge_host)
        self._gauge_area.setFixedWidth(GAUGE_WIDTH)
        live = QWidget(self)
        row = QHBoxLayout(live)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._plot_area, 1)
        row.addWidget(self._gauge_area)
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(live)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)

    def _area(self, path: str, name: str, content: QWidget) -> QScrollArea:
        area = QScrollArea(self)
        area.setObjectName(path)
        area.setAccessibleName(name)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        return area
