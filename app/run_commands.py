"""RunCommands: what the window may ask for about runs, the queue and saved views. Each call returns at once.

Nothing is done here: every wish is put into the engine thread's tasks.
"""

import queue
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication

from engine.catalog import run_name
from engine.jobs.dispatch import Dispatcher
from engine.jobs.supervisor import Supervisor
from engine.runs import RunStore
from engine.runs.taps import TapWish
from engine.spec import RunSpec

Task = Callable[[], object]


class RunCommands:
    """The part of EngineThread that takes wishes about runs."""

    _tasks: queue.SimpleQueue[Task | None]
    _supervisor: Supervisor
    _dispatcher: Dispatcher

    def _on_store(self, method: Callable[..., object], *arguments: object) -> object:
        raise NotImplementedError

    def _refuse(self, sentence: str) -> None:
        raise NotImplementedError

    def _start_run(self, spec: RunSpec) -> None:
        raise NotImplementedError

    # One run's life

    def startRun(self, spec: RunSpec) -> None:
        """Record a new run and start it; `runStarted` tells its id."""
        self._tasks.put(partial(self._start_run, spec))

    def stopRun(self, run_id: str) -> None:
        """Ask a run to stop and keep its model; one that waits in the queue leaves it."""
        self._tasks.put(partial(self._supervisor.stop, run_id))

    def killRun(self, run_id: str) -> None:
        """End a run's worker now."""
        self._tasks.put(partial(self._supervisor.kill, run_id))

    def pauseRun(self, run_id: str) -> None:
        """Ask a run to write its state and free the machine."""
        self._tasks.put(partial(self._supervisor.pause, run_id))

    def resumeRun(self, run_id: str) -> None:
        """Go on with a run where it was left."""
        self._tasks.put(partial(self._supervisor.resume, run_id))

    def changeRun(self, run_id: str, field: str, value: float) -> None:
        """Change a setting of a run: of one at work from its next step on."""
        self._tasks.put(partial(self._supervisor.change, run_id, field, value))

    def tapRun(self, run_id: str, wish: TapWish) -> None:
        """Watch these tensors of a run at work, in place of those before; `tensorsTold` tells when it is heeded."""
        self._tasks.put(partial(self._supervisor.tap, run_id, wish))

    def extendRun(self, run_id: str, epochs: float) -> None:
        """Train a finished run further, to so many epochs in all."""
        self._tasks.put(partial(self._supervisor.extend, run_id, epochs))

    def measureDisk(self, run_id: str) -> None:
        """Ask what a run's files take; `diskTold` answers."""
        self._tasks.put(partial(self._tell_disk, run_id))

    def clearCheckpoints(self, run_id: str, state_too: bool, tokens_too: bool = False) -> None:
        """Delete the checkpoints of a run that is over, and with `state_too` what it is resumed from; `diskTold` tells.
        With `tokens_too` the tokens go that the workspace keeps for all runs of texts.
        """
        self._tasks.put(partial(self._clear_checkpoints, run_id, state_too, tokens_too))

    # The queue

    def enqueue(self, spec: RunSpec) -> None:
        """Record a new run at the end of the queue; `queueChanged` tells, and it starts when there is room."""
        self._tasks.put(partial(self._on_store, RunStore.create_run, spec, True, None, run_name(spec)))

    def resumeInQueue(self, run_id: str) -> None:
        """Let a run that rests or ended early go on when its turn in the queue comes."""
        self._tasks.put(partial(self._resume_in_queue, run_id))

    def startWaiting(self, run_id: str) -> None:
        """Start a run that waits in the queue now, whatever is at work already."""
        self._tasks.put(partial(self._start_waiting, run_id))

    def moveInQueue(self, run_id: str, before: str | None) -> None:
        """Put a waiting run before another one, or with None last."""
        self._tasks.put(partial(self._move_in_queue, run_id, before))

    def setQueueLimit(self, limit: int) -> None:
        """Say how many runs of the queue may be at work on one device at once."""
        self._tasks.put(partial(self._on_store, RunStore.set_queue_limit, limit))

    # What people say about runs

    def renameRun(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        self._tasks.put(partial(self._on_store, RunStore.rename, run_id, name))

    def starRun(self, run_id: str, starred: bool) -> None:
        """Mark a run, or take the mark away."""
        self._tasks.put(partial(self._on_store, RunStore.set_starred, run_id, starred))

    def noteRun(self, run_id: str, note: str) -> None:
        """Replace a run's note."""
        self._tasks.put(partial(self._on_store, RunStore.set_note, run_id, note))

    def tagRuns(self, run_ids: Sequence[str], tags: Sequence[str]) -> None:
        """Replace the tags of some runs."""
        self._tasks.put(partial(self._on_store, RunStore.set_tags_of, list(run_ids), list(tags)))

    def groupRuns(self, run_ids: Sequence[str], name: str) -> None:
        """Put runs into a group, or with an empty name into none."""
        self._tasks.put(partial(self._on_store, RunStore.set_group, list(run_ids), name))

    def trashRuns(self, run_ids: list[str]) -> None:
        """Put runs into the trash; those at work stay."""
        self._tasks.put(partial(self._on_store, RunStore.trash, run_ids))

    def restoreRuns(self, run_ids: list[str]) -> None:
        """Take runs out of the trash."""
        self._tasks.put(partial(self._on_store, RunStore.restore, run_ids))

    def saveView(self, name: str, view: Mapping[str, Any]) -> None:
        """Keep what the Runs page shows under a name; `viewsChanged` tells all of them."""
        self._tasks.put(partial(self._on_store, RunStore.save_view, name, dict(view)))

    def deleteView(self, name: str) -> None:
        """Forget a saved view."""
        self._tasks.put(partial(self._on_store, RunStore.delete_view, name))

    def showColumns(self, columns: Sequence[str]) -> None:
        """Say which settings and metrics of runs are looked at, as column ids (spec:…, last:…, min:…, max:…).

        `valuesTold` tells the values of those that are new, and from then on what changes.
        """
        self._tasks.put(partial(self._want_columns, list(columns)))

    def tellFields(self) -> None:
        """Ask which settings and metrics there are; `fieldsTold` answers."""
        self._tasks.put(self._tell_fields)

    # On the thread

    def _tell_disk(self, run_id: str) -> None:
        raise NotImplementedError

    def _clear_checkpoints(self, run_id: str, state_too: bool, tokens_too: bool) -> None:
        if tokens_too:
            self._supervisor.clear_tokens()
        self._supervisor.clear_checkpoints(run_id, state_too)
        self._tell_disk(run_id)

    def _want_columns(self, columns: list[str]) -> None:
        raise NotImplementedError

    def _tell_fields(self) -> None:
        raise NotImplementedError

    def _move_in_queue(self, run_id: str, before: str | None) -> None:
        if self._on_store(RunStore.move_in_queue, run_id, before) is False:
            self._refuse_as_started()

    def _resume_in_queue(self, run_id: str) -> None:
        self._supervisor.reopen(run_id, waiting=True)

    def _start_waiting(self, run_id: str) -> None:
        if self._on_store(self._dispatcher.start_now, run_id) is False:
            self._refuse_as_started()

    def _refuse_as_started(self) -> None:
        self._refuse(
            QCoreApplication.translate(
                "RunCommands", "This run no longer waits: it was started or taken out meanwhile."
            )
        )
