"""Forecasts of a few validation windows, written beside the run after each epoch so that they can be watched growing.
Must not ask the network for anything: it listens to what validation computes anyway."""

import time
from typing import TYPE_CHECKING

import numpy as np

from engine.families.forecasting.placement import Placement
from engine.families.forecasting.series import Floats, Ints, forecasting_of
from engine.runs.forecasts import LIVE_EVENT, LIVE_FILE, ForecastWindow, LiveForecasts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.families.forecasting.judging import Arrays
    from engine.training.recorder import Recorder
    from engine.training.watch import Listener

MOST_WINDOWS = 12
MOST_PAST = 1_000
"""Steps before the origin that are written at most."""
REST = 20.0
"""Writing rests so many times as long as it took: a run of very short epochs is not slowed by being watched."""


class LiveForecaster:
    """Hears the forecasts of validation, keeps those of the windows to look at, and writes them."""

    def __init__(self, recorder: "Recorder", placed: Placement, fold: str) -> None:
        self._recorder, self._placed, self._fold = recorder, placed, fold
        self._own = forecasting_of(recorder.spec)
        self._kept = windows_to_watch(placed)
        self._truths = placed.of_targets()
        self._points = [np.full((len(self._kept), placed.horizon), np.nan) for _ in self._truths]
        self._quantiles: list[Floats | None] = [None for _ in self._truths]
        self._told: tuple[int, int] | None = None
        self._resting_until = 0.0

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

    def write(self, epoch: int, step: int) -> None:
        """Write what was heard after an epoch, unless the last time was just now."""
        self._told = (epoch, step)
        if time.monotonic() >= self._resting_until:
            self.finish()

    def finish(self) -> None:
        """Write what was heard last, where it is not written yet. A full disk costs the picture, never the run."""
        if self._told is None:
            return
        (epoch, step), self._told = self._told, None
        from engine.training.weights import write_whole

        began = time.monotonic()
        content = self._content(epoch, step).model_dump_json().encode()
        try:
            write_whole(self._recorder.folder / LIVE_FILE, content)
        except OSError as error:
            self._recorder.log(f"The forecasts to watch could not be written: {error.strerror}.", "warning")
            return
        self._recorder.event(LIVE_EVENT, file=LIVE_FILE, fold=self._fold, epoch=epoch, step=step)
        self._resting_until = time.monotonic() + REST * (time.monotonic() - began)

    def _content(self, epoch: int, step: int) -> LiveForecasts:
        first, *others = self._recorder.spec.data.roles.target
        return LiveForecasts(
            target=first,
            fold=self._fold,
            epoch=epoch,
            step=step,
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
            origin=series.frequency.text_of(int(series.step[row - 1])),
            is_date=series.frequency.is_date,
            times=tuple(seconds_of(series.frequency.times(series.step[begin : row + placed.horizon])).tolist()),
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


class ShownLive:
    """A listener of the loop that shows each epoch's forecasts once another one has recorded it."""

    def __init__(self, listener: "Listener", live: LiveForecaster) -> None:
        self._listener, self._live = listener, live

    def started(self) -> None:
        """Pass it on."""
        self._listener.started()

    def boundary(self, step: int) -> None:
        """Pass it on. Raises Stopped."""
        self._listener.boundary(step)

    def epoch_ended(self, epoch: int, step: int, metrics: dict[str, float]) -> bool:
        """Pass it on, and write the forecasts; whether training is over."""
        over = self._listener.epoch_ended(epoch, step, metrics)
        self._live.write(epoch, step)
        return over
