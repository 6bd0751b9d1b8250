"""From an exception to an outcome in plain words: what happened, and what to change; the traceback stays at hand."""

import errno
import json
from pathlib import Path

from engine.jobs.fixes import Checkpoint, fixes
from engine.runs import Outcome, StoreError
from engine.spec import RunSpec, SpecError
from engine.training.failures import Fault, FaultKind, RunFailed, is_out_of_memory
from engine.training.state_files import StateError

KILLED = -9
"""How a process ends that was killed: by somebody, or by a system that ran out of memory."""


def explain(error: BaseException, traceback: str, spec: RunSpec | None = None, folder: Path | None = None) -> Outcome:
    """Return the outcome that a run ends with after this exception; with its specification, what would mend it too.

    `folder` is the run's folder, in which the last good checkpoint is looked for.
    """
    fault = _fault(error)
    cause, advice = _words(error, fault, traceback)
    good = None
    if fault is not None and fault.kind is FaultKind.DIVERGED and folder is not None:
        good = _good_checkpoint(folder, fault.step)
        told = "There is no good checkpoint from before that."
        if good is not None:
            told = f"The last good checkpoint is “{good.name}”, of step {good.step:,}."
        advice = f"{advice} {told}".strip()
    mends = fixes(spec, fault, good) if spec is not None and fault is not None else ()
    return Outcome.failed(cause, advice, traceback, mends)


def died(exit_code: int | None, spec: RunSpec | None = None) -> Outcome:
    """Return the outcome of a worker that ended without a word; one that was killed may have taken too much memory."""
    outcome = Outcome.crashed(exit_code)
    if exit_code != KILLED:
        return outcome
    mends = fixes(spec, Fault(FaultKind.HOST_MEMORY)) if spec is not None else ()
    return outcome.model_copy(update={"fixes": mends})


def _fault(error: BaseException) -> Fault | None:
    if isinstance(error, RunFailed):
        return error.fault
    if is_out_of_memory(error):
        text = str(error).lower()
        on_gpu = "cuda" in text or "mps backend" in text
        return Fault(FaultKind.GPU_MEMORY if on_gpu else FaultKind.HOST_MEMORY)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Fault(FaultKind.DISK_FULL)
    if isinstance(error, StoreError) and "disk is full" in str(error):
        return Fault(FaultKind.DISK_FULL)
    return None


def _words(error: BaseException, fault: Fault | None, traceback: str) -> tuple[str, str]:
    if isinstance(error, RunFailed):
        return error.cause, error.advice
    if isinstance(error, StoreError | SpecError | StateError):
        return str(error), ""
    if fault is not None and fault.kind is FaultKind.DISK_FULL:
        return "The disk is full.", "Free some space and start again; what was recorded is kept."
    if fault is not None:
        where = "The GPU" if fault.kind is FaultKind.GPU_MEMORY else "The machine"
        advice = "Halve the batch size and double the gradient accumulation, or choose a smaller model."
        return f"{where} ran out of memory.", advice
    last = traceback.strip().splitlines()[-1] if traceback.strip() else str(error)
    return (
        f"An unexpected error ended the run: {last}",
        "The details may tell which setting to change. If the settings are sound, this is a fault of the program.",
    )


def _good_checkpoint(folder: Path, step: int) -> Checkpoint | None:
    """Return the last checkpoint whose weights still gave a finite loss at the step after it."""
    good: dict[int, str] = {}
    for path in sorted((folder / "checkpoints").glob("*.json")):
        try:
            made = int(json.loads(path.read_text(encoding="utf-8"))["step"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if made < step - 1 and path.with_suffix(".safetensors").exists():
            good[made] = path.stem
    return Checkpoint(folder.name, good[max(good)], max(good)) if good else None
