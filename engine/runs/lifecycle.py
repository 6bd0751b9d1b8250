"""What a store offers about a run's life: it is claimed, rests, goes on, changes and ends. Whoever is first wins."""

import json
import time
from dataclasses import asdict

from engine.runs import queue
from engine.runs.outcome import Outcome
from engine.runs.queue import Holder
from engine.runs.queue_store import QueueStore
from engine.runs.records import Change, RunStatus

_RESUMED = ", ".join(f"'{status}'" for status in RunStatus if status.can_resume)


class LifecycleStore(QueueStore):
    """The part of RunStore that moves a run from one status to the next."""

    def claim(self, run_id: str, pid: int, pid_started: float) -> bool:
        """Take a run for a worker process; False where somebody else was first, or where it waits in the queue."""
        now = time.time()
        with self._writing(run_id):
            taken = self._db.execute(
                "UPDATE runs SET status = ?, pid = ?, pid_started = ?, started = coalesce(started, ?), seen = ?, "
                # What passed before the first start, in the queue or out of it, is no rest of a run.
                "rested = CASE WHEN started IS NULL THEN 0 ELSE rested + max(0, coalesce(? - rests_since, 0)) END, "
                "rests_since = NULL "
                "WHERE id = ? AND status IN (?, ?) AND pid IS NULL AND queue_place IS NULL",
                (
                    RunStatus.STARTING.value,
                    pid,
                    pid_started,
                    now,
                    now,
                    now,
                    run_id,
                    RunStatus.QUEUED.value,
                    RunStatus.STARTING.value,
                ),
            )
            queue.let_go(self._db, run_id)
        return taken.rowcount == 1

    def set_status(self, run_id: str, status: RunStatus) -> None:
        """Set the status of a run that is not over."""
        with self._writing(run_id):
            self._db.execute("UPDATE runs SET status = ? WHERE id = ? AND outcome IS NULL", (status.value, run_id))

    def rest(self, run_id: str, pid: int) -> bool:
        """Let a run rest whose worker has written its state and goes; False where it is not that worker's."""
        with self._writing(run_id):
            done = self._db.execute(
                "UPDATE runs SET status = ?, pid = NULL, pid_started = NULL, rests_since = ? "
                "WHERE id = ? AND pid = ? AND outcome IS NULL",
                (RunStatus.PAUSED.value, time.time(), run_id, pid),
            )
        return done.rowcount == 1

    def reopen(
        self, run_id: str, finished_too: bool = False, waiting: bool = False, holder: Holder | None = None
    ) -> bool:
        """Let a run that rests or has ended be started again; False where it is not in such a state (any more).

        `holder` is to start it, and should that process go before, the run is interrupted again; with `waiting` it goes
        to the end of the queue. Of two that ask at once, one is told True.
        """
        states = f"{_RESUMED}, '{RunStatus.FINISHED}'" if finished_too else _RESUMED
        with self._writing(run_id):
            done = self._db.execute(
                "UPDATE runs SET status = ?, pid = NULL, pid_started = NULL, ended = NULL, outcome = NULL, "
                "rests_since = coalesce(rests_since, ended), queue_place = NULL, attempt = attempt + 1 "
                f"WHERE id = ? AND status IN ({states}) AND trashed IS NULL",
                (RunStatus.QUEUED.value, run_id),
            )
            if done.rowcount:
                # What was asked of the worker that is gone is not meant for the next one.
                self._db.execute("UPDATE commands SET taken = ? WHERE run = ? AND taken IS NULL", (time.time(), run_id))
                if waiting:
                    queue.enqueue(self._db, run_id)
                elif holder is not None:
                    queue.hold(self._db, run_id, holder)
        return done.rowcount == 1

    def finish(self, run_id: str, outcome: Outcome, attempt: int | None = None) -> bool:
        """Record how a run ended; the first outcome stands. Returns whether this one did.

        A run that rests has not ended. With `attempt`, one that was taken up again since then is left alone.
        """
        with self._writing(run_id):
            return self._end(run_id, outcome, attempt)

    def add_change(self, run_id: str, change: Change) -> None:
        """Keep a change of a setting in the run's record."""
        with self._writing(run_id):
            row = self._db.execute("SELECT changes FROM runs WHERE id = ?", (run_id,)).fetchone()
            changes = [*json.loads(row[0]), asdict(change)] if row else []
            self._db.execute("UPDATE runs SET changes = ? WHERE id = ?", (json.dumps(changes), run_id))
