"""What the store holds, as plain frozen records. No SQL here and nothing that computes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.outcome import Outcome
from engine.runs.steps import spread
from engine.spec import RunSpec, SpecError, from_json


class RunStatus(StrEnum):
    """Where a run stands. A run ends in exactly one of the last five; a paused one has no worker and goes on later."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether a worker process is, or is about to be, at work on the run."""
        return self in _ACTIVE

    @property
    def is_over(self) -> bool:
        """Whether the run has an outcome."""
        return self not in {RunStatus.QUEUED, RunStatus.PAUSED, *_ACTIVE}

    @property
    def can_resume(self) -> bool:
        """Whether a run in this state may go on from its last checkpoint, where it has one."""
        return self in _RESUMED


_ACTIVE = frozenset({RunStatus.STARTING, RunStatus.RUNNING, RunStatus.PAUSING, RunStatus.STOPPING})
_RESUMED = frozenset({RunStatus.PAUSED, RunStatus.STOPPED, RunStatus.FAILED, RunStatus.CRASHED, RunStatus.INTERRUPTED})


@dataclass(frozen=True)
class Progress:
    """How far a run is; `stage` says in words what it is doing."""

    stage: str = ""
    step: int = 0
    total_steps: int = 0
    epoch: float = 0.0
    total_epochs: float = 0
    rows_per_second: float = 0.0
    seconds_left: float | None = None

    @property
    def fraction(self) -> float:
        """The share of steps done, 0 to 1."""
        return min(1.0, self.step / self.total_steps) if self.total_steps else 0.0


@dataclass(frozen=True)
class Change:
    """A setting that was changed while the run was at work, such as trainer.epochs."""

    step: int
    epoch: float
    field: str
    value: float
    time: float


@dataclass(frozen=True)
class RunRecord:
    """One run as the store knows it. Times are seconds since the epoch."""

    id: str
    name: str
    status: RunStatus
    spec_json: str
    revision: int
    created: float
    started: float | None = None
    ended: float | None = None
    pid: int | None = None
    pid_started: float | None = None
    starred: bool = False
    note: str = ""
    progress: Progress = Progress()
    summary: Mapping[str, float] = field(default_factory=dict)
    outcome: Outcome | None = None
    attempt: int = 1
    """How often the run was begun: 1, and one more with each time it was resumed."""
    queue_place: float | None = None
    """Where the run waits in the queue, smaller first; None where it does not wait."""
    tags: tuple[str, ...] = ()
    group: str = ""
    changes: tuple[Change, ...] = ()
    rested: float = 0.0
    """Seconds between its first start and its last in which nobody worked on it."""
    rests_since: float | None = None
    """When the last work on a run that rests was done; None while it goes on."""

    @property
    def spec(self) -> RunSpec:
        """The run's own specification. Raises SpecError where it was written by a newer version."""
        return from_json(self.spec_json)

    @property
    def reads_texts(self) -> bool:
        """Whether it is a run of texts."""
        return (spec := self.spec_or_none) is not None and spec.family == "text"

    @property
    def spec_or_none(self) -> RunSpec | None:
        """The run's own specification, or None where this version cannot read it."""
        try:
            return self.spec
        except SpecError:
            return None

    @property
    def duration(self) -> float | None:
        """Seconds of work from start to end, or to now while the run goes on; None before it starts. Pauses do not count."""
        if self.started is None:
            return None
        return max(0.0, (self.rests_since or self.ended or time.time()) - self.started - self.rested)


@dataclass(frozen=True)
class SeriesInfo:
    """A metric series without its points."""

    key: str
    count: int
    last_step: int
    last_value: float


@dataclass(frozen=True)
class Series:
    """Points of one metric from index `start` on; arrays of one length (times and epochs may be left unread).

    `places` are the steps: a range where they are evenly spaced, as they most often are, and take no memory.
    """

    key: str
    start: int
    places: NDArray[np.int64] | range
    values: NDArray[np.float64]
    times: NDArray[np.float64] | None = None
    epochs: NDArray[np.float32] | None = None

    @property
    def steps(self) -> NDArray[np.int64]:
        """The steps as an array."""
        return np.asarray(self.places, dtype=np.int64) if not isinstance(self.places, range) else spread(self.places)


@dataclass(frozen=True)
class Event:
    """Something that happened in a run: a checkpoint, a NaN, a new best epoch …"""

    index: int
    time: float
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class LogLine:
    """One line of a run's log."""

    index: int
    time: float
    level: str
    text: str


@dataclass(frozen=True)
class Artifact:
    """A file that a run made; `path` is relative to the run's folder."""

    name: str
    kind: str
    path: str
    created: float


@dataclass(frozen=True)
class Command:
    """A wish sent to a worker: stop, …"""

    index: int
    kind: str
    payload: Mapping[str, Any]
