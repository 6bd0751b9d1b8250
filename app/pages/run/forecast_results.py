"""What a forecasting run came to: beside the baselines, window by window, by step of the horizon, and over time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError
from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QHeaderView, QLabel, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.run.baseline_table import BaselineTable, rows_of, short_title
from app.pages.run.forecast_browser import ForecastBrowser, names_with
from app.pages.run.forecast_fans import baseline_name, residual_fan
from app.pages.run.forecast_insight import InsightCards
from app.pages.run.plot_card import PlotCard
from app.pages.run.rows_table import RowsTable
from app.pages.run.wording import figure
from app.plots import CurvePlot, FanPlot
from engine.runs.evaluation import Evaluation, ForecastReport
from engine.runs.forecasts import ForecastWindow, SeriesForecasts, SeriesNames

SIDE_WIDTH = 288
PLOT_HEIGHT = 272
SHOWN_METRICS = ("mae", "mase", "rmse")


class ForecastResults(QWidget):
    """All about the forecasts of one target of an evaluation, the `place`th one.

    `asked` wants an answer of the data lab under its name.
    """

    asked = Signal(str, object)  # a method of the lab and its parameters, beside the run

    def __init__(
        self, evaluation: Evaluation, report: ForecastReport, parent: QWidget | None = None, place: int = 0
    ) -> None:
        super().__init__(parent)
        self._evaluation, self._report = evaluation, report
        self._target = {"target": place} if place else {}
        self._has_names = False
        self._ranked = list(report.series)
        self._places: list[int] = []
        self._table = BaselineTable("run.results.baselines", self)
        self._own_table = BaselineTable("run.results.series", self)
        self._own_title = self._label("", "subtitle")
        self.browser = ForecastBrowser(self)
        self._steps, self._residuals = CurvePlot(), FanPlot()
        self._metric = self._make_chooser()
        self._order, self._ranking = self._make_ranking()
        self._arrange()
        self._show_table()
        self._show_steps()
        self._rank()
        self.browser.windowWanted.connect(self._ask_window)
        self.browser.seriesChanged.connect(self._ask_series)

    def begin(self) -> None:
        """Ask for what is browsed."""
        self.asked.emit("forecast_names", dict(self._target))

    def take(self, name: str, value: Any) -> None:
        """Show an answer of the lab."""
        try:
            if name == "forecast_names":
                self._take_names(SeriesNames.model_validate(value))
            elif not self._has_names:
                pass  # what was asked for another target
            elif name == "forecast_window":
                self.browser.setWindow(ForecastWindow.model_validate(value))
            elif name == "forecast_series":
                self._take_series(SeriesForecasts.model_validate(value))
        except ValidationError:
            self.browser.setProblem(self.tr("The forecasts were written by another version and cannot be shown."))

    def takeProblem(self, name: str, sentence: str) -> None:
        """Say why there is no answer."""
        if name != "forecast_series":
            self.browser.setProblem(sentence)

    # Inside

    def _take_names(self, names: SeriesNames) -> None:
        if len(names.targets) > 1 and names.target != self._report.target:
            return
        self._has_names = True
        self._places = names_with(names, [score.series for score in self._ranked])
        with_windows = [place for place, windows in enumerate(names.windows) if windows]
        self.browser.setNames(names, with_windows[0] if with_windows else 0)

    def _take_series(self, series: SeriesForecasts) -> None:
        self._own_title.setText(self.tr("{0} alone").format(series.series))
        self._own_table.setMetrics(rows_of(self.tr("model"), series.metrics, series.baselines))
        self._residuals.setFan(residual_fan(series))

    @Slot(int, int)
    def _ask_window(self, series: int, place: int) -> None:
        self.asked.emit("forecast_window", {"series": series, "place": place, **self._target})

    @Slot(int)
    def _ask_series(self, series: int) -> None:
        self.asked.emit("forecast_series", {"series": series, **self._target})

    def _show_table(self) -> None:
        metrics = self._evaluation.metrics_of(self._report)
        rows = rows_of(self.tr("model"), metrics, self._report.baselines)
        self._table.setMetrics(rows)

    @Slot()
    def _show_steps(self) -> None:
        metric = self._metric.currentData()
        self._steps.clear()
        curves: Mapping[str, tuple[dict[str, float], ...]] = {
            self.tr("model"): self._report.steps,
            **{baseline_name(name, True): steps for name, steps in self._report.baseline_steps.items()},
        }
        for place, (name, steps) in enumerate(curves.items()):
            values = np.array([step.get(metric, np.nan) for step in steps])
            if np.isfinite(values).any():
                ahead = np.arange(1.0, len(values) + 1)
                self._steps.setCurve(name, ahead, values, name, place, "solid" if not place else "dashed")
        self._steps.setAxisLabels(self.tr("steps ahead"), "")
        self._steps.setWholeAxis(True, (1.0, float(len(self._report.steps))))

    @Slot()
    def _rank(self) -> None:
        scores = self._ranked if self._order.currentIndex() == 0 else self._ranked[::-1]
        metrics = [name for name in SHOWN_METRICS if any(name in score.metrics for score in scores)][:2]
        rows = [[score.series, *(figure(score.metrics.get(name)) for name in metrics)] for score in scores]
        self._ranking.setRows([self.tr("Series"), *(short_title(name) for name in metrics)], rows)
        header = self._ranking.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    @Slot(QModelIndex)
    def _jump(self, index: QModelIndex) -> None:
        place = index.row() if self._order.currentIndex() == 0 else len(self._ranked) - 1 - index.row()
        if 0 <= place < len(self._places) and self._places[place] >= 0:
            self.browser.setSeries(self._places[place])

    def _make_chooser(self) -> QComboBox:
        chooser = QComboBox(self)
        chooser.setObjectName("run.results.steps.metric")
        chooser.setAccessibleName(self.tr("Metric by step"))
        chooser.setToolTip(self.tr("Which metric is drawn by step of the horizon"))
        for name in self._report.steps[0] if self._report.steps else ():
            chooser.addItem(short_title(name), name)
        chooser.currentIndexChanged.connect(self._show_steps)
        return chooser

    def _make_ranking(self) -> tuple[QComboBox, RowsTable]:
        order = QComboBox(self)
        order.setObjectName("run.results.ranking.order")
        order.setAccessibleName(self.tr("Order of series"))
        order.setToolTip(self.tr("By mean absolute error"))
        order.addItems([self.tr("Worst series first"), self.tr("Best series first")])
        order.currentIndexChanged.connect(self._rank)
        table = RowsTable(
            "run.results.ranking",
            self.tr("Series by their error"),
            self.tr("Choose a series to see its forecasts"),
            self,
        )
        table.verticalHeader().hide()
        table.selectionModel().currentRowChanged.connect(self._jump)
        return order, table

    def _arrange(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self._order)
        side.addWidget(self._ranking, 1)
        if self._evaluation.folds and self._report.series_count > 1:
            side.addWidget(self._label(self.tr("Means over the folds."), "muted"))
        if self._report.series_count > len(self._ranked):
            words = self.tr("The {0} worst and best of {1} series.")
            side.addWidget(
                self._label(words.format(count(len(self._ranked)), count(self._report.series_count)), "muted")
            )
        for part in (self._order, self._ranking):
            part.setFixedWidth(SIDE_WIDTH)
            part.setVisible(self._report.series_count > 1)
        browsing = QHBoxLayout()
        browsing.setSpacing(8)
        browsing.addWidget(self.browser, 1)
        browsing.addLayout(side)
        steps = PlotCard("run.results.steps", self.tr("Error by step"), self._steps, self, extra=(self._metric,))
        if self._evaluation.folds:
            steps.setHint(self.tr("Means over the folds."))
        residuals = PlotCard("run.results.overtime", self.tr("Residuals over time"), self._residuals, self)
        residuals.setHint(
            self.tr("Truth − forecast of the series above: the mean, and all there is, over its origins.")
        )
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, card in enumerate((steps, residuals)):
            card.setMinimumHeight(PLOT_HEIGHT)
            grid.addWidget(card, 0, place)
            grid.setColumnStretch(place, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._table)
        layout.addSpacing(8)
        layout.addLayout(browsing)
        if self._report.series_count > 1:
            layout.addWidget(self._own_title)
            layout.addWidget(self._own_table)
        else:
            self._own_title.hide()
            self._own_table.hide()
        layout.addLayout(grid)
        if self._report.insight is not None:
            layout.addWidget(InsightCards(self._report.insight, self))

    def _label(self, text: str, role: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", role)
        return label
