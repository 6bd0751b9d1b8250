"""The compared curves: a line a run, or a mean and its interval for runs that differ in the seed. Draws what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtWidgets import QWidget

from app.pages.run.series_book import Axis, SeriesBook
from app.plots import CurvePlot
from app.plots.export import Numbers
from app.plots.ink import TEXT, Ink
from app.plots.places import Floats, as_array
from app.theme import theme
from engine.runs.comparison import NOTHING, Came, Tally, band
from engine.runs.records import RunRecord, Series

LONG_NAME = 16  # letters; shorter names are written in full
NAME_WIDTH = 176  # room for the names at the curves' ends
DASHED_UP_TO = 2  # turns of the colours; of more runs the dashes would tell nothing
PLACES: dict[str, Axis] = {"step": "step", "epoch": "epoch", "time": "time", "clock": "time"}
Look = tuple[object, ...]


@dataclass
class Compared:
    """A run that is compared: its record, its points, and its colour."""

    record: RunRecord
    book: SeriesBook = field(default_factory=SeriesBook)
    colour: Ink = 0
    tallies: dict[str, Tally] = field(default_factory=dict)

    @property
    def began(self) -> float:
        """When the run started, or was made where it has not started."""
        return self.book.began or self.record.started or self.record.created

    def take(self, grown: Mapping[str, Series]) -> bool:
        """Take new points; returns whether there were any."""
        told = {key: self.book.take(series) for key, series in grown.items()}
        for key, what in told.items():
            if what == "began":
                self.tallies[key] = Tally()
                self.tallies[key].add(self.book.values(key))
            elif what == "grew":
                self.tallies[key].add(grown[key].values)
        return bool(set(told.values()) - {"ignored"})

    def came(self, metric: str, smaller_is_better: bool) -> Came:
        """Return what a metric came to so far."""
        tally = self.tallies.get(metric)
        return NOTHING if tally is None else tally.came(smaller_is_better)

    def points(self, metric: str, axis: str, origin: float) -> tuple[Floats | range, Floats]:
        """Return a metric's points; on the clock they count from `origin`, the start of the first run."""
        x, y = self.book.positions(metric, PLACES[axis]), self.book.values(metric)
        return (as_array(x) + (self.began - origin) if axis == "clock" else x), y


class ComparedPlot(CurvePlot):
    """Curves of runs. What is drawn already stays, so that growing runs leave a view that was zoomed alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn: dict[str, Look] = {}
        self._names: dict[str, str] = {}
        self._scale = "linear"
        self._what = ""
        self.setLabelWidth(NAME_WIDTH)
        self.setMinimumHeight(240)
        self.setEmptyText(self.tr("None of these runs has recorded this metric"))

    def setScale(self, scale: str) -> None:
        """Draw on a `linear` or `log` axis."""
        if scale != self._scale:
            self._scale = scale
            self.setAxisMode(scale)

    def draw(
        self, runs: Sequence[Compared], metric: str, axis: str, groups: Sequence[tuple[str, ...]], base: str = ""
    ) -> None:
        """Draw a metric of runs; each group of several ids as one mean with its interval, the baseline as dark as text."""
        known = {run.record.id: run for run in runs if run.book.count(metric)}
        origin = min((run.began for run in known.values()), default=0.0)
        self.setWholeAxis(axis == "step")
        self.setTimeAxis(axis in {"time", "clock"}, origin if axis == "clock" else None)
        self._names = {run.record.id: run.record.name for run in runs}
        self._what = metric
        names = dict(zip(known, short_names([run.record.name for run in known.values()]), strict=True))
        what = (metric, axis, origin)
        if self._drawn and not any(drawn[:2] == what[:2] for drawn in self._drawn.values()):
            self.resetView()
        kept: dict[str, Look] = {}
        alone = dict(known)
        for group in groups:
            members = [known[run_id] for run_id in group if run_id in known]
            if len(members) > 1 and self._draw_mean(members, names, what, base, kept):
                for run in members:
                    alone.pop(run.record.id)
        for run_id, run in alone.items():
            self._draw_run(run, names[run_id], what, base, kept)
        for key in set(self._drawn) - set(kept):
            self.removeCurve(key)
        self._drawn = kept

    def numbers(self) -> Numbers:
        """Return run, its name, x and value of every point, and of intervals their two sides."""
        _, rows = super().numbers()
        told = ((key, self._names.get(str(key).partition("/")[0], ""), x, y) for key, x, y in rows)
        return ["id", "run", self._labels[0] or "x", self._what or "value"], told

    def _draw_run(
        self, run: Compared, name: str, what: tuple[str, str, float], base: str, kept: dict[str, Look]
    ) -> None:
        key = run.record.id
        x, y = run.points(*what)
        is_base = key == base
        colour = TEXT if is_base else run.colour
        label = self.tr("Baseline {0}").format(name) if is_base else name
        look = (*what, label, colour)
        before = self._drawn.get(key, ())
        kept[key] = (*look, y)
        grown = len(before) == len(look) + 1 and before[:-1] == look and starts_with(y, before[-1])
        if grown:
            told = len(np.asarray(before[-1]))
            if told < len(y):
                self.appendPoints(key, x[told:], y[told:])
            return
        # Colours begin again after the last one; then the line tells which turn it is.
        turn = colour // len(theme().series) if isinstance(colour, int) and colour > 0 else 0
        self.setCurve(key, x, y, label, colour, "dashed" if 0 < turn < DASHED_UP_TO else "solid")

    def _draw_mean(
        self,
        members: Sequence[Compared],
        names: Mapping[str, str],
        what: tuple[str, str, float],
        base: str,
        kept: dict[str, Look],
    ) -> bool:
        """Draw a mean and its interval; returns whether the runs share a part of the axis."""
        key, is_base = members[0].record.id, base in {run.record.id for run in members}
        colour = TEXT if is_base else members[0].colour
        counts = tuple((run.record.id, run.book.count(what[0])) for run in members)
        look = (*what, "mean", names[key], colour, counts)
        if self._drawn.get(key) == look:
            kept[key] = look
            return True
        found = band([(as_array(x), y) for x, y in (run.points(*what) for run in members)])
        if found is None:
            return False
        name = self.tr("Mean of {1}: {0}").format(names[key], found.count)
        self.setCurve(key, found.x, found.mean, self.tr("Baseline {0}").format(name) if is_base else name, colour)
        self.setRibbon(key, found.x, found.low, found.high)
        kept[key] = look
        return True


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
