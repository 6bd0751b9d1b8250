"""What a run shows of itself after its epochs, written beside it and told by an event; it rests so that short epochs are
not slowed by being watched. Must not know what is shown."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pydantic import BaseModel

    from engine.training.recorder import Recorder
    from engine.training.validation import Validation
    from engine.training.watch import Watch

REST = 20.0
"""Writing rests so many times as long as it took: a run of very short epochs is not slowed by being watched."""


KEPT_EACH = 64
"""Of so many epochs every one is kept, of the next so many kept ones every second, then every fourth, and so on."""


class History:
    """Earlier contents of a live file, a line each; of a long run ever fewer, so that it stays small."""

    def __init__(self, path: Path, each: int = KEPT_EACH) -> None:
        self._path, self._each = path, each
        self._lines = sum(map(bool, path.read_bytes().split(b"\n"))) if path.is_file() else 0

    def add(self, count: int, content: bytes) -> None:
        """Keep the content of the so-manieth validation, if it is one that is kept. Raises OSError."""
        if count % (1 << self._lines // self._each):
            return
        with self._path.open("ab") as file:
            file.write(b"\n" + content + b"\n")  # whatever was torn before ends here
        self._lines += 1


class LiveFile:
    """A file of a run's folder with what its model makes of a few examples after an epoch. A full disk costs the picture,
    never the run.
    """

    def __init__(
        self,
        recorder: "Recorder",
        name: str,
        event: str,
        what: str,
        fold: str = "",
        history: str = "",
        rest: float = REST,
        free: float = 0.0,
        kept: int = KEPT_EACH,
    ) -> None:
        """`what` names the content in a sentence, such as “The forecasts to watch”; `history` names a file for what was
        written before, of which the first `kept` stay, and ever fewer of the next. It rests `rest` times as long as it
        took, once it took `free` seconds altogether.
        """
        self._recorder, self._name, self._event = recorder, name, event
        self._what, self._fold, self._rest = what, fold, rest
        self._history = History(recorder.folder / history, kept) if history else None
        self._resting_until = 0.0
        self._free = free

    @property
    def rests(self) -> bool:
        """Whether the last time was just now."""
        return time.monotonic() < self._resting_until

    def write(self, at: "Validation", content: Callable[[], "BaseModel"], spent: float = 0.0) -> None:
        """Ask for the content after a validation, write it and tell; `spent` seconds went into it before."""
        from engine.training.weights import write_whole

        began = time.monotonic()
        whole = content().model_dump_json().encode()
        try:
            write_whole(self._recorder.folder / self._name, whole)
            if self._history is not None:
                self._history.add(at.count, whole)
        except OSError as error:
            self._recorder.log(f"{self._what} could not be written: {error.strerror}.", "warning")
            return
        self._recorder.event(self._event, file=self._name, fold=self._fold, epoch=at.epoch, step=at.step)
        took = spent + time.monotonic() - began
        self._free -= took
        if self._free <= 0:
            self._resting_until = time.monotonic() + self._rest * took


class Live(Protocol):
    """What is shown after validations."""

    def show(self, at: "Validation", is_last: bool) -> None:
        """Show what there is after a validation, perhaps; after the last one always."""


class ShownLive:
    """A listener of the loop that shows what training led to once the watch has recorded it."""

    def __init__(self, watch: "Watch", live: Live) -> None:
        self._watch, self._live = watch, live

    def started(self) -> None:
        """Pass it on."""
        self._watch.started()

    def boundary(self, step: int) -> None:
        """Pass it on. Raises Stopped."""
        self._watch.boundary(step)

    def validated(self, at: "Validation", metrics: dict[str, float]) -> bool:
        """Pass it on, and show what there is; whether training is over."""
        over = self._watch.validated(at, metrics)
        self._live.show(at, self._watch.is_over)
        return over
