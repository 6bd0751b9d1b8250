"""Recorder: everything that a run says while it works, written to the store every 100 ms by a thread of its own.

The training loop only appends to lists in memory; it never waits for the disk.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from engine.runs import Change, Command, Points, Progress, RunStore, StoreError
from engine.runs.taps import TAP_COMMAND, TapWish
from engine.spec import RunSpec
from engine.training.replay import Replay

WRITE_EVERY_S = 0.1


@dataclass
class _News:
    """What has been said since the last write."""

    metrics: dict[str, Points] = field(default_factory=dict)
    log: list[tuple[float, str, str]] = field(default_factory=list)
    events: list[tuple[float, str, Mapping[str, Any]]] = field(default_factory=list)
    summary: dict[str, float] = field(default_factory=dict)
    progress: Progress | None = None

    def __bool__(self) -> bool:
        return bool(self.metrics or self.log or self.events or self.summary or self.progress)


class Recorder:
    """Takes a run's metrics, log, events and progress, and hands the worker the commands sent to the run.

    Safe to call from any thread. `has_wish` turns true when somebody asked something of the run: to stop, to pause, to
    write a checkpoint, to change a setting; a training loop looks at it after every optimizer step. Use as a context
    manager: leaving it writes what is left.
    """

    def __init__(self, workspace: Path, run_id: str) -> None:
        self.workspace = Path(workspace)
        self.run_id = run_id
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            self.folder = store.run_folder(run_id)
        self.spec: RunSpec = run.spec
        self.attempt = run.attempt
        self.changes: tuple[Change, ...] = run.changes
        """What was changed so far, in the order in which it was wished for."""
        self.tap_wish: TapWish | None = None
        """The tensors that somebody wants to watch, as last told; another wish is another object."""
        self.has_wish = self.pause_requested = self.checkpoint_requested = False
        self._stop_requested = False
        self._wanted_changes: list[tuple[str, float]] = []
        self._replay: Replay | None = None
        self._news = _News()
        # A run that goes on is as far as it was left until its loop says otherwise.
        self._progress = replace(run.progress, rows_per_second=0.0, seconds_left=None)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._written = threading.Condition()
        self._flushes_asked = self._flushes_done = 0
        self._closing = False
        self._trouble: StoreError | None = None
        self._thread = threading.Thread(target=self._write_regularly, name="recorder", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_resumed(self) -> bool:
        """Whether the run was begun before and goes on now."""
        return self.attempt > 1

    @property
    def stop_requested(self) -> bool:
        """Whether the run is to stop and keep its model."""
        return self._stop_requested

    @stop_requested.setter
    def stop_requested(self, wanted: bool) -> None:
        self._stop_requested = wanted
        self.has_wish = self.has_wish or wanted

    def resume_after(self, step: int, prefix: str = "", over: Sequence[str] = ()) -> None:
        """Do not write again what is repeated after a checkpoint of this step; `prefix` begins its series' keys, and
        those that begin with one that is `over` are not repeated.
        """
        with RunStore(self.workspace) as store:
            self._replay = Replay.of(store, self.run_id, step, prefix, over)

    def take_changes(self) -> list[tuple[str, float]]:
        """Return the settings that somebody wants changed now, as fields and values, each once."""
        with self._lock:
            wanted, self._wanted_changes = self._wanted_changes, []
        return wanted

    def changed(self, change: Change) -> int:
        """Keep a change that was made, in the run's record and as an event; returns its place among the changes."""
        with RunStore(self.workspace) as store:
            store.add_change(self.run_id, change)
        self.changes = (*self.changes, change)
        self.event("change", **asdict(change))
        return len(self.changes) - 1

    def metric(self, key: str, step: int, value: float, epoch: float, when: float | None = None) -> None:
        """Record one point of one metric; `step` counts optimizer steps, `epoch` may be a fraction."""
        with self._lock:
            self._news.metrics.setdefault(key, Points()).add(step, value, epoch, when)

    def metrics(self, step: int, epoch: float, values: Mapping[str, float], when: float | None = None) -> None:
        """Record one point of several metrics."""
        when = time.time() if when is None else when
        with self._lock:
            for key, value in values.items():
                self._news.metrics.setdefault(key, Points()).add(step, value, epoch, when)

    def points(self, key: str, points: Points) -> None:
        """Record many points of one metric at once, as they were read from the device in one copy."""
        with self._lock:
            self._news.metrics.setdefault(key, Points()).extend(points)

    def progress(self, **changes: Any) -> None:
        """Record how far the run is; takes the fields of Progress, and keeps those not named."""
        known = {item.name for item in fields(Progress)}
        if unknown := set(changes) - known:
            raise TypeError(f"Progress has no {', '.join(sorted(unknown))}")
        with self._lock:
            self._progress = self._news.progress = replace(self._progress, **changes)

    def event(self, kind: str, **payload: Any) -> None:
        """Record that something happened, such as `best`, `checkpoint` or `nan`."""
        with self._lock:
            self._news.events.append((time.time(), kind, payload))

    def log(self, text: str, level: str = "info") -> None:
        """Add a line to the run's log; level is info, warning or error."""
        with self._lock:
            self._news.log.append((time.time(), level, text))

    def summary(self, values: Mapping[str, float]) -> None:
        """Set some of the few numbers that stand for the run in a table, such as test/accuracy."""
        with self._lock:
            self._news.summary.update(values)

    def artifact(self, name: str, kind: str, path: Path) -> None:
        """Record a file that was written into the run's folder."""
        with RunStore(self.workspace) as store:
            store.add_artifact(self.run_id, name, kind, path)

    def flush(self) -> None:
        """Return when everything recorded so far is in the store. Raises StoreError where it could not be written."""
        with self._written:
            self._flushes_asked += 1
            ticket = self._flushes_asked
            self._wake.set()
            self._written.wait_for(lambda: self._flushes_done >= ticket or not self._thread.is_alive(), timeout=60)
        if self._trouble is not None:
            raise self._trouble

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=60)

    def _write_regularly(self) -> None:
        store = RunStore(self.workspace)
        try:
            while True:
                self._wake.wait(WRITE_EVERY_S)
                self._wake.clear()
                closing, asked = self._closing, self._flushes_asked
                self._write(store)
                self._obey(store)
                with self._written:
                    self._flushes_done = asked
                    self._written.notify_all()
                if closing:
                    return
        finally:
            store.close()

    def _write(self, store: RunStore) -> None:
        """Write the news; on trouble (a full disk, say) it is kept and tried again with the next."""
        with self._lock:
            news, self._news = self._news, _News()
        if not news:
            return
        if self._replay is not None:
            news.metrics = {key: self._replay.news(key, points) for key, points in news.metrics.items()}
            news.metrics = {key: points for key, points in news.metrics.items() if points.steps}
        try:
            store.append(self.run_id, news.metrics, news.log, news.events, news.progress, news.summary)
            self._trouble = None
        except StoreError as error:
            self._trouble = error
            self._put_back(news)

    def _put_back(self, news: _News) -> None:
        with self._lock:
            later, self._news = self._news, news
            for key, points in later.metrics.items():
                self._news.metrics.setdefault(key, Points()).extend(points)
            self._news.log.extend(later.log)
            self._news.events.extend(later.events)
            self._news.summary.update(later.summary)
            self._news.progress = later.progress or news.progress

    def _obey(self, store: RunStore) -> None:
        try:
            commands = store.take_commands(self.run_id)
        except StoreError as error:
            self._trouble = error
            return
        for command in commands:
            self._heed(command)

    def _heed(self, command: Command) -> None:
        if command.kind == "stop":
            self.stop_requested = True
            self.log("Stop was requested.")
        elif command.kind == "pause":
            self.pause_requested = True
            self.log("Pause was requested.")
        elif command.kind == "checkpoint":
            self.checkpoint_requested = True
        elif command.kind == "change":
            with self._lock:
                self._wanted_changes.append((str(command.payload["field"]), float(command.payload["value"])))
        elif command.kind == TAP_COMMAND:
            with suppress(ValueError):  # of a newer version, perhaps
                self.tap_wish = TapWish.model_validate(command.payload)
            return
        else:
            return
        self.has_wish = True
