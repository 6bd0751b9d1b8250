"""Every plot in one window, to look at: python tests/app/plots/gallery.py [light|dark] [picture.png]."""

import sys
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from app import theme  # noqa: E402
from app.plots import BarPlot, CurvePlot, HeatMap, HistogramPlot, ScatterPlot, XYPlot  # noqa: E402

RNG = np.random.default_rng(7)


def losses(smoothing=0.9):
    plot = CurvePlot()
    plot.setAxisLabel("step")
    x = np.arange(1, 3001.0)
    y = 0.3 + 0.9 * np.exp(-x / 500) + RNG.normal(0, 0.05, 3000)
    y[1200], y[1900:1903] = np.nan, np.inf
    plot.setCurve("train/loss", x, y, "train", 0)
    epochs = np.arange(150, 3001.0, 150)
    plot.setCurve("valid/loss", epochs, 0.36 + 0.8 * np.exp(-epochs / 450) + epochs * 2e-5, "valid", 1)
    plot.setSmoothing(smoothing)
    plot.addMarker(1950, "best: epoch 13", "best")
    return plot


def folds():
    plot = CurvePlot()
    plot.setAxisLabel("epoch")
    for fold in range(8):
        x = np.linspace(0, 20, 41)
        plot.setCurve(f"fold{fold}", x, 0.9 - np.exp(-x / (3 + fold / 3)) / 2 + fold * 0.004, f"fold {fold + 1}", fold)
    return plot


def rates():
    plot = CurvePlot()
    plot.setAxisLabel("step")
    plot.setAxisMode("log")
    x = np.arange(1, 200_001.0)
    y = 10 ** (-3 - 2 * x / 200_000) * np.exp(RNG.normal(0, 0.3, len(x)))
    y[50_000:60_000:7] = 0.0
    plot.setCurve("grad_norm", x, y, "grad_norm", 2)
    return plot


def first_epoch():
    plot = CurvePlot()
    plot.setAxisLabel("epoch")
    plot.setCurve("valid/loss", np.array([1.0]), np.array([0.61]), "valid", 1)
    return plot


def empty():
    return CurvePlot()


def confusion(classes=4):
    plot = HeatMap()
    counts = RNG.integers(0, 12, (classes, classes)) + np.diag(RNG.integers(80, 1200, classes))
    names = ["class " + "abcdefgh"[i] for i in range(classes)] if classes < 9 else [f"c{i}" for i in range(classes)]
    plot.setMatrix(counts, names, names, "actual", "predicted")
    return plot


def many_classes():
    return confusion(200)


def roc():
    plot = XYPlot()
    plot.setAxisLabels("false positive rate", "true positive rate")
    x = np.linspace(0, 1, 200)
    for place, power in enumerate((0.15, 0.3, 0.5)):
        plot.setCurve(f"{place}", x, x**power, f"class {place} · 0.9{place}", place)
    plot.setDiagonal(True)
    plot.setRange((0, 1), (0, 1))
    return plot


def finder():
    plot = XYPlot(log_x=True)
    plot.setAxisLabels("learning rate", "loss")
    x = np.logspace(-7, 0, 150)
    y = 1.2 - 0.7 / (1 + np.exp(-2 * (np.log10(x) + 3))) + np.where(x > 0.1, (x - 0.1) * 3, 0)
    plot.setCurve("loss", x, y, "loss", 0)
    plot.setMarker(2e-3, "suggested 2e-3")
    return plot


def calibration():
    plot = XYPlot()
    plot.setAxisLabels("predicted probability", "observed share")
    x = np.linspace(0.05, 0.95, 10)
    plot.setCurve("a", x, x**1.3, "yes", 0, "dots")
    plot.setDiagonal(True)
    plot.setRange((0, 1), (0, 1))
    return plot


def scatter():
    plot = ScatterPlot()
    plot.setAxisLabels("actual price", "predicted price")
    x = RNG.normal(200, 60, 5000)
    plot.setPoints(x, x + RNG.normal(0, 20, 5000))
    plot.setDiagonal(True)
    return plot


def histogram():
    plot = HistogramPlot()
    plot.setAxisLabels("residual", "rows")
    counts, edges = np.histogram(RNG.normal(0, 1, 4000), bins=41)
    plot.setHistogram(edges, counts)
    return plot


def bars():
    plot = BarPlot()
    names = ["age", "hours-per-week", "education", "capital-gain", "婚姻状况", "a column with a very long name indeed"]
    plot.setBars(
        names, np.array([0.12, 0.05, 0.08, 0.11, 0.03, -0.004]), np.array([0.01, 0.01, 0.02, 0.01, 0.01, 0.004])
    )
    return plot


PLOTS = (
    losses,
    folds,
    rates,
    first_epoch,
    empty,
    confusion,
    many_classes,
    roc,
    finder,
    calibration,
    scatter,
    histogram,
    bars,
)


def window():
    page = QWidget()
    grid = QGridLayout(page)
    grid.setContentsMargins(16, 16, 16, 16)
    grid.setSpacing(16)
    for index, make in enumerate(PLOTS):
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        title = QLabel(make.__name__.replace("_", " "))
        title.setProperty("role", "subtitle")
        plot = make()
        plot.setAccessibleName(title.text())
        column.addWidget(title)
        column.addWidget(plot, 1)
        grid.addWidget(card, index // 4, index % 4)
    return page


def main():
    app = QApplication([])
    theme.apply(app, sys.argv[1] if len(sys.argv) > 1 else "system")
    page = window()
    page.resize(1920, 1360)
    page.show()
    if len(sys.argv) > 2:
        from PySide6.QtTest import QTest

        QTest.qWait(400)
        page.grab().save(sys.argv[2])
        page.close()
        return
    app.exec()


if __name__ == "__main__":
    main()
