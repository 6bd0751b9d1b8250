"""Supervisor: starts a worker for each run from a warm standby, sees it end, and never leaves a dead run “running”."""

import json
import subprocess
import threading
from pathlib import Path

from engine.jobs.failure import died
from engine.jobs.processes import is_alive, kill_tree, spawn, start_time
from engine.runs import Holder, Outcome, RunRecord, RunStatus, RunStore


class Supervisor:
    """Watches over the workers of one workspace. Safe to call from any thread; every call returns at once.

    Workers outlive the supervisor: one that is started later (another window, the command line) adopts them.
    """

    def __init__(self, workspace: Path) -> None:
        self.workspace = Path(workspace)
        self._lock = threading.Lock()
        self._standby: subprocess.Popen[bytes] | None = None
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._watchers: dict[str, threading.Thread] = {}
        self._closed = False

    def warm_up(self) -> None:
        """Start a standby worker, which imports the libraries now so that the next run starts at once."""
        with self._lock:
            self._ensure_standby()

    def start(self, run_id: str) -> None:
        """Hand a queued run to a worker, and warm up the next standby."""
        with self._lock:
            self._ensure_standby()
            worker = self._standby
            assert worker is not None
            self._hold(run_id, worker)
            self._standby = None
            self._workers[run_id] = worker
            _hand_over(worker, self.workspace, run_id)
            watcher = threading.Thread(target=self._watch, args=(run_id, worker), name=f"watch-{run_id}", daemon=True)
            self._watchers[run_id] = watcher
            watcher.start()
            if not self._closed:
                self._ensure_standby()

    def start_alone(self, run_id: str) -> None:
        """Hand a run to a fresh worker and watch it, without warming up another; for a program that runs just one."""
        with self._lock:
            self._closed = True
        self.start(run_id)

    def start_detached(self, run_id: str) -> None:
        """Hand a run to a fresh worker that nobody waits for, as `train --detach` does."""
        worker = self._spawn()
        self._hold(run_id, worker)
        _hand_over(worker, self.workspace, run_id)

    def stop(self, run_id: str) -> None:
        """Ask a run to stop at its next optimizer boundary; one that is still waiting stops at once."""
        with RunStore(self.workspace) as store:
            run = store.run(run_id)
            if run.status.is_over:
                return
            store.send(run_id, "stop")  # also to a worker that takes the queued run at this very moment
            if run.status is RunStatus.QUEUED:
                store.finish(run_id, Outcome.stopped("The run was stopped before it began."))
            else:
                store.set_status(run_id, RunStatus.STOPPING)

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
            for run in store.runs():
                if not run.status.is_active or run.id in self._workers:
                    continue
                if is_alive(run.pid, run.pid_started):
                    adopted.append(run)
                else:
                    store.finish(run.id, Outcome.interrupted())
        return adopted

    def close(self) -> None:
        """Let the standby go. Workers that train go on."""
        with self._lock:
            self._closed = True
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
        return spawn("engine.jobs.worker", log=self.workspace / "worker.log")

    def _hold(self, run_id: str, worker: subprocess.Popen[bytes]) -> None:
        """Let the run count as at work from now on, though its worker claims it only when it has warmed up."""
        with RunStore(self.workspace) as store:
            store.hold(run_id, Holder(worker.pid, start_time(worker.pid) or 0.0))

    def _watch(self, run_id: str, worker: subprocess.Popen[bytes]) -> None:
        code = worker.wait()
        with RunStore(self.workspace) as store:
            store.finish(run_id, died(code, store.run(run_id).spec_or_none))
        with self._lock:
            self._workers.pop(run_id, None)


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
