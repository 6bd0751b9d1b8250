"""The worker process: takes one run, trains it, records how it ended. Started by the supervisor, never imported by it.

`python -m engine.jobs.worker` waits on standard input for one line of JSON naming workspace and run. Until then it warms up
for any; where the line is there already, only for that run. When its input ends before that, it leaves.
"""

import faulthandler
import gc
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from engine.jobs.failure import explain
from engine.jobs.processes import start_time
from engine.runs import AUTO_DEVICE, Outcome, RunStatus, RunStore, StoreError
from engine.training.disk import free_room, hold_room
from engine.training.failures import Stopped
from engine.training.recorder import Recorder

NICENESS = 5
"""How far behind the window a worker stands when both want a core; on an idle machine it makes no difference."""


def main() -> None:
    """Warm up, wait for a run and work on it."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    stands_by = not _is_told()
    if stands_by:
        _warm_up()
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return
    job = json.loads(line)
    if not stands_by:
        _warm_up(_family_of(Path(job["workspace"]), job["run"]))
    work(Path(job["workspace"]), job["run"])


def _is_told() -> bool:
    """Whether standard input has something to say or has ended. Where a pipe cannot be asked (Windows), it has not."""
    try:
        return bool(select.select([sys.stdin.buffer], [], [], 0)[0])
    except OSError:
        return False


def _family_of(workspace: Path, run_id: str) -> str:
    """Return the family of a run, or nothing where that cannot be read: `work` will say why."""
    try:
        with RunStore(workspace) as store:
            spec = store.run(run_id).spec_or_none
    except StoreError:
        return ""
    return "" if spec is None else spec.family


def work(workspace: Path, run_id: str) -> None:
    """Claim the run, train it and record its outcome; does nothing where somebody else has claimed it."""
    with RunStore(workspace) as store:
        if not store.claim(run_id, os.getpid(), start_time(os.getpid()) or 0.0):
            return
        attempt = store.run(run_id).attempt
        _tell_device(store)
        folder = store.run_folder(run_id)
        _redirect_output(folder)
    hold_room(folder)
    try:
        with Recorder(workspace, run_id) as recorder:
            signal.signal(signal.SIGTERM, _StopOnSignal(recorder))
            outcome = _train(workspace, recorder)
            for name, value in recorder.take_changes():
                recorder.log(f"{name} {value:g} was wished for after the last step, and was not changed.", "warning")
            said = "Paused." if outcome is None else f"{outcome.title}. {outcome.cause}".strip()
            recorder.log(said, "info" if outcome is None else _level(outcome))
    except Exception as error:
        outcome = _explained(error, workspace, run_id)
    finally:
        free_room(folder)
    with RunStore(workspace) as store:
        if outcome is None:
            store.rest(run_id, os.getpid())
        else:
            store.finish(run_id, outcome, attempt)


def _train(workspace: Path, recorder: Recorder) -> Outcome | None:
    """Train the recorder's run; None where it is to rest."""
    try:
        with RunStore(workspace) as store:
            store.set_status(recorder.run_id, RunStatus.RUNNING)
        from engine.families import run

        return run(recorder)
    except Stopped as stopped:
        return None if stopped.to_rest else Outcome.stopped()
    except Exception as error:
        free_room(recorder.folder)  # what is recorded from now on may need it
        return _explained(error, workspace, recorder.run_id)


def _explained(error: BaseException, workspace: Path, run_id: str) -> Outcome:
    text = traceback.format_exc()
    try:
        with RunStore(workspace) as store:
            return explain(error, text, store.run(run_id).spec_or_none, store.run_folder(run_id))
    except StoreError:
        return explain(error, text)


def _warm_up(family: str = "") -> None:
    """Import what training needs, of one family or of all, so that a run starts at once. What fails here fails again, in
    words, in the run.

    Hundreds of thousands of objects come with the libraries and stay: the garbage collector, which would look at them again
    and again, does not see them. That saves a tenth of the time here, and a quarter of a second whenever it looks later.
    """
    from engine.families import warm_up

    gc.disable()
    try:
        warm_up(family)
    except Exception:
        traceback.print_exc()
    finally:
        gc.freeze()
        gc.enable()


def _tell_device(store: RunStore) -> None:
    """Let the queue know which device “auto” is here."""
    from engine.training.hardware import auto_device

    if store.setting(AUTO_DEVICE) != (name := auto_device()):
        store.set_setting(AUTO_DEVICE, name)


def _level(outcome: Outcome) -> str:
    return "error" if outcome.traceback or outcome.kind == "failed" else "info"


def _redirect_output(folder: Path) -> None:
    """Send what libraries print, and a crash's stack, to the run's own file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        output = (folder / "worker.log").open("ab", buffering=0)
    except OSError as error:
        raise StoreError(f"{folder}: the run's folder cannot be written to ({error.strerror}).") from error
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    faulthandler.enable()


class _StopOnSignal:
    """Turns SIGTERM into a request to stop at the next optimizer boundary."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self._recorder.stop_requested = True


if __name__ == "__main__":
    main()
