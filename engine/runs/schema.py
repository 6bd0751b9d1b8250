"""The tables of workspace.db and how a connection to it is opened. Only this file speaks of versions."""

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from engine.runs import reading

STORE_VERSION = 3
APPLICATION_ID = 0x7E450B  # "tensorb", so that a stranger's database is not taken for ours
BUSY_S = 15  # how long one program waits for another's writing

TABLES = """
CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 0), revision INTEGER NOT NULL);
INSERT OR IGNORE INTO clock VALUES (0, 0);
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, spec TEXT NOT NULL,
    revision INTEGER NOT NULL, created REAL NOT NULL, started REAL, ended REAL,
    pid INTEGER, pid_started REAL, starred INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
    trashed REAL, progress TEXT NOT NULL DEFAULT '{}', summary TEXT NOT NULL DEFAULT '{}', outcome TEXT,
    attempt INTEGER NOT NULL DEFAULT 1, queue_place REAL, tags TEXT NOT NULL DEFAULT '[]',
    run_group TEXT NOT NULL DEFAULT '', changes TEXT NOT NULL DEFAULT '[]',
    rested REAL NOT NULL DEFAULT 0, rests_since REAL, seen REAL
);
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, key TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 0, last_step INTEGER NOT NULL DEFAULT 0, last_value REAL,
    UNIQUE (run, key)
);
-- The columns that every reader wants stand first: SQLite walks a row's overflow pages in column order.
CREATE TABLE IF NOT EXISTS chunks (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE, start INTEGER NOT NULL, count INTEGER NOT NULL,
    first_step INTEGER NOT NULL, stride INTEGER NOT NULL,
    "values" BLOB NOT NULL, steps BLOB, times BLOB NOT NULL, epochs BLOB NOT NULL,
    PRIMARY KEY (series, start)
);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    time REAL NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    time REAL NOT NULL, level TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS artifacts (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL, kind TEXT NOT NULL,
    path TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (run, name)
);
CREATE TABLE IF NOT EXISTS commands (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, payload TEXT NOT NULL, created REAL NOT NULL, taken REAL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
# Made whenever a store is opened: an index changes no version, and an early store of this one may lack it.
INDEXES = {
    "runs_by_revision": "runs (revision)",
    "runs_by_status": "runs (status)",
    "series_by_key": "series (key, run)",
    "events_by_run": "events (run, id)",
    "log_by_run": "log (run, id)",
    "commands_by_run": "commands (run, taken)",
}
# What makes a store of each version one of the next; tables that are new are made by TABLES.
MIGRATIONS = {
    1: (
        "ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE runs ADD COLUMN queue_place REAL",
        "ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE runs ADD COLUMN run_group TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'",
    ),
    2: (
        "ALTER TABLE runs ADD COLUMN rested REAL NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN rests_since REAL",
        "ALTER TABLE runs ADD COLUMN seen REAL",
    ),
}


class StoreError(Exception):
    """The workspace cannot be used; the message says why and what to do."""


def connect(workspace: Path) -> sqlite3.Connection:
    """Open (and where needed make) the workspace's database; one that cannot be written, for reading only.

    Raises StoreError in words. A store of a newer version is left untouched.
    """
    path = workspace / "workspace.db"
    if (version := reading.version_of(path)) is not None:
        _expect_not_newer(version, path)
    if reading.is_read_only(workspace):
        return _connect_to_read(path)
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        (workspace / "datasets").mkdir(exist_ok=True)
        (workspace / "runs").mkdir(exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    except OSError as error:
        raise StoreError(
            f"{workspace}: the workspace cannot be made here ({error.strerror}). Choose another folder."
        ) from error
    except sqlite3.OperationalError as error:
        raise StoreError(_words(path, error)) from error
    try:
        _prepare(connection, path)
    except StoreError:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreError(_words(path, error)) from error
    return connection


def _expect_not_newer(version: int, path: Path) -> None:
    if version > STORE_VERSION:
        raise StoreError(
            f"{path}: this workspace was written by a newer Tensorbench (store version {version}, this program "
            f"reads up to {STORE_VERSION}). It was left untouched; open it with the newer program."
        )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    try:
        connection = reading.open_to_read(path)
        version, application = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")
        )
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{path}: the last program that wrote this workspace was cut off, and the folder cannot be written to, "
            f"which bringing it in order needs. {reading.COPY_IT}"
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(_words(path, error)) from error
    if (application, version) == (APPLICATION_ID, STORE_VERSION):
        return connection
    connection.close()
    if application != APPLICATION_ID:
        raise StoreError(f"{path}: this database was not made by Tensorbench. Choose another folder as workspace.")
    raise StoreError(
        f"{path}: this workspace was written by an older Tensorbench, and cannot be brought up to date because its folder "
        f"cannot be written to. {reading.COPY_IT}"
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    _expect_not_newer(version, path)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -8000")
    if version < STORE_VERSION:
        _create(connection, path)
    _index(connection)
    # After the tables: a stranger's database keeps its own mode.
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _use_write_ahead_log(connection)


def _create(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new store, or bring an old one to this version after a copy of it was made."""
    if connection.execute("PRAGMA user_version").fetchone()[0]:
        _copy(connection, path)
    # Immediate, so that of two programs that open a workspace at once, one waits and finds it made.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise StoreError(f"{path}: this database was not made by Tensorbench. Choose another folder as workspace.")
        steps = [step for old in range(version, STORE_VERSION) if version for step in MIGRATIONS[old]]
        for statement in (*steps, *TABLES.split(";\n")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {STORE_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _index(connection: sqlite3.Connection) -> None:
    """Make the indexes that are missing. One that is there costs no writing, and so waits for nobody."""
    for name, columns in INDEXES.items():
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """Copy an older store beside itself before it is changed: workspace.db.version1, say."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    beside = path.with_name(f"{path.name}.version{version}")
    if version >= STORE_VERSION or beside.exists():
        return
    unfinished = path.with_name(f"{beside.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with closing(sqlite3.connect(unfinished)) as copy:
            connection.backup(copy)
        unfinished.replace(beside)
    finally:
        unfinished.unlink(missing_ok=True)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL, which lasts. SQLite does not wait for the lock that this needs, so this does."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _words(path: Path, error: sqlite3.Error) -> str:
    text = str(error)
    if "readonly" in text or "unable to open" in text:
        return f"{path}: the workspace cannot be written to. Choose a folder that you may write in."
    if "locked" in text or "busy" in text:
        return f"{path}: another program holds the workspace's database. Close it and try again."
    if "full" in text:
        return f"{path}: the disk is full. Free some space and try again; nothing recorded so far is lost."
    if "not a database" in text or "malformed" in text:
        return f"{path}: this file is damaged or is not a database. Choose another workspace, or restore the file."
    return f"{path}: the workspace's database cannot be used ({text})."


def store_error(workspace: Path, error: sqlite3.Error) -> StoreError:
    """Put a database error into words."""
    return StoreError(_words(workspace / "workspace.db", error))
