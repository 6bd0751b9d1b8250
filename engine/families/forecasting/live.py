"""Forecasts of a few validation windows, written beside the run after each epoch so that they can be watched growing.
Must not ask the network for anything: it listens to what validation computes anyway."""

from typing import TYPE_CHECKING

import numpy as np

from engine.families.forecasting.placement import Placement
from engine.families.forecasting.series import Floats, Ints, forecasting_of
from engine.families.live_file import LiveFile
from engine.runs.forecasts import LIVE_EVENT, LIVE_FILE, ForecastWindow, LiveForecasts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.families.forecasting.judging import Arrays
    from engine.training.recorder import Recorder
    from engine.training.validation import Validation

MOST_WINDOWS = 12
MOST_PAST = 1_000
"""Steps before the origin that are written at most."""


class LiveForecaster:
    """Hears the forecasts of validation, keeps those of the windows to look at, and writes them."""

    def __init__(self, recorder: "Recorder", placed: Placement, fold: str) -> None:
        self._placed, self._fold, self._names = placed, fold, recorder.spec.data.roles.target
        self._file = LiveFile(recorder, LIVE_FILE, LIVE_EVENT, "The forecasts to watch", fold)
        self._own = forecasting_of(recorder.spec)
        self._kept = windows_to_watch(placed)
        self._truths = placed.of_targets()
        self._points = [np.full((len(self._kept), placed.horizon), np.nan) for _ in self._truths]
        self._quantiles: list[Floats | None] = [None for _ in self._truths]
        self._told: Validation | None = None

    def heard(self, windows: slice, found: "Sequence[Arrays]") -> None:
        """Take each target's forecasts of these windows."""
        first, last = np.searchsorted(self._kept, (windows.start, windows.stop))
        if first == last:
            return
        places = self._kept[first:last] - windows.start
        for target, (point, quantiles) in enumerate(found):
            self._points[target][first:last] = point[places]
            if quantiles is None:
                continue
            kept = self._quantiles[target]
            if kept is None:
                kept = np.full((*self._points[target].shape, quantiles.shape[2]), np.nan)
                self._quantiles[target] = kept
            kept[first:last] = quantiles[places]

    def show(self, at: "Validation", is_last: bool) -> None:
        """Write what was heard in a validation, unless the last time was just now."""
        self._told = at
        if is_last or not self._file.rests:
            self.finish()

    def finish(self) -> None:
        """Write what was heard last, where it is not written yet."""
        if self._told is None:
            return
        at, self._told = self._told, None
        self._file.write(at, lambda: self._content(at))

    def _content(self, at: "Validation") -> LiveForecasts:
        first, *others = self._names
        return LiveForecasts(
            target=first,
            fold=self._fold,
            epoch=at.epoch,
            step=at.step,
            levels=() if self._quantiles[0] is None else self._own.quantiles,
            windows=self._windows(0),
            further={name: self._windows(target) for target, name in enumerate(others, start=1)},
        )

    def _windows(self, target: int) -> tuple[ForecastWindow, ...]:
        return tuple(self._window(target, place) for place in range(len(self._kept)))

    def _window(self, target: int, place: int) -> ForecastWindow:
        placed, window = self._truths[target], int(self._kept[place])
        series, levels = placed.series, self._quantiles[target]
        row = int(placed.row[window])
        begin = row - min(self._own.windows.encoder_length, MOST_PAST)
        quantiles = () if levels is None else tuple(tuple(one) for one in levels[place].T.tolist())
        return ForecastWindow(
            series=series.names[int(placed.number[window])],
            origin=series.moment(row - 1),
            is_date=series.frequency.is_date,
            times=tuple(seconds_of(series.times(slice(begin, row + placed.horizon))).tolist()),
            past=tuple(series.target[begin:row].tolist()),
            actual=tuple(placed.actual(slice(window, window + 1))[0].tolist()),
            forecast=tuple(self._points[target][place].tolist()),
            quantiles=quantiles,
        )


def windows_to_watch(placed: Placement) -> Ints:
    """Return the places of at most 12 windows, in order: of evenly drawn series the middle one, or of few series several
    that follow each other.
    """
    numbers = np.unique(placed.number)
    if len(numbers) > MOST_WINDOWS:
        numbers = numbers[np.linspace(0, len(numbers) - 1, MOST_WINDOWS).round().astype(np.int64)]
    each = max(1, MOST_WINDOWS // len(numbers)) if len(numbers) else 1
    chosen: list[int] = []
    for number in numbers.tolist():
        own = np.flatnonzero(placed.number == number)
        own = own[np.argsort(placed.row[own], kind="stable")]
        # From the middle of each of so many equal parts: the first and last windows are the least like the others.
        middles = ((np.arange(each) + 0.5) * len(own) / each).astype(np.int64)
        chosen += own[np.unique(middles)].tolist()
    return np.array(sorted(chosen), dtype=np.int64)


def seconds_of(times: Ints) -> Floats:
    """Return datetime64 times as seconds since 1970, and whole numbers as they are."""
    values = np.asarray(times)
    if np.issubdtype(values.dtype, np.datetime64):
        return values.astype("datetime64[ns]").astype(np.int64) / 1e9
    return values.astype(np.float64)
