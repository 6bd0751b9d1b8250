"""Plots: curves, histograms, heat maps, clouds and bars in the theme's colours. They draw arrays and know no run."""

from app.plots.bars import BarPlot, HistogramPlot
from app.plots.curve_plot import CurvePlot
from app.plots.export_button import ExportButton
from app.plots.fan import Fan, bands_of
from app.plots.fan_plot import FanPlot
from app.plots.heat_map import HeatMap
from app.plots.plot import Plot
from app.plots.xy_plot import ScatterPlot, XYPlot

__all__ = [
    "BarPlot",
    "CurvePlot",
    "ExportButton",
    "Fan",
    "FanPlot",
    "HeatMap",
    "HistogramPlot",
    "Plot",
    "ScatterPlot",
    "XYPlot",
    "bands_of",
]
