"""The queue of a workspace in SQL: who waits, in which order, who may start. Transactions are the caller's.

Must not start anything, and must not know processes: whether one is alive is told by the caller.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.runs.records import RunStatus

LIMIT = "queue.limit"
"""The setting that says how many runs of the queue may be at work on one device at once."""
_HELD = "held/"
WAITS = f"status = '{RunStatus.QUEUED}' AND queue_place IS NOT NULL AND trashed IS NULL"
ORDER = "queue_place, created, id"
_ACTIVE = ", ".join(f"'{status}'" for status in RunStatus if status.is_active)
_IS_HELD = f"EXISTS (SELECT 1 FROM settings WHERE settings.name = '{_HELD}' || runs.id)"
_AT_WORK = (
    f"(status IN ({_ACTIVE}) OR (status = '{RunStatus.QUEUED}' AND queue_place IS NULL AND {_IS_HELD})) "
    "AND trashed IS NULL"
)
AUTO_DEVICE = "device.auto"
"""The setting that says which device “auto” is: told by the workers, who have torch; until one has, it is its own."""
_AUTO = f"coalesce((SELECT json_extract(value, '$') FROM settings WHERE name = '{AUTO_DEVICE}'), 'auto')"
_NAMED = "coalesce(json_extract(spec, '$.trainer.device'), 'auto')"
_DEVICE = f"CASE {_NAMED} WHEN 'cuda' THEN 'cuda:0' WHEN 'auto' THEN {_AUTO} ELSE {_NAMED} END"


@dataclass(frozen=True)
class Holder:
    """The process that is about to work on a run: its id and when it began, in seconds since the epoch."""

    pid: int
    started: float


@dataclass(frozen=True)
class QueueState:
    """The queue at a glance: the ids that wait, in order; how many may work on one device; how many work at all."""

    waiting: tuple[str, ...] = ()
    limit: int = 1
    working: int = 0


def state(db: sqlite3.Connection) -> QueueState:
    """Return the queue at a glance."""
    working = db.execute(f"SELECT count(*) FROM runs WHERE {_AT_WORK}").fetchone()[0]
    return QueueState(tuple(waiting(db)), limit(db), working)


def waiting(db: sqlite3.Connection) -> list[str]:
    """Return the ids of the runs that wait, in order."""
    return [row[0] for row in db.execute(f"SELECT id FROM runs WHERE {WAITS} ORDER BY {ORDER}")]


def limit(db: sqlite3.Connection) -> int:
    """Return how many runs may be at work on one device at once."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (LIMIT,)).fetchone()
    return max(1, int(json.loads(row[0]))) if row else 1


def enqueue(db: sqlite3.Connection, run: str) -> bool:
    """Put a run that nobody works on at the end of the queue; False where it is no such run, or waits already."""
    free = f"status = '{RunStatus.QUEUED}' AND queue_place IS NULL AND trashed IS NULL"
    done = db.execute(
        f"UPDATE runs SET queue_place = (SELECT coalesce(max(queue_place), 0) + 1 FROM runs) WHERE id = ? AND {free} "
        f"AND NOT {_IS_HELD}",
        (run,),
    )
    return done.rowcount == 1


def move(db: sqlite3.Connection, run: str, before: str | None) -> list[str] | None:
    """Put a waiting run before another, or last; returns whose places changed, or None where one waits no more."""
    order = waiting(db)
    if run not in order or (before is not None and before not in order):
        return None
    if run == before:
        return []
    order.remove(run)
    order.insert(len(order) if before is None else order.index(before), run)
    changed = []
    for place, one in enumerate(order, start=1):
        done = db.execute("UPDATE runs SET queue_place = ? WHERE id = ? AND queue_place != ?", (place, one, place))
        changed += [one] if done.rowcount else []
    return changed


def next_to_start(db: sqlite3.Connection) -> str | None:
    """Return the first waiting run whose device has room; a full device does not hold up runs for another."""
    room = dict.fromkeys(_waiting_devices(db), limit(db))
    if not room:
        return None
    for device, count in db.execute(f"SELECT {_DEVICE}, count(*) FROM runs WHERE {_AT_WORK} GROUP BY 1"):
        room[device] = room.get(device, 0) - count
    rows = db.execute(f"SELECT id, {_DEVICE} FROM runs WHERE {WAITS} ORDER BY {ORDER}")
    return next((run for run, device in rows if room[device] > 0), None)


def hold(db: sqlite3.Connection, run: str, holder: Holder) -> None:
    """Take a run out of the queue for a process that is about to start it, or to claim it.

    Should that process be gone before the run is claimed, `release` puts the run back to where it waited.
    """
    row = db.execute("SELECT queue_place FROM runs WHERE id = ?", (run,)).fetchone()
    place = row[0] if row else None
    if place is None:
        before = db.execute("SELECT value FROM settings WHERE name = ?", (_HELD + run,)).fetchone()
        place = json.loads(before[0])["place"] if before else None
    note = json.dumps({"pid": holder.pid, "started": holder.started, "place": place})
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_HELD + run, note))
    db.execute("UPDATE runs SET queue_place = NULL WHERE id = ?", (run,))


def held(db: sqlite3.Connection) -> dict[str, Holder]:
    """Return which runs are held, and by whom."""
    found = {}
    for name, value in db.execute("SELECT name, value FROM settings WHERE substr(name, 1, ?) = ?", (len(_HELD), _HELD)):
        note = json.loads(value)
        found[str(name).removeprefix(_HELD)] = Holder(note["pid"], note["started"])
    return found


def let_go(db: sqlite3.Connection, run: str) -> None:
    """Forget who held a run: it was claimed, or it is over."""
    db.execute("DELETE FROM settings WHERE name = ?", (_HELD + run,))


def release(db: sqlite3.Connection, run: str) -> bool:
    """End the holding of a run. Returns whether it is left without anybody and without a place in the queue."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (_HELD + run,)).fetchone()
    if row is None:
        return False
    let_go(db, run)
    place = json.loads(row[0])["place"]
    found = db.execute("SELECT status, queue_place, outcome FROM runs WHERE id = ?", (run,)).fetchone()
    if found is None or found[0] != RunStatus.QUEUED or found[1] is not None or found[2] is not None:
        return False
    db.execute("UPDATE runs SET queue_place = ? WHERE id = ?", (place, run))
    return place is None


def release_abandoned(db: sqlite3.Connection, alive: Callable[[int, float], bool]) -> tuple[list[str], list[str]]:
    """Release every run whose holder is gone.

    Returns those that wait again, and those that were started directly, and so have no place to go back to.
    """
    again, lost = [], []
    for run, holder in held(db).items():
        row = db.execute("SELECT status FROM runs WHERE id = ?", (run,)).fetchone()
        still = row is not None and row[0] == RunStatus.QUEUED
        if still and alive(holder.pid, holder.started):
            continue
        if release(db, run):
            lost.append(run)
        elif still:
            again.append(run)
    return again, lost


def _waiting_devices(db: sqlite3.Connection) -> Iterable[str]:
    return [row[0] for row in db.execute(f"SELECT DISTINCT {_DEVICE} FROM runs WHERE {WAITS}")]
