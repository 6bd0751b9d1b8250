"""One plot of a metric over a run: its curves, the best point and what was no number. It draws what a book holds."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.pages.run.plot_card import PlotCard
from app.pages.run.plot_groups import CurveName, plot_title
from app.pages.run.series_book import Axis, SeriesBook
from app.pages.run.wording import count
from app.plots import CurvePlot
from engine.runs.records import Series


class MetricPlot(PlotCard):
    """The curves of one metric: training and validation together, a colour for each or for each fold."""

    def __init__(self, plot: str, book: SeriesBook, parent: QWidget | None = None) -> None:
        self.curves = CurvePlot()
        super().__init__(f"run.plot.{plot}", plot_title(plot), self.curves, parent)
        self.key = plot
        self.names: dict[str, CurveName] = {}
        self._book = book
        self._axis: Axis = "step"

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
            self.curves.appendPoints(name.key, self._book.positions_of(series, axis), series.values)
        self._say_nan()

    def mark_best(self, key: str, smaller: bool, label: str) -> None:
        """Mark the best point of a curve."""
        place = self._book.best(key, smaller)
        self.curves.clearMarkers()
        if place is not None:
            x = float(self._book.positions(key, self._axis)[place])
            self.curves.addMarker(x, label, "best")

    def _draw(self, name: CurveName) -> None:
        x = self._book.positions(name.key, self._axis)
        style = "pale" if name.is_secondary else "solid"
        self.curves.setCurve(name.key, x, self._book.values(name.key), name.label, name.colour, style)

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
