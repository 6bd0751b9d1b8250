"""The compared curves: a line a run, or a mean and its interval for runs that differ in the seed. Draws what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtWidgets import QWidget

from app.pages.run.series_book import Axis, SeriesBook
from app.plots import CurvePlot
from app.plots.canvas import Frame
from app.plots.curve import Curve
from app.plots.curve_layer import EndLabel
from app.plots.places import Floats, as_array
from app.theme import theme
from engine.runs.comparison import band
from engine.runs.records import RunRecord, Series

LONG_NAME = 16  # letters; shorter names are written in full
NAME_WIDTH = 176  # room for the names at the curves' ends
PLACES: dict[str, Axis] = {"step": "step", "epoch": "epoch", "time": "time", "clock": "time"}


@dataclass
class Compared:
    """A run that is compared: its record, its points, and its colour."""

    record: RunRecord
    book: SeriesBook = field(default_factory=SeriesBook)
    colour: int = 0

    @property
    def began(self) -> float:
        """When the run started, or was made where it has not started."""
        return self.record.started or self.record.created

    def take(self, grown: Mapping[str, Series]) -> bool:
        """Take new points; returns whether there were any."""
        told = {self.book.take(series) for series in grown.values()}
        return bool(told - {"ignored"})

    def points(self, metric: str, axis: str, origin: float) -> tuple[Floats | range, Floats]:
        """Return a metric's points; on the clock they count from `origin`, the start of the first run."""
        x, y = self.book.positions(metric, PLACES[axis]), self.book.values(metric)
        return (as_array(x) + (self.began - origin) if axis == "clock" else x), y


class ComparedPlot(CurvePlot):
    """Curves of runs. What is drawn already stays, so that growing runs leave a view that was zoomed alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn: dict[str, tuple[object, ...]] = {}
        self._scale = "linear"
        self.item.layout.setContentsMargins(0, 4, NAME_WIDTH, 0)
        self.setMinimumHeight(240)
        self.setEmptyText(self.tr("None of these runs has recorded this metric"))

    def setScale(self, scale: str) -> None:
        """Draw on a `linear` or `log` axis."""
        if scale != self._scale:
            self._scale = scale
            self.setAxisMode(scale)

    def draw(self, runs: Sequence[Compared], metric: str, axis: str, groups: Sequence[tuple[str, ...]]) -> None:
        """Draw a metric of runs; each group of several ids as one mean with its interval."""
        known = {run.record.id: run for run in runs if run.book.count(metric)}
        origin = min((run.began for run in known.values()), default=0.0)
        names = dict(zip(known, short_names([run.record.name for run in known.values()]), strict=True))
        what = (metric, axis, origin)
        if self._drawn and not any(drawn[:2] == what[:2] for drawn in self._drawn.values()):
            self.resetView()
        kept: dict[str, tuple[object, ...]] = {}
        alone = dict(known)
        for group in groups:
            members = [known[run_id] for run_id in group if run_id in known]
            if len(members) > 1 and self._draw_mean(members, names, what, kept):
                for run in members:
                    alone.pop(run.record.id)
        for run_id, run in alone.items():
            self._draw_run(run, names[run_id], what, kept)
        for key in set(self._drawn) - set(kept):
            self.removeCurve(key)
        self._drawn = kept

    def _draw_run(
        self, run: Compared, name: str, what: tuple[str, str, float], kept: dict[str, tuple[object, ...]]
    ) -> None:
        key = run.record.id
        x, y = run.points(*what)
        look = (*what, name, run.colour)
        before = self._drawn.get(key, ())
        kept[key] = (*look, y)
        grown = len(before) == len(look) + 1 and before[:-1] == look and starts_with(y, before[-1])
        if grown:
            told = len(np.asarray(before[-1]))
            if told < len(y):
                self.appendPoints(key, x[told:], y[told:])
            return
        # Colours begin again after the last one; then the line tells which turn it is.
        style = "solid" if run.colour < len(theme().series) else "dashed"
        self.setCurve(key, x, y, name, run.colour, style)

    def _draw_mean(
        self,
        members: Sequence[Compared],
        names: Mapping[str, str],
        what: tuple[str, str, float],
        kept: dict[str, tuple[object, ...]],
    ) -> bool:
        """Draw a mean and its interval; returns whether the runs share a part of the axis."""
        found = band([(as_array(x), y) for x, y in (run.points(*what) for run in members)])
        if found is None:
            return False
        first = members[0]
        key, colour = first.record.id, first.colour
        name = self.tr("{0} · mean of {1}").format(names[key], found.count)
        self.setCurve(f"{key}/low", found.x, found.low, self.tr("95 % from"), colour, "dotted")
        self.setCurve(f"{key}/high", found.x, found.high, self.tr("95 % to"), colour, "dotted")
        self.setCurve(key, found.x, found.mean, name, colour)
        kept |= dict.fromkeys((f"{key}/low", f"{key}/high", key), (*what, "mean"))
        return True

    def _end_label(self, curve: Curve, frame: Frame) -> EndLabel | None:
        return None if curve.style == "dotted" else super()._end_label(curve, frame)


def starts_with(values: Floats, before: object) -> bool:
    """Whether a series goes on from an earlier state of it, told by its ends: points are only ever added."""
    old = np.asarray(before)
    if not len(old) or len(old) > len(values):
        return False
    ends = [0, len(old) - 1]
    return bool(np.array_equal(values[ends], old[ends], equal_nan=True))


def short_names(names: Sequence[str]) -> list[str]:
    """Return names without the words that all of them begin with, so that what tells them apart has room."""
    words = [name.split(" ") for name in names]
    if len(names) < 2 or max(map(len, names)) <= LONG_NAME:
        return list(names)
    alike = [len(set(place)) == 1 for place in zip(*words, strict=False)]
    common = alike.index(False) if False in alike else len(alike)
    shorter = [" ".join(one[common:]) for one in words]
    return shorter if all(shorter) else list(names)
