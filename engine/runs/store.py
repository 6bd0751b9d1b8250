"""RunStore: the record of a workspace's runs, and the only channel between window, workers and command line."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from engine.runs import queue
from engine.runs.column_store import ColumnStore
from engine.runs.lifecycle import LifecycleStore
from engine.runs.metrics import MetricTable, Points
from engine.runs.outcome import Outcome
from engine.runs.queue import Holder
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
from engine.runs.taps import LOOK_EVENT
from engine.spec import RunSpec, to_json

_ACTIVE = tuple(status.value for status in RunStatus if status.is_active)
PASSING = frozenset({LOOK_EVENT})
"""Kinds of events that only say that something new is beside the run, thousands of times in a long one."""
_COLUMNS = (
    "id, name, status, spec, revision, created, started, ended, pid, pid_started, starred, note, "
    "progress, summary, outcome, attempt, queue_place, tags, run_group, changes, rested, rests_since"
)


class RunStore(LifecycleStore, ColumnStore):
    """One connection to a workspace's store. Any number may be open at once; each belongs to the thread that made it.

    Every call may raise StoreError, whose message can be shown as it is.
    """

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace)
        self._metrics = MetricTable(self._db)

    def __enter__(self) -> "RunStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Runs

    def create_run(
        self, spec: RunSpec, waiting: bool = False, holder: Holder | None = None, name: str = ""
    ) -> RunRecord:
        """Record a new run that `holder` is to start, or with `waiting` one at the end of the queue; make its folder.

        `name` is what it is called where the specification does not say.
        """
        self._expect_writable()
        run = secrets.token_hex(4)
        name = spec.name or name or f"{spec.model.name} • {spec.data.name or spec.data.dataset[:8]}"
        self._run_folder(run).mkdir(parents=True, exist_ok=True)
        with self._writing(None):
            self._db.execute(
                "INSERT INTO runs (id, name, status, spec, revision, created) VALUES (?, ?, ?, ?, 0, ?)",
                (run, name, RunStatus.QUEUED.value, to_json(spec), time.time()),
            )
            if waiting:
                queue.enqueue(self._db, run)
            elif holder is not None:
                queue.hold(self._db, run, holder)
            self._touch(run)
        return self.run(run)

    def run(self, run_id: str) -> RunRecord:
        """Return a run. Raises StoreError where there is none of this id."""
        with self._reading():
            row = self._db.execute(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            raise StoreError(f"there is no run “{run_id}” in {self.workspace}")
        return _record(row)

    def find(self, text: str) -> RunRecord:
        """Return the run whose id begins with `text`, or whose name is `text`. Raises StoreError if none or several."""
        with self._reading():
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE trashed IS NULL AND (substr(id, 1, ?) = ? OR name = ?)",
                (len(text), text, text),
            ).fetchall()
        if len(rows) == 1 and text:
            return _record(rows[0])
        if not rows or not text:
            raise StoreError(f"there is no run “{text}” in {self.workspace}; `tensorbench runs` lists them")
        ids = ", ".join(row[0] for row in rows[:5])
        raise StoreError(f"“{text}” names {len(rows)} runs ({ids} …); give the id")

    def runs(self) -> list[RunRecord]:
        """Return every run that is not in the trash, newest first."""
        with self._reading():
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE trashed IS NULL ORDER BY created DESC"
            ).fetchall()
        return [_record(row) for row in rows]

    def queue(self) -> list[RunRecord]:
        """Return the runs that wait in the queue, in order."""
        with self._reading():
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE {queue.WAITS} ORDER BY {queue.ORDER}"
            ).fetchall()
        return [_record(row) for row in rows]

    def changed_since(self, revision: int) -> tuple[int, list[RunRecord], list[str]]:
        """Return the store's revision now, the runs that changed after `revision` and the ids trashed after it."""
        with self._reading():
            now = self._db.execute("SELECT revision FROM clock").fetchone()[0]
            if now == revision:
                return now, [], []
            rows = self._db.execute(
                f"SELECT {_COLUMNS}, trashed FROM runs WHERE revision > ? ORDER BY revision", (revision,)
            ).fetchall()
        return now, [_record(row) for row in rows if row[-1] is None], [row[0] for row in rows if row[-1] is not None]

    def set_progress(self, run_id: str, progress: Progress) -> None:
        """Record how far a run is."""
        with self._writing(run_id):
            self._set_progress(run_id, progress)

    def set_summary(self, run_id: str, values: Mapping[str, float]) -> None:
        """Add to the few numbers that stand for a run in a table, such as test/accuracy."""
        with self._writing(run_id):
            self._add_summary(run_id, values)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        with self._writing(run_id):
            self._db.execute("UPDATE runs SET name = ? WHERE id = ?", (name, run_id))

    def set_starred(self, run_id: str, starred: bool) -> None:
        """Mark a run, or take the mark away."""
        with self._writing(run_id):
            self._db.execute("UPDATE runs SET starred = ? WHERE id = ?", (int(starred), run_id))

    def set_note(self, run_id: str, note: str) -> None:
        """Replace a run's note."""
        with self._writing(run_id):
            self._db.execute("UPDATE runs SET note = ? WHERE id = ?", (note, run_id))

    def trash(self, run_ids: Sequence[str]) -> list[str]:
        """Hide runs until they are restored or purged; runs that are at work stay. Returns the ids that went."""
        gone = []
        for run_id in run_ids:
            with self._writing(run_id):
                marks = ", ".join("?" * len(_ACTIVE))
                done = self._db.execute(
                    f"UPDATE runs SET trashed = ? WHERE id = ? AND trashed IS NULL AND status NOT IN ({marks})",
                    (time.time(), run_id, *_ACTIVE),
                )
            if done.rowcount:
                gone.append(run_id)
        return gone

    def restore(self, run_ids: Sequence[str]) -> None:
        """Bring runs back from the trash."""
        for run_id in run_ids:
            with self._writing(run_id):
                self._db.execute("UPDATE runs SET trashed = NULL WHERE id = ?", (run_id,))

    # Metrics, events, log, artifacts

    def append(
        self,
        run_id: str,
        metrics: Mapping[str, Points] | None = None,
        log: Sequence[tuple[float, str, str]] = (),
        events: Sequence[tuple[float, str, Mapping[str, Any]]] = (),
        progress: Progress | None = None,
        summary: Mapping[str, float] | None = None,
    ) -> None:
        """Write a batch of news in one transaction; log lines are (time, level, text), events (time, kind, payload). Of
        events that pass (`PASSING`) the newest alone is kept.
        """
        with self._writing(run_id):
            for key, points in (metrics or {}).items():
                self._metrics.append(run_id, key, points)
            self._db.executemany(
                "INSERT INTO log (run, time, level, text) VALUES (?, ?, ?, ?)", [(run_id, *line) for line in log]
            )
            self._db.executemany(
                "INSERT INTO events (run, time, kind, payload) VALUES (?, ?, ?, ?)",
                [(run_id, when, kind, json.dumps(dict(payload))) for when, kind, payload in events],
            )
            for kind in {kind for _, kind, _ in events} & PASSING:
                self._db.execute(
                    "DELETE FROM events WHERE run = :run AND kind = :kind "
                    "AND id < (SELECT MAX(id) FROM events WHERE run = :run AND kind = :kind)",
                    {"run": run_id, "kind": kind},
                )
            if progress is not None:
                self._set_progress(run_id, progress)
            if summary:
                self._add_summary(run_id, summary)

    def series_keys(self, run_id: str) -> list[SeriesInfo]:
        """Return the metric series of a run, by key."""
        with self._reading():
            return self._metrics.keys(run_id)

    def series(self, run_id: str, key: str, start: int = 0, axes: Sequence[str] = ("times", "epochs")) -> Series:
        """Return the points of a metric from index `start` on; all of them, exactly as they were recorded."""
        with self._reading():
            return self._metrics.read(run_id, key, start, axes)

    def events(self, run_id: str, after: int = 0) -> list[Event]:
        """Return a run's events with an index above `after`."""
        with self._reading():
            rows = self._db.execute(
                "SELECT id, time, kind, payload FROM events WHERE run = ? AND id > ? ORDER BY id", (run_id, after)
            ).fetchall()
        return [Event(index, when, kind, json.loads(payload)) for index, when, kind, payload in rows]

    def log(self, run_id: str, after: int = 0) -> list[LogLine]:
        """Return a run's log lines with an index above `after`."""
        with self._reading():
            rows = self._db.execute(
                "SELECT id, time, level, text FROM log WHERE run = ? AND id > ? ORDER BY id", (run_id, after)
            ).fetchall()
        return [LogLine(*row) for row in rows]

    def run_folder(self, run_id: str) -> Path:
        """Return the folder of a run's files."""
        return self._run_folder(run_id)

    def add_artifact(self, run_id: str, name: str, kind: str, path: Path) -> None:
        """Record a file of the run's folder."""
        relative = Path(path).resolve().relative_to(self._run_folder(run_id).resolve())
        with self._writing(run_id):
            self._db.execute(
                "INSERT OR REPLACE INTO artifacts (run, name, kind, path, created) VALUES (?, ?, ?, ?, ?)",
                (run_id, name, kind, relative.as_posix(), time.time()),
            )

    def artifacts(self, run_id: str) -> list[Artifact]:
        """Return what a run made, oldest first."""
        with self._reading():
            rows = self._db.execute(
                "SELECT name, kind, path, created FROM artifacts WHERE run = ? ORDER BY created, name", (run_id,)
            ).fetchall()
        return [Artifact(*row) for row in rows]

    # Commands

    def send(self, run_id: str, kind: str, payload: Mapping[str, Any] | None = None) -> None:
        """Send a command to whoever works on a run."""
        with self._writing(run_id):
            self._db.execute(
                "INSERT INTO commands (run, kind, payload, created) VALUES (?, ?, ?, ?)",
                (run_id, kind, json.dumps(dict(payload or {})), time.time()),
            )

    def take_commands(self, run_id: str) -> list[Command]:
        """Return a run's commands that nobody has taken, and mark them taken."""
        with self._reading():
            rows = self._db.execute(
                "SELECT id, kind, payload FROM commands WHERE run = ? AND taken IS NULL ORDER BY id", (run_id,)
            ).fetchall()
        if rows:
            with self._writing(run_id):
                self._db.executemany(
                    "UPDATE commands SET taken = ? WHERE id = ?", [(time.time(), row[0]) for row in rows]
                )
        return [Command(index, kind, json.loads(payload)) for index, kind, payload in rows]

    # Inside

    def _rolled_back(self) -> None:
        self._metrics.forget_tails()

    def _run_folder(self, run_id: str) -> Path:
        return self.workspace / "runs" / run_id

    def _set_progress(self, run_id: str, progress: Progress) -> None:
        self._db.execute(
            "UPDATE runs SET progress = ?, seen = ? WHERE id = ?", (json.dumps(asdict(progress)), time.time(), run_id)
        )

    def _add_summary(self, run_id: str, values: Mapping[str, float]) -> None:
        row = self._db.execute("SELECT summary FROM runs WHERE id = ?", (run_id,)).fetchone()
        merged = {**json.loads(row[0]), **values} if row else dict(values)
        self._db.execute("UPDATE runs SET summary = ? WHERE id = ?", (json.dumps(merged), run_id))


def _record(row: Sequence[Any]) -> RunRecord:
    progress, summary, outcome = row[12:15]
    return RunRecord(
        id=row[0],
        name=row[1],
        status=RunStatus(row[2]),
        spec_json=row[3],
        revision=row[4],
        created=row[5],
        started=row[6],
        ended=row[7],
        pid=row[8],
        pid_started=row[9],
        starred=bool(row[10]),
        note=row[11],
        progress=Progress(**from_json(progress)),
        summary=from_json(summary),
        outcome=_outcome(outcome) if outcome else None,
        attempt=row[15],
        queue_place=row[16],
        tags=_tags(row[17]),
        group=row[18],
        changes=_changes(row[19]),
        rested=row[20],
        rests_since=row[21],
    )


# Of thousands of runs most have the same few of these: each is read once.


@lru_cache(maxsize=512)
def _outcome(text: str) -> Outcome:
    return Outcome.model_validate_json(text)


@lru_cache(maxsize=512)
def _tags(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=64)
def _changes(text: str) -> tuple[Change, ...]:
    return tuple(Change(**change) for change in json.loads(text))
