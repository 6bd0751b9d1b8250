"""Opening a store that must not or cannot be written: its version is read, and a read-only folder is shown as it is."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

COPY_IT = "Copy the folder to one that you may write in, and open that."


def version_of(path: Path) -> int | None:
    """Return the version of a store without touching it; None where there is none, or it cannot be read."""
    if not path.is_file():
        return None
    how = "mode=ro" if _has_log(path) else "immutable=1"  # which leaves nothing beside the file
    with suppress(sqlite3.Error), closing(_opened(path, how)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    return None


def is_read_only(workspace: Path) -> bool:
    """Whether there is a store in a workspace that this user may look at only."""
    path = workspace / "workspace.db"
    return path.is_file() and not all(os.access(place, os.W_OK) for place in (workspace, path))


def words(workspace: Path) -> str:
    """Return the sentence that says so."""
    return (
        f"Read only: {workspace} cannot be written to. To train or change anything, copy it to a folder that you may "
        "write in, and open that."
    )


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a store for reading only. Raises sqlite3.Error where that cannot be done without writing."""
    connection = _opened(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except sqlite3.OperationalError:
        connection.close()
        # A write-ahead log needs an index beside it, which cannot be made here. Without a log, the file is all there is.
        if _has_log(path):
            raise
    return _opened(path, "immutable=1")


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    try:
        return log.stat().st_size > 0
    except OSError:
        return False


def _opened(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
