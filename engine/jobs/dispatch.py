"""Dispatch: starts what waits in the queue whenever there is room. Any window and any terminal may do it at once."""

from engine.jobs.processes import is_alive, this_process
from engine.jobs.supervisor import Supervisor
from engine.runs import RunStore


class Dispatcher:
    """Works a workspace's queue off through a supervisor. The store sees to it that no other one takes the same run."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._holder = this_process()

    def start_waiting(self, store: RunStore) -> list[str]:
        """Start as many waiting runs as there is room for; returns their ids."""
        started: list[str] = []
        if store.note:
            return started
        while (run_id := store.take_next(self._holder)) is not None:
            self._supervisor.start(run_id)
            started.append(run_id)
        return started

    def start_now(self, store: RunStore, run_id: str) -> bool:
        """Start a waiting run whether there is room or not; False where it does not wait (any more)."""
        if not store.take(run_id, self._holder):
            return False
        self._supervisor.start(run_id)
        return True

    def recover(self, store: RunStore) -> list[str]:
        """Let the runs wait again that somebody took and died with; returns their ids."""
        return [] if store.note else store.release_abandoned(is_alive)
