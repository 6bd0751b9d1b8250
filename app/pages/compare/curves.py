"""The compared curves: a line a run, or a mean and its interval for runs that differ in the seed. Draws what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtWidgets import QWidget

from app.pages.run.series_book import SeriesBook
from app.plots import CurvePlot
from app.plots.places import Floats, as_array
from engine.runs.comparison import band
from engine.runs.records import RunRecord, Series


@dataclass
class Compared:
    """A run that is compared: its record, its points, and its colour."""

    record: RunRecord
    book: SeriesBook = field(default_factory=SeriesBook)
    colour: int = 0

    def take(self, grown: Mapping[str, Series]) -> bool:
        """Take new points; returns whether there were any."""
        taken = [self.book.take(series) for series in grown.values()]
        return any(how != "ignored" for how in taken)

    def points(self, metric: str, axis: str, origin: float) -> tuple[Floats | range, Floats]:
        """Return a metric's points; on the clock they count from `origin`, the start of the first run."""
        if axis != "clock":
            return self.book.positions(metric, "time" if axis == "time" else "epoch" if axis == "epoch" else "step"), (
                self.book.values(metric)
            )
        began = self.record.started or self.record.created
        return as_array(self.book.positions(metric, "time")) + (began - origin), self.book.values(metric)


def draw(plot: CurvePlot, runs: Sequence[Compared], metric: str, axis: str, groups: Sequence[tuple[str, ...]]) -> None:
    """Draw a metric of runs; each group of several ids as one mean with its interval."""
    plot.clear()
    known = {run.record.id: run for run in runs if run.book.count(metric)}
    origin = min((run.record.started or run.record.created for run in known.values()), default=0.0)
    together = {run_id for group in groups for run_id in group}
    for group in groups:
        members = [known[run_id] for run_id in group if run_id in known]
        if members:
            _draw_mean(plot, members, metric, axis, origin)
    for run_id, run in known.items():
        if run_id not in together:
            x, y = run.points(metric, axis, origin)
            plot.setCurve(run_id, x, y, run.record.name, run.colour)


def _draw_mean(plot: CurvePlot, members: Sequence[Compared], metric: str, axis: str, origin: float) -> None:
    curves = [(as_array(x), y) for x, y in (run.points(metric, axis, origin) for run in members)]
    first = members[0]
    found = band([(x, np.asarray(y)) for x, y in curves])
    if found is None:
        for run, (x, y) in zip(members, curves, strict=True):
            plot.setCurve(run.record.id, x, y, run.record.name, run.colour)
        return
    name = plot.tr("mean of {0}: {1}").format(found.count, first.record.name)
    plot.setCurve(f"{first.record.id}/low", found.x, found.low, plot.tr("95 % low"), first.colour, "dashed")
    plot.setCurve(f"{first.record.id}/high", found.x, found.high, plot.tr("95 % high"), first.colour, "dashed")
    plot.setCurve(first.record.id, found.x, found.mean, name, first.colour)


def hold(parent: QWidget) -> CurvePlot:
    """Return the plot that compared curves are drawn into."""
    plot = CurvePlot(parent)
    plot.setMinimumHeight(240)
    plot.setEmptyText(plot.tr("None of these runs has recorded this metric"))
    return plot
