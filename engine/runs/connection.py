"""A connection to a workspace's store: its transactions, its clock and its errors in words. No table but the clock."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.runs import reading
from engine.runs.schema import StoreError, connect, store_error


class StoreConnection:
    """One connection, which belongs to the thread that made it. Every call may raise StoreError."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = Path(workspace)
        self._db = connect(self.workspace)
        self.note = reading.words(self.workspace) if reading.is_read_only(self.workspace) else ""
        """A sentence where the workspace can only be looked at; every call that would change it raises it."""

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _rolled_back(self) -> None:
        """Drop what is remembered about what was being written."""

    def _touch(self, *run_ids: str) -> None:
        """Let the clock go on, and mark these runs as changed."""
        self._db.execute("UPDATE clock SET revision = revision + 1")
        self._db.executemany(
            "UPDATE runs SET revision = (SELECT revision FROM clock) WHERE id = ?", [(run,) for run in run_ids]
        )

    def _expect_writable(self) -> None:
        if self.note:
            raise StoreError(self.note)

    @contextmanager
    def _writing(self, run_id: str | None) -> Iterator[None]:
        self._expect_writable()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                if run_id is not None:
                    self._touch(run_id)
                self._db.execute("COMMIT")
            except BaseException:
                self._rolled_back()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise store_error(self.workspace, error) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Show one state of the store to everything that is read inside, whatever others write meanwhile."""
        try:
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise store_error(self.workspace, error) from error
