"""The store: runs, metrics, events, artifacts; the record and the only channel. Must not import what trains."""

from engine.runs.metrics import Points
from engine.runs.outcome import Fix, Outcome, OutcomeKind
from engine.runs.queue import AUTO_DEVICE, Holder, QueueState
from engine.runs.records import (
    Artifact,
    Change,
    Command,
    Event,
    LogLine,
    Progress,
    RunRecord,
    RunStatus,
    Series,
    SeriesInfo,
)
from engine.runs.schema import StoreError
from engine.runs.store import RunStore

__all__ = [
    "AUTO_DEVICE",
    "Artifact",
    "Change",
    "Command",
    "Event",
    "Fix",
    "Holder",
    "LogLine",
    "Outcome",
    "OutcomeKind",
    "Points",
    "Progress",
    "QueueState",
    "RunRecord",
    "RunStatus",
    "RunStore",
    "Series",
    "SeriesInfo",
    "StoreError",
]
