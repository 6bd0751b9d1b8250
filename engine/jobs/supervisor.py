"""Supervisor: starts a worker for each run from a warm standby, sees it end, and never leaves a dead run “running”."""

import json
import subprocess
import threading
import time
from pathlib import Path

from engine.jobs.conditions import NotNow, check_change, check_that_it_can_go_on, stands_at
from engine.jobs.failure import died
from engine.jobs.processes import is_alive, kill_tree, spawn, start_time, this_process
from engine.runs import Change, Holder, Outcome, RunRecord, RunStatus, RunStore, StoreError
from engine.runs.reading import is_read_only
from engine.runs.taps import TAP_COMMAND, TapWish
from engine.training.changes import EPOCHS
from engine.training.disk import clear_checkpoints, clear_tokens, free_room

__all__ = ["NotNow", "Supervisor"]


class Supervisor:
    """Watches over the workers of one workspace. Safe to call from any thread; every call returns at once.

    Workers outlive the supervisor: one that is started later (another window, the command line) adopts them. Unless
    `stands_by` is False, a worker warms up for the next run whenever one is started.
    """

    def __init__(self, workspace: Path, stands_by: bool = True) -> None:
        self.workspace = Path(workspace)
        self._stands_by = stands_by
        self._lock = threading.Lock()
        self._standby: subprocess.Popen[bytes] | None = None
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._watchers: dict[str, threading.Thread] = {}
        self._unrecorded: dict[str, Outcome] = {}
        self._seen_alive: set[str] = set()  # runs at work that others started
        """How workers ended whose end could not be recorded, because the disk was full, say."""

    def warm_up(self) -> None:
        """Start a standby worker, which imports the libraries now so that the next run starts at once."""
        if is_read_only(self.workspace):
            return
        with self._lock:
            self._ensure_standby()

    def start(self, run_id: str) -> None:
        """Hand a queued run to a worker, and warm up the next standby. Raises OSError where none can be started; the run
        waits again then where it waited, or is interrupted.
        """
        try:
            self._start(run_id)
        except BaseException:
            self._give_up(run_id)
            raise

    def _start(self, run_id: str) -> None:
        with self._lock:
            self._ensure_standby()
            worker = self._standby
            assert worker is not None
            self._hold(run_id, worker)
            self._standby = None
            self._workers[run_id] = worker
            _hand_over(worker, self.workspace, run_id)
            with RunStore(self.workspace) as store:
                attempt = store.run(run_id).attempt
            watcher = threading.Thread(
                target=self._watch, args=(run_id, worker, attempt), name=f"watch-{run_id}", daemon=True
            )
            self._watchers[run_id] = watcher
            watcher.start()
            if self._stands_by:
                self._ensure_standby()

    def start_alone(self, run_id: str) -> None:
        """Hand a run to a fresh worker and watch it, without warming up another; for a program that runs just one."""
        with self._lock:
            self._stands_by = False
        self.start(run_id)

    def start_detached(self, run_id: str) -> None:
        """Hand a run to a fresh worker that nobody waits for, as `train --detach` does."""
        try:
            worker = self._spawn()
            self._hold(run_id, worker)
        except BaseException:
            self._give_up(run_id)
            raise
        _hand_over(worker, self.workspace, run_id)

    def stop(self, run_id: str) -> None:
        """Ask a run to stop at its next optimizer boundary; one that is still waiting stops at once."""
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            if run.status.is_over:
                return
            if run.status is RunStatus.PAUSED and store.reopen(run_id, holder=this_process()):
                # Its best model is in its state: a worker has to take it out.
                store.send(run_id, "stop")
                self.start(run_id)
                return
            run = store.run(run_id)
            store.send(run_id, "stop")  # also to a worker that takes the queued run at this very moment
            if run.status is RunStatus.QUEUED:
                store.finish(run_id, Outcome.stopped("The run was stopped before it began."))
            else:
                store.set_status(run_id, RunStatus.STOPPING)

    def pause(self, run_id: str) -> None:
        """Ask a run to write its state and free the machine at its next optimizer boundary. Raises NotNow, StoreError."""
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            if run.status not in {RunStatus.STARTING, RunStatus.RUNNING}:
                raise NotNow(f"“{run.name}” is {run.status}: only a run that is at work can be paused.")
            store.send(run_id, "pause")
            store.set_status(run_id, RunStatus.PAUSING)

    def reopen(self, run_id: str, finished_too: bool = False, waiting: bool = False) -> None:
        """Let a run be started again where it was left; the caller starts it, or with `waiting` the queue does. The first
        of two that ask is heard. Should this process go before it has started the run, it is interrupted again.

        Raises:
            NotNow: it cannot go on, with the reason and what to do; the run stays as it was.
            StoreError: there is no such run.
        """
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            check_that_it_can_go_on(run, store.run_folder(run_id), self.workspace, finished_too)
            if not store.reopen(run_id, finished_too, waiting, None if waiting else this_process()):
                raise NotNow(f"“{run.name}” was resumed or changed by somebody else just now.")

    def resume(self, run_id: str, finished_too: bool = False) -> None:
        """Go on with a run where it was left. Raises NotNow, StoreError."""
        self.reopen(run_id, finished_too)
        self.start(run_id)

    def change(self, run_id: str, name: str, value: float) -> None:
        """Change a setting of a run: of one at work from its next step on, of another when it goes on.

        Raises:
            NotNow: the setting cannot be changed, or not to this; the run stays as it was.
        """
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            step, epoch = stands_at(run, store.run_folder(run_id))
            wanted = Change(step, epoch, name, value, time.time())
            check_change(run, wanted)
            if run.status.is_active:
                store.send(run_id, "change", {"field": name, "value": value})
            else:
                store.add_change(run_id, wanted)

    def tap(self, run_id: str, wish: TapWish) -> None:
        """Wish to watch these tensors of a run at work, in place of those before. Raises NotNow, StoreError."""
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            if not run.status.is_active:
                raise NotNow(f"“{run.name}” is {run.status}: only tensors of a run that is at work can be watched.")
            store.send(run_id, TAP_COMMAND, wish.model_dump())

    def extend(self, run_id: str, epochs: float) -> None:
        """Train a finished run further, to so many epochs in all. Raises NotNow, StoreError."""
        self.add_epochs(run_id, epochs)
        self.start(run_id)

    def add_epochs(self, run_id: str, epochs: float) -> None:
        """Let a run be started again for so many epochs in all; the caller starts it. Raises NotNow, StoreError."""
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            check_that_it_can_go_on(run, store.run_folder(run_id), self.workspace, finished_too=True)
        if epochs <= run.progress.epoch:
            raise NotNow(f"“{run.name}” has {run.progress.epoch:g} epochs already: ask for more than that in all.")
        self.change(run_id, EPOCHS, epochs)
        self.reopen(run_id, finished_too=True)

    def kill(self, run_id: str) -> None:
        """End a run's worker and all its children now."""
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            worker = self._workers.get(run_id)
            if worker is not None and worker.poll() is None:
                kill_tree(worker.pid)
            elif run.pid is not None:
                kill_tree(run.pid, run.pid_started)
            store.finish(run_id, Outcome.stopped("The worker was ended at once, on request."))

    def clear_checkpoints(self, run_id: str, state_too: bool = False) -> int:
        """Delete the checkpoints of a run that is not at work; its kept model stays. Returns the bytes that are free now.

        Raises:
            NotNow: it is at work, or it rests and would lose the state that it goes on from.
        """
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            if not run.status.is_over:
                raise NotNow(f"“{run.name}” is {run.status}: it still needs its checkpoints.")
            return clear_checkpoints(store.run_folder(run_id), state_too)

    def clear_tokens(self) -> int:
        """Delete the tokens that the workspace keeps for runs of texts. Returns the bytes that are free now.

        Raises:
            NotNow: such a run is at work.
        """
        with RunStore(self.workspace) as store:
            for run in store.runs():
                if run.status.is_active and run.reads_texts:
                    raise NotNow(f"“{run.name}” is {run.status}: it may be reading the tokens.")
        return clear_tokens(self.workspace)

    def wait(self, run_id: str, timeout: float | None = None) -> bool:
        """Wait until a run started here has ended and its outcome is recorded; False where the time was too short."""
        watcher = self._watchers.get(run_id)
        if watcher is not None:
            watcher.join(timeout)
            return not watcher.is_alive()
        return True

    def reconcile(self) -> list[RunRecord]:
        """Give every run whose worker is gone its outcome. Returns those alive that others started."""
        adopted = []
        with RunStore(self.workspace) as store:
            if store.note:
                return []  # others may be at work in it, on a machine that this one does not know
            store.release_abandoned(is_alive)
            for run in store.runs():
                if not run.status.is_active or run.id in self._workers:
                    continue
                if is_alive(run.pid, run.pid_started):
                    adopted.append(run)
                else:
                    free_room(store.run_folder(run.id))
                    was_seen = run.id in self._seen_alive
                    outcome = died(None, run.spec_or_none) if was_seen else Outcome.interrupted()
                    store.finish(run.id, self._unrecorded.get(run.id, outcome))
                    self._unrecorded.pop(run.id, None)
        self._seen_alive = {run.id for run in adopted}
        return adopted

    def close(self) -> None:
        """Let the standby go. Workers that train go on."""
        with self._lock:
            self._stands_by = False
            standby, self._standby = self._standby, None
        if standby is not None:
            kill_tree(standby.pid)
            _close_input(standby)
            standby.wait(timeout=10)

    def _ensure_standby(self) -> None:
        if self._standby is not None and self._standby.poll() is not None:
            _close_input(self._standby)
            self._standby = None
        if self._standby is None:
            self._standby = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return spawn("engine.jobs.worker", log=self.workspace / "worker.log", keeps_memory=True)

    def _give_up(self, run_id: str) -> None:
        with RunStore(self.workspace) as store:
            store.release(run_id)

    def _hold(self, run_id: str, worker: subprocess.Popen[bytes]) -> None:
        """Let the run count as at work from now on, though its worker claims it only when it has warmed up."""
        with RunStore(self.workspace) as store:
            store.hold(run_id, Holder(worker.pid, start_time(worker.pid) or 0.0))

    def _watch(self, run_id: str, worker: subprocess.Popen[bytes], attempt: int) -> None:
        code = worker.wait()
        outcome = died(code)
        try:
            with RunStore(self.workspace) as store:
                outcome = died(code, store.run(run_id).spec_or_none)
                free_room(store.run_folder(run_id))
                store.finish(run_id, outcome, attempt)
        except StoreError:
            self._unrecorded[run_id] = outcome  # `reconcile` tries again
        with self._lock:
            if self._workers.get(run_id) is worker:
                del self._workers[run_id]


def _hand_over(worker: subprocess.Popen[bytes], workspace: Path, run_id: str) -> None:
    job = json.dumps({"workspace": str(workspace.resolve()), "run": run_id})
    assert worker.stdin is not None
    try:
        worker.stdin.write(job.encode() + b"\n")
        worker.stdin.flush()
    except OSError:
        return  # It died just now; whoever watches it sees that.
    finally:
        _close_input(worker)


def _close_input(worker: subprocess.Popen[bytes]) -> None:
    try:
        if worker.stdin is not None:
            worker.stdin.close()
    except OSError:
        return
