"""RunNews: what a watched run has to tell since the last time, read from the store on the engine thread."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.runs import RunStore, Series
from engine.runs.forecasts import LIVE_EVENT, read_live
from engine.runs.taps import LOOK_EVENT, OFFER_EVENT, read_looks, read_newest, read_offer
from engine.runs.text_samples import SAMPLES_EVENT, read_history, read_samples

LONG_POINTS = 500_000  # in one series

Kind = Literal["seriesGrew", "eventsGrew", "samplesGrew", "tensorsTold", "tensorsGrew", "forecastsGrew", "logGrew"]
Piece = tuple[Kind, object]  # the engine thread's signal, and what it tells beside the run's id


@dataclass
class _Told:
    """How much of a run the window has been told."""

    points: dict[str, int] = field(default_factory=dict)
    last_event: int = 0
    samples: int = 0  # bytes that were read of their history
    looks: int = 0  # bytes that were read of the looks at tensors
    last_line: int = 0
    all_axes: bool = False


class RunNews:
    """The runs that are watched, and how much of each has been told."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._told

    def watch(self, run_id: str) -> None:
        """Tell a run from its beginning the next time."""
        self._told[run_id] = _Told()

    def unwatch(self, run_id: str) -> None:
        """Tell nothing of a run any more."""
        self._told.pop(run_id, None)

    def want_axes(self, run_id: str) -> bool:
        """Tell the series of a watched run anew, with times and epochs of all points; False where that is done."""
        told = self._told.get(run_id)
        if told is None or told.all_axes:
            return False
        told.all_axes = True
        told.points.clear()
        return True

    def of(self, store: RunStore, run_id: str) -> Iterator[Piece]:
        """Read what is new of a watched run: its series first, then what its events announce, then its log."""
        told = self._told[run_id]
        if grown := _grown(store, run_id, told):
            yield "seriesGrew", grown
        if events := store.events(run_id, told.last_event):
            told.last_event = events[-1].index
            yield "eventsGrew", events
            yield from _announced(store.run_folder(run_id), told, {event.kind for event in events})
        if lines := store.log(run_id, told.last_line):
            told.last_line = lines[-1].index
            yield "logGrew", lines


def _grown(store: RunStore, run_id: str, told: _Told) -> dict[str, Series]:
    """Read the new points of each series; of very long ones without times and epochs, until those are wanted."""
    grown = {}
    for info in store.series_keys(run_id):
        start = told.points.get(info.key, 0)
        if info.count > start:
            axes = ("times", "epochs") if told.all_axes or info.count - start <= LONG_POINTS else ()
            series = store.series(run_id, info.key, start, axes)
            told.points[info.key] = start + len(series.values)
            grown[info.key] = series
    return grown


def _announced(folder: Path, told: _Told, kinds: set[str]) -> Iterator[Piece]:
    """Read the files beside a run that its new events speak of."""
    if SAMPLES_EVENT in kinds and (samples := read_samples(folder)) is not None:
        kept, told.samples = read_history(folder, told.samples)
        yield "samplesGrew", [*kept, samples]
    if OFFER_EVENT in kinds and (offer := read_offer(folder)) is not None:
        yield "tensorsTold", offer
    if LOOK_EVENT in kinds and (look := read_newest(folder)) is not None:
        looks, told.looks = read_looks(folder, told.looks)
        yield "tensorsGrew", [*looks, look]
    if LIVE_EVENT in kinds and (live := read_live(folder)) is not None:
        yield "forecastsGrew", live
