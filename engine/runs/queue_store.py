"""What a store offers about the queue, tags, groups, views and settings. The queue's SQL is in queue.py."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.runs import queue
from engine.runs.connection import StoreConnection
from engine.runs.outcome import Outcome, OutcomeKind
from engine.runs.queue import Holder, QueueState
from engine.runs.records import RunStatus

TAG_LENGTH = 60
_VIEW = "view/"


class QueueStore(StoreConnection):
    """The part of RunStore that keeps runs in order: in the queue, and on the Runs page."""

    # The queue

    def enqueue(self, run_id: str) -> bool:
        """Put a run that nobody works on at the end of the queue; False where it waits already or is past that."""
        with self._writing(run_id):
            return queue.enqueue(self._db, run_id)

    def queue_state(self) -> QueueState:
        """Return the ids that wait, in order, and how many may work and do."""
        with self._reading():
            return queue.state(self._db)

    def move_in_queue(self, run_id: str, before: str | None) -> bool:
        """Put a waiting run before another one, or last; False where one of them does not wait (any more)."""
        with self._writing(None):
            changed = queue.move(self._db, run_id, before)
            if changed:
                self._touch(*changed)
        return changed is not None

    def set_queue_limit(self, limit: int) -> None:
        """Say how many runs of the queue may be at work on one device at once; at least 1."""
        self.set_setting(queue.LIMIT, max(1, int(limit)))

    def take_next(self, holder: Holder) -> str | None:
        """Take the first waiting run whose device has room out of the queue, for this process to start.

        Of any number of processes that ask at once, each run is given to one, and the limit holds over all of them.
        """
        with self._reading():
            if queue.next_to_start(self._db) is None:
                return None
        with self._writing(None):
            run_id = queue.next_to_start(self._db)
            if run_id is not None:
                queue.hold(self._db, run_id, holder)
                self._touch(run_id)
        return run_id

    def take(self, run_id: str, holder: Holder) -> bool:
        """Take this very run out of the queue, whether there is room or not; False where it does not wait."""
        with self._writing(run_id):
            waits = run_id in queue.waiting(self._db)
            if waits:
                queue.hold(self._db, run_id, holder)
        return waits

    def hold(self, run_id: str, holder: Holder) -> None:
        """Note which process is about to claim a run, so that it counts as at work from now on."""
        with self._writing(run_id):
            queue.hold(self._db, run_id, holder)

    def release(self, run_id: str) -> None:
        """Give a run up that could not be started: it waits again where it waited, or else is interrupted."""
        with self._writing(run_id):
            if queue.release(self._db, run_id):
                self._end(run_id, Outcome.not_started())

    def release_abandoned(self, alive: Callable[[int, float], bool]) -> list[str]:
        """Let the runs wait again whose process went before it claimed them; returns their ids.

        Those that were started directly have no place to go back to: they become interrupted, and can be resumed.
        """
        with self._reading():
            if not queue.held(self._db):
                return []
        with self._writing(None):
            again, lost = queue.release_abandoned(self._db, alive)
            for run_id in lost:
                self._end(run_id, Outcome.not_started())
            self._touch(*again, *lost)
        return again

    def _end(self, run_id: str, outcome: Outcome, attempt: int | None = None) -> bool:
        # Of a worker that was found gone, only its last sign of life is known.
        last_sign = "seen" if outcome.kind is OutcomeKind.INTERRUPTED else "NULL"
        done = self._db.execute(
            "UPDATE runs SET status = ?, ended = ?, outcome = ?, queue_place = NULL, "
            f"rests_since = coalesce(rests_since, {last_sign}) WHERE id = ? AND outcome IS NULL "
            f"AND status <> '{RunStatus.PAUSED}' AND attempt = coalesce(?, attempt)",
            (outcome.kind.value, time.time(), outcome.model_dump_json(), run_id, attempt),
        )
        if done.rowcount:
            queue.let_go(self._db, run_id)
        return done.rowcount == 1

    # Tags, groups, views, settings

    def set_tags(self, run_id: str, tags: Sequence[str]) -> None:
        """Replace a run's tags; blank and repeated ones are dropped."""
        self.set_tags_of([run_id], tags)

    def set_tags_of(self, run_ids: Sequence[str], tags: Sequence[str]) -> None:
        """Replace the tags of some runs by the same ones, all at once."""
        kept = list(dict.fromkeys(" ".join(tag.split())[:TAG_LENGTH] for tag in tags if tag.strip()))
        with self._writing(None):
            self._db.executemany("UPDATE runs SET tags = ? WHERE id = ?", [(json.dumps(kept), run) for run in run_ids])
            self._touch(*run_ids)

    def set_group(self, run_ids: Sequence[str], group: str) -> None:
        """Put runs into a group, or with an empty name into none."""
        with self._writing(None):
            self._db.executemany(
                "UPDATE runs SET run_group = ? WHERE id = ?", [(" ".join(group.split()), run) for run in run_ids]
            )
            self._touch(*run_ids)

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting of the workspace, or the default where it was never set."""
        with self._reading():
            row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a setting (anything that JSON can write) for everybody who opens the workspace."""
        with self._writing(None):
            self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))
            self._touch()

    def views(self) -> dict[str, Any]:
        """Return the saved views of the Runs page, by name."""
        with self._reading():
            rows = self._db.execute(
                "SELECT name, value FROM settings WHERE substr(name, 1, ?) = ? ORDER BY name", (len(_VIEW), _VIEW)
            ).fetchall()
        return {str(name).removeprefix(_VIEW): json.loads(value) for name, value in rows}

    def save_view(self, name: str, view: Mapping[str, Any]) -> None:
        """Keep what the Runs page shows (columns, filter, order …) under a name."""
        self.set_setting(_VIEW + name, dict(view))

    def delete_view(self, name: str) -> None:
        """Forget a saved view."""
        with self._writing(None):
            self._db.execute("DELETE FROM settings WHERE name = ?", (_VIEW + name,))
            self._touch()
