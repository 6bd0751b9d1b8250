"""The plots of one target of an evaluation: of classes, or of numbers. It draws what was computed."""

import numpy as np
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from app.amounts import count
from app.pages.run.class_table import ClassTable
from app.pages.run.plot_card import PlotCard
from app.pages.run.wording import figure
from app.plots import HeatMap, HistogramPlot, ScatterPlot, XYPlot
from engine.runs.evaluation import Calibration, ClassificationReport, Curve, RegressionReport

PLOT_HEIGHT = 336
MOST_BINS = 41


class ClassificationPlots(QWidget):
    """Confusion matrix, ROC, precision and recall, and calibration of one categorical target."""

    def __init__(self, report: ClassificationReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._matrix = HeatMap()
        self._shares = QComboBox(self)
        self._shares.setObjectName("run.results.confusion.unit")
        self._shares.setAccessibleName(self.tr("Unit of the confusion matrix"))
        self._shares.setToolTip(self.tr("Count rows, or give each actual class’s shares"))
        self._shares.addItems([self.tr("rows"), self.tr("% of actual class")])
        self._shares.currentIndexChanged.connect(self._show_matrix)
        tr = self.tr
        confusion = PlotCard("run.results.confusion", tr("Confusion matrix"), self._matrix, self, extra=(self._shares,))
        roc = PlotCard("run.results.roc", tr("ROC"), self._roc(report.roc), self)
        pr = PlotCard("run.results.pr", tr("Precision and recall"), self._precision_recall(report.pr), self)
        calibration = PlotCard(
            "run.results.calibration", tr("Calibration"), self._calibration(report.calibration), self
        )
        calibration.setHint(tr("On the diagonal, a predicted 80 % comes true in 80 % of the rows."))
        if not report.roc:
            roc.setHint(tr("Not defined: these rows hold a single class."))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, card in enumerate((confusion, roc, pr, calibration)):
            card.setMinimumHeight(PLOT_HEIGHT)
            grid.addWidget(card, place // 2, place % 2)
        classes = ClassTable(tr("Class"), self)
        classes.setClasses(report.by_class, report.micro)
        grid.addWidget(classes, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._show_matrix()

    def _show_matrix(self) -> None:
        counts = np.asarray(self._report.confusion, dtype=np.float64)
        if self._shares.currentIndex() == 1:
            totals = counts.sum(axis=1, keepdims=True)
            counts = 100.0 * np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
        names = list(self._report.classes)
        self._matrix.setMatrix(counts, names, names, self.tr("actual"), self.tr("predicted"))

    def _roc(self, curves: tuple[Curve, ...]) -> XYPlot:
        plot = XYPlot()
        plot.setAxisLabels(self.tr("false positive rate"), self.tr("true positive rate"))
        plot.setDiagonal(True)
        _draw_curves(plot, curves)
        return plot

    def _precision_recall(self, curves: tuple[Curve, ...]) -> XYPlot:
        plot = XYPlot()
        plot.setAxisLabels(self.tr("recall"), self.tr("precision"))
        _draw_curves(plot, curves)
        return plot

    def _calibration(self, parts: tuple[Calibration, ...]) -> XYPlot:
        plot = XYPlot()
        plot.setAxisLabels(self.tr("predicted probability"), self.tr("observed share"))
        plot.setDiagonal(True)
        plot.setRange((0.0, 1.0), (0.0, 1.0))
        for place, part in enumerate(parts):
            plot.setCurve(part.label, np.asarray(part.predicted), np.asarray(part.observed), part.label, place, "dots")
        return plot


class RegressionPlots(QWidget):
    """Predicted against actual values, and the residuals, of one numeric target."""

    def __init__(self, report: RegressionReport, rows: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        actual, predicted = np.asarray(report.actual), np.asarray(report.predicted)
        scatter = ScatterPlot()
        scatter.setAxisLabels(tr("actual {0}").format(report.target), tr("predicted {0}").format(report.target))
        scatter.setPoints(actual, predicted)
        scatter.setDiagonal(True)
        against = PlotCard("run.results.scatter", tr("Predicted against actual"), scatter, self)
        residuals = predicted - actual
        finite = residuals[np.isfinite(residuals)]
        counts, edges = np.histogram(finite, bins=_bins(len(finite)), range=_balanced(finite))
        histogram = HistogramPlot()
        histogram.setAxisLabels(tr("predicted − actual"), tr("rows"))
        histogram.setHistogram(edges, counts)
        spread = PlotCard("run.results.residuals", tr("Residuals"), histogram, self)
        if len(finite):
            words = tr("Mean {0}, median {1}: a good model’s residuals lie evenly around zero.")
            spread.setHint(words.format(figure(float(finite.mean())), figure(float(np.median(finite)))))
        if len(actual) < rows:
            against.setHint(tr("{0} of {1} rows, evenly drawn.").format(count(len(actual)), count(rows)))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, card in enumerate((against, spread)):
            card.setMinimumHeight(PLOT_HEIGHT)
            grid.addWidget(card, 0, place)
            grid.setColumnStretch(place, 1)


def _draw_curves(plot: XYPlot, curves: tuple[Curve, ...]) -> None:
    plot.setRange((0.0, 1.0), (0.0, 1.0))
    for place, curve in enumerate(curves):
        label = f"{curve.label} · {figure(curve.area, 3)}"
        plot.setCurve(curve.label, np.asarray(curve.x), np.asarray(curve.y), label, place, "solid")


def _bins(rows: int) -> int:
    """Return an odd number of bins, so that one has zero in its middle: the more rows, the finer."""
    return min(MOST_BINS, max(9, 2 * int(rows**0.5) // 2 + 1) | 1)


def _balanced(values: np.ndarray) -> tuple[float, float]:
    """Return a range with zero in its middle, so that a shift is seen as one."""
    reach = float(np.abs(values).max()) if len(values) else 0.0
    return (-reach, reach) if reach else (-1.0, 1.0)
