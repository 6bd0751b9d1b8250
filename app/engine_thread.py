"""EngineThread: the only door from the window to the engine. It supervises workers and turns news into signals.

Everything that could wait (the store, processes, files) happens on this thread; its public methods return at once.
"""

import itertools
import queue
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from app.requests import Requests
from app.run_commands import RunCommands, Task
from app.run_news import RunNews
from app.run_values import RunValues
from engine.catalog import run_name
from engine.jobs.dispatch import Dispatcher
from engine.jobs.lab_client import LabClient
from engine.jobs.processes import this_process
from engine.jobs.supervisor import NotNow, Supervisor
from engine.runs import QueueState, RunStore, StoreError
from engine.spec import RunSpec
from engine.training.disk import disk_use

POLL_S = 0.05
SWITCH_S = 0.001  # Python lets a thread keep the interpreter for 5 ms by default: a third of a frame
RECONCILE_EVERY = 40  # polls, that is two seconds

__all__ = ["EngineThread", "Requests"]


class EngineThread(QThread, RunCommands):
    """Owns the supervisor, a connection to the store and the labs of one workspace."""

    runsChanged = Signal(object)  # list[RunRecord]; all of them the first time
    runsRemoved = Signal(object)  # list[str]
    runStarted = Signal(str)
    seriesGrew = Signal(str, object)  # run id, dict[str, Series] with the new points
    logGrew = Signal(str, object)
    eventsGrew = Signal(str, object)
    forecastsGrew = Signal(str, object)  # run id, LiveForecasts: the newest ones, in place of those before
    samplesGrew = Signal(str, object)  # run id, list of TextSamples: those kept since the last time, then the newest
    tensorsTold = Signal(str, object)  # run id, TapOffer: what can be watched of it, and the wish that it heeds
    tensorsGrew = Signal(str, object)  # run id, list of TapLook: those kept since the last time, then the newest
    answered = Signal(int, object)
    failed = Signal(int, str)
    progressed = Signal(int, object)
    storeFailed = Signal(str)
    refused = Signal(str)  # a sentence: what was asked for cannot be done (any more)
    diskTold = Signal(str, object)  # run id, DiskUse
    queueChanged = Signal(object)  # QueueState; the first time at once
    viewsChanged = Signal(object)  # dict[str, view], the saved views of the Runs page; the first time at once
    fieldsTold = Signal(object, object)  # list[str] dotted settings, list[str] metrics
    valuesTold = Signal(object)  # dict[str, dict[str, value]], by column and run

    def __init__(self, workspace: Path, parent: QObject | None = None, stands_by: bool = True) -> None:
        super().__init__(parent)
        self.workspace = Path(workspace)
        self._tasks = queue.SimpleQueue()
        self._tickets = itertools.count(1)
        self._supervisor = Supervisor(self.workspace, stands_by)
        self._dispatcher = Dispatcher(self._supervisor)
        self._queue: QueueState | None = None
        self._views: dict[str, Any] | None = None
        self._values = RunValues()
        self._labs = {
            "data": LabClient("data", self.workspace, self._on_answer),
            "model": LabClient("model", self.workspace, self._on_answer),
            "tensors": LabClient("tensors", self.workspace, self._on_answer, stands_by),
        }
        self._asked_of: dict[int, LabClient] = {}
        self._news = RunNews()
        self._revision = -1
        self._store: RunStore | None = None

    # What the window calls; each returns at once

    def ask(self, lab: str, method: str, params: dict[str, Any]) -> int:
        """Send a request to a lab (“data”, “model” or “tensors”). Its answer is a signal with the ticket returned here."""
        ticket = next(self._tickets)
        client = self._labs[lab]
        self._asked_of[ticket] = client
        self._tasks.put(partial(client.ask, ticket, method, params))
        return ticket

    def cancel(self, ticket: int) -> None:
        """Give up a request."""
        client = self._asked_of.get(ticket)
        if client is not None:
            self._tasks.put(partial(client.cancel, ticket))

    def warmUp(self, lab: str) -> None:
        """Start a lab before it is needed."""
        self._tasks.put(self._labs[lab].start)

    def warmUpWorker(self) -> None:
        """Start the standby worker, so that the first run begins at once."""
        self._tasks.put(self._supervisor.warm_up)

    def watch(self, run_id: str) -> None:
        """Tell everything about a run, from its beginning, and then its news. Of very long series only the steps and
        values are read, until `tellAxes` asks for times and epochs too.
        """
        self._tasks.put(partial(self._watch, run_id))

    def tellAxes(self, run_id: str) -> None:
        """Tell every series of a watched run again, from its beginning, with the times and epochs of all points."""
        self._tasks.put(partial(self._tell_axes, run_id))

    def unwatch(self, run_id: str) -> None:
        """Stop telling a run's news."""
        self._tasks.put(partial(self._news.unwatch, run_id))

    def stop(self) -> None:
        """End the thread, the labs and the standby worker; runs go on. Returns when all is ended."""
        self._tasks.put(None)
        self.wait()

    # The thread itself

    def run(self) -> None:
        """Do what the window asked and tell it the store's news, until `stop` is called."""
        sys.setswitchinterval(SWITCH_S)
        try:
            self._store = RunStore(self.workspace)
            if self._store.note:
                self.storeFailed.emit(self._store.note)
        except StoreError as error:
            self.storeFailed.emit(str(error))
        for poll in itertools.count():
            if not self._do_tasks():
                break
            self._attempt(self._tell_news)
            self._attempt(self._read_values)
            self._labs["tensors"].tend()
            if poll % RECONCILE_EVERY == 0:
                self._attempt(self._reconcile)
        for lab in self._labs.values():
            lab.close()
        self._supervisor.close()
        if self._store is not None:
            self._store.close()

    def _do_tasks(self) -> bool:
        """Do all that waits, after waiting a little for the first; False when the thread is to end."""
        wait: float | None = None if self._values.waiting else POLL_S
        while True:
            try:
                task = self._tasks.get(timeout=wait) if wait else self._tasks.get_nowait()
            except queue.Empty:
                return True
            if task is None:
                return False
            self._attempt(task)
            wait = None

    def _attempt(self, task: Task) -> None:
        try:
            task()
        except NotNow as error:
            self.refused.emit(str(error))
        except StoreError as error:
            self.storeFailed.emit(str(error))
        except OSError as error:
            self.storeFailed.emit(f"The operating system refused: {error}")

    def _on_store(self, method: Callable[..., object], *arguments: object) -> object:
        return method(self._store, *arguments) if self._store is not None else None

    def _refuse(self, sentence: str) -> None:
        self.refused.emit(sentence)

    def _start_run(self, spec: RunSpec) -> None:
        if self._store is None:
            return
        run = self._store.create_run(spec, holder=this_process(), name=run_name(spec))
        self._tell_news()
        self.runStarted.emit(run.id)
        self._supervisor.start(run.id)

    def _reconcile(self) -> None:
        if self._store is not None:
            self._supervisor.reconcile()
            self._dispatcher.recover(self._store)
            self._dispatcher.start_waiting(self._store)

    def _tell_axes(self, run_id: str) -> None:
        if self._news.want_axes(run_id):
            self._tell_run(run_id)

    def _watch(self, run_id: str) -> None:
        self._news.watch(run_id)
        if self._store is not None:
            self.runsChanged.emit([self._store.run(run_id)])
        self._tell_run(run_id)

    def _tell_news(self) -> None:
        if self._store is None:
            return
        first = self._revision < 0
        before = self._revision
        self._revision, changed, removed = self._store.changed_since(before)
        if changed or first:
            self.runsChanged.emit(changed)
        if removed:
            self.runsRemoved.emit(removed)
        for run in changed:
            if run.id in self._news:
                self._tell_run(run.id)
        if not first and (told := self._values.changed(self._store, [run.id for run in changed])):
            self.valuesTold.emit(told)
        if self._revision != before:
            self._tell_queue()

    def _tell_queue(self) -> None:
        """Tell how the queue and the saved views stand where that is new, and start what has room now."""
        if self._store is None:
            return
        if (now := self._store.queue_state()) != self._queue:
            self._queue = now
            self.queueChanged.emit(now)
            self._dispatcher.start_waiting(self._store)
        if (views := self._store.views()) != self._views:
            self._views = views
            self.viewsChanged.emit(views)

    def _want_columns(self, columns: list[str]) -> None:
        if self._store is not None and (told := self._values.want(self._store, columns)):
            self.valuesTold.emit(told)

    def _tell_fields(self) -> None:
        self._values.ask_fields()

    def _read_values(self) -> None:
        if self._store is None:
            return
        if told := self._values.go_on(self._store):
            self.valuesTold.emit(told)
        if fields := self._values.go_on_fields(self._store):
            self.fieldsTold.emit(*fields)

    def _tell_disk(self, run_id: str) -> None:
        if self._store is not None:
            workspace = self.workspace if self._store.run(run_id).reads_texts else None
            self.diskTold.emit(run_id, disk_use(self._store.run_folder(run_id), workspace))

    def _tell_run(self, run_id: str) -> None:
        if self._store is not None:
            for signal, told in self._news.of(self._store, run_id):
                getattr(self, signal).emit(run_id, told)

    def _on_answer(self, ticket: int, kind: str, value: Any) -> None:
        """Pass a lab's answer on; called on the lab client's own thread, which a signal may be emitted from."""
        if kind == "progress":
            self.progressed.emit(ticket, value)
            return
        self._asked_of.pop(ticket, None)
        if kind == "result":
            self.answered.emit(ticket, value)
        else:
            self.failed.emit(ticket, str(value))
