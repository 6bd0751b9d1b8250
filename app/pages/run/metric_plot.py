"""One plot of a metric over a run: its curves, the best point and what was no number. It draws what a book holds."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.amounts import count
from app.pages.run.plot_card import PlotCard
from app.pages.run.plot_groups import GAUGES, CurveName, plot_title
from app.pages.run.series_book import Axis, Floats, SeriesBook
from app.pages.run.wording import figure
from app.plots import CurvePlot
from engine.runs.records import Series

SCALES = {"device/memory": 2.0**-20}  # recorded in bytes, read in MiB


class MetricPlot(PlotCard):
    """The curves of one metric: training and validation together, a colour for each or for each fold."""

    def __init__(self, plot: str, book: SeriesBook, parent: QWidget | None = None) -> None:
        self.curves = CurvePlot()
        self._is_small = plot in GAUGES
        self._scale = SCALES.get(plot, 1.0)
        self.curves.setCompact(self._is_small)
        super().__init__(f"run.plot.{plot}", plot_title(plot), self.curves, parent)
        self.key = plot
        self.names: dict[str, CurveName] = {}
        self._book = book
        self._axis: Axis = "step"
        self._best: tuple[float, str] | None = None
        self._changes: list[tuple[float, str]] = []

    def redraw(self, axis: Axis) -> None:
        """Draw every curve afresh on an axis."""
        self._axis = axis
        for name in self.names.values():
            self._draw(name)

    def take(self, name: CurveName, series: Series, axis: Axis, began: bool) -> None:
        """Draw new points that the book has just taken; `began` says that the curve starts anew."""
        self._axis = axis
        known = name.key in self.names
        self.names[name.key] = name
        if began or not known:
            self._draw(name)
        else:
            self.curves.appendPoints(name.key, self._book.positions_of(series, axis), self._scaled(series.values))
        self._say_nan()
        self._say_value()

    def mark_best(self, key: str, smaller: bool) -> None:
        """Mark the best point of a curve with its epoch."""
        place = self._book.best(key, smaller)
        x = None if place is None else float(self._book.positions(key, self._axis)[place])
        self._best = None if place is None or x is None else (x, self._best_words(key, place))
        self._mark()

    def mark_changes(self, changes: list[tuple[float, str]]) -> None:
        """Mark where settings were changed, each with its words; a small plot marks the place alone."""
        self._changes = changes
        self._mark()

    def _mark(self) -> None:
        self.curves.clearMarkers()
        for x, words in self._changes:
            self.curves.addMarker(x, "" if self._is_small else words, "info")
        if self._best is not None:
            self.curves.addMarker(*self._best, "best")

    def _best_words(self, key: str, place: int) -> str:
        if not self._book.knows("epoch"):
            return _tr("best: step {0}").format(count(int(self._book.positions(key, "step")[place])))
        epoch = figure(float(self._book.positions(key, "epoch")[place]), 3)
        return _tr("best: epoch {0}").format(epoch.rstrip("0").rstrip(".") if "." in epoch else epoch)

    def _draw(self, name: CurveName) -> None:
        x = self._book.positions(name.key, self._axis)
        style = "pale" if name.is_secondary else "solid"
        values = self._scaled(self._book.values(name.key))
        self.curves.setCurve(name.key, x, values, name.label, name.colour, style)

    def _scaled(self, values: Floats) -> Floats:
        return values if self._scale == 1.0 else values * self._scale

    def _say_value(self) -> None:
        """Tell the newest value where one curve is drawn; small plots have no room for a label at the curve's end."""
        last = [self._book.last(key) for key in self.names]
        told = len(last) == 1 and last[0] is not None and self._is_small
        self.setValue(figure(last[0] * self._scale) if told and last[0] is not None else "")

    def _say_nan(self) -> None:
        told = []
        for key in self.names:
            found = self._book.first_nan(key)
            if found is not None:
                sentence = _tr("{0} is not a number at {1} of {2} points, first at step {3}.")
                told.append(sentence.format(key, count(found[1]), count(self._book.count(key)), count(found[0])))
        self.setHint(" ".join(told))


def _tr(text: str) -> str:
    return QCoreApplication.translate("MetricPlot", text)
