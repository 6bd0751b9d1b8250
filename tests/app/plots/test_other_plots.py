"""Heat map, histogram, bars, cloud and XY curves on a real window."""

import numpy as np
import pytest

from app import theme
from app.plots import BarPlot, HeatMap, HistogramPlot, ScatterPlot, XYPlot

MAKERS = (BarPlot, HeatMap, HistogramPlot, ScatterPlot, XYPlot)


@pytest.fixture
def shown(qtbot, qapp):
    theme.apply(qapp, "light")

    def make(kind, **options):
        plot = kind(**options)
        qtbot.addWidget(plot)
        plot.resize(480, 360)
        with qtbot.waitExposed(plot):
            plot.show()
        return plot

    return make


def filled(plot):
    rng = np.random.default_rng(0)
    if isinstance(plot, BarPlot):
        plot.setBars(["age", "hours", "sex"], np.array([0.1, 0.3, 0.2]), np.array([0.01, 0.02, 0.03]))
    elif isinstance(plot, HeatMap):
        plot.setMatrix(np.array([[5, 1], [2, 9]]), ["no", "yes"], ["no", "yes"], "actual", "predicted")
    elif isinstance(plot, HistogramPlot):
        plot.setHistogram(np.array([0.0, 1, 2]), np.array([3.0, 4]))
    elif isinstance(plot, ScatterPlot):
        plot.setPoints(rng.normal(size=50), rng.normal(size=50))
        plot.setDiagonal(True)
    else:
        plot.setCurve("roc", np.array([0.0, 0.5, 1]), np.array([0.0, 0.8, 1]), "yes")
    return plot


@pytest.mark.parametrize("kind", MAKERS)
def test_that_an_empty_plot_says_so_and_a_full_one_does_not(kind, shown):
    plot = shown(kind)
    assert plot._empty.isVisible()
    filled(plot)
    assert not plot._empty.isVisible()


@pytest.mark.parametrize("kind", MAKERS)
def test_that_every_plot_exports_its_picture_and_numbers_and_follows_the_theme(kind, shown, tmp_path, qapp):
    plot = filled(shown(kind))
    plot.exportImage(tmp_path / "light.png")
    plot.exportImage(tmp_path / "plot.svg")
    plot.exportNumbers(tmp_path / "plot.csv")
    theme.apply(qapp, "dark")
    plot.exportImage(tmp_path / "dark.png")
    theme.apply(qapp, "light")
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()
    drawing = (tmp_path / "plot.svg").read_text()
    assert "<svg" in drawing
    assert drawing.count("<image") == (kind is HeatMap)  # nothing but the cells of a heat map is a bitmap
    assert len((tmp_path / "plot.csv").read_text().splitlines()) >= 3


def test_that_a_matrix_of_200_classes_is_one_picture_and_exact_in_its_numbers(shown):
    plot = shown(HeatMap)
    counts = np.random.default_rng(0).integers(0, 1000, (200, 200))
    names = [f"class {place}" for place in range(200)]
    plot.setMatrix(counts, names, names, "actual", "predicted")
    assert not plot.grab().isNull()
    header, rows = plot.numbers()
    assert len(header) == 201
    np.testing.assert_array_equal(np.array([row[1:] for row in rows]), counts)


def test_that_a_cell_that_is_no_number_is_grey_and_breaks_nothing(shown):
    plot = shown(HeatMap)
    plot.setMatrix(np.array([[1.0, np.nan], [0.0, 2.0]]), ["a", "b"], ["a", "b"])
    assert plot._inks()[0, 1, :3].tolist() == [128, 128, 128]
    plot.grab()
    plot.setMatrix(np.zeros((2, 2)), ["a", "b"], ["a", "b"])
    plot.grab()


def test_that_every_bars_name_is_written_the_largest_on_top(shown):
    plot = filled(shown(BarPlot))
    ticks = plot.item.getAxis("left")._tickLevels[0]
    assert [name for _, name in sorted(ticks)] == ["age", "sex", "hours"]
    assert [row[0] for row in plot.numbers()[1]] == ["hours", "sex", "age"]
    names = [f"column {place} with a rather long name" for place in range(300)]
    plot.setBars(names, np.arange(300.0))
    assert 5 < len(plot.item.getAxis("left")._tickLevels[0]) < 40


def test_that_a_finders_suggestion_is_marked_on_a_logarithmic_axis(shown):
    plot = shown(XYPlot, log_x=True)
    plot.setCurve("loss", np.logspace(-6, 0, 50), np.linspace(2, 1, 50))
    plot.setMarker(1e-3, "suggested")
    lines = [item for item in plot.item.items if type(item).__name__ == "InfiniteLine"]
    assert [line.value() for line in lines] == [pytest.approx(-3)]
